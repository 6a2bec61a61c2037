/* SPDX-License-Identifier: MIT */
/*
 * The options of a device as something that can be run: requests, expectations, rules.
 *
 * A plan is made once for each distinct text of options and shared by all looks with the same.
 */
#ifndef GENERIC_PLAN_H
#define GENERIC_PLAN_H

#include <kit/requests.h>

#include "generic_condition.h"
#include "generic_match.h"
#include "generic_value.h"
#include "generic_words.h"

#define GENERIC_REQUESTS_MAX   16u
#define GENERIC_PATTERNS_MAX   16u /* of one list of one request */
#define GENERIC_RULES_MAX      32u /* of one request */
#define GENERIC_STATUSES_MAX   16u
#define GENERIC_CARRIES_MAX    8u /* values that a look carries */
#define GENERIC_CARRY_NAME_MAX 32u
#define GENERIC_KEY_MAX        128u
#define GENERIC_STEPS_MAX      32u /* of one dialogue */
#define GENERIC_ERROR_MAX      160u

/* Where a value is. The first five have a key. */
enum generic_from {
    GENERIC_FROM_NOTHING,
    GENERIC_FROM_KEYVALUE,
    GENERIC_FROM_HEADER,
    GENERIC_FROM_COOKIE,
    GENERIC_FROM_JSON,
    GENERIC_FROM_XML,
    GENERIC_FROM_REGEX,
    GENERIC_FROM_STATUS,
    GENERIC_FROM_SIZE,
    GENERIC_FROM_TIME,
    GENERIC_FROM_AGE,
    GENERIC_FROM_TLS_DAYS,
    GENERIC_FROM_PICTURE,
    GENERIC_FROM_WIDTH,
    GENERIC_FROM_HEIGHT,
    GENERIC_FROM_WAIT,
    GENERIC_FROM_CONNECT,
    GENERIC_FROM_HASH,
    GENERIC_FROM_UNCHANGED,
    GENERIC_FROM_COUNT
};

/* What it means when no answer comes in time. */
enum generic_late { GENERIC_LATE_FAIL, GENERIC_LATE_FAULT, GENERIC_LATE_IGNORE };

/* Whether an answer has to come inside TLS. */
enum generic_tls { GENERIC_TLS_ANY, GENERIC_TLS_YES, GENERIC_TLS_NO };

/* Where a value comes from, and what is done with it. */
struct generic_extract {
    uint32_t from; /* enum generic_from */
    char *key;     /* of a line or header, a pointer or a path */
    int carry;     /* the place of the value that it carries; -1: it tells a fact */
    bool has_pattern;
    struct generic_pattern pattern;
    struct generic_rule rule;
};

struct generic_statuses {
    uint32_t first;
    uint32_t last;
};

/* What a header has to be like, or must not. */
struct generic_header {
    char *name;
    bool has_pattern; /* else: it is there */
    struct generic_pattern pattern;
};

/* One step of a dialogue. */
enum generic_act {
    GENERIC_ACT_EXPECT,
    GENERIC_ACT_EXPECT_BYTES,
    GENERIC_ACT_SEND,
    GENERIC_ACT_SECURE
};

struct generic_step {
    uint32_t act;
    uint32_t entry; /* its place in the options */
    bool is_text;   /* words in it are filled in */
    char *bytes;    /* NULL for a pattern */
    size_t size;
    struct generic_pattern pattern;
};

struct generic_request {
    char *name;
    char *path;
    char *headers;     /* lines ended by CR LF, or NULL */
    char *body;        /* or NULL */
    char *body_file;   /* name of the file that is the body, or NULL */
    char *expect_type; /* what Content-Type begins with, or NULL */
    const char *method;
    uint32_t http_flags;
    uint32_t timeout_ms;
    uint32_t connect_timeout_ms;
    uint32_t max_bytes;
    uint32_t place;          /* in the plan */
    uint32_t expect_version; /* 10 or 11; 0: any */
    uint32_t charset;        /* VMM_CHARSET_*; UNKNOWN: as the answer says */
    uint32_t on_timeout;     /* enum generic_late */
    uint32_t expect_tls;     /* enum generic_tls */
    uint32_t port;           /* of tcp; 0: the device's own */
    struct generic_step steps[GENERIC_STEPS_MAX];
    size_t step_count;
    bool is_tcp; /* a dialogue, and no HTTP */
    bool optional;
    bool is_carrying;            /* it has {carry:NAME} or {now:FORMAT} in it */
    bool is_login;               /* the password goes into it */
    bool is_own_login;           /* the host answers no challenge for it */
    struct generic_pattern line; /* of the status line */
    bool has_line;
    struct generic_statuses statuses[GENERIC_STATUSES_MAX];
    size_t status_count;
    struct generic_pattern match[GENERIC_PATTERNS_MAX];
    size_t match_count;
    struct generic_pattern fail[GENERIC_PATTERNS_MAX];
    size_t fail_count;
    struct generic_pattern refused[GENERIC_PATTERNS_MAX];
    size_t refused_count;
    struct generic_pattern locked[GENERIC_PATTERNS_MAX];
    size_t locked_count;
    struct generic_condition conditions[GENERIC_PATTERNS_MAX];
    size_t condition_count;
    struct generic_header match_headers[GENERIC_PATTERNS_MAX];
    size_t match_header_count;
    struct generic_header fail_headers[GENERIC_PATTERNS_MAX];
    size_t fail_header_count;
    struct generic_extract extract[GENERIC_RULES_MAX];
    size_t extract_count;
};

/* What each request wants of the encrypted channel: names of files in the folder of the plugin's settings. NULL: none. */
struct generic_identity {
    uint32_t min_version; /* VMM_HTTP_TLS_1_2 …; 0: the host's */
    char *server_name;
    char *ca;
    char *certificate;
    char *key;
};

struct generic_plan {
    uint64_t hash; /* of the options */
    uint32_t users;
    uint32_t http_flags; /* of every request */
    struct generic_words words;
    struct generic_identity identity;
    char *proxy;        /* its name in the settings of the plugin; NULL: none */
    bool needs_carried; /* a request has words, or a file, that each look fills in */
    bool has_files;     /* a request has a file */
    struct generic_request *requests[GENERIC_REQUESTS_MAX];
    size_t request_count;
    char *carried[GENERIC_CARRIES_MAX]; /* names */
    size_t carried_count;
    struct vmm_request_row rows[GENERIC_REQUESTS_MAX + 1]; /* the trial, then the requests */
    char *trial;                                           /* target of the trial */
    char error[GENERIC_ERROR_MAX]; /* what is wrong with the options; "" when nothing */
    /* The cache's own. */
    struct generic_plan *chain;
    struct generic_plan *newer;
    struct generic_plan *older;
};

/* The part of a request row that knows how to read its answer. */
typedef void (*generic_reader)(void *state, const struct vmm_request_row *row,
                               const struct vmm_http_answer *answer, const struct vmm_observer *to,
                               struct vmm_part *part);

/* Begins a row that is a dialogue (struct vmm_request_row). */
typedef int (*generic_starter)(void *state, const struct vmm_request_row *row,
                               struct vmm_turn *turn);

/* Make a plan of options, JSON as the host hands it out. NULL without memory. Options that make no
 * sense give a plan with an error. */
struct generic_plan *generic_plan_create(const char *options, generic_reader read,
                                         generic_starter start);

/* Release; NULL is allowed. */
void generic_plan_destroy(struct generic_plan *plan);

#endif
