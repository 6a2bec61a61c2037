/* SPDX-License-Identifier: MIT */
/* An address that is not of the fleet, looked at by hand: within the budgets and the login memory of all, once. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig_told.h"

#define SCENARIO                                                                                   \
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\","              \
    "\"level\":\"admin\"}],\"groups\":[{\"prefix\":\"cam-\",\"count\":2,\"first\":1,"              \
    "\"digits\":1,\"site\":\"north\",\"base_address\":\"127.41.0.1\",\"personality\":"             \
    "\"vivotek-camera\",\"clock\":{\"zone_min\":480}}]}"

static struct rig it;

static void set_up(void)
{
    rig_open(&it, SCENARIO);
    rig_config(&it, "{}");
    rig_start(&it);
    rig_wait_plugin(&it, "vivotek", "ready");
}

static void tear_down(void)
{
    rig_close(&it);
}

TestSuite(probe, .init = set_up, .fini = tear_down, .timeout = 60);

/* "127.41.0.1:40000" of a device of the farm. */
static const char *address(const char *device)
{
    static char text[64];
    size_t i;
    json_t *at;
    json_array_foreach(json_object_get(it.ready, "devices"), i, at)
    {
        if (strcmp(json_string_value(json_object_get(at, "id")), device) == 0) {
            snprintf(text, sizeof(text), "%s:%lld",
                     json_string_value(json_object_get(at, "address")),
                     (long long)json_integer_value(json_object_get(at, "port")));
        }
    }
    return text;
}

/* Probe it with this password and these further words; `login` is what the look says of its login. */
static int visit(const char *device, const char *password, const char *login, const char *more)
{
    struct buf out;
    char input[64];
    buf_init(&out);
    snprintf(input, sizeof(input), "%s\n", password);
    int status = rig_ctl(&it, &out, input, "probe", address(device), "--provider", "vivotek",
                         "--user", "admin", "--password-stdin", "--json", more, NULL);
    json_t *all = json_loadb((const char *)out.data, out.size, 0, NULL);
    const json_t *look = json_object_get(all, "look");
    const char *seen = json_string_value(json_object_get(look, "login"));
    cr_expect_str_eq(seen != NULL ? seen : "no look", login);
    json_decref(all);
    buf_finish(&out);
    return status;
}

static void add_camera(const char *id, const char *device, const char *more)
{
    char host[64];
    char port[64];
    const char *at = address(device);
    const char *colon = strrchr(at, ':');
    snprintf(host, sizeof(host), "host=%.*s", (int)(colon - at), at);
    snprintf(port, sizeof(port), "port=%s", colon + 1);
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "camera", "add", id, "site=north", "provider=vivotek",
                         host, port, "credential=farm", "options.level=admin", more, NULL),
                 0);
}

static void add_site(const char *password)
{
    char input[64];
    snprintf(input, sizeof(input), "%s\n", password);
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "site", "add", "north", NULL), 0);
    cr_assert_eq(rig_ctl(&it, NULL, input, "credential", "add", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
}

Test(probe, an_address_is_looked_at_and_nothing_of_it_is_kept)
{
    json_t *all = rig_json(&it, "probe", address("cam-1"), "--provider", "vivotek", NULL);
    cr_expect(json_is_null(json_object_get(all, "verdict")), "nobody is judged");
    cr_expect_geq(json_array_size(json_object_get(all, "steps")), 1);
    json_decref(all);
    cr_expect_eq(visit("cam-1", "secret", "accepted", "options.level=admin"), 0);
    json_t *cameras = rig_json(&it, "camera", "list", NULL);
    cr_expect_eq(json_array_size(json_object_get(cameras, "cameras")), 0);
    json_decref(cameras);
    json_t *events = rig_events(&it);
    cr_expect_eq(json_array_size(events), 0);
    json_decref(events);
    cr_expect_eq(rig_metric(&it, "vmm_looks_begun_total"), 2);
    cr_expect_eq(rig_metric(&it, "vmm_looks_finished_total"), 2);
    cr_expect_eq(rig_log_count(&it, "probe 127.41.0.1 by uid"), 2, "each is logged with its peer");
    cr_expect_eq(rig_log_count(&it, "secret"), 0);
    cr_expect_eq(rig_count(&it, "cam-1", "connections_max"), 1);
}

Test(probe, a_wrong_password_is_tried_once_also_after_a_restart)
{
    cr_expect_eq(visit("cam-1", "wrong", "refused", NULL), 1);
    cr_expect_eq(visit("cam-1", "wrong", "barred", NULL), 1);
    cr_expect_eq(rig_count(&it, "cam-1", "logins_bad"), 1);
    cr_assert_eq(rig_stop(&it), 0);
    rig_start(&it);
    rig_wait_plugin(&it, "vivotek", "ready");
    cr_expect_eq(visit("cam-1", "wrong", "barred", NULL), 1);
    cr_expect_eq(rig_count(&it, "cam-1", "logins_bad"), 1, "the refusal is remembered");
    cr_expect_eq(visit("cam-1", "secret", "accepted", NULL), 0, "another password is another one");
    cr_expect_eq(visit("cam-2", "wrong", "refused", NULL), 1, "and so is another device");
}

Test(probe, a_login_that_a_camera_was_refused_is_not_tried_by_hand)
{
    add_site("wrong");
    add_camera("gate", "cam-1", NULL);
    rig_wait_health(&it, "gate", "DEGRADED auth");
    cr_assert_eq(rig_count(&it, "cam-1", "logins_bad"), 1);
    cr_expect_eq(visit("cam-1", "wrong", "barred", NULL), 1, "the same user and password");
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "probe", address("cam-1"), "--provider", "vivotek",
                         "--credential", "farm", NULL),
                 1, "the same credential");
    cr_expect_eq(rig_count(&it, "cam-1", "logins_bad"), 1);
    cr_expect_eq(visit("cam-1", "secret", "accepted", NULL), 0);
    cr_expect_str_eq(rig_health(&it, "gate"), "DEGRADED auth", "the camera has its own login");
}

Test(probe, the_budget_of_a_camera_is_the_budget_of_its_address)
{
    add_site("secret");
    add_camera("gate", "cam-1", NULL);
    rig_wait_health(&it, "gate", "OK none");
    json_decref(rig_farm(&it, "{\"do\":\"set\",\"device\":\"cam-1\",\"fault\":\"blackhole\"}"));
    json_decref(rig_farm(&it, "{\"do\":\"reset-counts\",\"device\":\"cam-1\"}"));
    rig_wait_count(&it, "cam-1", "connections", 1);
    cr_expect_eq(visit("cam-1", "secret", "no look", NULL), 4, "a look is under way: busy");
    cr_expect_eq(visit("cam-1", "secret", "no look", "site=nowhere"), 2);
    cr_expect_eq(rig_count(&it, "cam-1", "connections_max"), 1);
}

#define REGION_MAX (64l << 20) /* larger ones are the sanitizer's own */

/* How often the text stands in the memory of vmmd. */
static size_t count_in_memory(const char *text)
{
    char path[64];
    char line[512];
    size_t count = 0;
    snprintf(path, sizeof(path), "/proc/%d/mem", (int)it.vmmd);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)it.vmmd);
    FILE *maps = fopen(path, "r");
    cr_assert(memory >= 0 && maps != NULL);
    while (fgets(line, sizeof(line), maps) != NULL) {
        long from = 0;
        long to = 0;
        char how[8] = "";
        if (sscanf(line, "%lx-%lx %7s", &from, &to, how) != 3 || strncmp(how, "rw", 2) != 0 ||
            to - from > REGION_MAX) {
            continue;
        }
        char *copy = malloc((size_t)(to - from));
        ssize_t got = copy != NULL ? pread(memory, copy, (size_t)(to - from), from) : -1;
        for (char *at = copy; got > 0 && at != NULL; count += at != NULL) {
            at = memmem(at, (size_t)(copy + got - at), text, strlen(text));
            at = at != NULL ? at + 1 : NULL;
        }
        free(copy);
    }
    fclose(maps);
    close(memory);
    return count;
}

/* The vault's own memory is closed to everybody but while a secret is used. */
Test(probe, a_password_stays_in_no_open_memory)
{
    cr_expect_eq(visit("cam-1", "Find-Me-If-You-Can", "refused", NULL), 1);
    add_site("Find-Me-Too");
    add_camera("gate", "cam-2", NULL);
    rig_wait_health(&it, "gate", "DEGRADED auth");
    cr_expect_eq(count_in_memory("Find-Me-Too"), 0);
    cr_expect_gt(count_in_memory("127.41.0.1"), 0, "the search finds what is there");
    cr_expect_eq(count_in_memory("Find-Me-If-You-Can"), 0);
}

Test(probe, what_cannot_be_looked_at_is_said)
{
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "probe", "127.41.0.9", "--provider", "nosuch", NULL), 1);
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "probe", "127.41.0.9", "--provider", "vivotek",
                         "options.level=god", NULL),
                 2);
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "probe", "127.41.0.9", "--provider", "vivotek",
                         "--credential", "none", NULL),
                 1);
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_VIVOTEK_CGI\":false}}");
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "reload", NULL), 0);
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "probe", address("cam-1"), "--provider", "vivotek", NULL),
                 4, "its provider is off");
    cr_expect_eq(rig_count(&it, "*", "connections"), 0);
}

Test(probe, a_folder_of_plugins_is_looked_by_whatever_vmmd_has_loaded)
{
    struct buf out;
    buf_init(&out);
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_VIVOTEK_CGI\":false}}");
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "reload", NULL), 0);
    cr_expect_eq(rig_ctl(&it, &out, "secret\n", "probe", address("cam-1"), "--provider", "vivotek",
                         "--plugins", VMM_PLUGINS, "--user", "admin", "--password-stdin", NULL),
                 0, "%s", buf_cstr(&out));
    cr_expect_eq(rig_ctl_count(&it, "vmmctl: --plugins: one attempt of its own, "
                                    "without vmmd's ledger\n"),
                 1);
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "probe", "cam-1", "--plugins", VMM_PLUGINS, NULL), 2,
                 "a camera is looked at by vmmd");
    cr_expect_eq(rig_count(&it, "*", "logins_bad"), 0);
    buf_finish(&out);
}

Test(probe_lost, a_provider_that_crashes_over_it_is_one_attempt)
{
    struct buf out;
    rig_told_open(&it, SCENARIO);
    rig_plugins_config(&it, TOLD_ON);
    rig_start(&it);
    rig_wait_plugin(&it, "told", "ready");
    buf_init(&out);
    cr_expect_eq(rig_ctl(&it, &out, "secret\n", "probe", address("cam-1"), "--provider", "told",
                         "--user", "admin", "--password-stdin", "options.then=crash", NULL),
                 4);
    buf_finish(&out);
    rig_plugins_wait(&it, "told", "restarts", 1);
    rig_wait_plugin(&it, "told", "ready");
    json_t *all = rig_json(&it, "probe", address("cam-1"), "--provider", "told", NULL);
    json_decref(all);
    cr_expect_eq(rig_metric(&it, "vmm_looks_lost_total"), 1, "and not made again by itself");
    cr_expect_eq(rig_metric(&it, "vmm_looks_in_flight"), 0);
    cr_expect_eq(rig_plugins_number(&it, "told", "restarts"), 1);
    rig_close(&it);
}
