/* SPDX-License-Identifier: MIT */
/* Why something is not told: policy, new devices, devices that come and go, and what people asked to be spared. */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "base/text.h"
#include "gateway/flap.h"
#include "gateway/json_text.h"
#include "gateway/newcomer.h"

/* New devices of a site that came together. */
struct import {
    char *site_id;
    int64_t last; /* when the last of them came */
    uint32_t count;
};

static const char *import_id(const void *item)
{
    return ((const struct import *)item)->site_id;
}

static void destroy_import(void *item)
{
    struct import *import = item;
    free(import->site_id);
    free(import);
}

void gateway_quiet_init(struct gateway *gateway)
{
    newcomers_init(&gateway->newcomers);
    shelf_init(&gateway->imports, import_id);
    flaps_init(&gateway->flaps);
    quiet_init(&gateway->quiet);
}

void gateway_quiet_finish(struct gateway *gateway)
{
    newcomers_finish(&gateway->newcomers);
    shelf_finish(&gateway->imports, destroy_import);
    flaps_finish(&gateway->flaps);
    quiet_finish(&gateway->quiet);
}

/* ---- rules ---- */

static struct quiet_ask ask_of(const struct gateway *gateway, const struct alarm *alarm,
                               int64_t wall)
{
    struct gateway_site site = {0};
    gateway->world.site(gateway->world.arg, alarm->site_id, &site);
    return (struct quiet_ask){.alarm = alarm,
                              .zone = site.zone,
                              .wall = wall,
                              .has_tag = gateway->world.has_tag,
                              .each_lost = gateway->world.each_lost,
                              .arg = gateway->world.arg};
}

const char *gateway_taken(const struct gateway *gateway, const struct alarm *alarm, int64_t wall,
                          char rule[QUIET_RULE_MAX])
{
    struct quiet_ask ask = ask_of(gateway, alarm, wall);
    return quiet_taken(&gateway->quiet, &ask, rule);
}

bool gateway_attended(const struct gateway *gateway, const char *subject, struct gateway_now now)
{
    for (uint32_t i = 0; i < gateway->alarms.room; i++) {
        const struct alarm *alarm = gateway->alarms.items[i];
        if (alarm != NULL && alarm->closed_at == 0 && strcmp(alarm->subject, subject) == 0) {
            struct quiet_ask ask = ask_of(gateway, alarm, now.wall);
            return quiet_attended(&gateway->quiet, &ask);
        }
    }
    return false;
}

const char *gateway_site_rule(const struct gateway *gateway, const char *site_id)
{
    const struct policy_site *site = policy_of_site(gateway->policy, site_id);
    return !site->enabled  ? "policy: notifications are off for the site"
           : site->observe ? "observe: the site is only observed"
                           : NULL;
}

const char *gateway_rule(const struct gateway *gateway, const struct alarm *alarm, int64_t wall,
                         char rule[QUIET_RULE_MAX])
{
    const char *of_site = gateway_site_rule(gateway, alarm->site_id);
    const struct newcomer *newcomer = shelf_find(&gateway->newcomers, alarm->subject);
    const char *flaps = gateway_flaps(gateway, alarm);
    if (of_site != NULL) {
        return of_site;
    }
    if (newcomer != NULL) {
        return "commissioning: the device is new and was not OK for long enough yet";
    }
    if (flaps != NULL) {
        return flaps;
    }
    struct quiet_ask ask = ask_of(gateway, alarm, wall);
    return quiet_rule(&gateway->quiet, &ask, rule);
}

/* ---- messages in words ---- */

json_t *gateway_worded(const char *key, const char *const *places)
{
    json_t *named = json_object();
    for (size_t i = 0; places[i] != NULL; i += 2) {
        json_object_set_new(named, places[i], json_string(places[i + 1]));
    }
    return json_pack("{s:s, s:o}", "words", key, "places", named);
}

void gateway_tell_words(struct gateway *gateway, const char *site_id, uint32_t severity,
                        const char *thread, json_t *extra, struct gateway_now now)
{
    struct gateway_note note = {.kind = NOTICE_NOTE,
                                .site_id = site_id,
                                .severity = severity,
                                .thread = thread,
                                .extra = extra};
    gateway_note(gateway, &note, now);
    json_decref(extra);
}

/* ---- new devices ---- */

static void put_newcomer(struct gateway *gateway, const struct newcomer *one)
{
    gateway->effects.put_memory(gateway->effects.arg, "newcomer", one->id, one->site_id,
                                newcomer_to_json(one));
}

static void put_import(struct gateway *gateway, const struct import *import)
{
    gateway->effects.put_memory(gateway->effects.arg, "import", import->site_id, import->site_id,
                                json_pack("{s:s, s:I, s:i}", "site", import->site_id, "last",
                                          (json_int_t)import->last, "count", (int)import->count));
}

static struct import *import_of(struct gateway *gateway, const char *site_id)
{
    struct import *import = shelf_find(&gateway->imports, site_id);
    if (import != NULL) {
        return import;
    }
    import = calloc(1, sizeof(*import));
    if (import == NULL) {
        return NULL;
    }
    import->site_id = strdup(site_id);
    if (import->site_id == NULL || !shelf_put(&gateway->imports, import)) {
        destroy_import(import);
        return NULL;
    }
    return import;
}

static void begin_newcomer(struct gateway *gateway, const struct gateway_event *event,
                           struct gateway_now now)
{
    struct newcomer *one =
        newcomers_add(&gateway->newcomers, event->subject, event->site_id, now.wall);
    struct import *import = one != NULL ? import_of(gateway, event->site_id) : NULL;
    if (import != NULL) {
        import->count++;
        import->last = now.wall;
        put_import(gateway, import);
    }
}

static void watch_newcomer(struct gateway *gateway, const struct gateway_event *event,
                           struct gateway_now now)
{
    bool is_first = event->from_health == VMM_HEALTH_UNKNOWN &&
                    event->from_reason == VMM_REASON_NEVER_LOOKED &&
                    now.wall - event->received <= GATEWAY_LATE_US;
    if (is_first && gateway->policy->commission_us > 0 &&
        shelf_find(&gateway->newcomers, event->subject) == NULL) {
        begin_newcomer(gateway, event, now);
    }
    struct newcomer *one = shelf_find(&gateway->newcomers, event->subject);
    if (one != NULL) {
        newcomer_verdict(one, event->health, event->reason, event->ts);
        put_newcomer(gateway, one);
    }
}

static void end_newcomer(struct gateway *gateway, const char *id)
{
    gateway->effects.del_memory(gateway->effects.arg, "newcomer", id);
    newcomers_remove(&gateway->newcomers, id);
}

/* One message for everything that came together. */
static void tell_import(struct gateway *gateway, const struct import *import,
                        struct gateway_now now)
{
    uint32_t ok = 0;
    uint32_t other = 0;
    char texts[3][16];
    for (uint32_t i = 0; i < gateway->newcomers.room; i++) {
        const struct newcomer *one = gateway->newcomers.items[i];
        if (one != NULL && strcmp(one->site_id, import->site_id) == 0) {
            ok += one->health == VMM_HEALTH_OK;
            other += one->health != VMM_HEALTH_OK;
        }
    }
    text_format(texts[0], sizeof(texts[0]), "%u", import->count);
    text_format(texts[1], sizeof(texts[1]), "%u", ok);
    text_format(texts[2], sizeof(texts[2]), "%u", other);
    const char *places[] = {"count", texts[0], "good", texts[1], "bad", texts[2], NULL};
    gateway_tell_words(gateway, import->site_id, VMM_SEVERITY_NORMAL, "",
                       gateway_worded("import", places), now);
}

static void review_newcomers(struct gateway *gateway, struct gateway_now now)
{
    for (uint32_t i = 0; i < gateway->imports.room; i++) {
        struct import *import = gateway->imports.items[i];
        if (import == NULL || now.wall - import->last < NEWCOMER_SETTLE_US) {
            continue;
        }
        if (import->count > 1) {
            tell_import(gateway, import, now);
        }
        gateway->effects.del_memory(gateway->effects.arg, "import", import->site_id);
        destroy_import(shelf_take(&gateway->imports, import->site_id));
    }
    for (uint32_t i = 0; i < gateway->newcomers.room; i++) {
        const struct newcomer *one = gateway->newcomers.items[i];
        if (one != NULL && newcomer_is_done(one, gateway->policy->commission_us, now.wall)) {
            end_newcomer(gateway, one->id);
        }
    }
}

size_t gateway_accept(struct gateway *gateway, const char *id, struct gateway_now now)
{
    size_t count = 0;
    for (uint32_t i = 0; i < gateway->newcomers.room; i++) {
        const struct newcomer *one = gateway->newcomers.items[i];
        if (one != NULL && (strcmp(one->id, id) == 0 || strcmp(one->site_id, id) == 0)) {
            end_newcomer(gateway, one->id);
            count++;
        }
    }
    gateway_review(gateway, now);
    return count;
}

void gateway_watch(struct gateway *gateway, const struct gateway_event *event, bool opens,
                   struct gateway_now now)
{
    bool is_new = false;
    if (event->subject[0] != '\0') {
        watch_newcomer(gateway, event, now);
        is_new = shelf_find(&gateway->newcomers, event->subject) != NULL;
    }
    gateway_watch_flap(gateway, event, opens && !is_new, now);
}

/* ---- what people asked to be spared ---- */

static bool is_of_closed_incident(const struct gateway *gateway, const struct quiet_entry *entry)
{
    return entry->incident[0] != '\0' && gateway_alarm(gateway, entry->incident) == NULL;
}

/* Who asked to hear of it later hears of it now. */
static void end_snooze(struct gateway *gateway, const struct quiet_entry *entry)
{
    struct alarm *alarm = gateway_alarm(gateway, entry->incident);
    if (entry->kind == QUIET_SNOOZE && alarm != NULL) {
        alarm->remind = true;
        alarm->dirty = true;
    }
}

static void end_entry(struct gateway *gateway, struct quiet_entry *entry, bool lapsed,
                      struct gateway_now now)
{
    bool was_long = entry->ends_at - entry->created_at >= QUIET_TELL_US;
    gateway->effects.put_quiet(gateway->effects.arg, entry, now.wall);
    end_snooze(gateway, entry);
    if (lapsed && was_long && !is_of_closed_incident(gateway, entry)) {
        const char *places[] = {"kind",   quiet_kind_word(entry->kind),
                                "name",   entry->id,
                                "owner",  entry->owner,
                                "reason", entry->reason,
                                NULL};
        bool one_site = strpbrk(entry->site, "*?") == NULL;
        gateway_tell_words(gateway, one_site ? entry->site : "", VMM_SEVERITY_NORMAL, "",
                           gateway_worded("lapsed", places), now);
    }
    quiet_remove(&gateway->quiet, entry);
}

void gateway_quiet_lapse(struct gateway *gateway, struct gateway_now now)
{
    for (struct quiet_entry *entry = quiet_lapsed(&gateway->quiet, now.wall); entry != NULL;
         entry = quiet_lapsed(&gateway->quiet, now.wall)) {
        end_entry(gateway, entry, true, now);
    }
}

int gateway_quiet_add(struct gateway *gateway, const struct quiet_draft *draft, const char **why,
                      struct gateway_now now)
{
    int rc = quiet_add(&gateway->quiet, draft, why);
    if (rc == 0) {
        gateway->effects.put_quiet(gateway->effects.arg, quiet_find(&gateway->quiet, draft->id), 0);
        gateway_review(gateway, now);
    }
    return rc;
}

int gateway_quiet_end(struct gateway *gateway, const char *id, struct gateway_now now)
{
    struct quiet_entry *entry = quiet_find(&gateway->quiet, id);
    if (entry == NULL) {
        return VMM_E_NOENT;
    }
    end_entry(gateway, entry, false, now);
    gateway_review(gateway, now);
    return 0;
}

void gateway_review_quiet(struct gateway *gateway, struct gateway_now now)
{
    gateway_quiet_lapse(gateway, now);
    review_newcomers(gateway, now);
    gateway_review_flaps(gateway, now);
}

/* ---- restoring ---- */

static bool restore_import(struct gateway *gateway, const json_t *json)
{
    struct import *import = import_of(gateway, json_text(json, "site"));
    if (import != NULL) {
        import->last = json_number(json, "last");
        import->count = json_count(json, "count");
    }
    return import != NULL;
}

bool gateway_restore_memory(struct gateway *gateway, const char *area, const json_t *json)
{
    if (strcmp(area, "newcomer") == 0) {
        return newcomers_restore(&gateway->newcomers, json);
    }
    if (strcmp(area, "flap") == 0) {
        return flaps_restore(&gateway->flaps, json);
    }
    if (strcmp(area, "schedule") == 0) {
        return gateway_restore_schedule(gateway, json);
    }
    if (strcmp(area, "inventory") == 0) {
        return gateway_restore_inventory(gateway, json);
    }
    return strcmp(area, "import") == 0 && restore_import(gateway, json);
}
