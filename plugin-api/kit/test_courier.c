/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/courier.h>
#include <mock/mock_host.h>

#include <string.h>

#define NOW_US 1704067200000000 /* 2024-01-01 00:00:00 UTC */

/* ---- What an answer means ---- */

static struct vmm_settling settling;

static void settle_status(uint32_t status, const char *headers, const char *body)
{
    struct vmm_http_answer answer = {.struct_size = sizeof(answer),
                                     .status = status,
                                     .headers = headers,
                                     .headers_size = strlen(headers),
                                     .body = (const uint8_t *)body,
                                     .body_size = strlen(body)};
    vmm_settling_of_answer(&answer, NOW_US, &settling);
}

static void assert_settling(uint32_t verdict, uint32_t retry_after_ms, const char *why)
{
    cr_assert_eq(settling.verdict, verdict, "%u %s", settling.verdict, settling.why);
    cr_assert_eq(settling.retry_after_ms, retry_after_ms, "%u", settling.retry_after_ms);
    cr_assert_str_eq(settling.why, why);
}

Test(kit_courier, statuses)
{
    settle_status(200, "", "fine");
    assert_settling(VMM_SINK_DELIVERED, 0, "");
    settle_status(204, "", "");
    assert_settling(VMM_SINK_DELIVERED, 0, "");
    settle_status(302, "", "");
    assert_settling(VMM_SINK_RETRY, 0, "HTTP 302, redirects are not followed: mend the address");
    settle_status(400, "Retry-After: 5\r\n", " no such room\r\nmore\r\n");
    assert_settling(VMM_SINK_DROP, 0, "HTTP 400: no such room");
    settle_status(408, "", "");
    assert_settling(VMM_SINK_RETRY, 0, "HTTP 408");
    settle_status(429, "X: y\r\nretry-after: 17\r\n", "");
    assert_settling(VMM_SINK_RETRY, 17000, "HTTP 429");
    settle_status(503, "Retry-After: Mon, 01 Jan 2024 00:00:30 GMT\r\n", "");
    assert_settling(VMM_SINK_RETRY, 30000, "HTTP 503");
    settle_status(500, "", "");
    assert_settling(VMM_SINK_RETRY, 0, "HTTP 500");
}

Test(kit_courier, no_answer_is_not_now)
{
    struct vmm_http_answer answer = {.struct_size = sizeof(answer),
                                     .outcome = VMM_OUTCOME_TIMEOUT,
                                     .detail = "no answer within the time"};
    vmm_settling_of_answer(&answer, NOW_US, &settling);
    assert_settling(VMM_SINK_RETRY, 0, "no answer within the time");
}

static void assert_wait(const char *headers, uint32_t expected)
{
    cr_assert_eq(vmm_retry_after_ms(vmm_text_of(headers), NOW_US), expected, "%s", headers);
}

Test(kit_courier, how_long_to_wait)
{
    assert_wait("", 0);
    assert_wait("Retry-After: 0\r\n", 0);
    assert_wait("Retry-After: -1\r\n", 0);
    assert_wait("Retry-After: soon\r\n", 0);
    assert_wait("Retry-After: 1.5\r\n", 0);
    assert_wait("Retry-After: 3600\r\n", 3600000);
    assert_wait("Retry-After: 3601\r\n", VMM_RETRY_AFTER_MAX_MS);
    assert_wait("Retry-After: 99999999999999999999\r\n", 0);
    assert_wait("Retry-After: Sun, 31 Dec 2023 23:59:59 GMT\r\n", 0);
    assert_wait("Retry-After: Tue, 02 Jan 2024 00:00:00 GMT\r\n", VMM_RETRY_AFTER_MAX_MS);
}

/* ---- A sink made of it: the body is the message, "drop" is refused before it is sent ---- */

static struct vmm_courier *courier;
static struct vmm_mock *mock;

static int write_message(void *plugin, const struct vmm_message *message,
                         struct vmm_http_send *send, struct vmm_settling *how)
{
    (void)plugin;
    if (strcmp(message->json, "drop") == 0) {
        vmm_settling_set(how, VMM_SINK_DROP, 0, "it is %s", "bad");
        return VMM_E_INVAL;
    }
    send->method = "POST";
    send->url = "https://a.example/in";
    send->body = message->json;
    send->body_size = message->json_size;
    return 0;
}

static void judge(void *plugin, const struct vmm_message *message,
                  const struct vmm_http_answer *answer, struct vmm_settling *how)
{
    (void)plugin;
    (void)message;
    if (answer->status == 404) {
        vmm_settling_set(how, VMM_SINK_DELIVERED, 0, NULL);
    }
}

static const struct vmm_courier_table table = {.write = write_message, .judge = judge};

static int sink_open(const struct vmm_host *host, void **self)
{
    *self = NULL;
    return vmm_courier_create(host, &table, NULL, &courier);
}

static void sink_close(void *self)
{
    (void)self;
    vmm_courier_destroy(courier);
}

static int sink_deliver(void *self, struct vmm_delivery *delivery,
                        const struct vmm_message *const *messages, uint32_t count)
{
    (void)self;
    return vmm_courier_deliver(courier, delivery, messages, count);
}

static void sink_drain(void *self)
{
    (void)self;
    vmm_courier_drain(courier);
}

static const struct vmm_config_item item_url = {.struct_size = sizeof(item_url),
                                                .type = VMM_CONFIG_URL,
                                                .name = "url",
                                                .summary = "where to",
                                                .default_json = "\"https://a.example/in\""};
static const struct vmm_config_item *const config[] = {&item_url, NULL};
static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = sink_open,
                                        .close = sink_close,
                                        .deliver = sink_deliver,
                                        .drain = sink_drain};
static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SINK,
                                                 .name = "courier",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_PLUGIN_COURIER",
                                                 .summary = "a sink of the kit's courier",
                                                 .licence = "MIT",
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .config = config,
                                                 .ops = &ops};

static void begin(void)
{
    mock = vmm_mock_create(&descriptor);
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static void end(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

TestSuite(kit_courier_sink, .init = begin, .fini = end);

static struct vmm_message message(const char *json)
{
    return (struct vmm_message){.struct_size = sizeof(struct vmm_message),
                                .id = "1",
                                .json = json,
                                .json_size = strlen(json),
                                .target = ""};
}

static void assert_settled(uint32_t place, uint32_t verdict, uint32_t wait, const char *why)
{
    const struct vmm_mock_settled *settled = vmm_mock_settled(mock, place);
    cr_assert(settled->settled);
    cr_assert_eq(settled->verdict, verdict, "message %u: %u %s", place, settled->verdict,
                 settled->why);
    cr_assert_eq(settled->retry_after_ms, wait);
    cr_assert_str_eq(settled->why, why);
}

Test(kit_courier_sink, messages_go_one_after_another)
{
    struct vmm_message batch[] = {message("one"), message("drop"), message("two")};
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 404});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 422, .body = "no"});
    cr_assert_eq(vmm_mock_deliver(mock, batch, 3), 0);
    assert_settled(0, VMM_SINK_DELIVERED, 0, "");
    assert_settled(1, VMM_SINK_DROP, 0, "it is bad");
    assert_settled(2, VMM_SINK_DROP, 0, "HTTP 422: no");
    cr_assert_str_eq(vmm_mock_request(mock, 1)->body, "two");
}

Test(kit_courier_sink, one_that_is_held_back_holds_back_the_rest)
{
    struct vmm_message batch[] = {message("one"), message("two"), message("three")};
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.status = 429, .headers = "Retry-After: 2\r\n"});
    cr_assert_eq(vmm_mock_deliver(mock, batch, 3), 0);
    assert_settled(0, VMM_SINK_DELIVERED, 0, "");
    assert_settled(1, VMM_SINK_RETRY, 2000, "HTTP 429");
    assert_settled(2, VMM_SINK_RETRY, 2000, "HTTP 429");
    cr_assert_eq(vmm_mock_request_count(mock), 2);
}

Test(kit_courier_sink, a_drain_waits_for_what_is_on_its_way_alone)
{
    struct vmm_message batch[] = {message("one"), message("two")};
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    cr_assert_eq(vmm_mock_hand_out(mock, batch, 2), 0);
    vmm_mock_drain(mock);
    cr_assert_not(vmm_mock_settled(mock, 0)->settled);
    vmm_mock_run(mock);
    assert_settled(0, VMM_SINK_DELIVERED, 0, "");
    assert_settled(1, VMM_SINK_RETRY, 0, "the sink is about to end");
}

static void scenario(struct vmm_mock *one, void *arg)
{
    struct vmm_message batch[] = {message("one"), message("two")};
    (void)arg;
    vmm_mock_serve(one, &(struct vmm_mock_answer){0});
    if (vmm_mock_open(one) == 0) {
        vmm_mock_deliver(one, batch, 2);
    }
}

Test(kit_courier, each_call_that_fails_holds_back)
{
    char report[400];
    cr_assert_gt(vmm_mock_each_failure(&descriptor, scenario, NULL, report, sizeof(report)), 2);
    cr_assert_str_empty(report);
}
