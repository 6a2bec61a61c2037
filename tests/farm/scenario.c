/* SPDX-License-Identifier: MIT */
#include "farm/scenario.h"

#include "farm/group.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

#define SCENARIO_KEYS "about seed look_quiet_ms ports users personalities groups"
#define DIRECTORIES   3

static bool read_listen(const json_t *object, struct farm_port *port, struct problem *problem)
{
    const char *how = problem_text(problem, object, "listeners", "auto");
    if (strcmp(how, "each") == 0) {
        port->listen = LISTEN_EACH;
    } else if (strcmp(how, "shared") == 0) {
        port->listen = LISTEN_SHARED;
    } else if (strcmp(how, "auto") != 0) {
        return problem_note(problem, "\"listeners\" must be auto, each or shared");
    }
    return true;
}

/* A port is a number, or {"port": number, "listeners": how}. */
static bool read_port(const json_t *value, struct farm_port *port, struct problem *problem)
{
    if (json_is_object(value)) {
        port->wanted = (uint16_t)problem_int(problem, value, "port", 0, 0, 65535);
        return problem_keys(problem, value, "port listeners") && read_listen(value, port, problem);
    }
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    if (number < 0 || number > 65535) {
        return problem_note(problem, "port \"%s\" must be a number from 0 to 65535", port->name);
    }
    port->wanted = (uint16_t)number;
    return true;
}

static bool read_ports(struct farm *farm, const json_t *scenario, struct problem *problem)
{
    json_t *ports = problem_object(problem, scenario, "ports");
    size_t count = json_object_size(ports);
    if (count == 0) {
        return problem_note(problem, "\"ports\" must name at least one port");
    }
    farm->ports = arena_take(&farm->arena, count, sizeof *farm->ports);
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(ports, name, value)
    {
        struct farm_port *port = &farm->ports[farm->port_count++];
        port->name = arena_text(&farm->arena, name, strlen(name));
        if (!read_port(value, port, problem)) {
            return false;
        }
    }
    return !problem_is(problem);
}

static size_t count_devices(const json_t *groups, struct problem *problem)
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(groups); i++) {
        problem_where(problem, "group %zu", i + 1);
        count += group_count(json_array_get(groups, i), problem);
    }
    return count;
}

static bool build_groups(struct farm *farm, const struct group_context *context,
                         const json_t *groups, struct problem *problem)
{
    size_t count = count_devices(groups, problem);
    if (count == 0 || problem_is(problem)) {
        return problem_note(problem, "no devices in \"groups\"");
    }
    farm->devices = arena_take(&farm->arena, count, sizeof *farm->devices);
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        problem_where(problem, "group %zu", i + 1);
        if (!group_build(farm, context, group, &farm->devices[farm->device_count], problem)) {
            return false;
        }
        farm->device_count += group_count(group, problem);
    }
    return true;
}

bool scenario_build(struct farm *farm, const struct scenario_options *options,
                    const json_t *scenario, struct problem *problem)
{
    if (!problem_keys(problem, scenario, SCENARIO_KEYS) || !read_ports(farm, scenario, problem)) {
        return false;
    }
    char path[4096];
    snprintf(path, sizeof path, "%s", options->path);
    const char *directories[DIRECTORIES] = {dirname(path), FARM_PERSONALITIES, NULL};
    if (options->personalities != NULL) {
        memmove(&directories[1], &directories[0], 2 * sizeof directories[0]);
        directories[0] = options->personalities;
    }
    struct group_context context = {
        .source = {.inline_set = problem_object(problem, scenario, "personalities"),
                   .directories = directories,
                   .directory_count = options->personalities != NULL ? 3 : 2},
        .users = problem_array(problem, scenario, "users"),
    };
    farm->seed =
        (uint64_t)(options->seed != NULL ? *options->seed
                                         : problem_int(problem, scenario, "seed", 1, 0, INT64_MAX));
    farm->look_quiet_us =
        (uint64_t)problem_int(problem, scenario, "look_quiet_ms", 250, 0, 3600000) * 1000;
    const json_t *groups = problem_array(problem, scenario, "groups");
    return !problem_is(problem) && build_groups(farm, &context, groups, problem);
}

bool scenario_load(struct farm *farm, const struct scenario_options *options,
                   struct problem *problem)
{
    json_error_t error;
    json_t *scenario = json_load_file(options->path, JSON_REJECT_DUPLICATES, &error);
    if (scenario == NULL) {
        return problem_note(problem, "%s:%d: %s", options->path, error.line, error.text);
    }
    bool good = scenario_build(farm, options, scenario, problem);
    json_decref(scenario);
    return good;
}
