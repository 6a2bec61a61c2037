/* SPDX-License-Identifier: MIT */
#include "gchat_answer.h"

#include <string.h>

#include <kit/json.h>

/* A created message has a name of its own. */
static bool is_message(const struct json_t *json)
{
    return vmm_text_begins(vmm_json_text(json, "/name"), "spaces/");
}

/* The key of the address is wrong: the API calls that an invalid argument. */
static bool is_key_refused(const struct json_t *json)
{
    for (size_t i = 0; i < vmm_json_count(json, "/error/details"); i++) {
        struct vmm_text reason = vmm_json_text(vmm_json_item(json, "/error/details", i), "/reason");
        if (vmm_text_begins(reason, "API_KEY_")) {
            return true;
        }
    }
    return vmm_text_begins(vmm_json_text(json, "/error/message"), "API key not valid");
}

static void judge_refusal(uint32_t status, const struct json_t *json, struct vmm_settling *settling)
{
    struct vmm_text word = vmm_json_text(json, "/error/status");
    struct vmm_text message = vmm_json_text(json, "/error/message");
    bool is_address = status == 401 || status == 403 || status == 404 || is_key_refused(json);
    uint32_t verdict = is_address ? VMM_SINK_RETRY : settling->verdict;
    if (word.size == 0 && message.size == 0 && !is_address) {
        return;
    }
    vmm_settling_set(settling, verdict, settling->retry_after_ms, "%sHTTP %u %.*s%s%.*s",
                     is_address ? "the address is refused: " : "", status,
                     (int)(word.size < 40 ? word.size : 40), word.data,
                     message.size > 0 ? ": " : "", (int)(message.size < 140 ? message.size : 140),
                     message.data);
}

void gchat_judge(const struct vmm_http_answer *answer, struct vmm_settling *settling)
{
    struct json_t *json = NULL;
    if (answer->outcome != VMM_OUTCOME_OK) {
        return;
    }
    int rc =
        vmm_json_parse(vmm_text_bytes(answer->body, answer->body_size), VMM_CHARSET_UTF8, &json);
    if (rc == VMM_E_NOMEM) {
        return;
    }
    if (settling->verdict == VMM_SINK_DELIVERED) {
        if (!is_message(json)) {
            vmm_settling_set(settling, VMM_SINK_RETRY, 0, "HTTP %u, but not as Google Chat answers",
                             answer->status);
        }
    } else if (answer->status >= 400) {
        judge_refusal(answer->status, json, settling);
    }
    vmm_json_destroy(json);
}
