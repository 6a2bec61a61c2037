/* SPDX-License-Identifier: MIT */
/* What becomes of a look: facts in, the health engine's step, rows and events out. */
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/outcome_table.h"
#include "health/refusal.h"
#include "main/behind.h"
#include "main/expected.h"
#include "main/fleet_edit.h"
#include "main/handover.h"
#include "main/incidents.h"
#include "main/learn.h"
#include "main/node.h"
#include "main/note.h"
#include "main/notify.h"
#include "main/old_news.h"
#include "main/policies.h"
#include "main/watch.h"

static struct journal_subject subject_of(const struct watch *watch, uint32_t site_handle,
                                         const char *id)
{
    const struct fleet_site *site = fleet_site(watch->daemon->fleet, site_handle);
    return (struct journal_subject){.site_id = site->record.id,
                                    .id = id,
                                    .is_new = notify_takes_new(watch->daemon->notify),
                                    .nvr_id = "",
                                    .node_id = watch->daemon->config->core.node_id,
                                    .epoch = site->record.epoch};
}

struct journal_subject verdict_subject(const struct watch *watch, const struct fleet_device *device)
{
    struct journal_subject subject = subject_of(watch, device->site, device->record.id);
    subject.is_nvr = device->record.kind == DEVICE_NVR;
    subject.beside =
        device->handle < watch->device_room ? &watch->devices[device->handle].beside : NULL;
    if (!subject.is_nvr) {
        subject.nvr_id = fleet_camera(watch->daemon->fleet, device->owner)->record.nvr_id;
    }
    return subject;
}

struct journal_subject verdict_channel_subject(const struct watch *watch,
                                               const struct fleet_camera *camera)
{
    struct journal_subject subject = subject_of(watch, camera->site, camera->record.id);
    subject.nvr_id = camera->record.nvr_id;
    subject.beside =
        camera->handle < watch->channel_room ? &watch->channel_beside[camera->handle] : NULL;
    return subject;
}

/* ---- what the engine did ---- */

/* A time of the monotonic clock as wall time; 0 when there is none. */
static int64_t wall_of(const struct watch *watch, uint64_t mono_us)
{
    if (mono_us == SCHED_NEVER) {
        return 0;
    }
    return clock_wall_us() + (int64_t)(mono_us - watch->pulse_us);
}

static void put_rows(struct watch *watch, const struct journal_subject *subject,
                     const struct health_state *state, const struct health_actions *actions,
                     const struct placed *placed, struct cause_member member, int64_t next_poll)
{
    /* The event first: what it tells beside the verdict is stored with the state. */
    if (actions->did & HEALTH_DID_EVENT) {
        journal_put_event(watch_durable(watch), subject, &actions->event, &placed->place,
                          clock_wall_us());
        watch->durable_has_event = true;
        watch->events++;
    }
    if (actions->did & HEALTH_DID_DURABLE) {
        journal_put_state(watch_durable(watch), subject, state, member, next_poll);
    }
}

static void put_beside(struct watch *watch, const struct journal_subject *subject, uint32_t health,
                       uint32_t news)
{
    journal_put_beside(watch_durable(watch), subject, health, news, clock_wall_us());
    watch->durable_has_event = true;
    watch->events++;
}

static void put_soft(struct watch *watch, const struct journal_subject *subject,
                     const struct watched *watched, int64_t next_poll)
{
    char component[JOURNAL_COMPONENT_MAX];
    uint8_t note[STORE_NOTE_MAX];
    struct store_soft row = {.site_id = subject->site_id,
                             .component = journal_component(subject, component),
                             .next_poll_at = next_poll,
                             .last_seen_at = watched->state.last_seen_wall,
                             .last_latency_ms = watched->state.latency_us / 1000,
                             .note = note,
                             .note_size = note_write(watched, note)};
    store_put_soft(watch_soft(watch), &row);
}

void verdict_rhythm(struct watch *watch, uint32_t device)
{
    uint32_t rhythm = watch->devices[device].state.rhythm;
    uint64_t interval = 0;
    uint64_t jitter = 0;
    if (rhythm != HEALTH_RHYTHM_REST) {
        health_rhythm_times(policy_of_device(watch, device), rhythm, &interval, &jitter);
    }
    sched_set(watch->sched, device, interval, jitter, watch->pulse_us);
}

static void apply_rhythm(struct watch *watch, uint32_t device, const struct health_actions *actions)
{
    if (actions->did & HEALTH_DID_RHYTHM) {
        verdict_rhythm(watch, device);
    }
    if (actions->did & HEALTH_DID_REPEAT) {
        sched_once(watch->sched, device, watch->pulse_us + actions->repeat_after_us);
    } else if (actions->did & HEALTH_DID_REPEAT_CANCEL) {
        sched_once(watch->sched, device, SCHED_NEVER);
    }
    watch_arm(watch);
}

static void stamp(const struct watch *watch, struct health_input *input)
{
    input->now_wall = clock_wall_us();
    input->now_mono = (int64_t)watch->pulse_us;
}

/* What was seen beside a verdict that has not changed. */
static void tell_beside(struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    uint32_t news = health_beside_due(&watched->beside, &watched->state);
    if (news != 0) {
        struct journal_subject subject =
            verdict_subject(watch, fleet_device(watch->daemon->fleet, device));
        put_beside(watch, &subject, watched->state.health, news);
        verdict_write(watch, device);
    }
}

static void tell_channel_beside(struct watch *watch, uint32_t camera)
{
    const struct health_state *state = &watch->channels[camera];
    uint32_t news = health_beside_due(&watch->channel_beside[camera], state);
    if (news != 0) {
        struct journal_subject subject =
            verdict_channel_subject(watch, fleet_camera(watch->daemon->fleet, camera));
        put_beside(watch, &subject, state->health, news);
        verdict_write_channel(watch, camera);
    }
}

/* The rows of a step, with its event in its place. */
static void write_step(struct watch *watch, uint32_t device, const struct health_state *before,
                       const struct health_actions *actions, uint32_t kind)
{
    struct watched *watched = &watch->devices[device];
    struct placed placed = {0};
    if ((actions->did & (HEALTH_DID_DURABLE | HEALTH_DID_EVENT | HEALTH_DID_SOFT)) == 0) {
        return;
    }
    if (actions->did & HEALTH_DID_EVENT) {
        incidents_place(watch->incidents, device, before, &actions->event, &placed);
    }
    if (placed.begins_wall != 0) {
        health_begin_incident(&watched->state, placed.begins_wall);
    }
    struct journal_subject subject =
        verdict_subject(watch, fleet_device(watch->daemon->fleet, device));
    int64_t next_poll = wall_of(watch, sched_due_at(watch->sched, device));
    put_rows(watch, &subject, &watched->state, actions, &placed,
             incidents_member(watch->incidents, device), next_poll);
    if (kind == HEALTH_INPUT_LOOK || kind == HEALTH_INPUT_CONFIRM) {
        put_soft(watch, &subject, watched, next_poll);
    }
}

void verdict_step(struct watch *watch, uint32_t device, struct health_input *input)
{
    struct watched *watched = &watch->devices[device];
    const struct fleet_device *record = fleet_device(watch->daemon->fleet, device);
    struct health_state before = watched->state;
    struct health_actions actions;
    if (watched->leaving) {
        return;
    }
    stamp(watch, input);
    health_step(policy_of_device(watch, device), &watched->state, input, &actions);
    health_beside_take(policy_of_device(watch, device), &watched->beside, input,
                       record->record.kind == DEVICE_NVR);
    incidents_step(watch->incidents, device, &before, input);
    actions.event.stale_by = (uint8_t)old_news_of_device(watch, device);
    apply_rhythm(watch, device, &actions);
    write_step(watch, device, &before, &actions, input->kind);
    tell_beside(watch, device);
    if ((actions.did & HEALTH_DID_EVENT) != 0 && record->record.kind == DEVICE_NVR) {
        behind_verdict(watch, record, &actions.event);
    }
    incidents_end(watch->incidents, device, &before, input);
}

/* A camera that is only a channel belongs to no incident of the site. */
static struct cause_member channel_member(const struct watch *watch, uint32_t camera)
{
    return (struct cause_member){.slot = CAUSE_NONE, .before = watch->channel_before[camera]};
}

/* Where its event belongs. What was told of it is kept for as long as its recorder takes it along. */
static void place_channel_event(struct watch *watch, uint32_t camera,
                                const struct health_state *before, const struct health_event *event,
                                const struct health_event *recorder, struct placed *placed)
{
    if (event->reason == VMM_REASON_RECORDER_DOWN) {
        watch->channel_before[camera] = incidents_channel_before(watch->incidents, camera, before);
    }
    incidents_place_channel(watch->incidents, camera, event, recorder, placed);
    if (event->from_reason == VMM_REASON_RECORDER_DOWN) {
        watch->channel_before[camera] = (struct cause_before){0};
    }
    if (placed->begins_wall != 0) {
        health_begin_incident(&watch->channels[camera], placed->begins_wall);
    }
}

void verdict_step_channel(struct watch *watch, uint32_t camera, struct health_input *input,
                          const struct health_event *recorder)
{
    const struct fleet_camera *record = fleet_camera(watch->daemon->fleet, camera);
    struct health_state *state = &watch->channels[camera];
    struct health_state before = *state;
    struct health_actions actions;
    struct placed placed = {0};
    if (fleet_edit_under_way(watch->daemon)) {
        return; /* it may be the one that is removed; the next look judges it */
    }
    stamp(watch, input);
    health_step(policy_of_channel(watch, camera), state, input, &actions);
    health_beside_take(policy_of_channel(watch, camera), &watch->channel_beside[camera], input,
                       false);
    actions.event.stale_by = (uint8_t)old_news_of_channel(watch, camera);
    if (actions.did & HEALTH_DID_EVENT) {
        place_channel_event(watch, camera, &before, &actions.event, recorder, &placed);
    }
    struct journal_subject subject = verdict_channel_subject(watch, record);
    put_rows(watch, &subject, state, &actions, &placed, channel_member(watch, camera), 0);
    tell_channel_beside(watch, camera);
}

void verdict_write(struct watch *watch, uint32_t device)
{
    struct journal_subject subject =
        verdict_subject(watch, fleet_device(watch->daemon->fleet, device));
    journal_put_state(watch_durable(watch), &subject, &watch->devices[device].state,
                      incidents_member(watch->incidents, device),
                      wall_of(watch, sched_due_at(watch->sched, device)));
}

void verdict_write_channel(struct watch *watch, uint32_t camera)
{
    struct journal_subject subject =
        verdict_channel_subject(watch, fleet_camera(watch->daemon->fleet, camera));
    journal_put_state(watch_durable(watch), &subject, &watch->channels[camera],
                      channel_member(watch, camera), 0);
}

/* ---- facts ---- */

struct fact_list {
    struct health_fact facts[MESSAGE_FACTS_MAX];
    char texts[MESSAGE_FACTS_MAX][TEXT_MAX + 1];
    size_t count;
};

static void take_fact(struct fact_list *list, const struct result_fact *fact)
{
    struct health_fact *to = &list->facts[list->count];
    *to = (struct health_fact){.subject = fact->subject,
                               .index = fact->index,
                               .fact = fact->fact,
                               .standing = fact->standing,
                               .reason = fact->reason,
                               .type = fact->type,
                               .number = (int64_t)fact->value};
    if (fact->type == VMM_TYPE_TEXT) {
        text_clean(fact->text, strlen(fact->text), list->texts[list->count]);
        to->text = list->texts[list->count];
    } else if (fact->type == VMM_TYPE_FLOAT) {
        memcpy(&to->real, &fact->value, sizeof(to->real));
        to->number = 0;
    }
    list->count++;
}

/* The channels of a recorder are judged as the cameras they are, not once more as the recorder. */
static void take_facts(struct fact_list *list, const struct result_message *result, bool channels)
{
    list->count = 0;
    for (uint32_t i = 0; i < result->fact_count; i++) {
        if (channels || result->facts[i].subject != VMM_SUBJECT_CHANNEL) {
            take_fact(list, &result->facts[i]);
        }
    }
}

/* ---- a look ---- */

/* Another provider speaks its language, and cannot be handed it. */
static void judge_language(const struct watch *watch, const struct look *look,
                           const struct result_message *result, struct health_input *input)
{
    const struct fleet_device *device = fleet_device(watch->daemon->fleet, look->device);
    enum handover handover = handover_of(watch, device, result, NULL);
    if (handover != HANDOVER_NONE && handover != HANDOVER_GO) {
        input->reason = VMM_REASON_OTHER_PROVIDER;
    }
}

static struct health_input input_of(const struct watch *watch, const struct look *look,
                                    const struct result_message *result, bool excused,
                                    const struct fact_list *list)
{
    bool confirm = look->scope == HEALTH_SCOPE_CONFIRM;
    struct health_input input = {.kind = confirm ? HEALTH_INPUT_CONFIRM : HEALTH_INPUT_LOOK,
                                 .scope = look->scope,
                                 .outcome = result->outcome,
                                 .rung = result->rung,
                                 .reason = result->reason,
                                 .latency_us = result->slowest_us,
                                 .facts = list->facts,
                                 .fact_count = list->count};
    if (result->outcome == VMM_OUTCOME_AUTH) {
        struct watched *watched = &watch->devices[look->device];
        struct refusal refusal = {.is_barred = (result->flags & RESULT_LOGIN_BARRED) != 0,
                                  .is_known = ledger_is_refused(watch->ledger, watched->account),
                                  .is_excused = excused};
        refusal_judge(&watched->state, &refusal, &input);
    }
    judge_language(watch, look, result, &input);
    isolation_excuse(node_isolation(watch->node), &input);
    return input;
}

static void count_outcome(struct watch *watch, struct watched *watched, uint32_t outcome)
{
    watch->providers[watched->provider].outcomes[outcome]++;
    bool answered = outcome == VMM_OUTCOME_OK || outcome == VMM_OUTCOME_PARTIAL;
    watched->reconnects += watched->failing && answered;
    watched->failing = outcome_is_failed(outcome) || (watched->failing && !answered);
}

/* What is expected of a camera, and of a clock where it stands. */
static void add_expectations(struct watch *watch, const struct fleet_device *device,
                             struct health_expected *expected, struct health_input *input)
{
    const struct fleet *fleet = watch->daemon->fleet;
    const char *zone = fleet_site(fleet, device->site)->record.timezone;
    input->zone_rule = expected_zone_rule(watch->zones, zone);
    if (device->record.kind == DEVICE_CAMERA) {
        expected_read(&fleet_camera(fleet, device->owner)->record, watch->daemon->notify->gateway,
                      clock_wall_us(), expected);
        input->expected = expected;
    }
}

void verdict_look(struct watch *watch, const struct look *look, const struct result_message *result,
                  bool excused)
{
    static struct fact_list list;
    const struct fleet_device *device = fleet_device(watch->daemon->fleet, look->device);
    bool is_nvr = device->record.kind == DEVICE_NVR;
    count_outcome(watch, &watch->devices[look->device], result->outcome);
    take_facts(&list, result, !is_nvr);
    bool new_firmware = learn_facts(watch, look->device, list.facts, list.count, result);
    struct health_input input = input_of(watch, look, result, excused, &list);
    input.new_firmware = new_firmware;
    struct health_expected expected;
    add_expectations(watch, device, &expected, &input);
    bool answered = input.outcome == VMM_OUTCOME_OK || input.outcome == VMM_OUTCOME_PARTIAL;
    if (answered && look->scope == HEALTH_SCOPE_FULL) {
        pace_take(&watch->devices[look->device].pace, result->slowest_us);
    }
    verdict_step(watch, look->device, &input);
    if (is_nvr && answered && look->scope == HEALTH_SCOPE_FULL) {
        take_facts(&list, result, true);
        input.fact_count = list.count;
        behind_look(watch, device, &input);
    } else if (is_nvr && watch->devices[look->device].state.failure_count > 0) {
        behind_failed(watch, device);
    }
}
