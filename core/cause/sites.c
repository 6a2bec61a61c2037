/* SPDX-License-Identifier: MIT */
#include "cause/sites.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "cause/follow.h"

#define ROOM_FIRST 16u

/* ---- sites ---- */

static int grow(struct sites *sites, uint32_t room)
{
    uint32_t more = room - sites->room;
    struct site_verdict *verdicts = realloc(sites->verdicts, room * sizeof(*verdicts));
    sites->verdicts = verdicts != NULL ? verdicts : sites->verdicts;
    uint64_t *marks = realloc(sites->marks, room * sizeof(*marks));
    sites->marks = marks != NULL ? marks : sites->marks;
    if (verdicts == NULL || marks == NULL) {
        return VMM_E_NOMEM;
    }
    memset(verdicts + sites->room, 0, more * sizeof(*verdicts));
    memset(marks + sites->room, 0, more * sizeof(*marks));
    sites->room = room;
    return 0;
}

static struct site_verdict *verdict_of(struct sites *sites, uint32_t site)
{
    uint32_t room = sites->room > 0 ? sites->room : ROOM_FIRST;
    while (room <= site) {
        room *= 2;
    }
    if (room > sites->room && grow(sites, room) != 0) {
        return NULL;
    }
    return &sites->verdicts[site];
}

/* What the open incidents make of the site. */
static uint8_t health_of(const struct cause *cause, uint32_t site)
{
    uint8_t health = VMM_HEALTH_OK;
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *open = cause_incident(cause, site, slot);
        if (open != NULL && open->kind == CAUSE_SITE) {
            return VMM_HEALTH_DOWN;
        }
        if (open != NULL && open->kind == CAUSE_GROUP) {
            health = VMM_HEALTH_DEGRADED;
        }
    }
    return health;
}

/* What was lost together is as grave as each of it; short of that something expected behind it is offline, or may be. */
static uint8_t severity_of(const struct cause *cause, uint32_t site, uint8_t health)
{
    bool suspect = cause_lost(cause, site) > 0 || cause_is_undecided(cause, site);
    return health != VMM_HEALTH_OK ? VMM_SEVERITY_CRITICAL
           : suspect               ? VMM_SEVERITY_SUSPECT
                                   : VMM_SEVERITY_NORMAL;
}

static void write_site(struct sites *sites, uint32_t site, struct site_verdict *verdict)
{
    struct site_row row = {0};
    verdict->written = true;
    sites->marks[site] = cause_mark(sites->cause, site);
    row.verdict = *verdict;
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *open = cause_incident(sites->cause, site, slot);
        if (open != NULL) {
            row.incidents[slot] = *open;
        }
    }
    verdict->written = sites->shell.write(sites->shell.arg, site, &row);
}

/* The severity of a site, and what follows from one of its devices, may change without an event. */
static void refresh_site(struct sites *sites, uint32_t site)
{
    struct site_verdict *verdict = sites->shell.write != NULL ? verdict_of(sites, site) : NULL;
    if (verdict == NULL) {
        return;
    }
    uint8_t severity = severity_of(sites->cause, site, verdict->health);
    bool same = cause_mark(sites->cause, site) == sites->marks[site];
    if (severity != verdict->severity || !same || !verdict->written) {
        verdict->severity = severity;
        write_site(sites, site, verdict);
    }
}

/* ---- what changes ---- */

static struct health_event event_of(const struct site_verdict *before,
                                    const struct site_verdict *after,
                                    const struct cause_change *change)
{
    static const uint8_t reasons[VMM_HEALTH_COUNT] = {
        [VMM_HEALTH_DOWN] = VMM_REASON_UNREACHABLE, [VMM_HEALTH_DEGRADED] = VMM_REASON_UNREACHABLE};
    uint8_t reason = reasons[after->health];
    return (struct health_event){
        .ts_wall = after->since_wall,
        .incident_wall = change->incident.start_wall,
        .reasons = reason != VMM_REASON_NONE ? HEALTH_BIT(reason) : 0,
        .number = after->events,
        .from_health = before->events == 0 ? VMM_HEALTH_UNKNOWN : before->health,
        .to_health = after->health,
        .from_severity = before->severity,
        .to_severity = after->severity,
        .from_reason = reasons[before->health],
        .reason = reason,
        .rung = reason != VMM_REASON_NONE ? VMM_RUNG_CONNECT : VMM_RUNG_NONE};
}

static void tell_site(struct sites *sites, const struct cause_change *change, int64_t wall_us)
{
    struct site_verdict *verdict =
        sites->shell.write != NULL ? verdict_of(sites, change->site) : NULL;
    if (verdict == NULL) {
        return;
    }
    struct site_verdict before = *verdict;
    struct placed placed;
    bool opened = change->what == CAUSE_OPENED;
    verdict->health = health_of(sites->cause, change->site);
    verdict->severity = severity_of(sites->cause, change->site, verdict->health);
    verdict->since_wall = opened ? change->incident.start_wall : wall_us;
    verdict->events++;
    struct health_event event = event_of(&before, verdict, change);
    place_site(sites->cause, &sites->world, change, &placed);
    write_site(sites, change->site, verdict);
    sites->shell.tell(sites->shell.arg, change->site, &event, &placed);
}

static void act(struct sites *sites, int64_t wall_us)
{
    struct cause_change change;
    uint32_t device;
    while (cause_next_change(sites->cause, &change)) {
        if (change.what == CAUSE_OWN) {
            struct health_input own = {.kind = HEALTH_INPUT_OWN,
                                       .from_wall = change.incident.start_wall};
            sites->shell.step(sites->shell.arg, change.device, &own);
        } else {
            tell_site(sites, &change, wall_us);
        }
    }
    while (cause_next_ask(sites->cause, &device)) {
        sites->shell.ask(sites->shell.arg, device);
    }
}

/* ---- what comes in ---- */

void sites_step(struct sites *sites, uint32_t device, const struct health_state *before,
                const struct health_state *after, const struct health_input *input)
{
    follow_step(sites->cause, device, before, after, input);
    act(sites, input->now_wall);
}

void sites_end(struct sites *sites, uint32_t site, uint32_t device,
               const struct health_state *before, const struct health_state *after,
               const struct health_input *input)
{
    follow_end(sites->cause, device, before, after, input);
    act(sites, input->now_wall);
    refresh_site(sites, site);
}

void sites_remove(struct sites *sites, uint32_t device, struct cause_time now)
{
    cause_remove(sites->cause, device, now);
    act(sites, now.wall_us);
}

void sites_time(struct sites *sites, struct cause_time now)
{
    uint32_t site = CAUSE_NONE;
    while ((void)(site = cause_next_busy(sites->cause, site)), site != CAUSE_NONE) {
        cause_time(sites->cause, site, now);
        act(sites, now.wall_us);
        refresh_site(sites, site);
    }
}

struct cause_member sites_member(const struct sites *sites, uint32_t device)
{
    return cause_member_of(sites->cause, device);
}

/* ---- what was stored ---- */

int sites_restore(struct sites *sites, uint32_t site, const struct site_row *row,
                  struct cause_time now)
{
    struct site_verdict *verdict = verdict_of(sites, site);
    int rc = 0;
    if (verdict == NULL) {
        return VMM_E_NOMEM;
    }
    if (row->verdict.health > VMM_HEALTH_DOWN || row->verdict.severity > VMM_SEVERITY_CRITICAL) {
        return VMM_E_INVAL;
    }
    *verdict = row->verdict;
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        if (row->incidents[slot].kind != CAUSE_FREE) {
            int restored = cause_restore(sites->cause, site, slot, &row->incidents[slot], now);
            rc = rc == 0 ? restored : rc;
        }
    }
    return rc;
}

void sites_restore_device(struct sites *sites, uint32_t device, const struct health_state *state,
                          struct cause_member member)
{
    bool is_unknown = state->health == VMM_HEALTH_UNKNOWN;
    bool well = !is_unknown && state->health != VMM_HEALTH_DISABLED;
    /* One that was lost with others and is not seen since is lost. */
    bool lost = health_is_lost(state) || (is_unknown && member.slot != CAUSE_NONE);
    cause_keep_before(sites->cause, device, member.before);
    cause_restore_device(sites->cause, device, lost, well, member.slot);
}

/* ---- life ---- */

int sites_init(struct sites *sites, const struct place_world *world,
               const struct sites_shell *shell)
{
    *sites = (struct sites){.world = *world, .shell = *shell, .cause = cause_create()};
    return sites->cause != NULL ? 0 : VMM_E_NOMEM;
}

void sites_finish(struct sites *sites)
{
    cause_destroy(sites->cause);
    free(sites->verdicts);
    free(sites->marks);
}
