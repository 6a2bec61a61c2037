/* SPDX-License-Identifier: MIT */
/* Plugins that break the contract, beside one that keeps it: each costs itself alone. */
#include <criterion/criterion.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig_plugins.h"
#include "rig_watch.h"

#define CAMERAS    4
#define FAULTS_MAX 6

static const char *const devices[FAULTS_MAX] = {"bad-01", "bad-02", "bad-03",
                                                "bad-04", "bad-05", "bad-06"};

/* A fault plugin, and what is told of the device it has to look at. */
struct fault {
    const char *plugin;
    const char *health;
};

/* Settings with the flags of these plugins on, as a new text. */
static char *settings_for(const struct fault *faults, size_t count)
{
    json_t *flags = json_object();
    for (size_t i = 0; i < count; i++) {
        char flag[64];
        snprintf(flag, sizeof(flag), "FEATURE_PLUGIN_%s", faults[i].plugin);
        for (char *p = flag; *p != '\0'; p++) {
            *p = (char)toupper((unsigned char)*p);
        }
        json_object_set_new(flags, flag, json_true());
    }
    json_t *settings =
        json_pack("{s:{s:s, s:s, s:s}, s:o}", "watch", "deadline", "1s", "connect_timeout", "500ms",
                  "confirm_deadline", "1s", "flags", flags);
    char *text = json_dumps(settings, 0);
    json_decref(settings);
    return text;
}

/* vmmd with the provider vivotek for four cameras, and each fault for a device of its own. */
static void begin(struct rig *rig, const struct fault *faults, size_t count)
{
    struct rig_share shares[FAULTS_MAX + 2] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"}};
    char *settings = settings_for(faults, count);
    rig_open(rig, RIG_SCENARIO(4, 6));
    rig_plugins_open(rig, "vivotek", NULL);
    for (size_t i = 0; i < count; i++) {
        rig_plugins_fault(rig, faults[i].plugin);
        shares[i + 1] = (struct rig_share){devices[i], faults[i].plugin, "{}"};
    }
    rig_plugins_config(rig, settings);
    free(settings);
    rig_start(rig);
    rig_watch_load(rig, shares);
}

static void wait_healths(struct rig *rig, const struct fault *faults, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rig_wait_health(rig, devices[i], faults[i].health);
    }
}

/* The healthy provider is still the process that was started, and goes on. */
static void end(struct rig *rig, pid_t vivotek)
{
    char state[16];
    rig_watch_wait_looks(rig, "cam-*", 2);
    rig_watch_expect_untouched(rig, "cam-", CAMERAS);
    cr_expect_eq(rig_host(rig, "vivotek", state), vivotek);
    cr_expect_str_eq(state, "ready");
    rig_watch_close(rig);
}

static pid_t wait_vivotek(struct rig *rig)
{
    char state[16];
    rig_wait_plugin(rig, "vivotek", "ready");
    return rig_host(rig, "vivotek", state);
}

/* ---- plugins that are not loaded ---------------------------------------------------------------------------- */

Test(fault, a_plugin_that_cannot_start_is_named_with_its_reason_and_costs_only_its_devices)
{
    static const struct fault faults[] = {
        {"crash_constructor", "UNKNOWN provider_failed"}, {"crash_open", "UNKNOWN provider_failed"},
        {"fail_open", "UNKNOWN provider_failed"},         {"abi_major", "UNKNOWN provider_failed"},
        {"abi_minor", "UNKNOWN provider_failed"},         {"truncated", "UNKNOWN provider_failed"},
    };
    static const char *const reasons[] = {
        "its host process crashed",
        "its host process crashed",
        "its open() failed: the licence has expired",
        "made for plugin ABI 7",
        "it needs a vmm with ABI 0.2",
        "truncated: 16 bytes",
    };
    struct rig rig;
    begin(&rig, faults, 6);
    pid_t vivotek = wait_vivotek(&rig);
    wait_healths(&rig, faults, 6);
    for (size_t i = 0; i < 6; i++) {
        const char *reason = rig_plugins_text(&rig, faults[i].plugin, "reason");
        cr_expect_not_null(strstr(reason, reasons[i]), "%s: \"%s\"", faults[i].plugin, reason);
        cr_expect_str_eq(rig_plugins_text(&rig, faults[i].plugin, "state"), "backoff");
    }
    cr_expect_str_eq(rig_plugins_text(&rig, "abi_major", "kind"), "unknown");
    cr_expect_str_eq(rig_plugins_text(&rig, "crash_open", "kind"), "probe");
    end(&rig, vivotek);
}

/* ---- plugins that end their process --------------------------------------------------------------------------- */

Test(fault, a_crash_at_each_look_quarantines_the_device_and_nothing_else)
{
    static const struct fault faults[] = {
        {"crash_probe", "UNKNOWN plugin_crash"},
        {"exit_zero", "UNKNOWN plugin_crash"},
        {"wrong_thread", "UNKNOWN plugin_crash"},
    };
    struct rig rig;
    begin(&rig, faults, 3);
    pid_t vivotek = wait_vivotek(&rig);
    wait_healths(&rig, faults, 3);
    for (size_t i = 0; i < 3; i++) {
        rig_wait_plugin(&rig, faults[i].plugin, "ready");
        cr_expect_geq(rig_plugins_number(&rig, faults[i].plugin, "restarts"), 2);
        rig_plugins_wait_hosts(&rig, faults[i].plugin, 1);
    }
    cr_expect_eq(rig_watch_events(&rig, "bad-01"), 1, "one event: it is left out");
    end(&rig, vivotek);
}

Test(fault, a_hang_and_a_spin_are_ended_and_quarantine_their_device)
{
    static const struct fault faults[] = {
        {"hang", "UNKNOWN plugin_crash"},
        {"spin", "UNKNOWN plugin_crash"},
    };
    struct rig rig;
    begin(&rig, faults, 2);
    pid_t vivotek = wait_vivotek(&rig);
    wait_healths(&rig, faults, 2);
    end(&rig, vivotek);
}

Test(fault, a_leak_of_descriptors_ends_its_own_process)
{
    static const struct fault faults[] = {{"leak_fd", "UNKNOWN plugin_crash"}};
    struct rig rig;
    begin(&rig, faults, 1);
    pid_t vivotek = wait_vivotek(&rig);
    wait_healths(&rig, faults, 1);
    end(&rig, vivotek);
}

Test(fault, a_second_finish_gives_no_second_verdict)
{
    static const struct fault faults[] = {{"finish_twice", "OK none"}};
    struct rig rig;
    begin(&rig, faults, 1);
    pid_t vivotek = wait_vivotek(&rig);
    wait_healths(&rig, faults, 1);
    rig_plugins_wait(&rig, "finish_twice", "restarts", 3);
    cr_expect_eq(rig_watch_events(&rig, "bad-01"), 1);
    end(&rig, vivotek);
}

/* ---- plugins that go on --------------------------------------------------------------------------------------- */

Test(fault, what_a_plugin_does_to_its_own_process_changes_nothing)
{
    static const struct fault faults[] = {
        {"big_result", "OK none"},
        {"print", "OK none"},
        {"leave_thread", "OK none"},
        {"process_state", "OK none"},
    };
    struct rig rig;
    begin(&rig, faults, 4);
    pid_t vivotek = wait_vivotek(&rig);
    wait_healths(&rig, faults, 4);
    end(&rig, vivotek);
}

Test(fault, a_look_that_is_never_finished_is_ended_and_judges_nobody)
{
    static const struct fault faults[] = {{"never_finish", "UNKNOWN internal"}};
    struct rig rig;
    begin(&rig, faults, 1);
    pid_t vivotek = wait_vivotek(&rig);
    wait_healths(&rig, faults, 1);
    end(&rig, vivotek);
}

/* ---- the end -------------------------------------------------------------------------------------------------- */

Test(fault, a_plugin_that_ignores_signals_and_hangs_in_close_does_not_hold_up_the_end)
{
    static const struct fault faults[] = {{"ignore_term", "OK none"}};
    struct rig rig;
    begin(&rig, faults, 1);
    pid_t vivotek = wait_vivotek(&rig);
    wait_healths(&rig, faults, 1);
    end(&rig, vivotek);
}
