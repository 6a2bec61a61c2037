/* SPDX-License-Identifier: MIT */
#include "sim/people.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "sim/memory.h"
#include "sim/node.h"
#include "sim/people_disk.h"

#define AGAIN_ONE_IN    2u
#define AGAIN_BEFORE    6u
#define AGAIN_WITHIN_US (3 * PLAN_MIN)

/* ---- what the gateway asks ---- */

static bool on_site(void *arg, const char *site_id, struct gateway_site *out)
{
    const struct people *people = arg;
    uint32_t site = world_find_site(&people->sim->world, site_id);
    if (site == WORLD_NONE) {
        return false;
    }
    *out = (struct gateway_site){
        .name = people->sim->world.sites[site].id, .language = "en", .zone = people->zone};
    return true;
}

static const char *on_name(void *arg, const char *id)
{
    const struct people *people = arg;
    uint32_t device = world_find_device(&people->sim->world, id);
    return device != WORLD_NONE ? people->sim->world.devices[device].id : "";
}

static bool on_tag(void *arg, const char *subject, const char *tag)
{
    (void)arg;
    return strcmp(tag, OPERATOR_TAG) == 0 && operator_is_tagged(subject);
}

struct lost {
    void (*fn)(void *fn_arg, const char *id);
    void *fn_arg;
};

static void on_lost(void *arg, const struct place_part *part)
{
    const struct lost *lost = arg;
    lost->fn(lost->fn_arg, part->id);
}

static bool on_each_lost(void *arg, const char *site_id, const char *incident,
                         void (*fn)(void *fn_arg, const char *id), void *fn_arg)
{
    const struct people *people = arg;
    const struct node *node = people->sim->node;
    uint32_t site = world_find_site(&people->sim->world, site_id);
    struct lost lost = {fn, fn_arg};
    return node != NULL && site != WORLD_NONE &&
           node_each_lost(node, site, incident, on_lost, &lost);
}

/* Scheduled messages are for the small fleets. */
static void on_each_site(void *arg, void (*fn)(void *fn_arg, const char *site_id), void *fn_arg)
{
    const struct people *people = arg;
    const struct world *world = &people->sim->world;
    for (uint32_t i = 0; people->sim->plan.faults && i < world->site_count; i++) {
        fn(fn_arg, world->sites[i].id);
    }
}

static void on_census(void *arg, const char *site_id, struct gateway_census *out)
{
    const struct people *people = arg;
    const struct world *world = &people->sim->world;
    uint32_t number = world_find_site(world, site_id);
    *out = (struct gateway_census){0};
    for (uint32_t i = 0; number != WORLD_NONE && i < world->sites[number].count; i++) {
        uint32_t device = world->sites[number].first + i;
        out->cameras[people->sim->disk.devices[device].state.health]++;
    }
}

static void on_pulse(void *arg, struct gateway_pulse *out)
{
    const struct people *people = arg;
    *out = (struct gateway_pulse){
        .looks = 1, .events = people->sim->disk.event_count, .writes = true, .reads = true};
}

static const char *const *on_sinks(void *arg)
{
    (void)arg;
    return receiver_names;
}

static const struct gateway_world people_world = {.site = on_site,
                                                  .name = on_name,
                                                  .has_tag = on_tag,
                                                  .each_lost = on_each_lost,
                                                  .each_site = on_each_site,
                                                  .census = on_census,
                                                  .pulse = on_pulse,
                                                  .sinks = on_sinks};

/* ---- the journal ---- */

static const char *subject_of(const struct people *people, const struct disk_event *event)
{
    return event->device != WORLD_NONE ? people->sim->world.devices[event->device].id : "";
}

static void take(struct people *people, const struct disk_event *row)
{
    char id[24];
    text_format(id, sizeof(id), "event-%lld", (long long)row->seq);
    struct gateway_event event = {.seq = row->seq,
                                  .id = id,
                                  .site_id = world_site_id(&people->sim->world, row->site),
                                  .incident = row->incident,
                                  .cause = row->cause,
                                  .subject = subject_of(people, row),
                                  .name = subject_of(people, row),
                                  .role = row->role,
                                  .step = row->step,
                                  .from_health = row->event.from_health,
                                  .from_reason = row->event.from_reason,
                                  .health = row->event.to_health,
                                  .severity = row->event.to_severity,
                                  .reason = row->event.reason,
                                  .rung = row->event.rung,
                                  .ts = row->event.ts_wall,
                                  .received = row->received,
                                  .counted = row->counted,
                                  .or_node = row->or_node,
                                  .lost = row->lost,
                                  .of = row->of,
                                  .devices = row->devices};
    if (gateway_event(people->gateway, &event, sim_gateway_now(people->sim)) != 0) {
        abort();
    }
}

static void take_all(struct people *people, int64_t from)
{
    const struct disk *disk = &people->sim->disk;
    for (int64_t seq = from > 1 ? from : 1; seq <= (int64_t)disk->event_count; seq++) {
        take(people, disk_event(disk, seq));
    }
}

/* The journal is read at least once: where there is trouble a page comes again, now or later, with some before it. */
static void come_again(struct people *people, int64_t from)
{
    struct sim *sim = people->sim;
    if (sim->plan.faults && sim_below(sim, AGAIN_ONE_IN) == 0) {
        int64_t first = from - (int64_t)sim_below(sim, AGAIN_BEFORE);
        agenda_put(&sim->agenda,
                   (struct happening){.at = sim->now + (int64_t)sim_below(sim, AGAIN_WITHIN_US),
                                      .kind = HAPPENING_AGAIN,
                                      .number = (uint32_t)(first > 1 ? first : 1),
                                      .life = sim->life});
    }
}

void people_read_again(struct people *people, uint32_t from)
{
    if ((int64_t)from <= people->gateway->seq) {
        take_all(people, from);
    }
}

static void read_journal(struct people *people)
{
    struct sim *sim = people->sim;
    int64_t last = (int64_t)sim->disk.event_count;
    int64_t from = people->gateway->seq + 1;
    if (from <= last) {
        take_all(people, from);
        disk_put_cursor(&sim->disk, people->gateway->seq);
        sim_commit_soon(sim);
        come_again(people, from);
    }
    gateway_current(people->gateway, last, true);
    gateway_tick(people->gateway, sim_gateway_now(sim));
}

/* ---- messages ---- */

void people_committed(struct people *people, bool grown)
{
    struct sim *sim = people->sim;
    for (size_t i = 0; i < people->letter_count; i++) {
        int64_t wait = PLAN_S / 1000 + (int64_t)sim_below(sim, PLAN_S / 10);
        agenda_put(&sim->agenda, (struct happening){.at = sim->now + wait,
                                                    .kind = HAPPENING_ARRIVE,
                                                    .thing = people->letters[i]});
    }
    people->letter_count = 0;
    if (grown) {
        read_journal(people);
    }
}

void people_answered(struct people *people, const struct letter *letter)
{
    const char *channel = receiver_names[letter->receiver];
    struct gateway_now now = sim_gateway_now(people->sim);
    if (letter->verdict == 0) {
        gateway_lost(people->gateway, channel, true, now);
    } else {
        gateway_settled(people->gateway, channel, letter->verdict, letter->retry_us, "", now);
    }
}

int64_t people_next(const struct people *people)
{
    uint64_t due = gateway_due(people->gateway, sim_gateway_now(people->sim));
    return due < INT64_MAX ? (int64_t)due : INT64_MAX;
}

void people_wake(struct people *people)
{
    gateway_tick(people->gateway, sim_gateway_now(people->sim));
}

/* ---- life ---- */

static struct policy *make_policy(const struct sim *sim)
{
    struct config_error error;
    struct policy *policy = NULL;
    json_t *settings = NULL;
    json_t *given = json_pack("{s:[s,s,s], s:s, s:[{s:s, s:i}, {s:s, s:i}, {s:s, s:i}]}",
                              "channels", receiver_names[0], receiver_names[1], receiver_names[2],
                              "commissioning", sim->plan.faults ? "5m" : "30m", "destinations",
                              "channel", receiver_names[0], "quotaPerMin", (int)receiver_quotas[0],
                              "channel", receiver_names[1], "quotaPerMin", (int)receiver_quotas[1],
                              "channel", receiver_names[2], "quotaPerMin", (int)receiver_quotas[2]);
    config_error_clear(&error);
    if (validate_object(given, policy_items(), "", &settings, &error) != 0 ||
        policy_create(settings, &policy, &error) != 0) {
        fprintf(stderr, "vmm-sim: %s: %s\n", error.pointer, error.problem);
        abort();
    }
    json_decref(settings);
    json_decref(given);
    return policy;
}

static void begin(struct people *people)
{
    struct sim *sim = people->sim;
    struct gateway_now now = sim_gateway_now(sim);
    people->gateway->seq = sim->disk.cursor;
    people->gateway->is_first = sim->disk.cursor == 0;
    gateway_current(people->gateway, sim->disk.cursor, false);
    gateway_policy(people->gateway, people->policy, now);
    for (size_t i = 0; i < RECEIVERS_COUNT; i++) {
        gateway_ready(people->gateway, receiver_names[i], true, now);
    }
    read_journal(people);
}

struct people *people_create(struct sim *sim)
{
    struct people *people = memory_zeroed(1, sizeof(*people));
    struct gateway_world world = people_world;
    struct gateway_effects effects = people_effects;
    people->sim = sim;
    people->policy = make_policy(sim);
    people->zone = zone_utc();
    world.arg = people;
    effects.arg = people;
    people->gateway = gateway_create(people->policy, &world, &effects, rng_next(&sim->rng));
    if (people->gateway == NULL || people->zone == NULL) {
        abort();
    }
    people_restore(people);
    begin(people);
    return people;
}

void people_destroy(struct people *people)
{
    if (people == NULL) {
        return;
    }
    for (size_t i = 0; i < people->letter_count; i++) {
        letter_destroy(people->letters[i]);
    }
    free(people->letters);
    gateway_destroy(people->gateway);
    policy_destroy(people->policy);
    zone_destroy(people->zone);
    free(people);
}
