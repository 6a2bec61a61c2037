/* SPDX-License-Identifier: MIT */
/* One thing that is wrong with a setting: where it stands, what was found, what was expected, what to do. */
#ifndef CONFIG_ERROR_H
#define CONFIG_ERROR_H

#include <stddef.h>
#include <stdint.h>

#define CONFIG_ERROR_LINE 1024u

struct config_error {
    char file[256]; /* "" when it stands in no file */
    uint32_t line;  /* from 1; 0 when not known */
    uint32_t column;
    char pointer[256]; /* JSON pointer (RFC 6901) of the value; "" the whole document */
    char found[64];    /* the value as text, cut; never the text of a secret */
    char expected[160];
    char problem[320]; /* "\"4x\" is no duration" */
    char remedy[320];  /* "write a number with ms, s, m, h or d, for example \"4m\"" */
};

/* Forget everything. */
void config_error_clear(struct config_error *error);

/* Set problem and remedy at a pointer; file, line and column stay as they are. */
void config_error_set(struct config_error *error, const char *pointer, const char *remedy,
                      const char *problem, ...) __attribute__((format(printf, 4, 5)));

/* One line, `file:line:column: pointer: problem; remedy`, what is not known left out. Returns `line`. */
const char *config_error_text(const struct config_error *error, char line[CONFIG_ERROR_LINE]);

#endif
