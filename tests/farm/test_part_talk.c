/* SPDX-License-Identifier: MIT */
/* Connections without a socket: what comes of a device when it is asked, on a clock that is set by hand. */
#include "farm/fault.h"
#include "farm/scenario.h"
#include "farm/talk.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SECOND UINT64_C(1000000)
#define WALL   INT64_C(1790000000000000) /* 2026-09-21 13:33:20 UTC */

static const char ask[] = "GET /status HTTP/1.1\r\nHost: a\r\n\r\n";

static struct farm farm;
static struct talk *talk;

static void set_up(void)
{
    struct problem problem = {0};
    const struct scenario_options options = {.path = "."};
    json_t *scenario =
        json_pack("{s:{s:i}, s:[{s:s, s:s, s:s, s:{s:{s:i}}}]}", "ports", "http", 0, "groups",
                  "prefix", "a", "base_address", "127.1.0.1", "personality", "http-plain",
                  "override", "connections", "limit", 1);
    cr_assert_eq(farm_init(&farm), 0);
    bool good = scenario_build(&farm, &options, scenario, &problem);
    cr_assert(good, "%s", problem.text);
    json_decref(scenario);
    loop_set_time(&farm.loop, SECOND, WALL);
    talk = calloc(1, sizeof *talk);
    cr_assert_not_null(talk);
}

static void tear_down(void)
{
    free(talk);
    farm_finish(&farm);
}

TestSuite(talk, .init = set_up, .fini = tear_down);

static struct device *device(void)
{
    return &farm.devices[0];
}

static void set_fault(const char *text)
{
    struct fault fault;
    struct problem problem = {0};
    cr_assert(fault_read(text, &fault, &problem));
    fault_set(&farm, device(), &fault, 60 * SECOND);
}

static enum server_arrival come(struct talk *who)
{
    return talk_open(who, &farm, &device()->services[0]);
}

/* What comes of a whole request. */
static struct talk_reply asked(void)
{
    struct talk_reply reply;
    cr_assert_eq(come(talk), ARRIVAL_TALKS);
    talk_send(talk, ask, sizeof ask - 1);
    cr_assert(talk_next(talk, 1000, &reply));
    return reply;
}

static bool begins(const struct talk_reply *reply, const char *text)
{
    return reply->size >= strlen(text) && memcmp(reply->bytes, text, strlen(text)) == 0;
}

Test(talk, a_request_in_pieces_is_answered_when_it_is_whole)
{
    struct talk_reply reply;
    cr_assert_eq(come(talk), ARRIVAL_TALKS);
    talk_send(talk, ask, 10);
    cr_assert(!talk_next(talk, 0, &reply));
    talk_send(talk, ask + 10, sizeof ask - 11);
    talk_send(talk, ask, sizeof ask - 1);
    cr_assert(talk_next(talk, 0, &reply));
    cr_expect(begins(&reply, "HTTP/1.1 200 "), "%.*s", (int)reply.size, reply.bytes);
    cr_expect_eq(reply.then, TALK_STAYS);
    cr_expect(talk_next(talk, 0, &reply), "the second one has come too");
    cr_expect(!talk_next(talk, 0, &reply));
    cr_expect_eq(device()->counts.requests, 2);
    talk_close(talk);
    talk_close(talk);
    cr_expect_eq(device()->open, 0);
}

Test(talk, what_is_no_request_ends_it)
{
    struct talk_reply reply;
    cr_assert_eq(come(talk), ARRIVAL_TALKS);
    talk_send(talk, "\x16\x03\x01\r\n\r\n", 7);
    cr_assert(talk_next(talk, 0, &reply));
    cr_expect(begins(&reply, "HTTP/1.1 400 "));
    cr_expect_eq(reply.then, TALK_CLOSES);
    cr_expect(!talk->is_open);
    cr_expect_eq(device()->counts.malformed, 1);
}

Test(talk, a_connection_above_the_limit_is_reset_and_room_comes_back)
{
    struct talk *other = calloc(1, sizeof *other);
    cr_assert_not_null(other);
    cr_expect_eq(come(talk), ARRIVAL_TALKS);
    cr_expect_eq(come(other), ARRIVAL_RESET);
    talk_close(other);
    talk_close(talk);
    cr_expect_eq(come(other), ARRIVAL_TALKS);
    cr_expect_eq(device()->counts.connections_refused, 1);
    cr_expect_eq(device()->counts.connections_max, 2);
    talk_close(other);
    free(other);
}

Test(talk, faults_spoil_what_is_said_and_pass_with_the_time_that_is_set)
{
    set_fault("truncate:head");
    struct talk_reply reply = asked();
    cr_expect_eq(reply.then, TALK_CLOSES);
    cr_expect_null(memmem(reply.bytes, reply.size, "\r\n\r\n", 4));
    loop_set_time(&farm.loop, 61 * SECOND, WALL + 60 * (int64_t)SECOND);
    reply = asked();
    cr_expect_eq(reply.then, TALK_STAYS);
    cr_expect_not_null(memmem(reply.bytes, reply.size, "\r\n\r\n", 4));
    talk_close(talk);
}

Test(talk, a_device_may_be_slow_endless_or_silent)
{
    set_fault("slow:6000");
    cr_expect_geq(asked().after_us, 6 * SECOND);
    talk_close(talk);
    set_fault("endless");
    struct talk_reply reply = asked();
    cr_expect_eq(reply.then, TALK_MUTE);
    cr_expect_geq(reply.size, 1000);
    talk_close(talk);
    set_fault("blackhole");
    cr_assert_eq(come(talk), ARRIVAL_TALKS);
    talk_send(talk, ask, sizeof ask - 1);
    cr_expect(!talk_next(talk, 0, &reply));
    cr_expect(talk->is_mute);
    talk_close(talk);
    cr_assert_eq(come(talk), ARRIVAL_TALKS);
    talk_send(talk, "\x16\x03\x01\r\n\r\n", 7);
    cr_expect(!talk_next(talk, 0, &reply), "to what is no request, too");
    cr_expect(talk->is_mute);
    talk_close(talk);
}
