/* SPDX-License-Identifier: MIT */
/*
 * What is said over a connection that is not HTTP, step by step: bytes go out, a line has to fit a pattern, bytes have to
 * come. Pure: it is told what has come, and says what is to be done.
 */
#ifndef GENERIC_DIALOGUE_H
#define GENERIC_DIALOGUE_H

#include "generic_carry.h"

#define GENERIC_DIALOGUE_MAX 65536u /* bytes that are taken from the device */
#define GENERIC_GROUP_MAX    1024u  /* bytes of what came that stand for one {1} */
#define GENERIC_SEND_MAX     16384u /* bytes of one step that is said, with its groups */

enum generic_next {
    GENERIC_NEXT_WAIT,   /* for more bytes */
    GENERIC_NEXT_SEND,   /* generic_dialogue_text(), then generic_dialogue_sent() */
    GENERIC_NEXT_SECURE, /* the connection is to be encrypted, then generic_dialogue_sent() */
    GENERIC_NEXT_DONE,   /* everything came as expected */
    GENERIC_NEXT_BROKEN, /* `why` says what did not */
    GENERIC_NEXT_FAILED  /* out of memory */
};

struct generic_dialogue {
    const struct generic_request *request;
    char *bytes; /* all that came */
    size_t size;
    size_t limit;
    bool is_full;   /* some were left out */
    size_t at;      /* the first byte that no step has taken */
    size_t scanned; /* no line ends before it */
    size_t step;
    char *groups[GENERIC_GROUPS_MAX]; /* of the last pattern that fitted; NULL: none */
    char why[96];
};

/* Begin. `request` is one with steps, and outlives it. */
void generic_dialogue_init(struct generic_dialogue *dialogue,
                           const struct generic_request *request);
void generic_dialogue_finish(struct generic_dialogue *dialogue);

/* Take bytes that came, those that are too many left out. 0 or VMM_E_NOMEM. */
int generic_dialogue_take(struct generic_dialogue *dialogue, const void *bytes, size_t size);

/* What is due; `ended`: nothing more will come. */
enum generic_next generic_dialogue_next(struct generic_dialogue *dialogue, bool ended,
                                        struct generic_clock *clock);

/* The bytes that are due, with {1} to {9} and the words of `carried` filled in (NULL: there are none). The caller frees
 * them; NULL without memory. */
char *generic_dialogue_text(const struct generic_dialogue *dialogue,
                            const struct generic_carried *carried, struct generic_plan *plan,
                            size_t *size);
void generic_dialogue_sent(struct generic_dialogue *dialogue);

#endif
