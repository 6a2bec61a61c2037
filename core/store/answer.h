/* SPDX-License-Identifier: MIT */
/*
 * What a thread of the store gives back to the loop: a list of things that know how to deliver
 * themselves.
 */
#ifndef STORE_ANSWER_H
#define STORE_ANSWER_H

#include <stddef.h>

struct store_answer {
    struct store_answer *next;
    int rc;
    void (*deliver)(struct store_answer *answer); /* calls back, and releases it */
    void (*forget)(struct store_answer *answer);  /* only releases it */
};

struct store_answers {
    struct store_answer *first;
    struct store_answer *last;
};

static inline void store_answers_add(struct store_answers *list, struct store_answer *answer)
{
    answer->next = NULL;
    if (list->last == NULL) {
        list->first = answer;
    } else {
        list->last->next = answer;
    }
    list->last = answer;
}

/* Deliver all of a list that nobody else can reach. Returns how many. */
static inline size_t store_answers_deliver(struct store_answers *list)
{
    size_t count = 0;
    struct store_answer *answer = list->first;
    *list = (struct store_answers){0};
    while (answer != NULL) {
        struct store_answer *next = answer->next;
        answer->deliver(answer);
        answer = next;
        count++;
    }
    return count;
}

#endif
