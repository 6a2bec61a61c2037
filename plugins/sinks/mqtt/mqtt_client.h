/* SPDX-License-Identifier: MIT */
/*
 * A connection to a broker on the host's loop. It is made again by itself, with growing pauses, until it is stopped;
 * what was under way when it was lost is forgotten.
 *
 *   DOWN ─▶ resolving (a worker) ─▶ connecting ─▶ UP ─lost─▶ DOWN, after a pause
 */
#ifndef MQTT_CLIENT_H
#define MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vmm/plugin.h>

struct mqtt_client;

/* Texts outlive the client; "" where there is none. */
struct mqtt_broker {
    const char *host;
    uint16_t port;
    bool tls;
    const char *client_id;
    const char *user;
    const char *password;
    const char *ca_file;
    const char *cert_file;
    const char *key_file;
    const char *status_topic; /* "online", and "offline" when the connection is lost; retained */
};

struct mqtt_client_events {
    void (*up)(void *arg);
    void (*down)(void *arg, const char *why);
    void (*acked)(void *arg, uint16_t mid); /* the broker has it */
};

/* Begins to connect. 0, VMM_E_NOMEM, VMM_E_INVAL when the files of TLS cannot be read. */
int mqtt_client_create(const struct vmm_host *host, const struct mqtt_broker *broker,
                       const struct mqtt_client_events *events, void *arg,
                       struct mqtt_client **client);

/* NULL is allowed. No event comes any more. No worker may be at it: see mqtt_client_is_busy(). */
void mqtt_client_destroy(struct mqtt_client *client);

/* Do not connect again once the connection is lost. */
void mqtt_client_stop(struct mqtt_client *client);

/* A worker searches for the broker's address. */
bool mqtt_client_is_busy(const struct mqtt_client *client);

bool mqtt_client_is_up(const struct mqtt_client *client);

/* Publish with QoS 1. 0 and its number; VMM_E_STATE when it is not up; VMM_E_INVAL, VMM_E_TOOBIG, VMM_E_NOMEM. */
int mqtt_client_publish(struct mqtt_client *client, const char *topic, const void *bytes,
                        size_t size, bool retain, uint16_t *mid);

/* Give up the connection: nothing was acknowledged for too long. */
void mqtt_client_break(struct mqtt_client *client, const char *why);

#endif
