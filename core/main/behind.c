/* SPDX-License-Identifier: MIT */
#include "main/behind.h"

#include "base/clock.h"
#include "health/judge.h"
#include "ipc/message.h"
#include "main/expected.h"
#include "main/notify.h"

static bool is_offline(const struct health_state *state)
{
    return state->health == VMM_HEALTH_DOWN || state->health == VMM_HEALTH_BLACKFRAME;
}

/* Offline, and nobody has seen to it: what is in a maintenance or acknowledged makes its recorder no more suspect. */
static bool is_missed(const struct watch *watch, const struct fleet_camera *camera,
                      const struct health_state *state)
{
    return is_offline(state) &&
           !gateway_attended(watch->daemon->notify->gateway, camera->record.id, notify_now());
}

static uint32_t first_camera(const struct watch *watch, const struct fleet_device *recorder)
{
    return fleet_nvr(watch->daemon->fleet, recorder->owner)->first_camera;
}

static bool is_channel(const struct watch *watch, const struct fleet_camera *camera)
{
    return camera->device == FLEET_NONE && camera->handle < watch->channel_room;
}

static void tell_witness(struct watch *watch, const struct fleet_camera *camera,
                         struct health_input input)
{
    if (camera->device < watch->device_room && watch->devices[camera->device].known) {
        input.kind = HEALTH_INPUT_WITNESS;
        verdict_step(watch, camera->device, &input);
    }
}

void behind_look(struct watch *watch, const struct fleet_device *recorder,
                 const struct health_input *input)
{
    static struct health_fact facts[MESSAGE_FACTS_MAX]; /* of one channel at a time */
    const struct fleet *fleet = watch->daemon->fleet;
    uint32_t behind = 0;
    for (uint32_t at = first_camera(watch, recorder); at != FLEET_NONE;
         at = fleet_camera(fleet, at)->nvr_next) {
        const struct fleet_camera *camera = fleet_camera(fleet, at);
        struct health_input own = *input;
        struct health_expected expected;
        expected_read(&camera->record, watch->daemon->notify->gateway, clock_wall_us(), &expected);
        own.channel = camera->record.nvr_channel;
        own.facts = facts;
        own.fact_count = judge_facts_of(input->facts, input->fact_count, own.channel, facts);
        own.expected = &expected;
        if (is_channel(watch, camera)) {
            verdict_step_channel(watch, at, &own, NULL);
            behind += is_missed(watch, camera, &watch->channels[at]);
        } else if (camera->device < watch->device_room) {
            tell_witness(watch, camera, own);
            behind += is_missed(watch, camera, &watch->devices[camera->device].state);
        }
    }
    struct health_input told = {.kind = HEALTH_INPUT_BEHIND, .behind = behind};
    verdict_step(watch, recorder->handle, &told);
}

void behind_failed(struct watch *watch, const struct fleet_device *recorder)
{
    const struct fleet *fleet = watch->daemon->fleet;
    struct health_input input = {.outcome = VMM_OUTCOME_UNREACHABLE};
    for (uint32_t at = first_camera(watch, recorder); at != FLEET_NONE;
         at = fleet_camera(fleet, at)->nvr_next) {
        const struct fleet_camera *camera = fleet_camera(fleet, at);
        if (camera->device != FLEET_NONE) {
            tell_witness(watch, camera, input);
        }
    }
}

static uint32_t parent_word(const struct health_state *recorder)
{
    return recorder->health == VMM_HEALTH_DOWN      ? HEALTH_PARENT_DOWN
           : recorder->health == VMM_HEALTH_UNKNOWN ? HEALTH_PARENT_UNKNOWN
                                                    : HEALTH_PARENT_UP;
}

static void tell_parent(struct watch *watch, const struct fleet_device *recorder, uint32_t camera,
                        const struct health_event *event)
{
    struct health_input input = {.kind = HEALTH_INPUT_PARENT,
                                 .parent = parent_word(&watch->devices[recorder->handle].state)};
    if (watch->channels[camera].parent != input.parent) {
        verdict_step_channel(watch, camera, &input, event);
    }
}

void behind_verdict(struct watch *watch, const struct fleet_device *recorder,
                    const struct health_event *event)
{
    const struct fleet *fleet = watch->daemon->fleet;
    for (uint32_t at = first_camera(watch, recorder); at != FLEET_NONE;
         at = fleet_camera(fleet, at)->nvr_next) {
        if (is_channel(watch, fleet_camera(fleet, at))) {
            tell_parent(watch, recorder, at, event);
        }
    }
}

void behind_channel(struct watch *watch, uint32_t camera)
{
    const struct fleet *fleet = watch->daemon->fleet;
    const struct fleet_camera *record = fleet_camera(fleet, camera);
    const struct fleet_nvr *nvr = fleet_nvr(fleet, record->nvr);
    if (is_channel(watch, record) && nvr != NULL && nvr->device < watch->device_room &&
        watch->devices[nvr->device].known) {
        tell_parent(watch, fleet_device(fleet, nvr->device), camera, NULL);
    }
}

void behind_settings(struct watch *watch, const struct fleet_device *recorder)
{
    const struct fleet *fleet = watch->daemon->fleet;
    for (uint32_t at = first_camera(watch, recorder); at != FLEET_NONE;
         at = fleet_camera(fleet, at)->nvr_next) {
        if (is_channel(watch, fleet_camera(fleet, at))) {
            verdict_settings_channel(watch, at);
        }
    }
}
