/* SPDX-License-Identifier: MIT */
#include "farm/command.h"

#include "farm/conn.h"
#include "farm/fault.h"
#include "farm/report.h"

#include <stdio.h>
#include <string.h>

/* What a visit of the matching devices carries. */
struct visit {
    const json_t *request;
    struct fault fault;
    uint64_t for_us;
    enum fault_kind kind;
    struct problem *problem;
    struct auth_user *user;
};

static json_t *refused(const char *why)
{
    return json_pack("{s:b, s:s}", "ok", 0, "error", why);
}

static json_t *done(size_t devices)
{
    return json_pack("{s:b, s:I}", "ok", 1, "devices", (json_int_t)devices);
}

static const char *pattern_of(const json_t *request)
{
    const char *pattern = json_string_value(json_object_get(request, "device"));
    return pattern != NULL ? pattern : "*";
}

/* Runs VISIT for each device; a request that matches none is an error, so that a typing mistake in
 * a test is not taken for success. */
static json_t *each(struct farm *farm, struct visit *data,
                    void (*visit)(struct farm *farm, struct device *device, void *data))
{
    size_t count = farm_each(farm, pattern_of(data->request), visit, data);
    if (problem_is(data->problem)) {
        return refused(data->problem->text);
    }
    return count > 0 ? done(count) : refused("no device has such an id");
}

static json_t *run_report(struct farm *farm, struct visit *data)
{
    bool devices = problem_flag(data->problem, data->request, "devices", true);
    json_t *report = report_make(farm, pattern_of(data->request), devices);
    json_object_set_new(report, "ok", json_true());
    return report;
}

static void visit_set(struct farm *farm, struct device *device, void *data)
{
    const struct visit *visit = data;
    fault_set(farm, device, &visit->fault, visit->for_us);
}

static json_t *run_set(struct farm *farm, struct visit *data)
{
    const char *fault = problem_text(data->problem, data->request, "fault", "");
    data->for_us = (uint64_t)(problem_real(data->problem, data->request, "for_s", 0, 0, 1e8) * 1e6);
    if (problem_is(data->problem) || !fault_read(fault, &data->fault, data->problem)) {
        return refused(data->problem->text);
    }
    return each(farm, data, visit_set);
}

static void visit_clear(struct farm *farm, struct device *device, void *data)
{
    const struct visit *visit = data;
    if (visit->kind == FAULT_COUNT) {
        fault_clear_all(farm, device);
    } else {
        fault_clear(farm, device, visit->kind);
    }
}

static json_t *run_clear(struct farm *farm, struct visit *data)
{
    const char *fault = problem_text(data->problem, data->request, "fault", NULL);
    data->kind = fault != NULL ? fault_kind_of(fault) : FAULT_COUNT;
    if (fault != NULL && data->kind == FAULT_COUNT) {
        return refused("unknown fault (without argument here)");
    }
    return each(farm, data, visit_clear);
}

static void visit_reset_counts(struct farm *farm, struct device *device, void *data)
{
    (void)farm;
    (void)data;
    device_reset_counts(device);
}

static json_t *run_reset_counts(struct farm *farm, struct visit *data)
{
    farm->counts.open_max = farm->counts.open;
    farm->counts.nobody = 0;
    farm->counts.starved = 0;
    return each(farm, data, visit_reset_counts);
}

/* The device gets a list of users of its own; others may share the old one. */
static void visit_password(struct farm *farm, struct device *device, void *data)
{
    const struct visit *visit = data;
    const struct auth_users *old = device->users;
    struct auth_users *users = arena_take(&farm->arena, 1, sizeof *users);
    struct auth_user *list = arena_take(&farm->arena, old->count + 1, sizeof *list);
    size_t at = 0;
    for (size_t i = 0; i < old->count; i++) {
        list[i] = old->list[i];
        at += at == i && strcmp(old->list[i].name, visit->user->name) != 0;
    }
    int level = at < old->count ? old->list[at].level : visit->user->level;
    list[at] = *visit->user;
    list[at].level = level;
    *users = (struct auth_users){list, at < old->count ? old->count : old->count + 1};
    device->users = users;
}

static json_t *run_password(struct farm *farm, struct visit *data)
{
    const char *name = problem_text(data->problem, data->request, "user", NULL);
    const char *password = problem_text(data->problem, data->request, "password", NULL);
    if (name == NULL || password == NULL) {
        return refused("\"user\" and \"password\" are needed");
    }
    struct auth_user user = {.name = arena_text(&farm->arena, name, strlen(name)),
                             .password = arena_text(&farm->arena, password, strlen(password)),
                             .level = LEVEL_ADMIN};
    data->user = &user;
    return each(farm, data, visit_password);
}

static void visit_clock(struct farm *farm, struct device *device, void *data)
{
    (void)farm;
    const struct visit *visit = data;
    device->clock.offset_s = problem_int(visit->problem, visit->request, "offset_s",
                                         device->clock.offset_s, -4000000000, 4000000000);
    device->clock.zone_min = (int32_t)problem_int(visit->problem, visit->request, "zone_min",
                                                  device->clock.zone_min, -840, 840);
}

static json_t *run_clock(struct farm *farm, struct visit *data)
{
    return each(farm, data, visit_clock);
}

static void visit_var(struct farm *farm, struct device *device, void *data)
{
    const struct visit *visit = data;
    const char *name = problem_text(visit->problem, visit->request, "name", "");
    const char *value = problem_text(visit->problem, visit->request, "value", NULL);
    for (size_t i = 0; value != NULL && i < device->names->count; i++) {
        if (strcmp(device->names->names[i], name) == 0) {
            device->values[i] = arena_text(&farm->arena, value, strlen(value));
            return;
        }
    }
    problem_note(visit->problem, "\"name\" must be a variable of the device, \"value\" text");
}

static json_t *run_var(struct farm *farm, struct visit *data)
{
    return each(farm, data, visit_var);
}

static void visit_drop(struct farm *farm, struct device *device, void *data)
{
    (void)data;
    conn_drop_all(farm, device);
}

static json_t *run_drop(struct farm *farm, struct visit *data)
{
    return each(farm, data, visit_drop);
}

static void visit_forget(struct farm *farm, struct device *device, void *data)
{
    (void)farm;
    (void)data;
    for (size_t i = 0; i < device->service_count; i++) {
        if (device->services[i].nonces != NULL) {
            nonce_forget_all(device->services[i].nonces);
        }
    }
}

static json_t *run_forget_nonces(struct farm *farm, struct visit *data)
{
    return each(farm, data, visit_forget);
}

static void visit_lock(struct farm *farm, struct device *device, void *data)
{
    const struct visit *visit = data;
    uint64_t for_us = visit->for_us;
    device->lock.until_us = for_us != 0 ? farm->loop.now_us + for_us : UINT64_MAX;
}

static json_t *run_lock(struct farm *farm, struct visit *data)
{
    data->for_us = (uint64_t)(problem_real(data->problem, data->request, "for_s", 0, 0, 1e8) * 1e6);
    return problem_is(data->problem) ? refused(data->problem->text) : each(farm, data, visit_lock);
}

static void visit_unlock(struct farm *farm, struct device *device, void *data)
{
    (void)farm;
    (void)data;
    device->lock = (struct auth_lock){0};
}

static json_t *run_unlock(struct farm *farm, struct visit *data)
{
    return each(farm, data, visit_unlock);
}

static const struct {
    const char *name;
    const char *keys;
    json_t *(*run)(struct farm *farm, struct visit *data);
} verbs[] = {
    {"report", "do device devices", run_report},
    {"set", "do device fault for_s", run_set},
    {"clear", "do device fault", run_clear},
    {"reset-counts", "do device", run_reset_counts},
    {"password", "do device user password", run_password},
    {"clock", "do device offset_s zone_min", run_clock},
    {"var", "do device name value", run_var},
    {"drop", "do device", run_drop},
    {"forget-nonces", "do device", run_forget_nonces},
    {"lock", "do device for_s", run_lock},
    {"unlock", "do device", run_unlock},
};

static json_t *start_wait(struct farm *farm, const json_t *request, struct command_wait *wait,
                          struct problem *problem)
{
    uint64_t unused = 0;
    const char *what = problem_text(problem, request, "what", "requests");
    if (!problem_keys(problem, request, "do device count what each timeout_ms")) {
        return refused(problem->text);
    }
    *wait = (struct command_wait){
        .count = (uint64_t)problem_int(problem, request, "count", 1, 0, INT64_MAX),
        .each = problem_flag(problem, request, "each", false),
        .timeout_us =
            (uint64_t)problem_int(problem, request, "timeout_ms", 10000, 0, 86400000) * 1000};
    snprintf(wait->pattern, sizeof wait->pattern, "%s", pattern_of(request));
    snprintf(wait->what, sizeof wait->what, "%s", what);
    if (problem_is(problem)) {
        return refused(problem->text);
    }
    if (!report_count(&farm->devices[0], what, &unused)) {
        return refused("\"what\" must be \"logins\" or a count of the report");
    }
    json_t *reply = command_check(farm, wait, false);
    wait->active = reply == NULL;
    return reply;
}

json_t *command_check(const struct farm *farm, const struct command_wait *wait, bool over)
{
    uint64_t sum = 0;
    size_t matching = 0;
    bool all = true;
    for (size_t i = 0; i < farm->device_count; i++) {
        uint64_t value = 0;
        if (device_matches(&farm->devices[i], wait->pattern)) {
            report_count(&farm->devices[i], wait->what, &value);
            matching++;
            sum += value;
            all = all && value >= wait->count;
        }
    }
    bool reached = wait->each ? all : sum >= wait->count;
    if (matching == 0) {
        return refused("no device has such an id");
    }
    if (!reached && !over) {
        return NULL;
    }
    json_t *reply = json_pack("{s:b, s:I}", "ok", reached, "count", (json_int_t)sum);
    if (!reached) {
        json_object_set_new(reply, "error", json_string("timeout"));
    }
    return reply;
}

static json_t *run_request(struct farm *farm, const json_t *request, struct command_wait *wait)
{
    struct problem problem = {0};
    struct visit data = {.request = request, .problem = &problem};
    const char *verb = problem_text(&problem, request, "do", "");
    if (strcmp(verb, "wait") == 0) {
        return start_wait(farm, request, wait, &problem);
    }
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verb, verbs[i].name) == 0) {
            return problem_keys(&problem, request, verbs[i].keys) ? verbs[i].run(farm, &data)
                                                                  : refused(problem.text);
        }
    }
    return refused("unknown \"do\"");
}

json_t *command_run(struct farm *farm, const char *line, size_t length, struct command_wait *wait)
{
    json_error_t error;
    json_t *request = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
    json_t *reply = json_is_object(request) ? run_request(farm, request, wait)
                                            : refused("a line must be one JSON object");
    json_decref(request);
    return reply;
}
