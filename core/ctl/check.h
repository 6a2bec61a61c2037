/* SPDX-License-Identifier: MIT */
/*
 * What check_vmm says of an answer of vmmd, in the form that Nagios, Icinga, Zabbix and their kin read: a state as exit
 * code, one line, figures behind "|". Decided from the answer alone.
 */
#ifndef CTL_CHECK_H
#define CTL_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* The exit codes of such a check. */
enum check_state {
    CHECK_OK = 0,
    CHECK_WARNING = 1,
    CHECK_CRITICAL = 2,
    CHECK_UNKNOWN = 3,
};

/* "3", or "5%" of the cameras that are switched on. */
struct check_limit {
    uint32_t number;
    bool percent;
};

struct check_limits {
    struct check_limit warning;  /* more than so many cameras are not OK */
    struct check_limit critical; /* more than so many are DOWN or BLACKFRAME */
    uint32_t latency_warning_ms; /* of one camera; 0: none */
    uint32_t latency_critical_ms;
};

#define CHECK_TEXT_MAX  512u
#define CHECK_NAMED_MAX 5u /* cameras that are named */

struct check_answer {
    enum check_state state;
    char text[CHECK_TEXT_MAX];    /* without control characters and "|" */
    char figures[CHECK_TEXT_MAX]; /* performance data */
};

/* False when the text is no limit. */
bool check_read_limit(const char *text, struct check_limit *limit);

/* Judge all cameras of an answer of `status`: its summary, and the rows of those that are not OK, or some of them. */
void check_fleet(const json_t *summary, const json_t *rows, const struct check_limits *limits,
                 struct check_answer *answer);

/* Judge one camera by its row. NULL: there is none. */
void check_camera(const json_t *row, const struct check_limits *limits,
                  struct check_answer *answer);

/* The check itself could not be made. */
void check_failed(const char *why, struct check_answer *answer);

/* "OK", "WARNING", "CRITICAL" or "UNKNOWN". */
const char *check_word(enum check_state state);

#endif
