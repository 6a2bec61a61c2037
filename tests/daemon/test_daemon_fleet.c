/* SPDX-License-Identifier: MIT */
/* The fleet by hand: every verb of vmmctl against the real daemon, and the shapes that scripts rely on. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "prom.h"
#include "rig.h"

#define USERS "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}]"

static const char two_sites[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"n-\",\"count\":3,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_address\":"
    "\"127.36.0.1\",\"personality\":\"vivotek-camera\",\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"s-\",\"count\":3,\"first\":1,\"digits\":1,\"site\":\"south\",\"base_address\":"
    "\"127.36.1.1\",\"personality\":\"vivotek-camera\",\"clock\":{\"zone_min\":480}}]}";

static const char admin[] = "{\"level\":\"admin\"}";

#define WORDS 10

/* Run a line of words that blanks separate. */
static int run_line(struct rig *rig, struct buf *out, const char *input, const char *line)
{
    char text[400];
    const char *w[WORDS] = {NULL};
    size_t count = 0;
    char *save = NULL;
    snprintf(text, sizeof(text), "%s", line);
    for (char *word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        cr_assert_lt(count, WORDS);
        w[count++] = word;
    }
    return rig_ctl(rig, out, input, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8], w[9],
                   NULL);
}

/* ---- each verb, and its refusals ------------------------------------------------------------------------- */

/* In this order: each line meets what the ones before it have made. */
static const struct {
    const char *line;
    int status; /* 0 done, 1 negative, 2 wrong usage, 4 refused */
    const char *input;
} lines[] = {
    {"site add north name=North timezone=Asia/Taipei", 0, NULL},
    {"site add north", 4, NULL},
    {"site add no/id", 2, NULL},
    {"site add west timezone=Nowhere/Land", 2, NULL},
    {"site set nowhere name=x", 1, NULL},
    {"site set north nonsense=x", 2, NULL},
    {"credential add farm", 2, NULL},
    {"credential add farm --user admin --password-stdin", 0, "secret\n"},
    {"credential add farm --user admin --password-stdin", 4, "secret\n"},
    {"credential set nothing --user x --keep-password", 1, NULL},
    {"camera add cam-1 site=north provider=vivotek host=127.36.9.9 port=80 credential=farm", 0,
     NULL},
    {"camera add cam-1 site=north provider=vivotek host=127.36.9.8", 4, NULL},
    {"camera add cam-2 site=nowhere provider=vivotek host=127.36.9.8", 1, NULL},
    {"camera add cam-2 site=north provider=nothing host=127.36.9.8", 1, NULL},
    {"camera add cam-2 site=north provider=vivotek host=127.36.9.8 credential=none", 1, NULL},
    {"camera add cam-2 site=north provider=vivotek host=127.36.9.8 nonsense=1", 2, NULL},
    {"camera add cam-2 site=north provider=vivotek host=127.36.9.8 port=99999", 2, NULL},
    {"camera add cam-2 site=north provider=vivotek host=127.36.9.8 tls=maybe", 2, NULL},
    {"camera add cam-2 site=north provider=vivotek host=127.36.9.8 options.level=god", 2, NULL},
    {"camera add cam-2 site=north", 2, NULL},
    {"camera set cam-1 password=secret", 2, NULL},
    {"camera set cam-2 name=x", 1, NULL},
    {"camera set cam-1 name=Door tags=key,door priority=1", 0, NULL},
    {"nvr add nvr-1 site=north provider=vivotek host=127.36.9.7 port=80", 0, NULL},
    {"nvr add cam-1 site=north provider=vivotek host=127.36.9.6", 4, NULL},
    {"camera add ch-1 site=north nvr=nvr-1 channel=1", 0, NULL},
    {"camera add ch-2 site=north nvr=nvr-1 channel=1", 4, NULL},
    {"camera add ch-2 site=north nvr=nvr-9 channel=1", 1, NULL},
    {"camera set ch-1 host=127.36.9.5 provider=vivotek", 0, NULL},
    {"nvr rm nvr-1", 4, NULL},
    {"credential rm farm", 4, NULL},
    {"site rm north", 4, NULL},
    {"camera rm nothing", 1, NULL},
    {"camera test nothing", 1, NULL},
    {"explain nothing", 1, NULL},
    {"probe nothing", 1, NULL},
    {"status --site nowhere", 1, NULL},
    {"status --health SICK", 2, NULL},
    {"events --since yesterday", 2, NULL},
    {"nonsense", 2, NULL},
    {"nvr rm nvr-1 --cascade", 0, NULL},
    {"site rm north --cascade", 0, NULL},
    {"credential rm farm", 0, NULL},
    {"site rm north", 1, NULL},
};

static size_t count_of(struct rig *rig, const char *verb, const char *list)
{
    json_t *all = rig_json(rig, verb, "list", NULL);
    size_t count = json_array_size(json_object_get(all, list));
    json_decref(all);
    return count;
}

Test(fleet, each_verb_does_it_or_says_why_not)
{
    struct rig rig;
    rig_open(&rig, NULL);
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_wait_plugin(&rig, "vivotek", "ready");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        int status = run_line(&rig, NULL, lines[i].input, lines[i].line);
        cr_expect_eq(status, lines[i].status, "vmmctl %s: %d", lines[i].line, status);
    }
    cr_assert_eq(count_of(&rig, "site", "sites"), 0);
    cr_assert_eq(count_of(&rig, "nvr", "nvrs"), 0);
    cr_assert_eq(count_of(&rig, "camera", "cameras"), 0);
    cr_assert_eq(count_of(&rig, "credential", "credentials"), 0);
    rig_close(&rig);
}

/* ---- tests by hand, many at once ------------------------------------------------------------------------------ */

static json_t *load(struct rig *rig, const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", rig->folder, name);
    return rig_json(rig, "fleet", "load", path, NULL);
}

static void check_all_the_same(struct rig *rig, const char *name, json_int_t count)
{
    json_t *done = load(rig, name);
    cr_assert_eq(json_integer_value(json_object_get(done, "added")), 0);
    cr_assert_eq(json_integer_value(json_object_get(done, "changed")), 0);
    cr_assert_eq(json_integer_value(json_object_get(done, "same")), count);
    cr_assert_eq(json_array_size(json_object_get(done, "changes")), 0);
    json_decref(done);
}

static void export_to(struct rig *rig, const char *name)
{
    char path[256];
    struct buf out;
    buf_init(&out);
    snprintf(path, sizeof(path), "%s/%s", rig->folder, name);
    cr_assert_eq(rig_ctl(rig, &out, NULL, "fleet", "export", NULL), 0);
    cr_assert_null(strstr(buf_cstr(&out), "secret"), "an export holds no password");
    json_t *all = json_loadb((const char *)out.data, out.size, 0, NULL);
    cr_assert_not_null(all);
    json_object_del(all, "credentials"); /* without their passwords they cannot be loaded */
    cr_assert_eq(json_dump_file(all, path, 0), 0);
    json_decref(all);
    buf_finish(&out);
}

Test(fleet, the_same_file_twice_and_an_export_change_nothing)
{
    struct rig rig;
    rig_open(&rig, two_sites);
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    json_int_t before = rig_count(&rig, "*", "connections");
    check_all_the_same(&rig, "fleet.json", 8);
    run_line(&rig, NULL, NULL, "camera set n-1 name=Front tags=door,key priority=1");
    run_line(&rig, NULL, NULL, "site set south timezone=America/Sao_Paulo language=pt");
    export_to(&rig, "export.json");
    check_all_the_same(&rig, "export.json", 8);
    cr_assert_eq(rig_stop(&rig), 0);
    rig_start(&rig);
    check_all_the_same(&rig, "export.json", 8);
    cr_assert_geq(rig_count(&rig, "*", "connections"), before);
    json_t *events = rig_events(&rig);
    cr_assert_eq(json_array_size(events), 6, "to load the same is no event");
    json_decref(events);
    rig_close(&rig);
}

Test(fleet, a_file_with_one_mistake_changes_nothing)
{
    static const char text[] = "{\"sites\":[{\"id\":\"a\",\"name\":\"A\"}],"
                               "\"cameras\":[{\"id\":\"c1\",\"site\":\"a\",\"provider\":"
                               "\"vivotek\",\"host\":\"127.36.9.1\"},"
                               "{\"id\":\"c2\",\"site\":\"a\",\"provider\":\"vivotek\",\"host\":"
                               "\"127.36.9.2\",\"port\":-1}]}";
    struct rig rig;
    char path[256];
    rig_open(&rig, NULL);
    rig_config(&rig, "{}");
    rig_start(&rig);
    snprintf(path, sizeof(path), "%s/bad.json", rig.folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_eq(write(fd, text, sizeof(text) - 1), (ssize_t)sizeof(text) - 1);
    close(fd);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "fleet", "load", path, NULL), 2);
    cr_assert_eq(count_of(&rig, "site", "sites"), 0);
    cr_assert_eq(count_of(&rig, "camera", "cameras"), 0);
    rig_close(&rig);
}

Test(fleet, test_verbs_look_once_and_tell)
{
    struct rig rig;
    struct buf out;
    rig_open(&rig, two_sites);
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    cr_expect_eq(run_line(&rig, NULL, NULL, "camera test n-1"), 0);
    cr_expect_eq(run_line(&rig, NULL, NULL, "site test north"), 0);
    cr_expect_eq(run_line(&rig, NULL, NULL, "credential test farm"), 0);
    cr_expect_eq(run_line(&rig, NULL, NULL, "probe n-2"), 0);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"n-1\",\"fault\":\"down\"}"));
    cr_expect_eq(run_line(&rig, NULL, NULL, "camera test n-1"), 1);
    cr_expect_eq(run_line(&rig, NULL, NULL, "site test north"), 1);
    cr_expect_eq(run_line(&rig, NULL, NULL, "probe n-1"), 1);
    cr_expect_eq(run_line(&rig, NULL, NULL, "camera set n-3 enabled=false"), 0);
    buf_init(&out);
    cr_expect_eq(run_line(&rig, &out, NULL, "camera test n-3"), 1);
    cr_expect_not_null(strstr(buf_cstr(&out), "it is not watched now: switched off on purpose"),
                       "%s", buf_cstr(&out));
    buf_finish(&out);
    cr_assert_eq(rig_count(&rig, "*", "connections_max"), 1, "a look by hand keeps to the budget");
    rig_close(&rig);
}

/* ---- a recorder and its channels ---------------------------------------------------------------------------- */

static const char encoder[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"enc-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_address\":"
    "\"127.36.2.1\",\"personality\":\"vivotek-encoder\",\"clock\":{\"zone_min\":480}}]}";

/* One NVR with four cameras on its channels. */
static void add_encoder(struct rig *rig)
{
    char line[300];
    const json_t *device = json_array_get(json_object_get(rig->ready, "devices"), 0);
    cr_assert_eq(run_line(rig, NULL, NULL, "site add north"), 0);
    cr_assert_eq(
        run_line(rig, NULL, "secret\n", "credential add farm --user admin --password-stdin"), 0);
    snprintf(line, sizeof(line),
             "nvr add enc-1 site=north provider=vivotek host=%s port=%lld credential=farm "
             "options.level=admin",
             json_string_value(json_object_get(device, "address")),
             (long long)json_integer_value(json_object_get(device, "port")));
    cr_assert_eq(run_line(rig, NULL, NULL, line), 0);
    for (int channel = 1; channel <= 4; channel++) {
        snprintf(line, sizeof(line), "camera add ch-%d site=north nvr=enc-1 channel=%d", channel,
                 channel);
        cr_assert_eq(run_line(rig, NULL, NULL, line), 0);
    }
}

/* The verdicts that the events of a camera tell, in their order: "OK none, DOWN video_loss". */
static void expect_changes(struct rig *rig, const char *camera, const char *expected)
{
    char changes[512] = "";
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    chain_check(events);
    json_array_foreach(events, i, event)
    {
        const char *id = json_string_value(json_object_get(event, "camera_id"));
        if (id != NULL && strcmp(id, camera) == 0) {
            size_t at = strlen(changes);
            snprintf(changes + at, sizeof(changes) - at, "%s%s %s", at > 0 ? ", " : "",
                     json_string_value(json_object_get(event, "to")),
                     json_string_value(json_object_get(event, "reason")));
        }
    }
    json_decref(events);
    cr_assert_str_eq(changes, expected, "%s: %s", camera, changes);
}

static bool nvr_is_down(struct rig *rig, const void *id)
{
    json_t *why = rig_json(rig, "explain", (const char *)id, NULL);
    const char *health =
        json_string_value(json_object_get(json_object_get(why, "verdict"), "health"));
    bool down = health != NULL && strcmp(health, "DOWN") == 0;
    json_decref(why);
    return down;
}

Test(fleet, a_channel_that_loses_its_signal_is_down_and_its_neighbours_are_not)
{
    struct rig rig;
    rig_open(&rig, encoder);
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_wait_plugin(&rig, "vivotek", "ready");
    add_encoder(&rig);
    rig_wait_all(&rig, "OK");
    json_decref(rig_farm(
        &rig, "{\"do\":\"var\",\"device\":\"enc-1\",\"name\":\"signal_2\",\"value\":\"0\"}"));
    rig_wait_health(&rig, "ch-3", "DOWN video_loss");
    cr_assert_str_eq(rig_health(&rig, "ch-2"), "OK none");
    cr_assert_str_eq(rig_health(&rig, "ch-4"), "OK none");
    json_t *why = rig_json(&rig, "explain", "enc-1", NULL);
    json_t *verdict = json_object_get(why, "verdict");
    cr_assert_str_eq(json_string_value(json_object_get(verdict, "health")), "OK",
                     "a recorder is not down for a channel");
    json_decref(why);
    /* What is known survives, and is not told again. */
    cr_assert_eq(rig_stop(&rig), 0);
    rig_start(&rig);
    cr_assert_str_eq(rig_health(&rig, "ch-3"), "DOWN video_loss");
    json_decref(rig_farm(
        &rig, "{\"do\":\"var\",\"device\":\"enc-1\",\"name\":\"signal_2\",\"value\":\"1\"}"));
    rig_wait_health(&rig, "ch-3", "OK none");
    expect_changes(&rig, "ch-3", "OK none, DOWN video_loss, OK none");
    expect_changes(&rig, "ch-2", "OK none");
    /* The recorder itself: its channels cannot be told any more, and are no verdicts of their own. */
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"enc-1\",\"fault\":\"down\"}"));
    rig_until(&rig, RIG_WAIT_MS, "the recorder to be DOWN", nvr_is_down, "enc-1");
    rig_close(&rig);
}

/* ---- one command for one camera ------------------------------------------------------------------------------- */

static void watch_line(const struct rig *rig, size_t device, const char *more, char line[300])
{
    const json_t *record = json_array_get(json_object_get(rig->ready, "devices"), device);
    snprintf(line, 300, "watch %s:%lld --provider vivotek --user admin --password-stdin %s",
             json_string_value(json_object_get(record, "address")),
             (long long)json_integer_value(json_object_get(record, "port")), more);
}

Test(fleet, one_command_watches_a_camera_and_shows_its_first_verdict)
{
    struct rig rig;
    struct buf out;
    char line[300];
    rig_open(&rig, two_sites);
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_wait_plugin(&rig, "vivotek", "ready");
    buf_init(&out);
    watch_line(&rig, 0, "--id door", line);
    uint64_t begun = rig_now_ms();
    cr_assert_eq(run_line(&rig, &out, "secret\n", line), 0);
    cr_assert_lt(rig_now_ms() - begun, 30000);
    cr_assert_not_null(strstr(buf_cstr(&out), "OK"), "%s", buf_cstr(&out));
    cr_assert_str_eq(rig_health(&rig, "door"), "OK none");
    buf_finish(&out);
    cr_assert_eq(run_line(&rig, NULL, "secret\n", line), 0, "once more changes nothing");
    watch_line(&rig, 1, "--id gate", line);
    cr_assert_eq(run_line(&rig, NULL, "wrong\n", line), 1);
    cr_assert_str_eq(rig_health(&rig, "gate"), "DEGRADED auth");
    cr_assert_eq(rig_count(&rig, "n-2", "logins_bad"), 1);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"n-3\",\"fault\":\"down\"}"));
    watch_line(&rig, 2, "--id yard", line);
    begun = rig_now_ms();
    cr_assert_eq(run_line(&rig, NULL, "secret\n", line), 1, "told that it is not reached");
    cr_assert_lt(rig_now_ms() - begun, 30000);
    rig_close(&rig);
}

/* ---- shapes ---------------------------------------------------------------------------------------------------- */

/* Exactly these keys, in any order. */
static void check_keys(const char *what, const json_t *object, const char *const *keys)
{
    size_t count = 0;
    cr_assert(json_is_object(object), "%s is no object", what);
    for (; keys[count] != NULL; count++) {
        cr_expect_not_null(json_object_get(object, keys[count]), "%s has no %s", what, keys[count]);
    }
    cr_expect_eq(json_object_size(object), count, "%s has %zu keys, not %zu", what,
                 json_object_size(object), count);
}

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void check_each(const char *what, const json_t *list, const char *const *keys)
{
    cr_expect_gt(json_array_size(list), 0, "there is no %s", what);
    for (size_t i = 0; i < json_array_size(list); i++) {
        check_keys(what, json_array_get(list, i), keys);
    }
}

static void check_explain(struct rig *rig, const char *id)
{
    json_t *all = rig_json(rig, "explain", id, NULL);
    const json_t *verdict = json_object_get(all, "verdict");
    check_keys("explain", all,
               KEYS("camera", "verdict", "incident", "message", "clock", "look", "ledger",
                    "breaker", "next", "steps", "facts", "events"));
    check_keys("camera", json_object_get(all, "camera"),
               KEYS("id", "site_id", "nvr_id", "name", "provider", "handover", "host", "port",
                    "enabled", "off"));
    check_keys("verdict", verdict,
               KEYS("health", "severity", "reason", "rung", "since", "seen", "do", "failures",
                    "last_seen_at", "stale_at", "stale_by", "reasons"));
    check_keys("look", json_object_get(all, "look"),
               KEYS("at", "scope", "outcome", "rung", "reason", "detail", "total_ms", "slowest_ms",
                    "requests", "connections", "bytes", "login"));
    check_keys("ledger", json_object_get(all, "ledger"),
               KEYS("endpoint", "account", "generation", "state", "retry_at"));
    check_keys("breaker", json_object_get(all, "breaker"),
               KEYS("state", "failure_count", "opened_at", "last_failure_at"));
    check_keys("next", json_object_get(all, "next"), KEYS("at", "scope", "why"));
    check_each("step", json_object_get(all, "steps"), KEYS("asked", "came", "start_ms", "took_ms"));
    const json_t *events = json_object_get(all, "events");
    check_each("event", events,
               KEYS("id", "ts", "site_id", "camera_id", "type", "from", "to", "severity", "reason",
                    "dedup_key", "sinks"));
    check_each("sink",
               json_object_get(json_array_get(events, json_array_size(events) - 1), "sinks"),
               KEYS("sink", "state", "attempts", "at", "why"));
    json_decref(all);
}

static bool is_delivered(struct rig *rig, const void *path)
{
    json_t *events = rig_events(rig);
    size_t missing = chain_missing(events, path, NULL);
    json_decref(events);
    return missing == 0;
}

Test(fleet, what_scripts_rely_on_has_exactly_the_promised_keys)
{
    struct rig rig;
    char config[600];
    char path[256];
    struct buf text;
    rig_open(&rig, two_sites);
    snprintf(path, sizeof(path), "%s/events.jsonl", rig.folder);
    snprintf(config, sizeof(config),
             "{\"flags\":{\"FEATURE_VMM_SINK_JSONL\":true},\"plugins\":{\"jsonl\":{\"config\":{"
             "\"path\":\"%s\"}}}}",
             path);
    rig_config(&rig, config);
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    rig_wait_all(&rig, "OK");
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"n-1\",\"fault\":\"busy:503\"}"));
    rig_wait_health(&rig, "n-1", "DEGRADED busy");
    rig_until(&rig, RIG_WAIT_MS, "all to be delivered", is_delivered, path);

    json_t *status = rig_json(&rig, "status", NULL);
    check_keys("summary", json_object_get(status, "summary"),
               KEYS("at", "monitoring", "cameras", "OK", "DEGRADED", "DOWN", "BLACKFRAME",
                    "UNKNOWN", "DISABLED", "severity", "next_cursor"));
    check_each("camera", json_object_get(status, "cameras"),
               KEYS("id", "site_id", "nvr_id", "name", "provider", "effective_provider", "health",
                    "severity", "reason", "since", "latency_ms", "last_seen_at"));
    check_keys("status", status, KEYS("summary", "cameras"));
    json_decref(status);

    json_t *events = rig_events(&rig);
    check_each("event", events,
               KEYS("id", "ts", "site_id", "camera_id", "type", "from", "to", "severity", "reason",
                    "dedup_key"));
    json_decref(events);

    json_t *plugins = rig_json(&rig, "plugins", NULL);
    check_keys("plugins", plugins, KEYS("plugins"));
    check_each("plugin", json_object_get(plugins, "plugins"),
               KEYS("name", "kind", "version", "abi", "path", "flag", "state", "pid", "generation",
                    "restarts", "reason", "hosts"));
    json_decref(plugins);
    check_explain(&rig, "n-1");
    check_explain(&rig, "n-2");

    buf_init(&text);
    cr_assert_eq(rig_ctl(&rig, &text, NULL, "metrics", NULL), 0);
    cr_assert_null(prom_problem(buf_cstr(&text)), "%s", prom_problem(buf_cstr(&text)));
    cr_assert_not_null(strstr(buf_cstr(&text), "vmm_camera_status{site_id=\"north\",camera_id="
                                               "\"n-1\",status=\"DEGRADED\"} 1\n"));
    buf_finish(&text);
    rig_close(&rig);
}

/* The checker itself finds what is wrong. */
Test(fleet, the_checker_of_metrics_finds_mistakes)
{
    static const char *const wrong[] = {
        "a 1\n",
        "# HELP a b\n# TYPE a gauge\na 1",
        "# HELP a b\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"1\",x=\"2\"} 2\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"1\\q\"} 2\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"1} 2\n",
        "# HELP a b\n# TYPE a gauge\na{1x=\"1\"} 2\n",
        "# HELP a b\n# TYPE a gauge\na one\n",
        "# HELP a b\n# TYPE a counter\na -1\n",
        "# HELP a b\n# TYPE a counter\na NaN\n",
        "# HELP a b\n# TYPE a meter\na 1\n",
        "# HELP a b\n# TYPE a gauge\n# TYPE a gauge\na 1\n",
        "# HELP a b\n# TYPE a gauge\na{x=\"1\"} 1\n# HELP b b\n# TYPE b gauge\nb 1\na{x=\"2\"} 1\n",
        "# HELP a b\n# TYPE a gauge\n\na 1\n",
        "# HELP a b\n# TYPE a gauge\na  1 2 3\n",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not_null(prom_problem(wrong[i]), "%s", wrong[i]);
    }
    cr_assert_null(
        prom_problem("# HELP a b\n# TYPE a counter\na{x=\"1\\\"\\\\\",y=\"\"} 1e3\na 0\n"));
}

/* ---- flags ------------------------------------------------------------------------------------------------------ */

static void wait_health_of(struct rig *rig, const char *const *cameras, const char *health)
{
    for (size_t i = 0; cameras[i] != NULL; i++) {
        rig_wait_health(rig, cameras[i], health);
    }
}

#define NORTH KEYS("n-1", "n-2", "n-3")
#define SOUTH KEYS("s-1", "s-2", "s-3")

static bool nothing_open(struct rig *rig, const void *devices)
{
    return rig_count(rig, devices, "open") == 0;
}

Test(fleet, with_the_master_flag_off_nothing_is_probed)
{
    struct rig rig;
    rig_open(&rig, two_sites);
    rig_config(&rig, "{\"flags\":{\"FEATURE_VMS_HEALTH_MONITOR\":false}}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    wait_health_of(&rig, NORTH, "UNKNOWN monitor_off");
    json_t *status = rig_json(&rig, "status", NULL);
    cr_assert(json_is_false(json_object_get(json_object_get(status, "summary"), "monitoring")));
    json_decref(status);
    cr_assert_eq(run_line(&rig, NULL, NULL, "probe n-1"), 4, "not by hand either");
    /* On for one site: it is watched, and meanwhile the other one is not. */
    rig_config(&rig, "{\"flags\":{\"FEATURE_VMS_HEALTH_MONITOR\":[\"north\"]}}");
    cr_assert_eq(run_line(&rig, NULL, NULL, "reload"), 0);
    wait_health_of(&rig, NORTH, "OK none");
    rig_wait_count(&rig, "n-1", "looks", 4);
    cr_assert_eq(rig_count(&rig, "s-*", "connections"), 0);
    wait_health_of(&rig, SOUTH, "UNKNOWN monitor_off");
    /* And off again while it is watched. */
    rig_config(&rig, "{\"flags\":{\"FEATURE_VMS_HEALTH_MONITOR\":[\"south\"]}}");
    cr_assert_eq(run_line(&rig, NULL, NULL, "reload"), 0);
    wait_health_of(&rig, NORTH, "UNKNOWN monitor_off");
    rig_until(&rig, RIG_WAIT_MS, "what was under way to end", nothing_open, "n-*");
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    rig_wait_count(&rig, "s-1", "looks", 4);
    cr_assert_eq(rig_count(&rig, "n-*", "connections"), 0, "off is off");
    wait_health_of(&rig, SOUTH, "OK none");
    json_t *events = rig_events(&rig);
    chain_check(events);
    json_decref(events);
    rig_close(&rig);
}

Test(fleet, a_provider_may_be_on_for_some_sites_alone)
{
    struct rig rig;
    rig_open(&rig, two_sites);
    rig_config(&rig, "{\"flags\":{\"FEATURE_VMS_VIVOTEK_CGI\":[\"south\"]}}");
    rig_start(&rig);
    rig_load_farm(&rig, "vivotek", admin);
    wait_health_of(&rig, SOUTH, "OK none");
    wait_health_of(&rig, NORTH, "UNKNOWN provider_off");
    rig_wait_count(&rig, "s-1", "looks", 4);
    cr_assert_eq(rig_count(&rig, "n-*", "connections"), 0);
    rig_close(&rig);
}

Test(fleet, the_environment_goes_over_the_file)
{
    struct rig rig;
    struct buf out;
    rig_open(&rig, two_sites);
    rig_config(&rig, "{}");
    setenv("FEATURE_VMS_HEALTH_MONITOR", "false", 1);
    rig_start(&rig);
    unsetenv("FEATURE_VMS_HEALTH_MONITOR");
    rig_load_farm(&rig, "vivotek", admin);
    wait_health_of(&rig, NORTH, "UNKNOWN monitor_off");
    cr_assert_eq(run_line(&rig, NULL, NULL, "reload"), 0);
    cr_assert_str_eq(rig_health(&rig, "n-1"), "UNKNOWN monitor_off", "for the life of the process");
    buf_init(&out);
    cr_assert_eq(run_line(&rig, &out, NULL, "flags"), 0);
    cr_assert_not_null(strstr(buf_cstr(&out), "environment"), "%s", buf_cstr(&out));
    buf_finish(&out);
    cr_assert_eq(rig_count(&rig, "*", "connections"), 0);
    rig_close(&rig);
}
