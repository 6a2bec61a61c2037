/* SPDX-License-Identifier: MIT */
#include "ctl/fleet_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "ctl/ask.h"
#include "ctl/verb.h"
#include "ipc/ctl_protocol.h"

#define PART_MAX                                                                                   \
    (CTL_LINE_MAX - 1024) /* bytes of the items of a part; the rest is for the request */

/* In the order in which one refers to another. */
static const char *const lists[] = {"sites", "credentials", "nvrs", "cameras"};

#define LISTS (sizeof(lists) / sizeof(lists[0]))

static int fail(struct fleet_file *file, const char *path, const char *why)
{
    text_format(file->problem, sizeof(file->problem), "%.300s: %.200s", path, why);
    return EXIT_USAGE;
}

static int read_all(int fd, struct buf *text)
{
    for (;;) {
        uint8_t *room = buf_reserve(text, 65536);
        if (room == NULL || text->size > FLEET_FILE_MAX) {
            errno = EFBIG;
            return -1;
        }
        ssize_t got = read(fd, room, 65536);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return (int)got;
        }
        buf_grow(text, (size_t)got);
    }
}

static int parse(struct fleet_file *file, const char *path, const struct buf *text)
{
    json_error_t error;
    file->root = json_loadb((const char *)text->data, text->size, JSON_REJECT_DUPLICATES, &error);
    if (file->root == NULL) {
        char why[200];
        text_format(why, sizeof(why), "line %d, column %d: %.120s", error.line, error.column,
                    error.text);
        return fail(file, path, why);
    }
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(file->root, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < LISTS; i++) {
            known = known || strcmp(key, lists[i]) == 0;
        }
        if (!known || !json_is_array(value)) {
            return fail(file, path,
                        "only the lists sites, credentials, nvrs and cameras may stand in it");
        }
    }
    return json_is_object(file->root) ? EXIT_OK : fail(file, path, "it has to be one JSON object");
}

void fleet_file_finish(struct fleet_file *file)
{
    json_decref(file->root);
    file->root = NULL;
}

/* ---- credentials ---- */

static int read_secret_file(struct fleet_file *file, const char *path, char secret[ASK_MAX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail(file, path, strerror(errno));
    }
    int rc = ask_read_line(fd, secret);
    close(fd);
    return rc == 0 ? EXIT_OK : fail(file, path, "its first line is no password");
}

static int read_secret(struct fleet_file *file, const char *id, const json_t *credential,
                       char secret[ASK_MAX])
{
    const char *path = json_string_value(json_object_get(credential, "password_file"));
    const char *variable = json_string_value(json_object_get(credential, "password_env"));
    if ((path != NULL) == (variable != NULL)) {
        return fail(file, id, "a credential names one of password_file and password_env");
    }
    if (path != NULL) {
        return read_secret_file(file, path, secret);
    }
    const char *value = getenv(variable);
    if (value == NULL || !text_format(secret, ASK_MAX, "%s", value) || secret[0] == '\0') {
        return fail(file, id, "the variable of password_env is not set, or too long");
    }
    return EXIT_OK;
}

/* The fields without the password: what is not known is refused, a password most of all. */
static json_t *plain_fields(struct fleet_file *file, const char *id, json_t *credential)
{
    json_t *fields = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(credential, key, value)
    {
        bool reference = strcmp(key, "password_file") == 0 || strcmp(key, "password_env") == 0;
        bool plain = strcmp(key, "id") == 0 || strcmp(key, "user") == 0 ||
                     strcmp(key, "site") == 0 || strcmp(key, "site_id") == 0;
        if (!reference && !plain) {
            fail(file, id, "a credential has id, user, site, and password_file or password_env");
            json_decref(fields);
            return NULL;
        }
        if (plain) {
            json_object_set(fields, strcmp(key, "site") == 0 ? "site_id" : key, value);
        }
    }
    return fields;
}

/* Put the password into the fields, from where the credential says; one that says nothing keeps the one it has. */
static int put_password(struct fleet_file *file, const char *id, const json_t *credential,
                        json_t *fields)
{
    char secret[ASK_MAX];
    if (json_object_get(credential, "password_file") == NULL &&
        json_object_get(credential, "password_env") == NULL) {
        return EXIT_OK;
    }
    int code = read_secret(file, id, credential, secret);
    if (code == EXIT_OK && json_object_set_new(fields, "password", json_string(secret)) != 0) {
        code = fail(file, id, "its password is no UTF-8");
    }
    explicit_bzero(secret, sizeof(secret));
    return code;
}

/* The credentials as vmmd takes them, in place of those of the file. */
static int resolve_credentials(struct fleet_file *file)
{
    json_t *list = json_object_get(file->root, "credentials");
    size_t index = 0;
    json_t *credential = NULL;
    json_array_foreach(list, index, credential)
    {
        const char *given = json_string_value(json_object_get(credential, "id"));
        const char *id = given != NULL ? given : "a credential without an id";
        json_t *fields = plain_fields(file, id, credential);
        int code = fields != NULL ? put_password(file, id, credential, fields) : EXIT_USAGE;
        if (code != EXIT_OK || json_array_set_new(list, index, fields) != 0) {
            json_decref(code != EXIT_OK ? fields : NULL);
            return EXIT_USAGE;
        }
    }
    return EXIT_OK;
}

/* ---- the file ---- */

int fleet_file_read(struct fleet_file *file, const char *path)
{
    *file = (struct fleet_file){0};
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail(file, path, strerror(errno));
    }
    struct buf text;
    buf_init(&text);
    int code =
        read_all(fd, &text) == 0 ? parse(file, path, &text) : fail(file, path, strerror(errno));
    buf_finish(&text);
    if (!standard) {
        close(fd);
    }
    return code == EXIT_OK ? resolve_credentials(file) : code;
}

/* ---- parts ---- */

struct part {
    json_t *args;
    size_t size; /* bytes of its items */
};

static void begin_part(struct part *part, bool dry_run)
{
    *part = (struct part){.args = json_object()};
    if (dry_run) {
        json_object_set_new(part->args, "dry_run", json_true());
    }
}

static void add_item(struct part *part, const char *list, json_t *item, size_t size)
{
    json_t *items = json_object_get(part->args, list);
    if (items == NULL) {
        items = json_array();
        json_object_set_new(part->args, list, items);
    }
    json_array_append(items, item);
    part->size += size;
}

static int put_item(struct fleet_file *file, struct part *part, const char *list, json_t *item,
                    bool dry_run, fleet_file_fn each, void *arg)
{
    size_t size = json_dumpb(item, NULL, 0, JSON_COMPACT) + 1;
    if (size > PART_MAX) {
        return fail(file, list, "an item is over 63 KiB");
    }
    if (part->size + size > PART_MAX) {
        json_object_set_new(part->args, "more", json_true());
        int code = each(arg, part->args);
        begin_part(part, dry_run);
        if (code != EXIT_OK) {
            return code;
        }
    }
    add_item(part, list, item, size);
    return EXIT_OK;
}

int fleet_file_each_part(struct fleet_file *file, bool dry_run, fleet_file_fn each, void *arg)
{
    struct part part;
    begin_part(&part, dry_run);
    for (size_t i = 0; i < LISTS; i++) {
        size_t index = 0;
        json_t *item = NULL;
        json_array_foreach(json_object_get(file->root, lists[i]), index, item)
        {
            int code = put_item(file, &part, lists[i], item, dry_run, each, arg);
            if (code != EXIT_OK) {
                json_decref(part.args);
                return code;
            }
        }
    }
    return each(arg, part.args);
}
