/* SPDX-License-Identifier: MIT */
/* The plan: faults first, then the login, then the answer that fits. */
#include "farm/server.h"

#include "farm/dvrip.h"
#include "farm/fault.h"
#include "farm/rng.h"

static struct nonce_ring *nonces_of(struct farm *farm, struct service *service)
{
    if (service->nonces == NULL && service->personality->auth.digest) {
        service->nonces = arena_take(&farm->arena, 1, sizeof *service->nonces);
        uint64_t place = (uint64_t)service->device->address << 16 | service->port_slot;
        nonce_ring_init(service->nonces, farm->seed ^ rng_mix(place));
    }
    return service->nonces;
}

static struct wsse_seen *tokens_of(struct farm *farm, struct service *service)
{
    if (service->seen == NULL && service->personality->auth.wsse.asked) {
        service->seen = arena_take(&farm->arena, 1, sizeof *service->seen);
    }
    return service->seen;
}

static struct server_plan special(const struct service *service, enum personality_special which)
{
    const struct answer *answer = &service->personality->special[which];
    return (struct server_plan){.answer = answer, .status = answer->status};
}

static struct server_plan challenge(const struct service *service, bool stale)
{
    struct server_plan plan = special(service, SPECIAL_UNAUTHORIZED);
    plan.challenge = true;
    plan.stale = stale;
    return plan;
}

static void note_unchecked(struct service *service, const struct message *message)
{
    service->device->counts.logins_unchecked +=
        auth_is_brought(&service->personality->auth, message);
}

/* Faults that answer by themselves, whatever is asked. */
static bool plan_by_fault(const struct server_caller *caller, const struct message *message,
                          struct server_plan *plan)
{
    struct service *service = caller->service;
    struct device *device = service->device;
    if (fault_is_on(device, FAULT_BLACKHOLE)) {
        *plan = (struct server_plan){.what = SERVER_SILENCE};
    } else if (fault_is_on(device, FAULT_GARBAGE)) {
        *plan = (struct server_plan){.what = SERVER_GARBAGE};
    } else if (caller->over_limit) {
        *plan = special(service, SPECIAL_OVER_LIMIT);
        plan->challenge = plan->status == 401;
    } else if (fault_is_on(device, FAULT_BUSY)) {
        int64_t status = fault_value(device, FAULT_BUSY);
        *plan = special(service, SPECIAL_BUSY);
        plan->status = status != 0 ? (int)status : plan->status;
    } else if (fault_is_on(device, FAULT_HTTP_ERROR)) {
        *plan = special(service, SPECIAL_ERROR);
        plan->status = (int)fault_value(device, FAULT_HTTP_ERROR);
    } else if (fault_is_on(device, FAULT_STARTING)) {
        *plan = challenge(service, false);
    } else {
        return false;
    }
    note_unchecked(service, message);
    return true;
}

static void count_login(struct device *device, const struct auth_result *result)
{
    struct device_counts *counts = &device->counts;
    switch (result->verdict) {
    case AUTH_ABSENT:
        break;
    case AUTH_GOOD:
        counts->logins_good++;
        break;
    case AUTH_LOCKED:
        counts->logins_locked++;
        break;
    case AUTH_BAD:
        counts->logins_bad++;
        counts->basic_unoffered += result->basic_unoffered;
        counts->lock_outs += result->locked_now;
        device->last_bad_login = result->why;
        break;
    case AUTH_STALE:
        counts->nonces_stale += result->nonce == NONCE_STALE;
        counts->nonces_replayed += result->nonce == NONCE_REPLAYED;
        counts->nonces_foreign += result->nonce == NONCE_FOREIGN;
        break;
    }
}

static struct auth_result check_login(struct farm *farm, const struct server_caller *caller,
                                      const struct message *message)
{
    static const struct auth_users nobody = {0};
    struct service *service = caller->service;
    struct device *device = service->device;
    struct template_input told = device_template_input(service, farm->loop.wall_us);
    struct auth_check check = {
        .policy = &service->personality->auth,
        .users = fault_is_on(device, FAULT_WRONG_PASSWORD) ? &nobody : device->users,
        .ring = nonces_of(farm, service),
        .lock = &device->lock,
        .seen = tokens_of(farm, service),
        .clock = &told.clock,
        .wall_us = farm->loop.wall_us,
        .message = message,
        .connection = caller->connection,
        .now_us = farm->loop.now_us,
    };
    struct auth_result result = auth_check(&check);
    count_login(device, &result);
    return result;
}

uint32_t server_session(const struct server_caller *caller)
{
    return (uint32_t)caller->connection + 0x57;
}

/* DVRIP: a login opens the connection's session, all else has to name it. */
static bool pass_session(struct farm *farm, const struct server_caller *caller,
                         const struct message *message, const struct answer *answer,
                         struct server_plan *plan)
{
    struct service *service = caller->service;
    if (message->id != DVRIP_LOGIN) {
        bool known = caller->session != 0 && message->session == caller->session;
        *plan = known ? (struct server_plan){.level = LEVEL_ADMIN}
                      : special(service, SPECIAL_NO_SESSION);
        return known || (answer != NULL && answer->open);
    }
    struct auth_result result = check_login(farm, caller, message);
    if (result.verdict != AUTH_GOOD) {
        *plan =
            special(service, result.verdict == AUTH_LOCKED ? SPECIAL_LOCKED : SPECIAL_UNAUTHORIZED);
        return false;
    }
    plan->level = result.user->level;
    plan->opens_session = true;
    return true;
}

/* The login that ANSWER (NULL: nothing fits) needs. False: *PLAN says what is answered instead. */
static bool pass_login(struct farm *farm, const struct server_caller *caller,
                       const struct message *message, const struct answer *answer,
                       struct server_plan *plan)
{
    struct service *service = caller->service;
    const struct auth_policy *policy = &service->personality->auth;
    bool asked = auth_is_asked(policy);
    if (service->personality->dvrip && asked) {
        return pass_session(farm, caller, message, answer, plan);
    }
    if (!asked || (answer != NULL && answer->open)) {
        bool brought = auth_is_brought(policy, message);
        service->device->counts.logins_unasked += brought && !asked;
        service->device->counts.logins_unchecked += brought && asked;
        return true;
    }
    struct auth_result result = check_login(farm, caller, message);
    bool locked = auth_is_locked(&service->device->lock, farm->loop.now_us);
    if (result.verdict == AUTH_GOOD) {
        plan->level = result.user->level;
        plan->in_session = result.in_session;
        return true;
    }
    if (result.verdict == AUTH_LOCKED || (locked && policy->locks_all && !result.locked_now)) {
        *plan = special(service, SPECIAL_LOCKED);
        plan->challenge = plan->status == 401;
    } else {
        *plan = challenge(service, result.verdict == AUTH_STALE);
    }
    return false;
}

static struct server_plan plan_answer(struct farm *farm, const struct server_caller *caller,
                                      const struct message *message)
{
    struct service *service = caller->service;
    const struct personality *personality = service->personality;
    const struct answer *answer = personality_answer(personality, message, service->given);
    struct server_plan plan = {0};
    if (!pass_login(farm, caller, message, answer, &plan)) {
        return plan;
    }
    if (answer == NULL) {
        return special(service, SPECIAL_NOT_FOUND);
    }
    service->device->counts.redirects_followed += answer->redirect_target;
    if (auth_is_asked(&personality->auth) && answer->level > plan.level && !answer->open) {
        return special(service, SPECIAL_FORBIDDEN);
    }
    if (answer->session && !plan.in_session) {
        return special(service, SPECIAL_NO_SESSION);
    }
    service->given |= answer->once;
    plan.answer = answer;
    plan.status = answer->status;
    return plan;
}

/* What RTSP servers refuse before they look at the login (protocol quirks seen on cameras). */
static bool plan_by_quirk(const struct server_caller *caller, const struct message *message,
                          struct server_plan *plan)
{
    const struct personality *personality = caller->service->personality;
    if (message->rtsp != personality->rtsp || message->chunked) {
        *plan = special(caller->service, SPECIAL_BAD_REQUEST);
    } else if (personality->user_agent_required && message->agent.len == 0) {
        *plan = challenge(caller->service, false);
    } else if (personality->describe_once && caller->described &&
               message->method == METHOD_DESCRIBE) {
        *plan = special(caller->service, SPECIAL_BAD_REQUEST);
    } else {
        return false;
    }
    note_unchecked(caller->service, message);
    return true;
}

struct server_plan server_plan(struct farm *farm, const struct server_caller *caller,
                               const struct message *message)
{
    struct device *device = caller->service->device;
    farm->changed = true;
    device_note_request(device, caller->service->personality, message, farm->loop.now_us);
    struct server_plan plan = {0};
    if (!plan_by_fault(caller, message, &plan) && !plan_by_quirk(caller, message, &plan)) {
        plan = plan_answer(farm, caller, message);
    }
    device->counts.redirects_sent += plan.status >= 300 && plan.status < 400 && plan.status != 304;
    return plan;
}

struct server_plan server_plan_malformed(struct farm *farm, const struct server_caller *caller)
{
    struct device *device = caller->service->device;
    farm->changed = true;
    device->counts.malformed++;
    return fault_is_on(device, FAULT_BLACKHOLE) ? (struct server_plan){.what = SERVER_SILENCE}
                                                : special(caller->service, SPECIAL_BAD_REQUEST);
}

uint64_t server_latency_us(struct service *service)
{
    const struct personality *personality = service->personality;
    struct device *device = service->device;
    uint64_t latency = personality->latency_us;
    if (personality->latency_p99_us > 0) {
        latency = (uint64_t)rng_lognormal(&device->rng, (double)personality->latency_us,
                                          (double)personality->latency_p99_us);
    }
    if (fault_is_on(device, FAULT_SLOW)) {
        latency += (uint64_t)fault_value(device, FAULT_SLOW) * 1000;
    }
    return latency;
}
