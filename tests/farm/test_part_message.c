/* SPDX-License-Identifier: MIT */
/* Heads of requests, templates, nonces and faults: the parts that need no socket. */
#include "farm/fault.h"
#include "farm/message.h"
#include "farm/nonce.h"
#include "farm/rng.h"
#include "farm/template.h"

#include <criterion/criterion.h>

static enum message_state parse(const char *text, struct message *message)
{
    return message_read(text, strlen(text), message);
}

static void expect_slice(struct slice got, const char *want)
{
    cr_expect(slice_equal(got, slice_of(want)), "got %.*s, want %s", (int)got.len, got.at, want);
}

Test(part_message, reads_an_http_request)
{
    struct message message;
    const char *text =
        "GET /cgi-bin/x.cgi?a&b=1 HTTP/1.1\r\nHost: h\r\nauthorization:  Basic eA==\r\n"
        "Content-Length: 3\r\nUser-Agent: t\r\n\r\nabc";
    cr_assert_eq(parse(text, &message), MESSAGE_WHOLE);
    cr_expect_eq(message.method, METHOD_GET);
    expect_slice(message.target, "/cgi-bin/x.cgi?a&b=1");
    expect_slice(message.path, "/cgi-bin/x.cgi");
    expect_slice(message.query, "a&b=1");
    expect_slice(message.login, "Basic eA==");
    expect_slice(message.agent, "t");
    cr_expect_eq(message.body_len, 3);
    cr_expect_eq(message.head_len, strlen(text) - 3);
    cr_expect_not(message.close);
    cr_expect_not(message.rtsp);
}

Test(part_message, reads_an_rtsp_request)
{
    struct message message;
    cr_assert_eq(parse("DESCRIBE rtsp://127.0.0.1:554/a/b?c=1 RTSP/1.0\nCSeq: 7\n\n", &message),
                 MESSAGE_WHOLE);
    cr_expect(message.rtsp);
    cr_expect_eq(message.method, METHOD_DESCRIBE);
    expect_slice(message.target, "rtsp://127.0.0.1:554/a/b?c=1");
    expect_slice(message.path, "/a/b");
    expect_slice(message.cseq, "7");
}

Test(part_message, target_without_path)
{
    struct message message;
    cr_assert_eq(parse("OPTIONS rtsp://127.0.0.1 RTSP/1.0\r\n\r\n", &message), MESSAGE_WHOLE);
    expect_slice(message.path, "/");
}

Test(part_message, wants_more_until_the_empty_line)
{
    static const char text[] = "GET / HTTP/1.0\r\nHost: h\r\n\r\n";
    struct message message;
    for (size_t length = 0; length < sizeof text - 1; length++) {
        cr_expect_eq(message_read(text, length, &message), MESSAGE_PART, "%zu", length);
    }
    cr_expect_eq(message_read(text, sizeof text - 1, &message), MESSAGE_WHOLE);
    cr_expect(message.close);
}

Test(part_message, refuses_what_is_no_request)
{
    static const char *const wrong[] = {"\r\n",
                                        "GET /\r\n",
                                        "GET / HTTP/2.0\r\n",
                                        "GET  HTTP/1.1\r\n",
                                        "GET / HTTP/1.1\r\nno colon\r\n",
                                        "GET / HTTP/1.1\r\nContent-Length: x\r\n",
                                        "GET / HTTP/1.1\r\nHost : h\r\n"};
    struct message message;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(parse(wrong[i], &message), MESSAGE_BAD, "%s", wrong[i]);
    }
}

static const char *render(const char *text, struct problem *problem)
{
    static char result[512];
    static const char *const names[] = {"model", "id2"};
    static const char *const values[] = {"IB1", "x"};
    struct arena arena = {0};
    struct template template = {0};
    struct template_input input = {.id = "cam-3",
                                   .index = 3,
                                   .address = 0x7f000105,
                                   .port = 80,
                                   .values = values,
                                   .clock = {3600, 480},
                                   .wall_us = 0,
                                   .url = SLICE("rtsp://h/p"),
                                   .path = SLICE("/p")};
    struct out out = {0};
    *problem = (struct problem){0};
    *result = '\0';
    if (template_compile(&arena, slice_of(text), &(struct template_names){names, 2}, &template,
                         problem)) {
        template_render(&template, &input, &out);
        snprintf(result, sizeof result, "%.*s", (int)out.len, out.data);
    }
    out_finish(&out);
    arena_finish(&arena);
    return result;
}

Test(part_template, puts_in_what_it_knows)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"", ""},
        {"a{model}b{id}c", "aIB1bcam-3c"},
        {"{index} {address}:{port}", "3 127.0.1.5:80"},
        {"{date:%Y/%m/%d %H:%M:%S}", "1970/01/01 09:00:00"},
        {"{utc:%H:%M}", "01:00"},
        {"{epoch} {zone} {zone40}", "3600 +08:00 320"},
        {"{url}{path}", "rtsp://h/p/p"},
        {"{{model}", "{model}"},
        {"{\"a\": {}, \"b\": 1}", "{\"a\": {}, \"b\": 1}"},
        {"{model", "{model"},
        {"x{", "x{"},
        {"{{{model}", "{IB1"},
    };
    struct problem problem;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_str_eq(render(cases[i].text, &problem), cases[i].want);
        cr_expect_not(problem_is(&problem), "%s", problem.text);
    }
}

Test(part_template, refuses_what_it_does_not_know)
{
    static const char *const wrong[] = {"{nothing}", "{date}", "{id:x}", "{model:x}"};
    struct problem problem;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        render(wrong[i], &problem);
        cr_expect(problem_is(&problem), "%s", wrong[i]);
    }
}

static struct nonce_ring ring;

static enum nonce_state look_up(const struct nonce_policy *policy, const char *text, uint32_t nc,
                                uint64_t connection, uint64_t now_us, bool use)
{
    struct nonce *nonce = NULL;
    enum nonce_state state =
        nonce_look_up(&ring, policy, slice_of(text), nc, connection, now_us, &nonce);
    if (state == NONCE_GOOD && use) {
        nonce_use(nonce, nc);
    }
    return state;
}

Test(part_nonce, lives_as_long_as_the_policy_says)
{
    char text[NONCE_TEXT + 1];
    nonce_ring_init(&ring, 1);
    nonce_issue(&ring, 1000, 7, text);
    struct nonce_policy policy = {.lifetime_us = 500};
    cr_expect_eq(look_up(&policy, text, 1, 7, 1500, false), NONCE_GOOD);
    cr_expect_eq(look_up(&policy, text, 1, 7, 1501, false), NONCE_STALE);
    policy = (struct nonce_policy){.uses = 2};
    cr_expect_eq(look_up(&policy, text, 1, 7, 1, true), NONCE_GOOD);
    cr_expect_eq(look_up(&policy, text, 2, 7, 1, true), NONCE_GOOD);
    cr_expect_eq(look_up(&policy, text, 3, 7, 1, true), NONCE_STALE);
    policy = (struct nonce_policy){.per_connection = true};
    cr_expect_eq(look_up(&policy, text, 3, 7, 1, false), NONCE_GOOD);
    cr_expect_eq(look_up(&policy, text, 3, 8, 1, false), NONCE_STALE);
}

Test(part_nonce, count_has_to_grow)
{
    char text[NONCE_TEXT + 1];
    struct nonce_policy strict = {.strict_count = true};
    struct nonce_policy loose = {0};
    nonce_ring_init(&ring, 1);
    nonce_issue(&ring, 0, 1, text);
    cr_expect_eq(look_up(&strict, text, 5, 1, 0, true), NONCE_GOOD);
    cr_expect_eq(look_up(&strict, text, 5, 1, 0, true), NONCE_REPLAYED);
    cr_expect_eq(look_up(&strict, text, 4, 1, 0, true), NONCE_REPLAYED);
    cr_expect_eq(look_up(&loose, text, 4, 1, 0, true), NONCE_GOOD);
    cr_expect_eq(look_up(&strict, text, 6, 1, 0, true), NONCE_GOOD);
}

Test(part_nonce, knows_foreign_forgotten_and_old_ones)
{
    struct nonce_policy policy = {0};
    char theirs[NONCE_TEXT + 1];
    char first[NONCE_TEXT + 1];
    char text[NONCE_TEXT + 1];
    nonce_ring_init(&ring, 1);
    nonce_issue(&ring, 0, 1, theirs);
    nonce_ring_init(&ring, 2);
    nonce_issue(&ring, 0, 1, first);
    cr_expect_eq(look_up(&policy, theirs, 1, 1, 0, false), NONCE_FOREIGN);
    cr_expect_eq(look_up(&policy, "x", 1, 1, 0, false), NONCE_FOREIGN);
    for (int i = 0; i < NONCE_KEPT - 1; i++) {
        nonce_issue(&ring, 0, 1, text);
    }
    cr_expect_eq(look_up(&policy, first, 1, 1, 0, false), NONCE_GOOD);
    nonce_issue(&ring, 0, 1, text);
    cr_expect_eq(look_up(&policy, first, 1, 1, 0, false), NONCE_STALE);
    cr_expect_eq(look_up(&policy, text, 1, 1, 0, false), NONCE_GOOD);
    nonce_forget_all(&ring);
    cr_expect_eq(look_up(&policy, text, 1, 1, 0, false), NONCE_STALE);
}

Test(part_fault, reads_arguments)
{
    struct problem problem = {0};
    struct fault fault;
    cr_assert(fault_read("slow:250", &fault, &problem));
    cr_expect(fault.kind == FAULT_SLOW && fault.value == 250);
    cr_assert(fault_read("reboot:3,4", &fault, &problem));
    cr_expect(fault.kind == FAULT_REBOOT && fault.value == 3 && fault.second == 4);
    cr_assert(fault_read("wrong_clock:-60", &fault, &problem));
    cr_expect_eq(fault.value, -60);
    cr_assert(fault_read("truncate:head", &fault, &problem));
    cr_expect_eq(fault.value, 1);
    for (int kind = 0; kind < FAULT_COUNT; kind++) {
        cr_expect(fault_read(fault_name((enum fault_kind)kind), &fault, &problem));
        cr_expect_eq((int)fault.kind, kind);
    }
    cr_expect_not(problem_is(&problem));
}

Test(part_fault, refuses_wrong_ones)
{
    static const char *const wrong[] = {"",        "nothing",  "down:1",        "slow:x",
                                        "slow:-1", "slow:1,2", "truncate:foot", "reboot:1,x",
                                        "huge:0"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct problem problem = {0};
        struct fault fault;
        cr_expect_not(fault_read(wrong[i], &fault, &problem), "%s", wrong[i]);
        cr_expect(problem_is(&problem));
    }
}

Test(part_rng, log_normal_has_its_median_and_percentile)
{
    uint64_t state = 5;
    int below_median = 0;
    int below_p99 = 0;
    for (int i = 0; i < 100000; i++) {
        double value = rng_lognormal(&state, 80, 1500);
        below_median += value < 80;
        below_p99 += value < 1500;
    }
    cr_expect(below_median > 49300 && below_median < 50700, "%d", below_median);
    cr_expect(below_p99 > 98850 && below_p99 < 99150, "%d", below_p99);
}
