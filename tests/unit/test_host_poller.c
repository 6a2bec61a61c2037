/* SPDX-License-Identifier: MIT */
/* What a socket becomes ready for is told as often as by levels, with fewer words to the kernel. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/poller.h"

/* ---- Deciding ---- */

Test(host_poller, one_write_and_one_read_are_one_call)
{
    struct poller_watch watch = {0};
    cr_assert_eq(poller_want(&watch, POLLER_WRITE), POLLER_CALL_ADD);
    cr_assert_eq(poller_take(&watch, POLLER_WRITE), POLLER_WRITE);
    cr_assert_eq(poller_want(&watch, POLLER_READ), POLLER_CALL_NONE);
    cr_assert_eq(poller_dealt(&watch), POLLER_CALL_NONE);
    cr_assert_eq(poller_take(&watch, POLLER_READ | POLLER_WRITE), POLLER_READ);
    cr_assert_eq(poller_want(&watch, 0), POLLER_CALL_NONE);
    cr_assert_eq(poller_dealt(&watch), POLLER_CALL_NONE);
}

Test(host_poller, an_edge_that_came_too_early_is_asked_for_again)
{
    struct poller_watch watch = {0};
    poller_want(&watch, POLLER_WRITE);
    cr_assert_eq(poller_take(&watch, POLLER_READ | POLLER_WRITE), POLLER_WRITE);
    cr_assert_eq(poller_want(&watch, POLLER_READ), POLLER_CALL_CHANGE);
    cr_assert_eq(watch.levels, POLLER_READ);
}

Test(host_poller, who_has_not_taken_all_is_watched_by_levels)
{
    struct poller_watch watch = {0};
    poller_want(&watch, POLLER_READ);
    poller_take(&watch, POLLER_READ | POLLER_WRITE);
    cr_assert_eq(poller_dealt(&watch), POLLER_CALL_CHANGE);
    poller_take(&watch, POLLER_READ);
    cr_assert_eq(poller_dealt(&watch), POLLER_CALL_NONE, "levels are told again by themselves");
    cr_assert_eq(poller_want(&watch, POLLER_WRITE), POLLER_CALL_CHANGE);
    cr_assert_eq(poller_want(&watch, POLLER_WRITE), POLLER_CALL_NONE);
}

Test(host_poller, levels_of_which_nothing_is_wanted_are_dropped_when_they_speak)
{
    struct poller_watch watch = {0};
    poller_want(&watch, POLLER_READ);
    poller_take(&watch, POLLER_READ);
    poller_dealt(&watch);
    cr_assert_eq(poller_want(&watch, 0), POLLER_CALL_NONE, "most are closed next");
    cr_assert_eq(poller_take(&watch, POLLER_READ), 0);
    cr_assert_eq(poller_dealt(&watch), POLLER_CALL_DROP);
    cr_assert_eq(poller_want(&watch, POLLER_READ), POLLER_CALL_ADD);
}

Test(host_poller, a_lent_descriptor_is_dropped_at_once)
{
    struct poller_watch watch = {.is_lent = true};
    cr_assert_eq(poller_want(&watch, POLLER_READ), POLLER_CALL_ADD);
    cr_assert_eq(watch.levels, POLLER_READ);
    cr_assert_eq(poller_want(&watch, 0), POLLER_CALL_DROP);
    cr_assert_eq(poller_want(&watch, 0), POLLER_CALL_NONE);
    cr_assert_eq(poller_want(&watch, POLLER_READ), POLLER_CALL_ADD);
}

/* ---- Doing ---- */

#define PAIRS 100

struct rig {
    struct event_base *base;
    struct poller *poller;
    struct poller_watch watches[PAIRS];
    int ends[PAIRS][2];
    char order[4 * PAIRS + 1]; /* 'w' and 'r' as they were told */
    size_t told;
    size_t got[PAIRS];
    size_t sip;   /* bytes that are read at a time */
    uint8_t then; /* wanted after a write */
    uint32_t batches;
};

static void on_ready(void *arg, struct poller_watch *watch, uint8_t ready)
{
    struct rig *rig = arg;
    size_t who = (size_t)(watch - rig->watches);
    char bytes[64];
    cr_assert(poller_is_busy(rig->poller));
    cr_assert_lt(rig->told, sizeof(rig->order) - 1, "it is told without end");
    rig->order[rig->told++] = (ready & POLLER_WRITE) != 0 ? 'w' : 'r';
    if ((ready & POLLER_WRITE) != 0) {
        poller_set(rig->poller, watch, watch->fd, rig->then);
        return;
    }
    ssize_t got = recv(watch->fd, bytes, rig->sip, MSG_DONTWAIT);
    rig->got[who] += got > 0 ? (size_t)got : 0;
}

static void on_done(void *arg)
{
    struct rig *rig = arg;
    cr_assert_not(poller_is_busy(rig->poller));
    rig->batches++;
}

static struct rig *make_rig(uint8_t wanted)
{
    static struct rig rig;
    rig = (struct rig){.base = event_base_new(), .sip = 64, .then = POLLER_READ};
    rig.poller = poller_create(rig.base, on_ready, on_done, &rig);
    cr_assert_not_null(rig.poller);
    for (size_t i = 0; i < PAIRS; i++) {
        cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, rig.ends[i]), 0);
        cr_assert_eq(poller_set(rig.poller, &rig.watches[i], rig.ends[i][0], wanted), 0);
    }
    return &rig;
}

static void turn(const struct rig *rig, int turns)
{
    for (int i = 0; i < turns; i++) {
        event_base_loop(rig->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
    }
}

static void drop_rig(struct rig *rig)
{
    for (size_t i = 0; i < PAIRS; i++) {
        close(rig->ends[i][0]);
        close(rig->ends[i][1]);
    }
    poller_destroy(rig->poller);
    event_base_free(rig->base);
}

static void say(const struct rig *rig, size_t who, const char *text)
{
    cr_assert_eq(send(rig->ends[who][1], text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

Test(host_poller, each_is_told_once_that_it_may_write)
{
    struct rig *rig = make_rig(POLLER_WRITE);
    turn(rig, 10);
    cr_assert_eq(rig->told, PAIRS);
    cr_assert_eq(strspn(rig->order, "w"), PAIRS);
    drop_rig(rig);
}

Test(host_poller, an_answer_that_was_there_first_is_not_lost)
{
    struct rig *rig = make_rig(POLLER_WRITE);
    for (size_t i = 0; i < PAIRS; i++) {
        say(rig, i, "early");
    }
    turn(rig, 20);
    for (size_t i = 0; i < PAIRS; i++) {
        cr_assert_eq(rig->got[i], 5, "pair %zu has %zu bytes", i, rig->got[i]);
    }
    drop_rig(rig);
}

Test(host_poller, an_answer_that_is_taken_in_sips_comes_whole)
{
    struct rig *rig = make_rig(POLLER_READ);
    rig->sip = 2;
    say(rig, 7, "an answer");
    turn(rig, 10);
    cr_assert_eq(rig->got[7], 9);
    say(rig, 7, "more");
    turn(rig, 10);
    cr_assert_eq(rig->got[7], 13);
    drop_rig(rig);
}

Test(host_poller, who_wants_to_write_comes_before_who_wants_to_read)
{
    struct rig *rig = make_rig(POLLER_READ);
    for (size_t i = 0; i < 10; i++) {
        say(rig, i, "answer");
    }
    poller_set(rig->poller, &rig->watches[50], rig->ends[50][0], POLLER_WRITE);
    turn(rig, 1);
    cr_assert_eq(rig->told, 11);
    cr_assert_eq(rig->order[0], 'w');
    cr_assert_eq(strspn(rig->order + 1, "r"), 10);
    drop_rig(rig);
}

Test(host_poller, an_end_is_told_to_who_wants_to_read_and_to_nobody_else)
{
    struct rig *rig = make_rig(POLLER_READ);
    poller_set(rig->poller, &rig->watches[3], rig->ends[3][0], 0);
    close(rig->ends[2][1]);
    close(rig->ends[3][1]);
    turn(rig, 1);
    cr_assert_eq(rig->told, 1);
    poller_set(rig->poller, &rig->watches[2], rig->ends[2][0], 0);
    turn(rig, 10);
    cr_assert_leq(rig->told, 2, "an end that nobody wants to hear of keeps the loop awake");
    rig->ends[2][1] = dup(rig->ends[0][1]);
    rig->ends[3][1] = dup(rig->ends[0][1]);
    drop_rig(rig);
}

Test(host_poller, a_number_that_comes_back_is_another_descriptor)
{
    struct rig *rig = make_rig(POLLER_READ);
    int number = rig->ends[4][0];
    int other[2];
    poller_forget(&rig->watches[4]);
    close(number);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, other), 0);
    cr_assert_eq(other[0], number);
    rig->ends[4][0] = other[0];
    close(rig->ends[4][1]);
    rig->ends[4][1] = other[1];
    cr_assert_eq(poller_set(rig->poller, &rig->watches[4], number, POLLER_READ), 0);
    say(rig, 4, "new");
    turn(rig, 2);
    cr_assert_eq(rig->got[4], 3);
    drop_rig(rig);
}
