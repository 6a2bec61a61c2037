/* SPDX-License-Identifier: MIT */
#include "main/visit.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "main/endpoint.h"
#include "main/job.h"
#include "main/slots.h"

/* ---- its end ---- */

static void end(struct visit *visit, const struct result_message *result, int64_t started_wall,
                const char *why)
{
    visit->done(visit->arg, result, started_wall, why);
    visit_order_finish(&visit->order);
    free(visit);
}

/* Give back its lease and its slot, then say how it went. */
static void close_look(struct watch *watch, struct look *look, const struct ledger_result *settled,
                       const struct result_message *result, const char *why)
{
    struct look copy = *look;
    look_settle(watch, look, settled);
    slot_detach(watch, look);
    slot_free(watch, look);
    watch->looks_finished++;
    end(copy.visit, result, copy.started_wall, why);
    watch_pump(watch, &watch->providers[copy.provider]);
}

void visit_result(struct watch *watch, struct look *look, const struct result_message *result)
{
    struct ledger_result settled = look_ledger_result(result, false);
    watch->providers[look->provider].outcomes[result->outcome]++;
    close_look(watch, look, &settled, result, NULL);
}

void visit_lost(struct watch *watch, struct look *look)
{
    watch->looks_lost++;
    close_look(watch, look, &(struct ledger_result){.lost = true}, NULL,
               "the process of its provider ended while it looked");
}

void visit_late(struct watch *watch, struct look *look)
{
    close_look(watch, look, &(struct ledger_result){0}, NULL,
               "its login could not be written down first, so it was not made");
}

void visit_end_all(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->look_room; i++) {
        struct look *look = &watch->looks[i];
        if (look->state != LOOK_FREE && look->visit != NULL) {
            struct visit *visit = look->visit;
            slot_free(watch, look);
            end(visit, NULL, 0, "vmmd is stopping");
        }
    }
}

/* ---- who logs in ---- */

struct comparison {
    const struct visit_order *order;
    bool same;
};

static void compare_secret(void *arg, const struct credential_record *record, const char *secret,
                           size_t size)
{
    struct comparison *comparison = arg;
    const struct visit_order *order = comparison->order;
    comparison->same = strcmp(record->user, order->user) == 0 && strlen(order->secret) == size &&
                       memcmp(order->secret, secret, size) == 0;
}

/* A login typed by hand that a device of this endpoint has anyway is that device's, with what is known of it. */
static const char *known_credential(const struct watch *watch, const struct visit *visit)
{
    struct comparison comparison = {.order = &visit->order};
    const struct fleet *fleet = watch->daemon->fleet;
    for (uint32_t i = 0; i < fleet_device_end(fleet) && visit->order.is_known; i++) {
        const struct fleet_device *device = fleet_device(fleet, i);
        if (device == NULL || watch->devices[i].endpoint != visit->endpoint ||
            device->record.credential_id[0] == '\0') {
            continue;
        }
        vault_with_secret(watch->daemon->vault, device->record.credential_id, compare_secret,
                          &comparison);
        if (comparison.same) {
            return device->record.credential_id;
        }
    }
    return NULL;
}

/* The id of an account that no credential of the vault stands for: '@' is in no credential's id. */
static void typed_account(const struct watch *watch, const struct visit_order *order,
                          char out[2 * VAULT_FINGERPRINT_SIZE + 2])
{
    uint8_t print[VAULT_FINGERPRINT_SIZE];
    vault_fingerprint(watch->daemon->vault, order->user, order->secret, print);
    out[0] = '@';
    for (size_t i = 0; i < sizeof(print); i++) {
        text_format(out + 1 + 2 * i, 3, "%02x", print[i]);
    }
}

static int add_account(struct watch *watch, struct visit *visit, const char *endpoint)
{
    const struct visit_order *order = &visit->order;
    char typed[2 * VAULT_FINGERPRINT_SIZE + 2] = "";
    char key[ENDPOINT_KEY_MAX];
    uint64_t generation = 1;
    const char *id =
        order->user[0] != '\0' ? known_credential(watch, visit) : order->record.credential_id;
    visit->account = LEDGER_NONE;
    if (order->record.auth == AUTH_NONE || (id != NULL && id[0] == '\0')) {
        return 0;
    }
    if (id == NULL) {
        typed_account(watch, order, typed);
    } else {
        const struct credential_record *credential = vault_find(watch->daemon->vault, id);
        generation = credential != NULL ? credential->generation : 1;
    }
    visit->account =
        endpoint_number(watch->endpoints, account_key(endpoint, id != NULL ? id : typed, key));
    /* A row of its own comes with the login, before it is made. */
    struct ledger_record record;
    int rc = ledger_account(watch->ledger, visit->account, generation, &record);
    return rc < 0 ? rc : 0;
}

/* A fleet's endpoint keeps the budget it has. */
static int add_endpoint(struct watch *watch, struct visit *visit)
{
    char endpoint[FLEET_ENDPOINT_MAX];
    const struct visit_order *order = &visit->order;
    fleet_endpoint(&order->record, endpoint);
    visit->endpoint = endpoint_number(watch->endpoints, endpoint);
    int rc = order->is_known ? 0
                             : ledger_endpoint(watch->ledger, visit->endpoint, 1,
                                               order->record.connections, order->site);
    return rc != 0 ? rc : add_account(watch, visit, endpoint);
}

/* ---- its way out ---- */

static int refuse(char why[VISIT_WHY_MAX], int rc, const char *text)
{
    text_format(why, VISIT_WHY_MAX, "%s", text);
    return rc;
}

/* Its provider is on at its site, and has a host. */
static int check_provider(const struct watch *watch, const struct visit_order *order,
                          const struct provider *provider, char why[VISIT_WHY_MAX])
{
    const struct config *config = watch->daemon->config;
    const char *site = order->site != FLEET_NONE ? order->record.site_id : NULL;
    const struct config_plugin *plugin = config_find_plugin(config, order->record.provider);
    if (!flags_state(config->flags, FLAGS_MASTER, site)) {
        return refuse(why, VMM_E_STATE, "monitoring is off: " FLAGS_MASTER);
    }
    if (plugin == NULL || !flags_state(config->flags, plugin->fragment->flag, site)) {
        text_format(why, VISIT_WHY_MAX, "the provider %s is off: %s", order->record.provider,
                    plugin != NULL ? plugin->fragment->flag : "it is not installed");
        return VMM_E_STATE;
    }
    if (provider->plugin == NULL || !plugin_is_ready(provider->plugin)) {
        return refuse(why, VMM_E_AGAIN, "its provider is starting, or does not run");
    }
    return provider->in_flight < config->core.limits.looks_per_provider
               ? 0
               : refuse(why, VMM_E_AGAIN, "its provider has as many looks under way as it may");
}

/* What the host was not even asked. */
static void close_unsent(struct watch *watch, struct look *look, const char *why)
{
    close_look(watch, look, &(struct ledger_result){0}, NULL, why);
}

static void go(struct watch *watch, struct look *look)
{
    struct provider *provider = &watch->providers[look->provider];
    const struct device_record *record = &look->visit->order.record;
    const struct description *description =
        provider->plugin != NULL ? plugin_description(provider->plugin) : NULL;
    uint64_t hash = hash_bytes(record->host, strlen(record->host), 0);
    look->host = provider->plugin != NULL ? plugin_pick(provider->plugin, hash) : NULL;
    if (look->host == NULL || description == NULL) {
        close_unsent(watch, look, "its provider does not run any more");
        return;
    }
    const struct options *options = options_get(&provider->options, description, record->options);
    if (options == NULL || options->why[0] != '\0') {
        char why[VISIT_WHY_MAX];
        text_format(why, sizeof(why), "%s", options != NULL ? options->why : "no memory");
        close_unsent(watch, look, why);
        return;
    }
    look->state = LOOK_SENT;
    look->sent_us = watch->pulse_us;
    look->started_wall = clock_wall_us();
    if (job_send_visit(watch, look, options) != 0) {
        close_unsent(watch, look, "the job could not be written");
    }
}

struct committed_visit {
    struct watch *watch;
    uint64_t id;
};

/* The login is written down: the job may go. When it could not be, nothing goes. */
static void on_login_committed(void *arg, int rc)
{
    struct committed_visit *committed = arg;
    struct watch *watch = committed->watch;
    struct look *look = slot_find(watch, committed->id);
    free(committed);
    if (look == NULL) {
        return;
    }
    watch_pulse(watch);
    if (rc == 0) {
        go(watch, look);
    } else {
        visit_late(watch, look);
    }
}

static void write_login_first(struct watch *watch, struct look *look,
                              const struct ledger_record *record)
{
    struct committed_visit *committed = malloc(sizeof(*committed));
    struct store_batch *batch = store_batch_create();
    if (committed == NULL || batch == NULL || !watch_can_write(watch)) {
        free(committed);
        store_batch_destroy(batch);
        visit_late(watch, look);
        return;
    }
    *committed = (struct committed_visit){watch, look->id};
    store_put_ledger(batch, endpoint_key(watch->endpoints, record->account), record,
                     sizeof(*record));
    store_submit(watch->daemon->store, batch, on_login_committed, committed);
}

/* The slot, with a lease. NULL with `rc` and `why`. */
static struct look *open_look(struct watch *watch, const struct visit *visit, uint16_t number,
                              struct ledger_answer *answer, int *rc, char why[VISIT_WHY_MAX])
{
    struct ledger_ask ask = {.endpoint = visit->endpoint,
                             .account = visit->account,
                             .connections = 1,
                             .login = visit->account != LEDGER_NONE,
                             .session = look_keeps_sessions(&watch->providers[number])};
    look_ask(watch, &ask, answer);
    if (answer->verdict != LEDGER_GRANTED) {
        *rc = refuse(why, VMM_E_AGAIN, "its connections are in use");
        return NULL;
    }
    struct look *look = slot_take(watch);
    if (look == NULL) {
        struct look none = {.lease = answer->lease};
        look_settle(watch, &none, &(struct ledger_result){0});
        *rc = refuse(why, VMM_E_NOMEM, "no memory");
        return NULL;
    }
    look->device = WATCH_NONE;
    look->provider = number;
    look->scope = HEALTH_SCOPE_FULL;
    look->lease = answer->lease;
    look->may_login = answer->may_login;
    look->deadline_ms = visit->order.deadline_ms;
    look->sent_us = watch->pulse_us;
    watch->providers[number].in_flight++;
    watch->looks_begun++;
    return look;
}

static int begin(struct watch *watch, struct visit *visit, char why[VISIT_WHY_MAX])
{
    struct ledger_answer answer;
    uint16_t number = watch_provider(watch, visit->order.record.provider);
    if (number == WATCH_PROVIDERS_MAX) {
        return refuse(why, VMM_E_STATE, "there are too many providers");
    }
    int rc = check_provider(watch, &visit->order, &watch->providers[number], why);
    if (rc == 0 && add_endpoint(watch, visit) != 0) {
        rc = refuse(why, VMM_E_NOMEM, "no memory");
    }
    struct look *look = rc == 0 ? open_look(watch, visit, number, &answer, &rc, why) : NULL;
    if (look == NULL) {
        return rc;
    }
    look->visit = visit;
    if (answer.write) {
        write_login_first(watch, look, &answer.record);
    } else {
        go(watch, look);
    }
    return 0;
}

int visit_begin(struct watch *watch, struct visit_order *order, visit_done_fn done, void *arg,
                char why[VISIT_WHY_MAX])
{
    struct visit *visit = calloc(1, sizeof(*visit));
    if (visit == NULL) {
        visit_order_finish(order);
        return refuse(why, VMM_E_NOMEM, "no memory");
    }
    *visit = (struct visit){.order = *order, .done = done, .arg = arg};
    explicit_bzero(order, sizeof(*order));
    int rc = begin(watch, visit, why);
    if (rc != 0) {
        visit_order_finish(&visit->order);
        free(visit);
    }
    return rc;
}
