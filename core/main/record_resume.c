/* SPDX-License-Identifier: MIT */
/* Where a sink goes on: the places it says, as numbers of this node's store. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "main/record_copy.h"

static void answer_resume(struct copy *copy)
{
    struct resumption *resumption = &copy->resumption;
    struct buf *out = host_out(resumption->host);
    copy->host = resumption->host;
    copy->out_open = 0;
    resumption->host = NULL;
    if (out == NULL) {
        copy_lost(copy);
        return;
    }
    for (; resumption->asked > 0; resumption->asked--) {
        message_put_empty(out, FRAME_RESUMED, 0);
    }
    host_flush(copy->host);
    uint64_t now = clock_mono_us();
    copy_act(copy, feed_ready(&copy->feed, true, now));
    copy_act(copy, feed_resume(&copy->feed, resumption->numbers, now));
}

void copy_try_resume(struct copy *copy)
{
    struct resumption *resumption = &copy->resumption;
    bool is_current = resumption->host != NULL && resumption->open == 0 && copy->plugin != NULL &&
                      plugin_pick(copy->plugin, 0) == resumption->host;
    bool is_free = copy->host == NULL || copy->host == resumption->host || copy->out_open == 0;
    if (is_current && is_free) {
        answer_resume(copy);
    }
}

static void found_place(struct copy *copy, uint32_t table, int rc, int64_t number)
{
    struct resumption *resumption = &copy->resumption;
    copy->lookups[table]--;
    if (copy->lookups[table] == 0 && resumption->host != NULL && resumption->wanted[table]) {
        resumption->numbers[table] = rc == 0 ? number : 0;
        resumption->wanted[table] = false;
        resumption->open--;
        copy_try_resume(copy);
    }
}

static void on_event_place(void *arg, int rc, int64_t number)
{
    found_place(arg, STORE_TABLE_EVENT, rc, number);
}

static void on_delivery_place(void *arg, int rc, int64_t number)
{
    found_place(arg, STORE_TABLE_DELIVERY, rc, number);
}

static void on_day_place(void *arg, int rc, int64_t number)
{
    found_place(arg, STORE_TABLE_DAY, rc, number);
}

/* Where it cannot be looked up the copy gets the table from its first row. */
static void look_up(struct copy *copy, uint32_t table, const char *place)
{
    static const store_place_fn fns[FEED_ORDERED] = {on_event_place, on_delivery_place,
                                                     on_day_place};
    struct store *store = copy->record->daemon->store;
    struct resumption *resumption = &copy->resumption;
    if (!resumption->wanted[table] &&
        store_query_place(store, table, place, fns[table], copy) == 0) {
        copy->lookups[table]++;
        resumption->wanted[table] = true;
        resumption->open++;
    }
}

/* The number in a place that this run has given. */
static int64_t own_number(const struct record *record, const char *place)
{
    size_t size = strlen(record->session);
    bool is_own = strncmp(place, record->session, size) == 0 && place[size] == '.';
    return is_own ? strtoll(place + size + 1, NULL, 10) : 0;
}

static void take_place(struct copy *copy, const struct resume_place *place)
{
    for (uint32_t table = 0; table < FEED_TABLES; table++) {
        if (strcmp(place->table, store_table_name(table)) != 0) {
            continue;
        }
        if (table < FEED_ORDERED) {
            look_up(copy, table, place->place);
        } else {
            copy->resumption.numbers[table] = own_number(copy->record, place->place);
        }
    }
}

void copy_resume(struct copy *copy, struct host *host, const struct resume_message *message)
{
    struct resumption *resumption = &copy->resumption;
    uint32_t asked = resumption->host == host ? resumption->asked : 0;
    *resumption = (struct resumption){.host = host, .asked = asked + 1};
    for (uint32_t i = 0; i < message->count; i++) {
        take_place(copy, &message->places[i]);
    }
    copy_try_resume(copy);
}
