/* SPDX-License-Identifier: MIT */
#include "rig_watch.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procs.h"

/* ---- the fleet ---------------------------------------------------------------------------------------------- */

static const struct rig_share *share_of(const struct rig_share *shares, const char *id)
{
    for (const struct rig_share *share = shares; share->prefix != NULL; share++) {
        if (strncmp(id, share->prefix, strlen(share->prefix)) == 0) {
            return share;
        }
    }
    return NULL;
}

static void add_camera(json_t *cameras, json_t *device, const struct rig_share *share)
{
    json_array_append_new(
        cameras,
        json_pack("{s:O, s:O, s:s, s:O, s:O, s:s, s:o}", "id", json_object_get(device, "id"),
                  "site", json_object_get(device, "site"), "provider", share->provider, "host",
                  json_object_get(device, "address"), "port", json_object_get(device, "port"),
                  "credential", "farm", "options", json_loads(share->options, 0, NULL)));
}

static char *fleet_text(struct rig *rig, const struct rig_share *shares)
{
    size_t i;
    json_t *device;
    json_t *cameras = json_array();
    json_array_foreach(json_object_get(rig->ready, "devices"), i, device)
    {
        const struct rig_share *share =
            share_of(shares, json_string_value(json_object_get(device, "id")));
        if (share != NULL) {
            add_camera(cameras, device, share);
        }
    }
    json_t *fleet = json_pack("{s:[{s:s, s:s}, {s:s, s:s}], s:o}", "sites", "id", "north", "name",
                              "north", "id", "south", "name", "south", "cameras", cameras);
    char *text = json_dumps(fleet, 0);
    json_decref(fleet);
    return text;
}

void rig_watch_load(struct rig *rig, const struct rig_share *shares)
{
    char path[256];
    char *text = fleet_text(rig, shares);
    snprintf(path, sizeof(path), "%s/fleet.json", rig->folder);
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
    free(text);
    cr_assert_eq(rig_ctl(rig, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "fleet", "load", path, NULL), 0);
}

/* ---- what came of it ------------------------------------------------------------------------------------------ */

size_t rig_watch_events(struct rig *rig, const char *camera)
{
    size_t count = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    json_array_foreach(events, i, event)
    {
        const char *id = json_string_value(json_object_get(event, "camera_id"));
        count += id != NULL && strcmp(id, camera) == 0;
    }
    json_decref(events);
    return count;
}

static void expect_one_event(struct rig *rig, const char *camera)
{
    struct buf told;
    buf_init(&told);
    rig_ctl(rig, &told, NULL, "events", "--camera", camera, "--jsonl", NULL);
    cr_expect_eq(rig_watch_events(rig, camera), 1, "%s has more than one event:\n%s", camera,
                 buf_cstr(&told));
    buf_finish(&told);
}

void rig_watch_expect_untouched(struct rig *rig, const char *prefix, size_t count)
{
    for (size_t i = 1; i <= count; i++) {
        char id[32];
        snprintf(id, sizeof(id), "%s%02zu", prefix, i);
        cr_expect_str_eq(rig_health(rig, id), "OK none", "%s is %s", id, rig_health(rig, id));
        expect_one_event(rig, id);
    }
}

struct pattern {
    const char *devices;
    json_int_t least;
};

static bool each_was_looked_at(struct rig *rig, const void *arg)
{
    const struct pattern *pattern = arg;
    size_t i;
    json_t *device;
    json_t *answer =
        rig_farm(rig, "{\"do\":\"report\",\"device\":\"%s\",\"devices\":true}", pattern->devices);
    json_t *report = json_object_get(answer, "report");
    json_t *devices = json_object_get(report != NULL ? report : answer, "devices");
    bool all = json_array_size(devices) > 0;
    json_array_foreach(devices, i, device)
    {
        all = all && json_integer_value(json_object_get(device, "looks")) >= pattern->least;
    }
    json_decref(answer);
    return all;
}

static json_int_t most_looks(struct rig *rig, const char *devices)
{
    size_t i;
    json_t *device;
    json_int_t most = 0;
    json_t *answer =
        rig_farm(rig, "{\"do\":\"report\",\"device\":\"%s\",\"devices\":true}", devices);
    json_t *report = json_object_get(answer, "report");
    json_array_foreach(json_object_get(report != NULL ? report : answer, "devices"), i, device)
    {
        json_int_t looks = json_integer_value(json_object_get(device, "looks"));
        most = looks > most ? looks : most;
    }
    json_decref(answer);
    return most;
}

void rig_watch_wait_looks(struct rig *rig, const char *devices, int more)
{
    struct pattern pattern = {devices, most_looks(rig, devices) + more};
    rig_until(rig, RIG_WAIT_MS, "each device to be looked at again", each_was_looked_at, &pattern);
}

static double value_of(const char *metrics, const char *name)
{
    char line[96];
    snprintf(line, sizeof(line), "\n%s ", name);
    const char *at = strstr(metrics, line);
    cr_assert_not_null(at, "there is no metric %s", name);
    return strtod(at + strlen(line), NULL);
}

struct rig_looks rig_watch_looks(struct rig *rig)
{
    struct buf out;
    buf_init(&out);
    cr_assert_eq(rig_ctl(rig, &out, NULL, "metrics", NULL), 0);
    const char *text = buf_cstr(&out);
    struct rig_looks looks = {.begun = value_of(text, "vmm_looks_begun_total"),
                              .finished = value_of(text, "vmm_looks_finished_total"),
                              .lost = value_of(text, "vmm_looks_lost_total"),
                              .in_flight = value_of(text, "vmm_looks_in_flight")};
    buf_finish(&out);
    return looks;
}

void rig_watch_expect_same_count(struct rig *rig, const char *provider, const char *devices)
{
    char name[96];
    snprintf(name, sizeof(name), "vmm_provider_probe_total{provider=\"%s\"", provider);
    double made = rig_metric(rig, name);
    double counted = (double)rig_count(rig, devices, "connections");
    struct rig_looks looks = rig_watch_looks(rig);
    double most = rig_metric(rig, name) + looks.lost + looks.in_flight;
    cr_expect_leq(made, counted, "the farm saw %.0f looks of %s, vmmd %.0f", counted, provider,
                  made);
    cr_expect_leq(counted, most, "the farm saw %.0f looks of %s, vmmd %.0f at most", counted,
                  provider, most);
}

json_int_t rig_watch_longest_gap(struct rig *rig, const char *devices)
{
    size_t i;
    json_t *device;
    json_int_t gap = 0;
    json_t *answer =
        rig_farm(rig, "{\"do\":\"report\",\"device\":\"%s\",\"devices\":true}", devices);
    json_t *report = json_object_get(answer, "report");
    json_array_foreach(json_object_get(report != NULL ? report : answer, "devices"), i, device)
    {
        json_int_t here = json_integer_value(json_object_get(device, "gap_max_ms"));
        gap = here > gap ? here : gap;
    }
    json_decref(answer);
    return gap;
}

/* ---- the end ------------------------------------------------------------------------------------------------------ */

static void check_same_process(struct rig *rig)
{
    json_t *version = rig_json(rig, "version", NULL);
    json_t *pid = json_object_get(json_object_get(version, "vmmd"), "pid");
    cr_expect_eq(json_integer_value(pid), rig->vmmd, "vmmd is another process");
    json_decref(version);
}

static void check_budget(struct rig *rig)
{
    cr_expect_leq(rig_count(rig, "*", "connections_max"), 1, "a device saw two connections");
    cr_expect_eq(rig_count(rig, "*", "logins_bad"), 0, "a device saw a wrong password");
    cr_expect_eq(rig_count(rig, "*", "lock_outs"), 0);
    cr_expect_eq(rig_count(rig, "*", "writes"), 0);
}

void rig_watch_close(struct rig *rig)
{
    struct procs hosts;
    struct rig_looks looks = rig_watch_looks(rig);
    cr_expect_eq(looks.begun, looks.finished + looks.in_flight, "begun %.0f, finished %.0f + %.0f",
                 looks.begun, looks.finished, looks.in_flight);
    check_same_process(rig);
    check_budget(rig);
    procs_children(rig->vmmd, &hosts);
    uint64_t begin = rig_now_ms();
    cr_expect_eq(rig_stop(rig), 0, "vmmd stops in order");
    cr_expect_leq(rig_now_ms() - begin, RIG_STOP_MS, "it took %llu ms",
                  (unsigned long long)(rig_now_ms() - begin));
    procs_wait_ended(&hosts, "the hosts to end with vmmd");
    rig_close(rig);
}
