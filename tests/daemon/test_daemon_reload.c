/* SPDX-License-Identifier: MIT */
/* Reload: what has not changed is left alone, what has is taken up wholly or not at all. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "rig_told.h"

static pid_t host_of(struct rig *rig, const char *plugin)
{
    char state[16];
    pid_t pid = rig_host(rig, plugin, state);
    cr_assert_gt(pid, 0, "%s has no process: %s", plugin, state);
    return pid;
}

static bool flag_is_on(struct rig *rig, const char *name)
{
    size_t i;
    json_t *flag;
    bool on = false;
    json_t *all = rig_json(rig, "flags", NULL);
    json_array_foreach(json_object_get(all, "flags"), i, flag)
    {
        on = on || (strcmp(json_string_value(json_object_get(flag, "name")), name) == 0 &&
                    json_is_true(json_object_get(flag, "on")));
    }
    json_decref(all);
    return on;
}

/* ---- what changes and what does not ------------------------------------------------------------------------------ */

Test(reload, what_has_not_changed_keeps_its_process)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    pid_t vivotek = host_of(&rig, "vivotek");
    pid_t told = host_of(&rig, "told");
    rig_plugins_reload(&rig);
    rig_plugins_reload(&rig);
    cr_expect_eq(host_of(&rig, "vivotek"), vivotek);
    cr_expect_eq(host_of(&rig, "told"), told);
    cr_expect_eq(rig_plugins_number(&rig, "vivotek", "generation"), 1);
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

Test(reload, a_replaced_file_is_a_new_process_and_the_old_one_ends)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    pid_t vivotek = host_of(&rig, "vivotek");
    pid_t told = host_of(&rig, "told");
    rig_plugins_put(&rig, "vivotek");
    rig_plugins_reload(&rig);
    rig_plugins_wait_hosts(&rig, "vivotek", 1);
    cr_expect_neq(host_of(&rig, "vivotek"), vivotek);
    cr_expect_neq(kill(vivotek, 0), 0, "the old process is still there");
    cr_expect_eq(rig_plugins_number(&rig, "vivotek", "generation"), 2);
    cr_expect_eq(rig_plugins_number(&rig, "vivotek", "restarts"), 0);
    cr_expect_eq(host_of(&rig, "told"), told);
    rig_watch_wait_looks(&rig, "*", 2);
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

Test(reload, a_file_that_does_something_else_is_taken_up)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    rig_plugins_file(&rig, "hang", "told"); /* it calls itself by another name */
    const char *said = rig_plugins_reload_refused(&rig);
    cr_expect_not_null(strstr(said, "calls itself hang"), "%s", said);
    rig_watch_wait_looks(&rig, "bad-*", 2);
    rig_watch_expect_untouched(&rig, "bad-", 2);
    rig_watch_close(&rig);
}

Test(reload, a_rhythm_that_was_changed_is_taken_up_without_a_new_process)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, "{\"watch\":{\"interval\":\"1h\",\"jitter\":\"1m\"},"
                         "\"flags\":{\"FEATURE_PLUGIN_TOLD\":true}}");
    pid_t vivotek = host_of(&rig, "vivotek");
    rig_plugins_config(&rig, TOLD_ON);
    rig_plugins_reload(&rig);
    rig_watch_wait_looks(&rig, "*", 3);
    cr_expect_eq(host_of(&rig, "vivotek"), vivotek);
    rig_watch_close(&rig);
}

/* ---- refused ------------------------------------------------------------------------------------------------------ */

Test(reload, a_broken_configuration_changes_nothing_and_is_named_by_its_place)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    pid_t vivotek = host_of(&rig, "vivotek");
    rig_plugins_put(&rig, "vivotek");
    rig_plugins_conf(&rig, "broken", "{\n  \"log\": {\"level\": \"loud\"}\n}\n");
    const char *said = rig_plugins_reload_refused(&rig);
    cr_expect_not_null(strstr(said, "conf.d/broken.json:2:11"), "no place in: %s", said);
    rig_plugins_conf(&rig, "broken", "{\n  \"flags\": {,}\n}\n");
    said = rig_plugins_reload_refused(&rig);
    cr_expect_not_null(strstr(said, "conf.d/broken.json:2:13"), "no place in: %s", said);
    cr_expect_eq(host_of(&rig, "vivotek"), vivotek);
    cr_expect(flag_is_on(&rig, "FEATURE_PLUGIN_TOLD"));
    rig_plugins_conf(&rig, "broken", NULL);
    rig_plugins_reload(&rig);
    cr_expect_neq(host_of(&rig, "vivotek"), vivotek);
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_expect_untouched(&rig, "bad-", 2);
    rig_watch_close(&rig);
}

Test(reload, one_plugin_that_does_not_get_ready_holds_back_all)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    pid_t vivotek = host_of(&rig, "vivotek");
    rig_plugins_put(&rig, "vivotek");
    rig_plugins_fault(&rig, "crash_open");
    rig_plugins_conf(&rig, "more", "{\"flags\":{" FAULT_FLAG("CRASH_OPEN") "}}");
    const char *said = rig_plugins_reload_refused(&rig);
    cr_expect_not_null(strstr(said, "crash_open: "), "%s", said);
    rig_plugins_wait_hosts(&rig, "vivotek", 1);
    cr_expect_eq(host_of(&rig, "vivotek"), vivotek);
    cr_expect_eq(rig_plugins_number(&rig, "vivotek", "generation"), 1);
    cr_expect_not(flag_is_on(&rig, "FEATURE_PLUGIN_CRASH_OPEN"));
    cr_expect_eq(rig_plugins_hosts(&rig, "crash_open"), 0);
    rig_plugins_remove(&rig, "crash_open");
    rig_plugins_conf(&rig, "more", NULL);
    rig_plugins_reload(&rig);
    cr_expect_neq(host_of(&rig, "vivotek"), vivotek);
    rig_watch_wait_looks(&rig, "*", 2);
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

/* What vmmctl says to this, with its exit code. */
static void expect_told(struct rig *rig, int status, const char *text, const char *verb,
                        const char *operand, const char *more)
{
    struct buf out;
    buf_init(&out);
    int rc = rig_ctl(rig, &out, NULL, verb, operand, more, NULL);
    cr_expect_eq(rc, status, "%s %s: %d\n%s", verb, operand, rc, buf_cstr(&out));
    cr_expect_not_null(strstr(buf_cstr(&out), text), "%s %s: no \"%s\" in\n%s", verb, operand, text,
                       buf_cstr(&out));
    buf_finish(&out);
}

/* A device whose provider is not installed is told so, is changed, and comes again with the fleet's own file. */
static void expect_left_alone(struct rig *rig, const char *id)
{
    struct buf file;
    buf_init(&file);
    expect_told(rig, 0, "its provider \"told\" is not installed", "explain", id, NULL);
    expect_told(rig, 0, "install vmm-plugin-told, or name another provider", "explain", id, NULL);
    cr_expect_eq(rig_ctl(rig, NULL, NULL, "camera", "set", id, "name=Dock", NULL), 0);
    cr_expect_eq(rig_ctl(rig, &file, NULL, "fleet", "export", NULL), 0);
    cr_expect_eq(rig_ctl(rig, NULL, buf_cstr(&file), "fleet", "load", "-", NULL), 0);
    expect_told(rig, 1, "install vmm-plugin-told, or name another provider", "camera", "test", id);
    rig_wait_health(rig, id, "UNKNOWN provider_failed");
    buf_finish(&file);
}

/* ---- plugins that come and go ---------------------------------------------------------------------------------------- */

Test(reload, a_plugin_dropped_in_is_used_and_one_taken_away_is_gone)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_plugins_remove(&rig, "told");
    rig_plugins_config(&rig, "{}");
    rig_start(&rig);
    rig_wait_plugin(&rig, "vivotek", "ready");
    pid_t vivotek = host_of(&rig, "vivotek");
    rig_plugins_fault(&rig, "told");
    rig_plugins_conf(&rig, "told", TOLD_ON);
    rig_plugins_reload(&rig);
    rig_told_load(&rig);
    rig_wait_health(&rig, "bad-01", "OK none");
    rig_wait_health(&rig, "bad-02", "OK none");
    pid_t told = host_of(&rig, "told");
    rig_plugins_remove(&rig, "told");
    rig_plugins_conf(&rig, "told", NULL);
    rig_plugins_reload(&rig);
    rig_wait_health(&rig, "bad-01", "UNKNOWN provider_failed");
    rig_plugins_wait_hosts(&rig, "told", 0);
    cr_expect_neq(kill(told, 0), 0, "its process is still there");
    expect_left_alone(&rig, "bad-01");
    cr_expect_eq(host_of(&rig, "vivotek"), vivotek);
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

Test(reload, a_provider_switched_off_has_no_process_and_goes_on_when_it_is_on_again)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    pid_t vivotek = host_of(&rig, "vivotek");
    rig_plugins_config(&rig, "{\"flags\":{\"FEATURE_PLUGIN_TOLD\":true,"
                             "\"FEATURE_VMS_VIVOTEK_CGI\":false}}");
    rig_plugins_reload(&rig);
    rig_wait_health(&rig, "cam-01", "UNKNOWN provider_off");
    rig_wait_health(&rig, "cam-02", "UNKNOWN provider_off");
    rig_plugins_wait_hosts(&rig, "vivotek", 0);
    cr_expect_neq(kill(vivotek, 0), 0, "its process is still there");
    cr_expect_str_eq(rig_plugins_text(&rig, "vivotek", "state"), "off");
    json_int_t looks = rig_count(&rig, "cam-*", "looks");
    rig_watch_wait_looks(&rig, "bad-*", 3);
    cr_expect_eq(rig_count(&rig, "cam-*", "looks"), looks, "it is looked at though it is off");
    rig_plugins_config(&rig, TOLD_ON);
    rig_plugins_reload(&rig);
    rig_wait_health(&rig, "cam-01", "OK none");
    rig_wait_health(&rig, "cam-02", "OK none");
    cr_expect_eq(rig_watch_events(&rig, "cam-01"), 3, "OK, off, OK");
    rig_watch_expect_untouched(&rig, "bad-", 2);
    rig_watch_close(&rig);
}

/* ---- often, and at bad times ------------------------------------------------------------------------------------------ */

static size_t count_fds(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    cr_assert_not_null(folder);
    size_t count = 0;
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}

static long resident_kib(pid_t pid)
{
    char path[64];
    char line[256];
    long kib = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kib = strtol(line + 6, NULL, 10);
        }
    }
    fclose(file);
    return kib;
}

static void reload_replaced(struct rig *rig, size_t times)
{
    for (size_t i = 0; i < times; i++) {
        rig_plugins_put(rig, "vivotek");
        rig_plugins_reload(rig);
    }
    rig_plugins_wait_hosts(rig, "vivotek", 1);
}

Test(reload, many_reloads_leave_descriptors_and_memory_flat)
{
    struct rig rig;
    /* What a sanitizer keeps of freed memory is no growth. */
    setenv("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=0:quarantine_size_mb=1", 1);
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    reload_replaced(&rig, 10);
    size_t fds = count_fds(rig.vmmd);
    long kib = resident_kib(rig.vmmd);
    size_t more = rig_soak(40, 190, "reloads of a replaced plugin after the first 10");
    reload_replaced(&rig, more);
    cr_expect_eq(rig_plugins_number(&rig, "vivotek", "generation"), (json_int_t)more + 11);
    cr_expect_leq(count_fds(rig.vmmd), fds, "%zu descriptors, then %zu", fds, count_fds(rig.vmmd));
    cr_expect_leq(resident_kib(rig.vmmd), kib + 4096, "%ld KiB, then %ld", kib,
                  resident_kib(rig.vmmd));
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

Test(reload, a_storm_of_hangups_is_a_few_reloads)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    pid_t told = host_of(&rig, "told");
    for (size_t i = 0; i < 200; i++) {
        if (i == 100) {
            rig_plugins_put(&rig, "vivotek");
        }
        kill(rig.vmmd, SIGHUP);
    }
    rig_plugins_reload(&rig);
    rig_plugins_wait_hosts(&rig, "vivotek", 1);
    json_int_t generation = rig_plugins_number(&rig, "vivotek", "generation");
    cr_expect_eq(generation, 2, "fragment and file came by two renames: generation %lld",
                 (long long)generation);
    cr_expect_eq(host_of(&rig, "told"), told);
    rig_watch_wait_looks(&rig, "*", 2);
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

Test(reload, a_provider_that_hangs_holds_back_no_reload)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, "{\"watch\":{\"deadline\":\"1s\",\"connect_timeout\":\"500ms\",\"confirm_"
                         "deadline\":\"1s\"},\"flags\":{\"FEATURE_PLUGIN_TOLD\":true}}");
    json_int_t looks = rig_count(&rig, "bad-01", "looks");
    rig_told_then(&rig, "bad-01", "hang");
    rig_wait_count(&rig, "bad-01", "looks", (int)looks + 1);
    pid_t hung = host_of(&rig, "told");
    uint64_t start = rig_now_ms();
    rig_plugins_put(&rig, "vivotek");
    rig_plugins_reload(&rig);
    cr_expect_leq(rig_now_ms() - start, 5000, "another's hang delays a reload");
    rig_plugins_fault(&rig, "told");
    rig_plugins_reload(&rig);
    cr_expect_eq(rig_plugins_number(&rig, "told", "generation"), 2);
    cr_expect_leq(rig_now_ms() - start, 10000, "its own hang delays its replacement");
    rig_told_then(&rig, "bad-01", "finish");
    rig_watch_wait_looks(&rig, "bad-*", 3);
    rig_plugins_wait_hosts(&rig, "told", 1);
    cr_expect_neq(kill(hung, 0), 0, "the hung process is still there");
    rig_wait_all(&rig, "OK");
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

/* Looks at these devices take long from now on, and one of them is under way in a generation that is replaced. */
static void replace_while_slow(struct rig *rig, const char *devices)
{
    json_decref(
        rig_farm(rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"slow:4000\"}", devices));
    int connections = (int)rig_count(rig, devices, "connections");
    rig_wait_count(rig, devices, "connections", connections + 1);
    rig_plugins_fault(rig, "told");
    rig_plugins_reload(rig);
}

Test(reload, there_are_never_more_than_two_generations_and_no_look_is_cut_off)
{
    struct rig rig;
    static const char *const devices[] = {"bad-01", "bad-02", "bad-03"};
    rig_told_open(&rig, RIG_SCENARIO(2, 4));
    rig_told_begin(&rig, TOLD_ON);
    for (size_t i = 0; i < 3; i++) {
        replace_while_slow(&rig, devices[i]);
        cr_expect_leq(rig_plugins_hosts(&rig, "told"), 2, "after %s", devices[i]);
    }
    cr_expect_eq(rig_plugins_number(&rig, "told", "generation"), 4);
    cr_expect_eq(rig_watch_looks(&rig).lost, 0, "a look was cut off");
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

Test(reload, under_load_each_look_gives_one_verdict)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(10, 60));
    rig_told_begin(&rig, "{\"watch\":{\"interval\":\"500ms\",\"jitter\":\"50ms\"},"
                         "\"flags\":{\"FEATURE_PLUGIN_TOLD\":true}}");
    pid_t vivotek = host_of(&rig, "vivotek");
    size_t reloads = rig_soak(10, 100, "reloads of a plugin under load");
    for (size_t i = 0; i < reloads; i++) {
        rig_plugins_fault(&rig, "told");
        rig_plugins_reload(&rig);
        rig_watch_wait_looks(&rig, "bad-*", 1);
    }
    rig_watch_expect_same_count(&rig, "told", "bad-*");
    cr_expect_eq(rig_watch_looks(&rig).lost, 0, "a look was lost");
    cr_expect_leq(rig_watch_longest_gap(&rig, "*"), 5000, "a look was late");
    cr_expect_eq(host_of(&rig, "vivotek"), vivotek);
    json_t *events = rig_events(&rig);
    cr_expect_eq(json_array_size(events), 70, "one event a camera, not %zu",
                 json_array_size(events));
    json_decref(events);
    rig_watch_close(&rig);
}

Test(reload, a_sink_hands_over_and_writes_each_event_once)
{
    struct rig rig;
    char config[512];
    char path[256];
    size_t repeated = 0;
    rig_told_open(&rig, RIG_SCENARIO(4, 1));
    snprintf(path, sizeof(path), "%s/events.jsonl", rig.folder);
    rig_told_begin(&rig, rig_told_sink(path, config));
    for (int i = 0; i < 24; i++) {
        rig_told_toggle(&rig, i);
        if (i % 4 == 3) {
            rig_plugins_put(&rig, "jsonl");
            rig_plugins_reload(&rig);
        }
    }
    rig_wait_all(&rig, "OK"); /* nothing is written any more */
    cr_expect_geq(chain_wait_file(&rig, path), 24);
    json_t *events = rig_events(&rig);
    cr_expect_eq(chain_missing(events, path, &repeated), 0);
    cr_expect_eq(repeated, 0, "%zu events were written twice", repeated);
    json_decref(events);
    rig_watch_close(&rig);
}

/* ---- while something else goes on ---------------------------------------------------------------------------------------- */

Test(reload, a_provider_switched_on_again_while_its_old_process_drains_goes_on)
{
    struct rig rig;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    pid_t old = host_of(&rig, "told");
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"bad-01\",\"fault\":\"slow:3000\"}"));
    int connections = (int)rig_count(&rig, "bad-01", "connections");
    rig_wait_count(&rig, "bad-01", "connections", connections + 1);
    rig_plugins_config(&rig, "{}");
    rig_plugins_reload(&rig);
    rig_plugins_config(&rig, TOLD_ON);
    rig_plugins_reload(&rig);
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_plugins_wait_hosts(&rig, "told", 1);
    cr_expect_neq(kill(old, 0), 0, "the old process is still there");
    rig_watch_wait_looks(&rig, "bad-*", 3);
    rig_wait_all(&rig, "OK");
    cr_expect_eq(rig_watch_looks(&rig).lost, 0);
    rig_watch_close(&rig);
}

/* vmmctl with two words, on a thread. */
struct asked {
    struct rig *rig;
    const char *verb;
    const char *operand; /* may be NULL */
    int status;
};

static void *ask(void *arg)
{
    struct asked *asked = arg;
    asked->status = rig_ctl(asked->rig, NULL, NULL, asked->verb, asked->operand, NULL);
    return NULL;
}

static bool both_are_waiting(struct rig *rig, const void *arg)
{
    (void)arg;
    return rig_log_count(rig, "control: reload") == 2 && rig_log_count(rig, "control: probe") == 1;
}

Test(reload, vmmd_ends_in_order_while_a_reload_and_a_probe_are_waited_for)
{
    struct rig rig;
    pthread_t threads[2];
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    replace_while_slow(&rig, "bad-01");
    rig_plugins_fault(&rig, "told"); /* waits until the generation before has ended its slow look */
    struct asked asked[] = {{&rig, "reload", NULL, 0}, {&rig, "probe", "bad-01", 0}};
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(pthread_create(&threads[i], NULL, ask, &asked[i]), 0);
    }
    rig_until(&rig, RIG_WAIT_MS, "both requests to be there", both_are_waiting, NULL);
    cr_expect_eq(rig_stop(&rig), 0);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
    cr_expect_neq(asked[0].status, 0, "the reload was not made");
    rig_close(&rig);
}
