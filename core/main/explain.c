/* SPDX-License-Identifier: MIT */
#include "main/explain_parts.h"

#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "main/control.h"
#include "main/endpoint.h"
#include "main/handover.h"
#include "main/incidents.h"
#include "main/off.h"
#include "main/old_news.h"
#include "main/policies.h"
#include "main/watch.h"

struct fact_word {
    const char *word;
    const char *unit;
};

static const struct fact_word fact_words[VMM_FACT_COUNT] = {
#define FACT_WORD(number, NAME, word, subject, type, unit, meaning) [number] = {word, unit},
    VMM_FACTS(FACT_WORD)
#undef FACT_WORD
};

int explain_find(const struct daemon *daemon, const char *id, struct explain_subject *subject)
{
    const struct fleet *fleet = daemon->fleet;
    *subject = (struct explain_subject){.camera = fleet_find_camera(fleet, id),
                                        .nvr = fleet_find_nvr(fleet, id)};
    if (subject->camera != NULL) {
        const struct fleet_camera *camera = subject->camera;
        uint32_t device = camera->device;
        if (device == FLEET_NONE && camera->nvr != FLEET_NONE) {
            device = fleet_nvr(fleet, camera->nvr)->device;
        }
        subject->device = device != FLEET_NONE ? fleet_device(fleet, device) : NULL;
        subject->state = watch_camera_state(daemon->watch, camera);
    } else if (subject->nvr != NULL) {
        subject->device = fleet_device(fleet, subject->nvr->device);
        subject->state = watch_nvr_state(daemon->watch, subject->nvr);
    }
    return subject->state != NULL ? 0 : VMM_E_NOENT;
}

/* ---- the last look ---- */

static json_t *clean_json(const char *text)
{
    char clean[TEXT_MAX + 1];
    text_clean(text, strlen(text), clean);
    return json_string(clean);
}

static json_t *step_row(const struct result_step *step)
{
    return json_pack("{s:{s:o, s:o, s:i, s:f}}", "step", "asked", clean_json(step->asked), "came",
                     clean_json(step->came), "start_ms", (int)step->start_ms, "took_ms",
                     (double)step->took_us / 1000.0);
}

static json_t *fact_value(const struct result_fact *fact)
{
    double real;
    switch (fact->type) {
    case VMM_TYPE_INT:
        return json_integer((json_int_t)fact->value);
    case VMM_TYPE_BOOL:
        return json_boolean(fact->value != 0);
    case VMM_TYPE_TEXT:
        return clean_json(fact->text);
    case VMM_TYPE_FLOAT:
        memcpy(&real, &fact->value, sizeof(real));
        return json_real(real);
    default:
        return json_null();
    }
}

const char *explain_subject_word(uint32_t subject)
{
    static const char *const words[] = {"", "device", "channel", "disk", "stream"};
    return words[subject < sizeof(words) / sizeof(words[0]) ? subject : 0];
}

static json_t *fact_row(const struct result_fact *fact)
{
    static const char *const standings[] = {"not judged", "ok", "fault"};
    return json_pack("{s:{s:s, s:i, s:s, s:o, s:o, s:s, s:o}}", "fact", "subject",
                     explain_subject_word(fact->subject), "index", (int)fact->index, "fact",
                     fact_words[fact->fact].word, "value", fact_value(fact), "unit",
                     control_string(fact_words[fact->fact].unit), "standing",
                     standings[fact->standing], "reason",
                     fact->standing == VMM_STANDING_FAULT ? json_string(reason_word(fact->reason))
                                                          : json_null());
}

static const char *login_word(uint32_t flags)
{
    return (flags & RESULT_LOGIN_ACCEPTED)  ? "accepted"
           : (flags & RESULT_LOGIN_REFUSED) ? "refused"
           : (flags & RESULT_LOGIN_BARRED)  ? "barred"
           : (flags & RESULT_LOGIN_TRIED)   ? "unanswered"
                                            : "none";
}

json_t *explain_result_look(const struct result_message *result, int64_t started_wall,
                            uint32_t scope)
{
    return json_pack(
        "{s:o, s:s, s:s, s:s, s:o, s:o, s:f, s:f, s:i, s:i, s:I, s:s}", "at",
        control_time(started_wall), "scope", scope == HEALTH_SCOPE_FULL ? "full" : "trial",
        "outcome", outcome_word(result->outcome), "rung", rung_word(result->rung), "reason",
        result->reason != 0 ? json_string(reason_word(result->reason)) : json_null(), "detail",
        result->detail[0] != '\0' ? clean_json(result->detail) : json_null(), "total_ms",
        (double)result->total_us / 1000.0, "slowest_ms", (double)result->slowest_us / 1000.0,
        "requests", (int)result->requests, "connections", (int)result->connections, "bytes",
        (json_int_t)result->bytes, "login", login_word(result->flags));
}

json_t *explain_result_rows(const struct result_message *result)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < result->step_count; i++) {
        json_array_append_new(rows, step_row(&result->steps[i]));
    }
    for (uint32_t i = 0; i < result->fact_count; i++) {
        json_array_append_new(rows, fact_row(&result->facts[i]));
    }
    return rows;
}

/* The last look decoded; texts are borrowed from the trace. NULL when there is none. */
static const struct trace *decode_trace(const struct daemon *daemon,
                                        const struct fleet_device *device,
                                        struct result_message *result)
{
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    static struct result_step steps[MESSAGE_STEPS_MAX];
    *result = (struct result_message){.facts = facts, .steps = steps};
    const struct trace *trace =
        device != NULL ? daemon->watch->devices[device->handle].trace : NULL;
    if (trace == NULL) {
        return NULL;
    }
    struct frame frame = {.type = FRAME_RESULT, .body = trace->body, .body_size = trace->size};
    return message_get_result(&frame, result) == 0 ? trace : NULL;
}

json_t *explain_look(const struct daemon *daemon, const struct fleet_device *device)
{
    struct result_message result;
    const struct trace *trace = decode_trace(daemon, device, &result);
    return trace != NULL ? explain_result_look(&result, trace->started_wall, trace->scope)
                         : json_null();
}

json_t *explain_rows(const struct daemon *daemon, const struct explain_subject *subject,
                     struct ctl_call *call)
{
    struct result_message result;
    const struct trace *trace = decode_trace(daemon, subject->device, &result);
    if (trace == NULL) {
        return json_null();
    }
    ctl_rows(call, explain_result_rows(&result));
    return explain_result_look(&result, trace->started_wall, trace->scope);
}

/* ---- the rest ---- */

/* Whose language the device speaks, where that is not the provider that is set, and what came of it. */
static json_t *handover_json(const struct daemon *daemon, const struct fleet_device *device)
{
    struct handover_to to = {device->record.effective_provider, device->record.effective_place};
    enum handover handover = HANDOVER_GO;
    struct result_message result;
    if (to.provider[0] == '\0') {
        handover = decode_trace(daemon, device, &result) != NULL
                       ? handover_of(daemon->watch, device, &result, &to)
                       : HANDOVER_NONE;
    }
    bool to_be_done = handover == HANDOVER_GO && device->record.effective_provider[0] == '\0';
    if (handover == HANDOVER_NONE) {
        return json_null();
    }
    const struct config_plugin *plugin = config_find_plugin(daemon->config, to.provider);
    return json_pack("{s:o, s:s, s:o, s:o}", "to", clean_json(to.provider), "state",
                     to_be_done ? "next" : handover_word(handover), "flag",
                     control_string(plugin != NULL ? plugin->fragment->flag : ""), "place",
                     to.place[0] != '\0' ? clean_json(to.place) : json_null());
}

/* Who said that it is off on purpose, or that the recorder is that shows it; null when nobody did. */
static json_t *off_json(const struct daemon *daemon, const struct explain_subject *subject)
{
    const struct fleet_camera *camera = subject->camera;
    const struct fleet_nvr *nvr = subject->nvr;
    const struct quiet_entry *entry = NULL;
    if (camera != NULL) {
        entry = off_of(daemon, camera->record.site_id, camera->record.id);
        nvr = camera->device == FLEET_NONE ? fleet_nvr(daemon->fleet, camera->nvr) : NULL;
    }
    if (entry == NULL && nvr != NULL) {
        entry = off_of(daemon, nvr->record.site_id, nvr->record.id);
    }
    return entry == NULL
               ? json_null()
               : json_pack("{s:s, s:s, s:s, s:o}", "id", entry->id, "owner", entry->owner, "reason",
                           entry->reason, "ends_at", control_time(entry->ends_at));
}

static json_t *camera_json(const struct daemon *daemon, const struct explain_subject *subject)
{
    const struct fleet_device *device = subject->device;
    const struct fleet_camera *camera = subject->camera;
    return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:i, s:b, s:o}", "id",
                     camera != NULL ? camera->record.id : subject->nvr->record.id, "site_id",
                     camera != NULL ? camera->record.site_id : subject->nvr->record.site_id,
                     "nvr_id", control_string(camera != NULL ? camera->record.nvr_id : ""), "name",
                     camera != NULL ? camera->record.name : subject->nvr->record.name, "provider",
                     control_string(device != NULL ? device->record.provider : ""), "handover",
                     device != NULL ? handover_json(daemon, device) : json_null(), "host",
                     control_string(device != NULL ? device->record.host : ""), "port",
                     device != NULL ? (int)device->record.port : 0, "enabled",
                     camera != NULL ? camera->record.enabled
                                    : device == NULL || device->record.enabled,
                     "off", off_json(daemon, subject));
}

static json_t *stale_json(const struct health_policy *policy, const struct health_state *state)
{
    int64_t stale = health_stale_at(policy, state);
    return stale == INT64_MAX ? json_null()
                              : control_time(clock_wall_us() + (stale - (int64_t)clock_mono_us()));
}

/* By whose rules it is judged. */
static const struct health_policy *policy_of(const struct daemon *daemon,
                                             const struct explain_subject *subject)
{
    bool channel = subject->camera != NULL && subject->camera->device == FLEET_NONE;
    return channel ? policy_of_channel(daemon->watch, subject->camera->handle)
                   : policy_of_device(daemon->watch, subject->device->handle);
}

/* What kept it from being confirmed. */
static json_t *stale_by_json(const struct daemon *daemon, const struct explain_subject *subject)
{
    bool channel = subject->camera != NULL && subject->camera->device == FLEET_NONE;
    uint32_t by = channel ? old_news_of_channel(daemon->watch, subject->camera->handle)
                          : old_news_of_device(daemon->watch, subject->device->handle);
    return control_string(stale_by_word(by));
}

static json_t *verdict_json(const struct daemon *daemon, const struct explain_subject *subject,
                            const json_t *history)
{
    const struct health_state *state = subject->state;
    struct result_message result;
    const struct trace *trace = decode_trace(daemon, subject->device, &result);
    const struct explain_words words = explain_words(daemon, subject->device, state->reason);
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:i, s:o, s:o, s:o, s:o}", "health",
        health_word(state->health), "severity", severity_word(state->severity), "reason",
        reason_word(state->reason), "rung", rung_word(state->rung), "since",
        control_time(state->since_wall), "seen", words.seen, "do", words.remedy, "failures",
        (int)state->failure_count, "last_seen_at", control_time(state->last_seen_wall), "stale_at",
        stale_json(policy_of(daemon, subject), state), "stale_by", stale_by_json(daemon, subject),
        "reasons", explain_reasons(daemon, subject, trace != NULL ? &result : NULL, history));
}

static json_t *ledger_json(const struct daemon *daemon, const struct explain_subject *subject)
{
    static const char *const states[] = {"unproven", "proven", "refused"};
    if (subject->device == NULL) {
        return json_null();
    }
    const struct watch *watch = daemon->watch;
    const struct watched *watched = &watch->devices[subject->device->handle];
    struct ledger_record record;
    if (watched->account == LEDGER_NONE ||
        ledger_account_get(watch->ledger, watched->account, &record) != 0) {
        return json_null();
    }
    int64_t now = clock_wall_us();
    int64_t login_at = ledger_login_at(watch->ledger, watched->account, now);
    return json_pack(
        "{s:s, s:s, s:I, s:s, s:o}", "endpoint", endpoint_key(watch->endpoints, watched->endpoint),
        "account", subject->device->record.credential_id, "generation",
        (json_int_t)record.generation, "state", states[record.state], "retry_at",
        login_at > now && login_at != INT64_MAX ? control_time(login_at) : json_null());
}

/* "14:05 UTC", with the date where it is not of today. */
static void wall_text(int64_t wall, int64_t now, char out[32])
{
    char at[CLOCK_TEXT_SIZE];
    char today[CLOCK_TEXT_SIZE];
    bool is_today = memcmp(clock_text(wall, at), clock_text(now, today), 10) == 0;
    text_format(out, 32, "%.*s%s%.5s UTC", is_today ? 0 : 10, at, is_today ? "" : " ", at + 11);
}

/* Why a look is made without its login, and until when; "" when it is not. */
static void login_wait(const struct watch *watch, const struct watched *watched, char out[120])
{
    char until[32];
    struct ledger_record record;
    int64_t now = clock_wall_us();
    out[0] = '\0';
    if (watched->account == LEDGER_NONE ||
        ledger_account_get(watch->ledger, watched->account, &record) != 0) {
        return;
    }
    int64_t login_at = ledger_login_at(watch->ledger, watched->account, now);
    if (login_at <= now) {
        return;
    }
    const char *why = record.state == LEDGER_REFUSED && record.lost
                          ? "the last one was lost, and may have been refused"
                      : record.state == LEDGER_REFUSED
                          ? "the device refused the last one"
                          : "the last one was not answered, or the device is locked or full";
    wall_text(login_at, now, until);
    text_format(out, 120, "no login before %s: %s", until, why);
}

static json_t *next_json(const struct daemon *daemon, const struct explain_subject *subject)
{
    if (subject->device == NULL) {
        return json_pack("{s:n, s:n, s:n}", "at", "scope", "why");
    }
    char waits[120];
    const struct watched *watched = &daemon->watch->devices[subject->device->handle];
    uint64_t due = sched_due_at(daemon->watch->sched, subject->device->handle);
    login_wait(daemon->watch, watched, waits);
    const char *why = watched->look != WATCH_NONE ? "a look is under way"
                      : watched->queued           ? "it waits for its provider"
                                                  : waits;
    uint32_t scope = health_scope(&watched->state);
    return json_pack("{s:o, s:o, s:o}", "at",
                     due == SCHED_NEVER
                         ? json_null()
                         : control_time(clock_wall_us() + (int64_t)(due - clock_mono_us())),
                     "scope",
                     control_string(scope == HEALTH_SCOPE_NONE   ? ""
                                    : scope == HEALTH_SCOPE_FULL ? "full"
                                                                 : "trial"),
                     "why", control_string(why));
}

json_t *explain_incident(const struct daemon *daemon, const struct explain_subject *subject)
{
    bool channel = subject->camera != NULL && subject->camera->device == FLEET_NONE;
    uint32_t device = subject->device != NULL ? subject->device->handle : FLEET_NONE;
    return incidents_explain(daemon->watch->incidents, device, channel ? subject->camera : NULL);
}

static json_t *clock_json(const struct health_state *state)
{
    static const char *const words[] = {"steady", "drift", "step"};
    struct health_clock clock = health_clock(state, clock_wall_us());
    if (state->clock_anchor_s == 0) {
        return json_null();
    }
    return json_pack("{s:s, s:f, s:f}", "how", words[clock.how], "offset_s",
                     (double)clock.offset_ms / 1000, "drift_s_day",
                     (double)clock.drift_ms_day / 1000);
}

json_t *explain_result(const struct daemon *daemon, const struct explain_subject *subject,
                       json_t *look, const json_t *history)
{
    const struct health_state *state = subject->state;
    json_t *breaker =
        json_pack("{s:s, s:i, s:o, s:o}", "state", breaker_word(state->breaker), "failure_count",
                  (int)state->failure_count, "opened_at", control_time(state->opened_wall),
                  "last_failure_at", control_time(state->last_failure_wall));
    json_t *incident = explain_incident(daemon, subject);
    json_t *message = explain_message(daemon, subject, incident);
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "camera", camera_json(daemon, subject),
        "verdict", verdict_json(daemon, subject, history), "incident", incident, "message", message,
        "clock", clock_json(state), "look", look, "ledger", ledger_json(daemon, subject), "breaker",
        breaker, "next", next_json(daemon, subject));
}
