/* SPDX-License-Identifier: MIT */
/*
 * A good probe over a plain connection: sends "HELLO" with an authorization when it has one,
 * answers one 401 challenge ("401 <challenge>"), and tells what came. Its options may ask for a flag that there is not
 * ("flags"), or for what cannot be had: TLS before the connection stands and while bytes wait, and a second connection
 * beside the first ("states").
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <vmm/net.h>

#include "fault.h"

struct look {
    struct vmm_job *job;
    const struct vmm_net_host *net;
    const struct vmm_auth_host *auth;
    struct vmm_connection *connection;
    bool tries_states;
    int standing; /* what start_tls() said before the connection stood */
    int waiting;  /* and while bytes waited */
    int second;   /* what open() said beside it */
};

static void say_hello(struct look *look, const char *const *challenges)
{
    char authorization[4096] = "";
    char line[5000];
    int rc = look->auth->authorize(look->job, challenges, "HELLO", "/talk", authorization,
                                   sizeof(authorization));
    if (challenges != NULL && rc != 0) {
        struct vmm_job *job = look->job;
        free(look);
        fault_probe->finish(job, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH, NULL);
        return;
    }
    snprintf(line, sizeof(line), "HELLO /talk %s\r\n", authorization);
    look->net->send(look->connection, line, strlen(line));
}

static void connected(void *arg)
{
    struct look *look = arg;
    if (look->tries_states) {
        look->waiting = look->net->start_tls(look->connection, NULL);
    } else {
        say_hello(look, NULL);
    }
}

static void received(void *arg, const uint8_t *bytes, size_t size)
{
    struct look *look = arg;
    char line[1024];
    snprintf(line, sizeof(line), "%.*s", (int)size, (const char *)bytes);
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(line, "401 ", 4) == 0) {
        const char *const challenges[] = {line + 4, NULL};
        say_hello(look, challenges);
        return;
    }
    struct vmm_job *job = look->job;
    if (look->tries_states) {
        snprintf(line, sizeof(line), "start_tls: %d, then %d; open: %d", look->standing,
                 look->waiting, look->second);
    }
    look->auth->accepted(job);
    free(look);
    fault_probe->finish(job, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, VMM_REASON_NONE, line);
}

static void closed(void *arg, const struct vmm_net_end *end)
{
    struct look *look = arg;
    struct vmm_job *job = look->job;
    free(look);
    fault_probe->finish(job, end->outcome, end->rung, end->reason, end->detail);
}

static const struct vmm_net_events events = {
    .struct_size = sizeof(events), .connected = connected, .received = received, .closed = closed};

static int try_second(struct look *look)
{
    struct vmm_connection *second = NULL;
    int rc = look->net->open(look->job, 0, 0, 0, 0, &events, look, &second);
    if (rc == 0) {
        look->net->close(second);
    }
    return rc;
}

static int probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    (void)self;
    struct look *look = calloc(1, sizeof(*look));
    if (look == NULL) {
        return VMM_E_NOMEM;
    }
    look->job = job;
    look->net = fault_host->extension(fault_host->context, VMM_NET_HOST);
    look->auth = fault_host->extension(fault_host->context, VMM_AUTH_HOST);
    uint32_t flags =
        strstr(given->options, "flags") != NULL ? 1u << 31 : 0; /* there is none like it */
    int rc = look->net->open(job, 0, flags, 0, 0, &events, look, &look->connection);
    if (rc != 0) {
        free(look);
    } else if (strstr(given->options, "states") != NULL) {
        look->tries_states = true;
        look->standing = look->net->start_tls(look->connection, NULL);
        look->second = try_second(look);
        look->net->send(look->connection, "EARLY\r\n", 7);
    }
    return rc;
}

static void cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = fault_open,
                                         .close = fault_close,
                                         .probe = probe,
                                         .cancel = cancel};
FAULT_DESCRIPTOR("talk", ops, .traits = 0);
FAULT_ENTRY
