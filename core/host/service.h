/* SPDX-License-Identifier: MIT */
/* "vmm.service/1": the life of a service, and the sockets that were bound for it. */
#ifndef HOST_SERVICE_H
#define HOST_SERVICE_H

#include <stdbool.h>

#include <vmm/service.h>

#include "ipc/channel.h"

struct service;

/* Everything given outlives the service; on_change(arg) is called when it has drained. `config` is
 * the plugin's JSON, in which a listen item is "fd:N", N being the bound socket. NULL without
 * memory. */
struct service *service_create(struct channel *channel, const struct vmm_service_ops *ops,
                               const char *config, void (*on_change)(void *arg), void *arg);
void service_destroy(struct service *service);

/* Call start() of what open() gave. Its error. */
int service_start(struct service *service, void *self);

/* Ask the plugin to end what it does. */
void service_drain(struct service *service);

/* True until drained() was called. */
bool service_is_busy(const struct service *service);

/* The table for plugins. */
extern const struct vmm_service_host service_host;

#endif
