/* SPDX-License-Identifier: MIT */
#include "generic_read.h"

#include <kit/keyvalue.h>

#include <stdio.h>

/* One answer while it is read. */
struct reading {
    const struct generic_request *request;
    const struct vmm_http_answer *answer;
    struct vmm_text headers;
    struct vmm_text body;
    struct generic_clock *clock;
    const struct vmm_observer *to;
    char broken[VMM_PART_DETAIL_MAX]; /* the first expectation that is not met */
};

static void break_expectation(struct reading *r, const char *what)
{
    if (r->broken[0] == '\0') {
        snprintf(r->broken, sizeof(r->broken), "%.40s: %.110s", r->request->name, what);
    }
}

static bool status_is_expected(const struct generic_request *request, uint32_t status)
{
    for (size_t i = 0; i < request->status_count; i++) {
        if (status >= request->statuses[i].first && status <= request->statuses[i].last) {
            return true;
        }
    }
    return false;
}

/* What a status means that nobody expects. True when the answer is to be read all the same: a
 * status that has no meaning of its own only breaks the expectation. */
static bool judge_status(struct reading *r, struct vmm_part *part)
{
    uint32_t status = r->answer->status;
    char what[40];
    snprintf(what, sizeof(what), "status %u", status);
    if (status == 404) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_WRONG_PATH, what);
        return false;
    }
    if (status == 401 || status == 403 || status == 429 || (status >= 500 && status != 501)) {
        vmm_part_status(part, r->answer);
        return false;
    }
    snprintf(what, sizeof(what), "status %u is not expected", status);
    break_expectation(r, what);
    return true;
}

static void judge_type(struct reading *r)
{
    struct vmm_text type;
    if (r->request->expect_type == NULL) {
        return;
    }
    if (vmm_text_header(r->headers, "Content-Type", &type) != 0) {
        break_expectation(r, "no Content-Type");
    } else if (!vmm_text_begins(type, r->request->expect_type)) {
        break_expectation(r, "another Content-Type");
    }
}

/* Each pattern of `match` must be there, none of `fail` may. */
static void judge_patterns(struct reading *r)
{
    char what[64];
    for (size_t i = 0; i < r->request->match_count; i++) {
        if (!generic_pattern_find(&r->request->match[i], r->body, r->clock, NULL) &&
            !r->clock->over) {
            snprintf(what, sizeof(what), "match[%zu] is not in the answer", i);
            break_expectation(r, what);
        }
    }
    for (size_t i = 0; i < r->request->fail_count; i++) {
        if (generic_pattern_find(&r->request->fail[i], r->body, r->clock, NULL)) {
            snprintf(what, sizeof(what), "fail[%zu] is in the answer", i);
            break_expectation(r, what);
        }
    }
}

/* What a rule looks at. False when the answer does not have it. */
static bool find_source(const struct reading *r, const struct generic_extract *extract,
                        const char *status, struct vmm_text *source)
{
    switch (extract->from) {
    case GENERIC_FROM_KEYVALUE:
        return vmm_keyvalue_find(r->body, extract->key, 0, source) == 0;
    case GENERIC_FROM_HEADER:
        return vmm_text_header(r->headers, extract->key, source) == 0;
    case GENERIC_FROM_STATUS:
        *source = vmm_text_of(status);
        return true;
    default:
        *source = r->body;
        return true;
    }
}

static void read_rules(struct reading *r)
{
    const struct generic_times times = {r->answer->sent_wall_us, r->answer->received_wall_us};
    char status[16];
    snprintf(status, sizeof(status), "%u", r->answer->status);
    for (size_t i = 0; i < r->request->extract_count; i++) {
        const struct generic_extract *extract = &r->request->extract[i];
        char why[VMM_PART_DETAIL_MAX];
        struct vmm_text source;
        if (!find_source(r, extract, status, &source)) {
            continue;
        }
        struct vmm_text value = source;
        if (extract->has_pattern &&
            !generic_pattern_find(&extract->pattern, source, r->clock, &value)) {
            continue;
        }
        if (!generic_value_report(&extract->rule, value, &times, r->to, why, sizeof(why))) {
            break_expectation(r, why);
        }
    }
}

static void tell_expectation(const struct reading *r, struct vmm_part *part)
{
    if (r->broken[0] != '\0') {
        vmm_observe_fault_text(r->to, VMM_FACT_EXPECTATION, 0, VMM_REASON_EXPECTATION,
                               vmm_text_of(r->broken));
    } else if (!r->clock->over) {
        vmm_observe_text(r->to, VMM_FACT_EXPECTATION, 0, vmm_text_of(r->request->name));
    }
    if (r->clock->over) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0,
                     "the patterns take too long on this answer");
    }
}

void generic_read(const struct generic_request *request, const struct vmm_http_answer *answer,
                  struct generic_clock *clock, const struct vmm_observer *to, struct vmm_part *part)
{
    struct reading r = {
        .request = request,
        .answer = answer,
        .headers = vmm_text_bytes(answer->headers, answer->headers_size),
        .body = vmm_text_bytes(answer->body, answer->body_size),
        .clock = clock,
        .to = to,
    };
    if (!status_is_expected(request, answer->status) && !judge_status(&r, part)) {
        return;
    }
    judge_type(&r);
    judge_patterns(&r);
    read_rules(&r);
    tell_expectation(&r, part);
}
