/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/rng.h"
#include "ipc/channel.h"
#include "ipc/message.h"

static struct buf out;

static void set_up(void)
{
    buf_init(&out);
}

static void tear_down(void)
{
    buf_finish(&out);
}

TestSuite(message, .init = set_up, .fini = tear_down);

static struct frame only_frame(void)
{
    struct frame frame;
    cr_assert_eq(frame_parse(out.data, out.size, &frame), (int)out.size);
    return frame;
}

static struct result_message sample_result(struct result_fact *facts, struct result_step *steps)
{
    facts[0] = (struct result_fact){.subject = VMM_SUBJECT_DEVICE,
                                    .standing = VMM_STANDING_OK,
                                    .type = VMM_TYPE_TEXT,
                                    .fact = VMM_FACT_MODEL,
                                    .text = "IB8369A"};
    facts[1] = (struct result_fact){.subject = VMM_SUBJECT_CHANNEL,
                                    .standing = VMM_STANDING_FAULT,
                                    .type = VMM_TYPE_BOOL,
                                    .index = 4,
                                    .fact = VMM_FACT_SIGNAL,
                                    .reason = VMM_REASON_VIDEO_LOSS,
                                    .text = ""};
    steps[0] = (struct result_step){"GET /", "200, 12 bytes", 3, 4500};
    return (struct result_message){.outcome = VMM_OUTCOME_PARTIAL,
                                   .rung = VMM_RUNG_SIGNAL,
                                   .flags = RESULT_ANSWERED,
                                   .slowest_us = 4500,
                                   .detail = "one part refused",
                                   .host_note = {(const uint8_t *)"note", 4},
                                   .fact_count = 2,
                                   .step_count = 1,
                                   .facts = facts,
                                   .steps = steps};
}

Test(message, a_result_comes_back_as_it_was)
{
    struct result_fact facts[MESSAGE_FACTS_MAX];
    struct result_step steps[MESSAGE_STEPS_MAX];
    struct result_message sent = sample_result(facts, steps);
    cr_assert_eq(message_put_result(&out, 77, &sent), 0);
    struct result_fact got_facts[MESSAGE_FACTS_MAX];
    struct result_step got_steps[MESSAGE_STEPS_MAX];
    struct result_message got = {.facts = got_facts, .steps = got_steps};
    struct frame frame = only_frame();
    cr_assert_eq(frame.id, 77);
    cr_assert_eq(message_get_result(&frame, &got), 0);
    cr_assert_eq(got.outcome, VMM_OUTCOME_PARTIAL);
    cr_assert_str_eq(got.detail, "one part refused");
    cr_assert_eq(got.host_note.size, 4);
    cr_assert_eq(got.fact_count, 2);
    cr_assert_str_eq(got.facts[0].text, "IB8369A");
    cr_assert_eq(got.facts[1].index, 4);
    cr_assert_str_eq(got.steps[0].came, "200, 12 bytes");
}

Test(message, a_job_carries_everything_and_bounds_its_notes)
{
    uint8_t note[NOTE_HOST_MAX + 1] = {1};
    struct job_message sent = {.scope = VMM_SCOPE_FULL,
                               .may_login = 1,
                               .tls = TLS_PIN,
                               .port = 8080,
                               .deadline_ms = 30000,
                               .device_id = "cam",
                               .host = "192.168.1.64",
                               .source = "",
                               .user = "admin",
                               .password = {(const uint8_t *)"p\0w", 3},
                               .options = "{}",
                               .host_note = {note, NOTE_HOST_MAX}};
    cr_assert_eq(message_put_job(&out, 5, &sent), 0);
    struct job_message got;
    struct frame frame = only_frame();
    cr_assert_eq(message_get_job(&frame, &got), 0);
    cr_assert_str_eq(got.host, "192.168.1.64");
    cr_assert_eq(got.password.size, 3, "a password may hold a NUL");
    cr_assert_eq(got.host_note.size, NOTE_HOST_MAX);
    buf_clear(&out);
    sent.host_note.size = NOTE_HOST_MAX + 1;
    cr_assert_eq(message_put_job(&out, 5, &sent), 0);
    frame = only_frame();
    cr_assert_eq(message_get_job(&frame, &got), VMM_E_PROTO);
}

Test(message, words_outside_the_vocabulary_are_a_breach)
{
    struct result_fact facts[MESSAGE_FACTS_MAX];
    struct result_step steps[MESSAGE_STEPS_MAX];
    struct result_message sent = sample_result(facts, steps);
    facts[1].fact = VMM_FACT_COUNT;
    cr_assert_eq(message_put_result(&out, 1, &sent), 0);
    struct result_message got = {.facts = facts, .steps = steps};
    struct frame frame = only_frame();
    cr_assert_eq(message_get_result(&frame, &got), VMM_E_PROTO);
}

Test(message, a_frame_too_large_is_taken_back)
{
    static char text[FRAME_MAX];
    memset(text, 'x', sizeof(text) - 1);
    buf_text(&out, "before");
    cr_assert_eq(message_put_text(&out, FRAME_DESCRIBED, 0, text), VMM_E_TOOBIG);
    cr_assert_eq(out.size, 6);
}

/* Whatever bytes come: never a read past the end (the sanitizer sees it), and a frame cut short is no message. */
/* What is said to fit does, and one more does not. */
static void expect_fit(uint32_t text_size, uint32_t expected)
{
    static char text[FRAME_MAX + 1];
    struct batch_item items[8];
    memset(text, 'x', FRAME_MAX);
    for (uint32_t i = 0; i < 8; i++) {
        items[i] = (struct batch_item){.id = "id", .json = text + FRAME_MAX - text_size};
    }
    struct batch_message message = {.count = message_batch_fit(items, 8), .items = items};
    cr_expect_eq(message.count, expected, "%u of %u bytes", message.count, text_size);
    cr_expect_eq(message_put_batch(&out, 1, &message), 0);
    buf_clear(&out);
    message.count++;
    if (message.count <= 8) {
        cr_expect_lt(message_put_batch(&out, 1, &message), 0, "%u bytes", text_size);
    }
}

Test(message, a_batch_is_as_long_as_fits_a_frame)
{
    expect_fit(1000, 8);
    expect_fit(FRAME_MAX / 3, 2);
    expect_fit(FRAME_MAX / 4 - 100, 4);
    /* Around the end: head, count, and of the item five more texts, two bytes and a number. */
    uint32_t rest = FRAME_HEAD_SIZE + 4 + 6 * 4 + 6 + 2 + 2 + 4;
    expect_fit(FRAME_MAX - rest, 1);
    expect_fit(FRAME_MAX - rest + 1, 0);
    expect_fit(FRAME_MAX, 0);
}

Test(message, a_frame_cut_or_changed_anywhere_is_refused_or_whole)
{
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    static struct result_step steps[MESSAGE_STEPS_MAX];
    struct result_message sent = sample_result(facts, steps);
    cr_assert_eq(message_put_result(&out, 9, &sent), 0);
    struct rng rng;
    rng_init(&rng, 11);
    for (int round = 0; round < 20000; round++) {
        size_t size = rng_below(&rng, out.size + 1);
        uint8_t *copy = malloc(size + 1);
        memcpy(copy, out.data, size);
        if (size > 16) {
            copy[16 + rng_below(&rng, size - 16)] ^= (uint8_t)(1u << rng_below(&rng, 8));
        }
        struct frame frame = {.type = FRAME_RESULT,
                              .body = copy + (size < 16 ? size : 16),
                              .body_size = size < 16 ? 0 : size - 16};
        struct result_message got = {.facts = facts, .steps = steps};
        int rc = message_get_result(&frame, &got);
        cr_assert(rc == VMM_E_PROTO || size == out.size, "a cut frame was taken");
        free(copy);
    }
}

/* ---- the channel ---- */

struct peer {
    struct channel *channel;
    struct event_base *base;
    int frames;
    int wanted;
    int ended;
    int error;
};

static int on_frame(void *arg, const struct frame *frame)
{
    struct peer *peer = arg;
    cr_assert_eq(frame->id, (uint64_t)peer->frames);
    if (++peer->frames == peer->wanted) {
        event_base_loopbreak(peer->base);
    }
    return 0;
}

static void on_end(void *arg, int error)
{
    struct peer *peer = arg;
    peer->ended++;
    peer->error = error;
    event_base_loopbreak(peer->base);
}

static void connect_peers(struct event_base *base, struct peer peers[2])
{
    int ends[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    for (int i = 0; i < 2; i++) {
        peers[i] = (struct peer){.base = base};
        peers[i].channel = channel_create(base, ends[i], on_frame, on_end, &peers[i]);
        cr_assert_not_null(peers[i].channel);
    }
}

/* Append so many frames of 1 KB. */
static void put_frames(struct channel *channel, int count)
{
    char text[1000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (int i = 0; i < count; i++) {
        size_t begin = frame_begin(channel_out(channel), FRAME_LOG, (uint64_t)i);
        frame_put_text(channel_out(channel), text);
        cr_assert_eq(frame_end(channel_out(channel), begin), 0);
    }
}

Test(channel, many_frames_arrive_in_order_through_a_full_socket)
{
    struct event_base *base = event_base_new();
    struct peer peers[2];
    connect_peers(base, peers);
    put_frames(peers[0].channel, 5000);
    cr_assert_eq(channel_flush_soon(peers[0].channel), 0);
    peers[1].wanted = 5000;
    event_base_dispatch(base);
    cr_assert_eq(peers[1].frames, 5000);
    channel_destroy(peers[0].channel);
    event_base_dispatch(base);
    cr_assert_eq(peers[1].ended, 1);
    cr_assert_eq(peers[1].error, 0, "the peer closed in order");
    channel_destroy(peers[1].channel);
    event_base_free(base);
}

Test(channel, bytes_that_are_no_frame_end_it)
{
    struct event_base *base = event_base_new();
    struct peer peers[2];
    connect_peers(base, peers);
    buf_text(channel_out(peers[0].channel), "this is no frame at all");
    channel_flush_soon(peers[0].channel);
    event_base_dispatch(base);
    cr_assert_eq(peers[1].error, VMM_E_PROTO);
    channel_destroy(peers[0].channel);
    channel_destroy(peers[1].channel);
    event_base_free(base);
}

/* All of it was put in at once: nobody has had a turn to read. */
Test(channel, what_is_too_much_for_one_turn_is_told_of_and_goes_out)
{
    struct event_base *base = event_base_new();
    struct peer peers[2];
    connect_peers(base, peers);
    put_frames(peers[0].channel, 9000);
    cr_assert_eq(channel_flush_soon(peers[0].channel), VMM_E_TOOBIG);
    peers[1].wanted = 9000;
    event_base_dispatch(base);
    cr_assert_eq(peers[1].frames, 9000);
    channel_destroy(peers[0].channel);
    channel_destroy(peers[1].channel);
    event_base_free(base);
}

Test(channel, a_peer_that_does_not_read_is_told_of)
{
    struct event_base *base = event_base_new();
    struct peer peers[2];
    connect_peers(base, peers);
    buf_reserve(channel_out(peers[0].channel), CHANNEL_QUEUE_MAX + 1);
    memset(channel_out(peers[0].channel)->data, 0, CHANNEL_QUEUE_MAX + 1);
    buf_grow(channel_out(peers[0].channel), CHANNEL_QUEUE_MAX + 1);
    cr_assert_eq(channel_flush_soon(peers[0].channel), VMM_E_TOOBIG);
    channel_destroy(peers[0].channel);
    channel_destroy(peers[1].channel);
    event_base_free(base);
}

Test(message, a_captured_exchange_arrives_as_it_was)
{
    const struct capture_message told = {.kind = CAPTURE_HTTP,
                                         .authorized = 1,
                                         .status = 401,
                                         .method = "POST",
                                         .target = "/a?b=***",
                                         .asked = "x",
                                         .headers = {(const uint8_t *)"A: b\r\n", 6},
                                         .body = {(const uint8_t *)"\0\1", 2}};
    struct capture_message got;
    cr_assert_eq(message_put_capture(&out, 7, &told), 0);
    struct frame frame = only_frame();
    cr_assert_eq(frame.type, FRAME_CAPTURE);
    cr_assert_eq(message_get_capture(&frame, &got), 0);
    cr_expect_eq(got.kind, CAPTURE_HTTP);
    cr_expect_eq(got.authorized, 1);
    cr_expect_eq(got.status, 401);
    cr_expect_str_eq(got.method, "POST");
    cr_expect_str_eq(got.target, "/a?b=***");
    cr_expect_str_eq(got.asked, "x");
    cr_expect_eq(got.headers.size, 6);
    cr_expect_eq(got.body.size, 2);
    frame.body_size--;
    cr_expect_neq(message_get_capture(&frame, &got), 0);
}
