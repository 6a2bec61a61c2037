/* SPDX-License-Identifier: MIT */
#include "host/service.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/table.h"
#include "ipc/message.h"

struct service {
    struct channel *channel;
    const struct vmm_service_ops *ops;
    void *self;
    json_t *config;
    bool is_drained;
    void (*on_change)(void *arg);
    void *arg;
};

struct service *service_create(struct channel *channel, const struct vmm_service_ops *ops,
                               const char *config, void (*on_change)(void *arg), void *arg)
{
    struct service *service = calloc(1, sizeof(*service));
    if (service == NULL) {
        return NULL;
    }
    *service = (struct service){.channel = channel, .ops = ops, .on_change = on_change, .arg = arg};
    service->config = json_loads(config, 0, NULL);
    if (service->config == NULL) {
        service_destroy(service);
        return NULL;
    }
    return service;
}

void service_destroy(struct service *service)
{
    if (service != NULL) {
        json_decref(service->config);
        free(service);
    }
}

int service_start(struct service *service, void *self)
{
    service->self = self;
    return service->ops->start(service->self);
}

void service_drain(struct service *service)
{
    service->ops->drain(service->self);
}

bool service_is_busy(const struct service *service)
{
    return !service->is_drained;
}

static int listen_fd(struct vmm_context *context, const char *item)
{
    const json_t *value = item != NULL ? json_object_get(context->service->config, item) : NULL;
    const char *text = json_string_value(value);
    int fd = -1;
    int used = 0;
    if (text == NULL || sscanf(text, "fd:%9d%n", &fd, &used) != 1 || text[used] != '\0' || fd < 0) {
        return VMM_E_NOENT;
    }
    return fd;
}

static void state(struct vmm_context *context, uint32_t working, const char *why)
{
    char clean[TEXT_MAX + 1] = "";
    struct channel *channel = context->service->channel;
    if (why != NULL) {
        text_clean(why, strnlen(why, 4 * TEXT_MAX), clean);
    }
    struct log_message message = {.level = working != 0 ? 0 : 1, .text = clean};
    (void)message_put_log(channel_out(channel), FRAME_STATE, &message);
    channel_flush_soon(channel);
}

static void drained(struct vmm_context *context)
{
    struct service *service = context->service;
    service->is_drained = true;
    service->on_change(service->arg);
}

const struct vmm_service_host service_host = {.struct_size = sizeof(struct vmm_service_host),
                                              .listen_fd = listen_fd,
                                              .state = state,
                                              .drained = drained};
