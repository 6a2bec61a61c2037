/* SPDX-License-Identifier: MIT */
/* Sinks and services in a host. */
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vmm/sink.h>

#include "host/exits.h"
#include "integration/host_client.h"

static struct host_client client;

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_sink, .fini = end);
TestSuite(host_service, .fini = end);

/* One batch; what to do with each message is its dedup_key. */
static void deliver(uint64_t id, const char *const *words)
{
    struct batch_item items[BATCH_ITEMS_MAX];
    struct batch_message batch = {.items = items};
    struct buf frames = {0};
    for (; words[batch.count] != NULL; batch.count++) {
        items[batch.count] = (struct batch_item){.id = "id",
                                                 .dedup_key = words[batch.count],
                                                 .site_id = "s",
                                                 .severity = 1,
                                                 .json = "{}"};
    }
    message_put_batch(&frames, id, &batch);
    host_client_send(&client, &frames);
}

static void expect_settled(uint64_t id, uint32_t index, uint32_t verdict, uint32_t retry_ms,
                           const char *why)
{
    struct frame frame;
    struct settled_message settled;
    host_client_expect(&client, FRAME_SETTLED, &frame);
    cr_assert_eq(message_get_settled(&frame, &settled), 0);
    cr_assert_eq(frame.id, id);
    cr_assert_eq(settled.index, index);
    cr_assert_eq(settled.verdict, verdict);
    cr_assert_eq(settled.retry_after_ms, retry_ms);
    cr_assert_str_eq(settled.why, why);
}

Test(host_sink, each_message_is_settled_once)
{
    host_client_ready(&client, "settle", "{}");
    deliver(7, (const char *const[]){"ok", "drop", "ok", NULL});
    expect_settled(7, 0, VMM_SINK_DELIVERED, 0, "");
    expect_settled(7, 1, VMM_SINK_DROP, 0, "the destination knows no such room");
    expect_settled(7, 2, VMM_SINK_DELIVERED, 0, "");
    deliver(8, (const char *const[]){"ok", NULL});
    expect_settled(8, 0, VMM_SINK_DELIVERED, 0, "");
}

Test(host_sink, a_retry_holds_back_all_after_it)
{
    host_client_ready(&client, "settle", "{}");
    deliver(7, (const char *const[]){"ok", "retry", "ok", NULL});
    expect_settled(7, 0, VMM_SINK_DELIVERED, 0, "");
    expect_settled(7, 1, VMM_SINK_RETRY, 1500, "busy");
    expect_settled(7, 2, VMM_SINK_RETRY, 1500, "busy");
    deliver(8, (const char *const[]){"ok", NULL});
    expect_settled(8, 0, VMM_SINK_DELIVERED, 0, "");
}

Test(host_sink, a_refused_batch_is_held_back)
{
    host_client_ready(&client, "settle", "{}");
    deliver(7, (const char *const[]){"refuse", "ok", NULL});
    expect_settled(7, 0, VMM_SINK_RETRY, 0, "the plugin refused the batch");
    expect_settled(7, 1, VMM_SINK_RETRY, 0, "the plugin refused the batch");
}

Test(host_sink, a_message_settled_twice_costs_the_host_its_life)
{
    host_client_ready(&client, "settle", "{}");
    deliver(7, (const char *const[]){"twice", "ok", NULL});
    int status = host_client_status(&client);
    cr_assert(WIFSIGNALED(status));
    cr_assert_eq(WTERMSIG(status), SIGABRT);
    cr_assert(strstr(host_client_errors(&client), "settle()") != NULL);
}

Test(host_sink, a_probe_takes_no_batch)
{
    host_client_ready(&client, "echo", "{}");
    deliver(7, (const char *const[]){"ok", NULL});
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_PROTOCOL);
}

static void notify(uint64_t id, const char *target, const char *word)
{
    struct batch_item item = {.id = "id",
                              .dedup_key = word,
                              .site_id = "s",
                              .kind = VMM_MESSAGE_NOTIFICATION,
                              .attempt = 1,
                              .target = target,
                              .json = "{}"};
    struct batch_message batch = {.count = 1, .items = &item};
    struct buf frames = {0};
    message_put_batch(&frames, id, &batch);
    host_client_send(&client, &frames);
}

Test(host_sink, a_slow_target_delays_no_other)
{
    host_client_ready(&client, "settle", "{}");
    notify(7, "slow", "keep");
    notify(8, "quick", "ok");
    expect_settled(8, 0, VMM_SINK_DELIVERED, 0, "");
    notify(9, "quick", "release");
    expect_settled(7, 0, VMM_SINK_DELIVERED, 0, "");
    expect_settled(9, 0, VMM_SINK_DELIVERED, 0, "");
}

Test(host_sink, one_target_has_one_notification_under_way)
{
    host_client_ready(&client, "settle", "{}");
    notify(7, "slow", "keep");
    notify(8, "slow", "ok");
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_PROTOCOL);
}

Test(host_sink, events_come_one_batch_at_a_time)
{
    host_client_ready(&client, "settle", "{}");
    deliver(7, (const char *const[]){"keep", NULL});
    deliver(8, (const char *const[]){"ok", NULL});
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_PROTOCOL);
}

Test(host_sink, drains)
{
    struct frame frame;
    host_client_ready(&client, "settle", "{}");
    host_client_say(&client, FRAME_DRAIN, 0);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_ORDERLY);
}

/* ---- The record ---- */

static void give_row(uint64_t id, uint8_t kind, const char *place)
{
    struct batch_item item = {.id = "id",
                              .dedup_key = "",
                              .site_id = "s",
                              .kind = kind,
                              .target = "ai_event",
                              .place = place,
                              .json = "{}"};
    struct buf frames = {0};
    message_put_batch(&frames, id, &(struct batch_message){.count = 1, .items = &item});
    host_client_send(&client, &frames);
}

static void expect_resume(const char *place)
{
    struct frame frame;
    struct resume_place places[RESUME_PLACES_MAX];
    struct resume_message message = {.places = places};
    host_client_expect(&client, FRAME_RESUME, &frame);
    cr_assert_eq(message_get_resume(&frame, &message), 0);
    cr_assert_eq(message.count, 1);
    cr_assert_str_eq(places[0].table, "node-7");
    cr_assert_str_eq(places[0].place, place);
}

/* A sink that has said in its open() where to go on. */
static void start_record(void)
{
    struct frame frame;
    struct buf frames = {0};
    struct configure_message message = {.config = "{}", .ca_file = "", .node_id = "node-7"};
    host_client_start(&client, "record");
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    message_put_configure(&frames, &message);
    host_client_send(&client, &frames);
    expect_resume("first");
    host_client_expect(&client, FRAME_READY, &frame);
}

#define WAITING "the sink has not said yet where to go on"

Test(host_sink, rows_come_only_after_the_core_has_heard_where_to_go_on)
{
    start_record();
    give_row(7, VMM_MESSAGE_ROW, "1");
    expect_settled(7, 0, VMM_SINK_RETRY, 0, WAITING);
    host_client_say(&client, FRAME_RESUMED, 0);
    give_row(8, VMM_MESSAGE_ROW, "1");
    expect_settled(8, 0, VMM_SINK_DELIVERED, 0, "");
}

Test(host_sink, rows_that_cross_a_resume_are_held_back)
{
    start_record();
    host_client_say(&client, FRAME_RESUMED, 0);
    give_row(7, VMM_MESSAGE_GONE, "41");
    give_row(8, VMM_MESSAGE_ROW, "42");
    expect_settled(7, 0, VMM_SINK_DROP, 0, "told while a batch is open");
    expect_resume("41");
    expect_settled(8, 0, VMM_SINK_RETRY, 0, WAITING);
    host_client_say(&client, FRAME_RESUMED, 0);
    give_row(9, VMM_MESSAGE_ROW, "42");
    expect_settled(9, 0, VMM_SINK_DELIVERED, 0, "");
}

Test(host_sink, resumed_without_resume_ends_the_host)
{
    start_record();
    host_client_say(&client, FRAME_RESUMED, 0);
    host_client_say(&client, FRAME_RESUMED, 0);
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_PROTOCOL);
}

Test(host_service, starts_with_its_socket_and_drains_in_its_own_time)
{
    struct frame frame;
    int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    host_client_start_with(&client, "live", (const char *const[]){"--keep", "5", NULL}, socket_fd);
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    host_client_configure(&client, "{\"listen\":\"fd:5\",\"other\":\"127.0.0.1:80\"}", 0);
    host_client_expect(&client, FRAME_READY, &frame);
    host_client_say(&client, FRAME_DRAIN, 0);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    cr_assert_str_eq(buf_cstr(&client.notes), "state 0 listen=5 other=-9\nstate 1 draining\n");
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_ORDERLY);
    close(socket_fd);
}
