/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdio.h>
#include <string.h>

#define OPS   "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=k1&token=t1"
#define NIGHT "https://chat.googleapis.com/v1/spaces/BBBB/messages?key=k2&token=t2"
#define ROOMS                                                                                      \
    "{\"rooms\":[{\"name\":\"ops\",\"url\":\"" OPS "\"},{\"name\":\"night\",\"url\":\"" NIGHT      \
    "\"}]}"
#define ID       "0190b2a4-0000-7000-8000-000000000001"
#define DOCUMENT "{\"title\":\"Dock 1 is down\",\"mode\":\"text\",\"thread_key\":\"%s\"}"
#define CREATED  "{\"name\":\"spaces/AAAA/messages/x.x\",\"text\":\"…\"}"

static struct vmm_mock *mock;

static int try_open(const char *config)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(mock, config);
    return vmm_mock_open(mock);
}

static void begin(void)
{
    cr_assert_eq(try_open(ROOMS), 0, "%s", vmm_mock_logs(mock));
}

static void end(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

TestSuite(gchat, .init = begin, .fini = end);

static struct vmm_message notification(const char *target, const char *json)
{
    return (struct vmm_message){.struct_size = sizeof(struct vmm_message),
                                .id = ID,
                                .dedup_key = "k",
                                .site_id = "s",
                                .json = json,
                                .json_size = strlen(json),
                                .kind = VMM_MESSAGE_NOTIFICATION,
                                .attempt = 1,
                                .target = target};
}

static void deliver(const char *target, const char *thread, const struct vmm_mock_answer *answer)
{
    char json[256];
    snprintf(json, sizeof(json), DOCUMENT, thread);
    struct vmm_message message = notification(target, json);
    if (answer != NULL) {
        vmm_mock_answer(mock, answer);
    }
    cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
}

static void assert_settled(uint32_t verdict, uint32_t wait, const char *why)
{
    const struct vmm_mock_settled *settled = vmm_mock_settled(mock, 0);
    cr_assert(settled->settled);
    cr_assert_eq(settled->verdict, verdict, "%u %s", settled->verdict, settled->why);
    cr_assert_eq(settled->retry_after_ms, wait);
    cr_assert_str_eq(settled->why, why);
}

/* ---- Where to ---- */

Test(gchat, a_message_goes_to_its_room_with_the_request_id)
{
    deliver("night", "",
            &(struct vmm_mock_answer){
                .method = "POST", .target = NIGHT "&requestId=" ID, .body = CREATED});
    assert_settled(VMM_SINK_DELIVERED, 0, "");
    const struct vmm_mock_request *request = vmm_mock_request(mock, 0);
    cr_assert_str_eq(request->body, "{\"text\":\"*Dock 1 is down*\"}");
    cr_assert_str_eq(request->headers, "Content-Type: application/json; charset=UTF-8\r\n");
    cr_assert_eq(request->timeout_ms, 20000);
}

Test(gchat, the_first_room_is_told_when_none_is_named)
{
    deliver("", "", &(struct vmm_mock_answer){.target = OPS "&requestId=" ID, .body = CREATED});
    assert_settled(VMM_SINK_DELIVERED, 0, "");
}

Test(gchat, an_incident_has_a_thread)
{
    deliver("ops", "inc-1",
            &(struct vmm_mock_answer){.target = OPS
                                      "&requestId=" ID
                                      "&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
                                      .body = CREATED});
    cr_assert(strstr(vmm_mock_request(mock, 0)->body, "\"thread\":{\"threadKey\":\"inc-1\"}") !=
              NULL);
}

Test(gchat, a_repeat_is_the_same_request)
{
    deliver("ops", "inc-1",
            &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_UNREACHABLE,
                                      .detail = "closed before an answer"});
    assert_settled(VMM_SINK_RETRY, 0, "closed before an answer");
    vmm_mock_advance(mock, 3600000000);
    deliver("ops", "inc-1", &(struct vmm_mock_answer){.body = CREATED});
    assert_settled(VMM_SINK_DELIVERED, 0, "");
    cr_assert_str_eq(vmm_mock_request(mock, 0)->target, vmm_mock_request(mock, 1)->target);
    cr_assert_str_eq(vmm_mock_request(mock, 0)->body, vmm_mock_request(mock, 1)->body);
    cr_assert_str_eq(vmm_mock_request(mock, 0)->headers, vmm_mock_request(mock, 1)->headers);
}

Test(gchat, a_room_that_is_not_there_is_waited_for)
{
    deliver("day", "", NULL);
    assert_settled(VMM_SINK_RETRY, 0, "the settings have no room \"day\"");
    cr_assert_eq(vmm_mock_request_count(mock), 0);
}

Test(gchat, what_is_no_notification_is_dropped)
{
    struct vmm_message message = notification("ops", "{\"id\":\"x\"}");
    cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
    assert_settled(VMM_SINK_DROP, 0, "this is no notification");
    message = notification("ops", "{\"title\":\"x\"}");
    message.id = "a&b";
    cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
    assert_settled(VMM_SINK_DROP, 0, "this is no notification");
}

Test(gchat, a_room_that_hangs_delays_no_other)
{
    struct vmm_message ops = notification("ops", "{\"title\":\"one\"}");
    struct vmm_message night = notification("night", "{\"title\":\"two\"}");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.latency_ms = 60000});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = CREATED});
    cr_assert_eq(vmm_mock_hand_out(mock, &ops, 1), 0);
    cr_assert_eq(vmm_mock_hand_out(mock, &night, 1), 0);
    vmm_mock_advance(mock, 1000000);
    cr_assert_eq(vmm_mock_settled_of(mock, 1, 0)->verdict, VMM_SINK_DELIVERED);
    cr_assert_not(vmm_mock_settled_of(mock, 0, 0)->settled);
    vmm_mock_run(mock);
    cr_assert_eq(vmm_mock_settled_of(mock, 0, 0)->verdict, VMM_SINK_RETRY);
}

/* ---- What is answered ---- */

#define ERROR(code, status, message)                                                               \
    "{\"error\":{\"code\":" code ",\"message\":\"" message "\",\"status\":\"" status "\"}}"

Test(gchat, over_its_quota_it_is_tried_later)
{
    deliver("ops", "",
            &(struct vmm_mock_answer){
                .status = 429, .body = ERROR("429", "RESOURCE_EXHAUSTED", "Quota exceeded")});
    assert_settled(VMM_SINK_RETRY, 0, "HTTP 429 RESOURCE_EXHAUSTED: Quota exceeded");
    deliver("ops", "", &(struct vmm_mock_answer){.status = 429, .headers = "Retry-After: 42\r\n"});
    assert_settled(VMM_SINK_RETRY, 42000, "HTTP 429");
    cr_assert_eq(vmm_mock_metric(mock, "vmm_gchat_throttled_total"), 2);
    cr_assert_eq(vmm_mock_metric(mock, "vmm_gchat_retried_total"), 2);
}

Test(gchat, an_address_that_is_refused_loses_no_message)
{
    deliver("ops", "",
            &(struct vmm_mock_answer){.status = 403,
                                      .body = ERROR("403", "PERMISSION_DENIED", "No access")});
    assert_settled(VMM_SINK_RETRY, 0,
                   "the address is refused: HTTP 403 PERMISSION_DENIED: No access");
    deliver("ops", "", &(struct vmm_mock_answer){.status = 404, .body = "<html>"});
    assert_settled(VMM_SINK_RETRY, 0, "the address is refused: HTTP 404 ");
    deliver("ops", "",
            &(struct vmm_mock_answer){
                .status = 400,
                .body = ERROR("400", "INVALID_ARGUMENT",
                              "API key not valid. Please pass a valid API key.")});
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_RETRY);
    deliver("ops", "",
            &(struct vmm_mock_answer){.status = 400,
                                      .body = "{\"error\":{\"message\":\"x\",\"details\":[{},{"
                                              "\"reason\":\"API_KEY_INVALID\"}]}}"});
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_RETRY);
}

Test(gchat, a_message_that_is_not_taken_is_dropped_with_the_reason)
{
    deliver("ops", "",
            &(struct vmm_mock_answer){
                .status = 400, .body = ERROR("400", "INVALID_ARGUMENT", "Invalid JSON payload")});
    assert_settled(VMM_SINK_DROP, 0, "HTTP 400 INVALID_ARGUMENT: Invalid JSON payload");
    cr_assert_eq(vmm_mock_metric(mock, "vmm_gchat_dropped_total"), 1);
}

Test(gchat, an_answer_of_somebody_else_is_no_delivery)
{
    deliver("ops", "", &(struct vmm_mock_answer){.body = "<html>Please log in</html>"});
    assert_settled(VMM_SINK_RETRY, 0, "HTTP 200, but not as Google Chat answers");
    deliver("ops", "", &(struct vmm_mock_answer){.body = "{}"});
    assert_settled(VMM_SINK_RETRY, 0, "HTTP 200, but not as Google Chat answers");
    deliver("ops", "", &(struct vmm_mock_answer){.status = 500});
    assert_settled(VMM_SINK_RETRY, 0, "HTTP 500");
}

/* ---- Settings ---- */

Test(gchat_settings, two_rooms_of_one_name_are_refused)
{
    cr_assert_eq(try_open("{\"rooms\":[{\"name\":\"ops\",\"url\":\"" OPS "\"},"
                          "{\"name\":\"ops\",\"url\":\"" NIGHT "\"}]}"),
                 VMM_E_INVAL);
    cr_assert(strstr(vmm_mock_logs(mock), "two rooms have one name") != NULL);
    vmm_mock_destroy(mock);
    cr_assert_eq(try_open("{\"rooms\":[]}"), VMM_E_INVAL);
    vmm_mock_destroy(mock);
}

static void scenario(struct vmm_mock *one, void *arg)
{
    struct vmm_message message = notification("ops", "{\"title\":\"x\"}");
    (void)arg;
    vmm_mock_config(one, ROOMS);
    vmm_mock_serve(one, &(struct vmm_mock_answer){.body = CREATED});
    if (vmm_mock_open(one) == 0) {
        vmm_mock_deliver(one, &message, 1);
    }
}

Test(gchat_settings, each_call_that_fails_loses_nothing)
{
    char report[400];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 1);
    cr_assert_str_empty(report);
}
