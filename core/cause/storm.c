/* SPDX-License-Identifier: MIT */
/* A storm: from the first device that stops to answer to the decision what it is. */
#include "cause/parts.h"

#define TRIES_MAX     64u /* devices looked at for samples */
#define KEEPS_FAILING 3u  /* failed looks in a row after which it is no passing fault */
#define FEW_SHARE     20u /* a site of which one in so many still answers is lost all the same … */
#define FEW_FROM      5u  /* … from this size on, where one is always few */

/* Nobody accounts for it, and it is some evidence. */
static bool is_open(const struct device *device)
{
    return device->expected && device->proven && device->slot == NO_SLOT && !device->own &&
           !device->lost;
}

static bool fails(const struct device *device)
{
    return is_open(device) && device->failing_mono != 0;
}

/* ---- samples ---- */

static void take_sample(struct cause *cause, struct site *site, struct device *device)
{
    device->sample = true;
    site->samples++;
    ask_device(cause, device);
}

/* Two of those that hang on the same line: if that is lost, they show it. */
static void take_neighbours(struct cause *cause, uint32_t number, uint32_t link)
{
    struct site *site = &cause->sites[number];
    for (struct device *d = first_device(cause, number);
         link != 0 && d != NULL && site->samples < SAMPLES_MAX / 2; d = next_device(cause, d)) {
        if (d->link == link && is_open(d) && d->failing_mono == 0) {
            take_sample(cause, site, d);
        }
    }
}

/* Up to four others, where the last storm stopped to look, so that not always the same ones are asked. */
static void take_samples(struct cause *cause, uint32_t number)
{
    struct site *site = &cause->sites[number];
    uint32_t at = site->cursor != CAUSE_NONE ? site->cursor : site->first;
    uint32_t begin = at;
    for (uint32_t tries = 0; tries < TRIES_MAX && site->samples < SAMPLES_MAX; tries++) {
        struct device *device = &cause->devices[at];
        if (is_open(device) && device->failing_mono == 0 && !device->sample) {
            take_sample(cause, site, device);
        }
        at = device->next != CAUSE_NONE ? device->next : site->first;
        if (at == begin) {
            break;
        }
    }
    site->cursor = at;
}

static void begin(struct cause *cause, const struct device *first, struct cause_time now)
{
    uint32_t number = first->site;
    struct site *site = &cause->sites[number];
    site->phase = SAMPLING;
    site_begins(cause, number);
    site->storm_mono = now.mono_us;
    site->storm_wall = now.wall_us;
    site->samples = 0;
    site->samples_failed = 0;
    for (struct device *d = first_device(cause, number); d != NULL; d = next_device(cause, d)) {
        d->sample = false;
    }
    take_neighbours(cause, number, first->link);
    take_samples(cause, number);
}

/* ---- sweep ---- */

/* Some of other sites: when none of those answers either, this machine may be the one that is cut off. Once anything has
 * answered since the storm began that is known not to be so, and nobody is bothered. */
static void ask_references(struct cause *cause, uint32_t number)
{
    uint32_t asked = 0;
    if (cause->answered_mono > cause->sites[number].storm_mono) {
        return;
    }
    for (uint32_t i = 0; i < cause->site_room && asked < SAMPLES_MAX; i++) {
        struct device *device = i != number ? first_device(cause, i) : NULL;
        if (device != NULL && is_open(device) && device->failing_mono == 0) {
            ask_device(cause, device);
            asked++;
        }
    }
}

static void sweep(struct cause *cause, uint32_t number)
{
    struct site *site = &cause->sites[number];
    site->phase = SWEEPING;
    for (struct device *d = first_device(cause, number); d != NULL; d = next_device(cause, d)) {
        if (is_open(d) && d->heard_mono < site->storm_mono) {
            ask_device(cause, d);
        }
    }
    ask_references(cause, number);
}

/* Most of the samples fail, or something that is no passing fault: then all are asked, but not again and again for
 * nothing. */
static bool is_worth_a_sweep(const struct cause *cause, const struct site *site,
                             const struct device *device, int64_t now_mono)
{
    bool most = site->samples_failed * 2u > site->samples;
    bool rested =
        site->swept_mono == 0 || now_mono - site->swept_mono >= (int64_t)cause->policy.sweep_gap_us;
    bool some = site->samples_failed > 0 || device->failures >= KEEPS_FAILING;
    return site->samples > 0 && (most || (some && rested));
}

/* One whose cheapest rung answered a moment ago is silent again: it is asked at once, or it would be taken for lost until
 * its next look, together with whatever the storm is about. */
static void ask_doubted(struct cause *cause, struct device *device)
{
    if (device->doubted && device->silent) {
        ask_device(cause, device);
    }
    device->doubted = false;
}

void storm_failed(struct cause *cause, struct device *device, struct cause_time now)
{
    struct site *site = &cause->sites[device->site];
    if (site->phase == QUIET) {
        device->doubted = false;
        begin(cause, device, now);
        return;
    }
    ask_doubted(cause, device);
    if (device->sample) {
        device->sample = false;
        site->samples_failed++;
    }
    if (site->phase == SAMPLING && is_worth_a_sweep(cause, site, device, now.mono_us)) {
        sweep(cause, device->site);
    }
}

/* What fails next is a storm of its own, with samples that are taken then. */
void storm_answered(struct cause *cause, const struct device *device, struct cause_time now)
{
    struct site *site = &cause->sites[device->site];
    bool over = site->phase != QUIET;
    for (const struct device *d = first_device(cause, device->site); over && d != NULL;
         d = next_device(cause, d)) {
        over = !fails(d);
    }
    if (over) {
        site->swept_mono = site->phase == SWEEPING ? now.mono_us : site->swept_mono;
        site->phase = QUIET;
    }
}

/* ---- the decision ---- */

struct count {
    uint32_t failing; /* that nobody accounts for */
    uint32_t answering;
    uint32_t silent;  /* not heard of since the storm began */
    uint32_t grouped; /* lost to a group minutes ago */
};

static struct count count_site(const struct cause *cause, uint32_t number, uint8_t group)
{
    const struct site *site = &cause->sites[number];
    struct count count = {0};
    for (const struct device *d = first_device(cause, number); d != NULL;
         d = next_device(cause, d)) {
        count.grouped += group != NO_SLOT && d->slot == group;
        if (fails(d)) {
            count.failing++;
        } else if (is_open(d) && d->heard_mono >= site->storm_mono) {
            count.answering++;
        } else if (is_open(d)) {
            count.silent++;
        }
    }
    return count;
}

static bool is_whole_site(const struct count *count)
{
    uint32_t lost = count->failing + count->grouped;
    uint32_t all = lost + count->answering + count->silent;
    uint32_t few = all < FEW_FROM ? 0 : all / FEW_SHARE > 1 ? all / FEW_SHARE : 1;
    return count->failing > 0 && lost >= 2 && count->answering <= few && count->silent <= lost / 2;
}

static uint8_t find_kind(const struct site *site, uint8_t kind)
{
    for (uint8_t i = 0; i < CAUSE_OPEN_MAX; i++) {
        if (site->incidents[i].kind == kind) {
            return i;
        }
    }
    return NO_SLOT;
}

/* The group that grew last, if that is not long ago; it need not be told yet. */
static uint8_t find_recent_group(const struct cause *cause, const struct site *site,
                                 int64_t now_mono)
{
    uint8_t found = NO_SLOT;
    for (uint8_t i = 0; i < CAUSE_OPEN_MAX; i++) {
        const struct cause_incident *incident = &site->incidents[i];
        bool recent = incident->kind == CAUSE_GROUP &&
                      now_mono - incident->grown_mono < (int64_t)cause->policy.join_us;
        if (recent &&
            (found == NO_SLOT || incident->grown_mono > site->incidents[found].grown_mono)) {
            found = i;
        }
    }
    return found;
}

/* Those that fail, and `silent` those that were not heard of in time. */
static void join(struct cause *cause, uint32_t number, uint8_t slot, bool silent)
{
    int64_t since = cause->sites[number].storm_mono;
    for (struct device *d = first_device(cause, number); d != NULL; d = next_device(cause, d)) {
        if (fails(d) || (silent && is_open(d) && d->heard_mono < since)) {
            members_join(cause, d, slot);
        }
    }
}

static void each_for_itself(struct cause *cause, uint32_t number)
{
    for (struct device *d = first_device(cause, number); d != NULL; d = next_device(cause, d)) {
        d->own = d->own || fails(d);
    }
}

/* What is lost is the site: an open group grows into it, so that there is one incident, not two. */
static void decide_site(struct cause *cause, uint32_t number, uint8_t group, struct cause_time now)
{
    struct site *site = &cause->sites[number];
    uint8_t slot = group != NO_SLOT ? group : members_open(cause, number, CAUSE_SITE, now);
    if (slot == NO_SLOT) {
        each_for_itself(cause, number);
        return;
    }
    struct cause_incident *incident = &site->incidents[slot];
    bool grew = incident->told;
    incident->kind = CAUSE_SITE;
    incident->grown_mono = now.mono_us;
    incident->returned_mono = 0;
    incident->told = true;
    if (!grew) {
        incident->opened_as = CAUSE_SITE;
    }
    join(cause, number, slot, true);
    put_change(cause, grew ? CAUSE_GREW : CAUSE_OPENED, number, slot);
}

/* Whoever fails hangs on the switch or line that the group has lost. */
static bool is_on_its_link(const struct cause *cause, uint32_t number, uint8_t group)
{
    uint32_t link = group != NO_SLOT ? cause->sites[number].incidents[group].link : 0;
    for (const struct device *d = first_device(cause, number); link != 0 && d != NULL;
         d = next_device(cause, d)) {
        link = fails(d) && d->link != link ? 0 : link;
    }
    return link != 0;
}

static void decide_part(struct cause *cause, uint32_t number, uint8_t recent, uint32_t failing,
                        struct cause_time now)
{
    struct site *site = &cause->sites[number];
    bool alone = failing < 2 && !is_on_its_link(cause, number, recent);
    uint8_t slot = recent;
    if (recent == NO_SLOT || alone) {
        slot = alone ? NO_SLOT : members_open(cause, number, CAUSE_GROUP, now);
    }
    if (slot == NO_SLOT) {
        each_for_itself(cause, number);
        return;
    }
    join(cause, number, slot, false);
    site->incidents[slot].grown_mono = now.mono_us;
    if (slot != recent) {
        members_find_root(cause, number, slot);
    } else if (site->incidents[slot].told) {
        members_find_link(cause, number, slot);
        put_change(cause, CAUSE_GREW, number, slot);
    }
}

/* The slot of what follows from a device, opened when there is none yet. */
static uint8_t slot_behind(struct cause *cause, uint32_t number, uint32_t root,
                           struct cause_time now)
{
    struct site *site = &cause->sites[number];
    for (uint8_t i = 0; i < CAUSE_OPEN_MAX; i++) {
        if (site->incidents[i].kind == CAUSE_DEVICE && site->incidents[i].root == root) {
            return i;
        }
    }
    uint8_t slot = members_open(cause, number, CAUSE_DEVICE, now);
    if (slot != NO_SLOT) {
        site->incidents[slot].root = root;
        site->incidents[slot].told = true;
    }
    return slot;
}

/* Those whose recorder is lost already follow from it. */
static void follow_parents(struct cause *cause, uint32_t number, struct cause_time now)
{
    for (struct device *d = first_device(cause, number); d != NULL; d = next_device(cause, d)) {
        if (!fails(d) || d->parent == CAUSE_NONE || !cause->devices[d->parent].known) {
            continue;
        }
        const struct device *parent = &cause->devices[d->parent];
        bool is_cause = parent->lost && parent->own && parent->site == d->site;
        uint8_t slot = is_cause ? slot_behind(cause, number, d->parent, now) : NO_SLOT;
        if (slot != NO_SLOT) {
            members_join(cause, d, slot);
        }
    }
}

void storm_decide(struct cause *cause, uint32_t number, struct cause_time now)
{
    struct site *site = &cause->sites[number];
    bool swept = site->phase == SWEEPING;
    site->phase = QUIET;
    uint8_t whole = find_kind(site, CAUSE_SITE);
    if (whole != NO_SLOT && site->incidents[whole].returned_mono == 0) {
        join(cause, number, whole, false); /* the last ones of a site that is lost already */
        return;
    }
    follow_parents(cause, number, now);
    uint8_t recent = find_recent_group(cause, site, now.mono_us);
    struct count count = count_site(cause, number, recent);
    if (count.failing <= 1 && swept) {
        site->swept_mono = now.mono_us;
    }
    if (is_whole_site(&count) && whole == NO_SLOT) {
        decide_site(cause, number, recent, now);
    } else if (count.failing > 0) {
        decide_part(cause, number, recent, count.failing, now);
    }
}

void storm_time(struct cause *cause, uint32_t number, struct cause_time now)
{
    const struct site *site = &cause->sites[number];
    if (site->phase != QUIET &&
        now.mono_us - site->storm_mono >= (int64_t)cause->policy.decide_us) {
        storm_decide(cause, number, now);
    }
}
