/* SPDX-License-Identifier: MIT */
/* Who belongs to which incident: from joining to the last one's return. */
#include "base/hash.h"
#include "cause/parts.h"

#define FEW_MAX   3u  /* so many that stay dead are told as their own … */
#define FEW_SHARE 10u /* … or one in so many */

uint8_t members_open(struct cause *cause, uint32_t number, uint8_t kind, struct cause_time now)
{
    struct site *site = &cause->sites[number];
    for (uint8_t i = 0; i < CAUSE_OPEN_MAX; i++) {
        if (site->incidents[i].kind == CAUSE_FREE) {
            site->incidents[i] = (struct cause_incident){.start_wall = site->storm_wall,
                                                         .grown_mono = now.mono_us,
                                                         .root = CAUSE_NONE,
                                                         .kind = kind,
                                                         .opened_as = kind};
            site->open++;
            site_begins(cause, number);
            return i;
        }
    }
    return NO_SLOT;
}

static void free_slot(struct site *site, uint8_t slot)
{
    site->incidents[slot] = (struct cause_incident){0};
    site->open--;
}

void members_join(struct cause *cause, struct device *device, uint8_t slot)
{
    struct cause_incident *incident = &cause->sites[device->site].incidents[slot];
    device->slot = slot;
    device->own = false;
    incident->members++;
    incident->lost++;
}

/* The last one is back, or only those are left who are on their own. */
static void close(struct cause *cause, uint32_t number, uint8_t slot)
{
    struct site *site = &cause->sites[number];
    const struct cause_incident *incident = &site->incidents[slot];
    if (incident->told && incident->kind != CAUSE_DEVICE) {
        put_change(cause, CAUSE_CLOSED, number, slot);
    }
    free_slot(site, slot);
}

/* Ask the others too: most of them come back together. */
static void ask_members(struct cause *cause, uint32_t number, uint8_t slot)
{
    for (struct device *d = first_device(cause, number); d != NULL; d = next_device(cause, d)) {
        if (d->slot == slot) {
            ask_device(cause, d);
        }
    }
}

void members_leave(struct cause *cause, struct device *device, bool back, struct cause_time now)
{
    uint8_t slot = device->slot;
    struct cause_incident *incident = &cause->sites[device->site].incidents[slot];
    device->slot = NO_SLOT;
    device->left_wall = back ? incident->start_wall : 0;
    incident->lost--;
    if (incident->lost == 0) {
        close(cause, device->site, slot);
    } else if (back) {
        if (incident->returned_mono == 0) {
            ask_members(cause, device->site, slot);
        }
        incident->returned_mono = now.mono_us;
    }
}

bool members_rejoin(struct cause *cause, struct device *device)
{
    const struct site *site = &cause->sites[device->site];
    for (uint8_t slot = 0; device->left_wall != 0 && slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *incident = &site->incidents[slot];
        if (incident->kind != CAUSE_FREE && incident->start_wall == device->left_wall) {
            device->slot = slot;
            cause->sites[device->site].incidents[slot].lost++;
            return true;
        }
    }
    device->left_wall = 0;
    return false;
}

/* ---- roots ---- */

static bool hangs_on_member(const struct cause *cause, const struct device *device, uint8_t slot)
{
    if (device->parent == CAUSE_NONE || !cause->devices[device->parent].known) {
        return false;
    }
    const struct device *parent = &cause->devices[device->parent];
    return parent->site == device->site && parent->slot == slot;
}

/* The roots among the members; `*root` is one of them. */
static uint32_t count_roots(struct cause *cause, uint32_t number, uint8_t slot,
                            struct device **root)
{
    uint32_t roots = 0;
    for (struct device *d = first_device(cause, number); d != NULL; d = next_device(cause, d)) {
        if (d->slot == slot && !hangs_on_member(cause, d, slot)) {
            *root = d;
            roots++;
        }
    }
    return roots;
}

/* The root is its own cause; with nobody behind it there is no incident but its own. */
static void become_device(struct cause *cause, uint32_t number, uint8_t slot, struct device *root)
{
    struct cause_incident *incident = &cause->sites[number].incidents[slot];
    root->slot = NO_SLOT;
    root->own = true;
    incident->lost--;
    incident->members--;
    incident->kind = CAUSE_DEVICE;
    incident->root = device_handle(cause, root);
    incident->told = true;
    if (incident->lost == 0) {
        free_slot(&cause->sites[number], slot);
    }
}

void members_find_root(struct cause *cause, uint32_t number, uint32_t slot)
{
    struct device *root = NULL;
    uint8_t at = (uint8_t)slot;
    if (count_roots(cause, number, at, &root) == 1) {
        become_device(cause, number, at, root);
    }
}

void members_find_link(struct cause *cause, uint32_t number, uint32_t slot)
{
    uint32_t link = 0;
    bool shared = true;
    for (const struct device *d = first_device(cause, number); d != NULL;
         d = next_device(cause, d)) {
        if (d->slot == slot && link == 0) {
            link = d->link;
        }
        shared = shared && (d->slot != slot || (d->link == link && link != 0));
    }
    for (const struct device *d = first_device(cause, number); d != NULL;
         d = next_device(cause, d)) {
        bool answers = d->expected && d->proven && !d->lost && d->failing_mono == 0;
        shared = shared && (d->link != link || d->slot == slot || !answers);
    }
    cause->sites[number].incidents[slot].link = shared ? link : 0;
}

void members_confirm(struct cause *cause, uint32_t number, uint8_t slot)
{
    struct cause_incident *incident = &cause->sites[number].incidents[slot];
    if (incident->kind != CAUSE_GROUP || incident->told) {
        return;
    }
    members_find_root(cause, number, slot); /* some have come back since it was decided */
    if (incident->kind == CAUSE_GROUP) {
        members_find_link(cause, number, slot);
        incident->opened_link = incident->link;
        incident->told = true;
        put_change(cause, CAUSE_OPENED, number, slot);
    }
}

/* ---- the end ---- */

/* Those that stay: each its own cause, but for what hangs on another of them. */
static void set_free(struct cause *cause, uint32_t number, uint8_t slot)
{
    for (struct device *d = first_device(cause, number); d != NULL; d = next_device(cause, d)) {
        if (d->slot != slot) {
            continue;
        }
        d->slot = NO_SLOT;
        d->own = true;
        d->left_wall = cause->sites[number].incidents[slot].start_wall;
        if (d->lost) {
            tell_own(cause, d);
        }
    }
}

/* Many are left. A site of which more than a few are back is a group from now on; one that only flickers is not. */
static void go_on(struct cause *cause, uint32_t number, uint8_t slot, uint32_t few)
{
    struct cause_incident *incident = &cause->sites[number].incidents[slot];
    incident->returned_mono = 0;
    if (incident->kind == CAUSE_SITE && incident->members - incident->lost > few) {
        incident->kind = CAUSE_GROUP;
        incident->members = incident->lost;
        members_find_link(cause, number, slot);
        put_change(cause, CAUSE_GREW, number, slot);
    }
}

static void settle(struct cause *cause, uint32_t number, uint8_t slot)
{
    const struct cause_incident *incident = &cause->sites[number].incidents[slot];
    uint32_t share = incident->members / FEW_SHARE;
    uint32_t few = share > FEW_MAX ? share : FEW_MAX;
    if (incident->lost <= few || incident->kind == CAUSE_DEVICE) {
        set_free(cause, number, slot);
        close(cause, number, slot);
    } else {
        go_on(cause, number, slot, few);
    }
}

/* When the last one came back; 0: nobody has, or it is not over. What hangs on a device waits for that device. */
static int64_t returned(const struct cause *cause, struct cause_incident *incident,
                        struct cause_time now)
{
    if (incident->kind == CAUSE_DEVICE) {
        const struct device *root = &cause->devices[incident->root];
        bool gone = root->known && (root->lost || root->failing_mono != 0);
        incident->returned_mono = gone                           ? 0
                                  : incident->returned_mono == 0 ? now.mono_us
                                                                 : incident->returned_mono;
    } else if (incident->lost == 0) {
        return incident->grown_mono; /* as it was restored: nobody has joined it anew */
    }
    return incident->returned_mono;
}

void members_time(struct cause *cause, uint32_t number, struct cause_time now)
{
    struct site *site = &cause->sites[number];
    for (uint8_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        struct cause_incident *incident = &site->incidents[slot];
        int64_t since = incident->kind != CAUSE_FREE ? returned(cause, incident, now) : 0;
        if (since != 0 && now.mono_us - since >= (int64_t)cause->policy.settle_us) {
            settle(cause, number, slot);
        }
    }
}

/* ---- what has to be stored ---- */

/* How many belong to it is not stored: its members count themselves in. */
static uint64_t mark_of(const struct cause_incident *incident, uint64_t mark)
{
    mark = hash_mix(mark ^ (uint64_t)incident->start_wall);
    mark = hash_mix(mark ^ ((uint64_t)incident->root << 32 | incident->link));
    mark = hash_mix(mark ^ ((uint64_t)incident->opened_link << 32 | (uint32_t)incident->kind << 16 |
                            (uint32_t)incident->opened_as << 8 | (incident->returned_mono != 0)));
    return mark | 1;
}

uint64_t cause_mark(const struct cause *cause, uint32_t site)
{
    uint64_t mark = 0;
    if (site >= cause->site_room || cause->sites[site].open == 0) {
        return 0;
    }
    for (uint32_t slot = 0; slot < CAUSE_OPEN_MAX; slot++) {
        const struct cause_incident *incident = cause_incident(cause, site, slot);
        mark = incident != NULL ? mark_of(incident, mark + slot) : mark;
    }
    return mark;
}
