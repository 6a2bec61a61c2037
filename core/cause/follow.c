/* SPDX-License-Identifier: MIT */
#include "cause/follow.h"

#include "health/outcome_table.h"

static struct cause_time time_of(const struct health_input *input)
{
    return (struct cause_time){.wall_us = input->now_wall, .mono_us = input->now_mono};
}

static void tell_heard(struct cause *cause, uint32_t device, const struct health_state *after,
                       const struct health_input *input)
{
    if (input->kind == HEALTH_INPUT_RESTORE && after->failure_count > 0 && !health_is_lost(after)) {
        cause_heard(cause, device, false,
                    time_of(input)); /* a storm that was not decided goes on */
    }
    if (input->kind != HEALTH_INPUT_LOOK && input->kind != HEALTH_INPUT_CONFIRM) {
        return;
    }
    struct outcome_meaning said = outcome_meaning(input->outcome, input->rung, input->reason);
    bool full = input->kind == HEALTH_INPUT_LOOK && input->scope == HEALTH_SCOPE_FULL;
    bool failed = said.meaning == OUTCOME_FAILED;
    if (said.meaning == OUTCOME_OURS) {
        return;
    }
    if (failed && input->rung <= VMM_RUNG_CONNECT) {
        cause_silent(cause, device, time_of(input));
    } else if (full || failed) {
        cause_heard(cause, device, !failed, time_of(input));
    } else {
        cause_alive(cause, device, time_of(input));
    }
}

/* An incident of its own is open: what it was last told of. */
static struct cause_before told_before(const struct health_state *before)
{
    bool is_open = before->incident_wall != 0;
    return is_open ? (struct cause_before){before->health, before->reason}
                   : (struct cause_before){0};
}

/* It is not seen any more while an open incident has it: lost with that, as after a start, until it is seen again. */
static bool is_unseen(const struct cause *cause, uint32_t device, const struct health_state *before,
                      const struct health_state *after)
{
    return after->health == VMM_HEALTH_UNKNOWN && before->health != VMM_HEALTH_UNKNOWN &&
           cause_of(cause, device, NULL) != NULL;
}

void follow_step(struct cause *cause, uint32_t device, const struct health_state *before,
                 const struct health_state *after, const struct health_input *input)
{
    cause_expect(cause, device, after->blocked == 0, time_of(input));
    tell_heard(cause, device, after, input);
    bool is_lost = health_is_lost(after) && !health_is_lost(before);
    if (is_lost || is_unseen(cause, device, before, after)) {
        cause_keep_before(cause, device, told_before(before));
        cause_verdict(cause, device, true, time_of(input));
    }
}

/* It answers in a language that nobody here speaks, as before it was lost: an incident of its own was open already. */
static bool answers_as_before(const struct cause *cause, uint32_t device,
                              const struct health_state *after)
{
    const uint64_t language =
        HEALTH_BIT(VMM_REASON_UNSUPPORTED) | HEALTH_BIT(VMM_REASON_OTHER_PROVIDER);
    const struct cause_incident *incident = cause_of(cause, device, NULL);
    bool older = incident == NULL || after->incident_wall != incident->start_wall;
    return older && (HEALTH_BIT(after->reason) & language) != 0;
}

void follow_end(struct cause *cause, uint32_t device, const struct health_state *before,
                const struct health_state *after, const struct health_input *input)
{
    (void)before;
    if (health_is_lost(after)) {
        return;
    }
    if (after->health != VMM_HEALTH_UNKNOWN || answers_as_before(cause, device, after)) {
        cause_verdict(cause, device, false, time_of(input));
    }
}

static bool is_over(uint32_t health)
{
    return health == VMM_HEALTH_OK || health == VMM_HEALTH_DISABLED;
}

static struct follow_place own_place(const struct health_event *event)
{
    bool first = event->incident_wall == event->ts_wall;
    return (struct follow_place){.kind = CAUSE_FREE,
                                 .role = INCIDENT_CAUSE,
                                 .start_wall = event->incident_wall,
                                 .step = is_over(event->to_health) ? INCIDENT_CLOSED
                                         : first                   ? INCIDENT_OPENED
                                                                   : INCIDENT_GOES_ON};
}

static struct follow_place consequence(const struct cause_incident *incident, uint32_t step)
{
    return (struct follow_place){.kind = incident->kind,
                                 .opened_as = incident->opened_as,
                                 .root = incident->root,
                                 .link = incident->link,
                                 .opened_link = incident->opened_link,
                                 .role = INCIDENT_CONSEQUENCE,
                                 .step = step,
                                 .start_wall =
                                     incident->kind != CAUSE_DEVICE ? incident->start_wall : 0};
}

/* When nothing was wrong with it before, what is wrong now began with the incident: so it is known when it is back. */
static struct follow_place joins(const struct cause_incident *incident,
                                 const struct health_event *event)
{
    struct follow_place place = consequence(incident, INCIDENT_OPENED);
    bool was_well = event->incident_wall == event->ts_wall;
    place.begins_wall = was_well ? incident->start_wall : 0;
    return place;
}

/* It comes back as it was before it was lost, and that was told then. */
static bool is_as_before(const struct cause *cause, uint32_t device,
                         const struct health_event *event)
{
    struct cause_before before = cause_member_of(cause, device).before;
    return before.health == event->to_health && before.reason == event->reason;
}

struct follow_place follow_place(const struct cause *cause, uint32_t device,
                                 const struct health_state *before,
                                 const struct health_state *after, const struct health_event *event)
{
    const struct cause_incident *incident = cause_of(cause, device, NULL);
    bool unseen = before->health == VMM_HEALTH_UNKNOWN && cause_is_lost(cause, device);
    bool was_lost = health_is_lost(before) || unseen;
    bool lost = health_is_lost(after) || event->to_health == VMM_HEALTH_UNKNOWN;
    if (incident == NULL || (!was_lost && !lost)) {
        return own_place(event);
    }
    if (lost && was_lost) {
        return consequence(incident, INCIDENT_GOES_ON);
    }
    if (lost) {
        return joins(incident, event);
    }
    /* What was wrong with it before is an incident of its own, which its own recovery ends, and which goes on with what
     * is wrong with it now. */
    bool had_own = event->incident_wall != incident->start_wall;
    bool over = is_over(event->to_health);
    if (had_own && (over || !is_as_before(cause, device, event))) {
        return own_place(event);
    }
    if (had_own || over) {
        return consequence(incident, INCIDENT_CLOSED);
    }
    /* It is back, and not well: news of its own. */
    struct follow_place place = own_place(event);
    place.start_wall = event->ts_wall;
    place.step = INCIDENT_OPENED;
    place.begins_wall = event->ts_wall;
    return place;
}
