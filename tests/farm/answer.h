/* SPDX-License-Identifier: MIT */
/* One answer of a personality: which requests it is for, and what it says. */
#ifndef FARM_ANSWER_H
#define FARM_ANSWER_H

#include "farm/message.h"
#include "farm/template.h"

struct vivotek;

enum answer_case { CASE_AS_WRITTEN, CASE_LOWER, CASE_UPPER };

enum answer_query { QUERY_ANY, QUERY_EXACT, QUERY_HAS };

struct answer_header {
    struct slice name;
    struct template value;
};

struct answer {
    /* matching */
    const char *method; /* NULL: any */
    const char *path;   /* NULL: any */
    bool path_glob;
    enum answer_query query;
    struct slice query_exact;
    const struct slice *query_items;
    size_t query_count;
    struct slice body_has;
    struct slice operation; /* of SOAP */
    struct slice space;     /* its namespace, or empty: any */
    /* standing */
    bool open; /* needs no login */
    bool redirect_target;
    uint64_t once; /* its bit where it is given once a look, else 0 */
    bool session;  /* needs a login by a nonce that a body has told */
    int level;     /* an account needs at least this */
    /* saying */
    int status;
    const char *reason;
    const struct answer_header *headers;
    size_t header_count;
    struct template body;
    bool tells_nonce; /* the body does */
    bool length;      /* says Content-Length; else the body ends with the connection */
    bool open_end;    /* no length, and the connection stays: the client cannot know the end */
    bool close;
    const struct vivotek *vivotek; /* getparam makes the body instead */
};

/* What an answer inherits from its personality. */
struct answer_context {
    struct arena *arena;
    const struct template_names *names;
    const json_t *headers; /* of all answers, or NULL */
    enum answer_case header_case;
    const char *directory; /* where body files are looked for */
    const struct vivotek *vivotek;
    bool close;
};

/* Reads one answer object. STATUS is the default. False: a problem is noted. */
bool answer_read(const struct answer_context *context, const json_t *object, int status,
                 struct answer *answer, struct problem *problem);

/* Is ANSWER the one for this request? */
bool answer_matches(const struct answer *answer, const struct message *message);

/* Does PATH match the shell pattern PATTERN? */
bool answer_path_matches(const char *pattern, struct slice path);

/* The usual words for a status code of HTTP or RTSP. */
const char *answer_reason(int status);

#endif
