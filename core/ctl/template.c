/* SPDX-License-Identifier: MIT */
#include "ctl/template.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "base/text.h"

#define STEM      "plugin"
#define SUFFIX    ".in"
#define ROUTE_MAX 4096
#define FILE_MAX  (1u << 20)

struct copy {
    const char *name;
    FILE *out;
    char *why;
};

static int fail(const struct copy *copy, const char *path, const char *what)
{
    text_format(copy->why, TEMPLATE_WHY_SIZE, "%s: %s", path, what);
    return VMM_E_IO;
}

static void put_capitals(struct buf *out, const char *name)
{
    for (; *name != '\0'; name++) {
        buf_char(out, (char)toupper((unsigned char)*name));
    }
}

static void put_name(struct buf *out, const char *name)
{
    buf_text(out, name);
}

/* Names of packages have no underscores. */
static void put_package(struct buf *out, const char *name)
{
    buf_text(out, "vmm-plugin-");
    for (; *name != '\0'; name++) {
        buf_char(out, *name == '_' ? '-' : *name);
    }
}

static const struct mark {
    const char *text;
    void (*put)(struct buf *out, const char *name);
} marks[] = {{"@name@", put_name}, {"@NAME@", put_capitals}, {"@package@", put_package}};

/* The mark that stands here; NULL when there is none. */
static const struct mark *mark_at(const char *text, size_t size)
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t length = strlen(marks[i].text);
        if (size >= length && memcmp(text, marks[i].text, length) == 0) {
            return &marks[i];
        }
    }
    return NULL;
}

int template_fill(struct buf *out, const char *text, size_t size, const char *name)
{
    for (size_t i = 0; i < size;) {
        const struct mark *mark = mark_at(text + i, size - i);
        if (mark != NULL) {
            mark->put(out, name);
            i += strlen(mark->text);
        } else {
            buf_char(out, text[i++]);
        }
    }
    return buf_failed(out) ? VMM_E_NOMEM : 0;
}

int template_rename(const char *file, const char *name, char *out, size_t size)
{
    const char *stem = strstr(file, STEM);
    size_t length = strlen(file);
    if (length > strlen(SUFFIX) && strcmp(file + length - strlen(SUFFIX), SUFFIX) == 0) {
        length -= strlen(SUFFIX);
    }
    bool fits = stem == NULL ? text_format(out, size, "%.*s", (int)length, file)
                             : text_format(out, size, "%.*s%s%.*s", (int)(stem - file), file, name,
                                           (int)(length - (size_t)(stem - file) - strlen(STEM)),
                                           stem + strlen(STEM));
    return fits ? 0 : VMM_E_TOOBIG;
}

static int read_file(const struct copy *copy, const char *path, struct buf *text)
{
    char part[4096];
    size_t got = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return fail(copy, path, strerror(errno));
    }
    do {
        got = fread(part, 1, sizeof(part), file);
        buf_add(text, part, got);
    } while (got > 0 && text->size < FILE_MAX);
    bool good = ferror(file) == 0 && got == 0;
    fclose(file);
    return good && !buf_failed(text) ? 0 : fail(copy, path, "it cannot be read");
}

static int copy_file(const struct copy *copy, const char *from, const char *to)
{
    struct buf text;
    struct buf filled;
    buf_init(&text);
    buf_init(&filled);
    int rc = read_file(copy, from, &text);
    if (rc == 0) {
        rc = template_fill(&filled, buf_cstr(&text), text.size, copy->name);
    }
    FILE *file = rc == 0 ? fopen(to, "wxe") : NULL;
    if (rc == 0 && file == NULL) {
        rc = fail(copy, to, strerror(errno));
    }
    if (file != NULL) {
        bool good = fwrite(filled.data, 1, filled.size, file) == filled.size;
        good = fclose(file) == 0 && good;
        rc = good ? 0 : fail(copy, to, "it cannot be written");
    }
    if (rc == 0) {
        fprintf(copy->out, "  %s\n", to);
    }
    buf_finish(&filled);
    buf_finish(&text);
    return rc;
}

static int copy_folder(const struct copy *copy, const char *from, const char *to);

static int copy_entry(const struct copy *copy, const char *from, const char *to, const char *entry)
{
    char source[ROUTE_MAX];
    char target[ROUTE_MAX];
    char name[256];
    struct stat stat_;
    if (template_rename(entry, copy->name, name, sizeof(name)) != 0 ||
        !text_format(source, sizeof(source), "%s/%s", from, entry) ||
        !text_format(target, sizeof(target), "%s/%s", to, name)) {
        return fail(copy, entry, "the path is too long");
    }
    if (stat(source, &stat_) != 0) {
        return fail(copy, source, strerror(errno));
    }
    return S_ISDIR(stat_.st_mode) ? copy_folder(copy, source, target)
                                  : copy_file(copy, source, target);
}

static int copy_folder(const struct copy *copy, const char *from, const char *to)
{
    DIR *folder = opendir(from);
    if (folder == NULL) {
        return fail(copy, from, strerror(errno));
    }
    int rc = mkdir(to, 0777) == 0 ? 0 : fail(copy, to, strerror(errno));
    struct dirent *entry = readdir(folder);
    while (rc == 0 && entry != NULL) {
        if (entry->d_name[0] != '.') {
            rc = copy_entry(copy, from, to, entry->d_name);
        }
        entry = readdir(folder);
    }
    closedir(folder);
    return rc;
}

int template_copy(const char *from, const char *to, const char *name, FILE *out,
                  char why[TEMPLATE_WHY_SIZE])
{
    struct copy copy = {.name = name, .out = out, .why = why};
    if (access(to, F_OK) == 0) {
        fail(&copy, to, "it is there already");
        return VMM_E_EXIST;
    }
    return copy_folder(&copy, from, to);
}
