/* SPDX-License-Identifier: MIT */
#include "farm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define READY_LIMIT_MS 60000u

static void write_json(json_t *json, const char *path)
{
    if (json == NULL || json_dump_file(json, path, JSON_COMPACT) != 0) {
        bench_fail("%s cannot be written", path);
    }
    json_decref(json);
}

/* The groups of a scenario: nonces that serve once, and nonces that last, as two groups. */
static json_t *scenario_group(const struct farm_group *group, uint32_t first, uint32_t count,
                              bool expires)
{
    json_t *auth = json_pack("{s:b}", "strict_nc", 0);
    if (expires) {
        json_object_set_new(auth, "nonce_uses", json_integer(1));
    }
    bool has_login = strcmp(group->personality, "http-plain") != 0;
    json_t *override = json_pack("{s:{s:i, s:i}}", "latency", "median_ms", 80, "p99_ms", 1500);
    if (has_login) {
        json_object_set(override, "auth", auth);
    }
    json_decref(auth);
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    char address[32];
    sscanf(group->base_address, "%u.%u.%u.%u", &a, &b, &c, &d);
    uint32_t number = (a << 24 | b << 16 | c << 8 | d) + first;
    snprintf(address, sizeof(address), "%u.%u.%u.%u", number >> 24, number >> 16 & 255,
             number >> 8 & 255, number & 255);
    return json_pack("{s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:o, s:[{s:s, s:i, s:f}]}", "prefix",
                     group->prefix, "first", (int)first + 1, "digits", 6, "count", (int)count,
                     "site", "bench", "base_address", address, "personality", group->personality,
                     "override", override, "faults", "fault", "blackhole", "at_s", 0, "share",
                     0.01);
}

/* Each connection that comes while none is open is a look: at these rhythms one look may well follow another at once. */
static void write_scenario(const char *path, const struct farm_group *groups, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        uint32_t expiring = (uint32_t)((double)groups[i].count * groups[i].expire_share);
        if (expiring > 0) {
            json_array_append_new(list, scenario_group(&groups[i], 0, expiring, true));
        }
        if (expiring < groups[i].count) {
            json_array_append_new(
                list, scenario_group(&groups[i], expiring, groups[i].count - expiring, false));
        }
    }
    write_json(json_pack("{s:i, s:i, s:{s:{s:i, s:s}, s:{s:i, s:s}}, s:[{s:s, s:s, s:s}], s:o}",
                         "seed", 7, "look_quiet_ms", 0, "ports", "http", "port", 0, "listeners",
                         "shared", "rtsp", "port", 0, "listeners", "shared", "users", "name",
                         FARM_USER, "password", FARM_PASSWORD, "level", "admin", "groups", list),
               path);
}

static int connect_control(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        bench_fail("%s: too long for a socket; choose a shorter VMM_RUN_DIR", path);
    }
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        bench_fail("%s: %s", path, strerror(errno));
    }
    return fd;
}

static void wait_ready(struct farm *farm, const char *path)
{
    for (uint32_t waited = 0; waited < READY_LIMIT_MS; waited += 20) {
        json_error_t error;
        farm->ready = json_load_file(path, 0, &error);
        if (farm->ready != NULL) {
            return;
        }
        bench_sleep_ms(20);
    }
    bench_fail("the simulated devices did not come up; see %s/farm.log", farm->folder);
}

void farm_start(struct farm *farm, const char *folder, const struct farm_group *groups,
                size_t count)
{
    char scenario[300];
    char ready[300];
    char control[300];
    char log[300];
    *farm = (struct farm){0};
    snprintf(farm->folder, sizeof(farm->folder), "%s", folder);
    snprintf(scenario, sizeof(scenario), "%s/farm.json", folder);
    snprintf(ready, sizeof(ready), "%s/farm.ready", folder);
    snprintf(control, sizeof(control), "%s/farm.sock", folder);
    snprintf(log, sizeof(log), "%s/farm.log", folder);
    write_scenario(scenario, groups, count);
    const char *arguments[] = {
        BENCH_BIN "/vmm-farm", "--scenario", scenario,    "--personalities", BENCH_PERSONALITIES,
        "--port-file",         ready,        "--control", control,           NULL};
    child_start(&farm->child,
                &(struct child_order){.arguments = arguments, .log = log, .side = CHILD_HELPING});
    wait_ready(farm, ready);
    farm->control = connect_control(control);
}

void farm_stop(struct farm *farm)
{
    if (farm->child.pid != 0) {
        close(farm->control);
        json_decref(farm->ready);
        child_stop(&farm->child);
    }
}

json_t *farm_ask(struct farm *farm, const char *command)
{
    static char answer[64 << 20];
    size_t used = 0;
    dprintf(farm->control, "%s\n", command);
    do {
        ssize_t got = read(farm->control, answer + used, sizeof(answer) - used);
        if (got <= 0) {
            bench_fail("the simulated devices are gone; see %s/farm.log", farm->folder);
        }
        used += (size_t)got;
    } while (answer[used - 1] != '\n');
    json_t *json = json_loadb(answer, used, 0, NULL);
    if (!json_is_true(json_object_get(json, "ok"))) {
        bench_fail("the farm refused %s: %.200s", command, answer);
    }
    return json;
}

void farm_totals(struct farm *farm, struct farm_totals *totals)
{
    json_t *report = farm_ask(farm, "{\"do\":\"report\",\"device\":\"*\",\"devices\":false}");
    const json_t *sums = json_object_get(report, "totals");
    *totals = (struct farm_totals){
        .connections = (uint64_t)json_integer_value(json_object_get(sums, "connections")),
        .requests = (uint64_t)json_integer_value(json_object_get(sums, "requests")),
        .looks = (uint64_t)json_integer_value(json_object_get(sums, "looks")),
        .logins_bad = (uint64_t)json_integer_value(json_object_get(sums, "logins_bad")),
    };
    json_decref(report);
}

void farm_write_fleet(const struct farm *farm, const char *file, const char *path)
{
    FILE *out = fopen(file, "w");
    if (out == NULL) {
        bench_fail("%s: %s", file, strerror(errno));
    }
    fprintf(out, "%s %s %s\n", FARM_USER, FARM_PASSWORD, path);
    size_t index = 0;
    json_t *device = NULL;
    json_array_foreach(json_object_get(farm->ready, "devices"), index, device)
    {
        fprintf(out, "%s %lld\n", json_string_value(json_object_get(device, "address")),
                (long long)json_integer_value(json_object_get(device, "port")));
    }
    fclose(out);
}
