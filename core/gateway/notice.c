/* SPDX-License-Identifier: MIT */
#include "gateway/notice.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "gateway/json_text.h"
#include "health/stale.h"

static const char *const words[NOTICE_KINDS] = {
    "alert", "update", "reminder", "recovery", "summary", "catchup", "notice", "heartbeat", "test"};

const char *notice_kind_word(enum notice_kind kind)
{
    return kind < NOTICE_KINDS ? words[kind] : "?";
}

bool notice_is_news(const struct notice *notice)
{
    return notice->item_count > 0 &&
           (notice->kind <= NOTICE_RECOVERY || notice->kind == NOTICE_CATCHUP);
}

struct notice *notice_create(enum notice_kind kind, const char *channel, const char *group,
                             const char *thread)
{
    struct notice *notice = calloc(1, sizeof(*notice));
    if (notice == NULL) {
        return NULL;
    }
    notice->kind = kind;
    notice->channel = strdup(channel);
    notice->group = strdup(group);
    notice->thread = strdup(thread);
    notice->site_id = strdup("");
    if (notice->channel == NULL || notice->group == NULL || notice->thread == NULL ||
        notice->site_id == NULL) {
        notice_destroy(notice);
        return NULL;
    }
    return notice;
}

static void finish_item(struct notice_item *item)
{
    free(item->alarm);
    free(item->site_id);
    free(item->cause);
    free(item->subject);
    free(item->name);
    free(item->event_id);
    json_decref(item->devices);
    *item = (struct notice_item){0};
}

void notice_destroy(struct notice *notice)
{
    if (notice == NULL) {
        return;
    }
    for (size_t i = 0; i < notice->item_count; i++) {
        finish_item(&notice->items[i]);
    }
    free(notice->items);
    free(notice->channel);
    free(notice->group);
    free(notice->thread);
    free(notice->site_id);
    free(notice->payload);
    json_decref(notice->extra);
    free(notice);
}

struct notice_item *notice_find(const struct notice *notice, const char *alarm)
{
    for (size_t i = 0; i < notice->item_count; i++) {
        if (strcmp(notice->items[i].alarm, alarm) == 0) {
            return &notice->items[i];
        }
    }
    return NULL;
}

/* Room for one more item, which is empty; NULL without memory. */
static struct notice_item *add_item(struct notice *notice)
{
    struct notice_item *items =
        realloc(notice->items, (notice->item_count + 1) * sizeof(*notice->items));
    if (items == NULL) {
        return NULL;
    }
    notice->items = items;
    items[notice->item_count] = (struct notice_item){0};
    return &items[notice->item_count];
}

static bool is_whole(const struct notice_item *item)
{
    return item->alarm != NULL && item->site_id != NULL && item->cause != NULL &&
           item->subject != NULL && item->name != NULL && item->event_id != NULL;
}

/* A notice of several sites names none. */
static void widen(struct notice *notice, const char *site_id)
{
    bool first = notice->item_count == 0;
    if (!first && strcmp(notice->site_id, site_id) != 0) {
        notice->site_id[0] = '\0';
    } else if (first && strcmp(notice->site_id, site_id) != 0) {
        char *copy = strdup(site_id);
        if (copy != NULL) {
            free(notice->site_id);
            notice->site_id = copy;
        }
    }
}

static struct notice_item item_of(const struct alarm *alarm)
{
    return (struct notice_item){.alarm = strdup(alarm->id),
                                .site_id = strdup(alarm->site_id),
                                .cause = strdup(alarm->cause),
                                .subject = strdup(alarm->subject),
                                .name = strdup(alarm->name),
                                .event_id = strdup(alarm->event_id),
                                .health = alarm->health,
                                .severity = alarm->severity,
                                .reason = alarm->reason,
                                .rung = alarm->rung,
                                .failures = alarm->failures,
                                .stale_by = alarm->stale_by,
                                .seen = alarm->seen_at,
                                .from_health = alarm->health,
                                .since = alarm->opened_at,
                                .over = alarm->closed_at,
                                .off = alarm->off,
                                .counted = alarm->counted,
                                .or_node = alarm->or_node,
                                .lost = alarm->lost,
                                .of = alarm->of,
                                .devices = json_incref(alarm->devices)};
}

bool notice_say(struct notice *notice, const struct alarm *alarm)
{
    struct notice_item item = item_of(alarm);
    struct notice_item *old = notice_find(notice, alarm->id);
    struct notice_item *slot = is_whole(&item) && old == NULL ? add_item(notice) : old;
    const struct told *told = alarm_told(alarm, notice->channel);
    if (!is_whole(&item) || slot == NULL) {
        finish_item(&item);
        return false;
    }
    if (told != NULL && told->state == TOLD_OPEN) {
        item.from_health = told->health;
        item.known = true;
    } else if (told != NULL && told->escalated && notice->kind == NOTICE_ALERT) {
        item.unanswered = alarm_first_told(alarm);
    }
    widen(notice, alarm->site_id);
    if (old != NULL) {
        finish_item(old);
    } else {
        notice->item_count++;
    }
    *slot = item;
    notice->severity = alarm->severity > notice->severity ? alarm->severity : notice->severity;
    return true;
}

void notice_drop_last(struct notice *notice)
{
    finish_item(&notice->items[--notice->item_count]);
}

bool notice_merge(struct notice *into, struct notice *from)
{
    while (from->item_count > 0) {
        struct notice_item *item = &from->items[from->item_count - 1];
        struct notice_item *old = notice_find(into, item->alarm);
        struct notice_item *slot = old != NULL ? old : add_item(into);
        if (slot == NULL) {
            return false;
        }
        widen(into, item->site_id);
        bool untold = old != NULL && into->kind == NOTICE_ALERT && item->over != 0;
        if (old != NULL) {
            finish_item(old);
        } else {
            into->item_count++;
        }
        *slot = *item;
        slot->untold = item->untold || untold;
        from->item_count--;
    }
    into->severity = from->severity > into->severity ? from->severity : into->severity;
    return true;
}

/* ---- stored ---- */

static json_t *item_to_json(const struct notice_item *item)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:i, s:I, s:I, s:b, s:b, s:i,"
        " s:i, s:i, s:i, s:O?, s:b, s:b, s:i, s:b, s:I}",
        "alarm", item->alarm, "site", item->site_id, "cause", item->cause, "subject", item->subject,
        "name", item->name, "event", item->event_id, "health", (int)item->health, "severity",
        (int)item->severity, "reason", (int)item->reason, "rung", (int)item->rung, "failures",
        (int)item->failures, "seen", (json_int_t)item->seen, "from_health", (int)item->from_health,
        "since", (json_int_t)item->since, "over", (json_int_t)item->over, "counted", item->counted,
        "or_node", item->or_node, "lost_cameras", (int)item->lost.cameras, "lost_nvrs",
        (int)item->lost.nvrs, "of_cameras", (int)item->of.cameras, "of_nvrs", (int)item->of.nvrs,
        "devices", item->devices, "untold", item->untold, "known", item->known, "stale_by",
        (int)item->stale_by, "off", item->off, "unanswered", (json_int_t)item->unanswered);
}

json_t *notice_to_json(const struct notice *notice)
{
    json_t *items = json_array();
    for (size_t i = 0; i < notice->item_count; i++) {
        json_array_append_new(items, item_to_json(&notice->items[i]));
    }
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:I, s:I, s:b, s:b, s:o, s:O?}",
                     "row", (json_int_t)notice->row, "id", notice->id, "channel", notice->channel,
                     "site", notice->site_id, "group", notice->group, "thread", notice->thread,
                     "kind", (int)notice->kind, "severity", (int)notice->severity, "attempts",
                     (int)notice->attempts, "made", (json_int_t)notice->made_at, "next",
                     (json_int_t)notice->next_at, "trying", notice->trying, "delayed",
                     notice->delayed, "items", items, "extra", notice->extra);
}

static bool read_item(struct notice *notice, const json_t *json)
{
    struct notice_item *item = add_item(notice);
    if (item == NULL) {
        return false;
    }
    const json_t *devices = json_object_get(json, "devices");
    *item = (struct notice_item){
        .alarm = json_copy_text(json, "alarm"),
        .site_id = json_copy_text(json, "site"),
        .cause = json_copy_text(json, "cause"),
        .subject = json_copy_text(json, "subject"),
        .name = json_copy_text(json, "name"),
        .event_id = json_copy_text(json, "event"),
        .health = json_count(json, "health") % VMM_HEALTH_COUNT,
        .severity = json_count(json, "severity") % VMM_SEVERITY_COUNT,
        .reason = json_count(json, "reason") % VMM_REASON_COUNT,
        .rung = json_count(json, "rung") % VMM_RUNG_COUNT,
        .failures = json_count(json, "failures"),
        .stale_by = json_count(json, "stale_by") % STALE_BY_COUNT,
        .seen = json_number(json, "seen"),
        .from_health = json_count(json, "from_health") % VMM_HEALTH_COUNT,
        .since = json_number(json, "since"),
        .over = json_number(json, "over"),
        .unanswered = json_number(json, "unanswered"),
        .off = json_is_true(json_object_get(json, "off")),
        .untold = json_is_true(json_object_get(json, "untold")),
        .known = json_is_true(json_object_get(json, "known")),
        .counted = json_is_true(json_object_get(json, "counted")),
        .or_node = json_is_true(json_object_get(json, "or_node")),
        .lost = {json_count(json, "lost_cameras"), json_count(json, "lost_nvrs")},
        .of = {json_count(json, "of_cameras"), json_count(json, "of_nvrs")},
        .devices = json_is_array(devices) ? json_deep_copy(devices) : NULL};
    notice->item_count++;
    return is_whole(item);
}

struct notice *notice_from_json(const json_t *json)
{
    uint32_t kind = json_count(json, "kind");
    struct notice *notice = kind < NOTICE_KINDS
                                ? notice_create((enum notice_kind)kind, json_text(json, "channel"),
                                                json_text(json, "group"), json_text(json, "thread"))
                                : NULL;
    if (notice == NULL) {
        return NULL;
    }
    const json_t *items = json_object_get(json, "items");
    const json_t *extra = json_object_get(json, "extra");
    bool good = true;
    for (size_t i = 0; i < json_array_size(items) && good; i++) {
        good = read_item(notice, json_array_get(items, i));
    }
    free(notice->site_id);
    notice->site_id = json_copy_text(json, "site");
    text_format(notice->id, sizeof(notice->id), "%s", json_text(json, "id"));
    notice->row = json_number(json, "row");
    notice->severity = json_count(json, "severity") % VMM_SEVERITY_COUNT;
    notice->attempts = json_count(json, "attempts");
    notice->made_at = json_number(json, "made");
    notice->next_at = json_number(json, "next");
    notice->trying = json_is_true(json_object_get(json, "trying"));
    notice->delayed = json_is_true(json_object_get(json, "delayed"));
    notice->extra = json_is_object(extra) ? json_deep_copy(extra) : NULL;
    if (!good || notice->site_id == NULL) {
        notice_destroy(notice);
        return NULL;
    }
    return notice;
}
