/* SPDX-License-Identifier: MIT */
/* Looks that do not end by themselves: their host is gone, their time is over, their device was removed. */
#include "base/clock.h"
#include "base/log.h"
#include "main/slots.h"
#include "main/visit.h"

#define CANCEL_AFTER_US 2000000u /* past its deadline: the host has a limit of its own */
#define BREACH_AFTER_US 7000000u
#define COMMIT_MAX_US   2000000u /* a login that takes longer to be written down is not made */

static uint32_t count_under_way(const struct watch *watch, const struct host *host)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < watch->look_room; i++) {
        count += watch->looks[i].state == LOOK_SENT && watch->looks[i].host == host;
    }
    return count;
}

static void lose(struct watch *watch, struct look *look, bool crashed, uint32_t under_way)
{
    look_settle(watch, look, &(struct ledger_result){.lost = true});
    struct look copy = *look;
    slot_detach(watch, look);
    slot_free(watch, look);
    watch->looks_finished++;
    watch->looks_lost++;
    if (copy.orphan) {
        return;
    }
    struct watched *watched = &watch->devices[copy.device];
    bool out = crashed && suspect_crash(&watched->suspect, under_way, watch->pulse_us);
    if (out) {
        log_error("watch", "%s: its provider crashed over it twice; it is left out for a time",
                  fleet_device(watch->daemon->fleet, copy.device)->record.id);
        verdict_settings(watch, copy.device);
    }
    if (out && copy.isolated) {
        watch_release_isolation(&watch->providers[watched->provider]);
    }
    /* A login that was not proven counts as refused now: the look is not made again by itself. */
    if (out || copy.unproven) {
        sched_done(watch->sched, copy.device, watch->pulse_us);
        watch_arm(watch);
        probe_ended(watch, copy.device, copy.id);
        return;
    }
    probe_moved(watch, copy.device, copy.id, 0);
    watch_again(watch, copy.device);
}

void look_lost(struct watch *watch, struct host *host, bool crashed)
{
    uint32_t under_way = count_under_way(watch, host);
    for (uint32_t i = 0; i < watch->look_room && under_way > 0; i++) {
        struct look *look = &watch->looks[i];
        if (look->state != LOOK_SENT || look->host != host) {
            continue;
        }
        if (look->visit != NULL) {
            visit_lost(watch, look);
        } else {
            lose(watch, look, crashed, under_way);
        }
    }
}

/* Logins that wait to be written down by a store that has stopped writing, or hangs. */
static void sweep_committing(struct watch *watch)
{
    bool works = watch_can_write(watch);
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        bool late = !works || watch->pulse_us - look->sent_us > COMMIT_MAX_US;
        if (look->state != LOOK_COMMITTING || look->orphan || !late) {
            continue;
        }
        if (look->visit != NULL) {
            visit_late(watch, look);
        } else {
            look_without_login(watch, look);
        }
    }
}

static void cancel(struct look *look)
{
    struct buf *out = host_out(look->host);
    if (!look->cancelled && out != NULL) {
        look->cancelled = message_put_empty(out, FRAME_CANCEL, look->id) == 0;
        host_flush(look->host);
    }
}

void look_sweep(struct watch *watch)
{
    sweep_committing(watch);
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        uint64_t end = look->sent_us + (uint64_t)look->deadline_ms * 1000;
        if (look->state != LOOK_SENT || watch->pulse_us <= end + CANCEL_AFTER_US) {
            continue;
        }
        cancel(look);
        if (watch->pulse_us > end + BREACH_AFTER_US) {
            host_breach(look->host, "it does not finish a job");
        }
    }
}

void look_void_all(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        if (look->state == LOOK_SENT || look->state == LOOK_WEIGHED) {
            look->void_ = true;
            look->sent_us = watch->pulse_us;
        }
    }
}

void look_orphan(struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    uint64_t id = 0;
    if (watched->look != WATCH_NONE) {
        struct look *look = &watch->looks[watched->look];
        id = look->id;
        slot_detach(watch, look);
        look->orphan = true;
        if (look->state == LOOK_SENT) {
            cancel(look);
        }
    }
    probe_ended(watch, device, 0);
    if (id != 0) {
        probe_ended(watch, device, id);
    }
}
