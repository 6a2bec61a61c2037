/* SPDX-License-Identifier: MIT */
/* The mock host for sinks: requests, batches, several targets at once. */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdlib.h>
#include <string.h>

/* ---- A sink that posts each message to the URL in its text ---- */

struct errand {
    struct vmm_delivery *delivery;
    uint32_t index;
};

static const struct vmm_host *host;
static const struct vmm_sink_host *sink;
static const struct vmm_http_host *http;

static int sink_open(const struct vmm_host *given, void **self)
{
    host = given;
    sink = host->extension(host->context, VMM_SINK_HOST);
    http = host->extension(host->context, VMM_HTTP_HOST);
    *self = NULL;
    return sink != NULL && http != NULL && http->request == NULL ? 0 : VMM_E_NOTSUP;
}

static void sink_nothing(void *self)
{
    (void)self;
}

static void on_answer(void *arg, const struct vmm_http_answer *answer)
{
    struct errand *errand = arg;
    bool good = answer->outcome == VMM_OUTCOME_OK && answer->status == 200;
    sink->settle(errand->delivery, errand->index, good ? VMM_SINK_DELIVERED : VMM_SINK_RETRY, 1000,
                 good ? NULL : "busy");
    free(errand);
}

static int sink_deliver(void *self, struct vmm_delivery *delivery,
                        const struct vmm_message *const *messages, uint32_t count)
{
    (void)self;
    for (uint32_t i = 0; i < count; i++) {
        struct errand *errand = calloc(1, sizeof(*errand));
        *errand = (struct errand){delivery, i};
        struct vmm_http_send send = {.struct_size = sizeof(send),
                                     .method = "POST",
                                     .url = messages[i]->json,
                                     .headers = "X-Test: 1\r\n",
                                     .body = "{}",
                                     .body_size = 2,
                                     .ca_file = "/ca.pem"};
        if (http->send(host->context, &send, on_answer, errand) != 0) {
            free(errand);
            sink->settle(delivery, i, VMM_SINK_DROP, 0, "not sent");
        }
    }
    return 0;
}

static const struct vmm_config_item item_url = {
    .struct_size = sizeof(item_url), .type = VMM_CONFIG_URL, .name = "url", .summary = "where to"};
static const struct vmm_config_item *const config[] = {&item_url, NULL};
static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = sink_open,
                                        .close = sink_nothing,
                                        .deliver = sink_deliver,
                                        .drain = sink_nothing};
static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SINK,
                                                 .name = "poster",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_PLUGIN_POSTER",
                                                 .summary = "posts",
                                                 .licence = "MIT",
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .config = config,
                                                 .ops = &ops};

static struct vmm_mock *mock;

static void begin(void)
{
    mock = vmm_mock_create(&descriptor);
    vmm_mock_config(mock, "{\"url\":\"https://a.example/in\"}");
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static void end(void)
{
    vmm_mock_destroy(mock);
}

TestSuite(mock_send, .init = begin, .fini = end);

static struct vmm_message event(const char *url)
{
    return (struct vmm_message){
        .struct_size = sizeof(struct vmm_message), .id = "1", .json = url, .target = ""};
}

static struct vmm_message notification(const char *target)
{
    struct vmm_message message = event("https://a.example/in");
    message.kind = VMM_MESSAGE_NOTIFICATION;
    message.target = target;
    return message;
}

Test(mock_send, a_request_is_answered_and_kept)
{
    struct vmm_message message = event("https://a.example/in?x=1");
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.method = "POST", .target = "https://a.example/in*"});
    cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_DELIVERED);
    const struct vmm_mock_request *request = vmm_mock_request(mock, 0);
    cr_assert_str_eq(request->target, "https://a.example/in?x=1");
    cr_assert_str_eq(request->body, "{}");
    cr_assert_str_eq(request->ca_file, "/ca.pem");
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
}

Test(mock_send, another_origin_is_a_breach)
{
    static const char *const others[] = {"http://a.example/in", "https://a.example:444/in",
                                         "https://a.example.evil/in", "https://b.example/in"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct vmm_message message = event(others[i]);
        cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
        cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_DROP);
        cr_assert(strstr(vmm_mock_complaints(mock), others[i]) != NULL, "%s", others[i]);
    }
}

Test(mock_send, what_is_held_back_takes_all_after_it_along)
{
    struct vmm_message batch[] = {event("https://a.example/1"), event("https://a.example/2"),
                                  event("https://a.example/3")};
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 503, .latency_ms = 20});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.latency_ms = 30});
    cr_assert_eq(vmm_mock_deliver(mock, batch, 3), 0);
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_DELIVERED);
    cr_assert_eq(vmm_mock_settled(mock, 1)->verdict, VMM_SINK_RETRY);
    cr_assert_eq(vmm_mock_settled(mock, 2)->verdict, VMM_SINK_RETRY);
    cr_assert_eq(vmm_mock_settled(mock, 2)->retry_after_ms, 1000);
    cr_assert_str_empty(vmm_mock_complaints(mock));
}

Test(mock_send, notifications_of_two_targets_are_under_way_at_once)
{
    struct vmm_message one = notification("one");
    struct vmm_message two = notification("two");
    struct vmm_message more = event("https://a.example/in");
    vmm_mock_serve(mock, &(struct vmm_mock_answer){0});
    cr_assert_eq(vmm_mock_hand_out(mock, &one, 1), 0);
    cr_assert_eq(vmm_mock_hand_out(mock, &one, 1), VMM_E_STATE);
    cr_assert_eq(vmm_mock_hand_out(mock, &more, 1), VMM_E_STATE);
    cr_assert_eq(vmm_mock_hand_out(mock, &two, 1), 0);
    cr_assert_not(vmm_mock_settled_of(mock, 0, 0)->settled);
    vmm_mock_run(mock);
    cr_assert(vmm_mock_settled_of(mock, 0, 0)->settled);
    cr_assert(vmm_mock_settled_of(mock, 1, 0)->settled);
    cr_assert_eq(vmm_mock_hand_out(mock, &one, 1), 0);
    vmm_mock_run(mock);
}

Test(mock_send, a_request_left_at_close_is_a_breach)
{
    struct vmm_message message = event("https://a.example/in");
    vmm_mock_serve(mock, &(struct vmm_mock_answer){0});
    cr_assert_eq(vmm_mock_hand_out(mock, &message, 1), 0);
    vmm_mock_close(mock);
    cr_assert(strstr(vmm_mock_complaints(mock), "under way at close") != NULL);
    vmm_mock_run(mock);
}
