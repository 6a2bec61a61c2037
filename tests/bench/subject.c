/* SPDX-License-Identifier: MIT */
#include "subject.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fleet.h"

#define START_LIMIT_MS 20000u
#define WARM_LIMIT_MS  400000u /* a large fleet is looked at once in two minutes */
/* Of the devices. One in a hundred never answers; which ones is drawn by the farm. */
#define OK_SHARE   0.98
#define DOWN_SHARE 0.006
/* A login whose answer was lost is tried again after a minute: for so few nobody waits. */
#define UNKNOWN_SHARE 0.0005
#define UNKNOWN_LEAST 5

static json_t *duration(uint32_t ms)
{
    return json_sprintf("%ums", ms);
}

/* All looks of a benchmark may be under way at once; who stands still for a second is set back in place. */
static json_t *make_config(const struct subject_order *order)
{
    uint32_t jitter = order->jitter_ms > 0 ? order->jitter_ms : order->interval_ms / 20;
    uint32_t deadline = order->deadline_ms > 0 ? order->deadline_ms : SUBJECT_DEADLINE_MS;
    json_t *watch =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s}", "interval",
                  duration(order->interval_ms), "suspect_interval", duration(order->interval_ms),
                  "trial_interval", duration(order->interval_ms), "deadline", duration(deadline),
                  "confirm_deadline", duration(deadline), "jitter", duration(jitter), "spread",
                  duration(order->spread_ms), "connect_timeout", "1s", "pause",
                  order->undisturbed ? "10s" : "1s", "confirm_step", "500ms");
    json_t *config = json_pack("{s:s, s:s, s:s, s:{s:s}, s:o, s:{s:i, s:i}, s:{s:b, s:b, s:b}}",
                               "node_id", "bench", "run_dir", order->folder, "plugin_dir",
                               order->plugins != NULL ? order->plugins : BENCH_PLUGINS, "log",
                               "level", "info", "watch", watch, "limits", "looks_per_provider",
                               8192, "looks_per_way", 8192, "flags", "FEATURE_VMS_HEALTH_MONITOR",
                               1, "FEATURE_VMS_GENERIC_CGI", 1, "FEATURE_VMS_RTSP_PROBE", 1);
    if (order->flag != NULL) {
        json_object_set_new(json_object_get(config, "flags"), order->flag, json_true());
    }
    if (order->soft_period_ms > 0) {
        json_object_set_new(config, "store",
                            json_pack("{s:o}", "soft_period", duration(order->soft_period_ms)));
    }
    return config;
}

static void write_file(const struct subject *subject, const char *name, json_t *json)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", subject->folder, name);
    if (json == NULL || json_dump_file(json, path, JSON_COMPACT) != 0) {
        bench_fail("%s cannot be written", path);
    }
    json_decref(json);
}

static void write_password(const struct subject *subject)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/password", subject->folder);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        bench_fail("%s: %s", path, strerror(errno));
    }
    fputs(FARM_PASSWORD, file);
    fclose(file);
}

static char *read_all(FILE *pipe)
{
    size_t used = 0;
    size_t room = 1 << 16;
    char *text = malloc(room);
    while (text != NULL) {
        size_t got = fread(text + used, 1, room - used - 1, pipe);
        used += got;
        if (got == 0) {
            text[used] = '\0';
            return text;
        }
        if (used + 1 == room) {
            room *= 2;
            text = realloc(text, room);
        }
    }
    bench_fail("out of memory");
}

char *subject_ctl(const struct subject *subject, const char *words, bool must)
{
    char command[1200];
    snprintf(command, sizeof(command), "VMM_RUN_DIR='%s' '%s/vmmctl' %s 2>>'%s/vmmctl.log'",
             subject->folder, BENCH_BIN, words, subject->folder);
    FILE *pipe = popen(command, "r");
    if (pipe == NULL) {
        bench_fail("vmmctl: %s", strerror(errno));
    }
    char *text = read_all(pipe);
    if (pclose(pipe) != 0) {
        if (must) {
            bench_fail("vmmctl %s failed; see %s/vmmctl.log", words, subject->folder);
        }
        free(text);
        return NULL;
    }
    return text;
}

double subject_metric(const struct subject *subject, const char *name)
{
    char words[200];
    double sum = 0;
    bool found = false;
    snprintf(words, sizeof(words), "metrics | grep '^%s[{ ]'", name);
    char *text = subject_ctl(subject, words, false);
    for (char *line = text; line != NULL && *line != '\0';) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        const char *value = strrchr(line, ' ');
        sum += value != NULL ? strtod(value, NULL) : 0;
        found = true;
        line = end != NULL ? end + 1 : NULL;
    }
    free(text);
    return found ? sum : -1;
}

struct health_counts {
    double ok;
    double down;
    double unknown;
};

static struct health_counts count_health(const struct subject *subject)
{
    /* Exit code 1 says that not all is OK, which is no failure here. */
    char *text = subject_ctl(subject, "status --json --limit 1 || true", true);
    json_t *status = json_loads(text, 0, NULL);
    const json_t *summary = json_object_get(status, "summary");
    struct health_counts counts = {
        .ok = (double)json_integer_value(json_object_get(summary, "OK")),
        .down = (double)json_integer_value(json_object_get(summary, "DOWN")),
        .unknown = (double)json_integer_value(json_object_get(summary, "UNKNOWN")),
    };
    json_decref(status);
    free(text);
    return counts;
}

static void wait_until(const struct subject *subject, const char *words)
{
    for (uint32_t waited = 0; waited < START_LIMIT_MS; waited += 100) {
        char *text = subject_ctl(subject, words, false);
        if (text != NULL) {
            free(text);
            return;
        }
        bench_sleep_ms(100);
    }
    bench_fail("vmmd did not come up; see %s/vmmd.log", subject->folder);
}

void subject_wait(const struct subject *subject, const struct farm *farm, bool settled)
{
    double devices = (double)json_array_size(json_object_get(farm->ready, "devices"));
    for (uint32_t waited = 0; waited < WARM_LIMIT_MS; waited += 500) {
        struct health_counts counts = count_health(subject);
        bool is_settled = counts.down >= DOWN_SHARE * devices &&
                          counts.unknown <= UNKNOWN_LEAST + UNKNOWN_SHARE * devices;
        if (counts.ok >= OK_SHARE * devices && (is_settled || !settled)) {
            return;
        }
        bench_sleep_ms(500);
    }
    bench_fail("after %u s not all devices are %s; see %s", WARM_LIMIT_MS / 1000,
               settled ? "judged" : "OK", subject->folder);
}

void subject_wait_judged(const struct subject *subject)
{
    for (uint32_t waited = 0; waited < WARM_LIMIT_MS; waited += 500) {
        struct health_counts counts = count_health(subject);
        if (counts.ok > 0 && counts.unknown == 0) {
            return;
        }
        bench_sleep_ms(500);
    }
    bench_fail("after %u s not all cameras are judged; see %s", WARM_LIMIT_MS / 1000,
               subject->folder);
}

void subject_wait_counted(const struct subject *subject)
{
    double now_s = (double)time(NULL);
    for (uint32_t waited = 0; waited < WARM_LIMIT_MS; waited += 500) {
        if (subject_metric(subject, "vmm_store_days_counted_timestamp_seconds") > now_s) {
            return;
        }
        bench_sleep_ms(500);
    }
    bench_fail("after %u s not all events are counted into their days; see %s",
               WARM_LIMIT_MS / 1000, subject->folder);
}

static void load(const struct subject *subject, const struct subject_order *order,
                 const struct farm *farm)
{
    char words[400];
    size_t parts = order->load_ms / 1000 + 1;
    uint64_t begun = bench_now_us();
    snprintf(words, sizeof(words), "fleet load '%s/fleet.json' >/dev/null", order->folder);
    for (size_t part = 0; part < parts; part++) {
        write_file(subject, "fleet.json", fleet_make(farm, order->auth, part, parts));
        uint64_t due = begun + part * 1000000;
        uint64_t now = bench_now_us();
        bench_sleep_ms(now < due ? (uint32_t)((due - now) / 1000) : 0);
        free(subject_ctl(subject, words, true));
    }
}

void subject_run(struct subject *subject, const char *folder, json_t *json)
{
    char config[300];
    char log[300];
    *subject = (struct subject){0};
    snprintf(subject->folder, sizeof(subject->folder), "%s", folder);
    snprintf(config, sizeof(config), "%s/vmmd.json", folder);
    snprintf(log, sizeof(log), "%s/vmmd.log", folder);
    write_file(subject, "vmmd.json", json);
    const char *arguments[] = {BENCH_BIN "/vmmd", "--config", config, NULL};
    child_start(&subject->child,
                &(struct child_order){.arguments = arguments, .log = log, .side = CHILD_MEASURED});
    wait_until(subject, "plugins");
}

void subject_start(struct subject *subject, const struct subject_order *order,
                   const struct farm *farm)
{
    char words[400];
    subject_run(subject, order->folder, make_config(order));
    write_password(subject);
    snprintf(words, sizeof(words),
             "credential add " FARM_USER " --user " FARM_USER " --password-stdin <'%s/password'",
             order->folder);
    free(subject_ctl(subject, words, true));
    load(subject, order, farm);
    subject_regroup(subject);
}

void subject_reconfigure(struct subject *subject, const struct subject_order *order)
{
    write_file(subject, "vmmd.json", make_config(order));
    free(subject_ctl(subject, "reload", true));
}

void subject_regroup(struct subject *subject)
{
    usage_group(&subject->group, subject->child.pid);
}

void subject_stop(struct subject *subject)
{
    if (subject->child.pid != 0) {
        usage_continue(&subject->group);
        child_stop(&subject->child);
    }
}
