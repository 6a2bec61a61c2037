/* SPDX-License-Identifier: MIT */
#include "sched/ledger.h"

#include <stdlib.h>
#include <string.h>
#include <vmm/errors.h>

#include "sched/login.h"

/* Each look needs that of another device: four fill a line of memory, and none lies in two. */
struct endpoint {
    uint16_t looks_max; /* 0: the endpoint is not known */
    uint16_t looks;
    uint32_t connections_max;
    uint32_t connections;
    uint32_t way;
};

_Static_assert(sizeof(struct endpoint) == 16, "as malloc() aligns");

struct way {
    uint32_t looks_max; /* 0: no ceiling */
    uint32_t looks;
};

struct account {
    struct ledger_record record;
    bool known;
};

enum { LEASE_FREE, LEASE_OUT, LEASE_HELD };

struct lease {
    uint32_t serial; /* makes the id of each use of the slot another one */
    uint32_t next;   /* of the free leases, or of the held ones in order of release */
    uint32_t endpoint;
    uint32_t way;
    uint32_t account; /* LEDGER_NONE: the job does not log in */
    uint32_t connections;
    uint64_t generation;
    uint64_t release_us;
    struct login_before before;
    uint8_t state;
    bool begun;
    bool session;
};

struct ledger {
    struct ledger_limits limits;
    struct endpoint *endpoints;
    uint32_t endpoint_count;
    struct way *ways;
    uint32_t way_count;
    struct account *accounts;
    uint32_t account_count;
    struct lease *leases;
    uint32_t free_head;
    uint32_t held_head;
    uint32_t held_tail;
    uint32_t leases_out;
};

/* ---- What there is ---- */

struct ledger *ledger_create(const struct ledger_limits *limits)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));
    if (ledger == NULL) {
        return NULL;
    }
    if (limits != NULL) {
        ledger->limits = *limits;
    }
    login_limits(&ledger->limits);
    ledger->leases = calloc(ledger->limits.leases, sizeof(*ledger->leases));
    if (ledger->leases == NULL) {
        ledger_destroy(ledger);
        return NULL;
    }
    for (uint32_t i = 0; i < ledger->limits.leases; i++) {
        ledger->leases[i].next = i + 1 < ledger->limits.leases ? i + 1 : LEDGER_NONE;
    }
    ledger->held_head = LEDGER_NONE;
    ledger->held_tail = LEDGER_NONE;
    return ledger;
}

void ledger_destroy(struct ledger *ledger)
{
    if (ledger == NULL) {
        return;
    }
    free(ledger->endpoints);
    free(ledger->ways);
    free(ledger->accounts);
    free(ledger->leases);
    free(ledger);
}

/* Make the array reach up to `index`; what is new is zero. */
static int reach(void **array, uint32_t *count, size_t size, uint32_t index)
{
    if (index < *count) {
        return 0;
    }
    if (index == LEDGER_NONE) {
        return VMM_E_RANGE;
    }
    uint64_t doubled = (uint64_t)*count * 2;
    uint64_t wanted = doubled > (uint64_t)index + 1 ? doubled : (uint64_t)index + 1;
    uint32_t bigger = wanted < LEDGER_NONE ? (uint32_t)wanted : LEDGER_NONE;
    void *memory = realloc(*array, bigger * size);
    if (memory == NULL) {
        return VMM_E_NOMEM;
    }
    memset((char *)memory + *count * size, 0, (bigger - *count) * size);
    *array = memory;
    *count = bigger;
    return 0;
}

/* More at once than leases there are is no ceiling either. */
static uint16_t looks_ceiling(uint32_t looks)
{
    uint32_t most = looks < UINT16_MAX ? looks : UINT16_MAX;
    return (uint16_t)(most > 0 ? most : 1);
}

int ledger_endpoint(struct ledger *ledger, uint32_t endpoint, uint32_t looks, uint32_t connections,
                    uint32_t way)
{
    int error = reach((void **)&ledger->endpoints, &ledger->endpoint_count,
                      sizeof(*ledger->endpoints), endpoint);
    if (error != 0) {
        return error;
    }
    struct endpoint *e = &ledger->endpoints[endpoint];
    e->looks_max = looks_ceiling(looks);
    e->connections_max = connections;
    e->way = way;
    return 0;
}

int ledger_way(struct ledger *ledger, uint32_t way, uint32_t looks)
{
    int error = reach((void **)&ledger->ways, &ledger->way_count, sizeof(*ledger->ways), way);
    if (error == 0) {
        ledger->ways[way].looks_max = looks;
    }
    return error;
}

static struct account *account_of(const struct ledger *ledger, uint32_t account)
{
    bool known = account < ledger->account_count && ledger->accounts[account].known;
    return known ? &ledger->accounts[account] : NULL;
}

static int reach_account(struct ledger *ledger, uint32_t account)
{
    return reach((void **)&ledger->accounts, &ledger->account_count, sizeof(*ledger->accounts),
                 account);
}

int ledger_account(struct ledger *ledger, uint32_t account, uint64_t generation,
                   struct ledger_record *record)
{
    int error = reach_account(ledger, account);
    if (error != 0) {
        return error;
    }
    struct account *a = &ledger->accounts[account];
    if (a->known && a->record.generation == generation) {
        return 0;
    }
    a->known = true;
    a->record = (struct ledger_record){.generation = generation, .account = account};
    *record = a->record;
    return 1;
}

void ledger_forget(struct ledger *ledger, uint32_t account)
{
    struct account *found = account_of(ledger, account);
    if (found != NULL) {
        *found = (struct account){0};
    }
}

int ledger_restore(struct ledger *ledger, const struct ledger_record *record,
                   struct ledger_time now, struct ledger_record *changed)
{
    if (record->state > LEDGER_REFUSED) {
        return VMM_E_CORRUPT;
    }
    int error = reach_account(ledger, record->account);
    if (error != 0) {
        return error;
    }
    struct account *a = &ledger->accounts[record->account];
    a->known = true;
    a->record = *record;
    a->record.pad = 0;
    if (!login_recover(&a->record, now.wall_us)) {
        return 0;
    }
    *changed = a->record;
    return 1;
}

/* ---- Leases ---- */

static void free_lease(struct ledger *ledger, uint32_t index)
{
    struct lease *lease = &ledger->leases[index];
    lease->state = LEASE_FREE;
    lease->next = ledger->free_head;
    ledger->free_head = index;
}

static void hold_lease(struct ledger *ledger, uint32_t index, uint64_t now_us)
{
    struct lease *lease = &ledger->leases[index];
    lease->state = LEASE_HELD;
    lease->release_us = now_us + ledger->limits.lost_hold_us;
    lease->next = LEDGER_NONE;
    if (ledger->held_tail != LEDGER_NONE) {
        ledger->leases[ledger->held_tail].next = index;
    } else {
        ledger->held_head = index;
    }
    ledger->held_tail = index;
}

/* Sessions of lost jobs that the devices have given up by now. All are held equally long, so the
 * first is the first to go. */
static void release_held(struct ledger *ledger, uint64_t now_us)
{
    while (ledger->held_head != LEDGER_NONE) {
        uint32_t index = ledger->held_head;
        struct lease *lease = &ledger->leases[index];
        if (lease->release_us > now_us) {
            return;
        }
        ledger->held_head = lease->next;
        if (ledger->held_head == LEDGER_NONE) {
            ledger->held_tail = LEDGER_NONE;
        }
        ledger->endpoints[lease->endpoint].connections -= lease->connections;
        free_lease(ledger, index);
    }
}

static struct way *way_of(const struct ledger *ledger, uint32_t way)
{
    return way < ledger->way_count ? &ledger->ways[way] : NULL;
}

static uint32_t connections_for(const struct endpoint *endpoint, const struct ledger_ask *ask)
{
    uint32_t wanted = ask->connections > 0 ? ask->connections : 1;
    bool over = endpoint->connections_max > 0 && wanted > endpoint->connections_max;
    return over ? endpoint->connections_max : wanted;
}

/* Whether the budgets allow one look more: LEDGER_GRANTED or what to wait for. */
static uint32_t check_budgets(const struct ledger *ledger, const struct endpoint *endpoint,
                              uint32_t connections)
{
    if (endpoint->looks >= endpoint->looks_max) {
        return LEDGER_WAIT_LOOKS;
    }
    if (endpoint->connections_max > 0 &&
        (uint64_t)endpoint->connections + connections > endpoint->connections_max) {
        return LEDGER_WAIT_LOOKS;
    }
    const struct way *way = way_of(ledger, endpoint->way);
    if (way != NULL && way->looks_max > 0 && way->looks >= way->looks_max) {
        return LEDGER_WAIT_WAY;
    }
    return ledger->free_head != LEDGER_NONE ? LEDGER_GRANTED : LEDGER_WAIT_LEASES;
}

/* Whether the job may log in; LEDGER_WAIT_LOGIN when another one is trying. */
static uint32_t check_login(struct ledger *ledger, const struct ledger_ask *ask, int64_t now_wall,
                            struct login_before *before, struct ledger_answer *answer)
{
    struct account *account = account_of(ledger, ask->account);
    if (!ask->login) {
        return LEDGER_GRANTED;
    }
    if (account == NULL) {
        answer->login_at_wall = INT64_MAX;
        return LEDGER_GRANTED;
    }
    switch (login_enter(&account->record, &ledger->limits, now_wall, before)) {
    case LOGIN_BUSY:
        return LEDGER_WAIT_LOGIN;
    case LOGIN_LATER:
        answer->login_at_wall = login_at(&account->record, &ledger->limits, now_wall);
        return LEDGER_GRANTED;
    case LOGIN_BEGUN:
        answer->write = true;
        answer->record = account->record;
        break;
    default: /* LOGIN_FREE */
        break;
    }
    answer->may_login = true;
    return LEDGER_GRANTED;
}

static void take_lease(struct ledger *ledger, const struct ledger_ask *ask, uint32_t connections,
                       const struct login_before *before, struct ledger_answer *answer)
{
    uint32_t index = ledger->free_head;
    struct lease *lease = &ledger->leases[index];
    struct endpoint *endpoint = &ledger->endpoints[ask->endpoint];
    struct way *way = way_of(ledger, endpoint->way);
    ledger->free_head = lease->next;
    lease->serial++;
    lease->endpoint = ask->endpoint;
    lease->way = way != NULL ? endpoint->way : LEDGER_NONE;
    lease->account = answer->may_login ? ask->account : LEDGER_NONE;
    lease->generation = answer->may_login ? ledger->accounts[ask->account].record.generation : 0;
    lease->connections = connections;
    lease->before = *before;
    lease->begun = answer->write;
    lease->session = ask->session;
    lease->state = LEASE_OUT;
    endpoint->looks++;
    endpoint->connections += connections;
    if (way != NULL) {
        way->looks++;
    }
    ledger->leases_out++;
    answer->lease = (uint64_t)lease->serial << 32 | index;
}

void ledger_fetch(const struct ledger *ledger, uint32_t endpoint)
{
    if (endpoint < ledger->endpoint_count) {
        __builtin_prefetch(&ledger->endpoints[endpoint], 1);
    }
}

void ledger_ask(struct ledger *ledger, const struct ledger_ask *ask, struct ledger_time now,
                struct ledger_answer *answer)
{
    memset(answer, 0, sizeof(*answer));
    release_held(ledger, now.mono_us);
    bool known =
        ask->endpoint < ledger->endpoint_count && ledger->endpoints[ask->endpoint].looks_max > 0;
    if (!known) {
        answer->verdict = LEDGER_UNKNOWN;
        return;
    }
    const struct endpoint *endpoint = &ledger->endpoints[ask->endpoint];
    uint32_t connections = connections_for(endpoint, ask);
    struct login_before before = {{0, 0}};
    answer->verdict = check_budgets(ledger, endpoint, connections);
    if (answer->verdict == LEDGER_GRANTED) {
        answer->verdict = check_login(ledger, ask, now.wall_us, &before, answer);
    }
    if (answer->verdict != LEDGER_GRANTED) {
        answer->wait_us = ledger->limits.busy_wait_us;
        return;
    }
    take_lease(ledger, ask, connections, &before, answer);
}

static struct lease *lease_of(const struct ledger *ledger, uint64_t id)
{
    uint32_t index = (uint32_t)id;
    if (index >= ledger->limits.leases) {
        return NULL;
    }
    struct lease *lease = &ledger->leases[index];
    return lease->state == LEASE_OUT && lease->serial == (uint32_t)(id >> 32) ? lease : NULL;
}

static bool settle_account(struct ledger *ledger, const struct lease *lease,
                           const struct ledger_result *result, int64_t now_wall,
                           struct ledger_record *record)
{
    struct account *account = account_of(ledger, lease->account);
    if (account == NULL || account->record.generation != lease->generation) {
        return false; /* no login, or the credential has changed since */
    }
    bool changed = login_settle(&account->record, &ledger->limits, result, lease->begun,
                                &lease->before, now_wall);
    if (changed) {
        *record = account->record;
    }
    return changed;
}

static void return_lease(struct ledger *ledger, struct lease *lease, bool lost, uint64_t now_us)
{
    uint32_t index = (uint32_t)(lease - ledger->leases);
    struct endpoint *endpoint = &ledger->endpoints[lease->endpoint];
    struct way *way = way_of(ledger, lease->way);
    endpoint->looks--;
    if (way != NULL) {
        way->looks--;
    }
    ledger->leases_out--;
    if (lost && lease->session) {
        hold_lease(ledger, index, now_us);
        return;
    }
    endpoint->connections -= lease->connections;
    free_lease(ledger, index);
}

bool ledger_settle(struct ledger *ledger, uint64_t lease, const struct ledger_result *result,
                   struct ledger_time now, struct ledger_record *record)
{
    struct lease *found = lease_of(ledger, lease);
    if (found == NULL) {
        return false;
    }
    bool write = settle_account(ledger, found, result, now.wall_us, record);
    return_lease(ledger, found, result->lost, now.mono_us);
    return write;
}

/* ---- Looking ---- */

int ledger_account_get(const struct ledger *ledger, uint32_t account, struct ledger_record *record)
{
    const struct account *found = account_of(ledger, account);
    if (found == NULL) {
        return VMM_E_NOENT;
    }
    *record = found->record;
    return 0;
}

bool ledger_is_refused(const struct ledger *ledger, uint32_t account)
{
    const struct account *found = account_of(ledger, account);
    return found != NULL && found->record.state == LEDGER_REFUSED && !found->record.lost;
}

int64_t ledger_login_at(const struct ledger *ledger, uint32_t account, int64_t now_wall)
{
    const struct account *found = account_of(ledger, account);
    if (found == NULL) {
        return INT64_MAX;
    }
    int64_t at = login_at(&found->record, &ledger->limits, now_wall);
    return at > now_wall ? at : 0;
}

uint32_t ledger_looks_out(const struct ledger *ledger, uint32_t endpoint)
{
    return endpoint < ledger->endpoint_count ? ledger->endpoints[endpoint].looks : 0;
}

uint32_t ledger_connections_out(struct ledger *ledger, uint32_t endpoint, struct ledger_time now)
{
    release_held(ledger, now.mono_us);
    return endpoint < ledger->endpoint_count ? ledger->endpoints[endpoint].connections : 0;
}

uint32_t ledger_leases_out(const struct ledger *ledger)
{
    return ledger->leases_out;
}
