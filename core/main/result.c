/* SPDX-License-Identifier: MIT */
/* A look that has ended: its lease, its notes, its trace, its verdict. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "health/refusal.h"
#include "main/handover.h"
#include "main/identification.h"
#include "main/policies.h"
#include "main/slots.h"
#include "main/visit.h"

#define TRACE_MAX  16384u /* bytes of a last look that is kept */
#define LOCK_MAX_S 604800 /* a lock of more than a week is no time that a device means */

/* The number of a fact of the device; `other` when it was not told. */
static int64_t device_fact(const struct result_message *result, uint16_t fact, int64_t other)
{
    for (uint32_t i = 0; i < result->fact_count; i++) {
        const struct result_fact *told = &result->facts[i];
        if (told->fact == fact && told->subject == VMM_SUBJECT_DEVICE) {
            return (int64_t)told->value;
        }
    }
    return other;
}

/* When the device takes logins again, by its own word; 0: it is not locked, or does not say. */
static int64_t locked_until(const struct result_message *result)
{
    int64_t seconds = device_fact(result, VMM_FACT_LOGIN_LOCKED, 0) != 0
                          ? device_fact(result, VMM_FACT_LOGIN_UNLOCK, 0)
                          : 0;
    return seconds > 0 && seconds <= LOCK_MAX_S ? clock_wall_us() + seconds * CLOCK_S : 0;
}

struct ledger_result look_ledger_result(const struct result_message *result, bool may_boot)
{
    return (struct ledger_result){
        .login_tried = (result->flags & RESULT_LOGIN_TRIED) != 0,
        .login_accepted = (result->flags & RESULT_LOGIN_ACCEPTED) != 0,
        .login_refused = (result->flags & RESULT_LOGIN_REFUSED) != 0,
        .excused =
            result->outcome == VMM_OUTCOME_LIMIT || result->reason == VMM_REASON_BUSY || may_boot,
        .locked_until_wall = locked_until(result),
    };
}

static bool may_boot(const struct watch *watch, const struct look *look)
{
    return !look->orphan && refusal_may_boot(policy_of_device(watch, look->device),
                                             &watch->devices[look->device].state, clock_wall_us());
}

static void keep_notes(struct watched *watched, const struct result_message *result)
{
    size_t size = (size_t)result->host_note.size + result->plugin_note.size;
    struct note *note = watched->note;
    if (size == 0) {
        free(note);
        watched->note = NULL;
        return;
    }
    if (note == NULL || (size_t)note->host_size + note->plugin_size != size) {
        note = realloc(note, sizeof(*note) + size);
        if (note == NULL) {
            return;
        }
        watched->note = note;
    }
    note->host_size = (uint16_t)result->host_note.size;
    note->plugin_size = (uint16_t)result->plugin_note.size;
    if (result->host_note.size > 0) {
        memcpy(note->bytes, result->host_note.data, result->host_note.size);
    }
    if (result->plugin_note.size > 0) {
        memcpy(note->bytes + note->host_size, result->plugin_note.data, result->plugin_note.size);
    }
}

/* Above a certain size of the fleet the last look of a device that is fine is not kept. */
static bool is_worth_keeping(const struct watch *watch, const struct result_message *result)
{
    return fleet_device_count(watch->daemon->fleet) <= WATCH_TRACES_MAX ||
           result->outcome != VMM_OUTCOME_OK;
}

static void keep_trace(struct watch *watch, const struct look *look, const struct frame *frame,
                       const struct result_message *result)
{
    struct watched *watched = &watch->devices[look->device];
    if (!is_worth_keeping(watch, result) || frame->body_size > TRACE_MAX) {
        free(watched->trace);
        watched->trace = NULL;
        return;
    }
    if (watched->trace == NULL || watched->trace->capacity < frame->body_size) {
        size_t capacity = (frame->body_size + 255) & ~(size_t)255;
        struct trace *trace = realloc(watched->trace, sizeof(*trace) + capacity);
        if (trace == NULL) {
            return;
        }
        trace->capacity = (uint32_t)capacity;
        watched->trace = trace;
    }
    watched->trace->started_wall = look->started_wall;
    watched->trace->scope = look->scope;
    watched->trace->size = (uint32_t)frame->body_size;
    memcpy(watched->trace->body, frame->body, frame->body_size);
}

static void finish(struct watch *watch, struct look *look, const struct frame *frame,
                   const struct result_message *result)
{
    struct ledger_result settled = look_ledger_result(result, may_boot(watch, look));
    look_settle(watch, look, &settled);
    struct look copy = *look;
    slot_detach(watch, look);
    slot_free(watch, look);
    watch->looks_finished++;
    if (copy.orphan) {
        return;
    }
    struct watched *watched = &watch->devices[copy.device];
    suspect_clear(&watched->suspect);
    keep_notes(watched, result);
    keep_trace(watch, &copy, frame, result);
    /* First the regular next look, then what the verdict wants instead. */
    sched_done(watch->sched, copy.device, watch->pulse_us);
    if (copy.void_) {
        watch->looks_void++;
    } else if (!handover_take(watch, &copy, result)) {
        verdict_look(watch, &copy, result, settled.excused);
    }
    watch_arm(watch);
    probe_ended(watch, copy.device, copy.id);
    struct provider *provider = &watch->providers[copy.provider];
    if (copy.isolated) {
        watch_release_isolation(provider);
    }
    watch_pump(watch, provider);
}

void look_conclude(struct watch *watch, struct look *look, const struct frame *frame,
                   const struct result_message *result)
{
    watch->looked_us = watch->pulse_us;
    if (look->visit != NULL) {
        visit_result(watch, look, result);
    } else {
        finish(watch, look, frame, result);
    }
}

/* The look of this id that is under way in this host. */
static struct look *find_sent(struct watch *watch, const struct host *host, uint64_t id)
{
    struct look *look = slot_find(watch, id);
    return look != NULL && look->state == LOOK_SENT && look->host == host ? look : NULL;
}

int look_result(struct watch *watch, struct host *host, const struct frame *frame)
{
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    static struct result_step steps[MESSAGE_STEPS_MAX];
    struct result_message result = {.facts = facts, .steps = steps};
    if (message_get_result(frame, &result) != 0) {
        return VMM_E_PROTO;
    }
    struct look *look = find_sent(watch, host, frame->id);
    if (look == NULL) {
        return VMM_E_PROTO;
    }
    if (!identification_holds(watch->daemon->identification, look, frame, &result)) {
        look_conclude(watch, look, frame, &result);
    }
    return 0;
}

int look_transcript(struct watch *watch, struct host *host, const struct frame *frame)
{
    const struct look *look = find_sent(watch, host, frame->id);
    return look != NULL ? identification_keep(watch->daemon->identification, look, frame)
                        : VMM_E_PROTO;
}
