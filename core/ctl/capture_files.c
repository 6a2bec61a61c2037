/* SPDX-License-Identifier: MIT */
#include "ctl/capture_files.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/capture.h"

bool capture_files_check(struct ctl *ctl, const char *file, const char *folder)
{
    FILE *out = fopen(file, "wxe");
    if (out == NULL) {
        ctl_complain(ctl, "%s: %s", file, strerror(errno));
        return false;
    }
    fclose(out);
    unlink(file); /* a look that fails leaves nothing behind */
    if (folder != NULL &&
        ((mkdir(folder, 0777) != 0 && errno != EEXIST) || access(folder, W_OK | X_OK) != 0)) {
        ctl_complain(ctl, "%s: %s", folder, strerror(errno));
        return false;
    }
    return true;
}

/* ---- The personality ---- */

static void bytes_of(const char *hex, struct buf *out)
{
    buf_init(out);
    for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
        const char digits[3] = {hex[0], hex[1], '\0'};
        buf_char(out, (char)strtol(digits, NULL, 16));
    }
}

static bool write_bytes(const char *path, const struct buf *bytes)
{
    FILE *file = fopen(path, "wxe");
    if (file == NULL) {
        return false;
    }
    bool good = fwrite(bytes->data, 1, bytes->size, file) == bytes->size;
    return fclose(file) == 0 && good;
}

static bool write_hex(const char *path, const char *hex)
{
    struct buf bytes;
    bytes_of(hex, &bytes);
    bool good = write_bytes(path, &bytes);
    buf_finish(&bytes);
    return good;
}

/* Bodies that are no text become files beside the personality. */
static bool write_bodies(json_t *personality, const char *file)
{
    const char *key = NULL;
    json_t *answer = NULL;
    bool good = true;
    size_t stem = strlen(file) - strlen(".json");
    json_object_foreach(json_object_get(personality, "answers"), key, answer)
    {
        char path[4096];
        const char *hex = json_string_value(json_object_get(answer, "body_hex"));
        if (hex == NULL) {
            continue;
        }
        text_format(path, sizeof(path), "%.*s-%.2s.bin", (int)stem, file, key);
        const char *slash = strrchr(path, '/');
        good = good && write_hex(path, hex);
        json_object_set_new(answer, "body_file", json_string(slash != NULL ? slash + 1 : path));
        json_object_del(answer, "body_hex");
    }
    return good;
}

bool capture_files_write(struct ctl *ctl, json_t *personality, const char *file)
{
    FILE *out = write_bodies(personality, file) ? fopen(file, "wxe") : NULL;
    if (out == NULL) {
        ctl_complain(ctl, "%s: %s", file, strerror(errno));
        return false;
    }
    bool good = json_dumpf(personality, out, JSON_INDENT(2)) == 0;
    fputc('\n', out);
    return fclose(out) == 0 && good;
}

/* ---- Fixtures ---- */

json_t *capture_files_take(json_t *personality)
{
    const char *key = NULL;
    json_t *answer = NULL;
    json_t *fixtures = json_object();
    json_object_foreach(json_object_get(personality, "answers"), key, answer)
    {
        json_t *body = json_object_get(answer, CAPTURE_FIXTURE);
        if (body != NULL) {
            json_object_set(fixtures, key, body);
            json_object_del(answer, CAPTURE_FIXTURE);
        }
    }
    return fixtures;
}

static bool is_json(const struct buf *body)
{
    json_t *value = json_loadb((const char *)body->data, body->size, 0, NULL);
    json_decref(value);
    return value != NULL;
}

/* What the name of a file with this body ends in. */
static const char *ending_of(struct buf *body)
{
    const char *text = buf_cstr(body);
    bool is_binary = memchr(body->data, '\0', body->size) != NULL;
    text += strspn(text, " \t\r\n");
    if (is_binary) {
        return strncmp(text, "\xff\xd8", 2) == 0 ? ".jpg" : ".bin";
    }
    if (*text == '<') {
        bool is_page =
            strncasecmp(text, "<html", 5) == 0 || strncasecmp(text, "<!doctype html", 14) == 0;
        return is_page ? ".html" : ".xml";
    }
    if (is_json(body)) {
        return ".json";
    }
    return strncmp(text, "v=0", 3) == 0 ? ".sdp" : ".txt";
}

/* "01-status.cgi" becomes "01-status.cgi.txt"; one that ends so already stays. */
static void name_file(const char *answer, const char *ending, char out[128])
{
    size_t length = strlen(answer);
    size_t end = strlen(ending);
    bool ends = length > end && strcasecmp(answer + length - end, ending) == 0;
    text_format(out, 128, "%.100s%s", answer, ends ? "" : ending);
    for (char *at = out; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && strchr("-_.", *at) == NULL) {
            *at = '_';
        }
    }
}

bool capture_files_fixtures(struct ctl *ctl, json_t *fixtures, const char *folder)
{
    const char *answer = NULL;
    json_t *hex = NULL;
    bool good = true;
    json_object_foreach(fixtures, answer, hex)
    {
        char name[128];
        char path[4096 + 128];
        struct buf body;
        bytes_of(json_string_value(hex), &body);
        name_file(answer, ending_of(&body), name);
        text_format(path, sizeof(path), "%.4000s/%s", folder, name);
        if (write_bytes(path, &body)) {
            fprintf(ctl->out, "%s: %zu bytes as they came\n", path, body.size);
        } else {
            ctl_complain(ctl, "%s: %s", path, strerror(errno));
            good = false;
        }
        buf_finish(&body);
    }
    return good;
}
