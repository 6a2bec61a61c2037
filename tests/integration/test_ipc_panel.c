/* SPDX-License-Identifier: MIT */
/* Plugins in real hosts that are asked whose a device is: who is missing for the moment, and who for good. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "ipc/panel.h"

static struct event_base *base;
static struct panel *panel;
static int program_fd;
static struct opinion opinions[8];
static size_t count;
static unsigned ended; /* questions */

static int open_plugin(void *arg, const char *name)
{
    char path[4096];
    (void)arg;
    snprintf(path, sizeof(path), "%s/%s.so", FAULT_PLUGINS, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 ? fd : VMM_E_NOENT;
}

/* `limit_ms` 0: a question has the time that it usually has. */
static void create_panel(uint32_t limit_ms)
{
    struct panel_setup setup = {
        .base = base, .program_fd = program_fd, .open = open_plugin, .limit_ms = limit_ms};
    panel = panel_create(&setup);
    cr_assert_not_null(panel);
}

static void set_up(void)
{
    base = event_base_new();
    program_fd = open(HOST_PROGRAM, O_RDONLY | O_CLOEXEC);
    cr_assert(program_fd >= 0);
    create_panel(0);
    ended = 0;
    count = 0;
}

static void tear_down(void)
{
    panel_destroy(panel);
    event_base_free(base);
    close(program_fd);
}

TestSuite(panel, .init = set_up, .fini = tear_down, .timeout = 60);

static void on_opinions(void *arg, const struct opinion *said, size_t number,
                        const struct vmm_transcript *seen)
{
    (void)arg;
    (void)seen;
    cr_assert_leq(number, sizeof(opinions) / sizeof(opinions[0]));
    count = number;
    for (size_t i = 0; i < number; i++) {
        opinions[i] = said[i];
    }
    ended++;
    event_base_loopbreak(base);
}

static void put_question(void)
{
    struct buf out;
    struct buf answers;
    struct frame frame;
    buf_init(&out);
    buf_init(&answers);
    cr_assert_eq(message_put_transcript(&out, FRAME_WEIGH, 9, 0, &answers), 0);
    cr_assert_eq(frame_parse(out.data, out.size, &frame), (int)out.size);
    cr_assert_eq(panel_ask(panel, &frame, on_opinions, NULL), 0);
    buf_finish(&out);
    buf_finish(&answers);
}

static void ask(void)
{
    unsigned before = ended;
    put_question();
    event_base_dispatch(base);
    cr_assert_eq(ended, before + 1, "the question has an answer");
}

static const struct opinion *of(const char *name)
{
    static const struct opinion none;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(opinions[i].family, name) == 0) {
            return &opinions[i];
        }
    }
    return &none;
}

Test(panel, tells_an_opinion_that_may_come_yet_from_one_that_never_will)
{
    cr_assert_eq(panel_set(panel, (const char *[]){"seer_crash", "seer_lies", "seer_sure"}, 3), 0);
    ask();
    cr_expect_eq(count, 3);
    cr_expect_eq(of("seer_sure")->certainty, 100);
    cr_expect(of("seer_crash")->is_missing && of("seer_crash")->is_due);
    cr_expect(of("seer_lies")->is_missing && !of("seer_lies")->is_due, "a lie is an answer");
    cr_expect_null(opinion_best(opinions, count));
    ask();
    cr_expect_not_null(strstr(of("seer_crash")->why, "rests"));
    cr_expect(of("seer_crash")->is_due);
}

Test(panel, asks_who_rests_when_all_is_forgiven)
{
    cr_assert_eq(panel_set(panel, (const char *[]){"seer_crash"}, 1), 0);
    ask();
    ask();
    cr_assert_not_null(strstr(of("seer_crash")->why, "rests"));
    panel_forgive(panel);
    ask();
    cr_expect_str_eq(of("seer_crash")->why, "its process ended over it");
}

Test(panel, ends_a_question_when_nobody_is_left_to_ask)
{
    static const char *many[OPINIONS_MAX + 1];
    for (size_t i = 0; i <= OPINIONS_MAX; i++) {
        many[i] = "seer_sure";
    }
    cr_assert_eq(panel_set(panel, (const char *[]){"seer_hang"}, 1), 0);
    put_question();
    event_base_loop(base, EVLOOP_ONCE);
    cr_assert_eq(panel_set(panel, many, OPINIONS_MAX + 1), VMM_E_TOOBIG);
    event_base_dispatch(base);
    cr_expect_eq(ended, 1);
    cr_expect_eq(count, 0);
}

#define NO_TIME "there was no time left for it"

Test(panel, a_question_ends_in_its_time_without_those_that_have_not_said_anything)
{
    panel_destroy(panel);
    create_panel(300);
    cr_assert_eq(panel_set(panel, (const char *[]){"seer_hang", "truncated"}, 2), 0);
    /* The second time as well: to be late is no failure, nobody rests. */
    for (int i = 0; i < 2; i++) {
        ask();
        cr_expect_str_eq(of("seer_hang")->why, NO_TIME);
        cr_expect(of("seer_hang")->is_missing && of("seer_hang")->is_due);
        cr_expect_null(opinion_best(opinions, count));
    }
}

Test(panel, each_of_several_questions_ends_in_its_time)
{
    panel_destroy(panel);
    create_panel(300);
    cr_assert_eq(panel_set(panel, (const char *[]){"seer_hang"}, 1), 0);
    for (unsigned i = 0; i < 3; i++) {
        put_question();
    }
    for (unsigned i = 1; i <= 3; i++) {
        event_base_dispatch(base);
        cr_expect_eq(ended, i);
        cr_expect_str_eq(of("seer_hang")->why, NO_TIME);
    }
}

Test(panel, does_not_ask_what_cannot_be_loaded_or_has_no_opinions)
{
    cr_assert_eq(panel_set(panel, (const char *[]){"truncated", "echo", "seer_sure"}, 3), 0);
    ask();
    cr_expect_eq(count, 1, "%zu", count);
    const struct opinion *best = opinion_best(opinions, count);
    cr_assert_not_null(best);
    cr_expect_str_eq(best->family, "seer_sure");
}
