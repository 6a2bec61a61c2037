/* SPDX-License-Identifier: MIT */
/* What comes and goes: when it is told, and that it is held back meanwhile. */
#include "gateway/gateway_parts.h"

#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "gateway/flap.h"
#include "health/words.h"

#define THREAD_MAX (FLAP_KEY_MAX + 32)

static void put_flap(struct gateway *gateway, const struct flap *flap)
{
    gateway->effects.put_memory(gateway->effects.arg, "flap", flap->id, flap->site_id,
                                flap_to_json(flap));
}

/* ---- what is said ---- */

/* A site, its devices or what hangs on a line: words that are chosen with the language. */
static json_t *named_together(const char *cause)
{
    const char *colon = strchr(cause, ':');
    const char *name = colon != NULL ? colon + 1 : cause;
    const char *words = strcmp(cause, "site") == 0        ? "who_site"
                        : strcmp(cause, "group") == 0     ? "who_group"
                        : strncmp(cause, "link:", 5) == 0 ? "who_link"
                                                          : NULL;
    const char *places[] = {"name", name, NULL};
    return words != NULL ? gateway_worded(words, places) : json_string(name);
}

static json_t *name_of(const struct flap *flap)
{
    return flap->subject[0] == '\0'
               ? named_together(flap->cause)
               : json_string(flap->name[0] != '\0' ? flap->name : flap->subject);
}

static const char *words_of(unsigned did)
{
    return did == FLAP_BEGAN ? "flapping" : did == FLAP_ENDED ? "stable" : "flaps_on";
}

/* Why nothing more is heard of it, and until when. */
static json_t *rule_lines(const struct policy *policy)
{
    char minutes[24];
    text_format(minutes, sizeof(minutes), "%lld", (long long)(policy->stable_us / 60000000));
    const char *places[] = {"n", minutes, NULL};
    return json_pack("[o]", gateway_worded("flap_rule", places));
}

/* `did`: FLAP_BEGAN, FLAP_GOES_ON or FLAP_ENDED. */
static void say_flap(struct gateway *gateway, const struct flap *flap, unsigned did,
                     struct gateway_now now)
{
    char changes[16];
    char minutes[24];
    char thread[THREAD_MAX];
    int64_t span = now.wall - (did == FLAP_BEGAN ? flap->times[0] : flap->began);
    text_format(changes, sizeof(changes), "%u", flap->changes);
    text_format(minutes, sizeof(minutes), "%lld", (long long)(span / 60000000));
    text_format(thread, sizeof(thread), "%s/flap/%s/%lld", flap->site_id,
                flap->subject[0] != '\0' ? flap->subject : flap->cause, (long long)flap->began);
    const char *places[] = {"count", changes, "n", minutes, "health", health_word(flap->health),
                            NULL};
    json_t *extra = gateway_worded(words_of(did), places);
    json_object_set_new(json_object_get(extra, "places"), "name", name_of(flap));
    json_object_set_new(extra, "camera", json_string(flap->subject));
    if (did != FLAP_ENDED) {
        json_object_set_new(extra, "more", rule_lines(gateway->policy));
    }
    gateway_tell_words(gateway, flap->site_id,
                       did == FLAP_ENDED ? VMM_SEVERITY_NORMAL : VMM_SEVERITY_SUSPECT, thread,
                       extra, now);
}

static void journal_flap(struct gateway *gateway, const struct flap *flap, unsigned did,
                         struct gateway_now now)
{
    struct gateway_fact fact = {.site_id = flap->site_id,
                                .subject = flap->subject,
                                .cause = flap->cause,
                                .is_flapping = did == FLAP_BEGAN,
                                .health = flap->health,
                                .changes = flap->changes,
                                .since = flap->began,
                                .ts = now.wall};
    gateway->effects.journal(gateway->effects.arg, &fact);
}

/* ---- what happens ---- */

void gateway_watch_flap(struct gateway *gateway, const struct gateway_event *event, bool opens,
                        struct gateway_now now)
{
    const struct policy *policy = gateway->policy;
    char key[FLAP_KEY_MAX];
    bool is_late = now.wall - event->received > GATEWAY_LATE_US;
    struct flap_who who = {.site_id = event->site_id,
                           .cause = event->cause,
                           .subject = event->subject,
                           .name = event->name};
    unsigned did = flaps_change(&gateway->flaps, &who, event->health, opens && !is_late,
                                policy->flap_count, policy->flap_us, now.wall);
    const struct flap *flap = shelf_find(&gateway->flaps, flap_key(&who, key));
    if (flap != NULL) {
        put_flap(gateway, flap);
    }
    if (did == FLAP_BEGAN) {
        say_flap(gateway, flap, did, now);
        journal_flap(gateway, flap, did, now);
    }
}

static void forget_flap(struct gateway *gateway, const struct flap *flap)
{
    gateway->effects.del_memory(gateway->effects.arg, "flap", flap->id);
    flaps_remove(&gateway->flaps, flap->id);
}

static void review_flap(struct gateway *gateway, struct flap *flap, struct gateway_now now)
{
    const struct policy *policy = gateway->policy;
    const struct flap_times times = {policy->flap_us, policy->stable_us, policy->digest_us};
    bool forget = false;
    unsigned did = flap_rest(flap, &times, now.wall, &forget);
    if (did == FLAP_GOES_ON) {
        say_flap(gateway, flap, did, now);
        flap->told = now.wall;
        put_flap(gateway, flap);
    } else if (did == FLAP_ENDED) {
        say_flap(gateway, flap, did, now);
        journal_flap(gateway, flap, did, now);
        forget_flap(gateway, flap);
    } else if (forget) {
        forget_flap(gateway, flap);
    }
}

void gateway_review_flaps(struct gateway *gateway, struct gateway_now now)
{
    for (uint32_t i = 0; i < gateway->flaps.room; i++) {
        if (gateway->flaps.items[i] != NULL) {
            review_flap(gateway, gateway->flaps.items[i], now);
        }
    }
}

const char *gateway_flaps(const struct gateway *gateway, const struct alarm *alarm)
{
    char key[FLAP_KEY_MAX];
    struct flap_who who = {alarm->site_id, alarm->cause, alarm->subject, ""};
    const struct flap *flap = shelf_find(&gateway->flaps, flap_key(&who, key));
    if (flap == NULL || !flap->flapping) {
        return NULL;
    }
    if (alarm->subject[0] != '\0') {
        return "flapping: it was told that the device comes and goes";
    }
    return strcmp(alarm->cause, "site") == 0
               ? "flapping: it was told that the site comes and goes"
               : "flapping: it was told that these devices come and go together";
}
