/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdio.h>
#include <string.h>

#define URL    "https://erp.example/hooks/vmm"
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define EVENT  "{\"id\":\"e1\",\"camera_id\":\"cam-1\",\"to\":\"DOWN\"}"

static struct vmm_mock *mock;

static int try_open(const char *config)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(mock, config);
    return vmm_mock_open(mock);
}

static void begin(const char *config)
{
    cr_assert_eq(try_open(config), 0, "%s", vmm_mock_logs(mock));
}

static void end(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

TestSuite(webhook, .fini = end);

static struct vmm_message event(const char *id, const char *json)
{
    return (struct vmm_message){.struct_size = sizeof(struct vmm_message),
                                .id = id,
                                .dedup_key = "k",
                                .site_id = "s",
                                .json = json,
                                .json_size = strlen(json),
                                .target = ""};
}

static void deliver(const struct vmm_mock_answer *answer)
{
    struct vmm_message message = event("0190-a", EVENT);
    if (answer != NULL) {
        vmm_mock_answer(mock, answer);
    }
    cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
}

static void assert_settled(uint32_t verdict, uint32_t wait, const char *why)
{
    const struct vmm_mock_settled *settled = vmm_mock_settled(mock, 0);
    cr_assert_eq(settled->verdict, verdict, "%u %s", settled->verdict, settled->why);
    cr_assert_eq(settled->retry_after_ms, wait);
    cr_assert_str_eq(settled->why, why);
}

static const struct vmm_mock_request *last_request(void)
{
    return vmm_mock_request(mock, vmm_mock_request_count(mock) - 1);
}

/* ---- What is sent ---- */

Test(webhook, an_event_goes_as_it_is)
{
    begin("{\"url\":\"" URL "\"}");
    deliver(&(struct vmm_mock_answer){.method = "POST", .target = URL});
    assert_settled(VMM_SINK_DELIVERED, 0, "");
    cr_assert_str_eq(last_request()->body, EVENT);
    cr_assert_str_eq(last_request()->headers, "Content-Type: application/json\r\n"
                                              "webhook-id: 0190-a\r\n"
                                              "webhook-timestamp: 1704067200\r\n");
    cr_assert_eq(last_request()->timeout_ms, 15000);
    cr_assert_eq(vmm_mock_metric(mock, "vmm_webhook_delivered_total"), 1);
}

Test(webhook, it_is_signed_with_each_secret)
{
    begin("{\"secret_url\":\"" URL "?t=1\",\"secrets\":[{\"secret\":\"" SECRET "\"},"
          "{\"secret\":\"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\"}]}");
    deliver(&(struct vmm_mock_answer){.target = URL "?t=1"});
    const char *at = strstr(last_request()->headers, "webhook-signature: v1,");
    cr_assert_not_null(at);
    cr_assert_eq(strcspn(at, "\r"), strlen("webhook-signature: ") + 47 + 1 + 47);
}

Test(webhook, each_attempt_has_the_same_id_and_its_own_time)
{
    begin("{\"url\":\"" URL "\",\"secrets\":[{\"secret\":\"" SECRET "\"}]}");
    deliver(&(struct vmm_mock_answer){.outcome = VMM_OUTCOME_TIMEOUT, .detail = "no answer"});
    assert_settled(VMM_SINK_RETRY, 0, "no answer");
    vmm_mock_advance(mock, 60000000);
    deliver(&(struct vmm_mock_answer){0});
    const char *first = vmm_mock_request(mock, 0)->headers;
    const char *second = vmm_mock_request(mock, 1)->headers;
    cr_assert(strstr(first, "webhook-id: 0190-a\r\nwebhook-timestamp: 1704067200\r\n") != NULL);
    cr_assert(strstr(second, "webhook-id: 0190-a\r\nwebhook-timestamp: 1704067260\r\n") != NULL);
    cr_assert_str_neq(strstr(first, "webhook-signature"), strstr(second, "webhook-signature"));
}

Test(webhook, a_body_and_headers_of_the_receivers_own)
{
    begin("{\"url\":\"" URL "\",\"method\":\"PUT\",\"timeout\":\"2s\","
          "\"content_type\":\"application/vnd.x+json\","
          "\"template\":\"{\\\"text\\\":\\\"{/camera_id} is {/to}\\\"}\","
          "\"headers\":[{\"name\":\"Authorization\",\"value\":\"Bearer abc\"}]}");
    deliver(&(struct vmm_mock_answer){.method = "PUT"});
    cr_assert_str_eq(last_request()->body, "{\"text\":\"cam-1 is DOWN\"}");
    cr_assert(strstr(last_request()->headers, "Content-Type: application/vnd.x+json\r\n") != NULL);
    cr_assert(strstr(last_request()->headers, "\r\nAuthorization: Bearer abc\r\n") != NULL);
    cr_assert_eq(last_request()->timeout_ms, 2000);
}

Test(webhook, files_of_tls)
{
    begin("{\"url\":\"" URL "\",\"ca_file\":\"/ca.pem\",\"cert_file\":\"/c.pem\","
          "\"key_file\":\"/k.pem\",\"key_password\":\"pw\"}");
    deliver(&(struct vmm_mock_answer){0});
    cr_assert_str_eq(last_request()->ca_file, "/ca.pem");
    cr_assert_str_eq(last_request()->cert_file, "/c.pem");
    cr_assert_str_eq(last_request()->key_file, "/k.pem");
}

/* ---- What is answered ---- */

Test(webhook, answers)
{
    begin("{\"url\":\"" URL "\"}");
    deliver(&(struct vmm_mock_answer){.status = 202});
    assert_settled(VMM_SINK_DELIVERED, 0, "");
    deliver(&(struct vmm_mock_answer){.status = 429, .headers = "Retry-After: 30\r\n"});
    assert_settled(VMM_SINK_RETRY, 30000, "HTTP 429");
    deliver(&(struct vmm_mock_answer){.status = 503, .headers = "Retry-After: 5\r\n"});
    assert_settled(VMM_SINK_RETRY, 5000, "HTTP 503");
    deliver(&(struct vmm_mock_answer){.status = 500});
    assert_settled(VMM_SINK_RETRY, 0, "HTTP 500");
    deliver(&(struct vmm_mock_answer){.status = 422, .body = "no such camera"});
    assert_settled(VMM_SINK_DROP, 0, "HTTP 422: no such camera");
    deliver(&(struct vmm_mock_answer){.status = 301});
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_RETRY);
    cr_assert_eq(vmm_mock_metric(mock, "vmm_webhook_retried_total"), 4);
    cr_assert_eq(vmm_mock_metric(mock, "vmm_webhook_dropped_total"), 1);
}

Test(webhook, an_address_that_is_gone_gets_nothing_more)
{
    struct vmm_message batch[] = {event("1", EVENT), event("2", EVENT), event("3", EVENT)};
    begin("{\"url\":\"" URL "\"}");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 410});
    cr_assert_eq(vmm_mock_deliver(mock, batch, 3), 0);
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_DELIVERED);
    cr_assert_eq(vmm_mock_settled(mock, 1)->verdict, VMM_SINK_DROP);
    cr_assert_eq(vmm_mock_settled(mock, 2)->verdict, VMM_SINK_DROP);
    deliver(NULL);
    assert_settled(VMM_SINK_DROP, 0, "the address is gone (410)");
    cr_assert_eq(vmm_mock_request_count(mock), 2);
    cr_assert_eq(vmm_mock_metric(mock, "vmm_webhook_gone"), 1);
    cr_assert_eq(vmm_mock_metric(mock, "vmm_webhook_dropped_total"), 3);
    const char *line = strstr(vmm_mock_logs(mock), "error: the address answers 410");
    cr_assert_not_null(line);
    cr_assert_null(strstr(line + strlen("error: the address answers 410"), "answers 410"));
}

Test(webhook, an_event_that_is_no_json_is_dropped)
{
    struct vmm_message message = event("1", "{\"id\":");
    begin("{\"url\":\"" URL "\",\"template\":\"{}\"}");
    cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
    assert_settled(VMM_SINK_DROP, 0, "the event cannot be sent in this form");
}

/* ---- Settings that are refused ---- */

static void assert_refused(const char *config, const char *why)
{
    cr_assert_eq(try_open(config), VMM_E_INVAL, "%s", config);
    cr_assert(strstr(vmm_mock_logs(mock), why) != NULL, "%s", vmm_mock_logs(mock));
    cr_assert_null(strstr(vmm_mock_logs(mock), "s3cret"));
    vmm_mock_destroy(mock);
}

Test(webhook_settings, are_refused_with_a_reason_and_without_secrets)
{
    assert_refused("{}", "one of url and secret_url");
    assert_refused("{\"url\":\"" URL "\",\"secret_url\":\"" URL "?s3cret\"}",
                   "one of url and secret_url");
    assert_refused("{\"url\":\"" URL "\",\"secrets\":[{\"secret\":\"" SECRET "\"},"
                   "{\"secret\":\"whsec_s3cret\"}]}",
                   "secrets/1: it is not whsec_");
    assert_refused("{\"url\":\"" URL "\",\"secrets\":[{\"secret\":\"czNjcmV0\"}]}",
                   "secrets/0: a key has 24 to 64 bytes");
    assert_refused("{\"url\":\"" URL "\",\"headers\":[{\"name\":\"X Y\",\"value\":\"s3cret\"}]}",
                   "headers/0");
    assert_refused("{\"url\":\"" URL
                   "\",\"headers\":[{\"name\":\"X\",\"value\":\"s3cret\\r\\nY: z\"}]}",
                   "headers/0");
    assert_refused("{\"url\":\"" URL "\",\"headers\":[{\"name\":\"webhook-id\",\"value\":\"1\"}]}",
                   "headers/0");
    assert_refused("{\"url\":\"" URL "\",\"template\":\"{\\\"a\\\":\"}", "the template is no JSON");
    assert_refused("{\"url\":\"" URL "\",\"key_file\":\"/k.pem\"}", "key_file");
}

/* ---- Trouble ---- */

static void scenario(struct vmm_mock *one, void *arg)
{
    struct vmm_message batch[] = {event("1", EVENT), event("2", EVENT)};
    (void)arg;
    vmm_mock_config(one, "{\"url\":\"" URL "\"}");
    vmm_mock_serve(one, &(struct vmm_mock_answer){0});
    if (vmm_mock_open(one) == 0) {
        vmm_mock_deliver(one, batch, 2);
    }
}

Test(webhook_settings, each_call_that_fails_loses_nothing)
{
    char report[400];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 2);
    cr_assert_str_empty(report);
}
