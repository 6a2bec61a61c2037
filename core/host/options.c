/* SPDX-License-Identifier: MIT */
#include "host/options.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#define DEFAULT_FILES   16384
#define DEFAULT_FILE_MB 1024
#define LARGEST         (1ull << 40)

static int read_number(const char *text, uint64_t *value)
{
    if (!isdigit((unsigned char)text[0])) {
        return VMM_E_INVAL;
    }
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || number > LARGEST) {
        return VMM_E_INVAL;
    }
    *value = number;
    return 0;
}

static int keep(struct options *options, const char *text)
{
    uint64_t fd = 0;
    int rc = read_number(text, &fd);
    if (rc != 0 || fd > INT_MAX || options->keep_count == OPTIONS_KEEP_MAX) {
        return VMM_E_INVAL;
    }
    options->keep[options->keep_count] = (int)fd;
    options->keep_count++;
    return 0;
}

static int read_option(struct options *options, const char *word, const char *value)
{
    if (strcmp(word, "--keep") == 0) {
        return keep(options, value);
    }
    struct {
        const char *word;
        uint64_t *value;
    } limits[] = {{"--memory-mb", &options->memory_mb},
                  {"--files", &options->files},
                  {"--file-mb", &options->file_mb},
                  {"--processes", &options->processes}};
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (strcmp(word, limits[i].word) == 0) {
            return read_number(value, limits[i].value);
        }
    }
    return VMM_E_INVAL;
}

int options_read(int argc, char *const *argv, struct options *options)
{
    if (argc < 2 || argc % 2 != 0 || argv[1][0] == '-' || argv[1][0] == '\0') {
        return VMM_E_INVAL;
    }
    *options =
        (struct options){.name = argv[1], .files = DEFAULT_FILES, .file_mb = DEFAULT_FILE_MB};
    for (int i = 2; i < argc; i += 2) {
        int rc = read_option(options, argv[i], argv[i + 1]);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}
