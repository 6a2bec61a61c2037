/* SPDX-License-Identifier: MIT */
#include "farm/group.h"

#include "farm/rng.h"
#include "farm/schedule.h"
#include "farm/variables.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define SERVICES_MAX 8
#define GROUP_KEYS                                                                                 \
    "about site prefix first digits count base_address personality port override also users vars " \
    "clock faults"

/* A group while it is being built. */
struct builder {
    struct farm *farm;
    const struct group_context *context;
    const json_t *group;
    struct problem *problem;
    size_t services;
    json_t *sources[SERVICES_MAX]; /* the personalities' JSON, overrides merged */
    char directories[SERVICES_MAX][1024];
    struct personality *personalities[SERVICES_MAX];
    size_t slots[SERVICES_MAX];
    struct template_names *names;
    const struct auth_users *users; /* shared by all, or NULL: each device has its own */
};

size_t group_count(const json_t *group, struct problem *problem)
{
    if (!problem_keys(problem, group, GROUP_KEYS)) {
        return 0;
    }
    int64_t count = problem_int(problem, group, "count", 1, 1, 2000000);
    return problem_is(problem) ? 0 : (size_t)count;
}

static bool find_slot(struct builder *builder, const char *name, size_t *slot)
{
    for (size_t i = 0; i < builder->farm->port_count; i++) {
        if (strcmp(builder->farm->ports[i].name, name) == 0) {
            *slot = i;
            return true;
        }
    }
    return problem_note(builder->problem, "no port \"%s\" in \"ports\"", name);
}

/* OBJECT is the group itself, or one of its "also". */
static bool add_source(struct builder *builder, const json_t *object)
{
    struct problem *problem = builder->problem;
    const char *name = problem_text(problem, object, "personality", NULL);
    if (name == NULL || builder->services == SERVICES_MAX) {
        return problem_note(problem, "\"personality\" is missing, or there are more than %d",
                            SERVICES_MAX);
    }
    size_t i = builder->services;
    builder->sources[i] = personality_load(
        &builder->context->source, name, problem_object(problem, object, "override"),
        builder->directories[i], sizeof builder->directories[i], problem);
    if (builder->sources[i] == NULL) {
        return false;
    }
    builder->services++;
    const char *protocol = problem_text(problem, builder->sources[i], "protocol", "http");
    const char *port = problem_text(problem, builder->sources[i], "port", protocol);
    return find_slot(builder, problem_text(problem, object, "port", port), &builder->slots[i]);
}

static bool load_sources(struct builder *builder)
{
    const json_t *also = problem_array(builder->problem, builder->group, "also");
    if (!add_source(builder, builder->group)) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(also); i++) {
        const json_t *object = json_array_get(also, i);
        if (!problem_keys(builder->problem, object, "personality port override") ||
            !add_source(builder, object)) {
            return false;
        }
    }
    return true;
}

static bool compile_personalities(struct builder *builder)
{
    struct arena *arena = &builder->farm->arena;
    builder->names = arena_take(arena, 1, sizeof *builder->names);
    if (!variables_declare(arena, builder->sources, builder->services, builder->names,
                           builder->problem)) {
        return false;
    }
    for (size_t i = 0; i < builder->services; i++) {
        struct personality *result = arena_take(arena, 1, sizeof *result);
        const char *from = i == 0
                               ? json_string_value(json_object_get(builder->group, "personality"))
                               : json_string_value(json_object_get(
                                     json_array_get(json_object_get(builder->group, "also"), i - 1),
                                     "personality"));
        if (!personality_read(arena, from, builder->sources[i], builder->directories[i],
                              builder->names, result, builder->problem)) {
            return false;
        }
        builder->personalities[i] = result;
    }
    return true;
}

static bool read_user(struct builder *builder, const json_t *object, const struct device *device,
                      struct auth_user *user)
{
    struct problem *problem = builder->problem;
    if (!problem_keys(problem, object, "name password level")) {
        return false;
    }
    const char *name = problem_text(problem, object, "name", NULL);
    const char *password = problem_text(problem, object, "password", NULL);
    const char *level = problem_text(problem, object, "level", "admin");
    if (name == NULL || password == NULL || !auth_level_read(level, &user->level)) {
        return problem_note(problem, "a user needs name, password and a known level");
    }
    struct arena *arena = &builder->farm->arena;
    user->name = arena_text(arena, name, strlen(name));
    user->password = variables_expand(arena, device, password, problem);
    return user->password != NULL;
}

static const json_t *users_of(const struct builder *builder)
{
    const json_t *own = problem_array(builder->problem, builder->group, "users");
    return own != NULL ? own : builder->context->users;
}

static const struct auth_users *read_users(struct builder *builder, const struct device *device)
{
    const json_t *list = users_of(builder);
    struct arena *arena = &builder->farm->arena;
    struct auth_users *users = arena_take(arena, 1, sizeof *users);
    struct auth_user *each = arena_take(arena, json_array_size(list), sizeof *each);
    users->list = each;
    users->count = json_array_size(list);
    for (size_t i = 0; i < users->count; i++) {
        if (!read_user(builder, json_array_get(list, i), device, &each[i])) {
            return NULL;
        }
    }
    return users;
}

/* Do the passwords differ from device to device? */
static bool users_differ(const struct builder *builder)
{
    const json_t *list = users_of(builder);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *password =
            json_string_value(json_object_get(json_array_get(list, i), "password"));
        if (password != NULL && strchr(password, '{') != NULL) {
            return true;
        }
    }
    return false;
}

static bool give_users(struct builder *builder, struct device *device)
{
    if (builder->users == NULL || users_differ(builder)) {
        builder->users = read_users(builder, device);
    }
    device->users = builder->users;
    return builder->users != NULL;
}

static bool give_clock(struct builder *builder, struct device *device)
{
    struct problem *problem = builder->problem;
    const json_t *clock = problem_object(problem, builder->group, "clock");
    if (clock == NULL) {
        return true;
    }
    if (!problem_keys(problem, clock, "offset_s zone_min")) {
        return false;
    }
    device->clock.offset_s = problem_int(problem, clock, "offset_s", 0, -4000000000, 4000000000);
    device->clock.zone_min = (int32_t)problem_int(problem, clock, "zone_min", 0, -840, 840);
    return !problem_is(problem);
}

static void give_services(struct builder *builder, struct device *device)
{
    device->services =
        arena_take(&builder->farm->arena, builder->services, sizeof *device->services);
    device->service_count = builder->services;
    for (size_t i = 0; i < builder->services; i++) {
        device->services[i] = (struct service){.device = device,
                                               .personality = builder->personalities[i],
                                               .port_slot = builder->slots[i]};
    }
}

static uint64_t seconds_us(struct problem *problem, const json_t *object, const char *key)
{
    return (uint64_t)(problem_real(problem, object, key, 0, 0, 1e8) * 1e6);
}

/* One entry of "faults" for one device: not all devices need take part, nor at the same time. */
static bool give_fault(struct builder *builder, const json_t *object, struct device *device,
                       uint64_t *rng)
{
    struct problem *problem = builder->problem;
    if (!problem_keys(problem, object, "fault at_s for_s every_s share spread_s device")) {
        return false;
    }
    struct schedule_entry entry = {.at_us = seconds_us(problem, object, "at_s"),
                                   .for_us = seconds_us(problem, object, "for_s"),
                                   .every_us = seconds_us(problem, object, "every_s")};
    double share = problem_real(problem, object, "share", 1, 0, 1);
    double spread = problem_real(problem, object, "spread_s", 0, 0, 1e6);
    const char *pattern = problem_text(problem, object, "device", "*");
    if (problem_is(problem) ||
        !fault_read(problem_text(problem, object, "fault", ""), &entry.fault, problem)) {
        return false;
    }
    bool takes_part = rng_unit(rng) < share;
    entry.at_us += (uint64_t)(rng_unit(rng) * spread * 1e6);
    if (takes_part && device_matches(device, pattern)) {
        schedule_add(builder->farm, device, &entry);
    }
    return true;
}

static bool give_faults(struct builder *builder, struct device *device, uint64_t seed)
{
    const json_t *list = problem_array(builder->problem, builder->group, "faults");
    for (size_t i = 0; i < json_array_size(list); i++) {
        uint64_t rng = rng_mix(seed + 1000 + i);
        if (!give_fault(builder, json_array_get(list, i), device, &rng)) {
            return false;
        }
    }
    return true;
}

static const char *make_id(struct builder *builder, uint32_t index)
{
    char id[300];
    snprintf(id, sizeof id, "%.200s%0*u",
             problem_text(builder->problem, builder->group, "prefix", "device-"),
             (int)problem_int(builder->problem, builder->group, "digits", 0, 0, 9), index);
    return arena_text(&builder->farm->arena, id, strlen(id));
}

static bool build_device(struct builder *builder, struct device *device, uint32_t address,
                         uint32_t index)
{
    const char *site = problem_text(builder->problem, builder->group, "site", "");
    *device = (struct device){
        .id = make_id(builder, index),
        .site = arena_text(&builder->farm->arena, site, strlen(site)),
        .index = index,
        .address = address,
        .names = builder->names,
    };
    uint64_t seed = rng_mix(builder->farm->seed ^ rng_mix(address));
    device->rng = rng_mix(seed);
    give_services(builder, device);
    return !problem_is(builder->problem) && give_users(builder, device) &&
           give_clock(builder, device) &&
           variables_fill(&builder->farm->arena, device, builder->sources, builder->services,
                          problem_object(builder->problem, builder->group, "vars"), seed,
                          builder->problem) &&
           give_faults(builder, device, seed);
}

static bool build_devices(struct builder *builder, struct device *devices, size_t count)
{
    struct problem *problem = builder->problem;
    const char *base = problem_text(problem, builder->group, "base_address", "");
    uint32_t first = (uint32_t)problem_int(problem, builder->group, "first", 1, 0, 100000000);
    struct in_addr parsed = {0};
    if (inet_pton(AF_INET, base, &parsed) != 1) {
        return problem_note(problem, "\"base_address\" must be an IPv4 address");
    }
    uint64_t address = ntohl(parsed.s_addr);
    /* The first and the last address of 127.0.0.0/8 are broadcast addresses. */
    if (address <= UINT32_C(0x7f000000) || address + count > UINT32_C(0x7fffffff)) {
        return problem_note(problem, "addresses must stay within 127.0.0.0/8");
    }
    for (size_t i = 0; i < count; i++) {
        if (!build_device(builder, &devices[i], (uint32_t)(address + i), first + (uint32_t)i)) {
            return false;
        }
    }
    return true;
}

bool group_build(struct farm *farm, const struct group_context *context, const json_t *group,
                 struct device *devices, struct problem *problem)
{
    struct builder builder = {.farm = farm, .context = context, .group = group, .problem = problem};
    bool good = load_sources(&builder) && compile_personalities(&builder);
    if (good) {
        problem_where(problem, "group %s", problem_text(problem, group, "prefix", "device-"));
        good = build_devices(&builder, devices, group_count(group, problem));
    }
    for (size_t i = 0; i < builder.services; i++) {
        json_decref(builder.sources[i]);
    }
    return good;
}
