/* SPDX-License-Identifier: MIT */
/* Questions to the panel, one after another, each with a time by which it has an answer. Pure. */
#ifndef IPC_QUESTION_H
#define IPC_QUESTION_H

#include "ipc/panel.h"

struct question {
    struct question *next;
    panel_done_fn done;
    void *arg;
    uint64_t id;       /* no other has it */
    uint64_t until_us; /* answered by then, with what has come */
    uint32_t answers;  /* of the transcript */
    size_t size;
    uint8_t body[]; /* of the frame with the transcript */
};

/* Zeroed: none. */
struct questions {
    struct question *first; /* the one under way; NULL: none */
    uint64_t asked;         /* so far */
};

/* One more, at the end: about the transcript in this frame, which is copied. VMM_E_PROTO: it holds none; VMM_E_NOMEM. */
int questions_add(struct questions *questions, const struct frame *frame, uint64_t until_us,
                  panel_done_fn done, void *arg);

/* Take the first one off; the caller frees it. NULL when there is none. */
struct question *questions_take(struct questions *questions);

/* How long the first one may still wait, 0 when its time is over. There is one. */
uint64_t questions_left_us(const struct questions *questions, uint64_t now_us);

/* All of them have until then. */
void questions_put_off(struct questions *questions, uint64_t until_us);

#endif
