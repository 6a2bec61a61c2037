/* SPDX-License-Identifier: MIT */
/* A look's way: lease, login written down, job to a host, result or loss. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/endpoint.h"
#include "main/watch.h"

#define CANCEL_AFTER_US 2000000u /* past its deadline: the host has a limit of its own */
#define BREACH_AFTER_US 7000000u
#define COMMIT_MAX_US   2000000u /* a login that takes longer to be written down is not made */
#define SLOT_BITS       20u
#define TRACE_MAX       16384u /* bytes of a last look that is kept */
#define BOOT_US         90000000 /* a refusal so soon after a failure may come from a device that boots */

static struct ledger_time ledger_now(void)
{
    return (struct ledger_time){.mono_us = clock_mono_us(), .wall_us = clock_wall_us()};
}

/* ---- slots ---- */

static int grow_slots(struct watch *watch)
{
    uint32_t room = watch->look_room > 0 ? watch->look_room * 2 : 256;
    if (room > 1u << SLOT_BITS) {
        return VMM_E_TOOBIG;
    }
    struct look *looks = realloc(watch->looks, room * sizeof(*looks));
    if (looks == NULL) {
        return VMM_E_NOMEM;
    }
    for (uint32_t i = watch->look_room; i < room; i++) {
        looks[i] = (struct look){.next_free = i + 1 < room ? i + 1 : WATCH_NONE};
    }
    watch->looks = looks;
    watch->look_free = watch->look_room;
    watch->look_room = room;
    return 0;
}

static struct look *take_slot(struct watch *watch)
{
    if (watch->look_free == WATCH_NONE && grow_slots(watch) != 0) {
        return NULL;
    }
    uint32_t slot = watch->look_free;
    struct look *look = &watch->looks[slot];
    watch->look_free = look->next_free;
    watch->look_number++;
    *look = (struct look){.id = watch->look_number << SLOT_BITS | slot, .state = LOOK_COMMITTING};
    watch->looks_out++;
    return look;
}

static uint32_t slot_of(const struct watch *watch, const struct look *look)
{
    return (uint32_t)(look - watch->looks);
}

static struct look *find_look(struct watch *watch, uint64_t id)
{
    uint64_t slot = id & ((1u << SLOT_BITS) - 1);
    struct look *look = slot < watch->look_room ? &watch->looks[slot] : NULL;
    return look != NULL && look->state != LOOK_FREE && look->id == id ? look : NULL;
}

/* Take the look off its device and provider; the slot stays until free_slot(). */
static void detach(struct watch *watch, struct look *look)
{
    if (look->orphan) {
        return;
    }
    struct watched *watched = &watch->devices[look->device];
    struct provider *provider = &watch->providers[watched->provider];
    watched->look = WATCH_NONE;
    if (look->isolated) {
        provider->suspect_look = WATCH_NONE;
    } else {
        provider->in_flight--;
    }
}

static void free_slot(struct watch *watch, struct look *look)
{
    look->state = LOOK_FREE;
    look->next_free = watch->look_free;
    watch->look_free = slot_of(watch, look);
    watch->looks_out--;
}

/* ---- the ledger ---- */

static void put_ledger(struct watch *watch, const struct ledger_record *record)
{
    store_put_ledger(watch_durable(watch), endpoint_key(watch->endpoints, record->account), record,
                     sizeof(*record));
}

static void settle(struct watch *watch, const struct look *look, const struct ledger_result *result)
{
    struct ledger_record record;
    if (ledger_settle(watch->ledger, look->lease, result, ledger_now(), &record)) {
        put_ledger(watch, &record);
    }
}

static struct ledger_result ledger_result_of(const struct watch *watch, const struct look *look,
                                             const struct result_message *result)
{
    const struct watched *watched = &watch->devices[look->device];
    int64_t last_failure = look->orphan ? 0 : watched->state.last_failure_wall;
    bool may_boot = last_failure != 0 && clock_wall_us() - last_failure < BOOT_US;
    return (struct ledger_result){
        .login_tried = (result->flags & RESULT_LOGIN_TRIED) != 0,
        .login_accepted = (result->flags & RESULT_LOGIN_ACCEPTED) != 0,
        .login_refused = (result->flags & RESULT_LOGIN_REFUSED) != 0,
        .excused =
            result->outcome == VMM_OUTCOME_LIMIT || result->reason == VMM_REASON_BUSY || may_boot,
    };
}

/* Sessions that a lost host leaves at a device stay counted for a while. */
static bool keeps_sessions(const struct provider *provider)
{
    const struct description *description =
        provider->plugin != NULL ? plugin_description(provider->plugin) : NULL;
    return description != NULL && (description->traits & VMM_TRAIT_SESSIONS) != 0;
}

/* ---- on its way ---- */

static struct host *host_for(struct watch *watch, const struct look *look)
{
    const struct watched *watched = &watch->devices[look->device];
    struct plugin *plugin = watch->providers[watched->provider].plugin;
    if (plugin == NULL) {
        return NULL;
    }
    return look->isolated ? plugin_pick_isolation(plugin) : plugin_pick(plugin, watched->id_hash);
}

static const struct options *options_of(struct watch *watch, const struct fleet_device *device)
{
    struct provider *provider = &watch->providers[watch->devices[device->handle].provider];
    const struct description *description =
        provider->plugin != NULL ? plugin_description(provider->plugin) : NULL;
    return description == NULL
               ? NULL
               : options_get(&provider->options, description, device->record.options);
}

/* What the look would be told by a host, when it cannot even be asked for. */
static void fail_unsent(struct watch *watch, struct look *look, uint32_t outcome,
                        const char *detail)
{
    struct result_message result = {.outcome = (uint8_t)outcome, .detail = detail};
    settle(watch, look, &(struct ledger_result){0});
    struct look copy = *look;
    detach(watch, look);
    free_slot(watch, look);
    watch->looks_finished++;
    sched_done(watch->sched, copy.device, watch->pulse_us);
    verdict_look(watch, &copy, &result);
    probe_ended(watch, copy.device, copy.id);
}

/* No host takes it now: back into the queue. */
static void put_back(struct watch *watch, struct look *look)
{
    uint32_t device = look->device;
    probe_moved(watch, device, look->id, 0);
    settle(watch, look, &(struct ledger_result){0});
    detach(watch, look);
    free_slot(watch, look);
    watch->looks_finished++;
    watch_requeue(watch, device);
}

/* It was switched off while it waited for its login to be written down. */
static void give_up(struct watch *watch, struct look *look)
{
    uint32_t device = look->device;
    uint64_t id = look->id;
    settle(watch, look, &(struct ledger_result){0});
    detach(watch, look);
    free_slot(watch, look);
    watch->looks_finished++;
    sched_done(watch->sched, device, watch->pulse_us);
    probe_ended(watch, device, id);
    watch_arm(watch);
}

static void go(struct watch *watch, struct look *look)
{
    if (health_scope(&watch->devices[look->device].state) == HEALTH_SCOPE_NONE) {
        give_up(watch, look);
        return;
    }
    const struct fleet_device *device = fleet_device(watch->daemon->fleet, look->device);
    const struct options *options = options_of(watch, device);
    look->host = host_for(watch, look);
    if (look->host == NULL || options == NULL) {
        look->host = NULL;
        put_back(watch, look);
        return;
    }
    if (options->why[0] != '\0') {
        fail_unsent(watch, look, VMM_OUTCOME_UNSUPPORTED, options->why);
        return;
    }
    look->state = LOOK_SENT;
    look->sent_us = watch->pulse_us;
    look->started_wall = clock_wall_us();
    if (job_send(watch, look, device, options) != 0) {
        fail_unsent(watch, look, VMM_OUTCOME_INTERNAL, "the job could not be written");
    }
}

struct committed_look {
    struct watch *watch;
    uint64_t id;
};

static struct ledger_ask ask_for(const struct watch *watch, uint32_t device, bool login)
{
    const struct watched *watched = &watch->devices[device];
    return (struct ledger_ask){.endpoint = watched->endpoint,
                               .account = watched->account,
                               .connections = 1,
                               .login = login,
                               .session = keeps_sessions(&watch->providers[watched->provider])};
}

/* Nothing can be written down: the look is made without its login, which waits for better times. The lease is
 * taken anew, so that a loss of this look is not taken for a loss of a login. */
static void go_without_login(struct watch *watch, struct look *look)
{
    struct ledger_ask ask = ask_for(watch, look->device, false);
    struct ledger_answer answer;
    settle(watch, look, &(struct ledger_result){0});
    ledger_ask(watch->ledger, &ask, ledger_now(), &answer);
    look->may_login = false;
    look->unproven = false;
    if (answer.verdict != LEDGER_GRANTED) {
        put_back(watch, look);
        return;
    }
    look->lease = answer.lease;
    go(watch, look);
}

/* The login is written down: the job may go. When it could not be, no login is made. */
static void on_login_committed(void *arg, int rc)
{
    struct committed_look *committed = arg;
    struct look *look = find_look(committed->watch, committed->id);
    if (look != NULL && look->orphan) {
        settle(committed->watch, look, &(struct ledger_result){0});
        free_slot(committed->watch, look);
        committed->watch->looks_finished++;
    } else if (look != NULL && look->state == LOOK_COMMITTING) {
        watch_pulse(committed->watch);
        if (rc == 0) {
            go(committed->watch, look);
        } else {
            go_without_login(committed->watch, look);
        }
    }
    free(committed);
}

static void write_login_first(struct watch *watch, struct look *look,
                              const struct ledger_record *record)
{
    struct committed_look *committed = malloc(sizeof(*committed));
    struct store_batch *batch = store_batch_create();
    if (committed == NULL || batch == NULL || !watch_can_write(watch)) {
        free(committed);
        store_batch_destroy(batch);
        go_without_login(watch, look);
        return;
    }
    *committed = (struct committed_look){watch, look->id};
    store_put_ledger(batch, endpoint_key(watch->endpoints, record->account), record,
                     sizeof(*record));
    store_submit(watch->daemon->store, batch, on_login_committed, committed);
}

static uint32_t deadline_ms(const struct watch *watch, uint32_t scope)
{
    const struct health_policy *policy = &watch->daemon->policy;
    uint64_t us = scope == HEALTH_SCOPE_FULL ? policy->deadline_us : policy->repeat_deadline_us;
    return (uint32_t)(us / 1000);
}

/* The endpoint has no place now, or nothing looks at the device any more. */
static bool refuse(struct watch *watch, uint32_t device, uint64_t wait_us)
{
    sched_done(watch->sched, device, watch->pulse_us);
    if (wait_us > 0) {
        sched_once(watch->sched, device, watch->pulse_us + wait_us);
    } else {
        probe_ended(watch, device, 0);
    }
    watch_arm(watch);
    return false;
}

static void open_look(struct watch *watch, struct look *look, const struct ledger_answer *answer)
{
    struct watched *watched = &watch->devices[look->device];
    struct provider *provider = &watch->providers[watched->provider];
    look->lease = answer->lease;
    look->deadline_ms = deadline_ms(watch, look->scope);
    look->may_login = answer->may_login;
    look->unproven = answer->write;
    look->sent_us = watch->pulse_us;
    watched->look = slot_of(watch, look);
    probe_moved(watch, look->device, 0, look->id);
    if (look->isolated) {
        provider->suspect_look = watched->look;
    } else {
        provider->in_flight++;
    }
    watch->looks_begun++;
}

bool look_begin(struct watch *watch, uint32_t device, bool isolated)
{
    const struct watched *watched = &watch->devices[device];
    const struct fleet_device *record = fleet_device(watch->daemon->fleet, device);
    uint32_t scope = health_scope(&watched->state);
    if (scope == HEALTH_SCOPE_NONE) {
        return refuse(watch, device, 0);
    }
    bool login = scope == HEALTH_SCOPE_FULL && watched->account != LEDGER_NONE &&
                 record->record.auth != AUTH_NONE;
    struct ledger_ask ask = ask_for(watch, device, login);
    struct ledger_answer answer;
    ledger_ask(watch->ledger, &ask, ledger_now(), &answer);
    if (answer.verdict != LEDGER_GRANTED) {
        return refuse(watch, device, answer.wait_us > 0 ? answer.wait_us : CLOCK_S);
    }
    struct look *look = take_slot(watch);
    if (look == NULL) {
        ledger_settle(watch->ledger, answer.lease, &(struct ledger_result){0}, ledger_now(),
                      &answer.record);
        return refuse(watch, device, CLOCK_S);
    }
    look->device = device;
    look->scope = scope;
    look->isolated = isolated;
    open_look(watch, look, &answer);
    if (answer.write) {
        write_login_first(watch, look, &answer.record);
    } else {
        go(watch, look);
    }
    return true;
}

/* ---- results ---- */

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

/* The last suspect has been looked at, or is left out: its host has no more work. */
static void release_isolation(struct provider *provider)
{
    if (provider->suspects.count == 0 && provider->plugin != NULL) {
        plugin_release_isolation(provider->plugin);
    }
}

static void finish(struct watch *watch, struct look *look, const struct frame *frame,
                   const struct result_message *result)
{
    struct ledger_result settled = ledger_result_of(watch, look, result);
    settle(watch, look, &settled);
    struct look copy = *look;
    detach(watch, look);
    free_slot(watch, look);
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
    } else {
        verdict_look(watch, &copy, result);
    }
    watch_arm(watch);
    probe_ended(watch, copy.device, copy.id);
    struct provider *provider = &watch->providers[watched->provider];
    if (copy.isolated) {
        release_isolation(provider);
    }
    watch_pump(watch, provider);
}

int look_result(struct watch *watch, struct host *host, const struct frame *frame)
{
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    static struct result_step steps[MESSAGE_STEPS_MAX];
    struct result_message result = {.facts = facts, .steps = steps};
    if (message_get_result(frame, &result) != 0) {
        return VMM_E_PROTO;
    }
    struct look *look = find_look(watch, frame->id);
    if (look == NULL || look->state != LOOK_SENT || look->host != host) {
        return VMM_E_PROTO;
    }
    finish(watch, look, frame, &result);
    return 0;
}

/* ---- losses ---- */

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
    settle(watch, look, &(struct ledger_result){.lost = true});
    struct look copy = *look;
    detach(watch, look);
    free_slot(watch, look);
    watch->looks_finished++;
    watch->looks_lost++;
    if (copy.orphan) {
        return;
    }
    struct watched *watched = &watch->devices[copy.device];
    bool out = crashed && suspect_crash(&watched->suspect, under_way, (uint64_t)clock_wall_us());
    if (out) {
        log_error("watch", "%s: its provider crashed over it twice; it is left out for a time",
                  fleet_device(watch->daemon->fleet, copy.device)->record.id);
        verdict_settings(watch, copy.device);
    }
    if (out && copy.isolated) {
        release_isolation(&watch->providers[watched->provider]);
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
        if (watch->looks[i].state == LOOK_SENT && watch->looks[i].host == host) {
            lose(watch, &watch->looks[i], crashed, under_way);
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
        if (look->state == LOOK_COMMITTING && !look->orphan && late) {
            go_without_login(watch, look);
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
        if (look->state == LOOK_SENT) {
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
        detach(watch, look);
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

void look_forget_committing(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        if (look->state == LOOK_COMMITTING) {
            settle(watch, look, &(struct ledger_result){0});
            detach(watch, look);
            free_slot(watch, look);
            watch->looks_finished++;
        }
    }
}
