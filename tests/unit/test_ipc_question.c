/* SPDX-License-Identifier: MIT */
/* Questions to the panel: one after another, each with its time. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include <vmm/errors.h>

#include "ipc/question.h"

#define UNTIL 60000000u

static struct questions questions;
static struct buf out;
static struct frame frame;
static int asker;

static void on_done(void *arg, const struct opinion *opinions, size_t count,
                    const struct vmm_transcript *seen)
{
    (void)arg;
    (void)opinions;
    (void)count;
    (void)seen;
}

static void set_up(void)
{
    struct buf answers;
    buf_init(&out);
    buf_init(&answers);
    questions = (struct questions){0};
    cr_assert_eq(message_put_transcript(&out, FRAME_WEIGH, 1, 0, &answers), 0);
    cr_assert_eq(frame_parse(out.data, out.size, &frame), (int)out.size);
    buf_finish(&answers);
}

static void tear_down(void)
{
    while (questions.first != NULL) {
        free(questions_take(&questions));
    }
    buf_finish(&out);
}

TestSuite(question, .init = set_up, .fini = tear_down);

static void add(uint64_t until_us)
{
    cr_assert_eq(questions_add(&questions, &frame, until_us, on_done, &asker), 0);
}

Test(question, the_first_one_that_was_asked_is_the_first_one_that_is_answered)
{
    cr_expect_null(questions_take(&questions));
    for (uint64_t i = 1; i <= 3; i++) {
        add(UNTIL);
    }
    for (uint64_t i = 1; i <= 3; i++) {
        struct question *question = questions_take(&questions);
        cr_assert_not_null(question);
        cr_expect_eq(question->id, i, "each has an id of its own");
        cr_expect_eq(question->done, on_done);
        cr_expect_eq(question->arg, &asker);
        cr_expect_eq(question->size, frame.body_size);
        cr_expect_arr_eq(question->body, frame.body, frame.body_size);
        free(question);
    }
    add(UNTIL);
    cr_expect_eq(questions.first->id, 4, "and not that of one that is gone");
}

Test(question, is_late_when_its_time_is_over_and_not_a_moment_before)
{
    add(UNTIL);
    cr_expect_eq(questions_left_us(&questions, 0), UNTIL);
    cr_expect_eq(questions_left_us(&questions, UNTIL - 1), 1);
    cr_expect_eq(questions_left_us(&questions, UNTIL), 0);
    cr_expect_eq(questions_left_us(&questions, UNTIL + 1), 0);
}

Test(question, all_are_put_off_where_nobody_is_to_blame)
{
    add(UNTIL);
    add(UNTIL + 5);
    questions_put_off(&questions, 2 * UNTIL);
    cr_expect_eq(questions_left_us(&questions, UNTIL), UNTIL);
    free(questions_take(&questions));
    cr_expect_eq(questions_left_us(&questions, UNTIL), UNTIL);
}

Test(question, about_what_is_no_transcript_is_not_asked)
{
    frame.body_size = 1;
    cr_expect_eq(questions_add(&questions, &frame, UNTIL, on_done, &asker), VMM_E_PROTO);
    cr_expect_null(questions.first);
}
