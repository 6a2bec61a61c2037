/* SPDX-License-Identifier: MIT */
#include "main/expected.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "gateway/gateway.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define DAYS_MAX    3650

static uint32_t days_of(const json_t *object, const char *name)
{
    json_int_t days = json_integer_value(json_object_get(object, name));
    return days > 0 && days <= DAYS_MAX ? (uint32_t)days : 0;
}

static void read_recording(const char *word, struct health_expected *expected)
{
    static const struct {
        const char *word;
        uint32_t mode;
    } modes[] = {{"required", HEALTH_RECORDING_UNKNOWN},
                 {"continuous", HEALTH_RECORDING_CONTINUOUS},
                 {"schedule", HEALTH_RECORDING_SCHEDULE},
                 {"motion", HEALTH_RECORDING_MOTION},
                 {"off", HEALTH_RECORDING_OFF}};
    for (size_t i = 0; word != NULL && i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(word, modes[i].word) == 0) {
            expected->recording = modes[i].mode;
            expected->recording_required = modes[i].mode != HEALTH_RECORDING_OFF;
        }
    }
}

static void read_object(const char *text, struct health_expected *expected)
{
    if (strcmp(text, "{}") == 0) {
        return;
    }
    json_t *object = json_loads(text, 0, NULL);
    read_recording(json_string_value(json_object_get(object, "recording")), expected);
    expected->motion_days = days_of(object, "motion_days");
    expected->retention_days = days_of(object, "retention_days");
    json_decref(object);
}

void expected_read(const struct camera_record *camera, const struct gateway *gateway, int64_t wall,
                   struct health_expected *expected)
{
    *expected = (struct health_expected){.since_wall = camera->commissioned_at};
    read_object(camera->expected, expected);
    uint32_t days = expected->motion_days > 0 ? expected->motion_days : HEALTH_MOTION_DAYS;
    expected->closed_s = gateway_closed_before(gateway, camera->site_id, wall, days);
}

/* The text between the last two line ends of the file. */
static bool last_line(FILE *file, char rule[EXPECTED_RULE_MAX])
{
    char end[EXPECTED_RULE_MAX + 2];
    if (fseek(file, 0, SEEK_END) != 0) {
        return false;
    }
    long size = ftell(file);
    long from = size > (long)sizeof(end) ? size - (long)sizeof(end) : 0;
    if (size <= 0 || fseek(file, from, SEEK_SET) != 0) {
        return false;
    }
    size_t got = fread(end, 1, sizeof(end), file);
    if (got < 2 || end[got - 1] != '\n') {
        return false;
    }
    end[got - 1] = '\0';
    const char *begin = memrchr(end, '\n', got - 1);
    return begin != NULL && begin[1] != '\0' &&
           text_format(rule, EXPECTED_RULE_MAX, "%s", begin + 1);
}

static void read_rule(const char *zone, char rule[EXPECTED_RULE_MAX])
{
    char path[256];
    bool inside = zone[0] != '\0' && zone[0] != '/' && strstr(zone, "..") == NULL;
    rule[0] = '\0';
    if (!inside || !text_format(path, sizeof(path), "%s/%s", ZONE_FOLDER, zone)) {
        return;
    }
    FILE *file = fopen(path, "rbe");
    if (file != NULL && !last_line(file, rule)) {
        rule[0] = '\0';
    }
    if (file != NULL) {
        fclose(file);
    }
}

const char *expected_zone_rule(struct zone_rules *rules, const char *zone)
{
    uint32_t at = 0;
    while (at < EXPECTED_ZONES_MAX && strcmp(rules->known[at].zone, zone) != 0) {
        at++;
    }
    if (zone[0] == '\0') {
        return NULL;
    }
    if (at == EXPECTED_ZONES_MAX) {
        at = rules->next++ % EXPECTED_ZONES_MAX;
        text_format(rules->known[at].zone, sizeof(rules->known[at].zone), "%s", zone);
        read_rule(zone, rules->known[at].rule);
    }
    return rules->known[at].rule[0] != '\0' ? rules->known[at].rule : NULL;
}
