/* SPDX-License-Identifier: MIT */
#include "main/retain.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/deliver.h"
#include "main/endpoint.h"
#include "main/notify.h"
#include "main/record.h"
#include "main/visit.h"
#include "main/watch.h"
#include "store/notify.h"

#define TURN_S    10
#define TURN_ROWS 500u /* of a table at a time: some milliseconds of the writer's */
#define HOUR_US   (3600 * CLOCK_S)
#define DAY_US                                                                                     \
    (86400ll * 1000000) /* after so long no rule of the ledger looks at a login any more */

struct retain {
    struct daemon *daemon;
    struct event *timer;
    uint64_t logins_at; /* when logins are looked through next */
};

/* ---- rows ---- */

/* Switched on, and has neither left a cursor nor run since the start: what it has to get is not known, so it is all. */
static bool is_unknown(const struct daemon *daemon, const struct plugin *plugin)
{
    const char *name = plugin_name(plugin);
    return plugin_kind(plugin) == VMM_KIND_SINK && !plugin_is_leaving(plugin) &&
           !deliver_has(daemon->deliver, name) && !record_has(daemon->record, name) &&
           !notify_has_channel(daemon->notify, name);
}

static bool any_is_unknown(const struct daemon *daemon)
{
    for (size_t i = 0; i < plugin_set_count(daemon->plugins); i++) {
        if (is_unknown(daemon, plugin_set_at(daemon->plugins, i))) {
            return true;
        }
    }
    return false;
}

/* The journal may go up to here; everybody has that. */
static int64_t journal_end(const struct daemon *daemon)
{
    const int64_t ends[] = {deliver_has_to_keep(daemon->deliver),
                            record_has_to_keep(daemon->record), notify_has_to_keep(daemon->notify)};
    int64_t end = INT64_MAX;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        end = ends[i] < end ? ends[i] : end;
    }
    return end;
}

static void trim(struct daemon *daemon, struct store_batch *batch)
{
    const struct policy *policy = daemon->notify->policy;
    int64_t now = clock_wall_us();
    if (!any_is_unknown(daemon)) {
        int64_t rev = record_log_to_keep(daemon->record);
        store_trim_log(batch, now - policy->keep_log_us, rev, TURN_ROWS);
        store_trim_events(batch, now - policy->keep_events_us, journal_end(daemon), TURN_ROWS);
    }
    store_trim_quiet(batch, now - QUIET_MAX_US, TURN_ROWS);
    store_trim_days(batch, now - policy->keep_days_us, TURN_ROWS);
}

/* ---- logins ---- */

/* The accounts that devices have, and those of visits under way; NULL without memory. */
static bool *accounts_in_use(const struct watch *watch, uint32_t count)
{
    bool *used = calloc((size_t)count + 1, sizeof(*used));
    for (uint32_t i = 0; used != NULL && i < watch->device_room; i++) {
        uint32_t account = watch->devices[i].account;
        if (watch->devices[i].known && account < count) {
            used[account] = true;
        }
    }
    for (uint32_t i = 0; used != NULL && i < watch->look_room; i++) {
        const struct look *look = &watch->looks[i];
        bool is_visit = look->state != LOOK_FREE && look->visit != NULL;
        if (is_visit && look->visit->account < count) {
            used[look->visit->account] = true;
        }
    }
    return used;
}

/* True while a rule still hangs on it: a refusal, a wait, a login whose end is not known. */
static bool is_needed(const struct ledger_record *record, int64_t now)
{
    const int64_t times[] = {record->begun_wall, record->refused_wall, record->retry_wall[0],
                             record->retry_wall[1], record->not_before_wall};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (times[i] != 0 && times[i] > now - DAY_US) {
            return true;
        }
    }
    return false;
}

/* Addresses that were tried once, and credentials that no device has any more. */
static void forget_logins(struct watch *watch, struct store_batch *batch)
{
    uint32_t count = endpoint_count(watch->endpoints);
    bool *used = accounts_in_use(watch, count);
    for (uint32_t i = 0; used != NULL && i < count; i++) {
        struct ledger_record record;
        if (!used[i] && ledger_account_get(watch->ledger, i, &record) == 0 &&
            !is_needed(&record, clock_wall_us())) {
            ledger_forget(watch->ledger, i);
            store_del_ledger(batch, endpoint_key(watch->endpoints, i));
        }
    }
    free(used);
}

/* ---- turns ---- */

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct retain *retain = arg;
    struct store_health health;
    (void)fd;
    (void)what;
    store_health(retain->daemon->store, &health);
    struct store_batch *batch = health.working ? store_batch_create() : NULL;
    if (batch == NULL) {
        return; /* a store that has trouble has enough to do */
    }
    trim(retain->daemon, batch);
    if (clock_mono_us() >= retain->logins_at) {
        forget_logins(retain->daemon->watch, batch);
        retain->logins_at = clock_mono_us() + HOUR_US;
    }
    store_submit(retain->daemon->store, batch, NULL, NULL);
}

void retain_start(struct retain *retain)
{
    struct timeval every = {.tv_sec = TURN_S};
    event_add(retain->timer, &every);
}

struct retain *retain_create(struct daemon *daemon)
{
    struct retain *retain = calloc(1, sizeof(*retain));
    if (retain == NULL) {
        return NULL;
    }
    retain->daemon = daemon;
    retain->timer = event_new(daemon->base, -1, EV_PERSIST, on_turn, retain);
    if (retain->timer == NULL) {
        free(retain);
        return NULL;
    }
    return retain;
}

void retain_destroy(struct retain *retain)
{
    if (retain != NULL) {
        event_free(retain->timer);
        free(retain);
    }
}
