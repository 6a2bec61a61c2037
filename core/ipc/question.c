/* SPDX-License-Identifier: MIT */
#include "ipc/question.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

int questions_add(struct questions *questions, const struct frame *frame, uint64_t until_us,
                  panel_done_fn done, void *arg)
{
    static struct transcript transcript;
    int rc = message_get_transcript(frame, &transcript);
    if (rc != 0) {
        return rc;
    }
    struct question *question = malloc(sizeof(*question) + frame->body_size);
    if (question == NULL) {
        return VMM_E_NOMEM;
    }
    *question = (struct question){.done = done,
                                  .arg = arg,
                                  .id = ++questions->asked,
                                  .until_us = until_us,
                                  .answers = transcript.seen.count,
                                  .size = frame->body_size};
    memcpy(question->body, frame->body, frame->body_size);
    struct question **last = &questions->first;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = question;
    return 0;
}

struct question *questions_take(struct questions *questions)
{
    struct question *question = questions->first;
    if (question != NULL) {
        questions->first = question->next;
    }
    return question;
}

uint64_t questions_left_us(const struct questions *questions, uint64_t now_us)
{
    uint64_t until_us = questions->first->until_us;
    return until_us > now_us ? until_us - now_us : 0;
}

void questions_put_off(struct questions *questions, uint64_t until_us)
{
    for (struct question *question = questions->first; question != NULL;
         question = question->next) {
        question->until_us = until_us;
    }
}
