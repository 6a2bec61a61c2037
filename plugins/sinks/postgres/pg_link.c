/* SPDX-License-Identifier: MIT */
#include "pg_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "pg_resolve.h"

#define PAUSE_FIRST_US    500000u
#define PAUSE_MAX_US      30000000u
#define EXCHANGE_EXTRA_US 10000000u /* beyond the server's own limit: then the connection is dead */

enum state { STATE_OFF, STATE_RESOLVING, STATE_CONNECTING, STATE_UP };

struct pg_link {
    const struct vmm_host *host;
    const struct pg_settings *settings;
    const struct pg_link_events *events;
    void *arg;
    enum state state;
    PGconn *conn;
    struct vmm_watch *watch;
    uint32_t watched; /* VMM_WATCH_* */
    struct vmm_timer *timer;
    struct pg_addresses addresses; /* the worker's while resolving */
    uint32_t next;                 /* address to try */
    uint32_t pauses;               /* in a row */
    uint64_t asked_us;             /* a longer pause was asked for */
    struct pg_exchange exchange;
    char why[PG_TEXT_MAX];
};

static void resolve(struct pg_link *link);
static void try_next(struct pg_link *link);
static void lose(struct pg_link *link, const char *why);

/* ---- small things ---- */

static void gauge(struct pg_link *link)
{
    struct vmm_context *context = link->host->context;
    bool active = link->state == STATE_UP && link->exchange.open;
    link->host->metric_set(context, "vmm_postgres_connections_connecting",
                           link->state == STATE_CONNECTING);
    link->host->metric_set(context, "vmm_postgres_connections_active", active);
    link->host->metric_set(context, "vmm_postgres_connections_idle",
                           link->state == STATE_UP && !active);
}

static void stop_watch(struct pg_link *link)
{
    if (link->watch != NULL) {
        link->host->watch_cancel(link->host->context, link->watch);
        link->watch = NULL;
    }
    link->watched = 0;
}

static void stop_timer(struct pg_link *link)
{
    if (link->timer != NULL) {
        link->host->timer_cancel(link->host->context, link->timer);
        link->timer = NULL;
    }
}

static void close_connection(struct pg_link *link)
{
    stop_watch(link);
    stop_timer(link);
    PQfinish(link->conn);
    link->conn = NULL;
}

static void on_io(void *arg, uint32_t events);

static bool watch(struct pg_link *link, uint32_t events)
{
    if (link->watch != NULL && link->watched == events) {
        return true;
    }
    stop_watch(link);
    int rc = link->host->watch_start(link->host->context, PQsocket(link->conn), events, on_io, link,
                                     &link->watch);
    if (rc != 0) {
        link->watch = NULL;
        return false;
    }
    link->watched = events;
    return true;
}

static bool start_timer(struct pg_link *link, uint64_t us, vmm_timer_fn fn)
{
    stop_timer(link);
    if (link->host->timer_start(link->host->context, us, fn, link, &link->timer) != 0) {
        link->timer = NULL;
        return false;
    }
    return true;
}

/* ---- pauses ---- */

static void on_pause_over(void *arg)
{
    struct pg_link *link = arg;
    link->timer = NULL;
    resolve(link);
}

/* Doubling, and a part of it by the clock, so that many nodes do not come at once. */
static uint64_t next_pause(struct pg_link *link)
{
    uint64_t pause = PAUSE_FIRST_US;
    for (uint32_t i = 0; i < link->pauses && pause < PAUSE_MAX_US; i++) {
        pause *= 2;
    }
    pause = pause < PAUSE_MAX_US ? pause : PAUSE_MAX_US;
    uint64_t jitter = link->host->monotonic_us(link->host->context) % (pause / 4 + 1);
    pause -= jitter;
    link->pauses++;
    pause = link->asked_us > pause ? link->asked_us : pause;
    link->asked_us = 0;
    return pause;
}

static void pause_then_retry(struct pg_link *link)
{
    link->state = STATE_OFF;
    gauge(link);
    if (!start_timer(link, next_pause(link), on_pause_over)) {
        link->host->log(link->host->context, VMM_LOG_ERROR,
                        "no timer: the connection is not tried again");
    }
}

/* ---- connecting ---- */

static void on_resolved(void *arg)
{
    struct pg_link *link = arg;
    link->next = 0;
    try_next(link);
}

static void run_resolve(void *arg)
{
    struct pg_link *link = arg;
    pg_resolve(link->settings, &link->addresses);
}

static void resolve(struct pg_link *link)
{
    link->state = STATE_RESOLVING;
    gauge(link);
    if (link->host->work(link->host->context, run_resolve, on_resolved, link) != 0) {
        lose(link, "no worker to resolve names");
    }
}

static PGconn *open_connection(const struct pg_settings *s, const struct pg_address *address)
{
    const char *const pairs[][2] = {
        {"host", address->host},
        {"hostaddr", address->address},
        {"port", address->port},
        {"dbname", s->database},
        {"user", s->user},
        {"password", s->password},
        {"sslmode", s->tls},
        {"sslrootcert", s->ca_file},
        {"sslcert", s->cert_file},
        {"sslkey", s->key_file},
        {"application_name", "vmm"},
        {"client_encoding", "UTF8"},
        {"target_session_attrs", "read-write"},
        {"gssencmode", "disable"},
        {"passfile", "/nonexistent"}, /* no passwords but the settings' */
        {"keepalives_idle", "30"},
        {"keepalives_interval", "10"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", "30000"},
    };
    const char *names[sizeof(pairs) / sizeof(pairs[0]) + 1];
    const char *values[sizeof(pairs) / sizeof(pairs[0]) + 1];
    size_t count = 0;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i][1] != NULL && pairs[i][1][0] != '\0') {
            names[count] = pairs[i][0];
            values[count] = pairs[i][1];
            count++;
        }
    }
    names[count] = NULL;
    values[count] = NULL;
    return PQconnectStartParams(names, values, 0);
}

static void ignore_notice(void *arg, const char *text)
{
    (void)arg;
    (void)text;
}

static void is_up(struct pg_link *link)
{
    stop_timer(link);
    if (PQsetnonblocking(link->conn, 1) != 0 || !watch(link, VMM_WATCH_READ)) {
        lose(link, "no memory for the connection");
        return;
    }
    link->state = STATE_UP;
    gauge(link);
    link->events->up(link->arg);
}

/* This server does not do; the next may. */
static void give_up_address(struct pg_link *link, const char *why)
{
    pg_first_line(link->why, why);
    close_connection(link);
    try_next(link);
}

static void poll_connect(struct pg_link *link)
{
    /* libpq may close its socket and open another. */
    stop_watch(link);
    switch (PQconnectPoll(link->conn)) {
    case PGRES_POLLING_READING:
        if (!watch(link, VMM_WATCH_READ)) {
            give_up_address(link, "no memory for the connection");
        }
        break;
    case PGRES_POLLING_WRITING:
        if (!watch(link, VMM_WATCH_WRITE)) {
            give_up_address(link, "no memory for the connection");
        }
        break;
    case PGRES_POLLING_OK:
        is_up(link);
        break;
    default:
        give_up_address(link, PQerrorMessage(link->conn));
        break;
    }
}

static void on_connect_timeout(void *arg)
{
    struct pg_link *link = arg;
    char why[PG_TEXT_MAX];
    const struct pg_address *address = &link->addresses.list[link->next - 1];
    link->timer = NULL;
    snprintf(why, sizeof(why), "%.100s (%s): no session in time", address->host, address->address);
    give_up_address(link, why);
}

static void try_next(struct pg_link *link)
{
    if (link->next == link->addresses.count) {
        lose(link, link->addresses.count == 0 ? link->addresses.why : link->why);
        return;
    }
    link->state = STATE_CONNECTING;
    gauge(link);
    link->conn = open_connection(link->settings, &link->addresses.list[link->next++]);
    if (link->conn == NULL || !start_timer(link, link->settings->connect_us, on_connect_timeout)) {
        lose(link, "no memory for the connection");
        return;
    }
    PQsetNoticeProcessor(link->conn, ignore_notice, NULL);
    if (PQstatus(link->conn) == CONNECTION_BAD) {
        give_up_address(link, PQerrorMessage(link->conn));
        return;
    }
    /* As if PQconnectPoll() had last said WRITING. */
    if (!watch(link, VMM_WATCH_WRITE)) {
        give_up_address(link, "no memory for the connection");
    }
}

/* ---- losing ---- */

static void end_exchange(struct pg_link *link, const struct pg_failure *failure)
{
    struct pg_exchange exchange = link->exchange;
    link->exchange.open = false;
    gauge(link);
    exchange.done(exchange.arg, failure);
}

static void lose(struct pg_link *link, const char *why)
{
    struct pg_failure failure = {.state = ""};
    pg_first_line(failure.text, why);
    close_connection(link);
    pause_then_retry(link);
    if (link->exchange.open) {
        end_exchange(link, &failure);
    }
    link->events->down(link->arg, failure.text);
}

void pg_link_drop(struct pg_link *link, const char *why, uint64_t pause_us)
{
    if (link->state == STATE_UP) {
        link->asked_us = pause_us;
        lose(link, why);
    }
}

void pg_link_works(struct pg_link *link)
{
    link->pauses = 0;
}

/* ---- exchanges ---- */

static bool flush(struct pg_link *link)
{
    int left = PQflush(link->conn);
    return left >= 0 && watch(link, left > 0 ? VMM_WATCH_READ | VMM_WATCH_WRITE : VMM_WATCH_READ);
}

static void on_ended(struct pg_link *link)
{
    stop_timer(link);
    if (link->exchange.is_pipeline && PQexitPipelineMode(link->conn) != 1) {
        lose(link, PQerrorMessage(link->conn));
        return;
    }
    struct pg_failure failure = link->exchange.failure;
    end_exchange(link, link->exchange.has_failed ? &failure : NULL);
}

/* Results, and what they made queue. */
static void read_results(struct pg_link *link)
{
    int rc = link->exchange.open ? pg_exchange_read(&link->exchange, link->conn) : 0;
    if (rc < 0 || (rc == 0 && !flush(link))) {
        lose(link, PQerrorMessage(link->conn));
    } else if (rc > 0) {
        on_ended(link);
    }
}

static void on_io(void *arg, uint32_t events)
{
    struct pg_link *link = arg;
    if (link->state == STATE_CONNECTING) {
        poll_connect(link);
    } else if (((events & VMM_WATCH_READ) != 0 && PQconsumeInput(link->conn) != 1) ||
               !flush(link)) {
        lose(link, PQerrorMessage(link->conn));
    } else {
        read_results(link);
    }
}

static void on_exchange_timeout(void *arg)
{
    struct pg_link *link = arg;
    link->timer = NULL;
    lose(link, "the server does not answer");
}

static bool begin(struct pg_link *link, const struct pg_exchange *exchange)
{
    uint64_t limit = link->settings->statement_ms * 1000ull + EXCHANGE_EXTRA_US;
    link->exchange = *exchange;
    if (!flush(link) || !start_timer(link, limit, on_exchange_timeout)) {
        return false;
    }
    link->exchange.open = true;
    gauge(link);
    return true;
}

PGconn *pg_link_connection(struct pg_link *link)
{
    return link->state == STATE_UP && !link->exchange.open ? link->conn : NULL;
}

bool pg_link_simple(struct pg_link *link, const char *sql, pg_result_fn result, pg_done_fn done,
                    void *arg)
{
    PGconn *conn = pg_link_connection(link);
    struct pg_exchange exchange = {.result = result, .done = done, .arg = arg};
    return conn != NULL && PQsendQuery(conn, sql) == 1 && begin(link, &exchange);
}

bool pg_link_copy(struct pg_link *link, const char *sql, pg_copy_fn copy, pg_done_fn done,
                  void *arg)
{
    PGconn *conn = pg_link_connection(link);
    struct pg_exchange exchange = {.copy = copy, .done = done, .arg = arg};
    return conn != NULL && PQsendQuery(conn, sql) == 1 && begin(link, &exchange);
}

bool pg_link_pipeline(struct pg_link *link)
{
    PGconn *conn = pg_link_connection(link);
    return conn != NULL && PQenterPipelineMode(conn) == 1;
}

bool pg_link_run(struct pg_link *link, pg_result_fn result, pg_done_fn done, void *arg)
{
    PGconn *conn = pg_link_connection(link);
    struct pg_exchange exchange = {.is_pipeline = true, .result = result, .done = done, .arg = arg};
    return conn != NULL && PQpipelineSync(conn) == 1 && begin(link, &exchange);
}

/* ---- life ---- */

struct pg_link *pg_link_create(const struct vmm_host *host, const struct pg_settings *settings,
                               const struct pg_link_events *events, void *arg)
{
    struct pg_link *link = calloc(1, sizeof(*link));
    if (link != NULL) {
        link->host = host;
        link->settings = settings;
        link->events = events;
        link->arg = arg;
    }
    return link;
}

void pg_link_destroy(struct pg_link *link)
{
    if (link != NULL) {
        close_connection(link);
        free(link);
    }
}

void pg_link_start(struct pg_link *link)
{
    resolve(link);
}
