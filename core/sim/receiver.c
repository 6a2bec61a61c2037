/* SPDX-License-Identifier: MIT */
#include "sim/receiver.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/sink.h>

#include "base/hash.h"
#include "base/text.h"
#include "sim/memory.h"
#include "sim/sim.h"

#define MS         INT64_C(1000)
#define WINDOW_US  PLAN_MIN
#define HANG_US    (30 * PLAN_S) /* a sink waits no longer for an answer */
#define KNOWN_OPEN 1
#define KNOWN_OVER 2

const char *const receiver_names[RECEIVERS_COUNT + 1] = {"chat", "hook", "mail", NULL};
const uint32_t receiver_quotas[RECEIVERS_COUNT] = {50, 20, 6};

/* ---- letters ---- */

struct letter *letter_create(size_t receiver, const struct notice *notice)
{
    struct letter *letter = memory_zeroed(1, sizeof(*letter));
    *letter = (struct letter){.receiver = receiver,
                              .kind = notice->kind,
                              .hash = hash_bytes(notice->payload, strlen(notice->payload), 0),
                              .item_count = notice->item_count};
    text_format(letter->id, sizeof(letter->id), "%s", notice->id);
    letter->items = memory_zeroed(notice->item_count, sizeof(*letter->items));
    for (size_t i = 0; i < notice->item_count; i++) {
        const struct notice_item *item = &notice->items[i];
        letter->items[i] = (struct letter_item){.incident = memory_text(item->alarm),
                                                .site_id = memory_text(item->site_id),
                                                .subject = memory_text(item->subject),
                                                .devices = json_incref(item->devices),
                                                .over = item->over != 0,
                                                .known = item->known};
    }
    return letter;
}

void letter_destroy(void *thing)
{
    struct letter *letter = thing;
    for (size_t i = 0; i < letter->item_count; i++) {
        free(letter->items[i].incident);
        free(letter->items[i].site_id);
        free(letter->items[i].subject);
        json_decref(letter->items[i].devices);
    }
    free(letter->items);
    free(letter);
}

/* ---- life ---- */

void receivers_init(struct receivers *receivers)
{
    *receivers = (struct receivers){0};
    for (size_t i = 0; i < RECEIVERS_COUNT; i++) {
        receivers->all[i].ids = json_object();
        receivers->all[i].known = json_object();
    }
}

void receivers_finish(struct receivers *receivers)
{
    for (size_t i = 0; i < RECEIVERS_COUNT; i++) {
        json_decref(receivers->all[i].ids);
        json_decref(receivers->all[i].known);
        free(receivers->all[i].asked);
    }
}

size_t receiver_find(const char *channel)
{
    size_t i = 0;
    while (i < RECEIVERS_COUNT && strcmp(receiver_names[i], channel) != 0) {
        i++;
    }
    return i;
}

bool receiver_knows(const struct receiver *receiver, const char *incident)
{
    return json_object_get(receiver->known, incident) != NULL;
}

/* ---- what it shows ---- */

/* What it hears is new: an incident begins once and ends once. */
static void hear(struct sim *sim, struct receiver *receiver, const struct letter *letter,
                 const struct letter_item *item)
{
    json_int_t before = json_integer_value(json_object_get(receiver->known, item->incident));
    const char *name = receiver_names[letter->receiver];
    bool is_alert = letter->kind == NOTICE_ALERT || letter->kind == NOTICE_CATCHUP;
    if (letter->kind == NOTICE_SUMMARY || letter->kind == NOTICE_REMINDER) {
        return;
    }
    if (is_alert && !item->over && !item->known && before != 0) {
        check_fail(&sim->check, sim, "%s is told twice that %s began", name, item->incident);
    }
    if (item->over && before == KNOWN_OVER) {
        check_fail(&sim->check, sim, "%s is told twice that %s is over", name, item->incident);
    }
    if (letter->kind == NOTICE_UPDATE && !item->over && before != KNOWN_OPEN) {
        check_fail(&sim->check, sim, "%s is told more of %s, which is not open", name,
                   item->incident);
    }
    json_object_set_new(receiver->known, item->incident,
                        json_integer(item->over ? KNOWN_OVER : KNOWN_OPEN));
    if (!item->over) {
        figures_told(&sim->figures, sim, item);
    }
}

static void show(struct sim *sim, struct receiver *receiver, const struct letter *letter)
{
    const json_t *had = json_object_get(receiver->ids, letter->id);
    json_int_t hash = (json_int_t)(letter->hash >> 1);
    if (had != NULL) {
        receiver->again++;
        if (json_integer_value(had) != hash) {
            check_fail(&sim->check, sim, "message %s comes again with other bytes", letter->id);
        }
        return;
    }
    json_object_set_new(receiver->ids, letter->id, json_integer(hash));
    receiver->shown++;
    for (size_t i = 0; i < letter->item_count; i++) {
        hear(sim, receiver, letter, &letter->items[i]);
    }
}

/* ---- what it answers ---- */

static void change_mood(struct sim *sim, struct receiver *receiver)
{
    bool well = !sim->plan.faults || sim->now > SIM_BEGIN + sim->plan.span_us;
    if (well) {
        receiver->mood = MOOD_TAKES;
        return;
    }
    while (receiver->mood_until <= sim->now) {
        bool takes = receiver->mood != MOOD_TAKES;
        receiver->mood =
            takes ? MOOD_TAKES : 1 + (enum receiver_mood)sim_below(sim, MOOD_COUNT - 1);
        int64_t least = takes ? 5 * PLAN_MIN : PLAN_MIN / 2;
        int64_t most = takes ? 2 * PLAN_H : 25 * PLAN_MIN;
        int64_t from = receiver->mood_until > 0 ? receiver->mood_until : sim->now;
        receiver->mood_until = from + least + (int64_t)sim_below(sim, (uint64_t)(most - least));
    }
}

static void check_quota(struct sim *sim, struct receiver *receiver, const struct letter *letter)
{
    size_t kept = 0;
    for (size_t i = 0; i < receiver->asked_count; i++) {
        if (letter->asked - receiver->asked[i] < WINDOW_US) {
            receiver->asked[kept++] = receiver->asked[i];
        }
    }
    receiver->asked =
        memory_grow(receiver->asked, &receiver->asked_room, kept + 1, sizeof(*receiver->asked));
    receiver->asked[kept++] = letter->asked;
    receiver->asked_count = kept;
    /* A node that starts has one message to give, whatever the one before it gave. */
    bool is_new = letter->asked - sim->receivers.restarted < WINDOW_US;
    uint32_t most = receiver_quotas[letter->receiver] * (is_new ? 2 : 1);
    if (kept > most) {
        check_fail(&sim->check, sim, "%s gets %zu messages within a minute",
                   receiver_names[letter->receiver], kept);
    }
}

void receiver_take(struct sim *sim, struct letter *letter)
{
    struct receiver *receiver = &sim->receivers.all[letter->receiver];
    int64_t wait = 5 * MS + (int64_t)sim_below(sim, 400 * MS);
    change_mood(sim, receiver);
    check_quota(sim, receiver, letter);
    letter->verdict = VMM_SINK_RETRY;
    switch (cut_at(&sim->cuts, sim->now) != NULL ? MOOD_HANGS : receiver->mood) {
    case MOOD_TAKES:
        letter->verdict = VMM_SINK_DELIVERED;
        show(sim, receiver, letter);
        break;
    case MOOD_QUOTA:
        letter->retry_us = (5 + sim_below(sim, 55)) * PLAN_S;
        break;
    case MOOD_HANGS:
        wait = HANG_US;
        break;
    case MOOD_DROPS:
        letter->verdict = sim_below(sim, 2) == 0 ? VMM_SINK_RETRY : 0;
        show(sim, receiver, letter);
        break;
    case MOOD_FAILS:
    case MOOD_REFUSES:
        break;
    }
    sim_trace(sim, "%s %s message %s of %zu items", receiver_names[letter->receiver],
              letter->verdict == VMM_SINK_DELIVERED ? "takes" : "does not take", letter->id,
              letter->item_count);
    agenda_put(&sim->agenda, (struct happening){.at = sim->now + wait,
                                                .kind = HAPPENING_ANSWER,
                                                .life = letter->life,
                                                .thing = letter});
}
