/* SPDX-License-Identifier: MIT */
#include "gateway/flap.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/text.h"
#include "gateway/json_text.h"

static const char *id_of(const void *item)
{
    return ((const struct flap *)item)->id;
}

static void destroy(void *item)
{
    struct flap *flap = item;
    free(flap->id);
    free(flap->site_id);
    free(flap->cause);
    free(flap->subject);
    free(flap->name);
    free(flap);
}

void flaps_init(struct shelf *all)
{
    shelf_init(all, id_of);
}

void flaps_finish(struct shelf *all)
{
    shelf_finish(all, destroy);
}

const char *flap_key(const struct flap_who *who, char out[FLAP_KEY_MAX])
{
    if (who->subject[0] != '\0') {
        text_format(out, FLAP_KEY_MAX, "%s", who->subject);
    } else {
        text_format(out, FLAP_KEY_MAX, "%s/%s", who->site_id, who->cause);
    }
    return out;
}

static struct flap *add(struct shelf *all, const char *key, const struct flap_who *who)
{
    struct flap *flap = calloc(1, sizeof(*flap));
    if (flap == NULL) {
        return NULL;
    }
    flap->id = strdup(key);
    flap->site_id = strdup(who->site_id);
    flap->cause = strdup(who->cause);
    flap->subject = strdup(who->subject);
    flap->name = strdup(who->name);
    if (flap->id == NULL || flap->site_id == NULL || flap->cause == NULL || flap->subject == NULL ||
        flap->name == NULL || !shelf_put(all, flap)) {
        destroy(flap);
        return NULL;
    }
    return flap;
}

/* Forget what is older than `since`. */
static void forget_before(struct flap *flap, int64_t since)
{
    uint32_t old = 0;
    while (old < flap->count && flap->times[old] < since) {
        old++;
    }
    flap->count -= old;
    memmove(flap->times, flap->times + old, flap->count * sizeof(flap->times[0]));
}

static void remember(struct flap *flap, int64_t wall)
{
    if (flap->count == FLAP_TIMES) {
        memmove(flap->times, flap->times + 1, (FLAP_TIMES - 1) * sizeof(flap->times[0]));
        flap->count--;
    }
    flap->times[flap->count++] = wall;
}

unsigned flaps_change(struct shelf *all, const struct flap_who *who, uint32_t health, bool opens,
                      uint32_t limit, int64_t within_us, int64_t wall)
{
    char key[FLAP_KEY_MAX];
    struct flap *flap = shelf_find(all, flap_key(who, key));
    if (flap == NULL && opens && limit > 0) {
        flap = add(all, key, who);
    }
    if (flap == NULL) {
        return FLAP_NOTHING;
    }
    flap->health = health;
    flap->last = wall;
    flap->changes += flap->flapping;
    forget_before(flap, wall - within_us);
    if (opens) {
        remember(flap, wall);
    }
    if (flap->flapping || limit == 0 || flap->count < limit) {
        return FLAP_NOTHING;
    }
    flap->flapping = true;
    flap->began = wall;
    flap->told = wall;
    flap->changes = flap->count;
    return FLAP_BEGAN;
}

unsigned flap_rest(const struct flap *flap, const struct flap_times *times, int64_t wall,
                   bool *forget)
{
    *forget = !flap->flapping && wall - flap->last > times->within_us;
    if (!flap->flapping) {
        return FLAP_NOTHING;
    }
    if (wall - flap->last >= times->stable_us) {
        return FLAP_ENDED;
    }
    return times->digest_us > 0 && wall - flap->told >= times->digest_us ? FLAP_GOES_ON
                                                                         : FLAP_NOTHING;
}

void flaps_remove(struct shelf *all, const char *id)
{
    struct flap *flap = shelf_take(all, id);
    if (flap != NULL) {
        destroy(flap);
    }
}

json_t *flap_to_json(const struct flap *flap)
{
    json_t *times = json_array();
    for (uint32_t i = 0; i < flap->count; i++) {
        json_array_append_new(times, json_integer((json_int_t)flap->times[i]));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:i, s:i, s:o}", "id", flap->subject,
                     "site", flap->site_id, "cause", flap->cause, "name", flap->name, "flapping",
                     flap->flapping, "began", (json_int_t)flap->began, "told",
                     (json_int_t)flap->told, "last", (json_int_t)flap->last, "changes",
                     (int)flap->changes, "health", (int)flap->health, "times", times);
}

bool flaps_restore(struct shelf *all, const json_t *json)
{
    char key[FLAP_KEY_MAX];
    const json_t *times = json_object_get(json, "times");
    struct flap_who who = {.site_id = json_text(json, "site"),
                           .cause = json_text(json, "cause"),
                           .subject = json_text(json, "id"),
                           .name = json_text(json, "name")};
    bool named = who.subject[0] != '\0' || who.cause[0] != '\0';
    struct flap *flap =
        named && shelf_find(all, flap_key(&who, key)) == NULL ? add(all, key, &who) : NULL;
    if (flap == NULL) {
        return false;
    }
    flap->flapping = json_is_true(json_object_get(json, "flapping"));
    flap->began = json_number(json, "began");
    flap->told = json_object_get(json, "told") != NULL ? json_number(json, "told") : flap->began;
    flap->last = json_number(json, "last");
    flap->changes = json_count(json, "changes");
    flap->health = json_count(json, "health") % VMM_HEALTH_COUNT;
    for (size_t i = 0; i < json_array_size(times); i++) {
        remember(flap, (int64_t)json_integer_value(json_array_get(times, i)));
    }
    return true;
}
