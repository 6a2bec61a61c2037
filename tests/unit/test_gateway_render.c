/* SPDX-License-Identifier: MIT */
/* One message in words, and that being stored in between changes nothing of it. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "gateway/gateway.h"
#include "gateway/json_text.h"
#include "gateway/notice.h"
#include "gateway/render.h"
#include "health/stale.h"

#define OPENED 1795300141000000ll /* 2026-11-21 22:29:01 UTC */
#define MINUTE 60000000ll

static struct zone *taipei;

static const char *name_of(void *arg, const char *id)
{
    (void)arg;
    return id;
}

static bool site_of(void *arg, const char *id, struct gateway_site *out)
{
    (void)arg;
    *out = (struct gateway_site){.name = strcmp(id, "tpe") == 0 ? "Taipei" : "London",
                                 .zone = strcmp(id, "tpe") == 0 ? taipei : NULL};
    return true;
}

static struct gateway_event down(uint32_t failures, int64_t seen)
{
    return (struct gateway_event){.seq = 1,
                                  .id = "event-1",
                                  .site_id = "tpe",
                                  .incident = "tpe/camera:cam-7/1",
                                  .cause = "camera:cam-7",
                                  .subject = "cam-7",
                                  .name = "Gate",
                                  .step = INCIDENT_OPENED,
                                  .health = VMM_HEALTH_DOWN,
                                  .severity = VMM_SEVERITY_CRITICAL,
                                  .reason = VMM_REASON_TIMEOUT,
                                  .rung = VMM_RUNG_CONNECT,
                                  .failures = failures,
                                  .seen = seen,
                                  .ts = OPENED,
                                  .received = OPENED};
}

/* The alarm of an event, stored and read back. */
static struct alarm *kept_alarm(const struct gateway_event *event)
{
    struct alarm *made = alarm_create(event);
    json_t *json = alarm_to_json(made);
    cr_assert_not_null(json);
    struct alarm *kept = alarm_from_json(json);
    cr_assert_not_null(kept);
    json_decref(json);
    alarm_destroy(made);
    return kept;
}

static struct notice *kept_notice(struct notice *made)
{
    json_t *json = notice_to_json(made);
    cr_assert_not_null(json);
    struct notice *kept = notice_from_json(json);
    cr_assert_not_null(kept);
    json_decref(json);
    notice_destroy(made);
    return kept;
}

static json_t *rendered(const struct notice *notice, const char *language)
{
    struct render_place place = {.language = language,
                                 .site_name = "Taipei",
                                 .mode = "cards",
                                 .buttons = 6,
                                 .link_base = "",
                                 .zone = notice->site_id[0] != '\0' ? taipei : NULL,
                                 .name = name_of,
                                 .site = site_of,
                                 .wall = OPENED};
    char *text = render_notice(notice, &place);
    json_t *doc = json_loads(text, 0, NULL);
    free(text);
    cr_assert_not_null(doc);
    return doc;
}

/* The lines of an alert of this event, one under the other. */
static void lines_of(const struct gateway_event *event, const char *language, char out[1024])
{
    struct alarm *alarm = kept_alarm(event);
    struct notice *notice = notice_create(NOTICE_ALERT, "gchat", alarm->id, alarm->id);
    cr_assert(notice_say(notice, alarm));
    notice = kept_notice(notice);
    json_t *doc = rendered(notice, language);
    size_t i;
    json_t *line;
    out[0] = '\0';
    json_array_foreach(json_object_get(doc, "lines"), i, line)
    {
        strncat(out, json_string_value(line), 1023 - strlen(out));
        strncat(out, "\n", 1023 - strlen(out));
    }
    json_decref(doc);
    notice_destroy(notice);
    alarm_destroy(alarm);
}

static void expect_line(const struct gateway_event *event, const char *language, const char *line)
{
    char lines[1024];
    lines_of(event, language, lines);
    cr_expect(strstr(lines, line) != NULL, "no \"%s\" in:\n%s", line, lines);
}

Test(render, an_alarm_of_a_camera_says_what_speaks_for_it)
{
    struct gateway_event event = down(5, OPENED - 3 * MINUTE);
    expect_line(&event, "en",
                "Evidence: 5 looks in a row failed at connect; it last answered "
                "2026-11-21 22:26 UTC\n");
    expect_line(&event, "zh-TW", "連續 5 次於「連線」階段失敗；最後回應 2026-11-21 22:26 UTC\n");
    expect_line(&event, "pt-BR", "5 consultas seguidas falharam na etapa de conexão;");
}

Test(render, one_that_never_answered_and_one_that_answers_say_so)
{
    struct gateway_event never = down(5, 0);
    expect_line(&never, "en", "it last answered –\n");
    struct gateway_event found = down(0, OPENED);
    found.health = VMM_HEALTH_DEGRADED;
    found.rung = VMM_RUNG_CLOCK;
    found.reason = VMM_REASON_CLOCK_OFFSET;
    expect_line(&found, "en", "Evidence: found at clock; it last answered 2026-11-21 22:29 UTC\n");
}

Test(render, what_is_unknown_says_what_kept_it_from_being_confirmed)
{
    struct gateway_event event = down(0, OPENED);
    char lines[1024];
    event.health = VMM_HEALTH_UNKNOWN;
    event.reason = VMM_REASON_STALE;
    lines_of(&event, "en", lines);
    cr_expect_null(strstr(lines, "Not confirmed"));
    event.stale_by = STALE_BY_PROVIDER;
    expect_line(&event, "en", "Not confirmed: the provider is off, missing, failed over it");
    event.stale_by = STALE_BY_NODE;
    expect_line(&event, "en", "Not confirmed: the machine that watches was cut off");
    expect_line(&event, "zh-TW", "無法確認：監看主機曾斷線");
    event.stale_by = STALE_BY_LINK;
    expect_line(&event, "pt-BR", "Não confirmado: aquilo de que depende, seu gravador");
    event.stale_by = STALE_BY_PATH;
    expect_line(&event, "en", "Not confirmed: its name is not resolved");
}

/* The title of a recovery, as the alarm is after the event that closed it. */
static void title_of_end(uint32_t health, bool untold, const char *language, char out[128])
{
    struct gateway_event event = down(5, OPENED);
    struct alarm *alarm = kept_alarm(&event);
    event.step = INCIDENT_CLOSED;
    event.health = health;
    event.ts = OPENED + 4 * MINUTE;
    alarm_update(alarm, &event);
    struct notice *notice = notice_create(NOTICE_RECOVERY, "gchat", alarm->id, alarm->id);
    cr_assert(notice_say(notice, alarm));
    notice->items[0].untold = untold;
    notice = kept_notice(notice);
    json_t *doc = rendered(notice, language);
    out[0] = '\0';
    strncat(out, json_text(doc, "title"), 127);
    json_decref(doc);
    notice_destroy(notice);
    alarm_destroy(alarm);
}

Test(render, what_was_switched_off_is_not_said_to_be_ok)
{
    char title[128];
    title_of_end(VMM_HEALTH_OK, false, "en", title);
    cr_expect_str_eq(title, "Gate is OK again");
    title_of_end(VMM_HEALTH_DISABLED, false, "en", title);
    cr_expect_str_eq(title, "Gate is switched off on purpose");
    title_of_end(VMM_HEALTH_DISABLED, true, "en", title);
    cr_expect_str_eq(title, "Gate is switched off on purpose");
    title_of_end(VMM_HEALTH_DISABLED, false, "zh-TW", title);
    cr_expect_str_eq(title, "Gate 已刻意停用");
    title_of_end(VMM_HEALTH_DISABLED, false, "pt-BR", title);
    cr_expect_str_eq(title, "Gate foi desligado de propósito");
}

static struct gateway_event group_of(uint32_t step, uint32_t lost, json_t *devices)
{
    struct gateway_event event = down(0, 0);
    event.incident = "tpe/group/1";
    event.cause = "group";
    event.subject = "";
    event.name = "";
    event.step = step;
    event.counted = true;
    event.lost.cameras = lost;
    event.of.cameras = 30;
    event.devices = devices;
    return event;
}

/* The text of the end of a group of three, of which these are not back. */
static void text_of_end(json_t *left, const char *language, char out[1024])
{
    json_t *lost = json_pack("[s,s,s]", "cam-1", "cam-2", "cam-7");
    struct gateway_event event = group_of(INCIDENT_OPENED, 3, lost);
    struct alarm *alarm = kept_alarm(&event);
    event = group_of(INCIDENT_CLOSED, (uint32_t)json_array_size(left), left);
    event.ts = OPENED + 4 * MINUTE;
    alarm_update(alarm, &event);
    struct notice *notice = notice_create(NOTICE_RECOVERY, "gchat", alarm->id, alarm->id);
    cr_assert(notice_say(notice, alarm));
    notice = kept_notice(notice);
    json_t *doc = rendered(notice, language);
    out[0] = '\0';
    strncat(out, json_text(doc, "text"), 1023);
    json_decref(doc);
    json_decref(lost);
    notice_destroy(notice);
    alarm_destroy(alarm);
}

Test(render, the_end_of_a_group_names_who_is_not_back)
{
    char text[1024];
    json_t *none = json_array();
    json_t *left = json_pack("[s,s]", "cam-1", "cam-7");
    text_of_end(none, "en", text);
    cr_expect(strstr(text, "Taipei: what was lost at once is back\n") == text, "%s", text);
    cr_expect_null(strstr(text, "Still"));
    text_of_end(left, "en", text);
    cr_expect(strstr(text, "Taipei: what was lost at once is back, but for 2 cameras\n") == text,
              "%s", text);
    cr_expect_not_null(strstr(text, "\nStill lost: cam-1, cam-7"), "%s", text);
    cr_expect_null(strstr(text, "cam-2"));
    text_of_end(left, "zh-TW", text);
    cr_expect_not_null(strstr(text, "已恢復（2 台攝影機除外）"), "%s", text);
    text_of_end(left, "pt-BR", text);
    cr_expect_not_null(strstr(text, "voltou, exceto 2 câmeras"), "%s", text);
    json_decref(none);
    json_decref(left);
}

Test(render, that_nobody_heard_of_the_beginning_is_kept_with_the_message)
{
    struct gateway_event event = down(5, OPENED);
    struct alarm *alarm = kept_alarm(&event);
    alarm->closed_at = OPENED + 4 * MINUTE;
    struct notice *notice = notice_create(NOTICE_RECOVERY, "gchat", alarm->id, alarm->id);
    cr_assert(notice_say(notice, alarm));
    notice->items[0].untold = true;
    notice = kept_notice(notice);
    json_t *doc = rendered(notice, "en");
    cr_expect_str_eq(json_text(doc, "title"), "Gate was DOWN for 4 min and is OK again");
    json_decref(doc);
    notice_destroy(notice);
    alarm_destroy(alarm);
}

/* ---- rows ---- */

static void setup(void)
{
    static uint8_t bytes[4096];
    FILE *file = fopen("/usr/share/zoneinfo/Asia/Taipei", "rb");
    cr_assert_not_null(file);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    cr_assert_eq(zone_parse("Asia/Taipei", bytes, size, &taipei), 0);
}

static void teardown(void)
{
    zone_destroy(taipei);
    taipei = NULL;
}

TestSuite(rows, .init = setup, .fini = teardown);

/* A message of these events, in English; a new reference. */
static json_t *told(enum notice_kind kind, const struct gateway_event *events, size_t count)
{
    struct notice *notice = notice_create(kind, "gchat", "group", "");
    for (size_t i = 0; i < count; i++) {
        struct gateway_event opened = events[i];
        opened.step = INCIDENT_OPENED;
        struct alarm *alarm = kept_alarm(&opened);
        if (events[i].step == INCIDENT_CLOSED) {
            struct gateway_event closed = events[i];
            closed.health = VMM_HEALTH_OK;
            closed.ts = OPENED + 4 * MINUTE;
            alarm_update(alarm, &closed);
        }
        cr_assert(notice_say(notice, alarm));
        alarm_destroy(alarm);
    }
    notice = kept_notice(notice);
    json_t *doc = rendered(notice, "en");
    notice_destroy(notice);
    return doc;
}

static void expect_row(const json_t *doc, size_t index, const char *name, const char *text,
                       const char *since)
{
    const json_t *row = json_array_get(json_object_get(doc, "items"), index);
    cr_expect_str_eq(json_text(row, "name"), name);
    cr_expect_str_eq(json_text(row, "text"), text);
    cr_expect_str_eq(json_text(row, "since_local"), since);
}

Test(rows, times_are_those_of_the_site_with_the_zone_and_utc_beside)
{
    struct gateway_event event = down(5, OPENED);
    json_t *doc = told(NOTICE_ALERT, &event, 1);
    cr_expect_str_eq(json_text(doc, "local_time"), "2026-11-22 06:29 CST (2026-11-21 22:29 UTC)");
    cr_expect_str_eq(json_string_value(json_array_get(json_object_get(doc, "lines"), 0)),
                     "Since 2026-11-22 06:29 CST (2026-11-21 22:29 UTC)");
    expect_row(doc, 0, "Gate", "DOWN: the device does not answer within the time",
               "2026-11-22 06:29 CST");
    json_decref(doc);
}

Test(rows, what_is_well_is_so_since_it_is)
{
    struct gateway_event event = down(5, OPENED);
    event.step = INCIDENT_CLOSED;
    json_t *doc = told(NOTICE_RECOVERY, &event, 1);
    expect_row(doc, 0, "Gate", "OK", "2026-11-22 06:33 CST");
    const json_t *row = json_array_get(json_object_get(doc, "items"), 0);
    cr_expect_str_eq(json_text(row, "since"), "2026-11-21T22:33:01.000Z");
    json_decref(doc);
}

/* Twelve cameras of which two are lost are a site that is degraded; those two are not. */
static struct gateway_event lost(const char *site, const char *incident, json_t *devices)
{
    struct gateway_event event = down(0, 0);
    event.site_id = site;
    event.incident = incident;
    event.cause = "group";
    event.subject = "";
    event.name = "";
    event.health = VMM_HEALTH_DEGRADED;
    event.counted = true;
    event.lost = (struct incident_counts){2, 0};
    event.of = (struct incident_counts){12, 1};
    event.devices = devices;
    return event;
}

Test(rows, a_camera_that_is_lost_with_others_is_down)
{
    json_t *devices = json_pack("[s,s]", "cam-1", "cam-2");
    struct gateway_event event = lost("tpe", "tpe/group/1", devices);
    json_t *doc = told(NOTICE_ALERT, &event, 1);
    cr_expect_str_eq(json_text(doc, "title"),
                     "Taipei: 2 cameras lost at once (of 12 cameras, 1 NVR)");
    expect_row(doc, 0, "cam-1", "DOWN", "2026-11-22 06:29 CST");
    expect_row(doc, 1, "cam-2", "DOWN", "2026-11-22 06:29 CST");
    json_decref(devices);
    json_decref(doc);
}

Test(rows, of_several_sites_each_says_where_it_is_and_in_its_own_time)
{
    struct gateway_event events[] = {down(5, OPENED), down(5, OPENED),
                                     lost("lon", "lon/group/1", NULL)};
    events[1].site_id = "lon";
    events[1].incident = "lon/camera:cam-7/1";
    json_t *doc = told(NOTICE_ALERT, events, 3);
    cr_expect_str_eq(json_text(doc, "site"), "");
    expect_row(doc, 0, "London: Gate", "DOWN: the device does not answer within the time",
               "2026-11-21 22:29 UTC");
    expect_row(doc, 1, "London", "London: 2 cameras lost at once (of 12 cameras, 1 NVR)",
               "2026-11-21 22:29 UTC");
    expect_row(doc, 2, "Taipei: Gate", "DOWN: the device does not answer within the time",
               "2026-11-22 06:29 CST");
    cr_expect_str_eq(json_text(doc, "title"),
                     "Several sites: 3 devices: the device does not answer within the time");
    const char *text = json_text(doc, "text");
    cr_expect_not_null(strstr(text,
                              "- Taipei: Gate: DOWN: the device does not answer within the time "
                              "(2026-11-22 06:29 CST)"),
                       "%s", text);
    json_decref(doc);
}

static void expect_title(const struct gateway_event *events, size_t count, const char *title)
{
    json_t *doc = told(NOTICE_ALERT, events, count);
    cr_expect_str_eq(json_text(doc, "title"), title);
    json_decref(doc);
}

Test(rows, a_title_of_several_counts_what_is_wrong_and_what_is_well)
{
    struct gateway_event events[] = {down(5, OPENED), down(5, OPENED), down(5, OPENED)};
    events[1].incident = "tpe/camera:cam-8/1";
    events[1].subject = "cam-8";
    events[1].reason = VMM_REASON_AUTH;
    events[2].incident = "tpe/camera:cam-9/1";
    events[2].subject = "cam-9";
    events[2].step = INCIDENT_CLOSED;
    expect_title(events, 2, "Taipei: 2 devices not OK");
    expect_title(events, 3, "Taipei: 2 devices not OK, 1 OK again");
    events[0].step = INCIDENT_CLOSED;
    expect_title(events, 3, "Taipei: 1 device not OK, 2 OK again");
    events[1].step = INCIDENT_CLOSED;
    events[2].site_id = "lon";
    expect_title(events, 3, "Several sites: 3 devices OK again");
}

Test(rows, a_camera_that_broke_twice_is_one_row)
{
    struct gateway_event events[] = {down(5, OPENED - 9 * MINUTE), down(5, OPENED),
                                     down(5, OPENED)};
    events[0].ts = OPENED - 9 * MINUTE;
    events[1].incident = "tpe/camera:cam-7/2";
    events[2].incident = "tpe/camera:cam-8/1";
    events[2].subject = "cam-8";
    events[2].name = "Door";
    for (size_t i = 0; i < 3; i++) {
        events[i].step = INCIDENT_CLOSED;
    }
    json_t *doc = told(NOTICE_RECOVERY, events, 3);
    cr_expect_str_eq(json_text(doc, "title"), "Taipei: 2 devices OK again");
    cr_expect_eq(json_number(doc, "item_count"), 2);
    expect_row(doc, 0, "Gate", "OK", "2026-11-22 06:33 CST");
    expect_row(doc, 1, "Door", "OK", "2026-11-22 06:33 CST");
    json_decref(doc);
    doc = told(NOTICE_RECOVERY, events, 2);
    cr_expect_str_eq(json_text(doc, "title"), "Gate is OK again");
    json_decref(doc);
}
