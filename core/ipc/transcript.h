/* SPDX-License-Identifier: MIT */
/*
 * A transcript of what a device answers to strangers, in a frame: TRANSCRIPT from the host that looks, WEIGH to each that
 * is asked for its opinion. The body is the same; what it holds is foreign text and stays bytes here.
 */
#ifndef IPC_TRANSCRIPT_H
#define IPC_TRANSCRIPT_H

#include <vmm/identify.h>

#include "ipc/frame.h"

/* One that was read; texts are borrowed from its frame. Not to be copied: it points into itself. */
struct transcript {
    struct vmm_transcript seen;
    const struct vmm_answer *answers[VMM_TRANSCRIPT_ANSWERS_MAX];
    struct vmm_answer items[VMM_TRANSCRIPT_ANSWERS_MAX];
};

/* Append one answer; its number follows from its place. */
void transcript_add(struct buf *answers, const struct vmm_answer *answer);

/* Append a frame of so many answers. 0, VMM_E_TOOBIG or VMM_E_NOMEM. */
int message_put_transcript(struct buf *out, uint32_t type, uint64_t id, uint32_t count,
                           const struct buf *answers);

/* 0 or VMM_E_PROTO. */
int message_get_transcript(const struct frame *frame, struct transcript *out);

/* What a plugin thinks of one. */
struct opinion_message {
    uint8_t certainty;
    uint8_t flags;  /* VMM_OPINION_* */
    uint8_t answer; /* its number; 0: none */
    const char *family;
    const char *why;
};

int message_put_opinion(struct buf *out, uint64_t id, const struct opinion_message *message);
int message_get_opinion(const struct frame *frame, struct opinion_message *message);

#endif
