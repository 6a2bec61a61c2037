/* SPDX-License-Identifier: MIT */
#include "main/record.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/record_copy.h"

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct copy *copy = arg;
    copy_act(copy, feed_tick(&copy->feed, clock_mono_us()));
}

/* ---- what the store has committed ---- */

static void on_changed(void *arg, enum store_table table, const char *part1, const char *part2,
                       bool soft)
{
    struct record *record = arg;
    uint64_t now = clock_mono_us();
    for (size_t i = 0; i < record->count; i++) {
        struct copy *copy = record->copies[i];
        uint32_t todo = table < FEED_ORDERED
                            ? feed_grown(&copy->feed, table, now)
                            : feed_changed(&copy->feed, table, part1, part2, soft, now);
        if (todo != 0 || !event_pending(copy->timer, EV_TIMEOUT, NULL)) {
            copy_act(copy, todo);
        }
    }
}

/* ---- copies ---- */

static struct copy *find(const struct record *record, const char *name)
{
    for (size_t i = 0; i < record->count; i++) {
        if (strcmp(record->copies[i]->name, name) == 0) {
            return record->copies[i];
        }
    }
    return NULL;
}

static struct copy *add(struct record *record, const char *name)
{
    struct copy *copy = record->count < RECORD_COPIES_MAX ? calloc(1, sizeof(*copy)) : NULL;
    if (copy == NULL) {
        return NULL;
    }
    copy->record = record;
    copy->has_seq = -1;
    text_format(copy->name, sizeof(copy->name), "%s", name);
    copy->timer = event_new(record->daemon->base, -1, 0, on_timer, copy);
    if (copy->timer == NULL) {
        free(copy);
        return NULL;
    }
    feed_init(&copy->feed);
    record->copies[record->count++] = copy;
    store_watch_rows(record->daemon->store, on_changed, record);
    return copy;
}

static struct copy *find_or_add(struct record *record, const char *name)
{
    struct copy *copy = find(record, name);
    copy = copy != NULL ? copy : add(record, name);
    if (copy == NULL) {
        log_error(RECORD_AREA, "%s: there are too many copies of the record", name);
    }
    return copy;
}

bool record_is_for(const struct record *record, const struct plugin *plugin)
{
    const struct description *description = plugin_description(plugin);
    /* What is said while its last generation ends comes from a plugin without a description. */
    return description != NULL ? plugin_kind(plugin) == VMM_KIND_SINK &&
                                     (description->traits & VMM_TRAIT_RECORD) != 0
                               : find(record, plugin_name(plugin)) != NULL;
}

bool record_restore(struct record *record, const char *cursor, int64_t seq)
{
    if (strncmp(cursor, RECORD_CURSOR, strlen(RECORD_CURSOR)) != 0) {
        return false;
    }
    struct copy *copy = find_or_add(record, cursor + strlen(RECORD_CURSOR));
    if (copy != NULL) {
        copy->has_seq = seq;
    }
    return true;
}

void record_plugin_ready(struct record *record, struct plugin *plugin)
{
    struct copy *copy = find_or_add(record, plugin_name(plugin));
    if (copy != NULL) {
        copy->plugin = plugin;
        copy_try_resume(copy);
    }
}

void record_plugin_unready(struct record *record, struct plugin *plugin)
{
    struct copy *copy = find(record, plugin_name(plugin));
    if (copy != NULL && copy->host != NULL) {
        copy_lost(copy);
    }
}

void record_plugin_removed(struct record *record, struct plugin *plugin)
{
    for (size_t i = 0; i < record->count; i++) {
        struct copy *copy = record->copies[i];
        if (copy->plugin == plugin) {
            copy->plugin = NULL;
            copy->resumption.host = NULL;
            copy_lost(copy);
        }
    }
}

int record_resume(struct record *record, struct plugin *plugin, struct host *host,
                  const struct frame *frame)
{
    struct resume_place places[RESUME_PLACES_MAX];
    struct resume_message message = {.places = places};
    if (message_get_resume(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    struct copy *copy = find_or_add(record, plugin_name(plugin));
    if (copy != NULL) {
        copy_resume(copy, host, &message);
    }
    return 0;
}

static struct copy *with_batch(const struct record *record, const struct host *host,
                               uint64_t batch_id)
{
    for (size_t i = 0; i < record->count; i++) {
        struct copy *copy = record->copies[i];
        if (copy->host == host && copy->out_open > 0 && copy->out.batch_id == batch_id) {
            return copy;
        }
    }
    return NULL;
}

int record_settled(struct record *record, struct host *host, const struct frame *frame)
{
    struct settled_message message;
    if (message_get_settled(frame, &message) != 0 || message.verdict < VMM_SINK_DELIVERED ||
        message.verdict > VMM_SINK_DROP) {
        return VMM_E_PROTO;
    }
    struct copy *copy = with_batch(record, host, frame->id);
    if (copy == NULL) {
        return 0; /* of a page that crossed a RESUME */
    }
    if (message.index >= copy->out.count) {
        return VMM_E_PROTO;
    }
    copy_settled(copy, &message);
    return 0;
}

void record_lost(struct record *record, struct host *host)
{
    for (size_t i = 0; i < record->count; i++) {
        struct copy *copy = record->copies[i];
        if (copy->resumption.host == host) {
            copy->resumption.host = NULL;
        }
        if (copy->host == host) {
            copy_lost(copy);
            copy_try_resume(copy);
        }
    }
}

bool record_has(const struct record *record, const char *name)
{
    return find(record, name) != NULL;
}

/* Its plugin is switched on, whether it works just now or not. */
static bool is_wanted(const struct copy *copy)
{
    return plugin_set_find(copy->record->daemon->plugins, copy->name) != NULL;
}

int64_t record_has_to_keep(const struct record *record)
{
    int64_t seq = INT64_MAX;
    for (size_t i = 0; i < record->count; i++) {
        const struct copy *copy = record->copies[i];
        if (is_wanted(copy) && copy->has_seq < seq) {
            seq = copy->has_seq;
        }
    }
    return seq;
}

int64_t record_log_to_keep(const struct record *record)
{
    int64_t rev = INT64_MAX;
    for (size_t i = 0; i < record->count; i++) {
        const struct copy *copy = record->copies[i];
        int64_t has = copy->feed.resumed ? copy->feed.ordered[STORE_TABLE_DELIVERY].settled : 0;
        if (is_wanted(copy) && has < rev) {
            rev = has;
        }
    }
    return rev;
}

/* ---- life ---- */

struct record *record_create(struct daemon *daemon)
{
    struct record *record = calloc(1, sizeof(*record));
    if (record == NULL) {
        return NULL;
    }
    uint64_t seed = clock_mono_us();
    ssize_t got = getrandom(&seed, sizeof(seed), 0);
    (void)got;
    record->daemon = daemon;
    rng_init(&record->rng, seed);
    text_format(record->session, sizeof(record->session), "%016llx",
                (unsigned long long)rng_next(&record->rng));
    return record;
}

void record_destroy(struct record *record)
{
    if (record == NULL) {
        return;
    }
    for (size_t i = 0; i < record->count; i++) {
        struct copy *copy = record->copies[i];
        feed_finish(&copy->feed);
        buf_finish(&copy->staged.frame);
        buf_finish(&copy->out.frame);
        event_free(copy->timer);
        free(copy);
    }
    free(record);
}
