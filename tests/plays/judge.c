/* SPDX-License-Identifier: MIT */
#include "judge.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fleet/handover.h"
#include "gateway/gateway.h"
#include "health/refusal.h"
#include "health/words.h"

#define ENDPOINT   0u
#define ACCOUNT    0u
#define LOCK_MAX_S 604800
#define ZONE       "UTC" /* of a site that says nothing */

/* What expected_read() asks of a calendar: there is none. */
int64_t gateway_closed_before(const struct gateway *gateway, const char *site_id, int64_t wall,
                              uint32_t days)
{
    (void)gateway;
    (void)site_id;
    (void)wall;
    (void)days;
    return 0;
}

static struct ledger_time time_of(const struct bridge *bridge)
{
    return (struct ledger_time){.mono_us = vmm_mock_now_us(bridge->mock),
                                .wall_us = vmm_mock_wall_us(bridge->mock)};
}

void judge_init(struct judge *judge, const char *provider, const json_t *camera)
{
    struct ledger_record record;
    *judge = (struct judge){.provider = provider, .ledger = ledger_create(NULL)};
    cr_assert_not_null(judge->ledger);
    health_policy_init(&judge->policy);
    health_state_init(&judge->state);
    cr_assert_eq(ledger_endpoint(judge->ledger, ENDPOINT, 1, 1, LEDGER_NONE), 0);
    cr_assert_geq(ledger_account(judge->ledger, ACCOUNT, 1, &record), 0);
    json_t *wanted = json_object_get(camera, "expected");
    char *text = wanted != NULL ? json_dumps(wanted, 0) : NULL;
    struct camera_record known = {.site_id = "lab", .expected = text != NULL ? text : "{}"};
    expected_read(&known, NULL, 0, &judge->expected);
    free(text);
}

void judge_finish(struct judge *judge)
{
    ledger_destroy(judge->ledger);
    judge->ledger = NULL;
}

/* ---- Before the look ---- */

void judge_order(struct judge *judge, const struct bridge *bridge, struct bridge_order *order)
{
    uint32_t scope = health_scope(&judge->state);
    uint32_t sent = scope == HEALTH_SCOPE_CONFIRM ? health_confirm_scope(&judge->state) : scope;
    struct ledger_ask ask = {.endpoint = ENDPOINT,
                             .account = ACCOUNT,
                             .connections = 1,
                             .login = scope == HEALTH_SCOPE_FULL && order->auth != AUTH_NONE};
    ledger_ask(judge->ledger, &ask, time_of(bridge), &judge->lease);
    cr_assert_eq(judge->lease.verdict, LEDGER_GRANTED);
    order->scope = sent == HEALTH_SCOPE_TRIAL ? VMM_SCOPE_TRIAL : VMM_SCOPE_FULL;
    order->may_login = judge->lease.may_login;
}

/* ---- After it ---- */

static int64_t device_fact(const struct bridge_result *result, uint16_t fact)
{
    for (size_t i = 0; i < result->fact_count; i++) {
        if (result->facts[i].fact == fact && result->facts[i].subject == VMM_SUBJECT_DEVICE) {
            return (int64_t)result->facts[i].value;
        }
    }
    return 0;
}

/* Whether the refusal condemns nothing. */
static bool settle(struct judge *judge, const struct bridge *bridge,
                   const struct bridge_result *result)
{
    struct ledger_record record;
    struct ledger_time now = time_of(bridge);
    int64_t locked_s = device_fact(result, VMM_FACT_LOGIN_LOCKED) != 0
                           ? device_fact(result, VMM_FACT_LOGIN_UNLOCK)
                           : 0;
    bool is_lock = locked_s > 0 && locked_s <= LOCK_MAX_S;
    struct ledger_result settled = {
        .login_tried = (result->flags & RESULT_LOGIN_TRIED) != 0,
        .login_accepted = (result->flags & RESULT_LOGIN_ACCEPTED) != 0,
        .login_refused = (result->flags & RESULT_LOGIN_REFUSED) != 0,
        .excused = result->outcome == VMM_OUTCOME_LIMIT || result->reason == VMM_REASON_BUSY ||
                   refusal_may_boot(&judge->policy, &judge->state, now.wall_us),
        .locked_until_wall = is_lock ? now.wall_us + locked_s * 1000000 : 0};
    ledger_settle(judge->ledger, judge->lease.lease, &settled, now, &record);
    return settled.excused;
}

static void take_facts(const struct bridge_result *result, struct health_fact *facts,
                       char (*texts)[TEXT_MAX + 1])
{
    for (size_t i = 0; i < result->fact_count; i++) {
        const struct result_fact *from = &result->facts[i];
        facts[i] = (struct health_fact){.subject = from->subject,
                                        .index = from->index,
                                        .fact = from->fact,
                                        .standing = from->standing,
                                        .reason = from->reason,
                                        .type = from->type,
                                        .number = (int64_t)from->value};
        if (from->type == VMM_TYPE_TEXT) {
            text_clean(from->text, strlen(from->text), texts[i]);
            facts[i].text = texts[i];
        } else if (from->type == VMM_TYPE_FLOAT) {
            memcpy(&facts[i].real, &from->value, sizeof(facts[i].real));
            facts[i].number = 0;
        }
    }
}

/* The one provider that the look names; NULL when it names none. */
static const char *named_by(const struct bridge_result *result)
{
    const char *named = NULL;
    for (size_t i = 0; i < result->fact_count; i++) {
        const struct result_fact *fact = &result->facts[i];
        if (fact->fact == VMM_FACT_PROVIDER && fact->standing != VMM_STANDING_NOT_JUDGED) {
            named = fact->text;
        }
    }
    return named;
}

/* Another provider speaks its language, and its flag is off here. */
static void judge_language(const struct judge *judge, const struct bridge_result *result,
                           struct health_input *input)
{
    bool names = result->outcome == VMM_OUTCOME_UNSUPPORTED;
    struct handover_case given = {.provider = judge->provider,
                                  .effective = "",
                                  .named = names ? named_by(result) : NULL,
                                  .installed = true,
                                  .port_set = true};
    if (handover_decide(&given) != HANDOVER_NONE) {
        input->reason = VMM_REASON_OTHER_PROVIDER;
    }
}

static void judge_refusal(const struct judge *judge, bool excused,
                          const struct bridge_result *result, struct health_input *input)
{
    struct refusal refusal = {.is_barred = (result->flags & RESULT_LOGIN_BARRED) != 0,
                              .is_known = ledger_is_refused(judge->ledger, ACCOUNT),
                              .is_excused = excused};
    if (result->outcome == VMM_OUTCOME_AUTH) {
        refusal_judge(&judge->state, &refusal, input);
    }
}

void judge_take(struct judge *judge, const struct bridge *bridge, const struct bridge_order *order,
                const struct bridge_result *result)
{
    static struct health_fact facts[MESSAGE_FACTS_MAX];
    static char texts[MESSAGE_FACTS_MAX][TEXT_MAX + 1];
    bool excused = settle(judge, bridge, result);
    bool confirms = health_scope(&judge->state) == HEALTH_SCOPE_CONFIRM;
    take_facts(result, facts, texts);
    struct health_input input = {.kind = confirms ? HEALTH_INPUT_CONFIRM : HEALTH_INPUT_LOOK,
                                 .now_wall = vmm_mock_wall_us(bridge->mock),
                                 .now_mono = (int64_t)vmm_mock_now_us(bridge->mock),
                                 .scope = confirms                          ? HEALTH_SCOPE_CONFIRM
                                          : order->scope == VMM_SCOPE_TRIAL ? HEALTH_SCOPE_TRIAL
                                                                            : HEALTH_SCOPE_FULL,
                                 .outcome = result->outcome,
                                 .rung = result->rung,
                                 .reason = result->reason,
                                 .latency_us = result->slowest_us,
                                 .facts = facts,
                                 .fact_count = result->fact_count,
                                 .expected = &judge->expected,
                                 .zone_rule = expected_zone_rule(&judge->zones, ZONE)};
    judge_refusal(judge, excused, result, &input);
    judge_language(judge, result, &input);
    health_step(&judge->policy, &judge->state, &input, &judge->actions);
}

uint64_t judge_pause_us(const struct judge *judge)
{
    uint64_t interval = 0;
    uint64_t jitter = 0;
    if ((judge->actions.did & HEALTH_DID_REPEAT) != 0) {
        return judge->actions.repeat_after_us;
    }
    health_rhythm_times(&judge->policy, judge->state.rhythm, &interval, &jitter);
    return interval;
}

const char *judge_verdict(const struct judge *judge)
{
    static char text[64];
    snprintf(text, sizeof(text), "%s %s", health_word(judge->state.health),
             reason_word(judge->state.reason));
    return text;
}
