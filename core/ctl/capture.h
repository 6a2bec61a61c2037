/* SPDX-License-Identifier: MIT */
/*
 * What one look sent and got, and the personality of vmm-farm that is made of it. No I/O.
 *
 *   capture_add() each exchange ─▶ capture_personality() ─▶ JSON for a file of tests/farm
 */
#ifndef CTL_CAPTURE_H
#define CTL_CAPTURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ipc/message.h"

#define CAPTURE_STEPS_MAX 512u
#define CAPTURE_FIXTURE   "fixture_hex" /* of an answer: its body as it came, in hexadecimal digits */

struct capture_step {
    uint8_t kind; /* CAPTURE_* */
    bool authorized;
    unsigned status;
    char *method;
    char *target;
    char *asked;
    struct buf headers;
    struct buf body;
    int64_t wall_us; /* when it was told */
};

struct capture {
    struct capture_step *steps;
    size_t count;
    bool failed; /* more than CAPTURE_STEPS_MAX, or no memory */
};

/* What is known beside the exchange; all borrowed. */
struct capture_context {
    const char *about;
    const char *host; /* becomes {address} */
    unsigned port;    /* 0: the protocol's own */
    const char *user;
    const char *password;
    const char *const *masked; /* further texts that are hidden, ended by NULL */
    bool fixtures;             /* each answer has its body as CAPTURE_FIXTURE too, secrets hidden */
};

/* Copy one exchange; times in its answer are kept as their distance from `wall_us`. */
void capture_add(struct capture *capture, const struct capture_message *message, int64_t wall_us);

/* Wipe and release. */
void capture_finish(struct capture *capture);

/* The personality, a new reference; NULL with *problem, one line. */
json_t *capture_personality(const struct capture *capture, const struct capture_context *context,
                            const char **problem);

/* Whether an item of a query is the same at each look: without a secret, and without a date. */
bool capture_is_stable(const char *item, size_t size);

#endif
