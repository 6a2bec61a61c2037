/* SPDX-License-Identifier: MIT */
/* A look's way: lease, login written down, job to a host, result or loss. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/endpoint.h"
#include "main/watch.h"

#define CANCEL_AFTER_US 2000000u /* past its deadline: the host has a limit of its own */
#define BREACH_AFTER_US 7000000u
#define SLOT_BITS       20u
#define BOOT_US         90000000 /* a refusal so soon after a failure may come from a device that boots */

struct probe_waiter {
    struct probe_waiter *next;
    uint32_t device;
    uint64_t look; /* id of the look it waits for; 0: lost, and not begun again yet */
    watch_probed_fn done;
    void *arg;
    struct watch *watch;
};

static struct ledger_time ledger_now(void)
{
    return (struct ledger_time){.mono_us = clock_mono_us(), .wall_us = clock_wall_us()};
}

static void call_waiters(struct watch *watch, uint32_t device, uint64_t look_id);
static void move_waiters(struct watch *watch, uint32_t device, uint64_t from, uint64_t to);

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
    return strcmp(provider->name, "rtsp") == 0;
}

/* ---- the job ---- */

struct job_parts {
    struct job_message message;
    struct buf *out;
    uint64_t id;
    int rc;
};

static void put_job(struct job_parts *parts)
{
    parts->rc = message_put_job(parts->out, parts->id, &parts->message);
}

static void put_job_with_secret(void *arg, const struct credential_record *record,
                                const char *secret, size_t size)
{
    struct job_parts *parts = arg;
    parts->message.user = record->user;
    parts->message.password =
        (struct frame_bytes){.data = (const uint8_t *)secret, .size = (uint32_t)size};
    put_job(parts);
}

static uint32_t plugin_scope(const struct watched *watched, uint32_t scope)
{
    if (scope == HEALTH_SCOPE_CONFIRM) {
        scope = health_confirm_scope(&watched->state);
    }
    return scope == HEALTH_SCOPE_TRIAL ? VMM_SCOPE_TRIAL : VMM_SCOPE_FULL;
}

static const char *source_address(const struct fleet_site *site)
{
    static const char prefix[] = "source:";
    bool named = strncmp(site->record.way, prefix, sizeof(prefix) - 1) == 0;
    return named ? site->record.way + sizeof(prefix) - 1 : "";
}

static void fill_notes(struct job_message *message, const struct note *note)
{
    if (note != NULL) {
        message->host_note = (struct frame_bytes){note->bytes, note->host_size};
        message->plugin_note =
            (struct frame_bytes){note->bytes + note->host_size, note->plugin_size};
    }
}

static void fill_job(struct watch *watch, const struct look *look,
                     const struct fleet_device *device, const struct options *options,
                     struct job_message *message)
{
    const struct core_settings *core = &watch->daemon->config->core;
    const struct device_record *record = &device->record;
    const struct watched *watched = &watch->devices[look->device];
    *message = (struct job_message){
        .scope = (uint8_t)plugin_scope(watched, look->scope),
        .may_login = look->may_login,
        .max_connections = (uint8_t)(record->connections > 0 ? record->connections : 1),
        .tls = (uint8_t)record->tls,
        .auth = (uint8_t)record->auth,
        .port = record->port,
        .deadline_ms = look->deadline_ms,
        .connect_ms = core->watch.connect_timeout_ms,
        .max_bytes = core->limits.look_bytes,
        .device_id = record->id,
        .host = record->host,
        .source = source_address(fleet_site(watch->daemon->fleet, device->site)),
        .user = "",
        .options = options->json,
        .options_hash = options->hash,
    };
    if (record->has_tls_pin) {
        message->tls_pin = (struct frame_bytes){record->tls_pin, TLS_PIN_SIZE};
    }
    fill_notes(message, watched->note);
}

static int send_job(struct watch *watch, struct look *look, const struct fleet_device *device,
                    const struct options *options)
{
    struct job_parts parts = {.out = host_out(look->host), .id = look->id};
    if (parts.out == NULL) {
        return VMM_E_STATE;
    }
    fill_job(watch, look, device, options, &parts.message);
    const struct credential_record *credential =
        vault_find(watch->daemon->vault, device->record.credential_id);
    /* Without the right to log in the host knows that there is a user, and gets no secret. */
    parts.message.user = credential != NULL ? credential->user : "";
    if (!look->may_login || credential == NULL ||
        vault_with_secret(watch->daemon->vault, credential->id, put_job_with_secret, &parts) != 0) {
        put_job(&parts);
    }
    host_flush(look->host);
    return parts.rc;
}

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
    verdict_look(watch, &copy, &result);
    sched_done(watch->sched, copy.device, watch->pulse_us);
    call_waiters(watch, copy.device, copy.id);
}

/* No host takes it now: back into the queue. */
static void put_back(struct watch *watch, struct look *look)
{
    uint32_t device = look->device;
    move_waiters(watch, device, look->id, 0);
    settle(watch, look, &(struct ledger_result){0});
    detach(watch, look);
    free_slot(watch, look);
    watch->looks_begun--;
    watch_requeue(watch, device);
}

static void go(struct watch *watch, struct look *look)
{
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
    if (send_job(watch, look, device, options) != 0) {
        fail_unsent(watch, look, VMM_OUTCOME_INTERNAL, "the job could not be written");
    }
}

struct committed_look {
    struct watch *watch;
    uint64_t id;
};

/* Nothing can be written down: the look is made without its login, which waits for better times. */
static void go_without_login(struct watch *watch, struct look *look)
{
    look->may_login = false;
    look->unproven = false;
    go(watch, look);
}

static bool store_works(const struct watch *watch)
{
    struct store_health health;
    store_health(watch->daemon->store, &health);
    return health.working;
}

/* The login is written down: the job may go. When it could not be, no login is made. */
static void on_login_committed(void *arg, int rc)
{
    struct committed_look *committed = arg;
    struct look *look = find_look(committed->watch, committed->id);
    if (look != NULL && look->orphan) {
        settle(committed->watch, look, &(struct ledger_result){0});
        free_slot(committed->watch, look);
    } else if (look != NULL && look->state == LOOK_COMMITTING) {
        watch_pulse(committed->watch);
        look->may_login = look->may_login && rc == 0;
        go(committed->watch, look);
    }
    free(committed);
}

static void write_login_first(struct watch *watch, struct look *look,
                              const struct ledger_record *record)
{
    struct committed_look *committed = malloc(sizeof(*committed));
    struct store_batch *batch = store_batch_create();
    if (committed == NULL || batch == NULL || !store_works(watch)) {
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

bool look_begin(struct watch *watch, uint32_t device, bool isolated)
{
    struct watched *watched = &watch->devices[device];
    struct provider *provider = &watch->providers[watched->provider];
    const struct fleet_device *record = fleet_device(watch->daemon->fleet, device);
    uint32_t scope = health_scope(&watched->state);
    if (scope == HEALTH_SCOPE_NONE) {
        /* It was switched off while it waited. */
        sched_done(watch->sched, device, watch->pulse_us);
        return false;
    }
    struct ledger_ask ask = {
        .endpoint = watched->endpoint,
        .account = watched->account,
        .connections = 1,
        .login = scope == HEALTH_SCOPE_FULL && watched->account != LEDGER_NONE &&
                 record->record.auth != AUTH_NONE,
        .session = keeps_sessions(provider),
    };
    struct ledger_answer answer;
    ledger_ask(watch->ledger, &ask, ledger_now(), &answer);
    struct look *look = answer.verdict == LEDGER_GRANTED ? take_slot(watch) : NULL;
    if (look == NULL) {
        if (answer.verdict == LEDGER_GRANTED) {
            ledger_settle(watch->ledger, answer.lease, &(struct ledger_result){0}, ledger_now(),
                          &answer.record);
        }
        sched_done(watch->sched, device, watch->pulse_us);
        sched_once(watch->sched, device,
                   watch->pulse_us + (answer.wait_us > 0 ? answer.wait_us : CLOCK_S));
        return false;
    }
    look->device = device;
    look->scope = scope;
    look->lease = answer.lease;
    look->deadline_ms = deadline_ms(watch, scope);
    look->may_login = answer.may_login;
    look->unproven = answer.write;
    look->isolated = isolated;
    watched->look = slot_of(watch, look);
    move_waiters(watch, device, 0, look->id);
    if (isolated) {
        provider->suspect_look = watched->look;
    } else {
        provider->in_flight++;
    }
    watch->looks_begun++;
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
    if (!is_worth_keeping(watch, result)) {
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
    if (copy.void_) {
        watch->looks_void++;
    } else {
        verdict_look(watch, &copy, result);
    }
    sched_done(watch->sched, copy.device, watch->pulse_us);
    call_waiters(watch, copy.device, copy.id);
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
        call_waiters(watch, copy.device, copy.id);
        return;
    }
    move_waiters(watch, copy.device, copy.id, 0);
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

/* Logins that wait to be written down by a store that has stopped writing. */
static void sweep_committing(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        if (look->state == LOOK_COMMITTING && !look->orphan) {
            go_without_login(watch, look);
        }
    }
}

void look_sweep(struct watch *watch)
{
    if (!store_works(watch)) {
        sweep_committing(watch);
    }
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        if (look->state != LOOK_SENT) {
            continue;
        }
        uint64_t end = look->sent_us + (uint64_t)look->deadline_ms * 1000;
        if (watch->pulse_us > end + BREACH_AFTER_US) {
            host_breach(look->host, "it does not finish a job");
            return;
        }
        struct buf *out = host_out(look->host);
        if (watch->pulse_us > end + CANCEL_AFTER_US && !look->cancelled && out != NULL) {
            look->cancelled = message_put_empty(out, FRAME_CANCEL, look->id) == 0;
            host_flush(look->host);
        }
    }
}

void look_void_all(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        if (look->state != LOOK_FREE) {
            look->void_ = true;
            look->sent_us = look->state == LOOK_SENT ? watch->pulse_us : look->sent_us;
        }
    }
}

void look_orphan(struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    call_waiters(watch, device, 0);
    if (watched->look == WATCH_NONE) {
        return;
    }
    struct look *look = &watch->looks[watched->look];
    call_waiters(watch, device, look->id);
    detach(watch, look);
    look->orphan = true;
}

/* ---- looks asked for by people ---- */

static void on_probe_committed(void *arg, int rc)
{
    struct probe_waiter *waiter = arg;
    if (waiter->done != NULL) {
        waiter->done(waiter->arg, waiter->device, rc);
    }
    free(waiter);
}

/* The verdict is told once everything the look led to is on disk; at once when nothing can be written. */
static void call_waiters(struct watch *watch, uint32_t device, uint64_t look_id)
{
    struct probe_waiter **link = &watch->waiters;
    while (*link != NULL) {
        struct probe_waiter *waiter = *link;
        if (waiter->device != device || waiter->look != look_id) {
            link = &waiter->next;
            continue;
        }
        *link = waiter->next;
        watch_flush(watch);
        struct store_batch *batch = store_works(watch) ? store_batch_create() : NULL;
        if (batch == NULL) {
            on_probe_committed(waiter, VMM_E_IO);
        } else {
            store_submit(watch->daemon->store, batch, on_probe_committed, waiter);
        }
    }
}

/* A look that was lost is made again under another number: whoever waited for it waits for that one. */
static void move_waiters(struct watch *watch, uint32_t device, uint64_t from, uint64_t to)
{
    for (struct probe_waiter *waiter = watch->waiters; waiter != NULL; waiter = waiter->next) {
        if (waiter->device == device && waiter->look == from) {
            waiter->look = to;
        }
    }
}

/* The schedule gives it out like any other look, so that it is in flight for it too. */
static void take_from_schedule(struct watch *watch, uint32_t device)
{
    if (sched_in_flight(watch->sched, device)) {
        return;
    }
    sched_once(watch->sched, device, 0);
    uint32_t taken = WATCH_NONE;
    while (taken != device && sched_due(watch->sched, watch->pulse_us, &taken, 1) == 1) {
        if (taken != device) {
            watch_begin(watch, taken);
        }
    }
}

int watch_probe(struct watch *watch, uint32_t device, watch_probed_fn done, void *arg)
{
    struct watched *watched = &watch->devices[device];
    if (!watched->known || health_scope(&watched->state) == HEALTH_SCOPE_NONE) {
        return VMM_E_STATE;
    }
    struct probe_waiter *waiter = calloc(1, sizeof(*waiter));
    if (waiter == NULL) {
        return VMM_E_NOMEM;
    }
    *waiter = (struct probe_waiter){.device = device, .done = done, .arg = arg, .watch = watch};
    if (watched->look == WATCH_NONE) {
        watch_unqueue(watch, device);
        take_from_schedule(watch, device);
        if (!look_begin(watch, device, watched->suspect.suspect)) {
            free(waiter);
            return VMM_E_AGAIN;
        }
    }
    if (watched->look == WATCH_NONE) {
        free(waiter);
        return VMM_E_AGAIN;
    }
    waiter->look = watch->looks[watched->look].id;
    waiter->next = watch->waiters;
    watch->waiters = waiter;
    return 0;
}

void watch_probe_forget(struct watch *watch, void *arg)
{
    for (struct probe_waiter *waiter = watch->waiters; waiter != NULL; waiter = waiter->next) {
        if (waiter->arg == arg) {
            waiter->done = NULL;
        }
    }
}
