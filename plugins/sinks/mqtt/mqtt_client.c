/* SPDX-License-Identifier: MIT */
#include "mqtt_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <mosquitto.h>

#define KEEPALIVE_S      30
#define TICK_US          1000000u  /* of the library's own timers */
#define CONNECT_LIMIT_US 15000000u /* from the search for the address to the broker's welcome */
#define PAUSE_FIRST_US   1000000u
#define PAUSE_MAX_US     60000000u
#define INFLIGHT_MAX     100u
#define PACKETS          100 /* written at once */

enum phase { PHASE_DOWN, PHASE_RESOLVING, PHASE_CONNECTING, PHASE_UP };

struct mqtt_client {
    const struct vmm_host *host;
    struct mqtt_broker broker;
    const struct mqtt_client_events *events;
    void *arg;
    struct mosquitto *mosq;
    enum phase phase;
    bool stopped;
    bool lost;  /* the library says so; the handle is given up when its call has returned */
    int result; /* of the worker */
    char why[120];
    uint64_t pause_us;
    uint64_t begun_us;
    struct vmm_timer *timer; /* the pause in DOWN, else the tick */
    struct vmm_watch *watch;
    bool watches_write;
};

static void connect_now(struct mqtt_client *client);

/* ---- The watch and the timer ---- */

static void on_timer(void *arg);
static void on_socket(void *arg, uint32_t events);

static void cancel_timer(struct mqtt_client *client)
{
    if (client->timer != NULL) {
        client->host->timer_cancel(client->host->context, client->timer);
        client->timer = NULL;
    }
}

static void start_timer(struct mqtt_client *client, uint64_t delay_us)
{
    cancel_timer(client);
    if (client->host->timer_start(client->host->context, delay_us, on_timer, client,
                                  &client->timer) != 0) {
        client->timer = NULL;
    }
}

static void cancel_watch(struct mqtt_client *client)
{
    if (client->watch != NULL) {
        client->host->watch_cancel(client->host->context, client->watch);
        client->watch = NULL;
    }
}

/* Watch what the library wants of its socket. */
static void update_watch(struct mqtt_client *client)
{
    bool wants_write = mosquitto_want_write(client->mosq);
    int fd = mosquitto_socket(client->mosq);
    if (client->watch != NULL && wants_write == client->watches_write) {
        return;
    }
    cancel_watch(client);
    client->watches_write = wants_write;
    if (fd < 0 || client->host->watch_start(client->host->context, fd,
                                            VMM_WATCH_READ | (wants_write ? VMM_WATCH_WRITE : 0),
                                            on_socket, client, &client->watch) != 0) {
        client->watch = NULL;
        client->lost = true;
    }
}

/* ---- The end of a connection ---- */

static void say_why(struct mqtt_client *client, const char *why)
{
    if (client->why[0] == '\0') {
        snprintf(client->why, sizeof(client->why), "%s", why);
    }
}

static void give_up(struct mqtt_client *client)
{
    char why[sizeof(client->why)];
    memcpy(why, client->why, sizeof(why));
    cancel_watch(client);
    cancel_timer(client);
    mosquitto_destroy(client->mosq);
    client->mosq = NULL;
    client->phase = PHASE_DOWN;
    client->lost = false;
    client->why[0] = '\0';
    if (!client->stopped) {
        start_timer(client, client->pause_us);
        client->pause_us *= 2;
        client->pause_us = client->pause_us < PAUSE_MAX_US ? client->pause_us : PAUSE_MAX_US;
    }
    client->events->down(client->arg, why[0] != '\0' ? why : "the connection to the broker ended");
}

/* After each call of the library: what it wants now, or the end. */
static void settle(struct mqtt_client *client, int rc)
{
    if (rc != MOSQ_ERR_SUCCESS || client->lost) {
        say_why(client, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
        give_up(client);
        return;
    }
    update_watch(client);
    if (client->lost) {
        give_up(client);
    }
}

/* ---- What the library tells ---- */

static void on_connect(struct mosquitto *mosq, void *arg, int code)
{
    struct mqtt_client *client = arg;
    if (code != 0) {
        client->lost = true;
        say_why(client, mosquitto_connack_string(code));
        return;
    }
    client->phase = PHASE_UP;
    client->pause_us = PAUSE_FIRST_US;
    mosquitto_publish(mosq, NULL, client->broker.status_topic, 6, "online", 1, true);
    client->events->up(client->arg);
}

static void on_disconnect(struct mosquitto *mosq, void *arg, int code)
{
    struct mqtt_client *client = arg;
    (void)mosq;
    client->lost = true;
    say_why(client, code != 0 ? mosquitto_strerror(code) : "");
}

static void on_publish(struct mosquitto *mosq, void *arg, int mid)
{
    struct mqtt_client *client = arg;
    (void)mosq;
    client->events->acked(client->arg, (uint16_t)mid);
}

/* ---- On the loop ---- */

static void on_socket(void *arg, uint32_t events)
{
    struct mqtt_client *client = arg;
    int rc = MOSQ_ERR_SUCCESS;
    if ((events & VMM_WATCH_READ) != 0) {
        rc = mosquitto_loop_read(client->mosq, PACKETS);
    }
    if (rc == MOSQ_ERR_SUCCESS && (events & VMM_WATCH_WRITE) != 0) {
        rc = mosquitto_loop_write(client->mosq, PACKETS);
    }
    settle(client, rc);
}

static bool is_late(const struct mqtt_client *client)
{
    uint64_t now = client->host->monotonic_us(client->host->context);
    return client->phase == PHASE_CONNECTING && now - client->begun_us > CONNECT_LIMIT_US;
}

static void on_timer(void *arg)
{
    struct mqtt_client *client = arg;
    client->timer = NULL;
    if (client->phase == PHASE_DOWN) {
        connect_now(client);
        return;
    }
    start_timer(client, TICK_US);
    if (is_late(client)) {
        say_why(client, "the broker does not answer");
        give_up(client);
        return;
    }
    settle(client, mosquitto_loop_misc(client->mosq));
}

/* ---- The beginning of a connection ---- */

static bool is_given(const char *text)
{
    return text[0] != '\0';
}

static const char *or_null(const char *text)
{
    return is_given(text) ? text : NULL;
}

static int set_tls(const struct mqtt_broker *broker, struct mosquitto *mosq)
{
    if (!broker->tls) {
        return MOSQ_ERR_SUCCESS;
    }
    const char *folder = is_given(broker->ca_file) ? NULL : "/etc/ssl/certs";
    int rc = mosquitto_tls_set(mosq, or_null(broker->ca_file), folder, or_null(broker->cert_file),
                               or_null(broker->key_file), NULL);
    return rc == MOSQ_ERR_SUCCESS ? mosquitto_tls_opts_set(mosq, 1, "tlsv1.2", NULL) : rc;
}

static int make_handle(struct mqtt_client *client)
{
    const struct mqtt_broker *broker = &client->broker;
    struct mosquitto *mosq = mosquitto_new(broker->client_id, true, client);
    if (mosq == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = mosquitto_will_set(mosq, broker->status_topic, 7, "offline", 1, true);
    if (rc == MOSQ_ERR_SUCCESS && is_given(broker->user)) {
        rc = mosquitto_username_pw_set(mosq, broker->user, or_null(broker->password));
    }
    if (rc == MOSQ_ERR_SUCCESS) {
        rc = set_tls(broker, mosq);
    }
    if (rc != MOSQ_ERR_SUCCESS) {
        mosquitto_destroy(mosq);
        return rc == MOSQ_ERR_NOMEM ? VMM_E_NOMEM : VMM_E_INVAL;
    }
    mosquitto_max_inflight_messages_set(mosq, INFLIGHT_MAX);
    mosquitto_connect_callback_set(mosq, on_connect);
    mosquitto_disconnect_callback_set(mosq, on_disconnect);
    mosquitto_publish_callback_set(mosq, on_publish);
    client->mosq = mosq;
    return 0;
}

/* On a worker: the search for the address blocks. */
static void resolve(void *arg)
{
    struct mqtt_client *client = arg;
    client->result = mosquitto_connect_async(client->mosq, client->broker.host, client->broker.port,
                                             KEEPALIVE_S);
    if (client->result == MOSQ_ERR_ERRNO) {
        say_why(client, strerror(errno));
    }
}

static void resolved(void *arg)
{
    struct mqtt_client *client = arg;
    client->phase = PHASE_CONNECTING;
    start_timer(client, TICK_US);
    settle(client, client->result);
}

static void connect_now(struct mqtt_client *client)
{
    client->begun_us = client->host->monotonic_us(client->host->context);
    client->why[0] = '\0';
    if (client->mosq == NULL && make_handle(client) != 0) {
        start_timer(client, PAUSE_MAX_US);
        return;
    }
    client->phase = PHASE_RESOLVING;
    if (client->host->work(client->host->context, resolve, resolved, client) != 0) {
        client->phase = PHASE_DOWN;
        start_timer(client, client->pause_us);
    }
}

int mqtt_client_create(const struct vmm_host *host, const struct mqtt_broker *broker,
                       const struct mqtt_client_events *events, void *arg, struct mqtt_client **out)
{
    struct mqtt_client *client =
        mosquitto_lib_init() == MOSQ_ERR_SUCCESS ? calloc(1, sizeof(*client)) : NULL;
    if (client == NULL) {
        return VMM_E_NOMEM;
    }
    *client = (struct mqtt_client){
        .host = host, .broker = *broker, .events = events, .arg = arg, .pause_us = PAUSE_FIRST_US};
    int rc = make_handle(client);
    if (rc != 0) {
        free(client);
        return rc;
    }
    connect_now(client);
    *out = client;
    return 0;
}

void mqtt_client_destroy(struct mqtt_client *client)
{
    if (client != NULL) {
        cancel_watch(client);
        cancel_timer(client);
        mosquitto_destroy(client->mosq);
        free(client);
    }
}

void mqtt_client_stop(struct mqtt_client *client)
{
    client->stopped = true;
    if (client->phase == PHASE_DOWN) {
        cancel_timer(client);
    }
}

bool mqtt_client_is_busy(const struct mqtt_client *client)
{
    return client->phase == PHASE_RESOLVING;
}

bool mqtt_client_is_up(const struct mqtt_client *client)
{
    return client->phase == PHASE_UP;
}

int mqtt_client_publish(struct mqtt_client *client, const char *topic, const void *bytes,
                        size_t size, bool retain, uint16_t *mid)
{
    int number = 0;
    if (client->phase != PHASE_UP || client->lost) {
        return VMM_E_STATE;
    }
    int rc = mosquitto_publish(client->mosq, &number, topic, (int)size, bytes, 1, retain);
    *mid = (uint16_t)number;
    if (rc == MOSQ_ERR_SUCCESS && client->watch != NULL) {
        update_watch(client);
    }
    return rc == MOSQ_ERR_SUCCESS        ? 0
           : rc == MOSQ_ERR_PAYLOAD_SIZE ? VMM_E_TOOBIG
           : rc == MOSQ_ERR_NOMEM        ? VMM_E_NOMEM
           : rc == MOSQ_ERR_NO_CONN      ? VMM_E_STATE
                                         : VMM_E_INVAL;
}

void mqtt_client_break(struct mqtt_client *client, const char *why)
{
    if (client->mosq != NULL && client->phase != PHASE_RESOLVING) {
        say_why(client, why);
        give_up(client);
    }
}
