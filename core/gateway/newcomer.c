/* SPDX-License-Identifier: MIT */
#include "gateway/newcomer.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "gateway/json_text.h"

static const char *id_of(const void *item)
{
    return ((const struct newcomer *)item)->id;
}

static void destroy(void *item)
{
    struct newcomer *one = item;
    free(one->id);
    free(one->site_id);
    free(one);
}

void newcomers_init(struct shelf *all)
{
    shelf_init(all, id_of);
}

void newcomers_finish(struct shelf *all)
{
    shelf_finish(all, destroy);
}

struct newcomer *newcomers_add(struct shelf *all, const char *id, const char *site_id, int64_t wall)
{
    struct newcomer *one = shelf_find(all, id);
    if (one != NULL) {
        return one;
    }
    one = calloc(1, sizeof(*one));
    if (one == NULL) {
        return NULL;
    }
    *one = (struct newcomer){
        .id = strdup(id), .site_id = strdup(site_id), .began = wall, .health = VMM_HEALTH_UNKNOWN};
    if (one->id == NULL || one->site_id == NULL || !shelf_put(all, one)) {
        destroy(one);
        return NULL;
    }
    return one;
}

void newcomer_verdict(struct newcomer *one, uint32_t health, uint32_t reason, int64_t wall)
{
    bool ok = health == VMM_HEALTH_OK;
    one->ok_since = !ok ? 0 : one->ok_since != 0 ? one->ok_since : wall;
    one->health = health;
    one->reason = reason;
}

bool newcomer_is_done(const struct newcomer *one, int64_t commission_us, int64_t wall)
{
    return one->ok_since != 0 && wall - one->ok_since >= commission_us;
}

void newcomers_remove(struct shelf *all, const char *id)
{
    struct newcomer *one = shelf_take(all, id);
    if (one != NULL) {
        destroy(one);
    }
}

json_t *newcomer_to_json(const struct newcomer *one)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:i, s:i}", "id", one->id, "site", one->site_id, "began",
                     (json_int_t)one->began, "ok_since", (json_int_t)one->ok_since, "health",
                     (int)one->health, "reason", (int)one->reason);
}

bool newcomers_restore(struct shelf *all, const json_t *json)
{
    const char *id = json_text(json, "id");
    struct newcomer *one =
        id[0] != '\0' ? newcomers_add(all, id, json_text(json, "site"), json_number(json, "began"))
                      : NULL;
    if (one == NULL) {
        return false;
    }
    one->ok_since = json_number(json, "ok_since");
    one->health = json_count(json, "health") % VMM_HEALTH_COUNT;
    one->reason = json_count(json, "reason") % VMM_REASON_COUNT;
    return true;
}
