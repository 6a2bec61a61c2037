/* SPDX-License-Identifier: MIT */
/* A look's way out: lease, login written down, job to a host. */
#include <stdlib.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "main/endpoint.h"
#include "main/job.h"
#include "main/policies.h"
#include "main/slots.h"

static struct ledger_time ledger_now(void)
{
    return (struct ledger_time){.mono_us = clock_mono_us(), .wall_us = clock_wall_us()};
}

/* ---- the ledger ---- */

static void put_ledger(struct watch *watch, const struct ledger_record *record)
{
    store_put_ledger(watch_durable(watch), endpoint_key(watch->endpoints, record->account), record,
                     sizeof(*record));
}

void look_ask(struct watch *watch, const struct ledger_ask *ask, struct ledger_answer *answer)
{
    ledger_ask(watch->ledger, ask, ledger_now(), answer);
}

void look_settle(struct watch *watch, const struct look *look, const struct ledger_result *result)
{
    struct ledger_record record;
    if (ledger_settle(watch->ledger, look->lease, result, ledger_now(), &record)) {
        put_ledger(watch, &record);
    }
}

static const struct description *description_of(const struct provider *provider)
{
    return provider->plugin != NULL ? plugin_description(provider->plugin) : NULL;
}

bool look_keeps_sessions(const struct provider *provider)
{
    const struct description *description = description_of(provider);
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
    const struct description *description = description_of(provider);
    bool handed_over = device->record.effective_provider[0] != '\0';
    if (description == NULL) {
        return NULL;
    }
    /* The operator's are for the provider that was set: of those another one takes what it knows. */
    return handed_over ? options_get_known(&provider->options, description, device->record.options)
                       : options_get(&provider->options, description, device->record.options);
}

/* What the look would be told by a host, when it cannot even be asked for. */
static void fail_unsent(struct watch *watch, struct look *look, uint32_t outcome,
                        const char *detail)
{
    struct result_message result = {.outcome = (uint8_t)outcome, .detail = detail};
    look_settle(watch, look, &(struct ledger_result){0});
    struct look copy = *look;
    slot_detach(watch, look);
    slot_free(watch, look);
    watch->looks_finished++;
    sched_done(watch->sched, copy.device, watch->pulse_us);
    verdict_look(watch, &copy, &result, false);
    probe_ended(watch, copy.device, copy.id);
}

/* No host takes it now: back into the queue. */
static void put_back(struct watch *watch, struct look *look)
{
    uint32_t device = look->device;
    probe_moved(watch, device, look->id, 0);
    look_settle(watch, look, &(struct ledger_result){0});
    slot_detach(watch, look);
    slot_free(watch, look);
    watch->looks_finished++;
    watch_requeue(watch, device);
}

/* It was switched off while it waited for its login to be written down. */
static void give_up(struct watch *watch, struct look *look)
{
    uint32_t device = look->device;
    uint64_t id = look->id;
    look_settle(watch, look, &(struct ledger_result){0});
    slot_detach(watch, look);
    slot_free(watch, look);
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
                               .session =
                                   look_keeps_sessions(&watch->providers[watched->provider])};
}

/* The lease is taken anew, so that a loss of this look is not taken for a loss of a login. */
void look_without_login(struct watch *watch, struct look *look)
{
    struct ledger_ask ask = ask_for(watch, look->device, false);
    struct ledger_answer answer;
    look_settle(watch, look, &(struct ledger_result){0});
    look_ask(watch, &ask, &answer);
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
    struct look *look = slot_find(committed->watch, committed->id);
    if (look != NULL && look->orphan) {
        look_settle(committed->watch, look, &(struct ledger_result){0});
        slot_free(committed->watch, look);
        committed->watch->looks_finished++;
    } else if (look != NULL && look->state == LOOK_COMMITTING) {
        watch_pulse(committed->watch);
        if (rc == 0) {
            go(committed->watch, look);
        } else {
            look_without_login(committed->watch, look);
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
        look_without_login(watch, look);
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
    watch->devices[device].refused = wait_us > 0;
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
    look->provider = watched->provider;
    look->lease = answer->lease;
    look->deadline_ms = deadline_ms(watch, look->scope);
    look->may_login = answer->may_login;
    look->unproven = answer->write;
    look->sent_us = watch->pulse_us;
    watched->refused = false;
    watched->look = slot_number(watch, look);
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
    struct watched *watched = &watch->devices[device];
    const struct fleet_device *record = fleet_device(watch->daemon->fleet, device);
    uint32_t scope = health_scope(&watched->state);
    if (scope == HEALTH_SCOPE_NONE) {
        return refuse(watch, device, 0);
    }
    if (watched->asked) {
        scope = health_ask_scope(policy_of_device(watch, device), &watched->state,
                                 (int64_t)watch->pulse_us);
    }
    bool login = scope == HEALTH_SCOPE_FULL && watched->account != LEDGER_NONE &&
                 record->record.auth != AUTH_NONE;
    struct ledger_ask ask = ask_for(watch, device, login);
    struct ledger_answer answer;
    look_ask(watch, &ask, &answer);
    if (answer.verdict != LEDGER_GRANTED) {
        return refuse(watch, device, answer.wait_us > 0 ? answer.wait_us : CLOCK_S);
    }
    struct look *look = slot_take(watch);
    if (look == NULL) {
        ledger_settle(watch->ledger, answer.lease, &(struct ledger_result){0}, ledger_now(),
                      &answer.record);
        return refuse(watch, device, CLOCK_S);
    }
    look->device = device;
    look->scope = scope;
    look->isolated = isolated;
    watched->asked = false;
    open_look(watch, look, &answer);
    if (answer.write) {
        write_login_first(watch, look, &answer.record);
    } else {
        go(watch, look);
    }
    return true;
}

void look_forget_committing(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        if (look->state == LOOK_COMMITTING && look->visit == NULL) {
            look_settle(watch, look, &(struct ledger_result){0});
            slot_detach(watch, look);
            slot_free(watch, look);
            watch->looks_finished++;
        }
    }
}
