/* SPDX-License-Identifier: MIT */
#include "generic_read.h"

#include <stdio.h>

#include "generic_source.h"

/* One answer while it is read. */
struct reading {
    const struct generic_request *request;
    const struct vmm_http_answer *answer;
    struct generic_source source;
    struct generic_carried *carried;
    struct generic_clock *clock;
    const struct vmm_observer *to;
    uint32_t kept;                    /* a bit for each value that this answer gave */
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

/* 403 only hides a part, unless the password went out with the request: then it is a login refused. */
static void judge_refusal(const struct reading *r, struct vmm_part *part)
{
    vmm_part_status(part, r->answer);
    if (r->request->is_login && r->answer->status == 403) {
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH, "status 403");
    }
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
        judge_refusal(r, part);
        return false;
    }
    snprintf(what, sizeof(what), "status %u is not expected", status);
    break_expectation(r, what);
    return true;
}

static void judge_manner(struct reading *r)
{
    const struct generic_request *request = r->request;
    uint32_t version = r->answer->version;
    bool is_tls = r->answer->tls_subject != NULL;
    char what[40];
    if (request->expect_version != 0 && request->expect_version != version) {
        snprintf(what, sizeof(what), "HTTP %u.%u", version / 10, version % 10);
        break_expectation(r, what);
    }
    if (request->expect_tls == GENERIC_TLS_YES && !is_tls) {
        break_expectation(r, "the answer is not inside TLS");
    } else if (request->expect_tls == GENERIC_TLS_NO && is_tls) {
        break_expectation(r, "the answer is inside TLS");
    }
}

static void judge_line(struct reading *r)
{
    const char *line = r->answer->status_line;
    if (r->request->has_line &&
        !generic_pattern_find(&r->request->line, vmm_text_of(line), r->clock, NULL) &&
        !r->clock->over) {
        break_expectation(r, "the status line is another");
    }
}

static void judge_type(struct reading *r)
{
    struct vmm_text type;
    if (r->request->expect_type == NULL) {
        return;
    }
    if (vmm_text_header(r->source.headers, "Content-Type", &type) != 0) {
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
        if (!generic_pattern_find(&r->request->match[i], r->source.body, r->clock, NULL) &&
            !r->clock->over) {
            snprintf(what, sizeof(what), "match[%zu] is not in the answer", i);
            break_expectation(r, what);
        }
    }
    for (size_t i = 0; i < r->request->fail_count; i++) {
        if (generic_pattern_find(&r->request->fail[i], r->source.body, r->clock, NULL)) {
            snprintf(what, sizeof(what), "fail[%zu] is in the answer", i);
            break_expectation(r, what);
        }
    }
}

/* Each condition must hold. One that cannot be told does not: what it needs has to be there. */
static void judge_conditions(struct reading *r)
{
    char what[160];
    char why[80];
    for (size_t i = 0; i < r->request->condition_count && !r->clock->over; i++) {
        enum generic_holds holds =
            generic_condition_try(&r->request->conditions[i], generic_source_json(&r->source),
                                  r->clock, why, sizeof(why));
        if (holds == GENERIC_HOLDS_NOT) {
            snprintf(what, sizeof(what), "conditions[%zu] does not hold", i);
            break_expectation(r, what);
        } else if (holds == GENERIC_UNTOLD && !r->clock->over) {
            snprintf(what, sizeof(what), "conditions[%zu] cannot be told: %s", i, why);
            break_expectation(r, what);
        }
    }
}

static bool header_is(struct reading *r, const struct generic_header *header, bool *is_there)
{
    struct vmm_text value;
    *is_there = vmm_text_header(r->source.headers, header->name, &value) == 0;
    return *is_there &&
           (!header->has_pattern || generic_pattern_find(&header->pattern, value, r->clock, NULL));
}

static void judge_headers(struct reading *r)
{
    char what[80];
    bool is_there = false;
    for (size_t i = 0; i < r->request->match_header_count; i++) {
        if (!header_is(r, &r->request->match_headers[i], &is_there) && !r->clock->over) {
            snprintf(what, sizeof(what), "match_headers[%zu] %s", i,
                     is_there ? "is another" : "is not in the answer");
            break_expectation(r, what);
        }
    }
    for (size_t i = 0; i < r->request->fail_header_count; i++) {
        if (header_is(r, &r->request->fail_headers[i], &is_there)) {
            snprintf(what, sizeof(what), "fail_headers[%zu] is in the answer", i);
            break_expectation(r, what);
        }
    }
}

static bool finds_one(struct reading *r, const struct generic_pattern *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (generic_pattern_find(&patterns[i], r->source.body, r->clock, NULL)) {
            return true;
        }
    }
    return false;
}

static void tell_locked(struct vmm_part *part)
{
    vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED,
                 "the answer says that the account is locked");
}

/* Logins of a device's own are refused with any status, 200 among them. True when this one is. */
static bool is_refused(struct reading *r, struct vmm_part *part)
{
    if (finds_one(r, r->request->locked, r->request->locked_count)) {
        tell_locked(part);
        return true;
    }
    if (finds_one(r, r->request->refused, r->request->refused_count)) {
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
                     "the answer says that the login is refused");
        return true;
    }
    return false;
}

/* A login that gives no token would be repeated with the next look, until the account is locked: it
 * counts as refused. */
static void miss_carried(const struct reading *r, const struct generic_extract *extract,
                         struct vmm_part *part)
{
    char detail[96];
    bool login = r->request->is_login;
    if (r->clock != NULL && r->clock->over && !login) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0,
                     "the patterns take too long on this answer");
        return;
    }
    snprintf(detail, sizeof(detail), "%.20s[%zu]: what later requests need is not in the answer",
             "extract", (size_t)(extract - r->request->extract));
    vmm_part_set(part, login ? VMM_OUTCOME_AUTH : VMM_OUTCOME_BAD_REPLY,
                 login ? VMM_RUNG_AUTHENTICATE : VMM_RUNG_PARSE, login ? VMM_REASON_AUTH : 0,
                 detail);
}

/* Whatever kept an answer from being read: the look does not go on without what later requests need. */
static void require_carried(const struct reading *r, struct vmm_part *part)
{
    for (size_t i = 0; i < r->request->extract_count; i++) {
        const struct generic_extract *extract = &r->request->extract[i];
        bool goes_on = part->outcome == VMM_OUTCOME_OK || part->outcome == VMM_OUTCOME_PARTIAL;
        if (goes_on && extract->carry >= 0 && (r->kept & 1u << extract->carry) == 0) {
            miss_carried(r, extract, part);
        }
    }
}

/* False when the answer does not have it. */
static bool find_value(struct reading *r, const struct generic_extract *extract,
                       struct vmm_text *value)
{
    return generic_source_find(&r->source, extract, value) &&
           (!extract->has_pattern ||
            generic_pattern_find(&extract->pattern, *value, r->clock, value));
}

static void read_rule(struct reading *r, const struct generic_extract *extract,
                      struct vmm_part *part)
{
    const struct generic_times times = {r->answer->sent_wall_us, r->answer->received_wall_us};
    char why[VMM_PART_DETAIL_MAX];
    struct vmm_text value;
    bool found = find_value(r, extract, &value);
    if (extract->carry >= 0) {
        if (!found || generic_carry_keep(r->carried, (size_t)extract->carry, value) != 0) {
            miss_carried(r, extract, part);
        } else {
            r->kept |= 1u << extract->carry;
        }
    } else if (found &&
               !generic_value_report(&extract->rule, value, &times, r->to, why, sizeof(why))) {
        break_expectation(r, why);
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

/* No answer within the time, and the operator has said what that means. */
static void judge_late(struct reading *r, struct vmm_part *part)
{
    if (r->request->on_timeout == GENERIC_LATE_FAULT) {
        break_expectation(r, "no answer within the time");
        tell_expectation(r, part);
    } else {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, r->answer->rung, 0, "no answer within the time");
    }
}

static void read_answer(struct reading *r, struct vmm_part *part)
{
    if (r->answer->outcome == VMM_OUTCOME_TIMEOUT) {
        judge_late(r, part);
        return;
    }
    if (is_refused(r, part)) {
        return;
    }
    if (!status_is_expected(r->request, r->answer->status) && !judge_status(r, part)) {
        return;
    }
    judge_manner(r);
    judge_line(r);
    judge_type(r);
    judge_headers(r);
    judge_patterns(r);
    judge_conditions(r);
    for (size_t i = 0; i < r->request->extract_count && part->outcome == VMM_OUTCOME_OK; i++) {
        read_rule(r, &r->request->extract[i], part);
    }
    if (part->outcome == VMM_OUTCOME_OK) {
        tell_expectation(r, part);
    }
}

void generic_read(const struct generic_request *request, const struct vmm_http_answer *answer,
                  const struct generic_kept *kept, struct generic_clock *clock,
                  const struct vmm_observer *to, struct vmm_part *part)
{
    struct reading r = {
        .request = request, .answer = answer, .carried = kept->carried, .clock = clock, .to = to};
    generic_source_init(&r.source, request, answer, kept->memory);
    read_answer(&r, part);
    require_carried(&r, part);
    generic_source_finish(&r.source);
}

void generic_read_on(struct generic_plan *plan, const struct generic_request *request,
                     const struct generic_kept *kept, struct vmm_part *part)
{
    bool goes_on = part->outcome == VMM_OUTCOME_OK || part->outcome == VMM_OUTCOME_PARTIAL;
    if (goes_on && kept->carried != NULL &&
        generic_carry_fill(kept->carried, plan, request->place + 1) != 0) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0,
                     "a request is too long with the values that it carries");
    }
}

void generic_read_broken(const struct generic_request *request, const char *what,
                         const struct vmm_observer *to, struct vmm_part *part)
{
    struct reading r = {.request = request};
    break_expectation(&r, what);
    vmm_observe_fault_text(to, VMM_FACT_EXPECTATION, 0, VMM_REASON_EXPECTATION,
                           vmm_text_of(r.broken));
    require_carried(&r, part);
}

void generic_read_refusal(const struct generic_plan *plan, const struct vmm_http_answer *answer,
                          struct generic_clock *clock, struct vmm_part *part)
{
    struct reading r = {.answer = answer, .clock = clock};
    bool locked = false;
    generic_source_init(&r.source, plan->requests[0], answer, NULL);
    for (size_t i = 0; i < plan->request_count && !locked; i++) {
        locked = finds_one(&r, plan->requests[i]->locked, plan->requests[i]->locked_count);
    }
    generic_source_finish(&r.source);
    if (locked) {
        tell_locked(part);
    }
}
