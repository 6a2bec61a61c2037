/* SPDX-License-Identifier: MIT */
#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/environment.h"
#include "config/pattern.h"
#include "config/scan.h"

struct place {
    const char *at;
    struct config_error *error;
};

static int refuse(const struct place *place, const char *what, const char *problem,
                  const char *remedy)
{
    config_error_set(place->error, place->at, remedy, "%.200s: %s", what, problem);
    return VMM_E_INVAL;
}

/* The checks are made on the open descriptor, so that the file cannot be changed for another between. */
static int check_file(int fd, const char *path, const struct place *place)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return refuse(place, path, "is no regular file", "name a file that holds the secret");
    }
    if ((st.st_mode & S_IRWXO) != 0) {
        return refuse(place, path, "others may read this secret", "chmod o-rwx it");
    }
    if (st.st_size > SECRET_MAX + 2) {
        return refuse(place, path, "is too large for a secret", "at most 4096 bytes are read");
    }
    return 0;
}

static int read_all(int fd, const char *path, const struct place *place, struct buf *out)
{
    uint8_t *room = buf_reserve(out, SECRET_MAX + 3);
    if (room == NULL) {
        return VMM_E_NOMEM;
    }
    size_t used = 0;
    ssize_t got = 1;
    while (got > 0 && used < SECRET_MAX + 3) {
        got = read(fd, room + used, SECRET_MAX + 3 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        return refuse(place, path, strerror(errno), "");
    }
    buf_grow(out, used);
    return 0;
}

static int read_file(const char *path, const struct place *place, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return refuse(place, path, strerror(errno), "name a file that vmmd can read");
    }
    int rc = check_file(fd, path, place);
    if (rc == 0) {
        rc = read_all(fd, path, place, out);
    }
    close(fd);
    return rc;
}

static int read_environment(const char *name, char *const *environment, const struct place *place,
                            struct buf *out)
{
    const char *value = environment_find(environment, name);
    if (value == NULL) {
        return refuse(place, name, "this environment variable is not set",
                      "set it where vmmd is started");
    }
    buf_text(out, value);
    return buf_failed(out) ? VMM_E_NOMEM : 0;
}

static int read_credential(const char *name, char *const *environment, const struct place *place,
                           struct buf *out)
{
    const char *folder = environment_find(environment, "CREDENTIALS_DIRECTORY");
    char path[4096];
    if (folder == NULL || !text_format(path, sizeof(path), "%s/%s", folder, name)) {
        return refuse(place, name, "there are no systemd credentials",
                      "give it to the unit by LoadCredential=");
    }
    return read_file(path, place, out);
}

static void cut_line_break(struct buf *out)
{
    if (out->size > 0 && out->data[out->size - 1] == '\n') {
        out->size--;
        if (out->size > 0 && out->data[out->size - 1] == '\r') {
            out->size--;
        }
    }
}

static int check_content(const char *source, const struct place *place, const struct buf *out)
{
    if (out->size == 0) {
        return refuse(place, source, "the secret is empty", "write it there");
    }
    if (out->size > SECRET_MAX) {
        return refuse(place, source, "is too large for a secret", "at most 4096 bytes are read");
    }
    for (size_t i = 0; i < out->size;) {
        unsigned code = 0;
        size_t length = text_utf8_length(out->data + i, out->size - i, &code);
        if (length == 0 || code == 0) {
            return refuse(place, source, "the secret is no UTF-8 text", "write it as text");
        }
        i += length;
    }
    return 0;
}

int secret_read(const json_t *reference, char *const *environment, const char *at, struct buf *out,
                struct config_error *error)
{
    struct place place = {.at = at, .error = error};
    const char *file = json_string_value(json_object_get(reference, "file"));
    const char *name = json_string_value(json_object_get(reference, "env"));
    const char *credential = json_string_value(json_object_get(reference, "credential"));
    const char *source = file != NULL ? file : name != NULL ? name : credential;
    if (source == NULL) {
        return refuse(&place, "secret", "this is no reference", "write {\"file\": \"/path\"}");
    }
    int rc = file != NULL   ? read_file(file, &place, out)
             : name != NULL ? read_environment(name, environment, &place, out)
                            : read_credential(credential, environment, &place, out);
    if (rc != 0) {
        return rc;
    }
    cut_line_break(out);
    return check_content(source, &place, out);
}

/* ---- In a whole object ---- */

/* The value is not shown: it is the secret. */
static int check_form(const struct vmm_config_item *item, const char *at, struct buf *text,
                      struct config_error *error)
{
    struct place place = {.at = at, .error = error};
    if ((item->flags & VMM_CONFIG_IS_URL) == 0 || pattern_matches(PATTERN_URL, buf_cstr(text))) {
        return 0;
    }
    return refuse(&place, item->name, "this secret has to be a URL, and is none",
                  "http:// or https:// with host and path, without user and password");
}

static int fill_one(json_t *object, const struct vmm_config_item *item, char *const *environment,
                    const char *at, struct config_error *error)
{
    const char *name = item->name;
    struct buf text;
    buf_init(&text);
    int rc = secret_read(json_object_get(object, name), environment, at, &text, error);
    if (rc == 0) {
        rc = check_form(item, at, &text, error);
    }
    if (rc == 0) {
        json_t *value = json_stringn((const char *)text.data, text.size);
        rc = value == NULL || json_object_set_new(object, name, value) != 0 ? VMM_E_NOMEM : 0;
    }
    buf_wipe(&text);
    return rc;
}

static int fill_list(json_t *list, config_items items, char *const *environment, const char *at,
                     struct config_error *error)
{
    for (size_t i = 0; items != NULL && i < json_array_size(list); i++) {
        char pointer[sizeof(error->pointer)];
        text_format(pointer, sizeof(pointer), "%s/%zu", at, i);
        int rc = secret_fill(json_array_get(list, i), items, environment, pointer, error);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

int secret_fill(json_t *object, config_items items, char *const *environment, const char *at,
                struct config_error *error)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && items != NULL && items[i] != NULL; i++) {
        const struct vmm_config_item *item = items[i];
        json_t *value = json_object_get(object, item->name);
        char pointer[sizeof(error->pointer)];
        scan_pointer(pointer, sizeof(pointer), at, item->name);
        if (value == NULL) {
            continue;
        }
        if (item->type == VMM_CONFIG_SECRET) {
            rc = fill_one(object, item, environment, pointer, error);
        } else if (item->type == VMM_CONFIG_OBJECT) {
            rc = secret_fill(value, item->items, environment, pointer, error);
        } else if (item->type == VMM_CONFIG_LIST) {
            rc = fill_list(value, item->items, environment, pointer, error);
        }
    }
    return rc;
}

bool secret_any(config_items items)
{
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        if (items[i]->type == VMM_CONFIG_SECRET || secret_any(items[i]->items)) {
            return true;
        }
    }
    return false;
}
