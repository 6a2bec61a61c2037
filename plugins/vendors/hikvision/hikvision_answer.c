/* SPDX-License-Identifier: MIT */
/* Statuses and error bodies: ResponseStatus, and what a refused login tells of a lock. */
#include "hikvision_parse.h"

#include <kit/json.h>
#include <kit/xml.h>

#include <stdio.h>

#define CODE_BUSY        2
#define CODE_DEVICE      3
#define CODE_OPERATION   4
#define CODE_XML_FORMAT  5
#define CODE_XML_CONTENT 6

/* What an error body says; code 0 when it says nothing. */
struct response {
    int64_t code;
    char sub[48]; /* subStatusCode: "notSupport", "lowPrivilege", "deviceError" … */
};

static void read_json_response(struct vmm_text body, struct response *response)
{
    struct json_t *json = NULL;
    if (vmm_json_parse(body, VMM_CHARSET_UNKNOWN, &json) != 0) {
        return;
    }
    (void)vmm_json_int(json, "/statusCode", 0, 99, &response->code);
    vmm_text_to_utf8(vmm_json_text(json, "/subStatusCode"), response->sub, sizeof(response->sub));
    vmm_json_destroy(json);
}

static void read_response(struct vmm_text body, struct response *response)
{
    struct vmm_xml *xml = NULL;
    if (vmm_text_begins(vmm_text_trim(body), "{")) {
        read_json_response(body, response);
        return;
    }
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    if (vmm_text_equal(vmm_xml_name(root), "ResponseStatus")) {
        (void)vmm_text_int(vmm_xml_text_at(root, "statusCode"), 0, 99, &response->code);
        vmm_text_to_utf8(vmm_xml_text_at(root, "subStatusCode"), response->sub,
                         sizeof(response->sub));
    }
    vmm_xml_destroy(xml);
}

static bool says(const struct response *response, const char *sub)
{
    return vmm_text_same(vmm_text_of(response->sub), sub);
}

/* A path that this device does not have: told in many ways, none of them a matter of the login. */
static bool is_not_offered(uint32_t status, const struct response *response)
{
    if (says(response, "notSupport") || says(response, "notSupported") ||
        says(response, "methodNotAllowed") || says(response, "invalidOperation")) {
        return true;
    }
    if (status == 403) {
        return response->code == CODE_OPERATION && !says(response, "lowPrivilege");
    }
    return status == 404 || status == 405 || status == 400 || status == 501;
}

static void say_refused(const struct vmm_http_answer *answer, const struct response *response,
                        struct vmm_part *part)
{
    char detail[VMM_PART_DETAIL_MAX];
    snprintf(detail, sizeof(detail), "status %u, %s", answer->status,
             response->sub[0] != '\0' ? response->sub : "no reason given");
    if (response->code == CODE_BUSY || says(response, "deviceBusy")) {
        vmm_part_set(part, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0, detail);
    } else if (response->code == CODE_DEVICE || response->code == CODE_XML_FORMAT ||
               response->code == CODE_XML_CONTENT) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_ANSWER, 0, detail);
    } else if (!vmm_part_status(part, answer)) {
        snprintf(part->detail, sizeof(part->detail), "%s", detail);
    } else {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_ANSWER, 0, detail);
    }
}

/* Whether the body says that the account or our address is locked. */
static bool says_locked(struct vmm_text body)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return false;
    }
    struct vmm_text word = vmm_xml_text(vmm_xml_search(vmm_xml_root(xml), "lockStatus"));
    bool locked = vmm_text_same(word, "lock") || vmm_text_same(word, "locked");
    vmm_xml_destroy(xml);
    return locked;
}

uint32_t hikvision_judge(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    struct vmm_text body = vmm_text_bytes(answer->body, answer->body_size);
    struct response response = {0};
    bool is_good = answer->status >= 200 && answer->status <= 299;
    if (answer->status == 401 || answer->status == 429) {
        vmm_part_status(part, answer);
        return HIKVISION_REFUSED;
    }
    if (answer->status == 403 && says_locked(body)) {
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED, NULL);
        return HIKVISION_REFUSED;
    }
    read_response(body, &response);
    if (is_good && response.code <= 1) {
        return HIKVISION_ANSWERED;
    }
    if (is_not_offered(answer->status, &response)) {
        return HIKVISION_NOT_OFFERED;
    }
    say_refused(answer, &response, part);
    return HIKVISION_REFUSED;
}

/* ---- Locks ---- */

static void report_number(const struct vmm_xml_node *root, const char *name, uint32_t fact,
                          const struct vmm_observer *to)
{
    int64_t number = 0;
    if (vmm_text_int(vmm_xml_text(vmm_xml_search(root, name)), 0, INT32_MAX, &number) == 0) {
        vmm_observe_int(to, fact, 0, number);
    }
}

void hikvision_read_lock(struct vmm_text body, const struct vmm_observer *to, struct vmm_part *part)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    struct vmm_text word = vmm_xml_text(vmm_xml_search(root, "lockStatus"));
    if (vmm_text_same(word, "lock") || vmm_text_same(word, "locked")) {
        vmm_observe_fault_bool(to, VMM_FACT_LOGIN_LOCKED, 0, VMM_REASON_LOCKED, true);
        report_number(root, "unlockTime", VMM_FACT_LOGIN_UNLOCK, to);
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED,
                     "the device has locked this account or address");
    } else if (vmm_text_same(word, "unlock") || vmm_text_same(word, "unlocked")) {
        vmm_observe_bool(to, VMM_FACT_LOGIN_LOCKED, 0, false);
    }
    report_number(root, "retryLoginTime", VMM_FACT_LOGIN_TRIES, to);
    vmm_xml_destroy(xml);
}
