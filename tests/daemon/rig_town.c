/* SPDX-License-Identifier: MIT */
#include "rig_town.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* ---- What there is ---- */

static json_t *group(const char *site, const char *kind, int count, int number, int kinds,
                     const char *personality)
{
    char prefix[64];
    char address[32];
    snprintf(prefix, sizeof(prefix), "%s-%s", site, kind);
    snprintf(address, sizeof(address), "127.52.%d.1", 2 * number + kinds);
    return json_pack("{s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:{s:i}}", "prefix", prefix, "count",
                     count, "first", 1, "digits", kinds == 0 ? 2 : 1, "site", site, "base_address",
                     address, "personality", personality, "clock", "zone_min", 480);
}

static char *scenario_of(const struct town_site *sites)
{
    json_t *groups = json_array();
    for (int i = 0; sites[i].id != NULL; i++) {
        const struct town_site *site = &sites[i];
        if (site->cameras > 0) {
            json_array_append_new(groups,
                                  group(site->id, "c", site->cameras, i, 0, "vivotek-camera"));
        }
        if (site->nvrs > 0) {
            json_array_append_new(groups, group(site->id, "n", site->nvrs, i, 1, "hikvision-nvr"));
        }
    }
    json_t *scenario =
        json_pack("{s:{s:i}, s:[{s:s, s:s, s:s}], s:o}", "ports", "http", 0, "users", "name",
                  "admin", "password", "secret", "level", "admin", "groups", groups);
    char *text = json_dumps(scenario, 0);
    json_decref(scenario);
    return text;
}

static json_t *device_of(json_t *told, bool is_nvr)
{
    json_t *device =
        json_pack("{s:O, s:O, s:s, s:O, s:O, s:s}", "id", json_object_get(told, "id"), "site",
                  json_object_get(told, "site"), "provider", is_nvr ? "hikvision" : "vivotek",
                  "host", json_object_get(told, "address"), "port", json_object_get(told, "port"),
                  "credential", "farm");
    if (!is_nvr) {
        json_object_set_new(device, "options", json_pack("{s:s}", "level", "admin"));
    }
    return device;
}

static void add_channels(json_t *cameras, const struct town_site *site)
{
    for (int nvr = 1; nvr <= site->nvrs; nvr++) {
        for (int channel = 1; channel <= site->channels; channel++) {
            json_array_append_new(
                cameras,
                json_pack("{s:o, s:s, s:o, s:i}", "id",
                          json_sprintf("%s-n%d-ch%d", site->id, nvr, channel), "site", site->id,
                          "nvr", json_sprintf("%s-n%d", site->id, nvr), "channel", channel));
        }
    }
}

static void write_fleet(const struct rig *rig, const struct town_site *sites, const char *path)
{
    size_t i;
    json_t *told;
    json_t *places = json_array();
    json_t *cameras = json_array();
    json_t *nvrs = json_array();
    json_array_foreach(json_object_get(rig->ready, "devices"), i, told)
    {
        const char *personality = json_string_value(json_object_get(told, "personality"));
        bool is_nvr = strcmp(personality, "hikvision-nvr") == 0;
        json_array_append_new(is_nvr ? nvrs : cameras, device_of(told, is_nvr));
    }
    for (const struct town_site *site = sites; site->id != NULL; site++) {
        json_array_append_new(places, json_pack("{s:s, s:s, s:s}", "id", site->id, "name",
                                                site->name, "timezone", "Asia/Taipei"));
        add_channels(cameras, site);
    }
    json_t *fleet = json_pack("{s:o, s:o, s:o}", "sites", places, "nvrs", nvrs, "cameras", cameras);
    cr_assert_eq(json_dump_file(fleet, path, JSON_INDENT(1)), 0);
    json_decref(fleet);
}

/* ---- Its pace ---- */

int town_ms(const struct town *town, int seconds)
{
    return (int)(1000L * seconds / town->pace);
}

static json_t *span(const struct town *town, int seconds)
{
    return json_sprintf("%dms", town_ms(town, seconds));
}

/* All intervals of the defaults but the limit of a slow request: this machine has its own pace. */
static json_t *watch_of(const struct town *town)
{
    static const struct {
        const char *name;
        int seconds;
    } times[] = {{"interval", 240},       {"jitter", 60},         {"suspect_interval", 60},
                 {"trial_interval", 60},  {"trial_time", 600},    {"suspect_time", 1800},
                 {"deadline", 30},        {"connect_timeout", 5}, {"confirm_step", 5},
                 {"confirm_deadline", 8}, {"sustain_time", 120},  {"spread", 60},
                 {"full_after", 1}};
    json_t *watch = json_object();
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        json_object_set_new(watch, times[i].name, span(town, times[i].seconds));
    }
    return watch;
}

static void write_secret(const struct town *town, char path[256])
{
    const char *url = chat_rig_url(&town->chat, TOWN_ROOM);
    snprintf(path, 256, "%s/chat", town->rig.folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, url, strlen(url)), (ssize_t)strlen(url));
    close(fd);
}

static void configure(struct town *town, const char *policy)
{
    char path[256];
    write_secret(town, path);
    json_t *config = json_pack("{s:{s:b, s:b}, s:{s:{s:{s:[{s:s, s:{s:s}}]}}}, s:o}", "flags",
                               "FEATURE_VMM_SINK_GCHAT", 1, "FEATURE_VMS_HIKVISION_CGI", 1,
                               "plugins", "gchat", "config", "rooms", "name", TOWN_ROOM, "url",
                               "file", path, "watch", watch_of(town));
    char *text = json_dumps(config, 0);
    rig_config(&town->rig, text);
    free(text);
    json_decref(config);
    json_t *own =
        json_pack("{s:[s], s:s, s:s, s:{s:s}}", "channels", "gchat:" TOWN_ROOM, "commissioning",
                  "0s", "linkBase", "https://vmm.example", "summaries", "daily", "");
    json_t *more = json_loads(policy, 0, NULL);
    cr_assert_not_null(more, "%s", policy);
    json_object_set_new(own, "groupWait", span(town, 30));
    json_object_set_new(own, "updateWait", span(town, 300));
    json_object_update(own, more);
    snprintf(path, sizeof(path), "%s/gateway.json", town->rig.folder);
    cr_assert_eq(json_dump_file(own, path, JSON_INDENT(1)), 0);
    json_decref(more);
    json_decref(own);
}

/* ---- Its life ---- */

void town_open(struct town *town, int pace, const struct town_site *sites, const char *policy)
{
    char path[256];
    char *scenario = scenario_of(sites);
    *town = (struct town){.pace = pace};
    chat_rig_start(&town->chat, 0, 0);
    rig_open(&town->rig, scenario);
    free(scenario);
    configure(town, policy);
    rig_start(&town->rig);
    cr_assert_eq(rig_ctl(&town->rig, NULL, "secret\n", "credential", "add", "farm", "--user",
                         "admin", "--password-stdin", NULL),
                 0);
    snprintf(path, sizeof(path), "%s/fleet.json", town->rig.folder);
    write_fleet(&town->rig, sites, path);
    cr_assert_eq(rig_ctl(&town->rig, NULL, NULL, "fleet", "load", path, NULL), 0);
    for (const struct town_site *site = sites; site->id != NULL; site++) {
        town_wait_site(town, site->id, "OK", 600);
    }
}

void town_close(struct town *town)
{
    cr_expect_eq(rig_log_count(&town->rig, CHAT_RIG_KEY), 0);
    cr_expect_eq(rig_log_count(&town->rig, CHAT_RIG_TOKEN), 0);
    cr_expect_eq(chat_rig_count(&town->chat, TOWN_ROOM, "refused"), 0,
                 "every message has a good shape");
    rig_close(&town->rig);
    chat_rig_stop(&town->chat);
}

void town_kill(struct town *town)
{
    rig_kill(&town->rig);
    rig_start(&town->rig);
}

void town_cut(struct town *town, const char *devices, const char *fault)
{
    json_decref(rig_farm(&town->rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"%s\"}", devices,
                         fault));
}

void town_mend(struct town *town, const char *devices)
{
    json_decref(rig_farm(&town->rig, "{\"do\":\"clear\",\"device\":\"%s\"}", devices));
}

/* ---- What the room has ---- */

static json_t *message_of(const json_t *message)
{
    const json_t *body = json_object_get(message, "body");
    const json_t *cards = json_object_get(body, "cardsV2");
    const json_t *card = json_object_get(json_array_get(cards, 0), "card");
    char *text = json_dumps(body, JSON_COMPACT);
    json_t *out = json_pack("{s:O, s:O, s:s, s:O}", "title",
                            json_object_get(json_object_get(card, "header"), "title"), "thread",
                            json_object_get(message, "thread_key"), "text", text, "at_ms",
                            json_object_get(message, "at_ms"));
    cr_assert_not_null(out, "no card: %s", text);
    free(text);
    return out;
}

json_t *town_messages(const struct town *town)
{
    json_t *room = chat_rig_room(&town->chat, TOWN_ROOM);
    json_t *list = json_array();
    size_t i;
    json_t *message;
    json_array_foreach(json_object_get(room, "messages"), i, message)
    {
        json_array_append_new(list, message_of(message));
    }
    json_decref(room);
    return list;
}

static bool fits(const json_t *message, const char *sign, const char *thread)
{
    return strstr(json_string_value(json_object_get(message, "title")), sign) != NULL &&
           strstr(json_string_value(json_object_get(message, "thread")), thread) != NULL;
}

size_t town_count(const struct town *town, const char *sign, const char *thread)
{
    size_t count = 0;
    size_t i;
    json_t *message;
    json_t *all = town_messages(town);
    json_array_foreach(all, i, message)
    {
        count += fits(message, sign, thread);
    }
    json_decref(all);
    return count;
}

struct wanted {
    const struct town *town;
    const char *sign;
    const char *thread;
    size_t count;
};

static bool has_come(struct rig *rig, const void *arg)
{
    const struct wanted *wanted = arg;
    (void)rig;
    return town_count(wanted->town, wanted->sign, wanted->thread) >= wanted->count;
}

void town_wait(struct town *town, const char *sign, const char *thread, size_t count, int seconds)
{
    struct wanted wanted = {town, sign, thread, count};
    char what[160];
    snprintf(what, sizeof(what), "%zu messages %s of %s", count, sign, thread);
    rig_until(&town->rig, RIG_WAIT_MS + town_ms(town, seconds), what, has_come, &wanted);
}

/* A member of the first message that fits; a new reference. */
static json_t *member(const struct town *town, const char *sign, const char *thread,
                      const char *name)
{
    size_t i;
    json_t *message;
    json_t *found = NULL;
    json_t *all = town_messages(town);
    json_array_foreach(all, i, message)
    {
        if (found == NULL && fits(message, sign, thread)) {
            found = json_incref(json_object_get(message, name));
        }
    }
    json_decref(all);
    cr_assert_not_null(found, "no message %s of %s", sign, thread);
    return found;
}

const char *town_title(const struct town *town, const char *sign, const char *thread)
{
    static char title[512];
    json_t *found = member(town, sign, thread, "title");
    snprintf(title, sizeof(title), "%s", json_string_value(found));
    json_decref(found);
    return title;
}

const char *town_text(const struct town *town, const char *sign, const char *thread)
{
    static char text[40000];
    json_t *found = member(town, sign, thread, "text");
    snprintf(text, sizeof(text), "%s", json_string_value(found));
    json_decref(found);
    return text;
}

double town_delay(const struct town *town, const char *sign, const char *thread)
{
    json_t *at = member(town, sign, thread, "at_ms");
    json_t *key = member(town, sign, thread, "thread");
    const char *start = strrchr(json_string_value(key), '/');
    cr_assert_not_null(start, "%s", json_string_value(key));
    int64_t ago_us = clock_wall_us() - strtoll(start + 1, NULL, 10);
    int64_t first_ms = (int64_t)rig_now_ms() - ago_us / 1000;
    double delay = (double)(json_integer_value(at) - first_ms) / 1000 * town->pace;
    json_decref(at);
    json_decref(key);
    return delay;
}

/* ---- What vmmd says ---- */

struct site_wanted {
    const char *site;
    const char *health;
};

static bool all_of_site(struct rig *rig, const void *arg)
{
    const struct site_wanted *wanted = arg;
    json_t *status = rig_json(rig, "status", "--all", "--site", wanted->site, NULL);
    static const char *const lists[] = {"cameras", "nvrs"};
    size_t seen = 0;
    bool all = true;
    for (size_t k = 0; k < 2; k++) {
        size_t i;
        json_t *row;
        json_array_foreach(json_object_get(status, lists[k]), i, row)
        {
            const char *health = json_string_value(json_object_get(row, "health"));
            all = all && health != NULL && strcmp(health, wanted->health) == 0;
            seen++;
        }
    }
    json_decref(status);
    return all && seen > 0;
}

void town_wait_site(struct town *town, const char *site, const char *health, int seconds)
{
    struct site_wanted wanted = {site, health};
    char what[96];
    snprintf(what, sizeof(what), "all of %s to be %s", site, health);
    rig_until(&town->rig, RIG_WAIT_MS + town_ms(town, seconds), what, all_of_site, &wanted);
}
