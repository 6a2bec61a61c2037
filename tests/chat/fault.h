/* SPDX-License-Identifier: MIT */
/*
 * What goes wrong on command, a word for each of the next requests:
 *
 *   ok         nothing
 *   429, 500 … this status; 429:30 with Retry-After 30
 *   close      the connection is closed, nothing is kept
 *   drop       the message is kept, then the connection is closed without an answer
 *   hang       the message is not kept, and there is no answer until the client gives up
 *   lost       the message is kept, and there is no answer until the client gives up
 *   page       200 with a page of HTML, as a proxy would answer
 *
 * "word*5" is five of them, "word*" holds until other words are given.
 */
#ifndef CHAT_FAULT_H
#define CHAT_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#define CHAT_FAULTS_MAX 256u

enum chat_fault_kind {
    CHAT_FAULT_NONE,
    CHAT_FAULT_STATUS,
    CHAT_FAULT_CLOSE,
    CHAT_FAULT_DROP,
    CHAT_FAULT_HANG,
    CHAT_FAULT_LOST,
    CHAT_FAULT_PAGE,
};

struct chat_fault {
    enum chat_fault_kind kind;
    uint32_t status;
    uint32_t retry_after_s; /* 0: the header is left out */
    uint32_t left;          /* UINT32_MAX: for ever */
};

struct chat_faults {
    struct chat_fault list[CHAT_FAULTS_MAX];
    uint32_t count;
    uint32_t at;
};

/* Replace what was to come by these words, blanks between. False, with nothing changed, when a word is unknown. */
bool chat_faults_set(struct chat_faults *faults, const char *words);

/* What the next request gets. */
struct chat_fault chat_faults_take(struct chat_faults *faults);

#endif
