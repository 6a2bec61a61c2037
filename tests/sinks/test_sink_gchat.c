/* SPDX-License-Identifier: MIT */
/* gchat in its process, against a Google Chat that throttles, breaks off and remembers request ids. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <vmm/sink.h>

#include "chat/chat_rig.h"
#include "integration/host_client.h"

#define ID    "0190b2a4-0000-7000-8000-0000000000%02u"
#define HELLO "{\"title\":\"Dock 1 is down\",\"mode\":\"cards\",\"thread_key\":\"inc-1\"}"

static struct host_client client;
static struct chat_rig chat;
static uint64_t serial;
static struct settled_message settled;
static char why[512];

static void begin_host(void)
{
    char config[1024];
    char night[256];
    snprintf(night, sizeof(night), "%s", chat_rig_url(&chat, "night"));
    snprintf(config, sizeof(config),
             "{\"timeout\":1000,\"rooms\":[{\"name\":\"ops\",\"url\":\"%s\"},"
             "{\"name\":\"night\",\"url\":\"%s\"},{\"name\":\"gone\",\"url\":\"%.*sgone%s\"}]}",
             chat_rig_url(&chat, "ops"), night, (int)(strstr(night, "night") - night), night,
             strstr(night, "night") + strlen("night"));
    host_client_ready(&client, "../plugins/gchat", config);
}

static void begin(void)
{
    chat_rig_start(&chat, 0, 0);
    begin_host();
}

static void end(void)
{
    host_client_end(&client);
    chat_rig_stop(&chat);
}

TestSuite(sink_gchat, .init = begin, .fini = end, .timeout = 60);

static void hand_out(const char *room, unsigned number, const char *document)
{
    char id[64];
    struct buf frames = {0};
    snprintf(id, sizeof(id), ID, number);
    struct batch_item item = {.id = id,
                              .dedup_key = id,
                              .site_id = "s",
                              .json = document,
                              .kind = VMM_MESSAGE_NOTIFICATION,
                              .attempt = 1,
                              .target = room};
    struct batch_message batch = {.count = 1, .items = &item};
    cr_assert_eq(message_put_batch(&frames, ++serial, &batch), 0);
    host_client_send(&client, &frames);
}

/* What becomes of a message, and of which. */
static uint64_t wait_settled(void)
{
    struct frame frame;
    host_client_expect(&client, FRAME_SETTLED, &frame);
    cr_assert_eq(message_get_settled(&frame, &settled), 0);
    snprintf(why, sizeof(why), "%s", settled.why);
    return frame.id;
}

static void tell(unsigned number, uint32_t verdict, const char *reason)
{
    hand_out("ops", number, HELLO);
    wait_settled();
    cr_assert_eq(settled.verdict, verdict, "%u %s", settled.verdict, why);
    cr_assert(strstr(why, reason) != NULL, "%s", why);
}

static void assert_counts(const char *room, long messages, long requests)
{
    cr_assert_eq(chat_rig_count(&chat, room, "messages"), messages);
    cr_assert_eq(chat_rig_count(&chat, room, "requests"), requests);
    cr_assert_eq(chat_rig_count(&chat, room, "refused"), 0);
}

Test(sink_gchat, a_message_arrives_in_its_thread)
{
    tell(1, VMM_SINK_DELIVERED, "");
    json_t *room = chat_rig_room(&chat, "ops");
    const json_t *message = json_array_get(json_object_get(room, "messages"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(message, "thread_key")), "inc-1");
    cr_assert_str_eq(json_string_value(json_object_get(message, "request_id")),
                     "0190b2a4-0000-7000-8000-000000000001");
    json_decref(room);
}

Test(sink_gchat, over_the_quota_it_waits_and_arrives_once)
{
    chat_rig_faults(&chat, "429:3 429");
    tell(1, VMM_SINK_RETRY, "HTTP 429 RESOURCE_EXHAUSTED");
    cr_assert_eq(settled.retry_after_ms, 3000);
    tell(1, VMM_SINK_RETRY, "HTTP 429 RESOURCE_EXHAUSTED");
    cr_assert_eq(settled.retry_after_ms, 0);
    tell(1, VMM_SINK_DELIVERED, "");
    assert_counts("ops", 1, 3);
}

Test(sink_gchat, the_quota_is_shared_with_another_sender)
{
    cr_assert_eq(chat_rig_sender(&chat, "ops", 59), 59);
    tell(1, VMM_SINK_DELIVERED, "");
    tell(2, VMM_SINK_RETRY, "HTTP 429");
    hand_out("night", 3, HELLO);
    wait_settled();
    cr_assert_eq(settled.verdict, VMM_SINK_DELIVERED, "%s", why);
}

Test(sink_gchat, a_connection_dropped_after_it_was_taken_makes_no_second_message)
{
    chat_rig_faults(&chat, "drop lost");
    tell(1, VMM_SINK_RETRY, "closed before an answer");
    assert_counts("ops", 1, 1);
    tell(1, VMM_SINK_RETRY, "no answer within the time");
    tell(1, VMM_SINK_DELIVERED, "");
    assert_counts("ops", 1, 3);
    tell(2, VMM_SINK_DELIVERED, "");
    assert_counts("ops", 2, 4);
}

Test(sink_gchat, every_kind_of_trouble_and_still_in_order)
{
    static const char *const faults[] = {"500", "503:1", "close", "hang", "page", "drop", "302"};
    for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        chat_rig_faults(&chat, faults[i]);
        hand_out("ops", i, HELLO);
        wait_settled();
        cr_assert_eq(settled.verdict, VMM_SINK_RETRY, "%s: %s", faults[i], why);
        tell(i, VMM_SINK_DELIVERED, "");
    }
    json_t *room = chat_rig_room(&chat, "ops");
    const json_t *messages = json_object_get(room, "messages");
    cr_assert_eq(json_array_size(messages), 7);
    for (unsigned i = 0; i < 7; i++) {
        char id[64];
        snprintf(id, sizeof(id), ID, i);
        const json_t *message = json_array_get(messages, i);
        cr_assert_str_eq(json_string_value(json_object_get(message, "request_id")), id);
    }
    json_decref(room);
}

Test(sink_gchat, a_host_killed_in_the_middle_makes_no_second_message)
{
    chat_rig_faults(&chat, "lost");
    hand_out("ops", 1, HELLO);
    chat_rig_wait(&chat, "ops", "messages", 1);
    host_client_end(&client); /* SIGKILL */
    begin_host();
    tell(1, VMM_SINK_DELIVERED, "");
    assert_counts("ops", 1, 2);
}

Test(sink_gchat, a_room_that_hangs_delays_no_other)
{
    chat_rig_faults(&chat, "hang ok");
    hand_out("ops", 1, HELLO);
    uint64_t first = serial;
    chat_rig_wait(&chat, "ops", "requests", 1);
    hand_out("night", 2, HELLO);
    cr_assert_eq(wait_settled(), first + 1);
    cr_assert_eq(settled.verdict, VMM_SINK_DELIVERED, "%s", why);
    cr_assert_eq(wait_settled(), first);
    cr_assert_eq(settled.verdict, VMM_SINK_RETRY);
}

Test(sink_gchat, an_address_that_is_gone_keeps_its_messages)
{
    hand_out("gone", 1, HELLO);
    wait_settled();
    cr_assert_eq(settled.verdict, VMM_SINK_RETRY);
    cr_assert(strstr(why, "the address is refused: HTTP 404 NOT_FOUND") != NULL, "%s", why);
}

/* The messages of all fixtures are ones that the strict Chat takes. */
Test(sink_gchat, fixtures_are_taken_as_they_are)
{
    static const char *const names[] = {"outage",  "outage_text", "recovery",
                                        "summary", "hostile",     "hostile_text"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s.json", CHAT_FIXTURES, names[i]);
        json_t *document = json_load_file(path, 0, NULL);
        char *text = json_dumps(document, JSON_COMPACT);
        hand_out("ops", i, text);
        wait_settled();
        cr_assert_eq(settled.verdict, VMM_SINK_DELIVERED, "%s: %s", names[i], why);
        free(text);
        json_decref(document);
    }
    assert_counts("ops", 6, 6);
}

Test(sink_gchat, a_drain_lets_what_is_on_its_way_arrive)
{
    struct frame frame;
    hand_out("ops", 1, HELLO);
    host_client_say(&client, FRAME_DRAIN, 0);
    wait_settled();
    cr_assert_eq(settled.verdict, VMM_SINK_DELIVERED, "%s", why);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), 0);
}

Test(sink_gchat, its_secrets_are_never_told)
{
    chat_rig_faults(&chat, "429 500 close page 302 drop");
    for (unsigned i = 0; i < 7; i++) {
        hand_out("ops", i, HELLO);
        wait_settled();
        cr_assert_null(strstr(why, CHAT_RIG_KEY));
        cr_assert_null(strstr(why, CHAT_RIG_TOKEN));
    }
    host_client_say(&client, FRAME_DRAIN, 0);
    struct frame frame;
    host_client_expect(&client, FRAME_DRAINED, &frame);
    const char *notes = buf_cstr(&client.notes);
    cr_assert_not_null(strstr(notes, "vmm_gchat_retried_total"), "%s", notes);
    cr_assert_null(strstr(notes, CHAT_RIG_KEY));
    cr_assert_null(strstr(notes, CHAT_RIG_TOKEN));
    cr_assert_null(strstr(host_client_errors(&client), CHAT_RIG_TOKEN));
}
