/* SPDX-License-Identifier: MIT */
/* An uplink that is cut and comes back again and again: what people get of it, and what those read who ask. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig_crier.h"

#define CAMERAS 6
#define CUTS    6

static const char fleet[] =
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":"
    "\"admin\"}],\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":6,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.58.0.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"bad-\",\"count\":1,\"first\":1,\"digits\":2,\"site\":\"south\","
    "\"base_address\":\"127.58.1.1\",\"personality\":\"http-digest\",\"override\":{\"answers\":"
    "{\"root\":{\"path\":\"/\",\"body\":\"model=P-1\"}}}}]}";

/* A storm is decided after 1.5 s, a camera is confirmed after 2.3 s. */
static const char brisk[] =
    "{\"plugins\":{\"crier\":{\"config\":{\"path\":\"%s\",\"mood\":\"%s\"}}},"
    "\"flags\":{\"FEATURE_PLUGIN_TOLD\":true,\"FEATURE_PLUGIN_CRIER\":true},"
    "\"watch\":{\"interval\":\"1s\",\"jitter\":\"100ms\",\"suspect_interval\":\"500ms\","
    "\"trial_interval\":\"300ms\",\"full_after\":\"20ms\",\"confirm_step\":\"150ms\","
    "\"sustain_time\":\"200ms\",\"spread\":\"300ms\",\"connect_timeout\":\"400ms\","
    "\"deadline\":\"1200ms\",\"confirm_deadline\":\"400ms\"}}";

struct wanted {
    const char *type;
    size_t count;
};

static size_t count_type(struct rig *rig, const char *type)
{
    size_t count = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    json_array_foreach(events, i, event)
    {
        count += strcmp(json_string_value(json_object_get(event, "site_id")), "north") == 0 &&
                 strcmp(json_string_value(json_object_get(event, "type")), type) == 0;
    }
    json_decref(events);
    return count;
}

static bool has_come(struct rig *rig, const void *arg)
{
    const struct wanted *wanted = arg;
    return count_type(rig, wanted->type) >= wanted->count;
}

static void wait_events(struct rig *rig, const char *type, size_t count)
{
    struct wanted wanted = {type, count};
    rig_until(rig, RIG_WAIT_MS, type, has_come, &wanted);
}

static void cut(struct rig *rig, size_t number)
{
    json_decref(rig_farm(rig, "{\"do\":\"set\",\"device\":\"cam-*\",\"fault\":\"down\"}"));
    wait_events(rig, "site.unreachable", number);
    wait_events(rig, "camera.down", CAMERAS * number);
}

static void mend(struct rig *rig, size_t number)
{
    json_decref(rig_farm(rig, "{\"do\":\"clear\",\"device\":\"cam-*\"}"));
    wait_events(rig, "site.ok", number);
    rig_wait_all(rig, "OK");
}

/* The verb says this to somebody who asks. */
static void expect_said(struct rig *rig, const char *verb, const char *what, const char *words)
{
    struct buf said;
    buf_init(&said);
    cr_assert_eq(rig_ctl(rig, &said, NULL, verb, what, NULL), 0);
    cr_expect(strstr(buf_cstr(&said), words) != NULL, "%s: %s", verb, buf_cstr(&said));
    buf_finish(&said);
}

static void expect_flapping(struct rig *rig, const struct crier *crier)
{
    json_t *lines = rig_crier_lines(crier);
    const json_t *last = json_object_get(json_array_get(lines, json_array_size(lines) - 1), "doc");
    const char *title = json_string_value(json_object_get(last, "title"));
    cr_expect(strncmp(title, "Site north is flapping: 3 incidents in ", 39) == 0, "%s", title);
    json_decref(lines);
    cr_expect_eq(count_type(rig, "site.flapping"), 1);
}

Test(flap, an_uplink_that_is_cut_again_and_again_is_told_twice_and_then_as_flapping)
{
    static const char rule[] = "flapping: it was told that the site comes and goes";
    struct rig rig;
    struct crier crier;
    char config[1536];
    rig_crier_open(&rig, &crier, fleet, "{\"flapping\":{\"changes\":3}}");
    snprintf(config, sizeof(config), brisk, crier.path, crier.mood);
    rig_told_begin(&rig, config);
    for (size_t i = 1; i < CUTS; i++) {
        cut(&rig, i);
        mend(&rig, i);
    }
    expect_said(&rig, "explain", "cam-03", "kept back by flapping: the site comes and goes");
    cut(&rig, CUTS);
    rig_crier_wait(&rig, &crier, "notice", "ok", 1);
    cr_expect_eq(rig_crier_count(&crier, "alert", ""), 2);
    cr_expect_eq(rig_crier_count(&crier, "recovery", ""), 2);
    cr_expect_eq(rig_crier_count(&crier, "", ""), 5, "and the one message that it flaps");
    expect_flapping(&rig, &crier);
    expect_said(&rig, "incidents", NULL, rule);
    expect_said(&rig, "explain", "cam-03", rule);
    rig_close(&rig);
}
