/* SPDX-License-Identifier: MIT */
#include "sim/people_disk.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/memory.h"

#define NAME_MAX_ 320u
#define OWED_US   (15 * PLAN_MIN) /* a summary may have come due in the last minutes */

/* ---- effects ---- */

static char *name_of(const char *area, const char *key)
{
    char name[NAME_MAX_];
    text_format(name, sizeof(name), "%s %s", area, key);
    return memory_text(name);
}

static void put(struct people *people, const char *area, const char *key, json_t *value)
{
    disk_put_memory(&people->sim->disk, name_of(area, key), value);
    sim_commit_soon(people->sim);
}

static void del(struct people *people, const char *area, const char *key)
{
    disk_del_memory(&people->sim->disk, name_of(area, key));
    sim_commit_soon(people->sim);
}

static void on_put_alarm(void *arg, const struct alarm *alarm)
{
    put(arg, "alarm", alarm->id, alarm_to_json(alarm));
}

static void on_del_alarm(void *arg, const struct alarm *alarm)
{
    del(arg, "alarm", alarm->id);
}

/* So that messages come back in the order of their rows. */
static const char *row_key(const struct notice *notice, char out[24])
{
    text_format(out, 24, "%020lld", (long long)notice->row);
    return out;
}

static void on_put_notice(void *arg, const struct notice *notice)
{
    struct people *people = arg;
    char key[24];
    put(people, "notice", row_key(notice, key),
        json_pack("{s:o, s:s?}", "content", notice_to_json(notice), "payload", notice->payload));
}

static void on_del_notice(void *arg, const struct notice *notice)
{
    char key[24];
    del(arg, "notice", row_key(notice, key));
}

static void on_put_lane(void *arg, const struct lane *lane)
{
    put(arg, "lane", lane->channel, gateway_lane_json(lane));
}

static void on_put_memory(void *arg, const char *area, const char *key, const char *site_id,
                          json_t *detail)
{
    (void)site_id;
    put(arg, area, key, detail);
}

static void on_del_memory(void *arg, const char *area, const char *key)
{
    del(arg, area, key);
}

static json_t *quiet_to_json(const struct quiet_entry *entry)
{
    json_t *json = quiet_detail(entry);
    json_t *rest =
        json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "id", entry->id, "owner", entry->owner,
                  "reason", entry->reason, "created_at", (json_int_t)entry->created_at, "starts_at",
                  (json_int_t)entry->starts_at, "ends_at", (json_int_t)entry->ends_at);
    json_object_update(json, rest);
    json_decref(rest);
    return json;
}

static void on_put_quiet(void *arg, const struct quiet_entry *entry, int64_t ended_at)
{
    struct people *people = arg;
    if (ended_at == 0) {
        put(people, "quiet", entry->id, quiet_to_json(entry));
    } else {
        del(people, "quiet", entry->id);
        operator_hears_end(people->sim, entry);
    }
}

static void on_journal(void *arg, const struct gateway_fact *fact)
{
    const struct people *people = arg;
    sim_trace(people->sim, "%s %s %s", fact->site_id, fact->cause,
              fact->is_flapping ? "flaps" : "is stable");
}

/* No figures are at hand: the message goes without. */
static void on_rank(void *arg, const struct gateway_span *span)
{
    struct people *people = arg;
    gateway_ranked(people->gateway, span, false, json_array(), 0, 0, sim_gateway_now(people->sim));
}

static void on_log(void *arg, const struct gateway_log *row)
{
    const struct people *people = arg;
    sim_trace(people->sim, "log: %s %s %s", row->channel, row->status, row->why);
}

static void on_send(void *arg, const struct lane *lane, const struct notice *notice)
{
    struct people *people = arg;
    struct sim *sim = people->sim;
    size_t receiver = receiver_find(lane->channel);
    if (receiver == RECEIVERS_COUNT) {
        check_fail(&sim->check, sim, "a message to %s, which there is not", lane->channel);
        return;
    }
    struct letter *letter = letter_create(receiver, notice);
    letter->asked = sim->now;
    letter->life = sim->life;
    operator_check_notice(sim, receiver, notice);
    check_cut_notice(&sim->check, sim, notice);
    people->letters = memory_grow(people->letters, &people->letter_room, people->letter_count + 1,
                                  sizeof(struct letter *));
    people->letters[people->letter_count++] = letter;
    sim_commit_soon(sim);
}

const struct gateway_effects people_effects = {.put_alarm = on_put_alarm,
                                               .del_alarm = on_del_alarm,
                                               .put_notice = on_put_notice,
                                               .del_notice = on_del_notice,
                                               .put_lane = on_put_lane,
                                               .put_memory = on_put_memory,
                                               .del_memory = on_del_memory,
                                               .put_quiet = on_put_quiet,
                                               .journal = on_journal,
                                               .rank = on_rank,
                                               .log = on_log,
                                               .send = on_send};

/* ---- restoring ---- */

static bool is_notice(const char *name)
{
    return strncmp(name, "notice ", 7) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *text_of(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

static int64_t time_of(const json_t *json, const char *key)
{
    return json_integer_value(json_object_get(json, key));
}

static bool restore_quiet(struct people *people, const json_t *json)
{
    const char *why = NULL;
    struct quiet_draft draft = {.kind = quiet_kind_of(text_of(json, "kind")),
                                .id = text_of(json, "id"),
                                .site = text_of(json, "site"),
                                .camera = text_of(json, "camera"),
                                .cause = text_of(json, "cause"),
                                .tag = text_of(json, "tag"),
                                .incident = text_of(json, "incident"),
                                .owner = text_of(json, "owner"),
                                .reason = text_of(json, "reason"),
                                .weekly = text_of(json, "weekly"),
                                .created_at = time_of(json, "created_at"),
                                .starts_at = time_of(json, "starts_at"),
                                .ends_at = time_of(json, "ends_at")};
    return quiet_add(&people->gateway->quiet, &draft, &why) == 0;
}

static bool restore_one(struct people *people, const char *name, const json_t *value)
{
    struct gateway_now now = sim_gateway_now(people->sim);
    char area[16];
    text_format(area, sizeof(area), "%.*s", (int)strcspn(name, " "), name);
    if (is_notice(name)) {
        return gateway_restore_notice(people->gateway, json_object_get(value, "content"),
                                      json_string_value(json_object_get(value, "payload")), now);
    }
    return strcmp(area, "alarm") == 0   ? gateway_restore_alarm(people->gateway, value)
           : strcmp(area, "lane") == 0  ? gateway_restore_lane(people->gateway, value, now)
           : strcmp(area, "quiet") == 0 ? restore_quiet(people, value)
                                        : gateway_restore_memory(people->gateway, area, value);
}

/* What the gateway remembers, then its messages in the order of their rows. */
void people_restore(struct people *people)
{
    struct sim *sim = people->sim;
    size_t count = 0;
    const char **names = memory_zeroed(json_object_size(sim->disk.memory), sizeof(*names));
    const char *key;
    json_t *value;
    json_object_foreach(sim->disk.memory, key, value)
    {
        names[count++] = key;
    }
    qsort(names, count, sizeof(*names), by_name);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            value = json_object_get(sim->disk.memory, names[i]);
            if (is_notice(names[i]) == (pass == 1) && !restore_one(people, names[i], value)) {
                check_fail(&sim->check, sim, "%s was not understood after a start", names[i]);
            }
        }
    }
    free(names);
}

/* ---- what is in memory, and on disk ---- */

static size_t count_area(const json_t *memory, const char *area)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    json_object_foreach((json_t *)memory, key, value)
    {
        count += strncmp(key, area, strlen(area)) == 0;
    }
    return count;
}

static void check_alarm(const struct people *people, const struct alarm *alarm)
{
    struct sim *sim = people->sim;
    char *name = name_of("alarm", alarm->id);
    json_t *live = alarm_to_json(alarm);
    if (!json_equal(live, json_object_get(sim->disk.memory, name))) {
        check_fail(&sim->check, sim, "%s is not on disk as it is in memory", name);
    }
    json_decref(live);
    free(name);
}

void people_check_disk(const struct people *people)
{
    if (people == NULL) {
        return;
    }
    struct sim *sim = people->sim;
    size_t waiting = 0;
    for (uint32_t i = 0; i < people->gateway->alarms.room; i++) {
        if (people->gateway->alarms.items[i] != NULL) {
            check_alarm(people, people->gateway->alarms.items[i]);
        }
    }
    for (size_t i = 0; i < people->gateway->lane_count; i++) {
        waiting += people->gateway->lanes[i]->count;
    }
    if (count_area(sim->disk.memory, "alarm ") != people->gateway->alarms.count ||
        count_area(sim->disk.memory, "notice ") != waiting) {
        check_fail(&sim->check, sim, "alarms or messages on disk are not those in memory");
    }
}

void people_check_end(const struct people *people)
{
    if (people == NULL) {
        return;
    }
    struct sim *sim = people->sim;
    people_check_disk(people);
    for (size_t i = 0; i < people->gateway->lane_count; i++) {
        const struct lane *lane = people->gateway->lanes[i];
        bool is_owed = lane->count > 0 && sim_wall(sim) - lane->notices[0]->made_at > OWED_US;
        if (is_owed) {
            check_fail(&sim->check, sim, "%s is still owed %zu messages", lane->channel,
                       lane->count);
        }
    }
    if (people->gateway->alarms.count > 0) {
        check_fail(&sim->check, sim, "%u alarms are left", people->gateway->alarms.count);
    }
}
