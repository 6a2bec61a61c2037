/* SPDX-License-Identifier: MIT */
/*
 * Service plugins: a life of their own beside the watch (an API, a time server, a recorder).
 *
 *   open() ─▶ start() ─▶ running … ─▶ drain() ─▶ drained ─▶ close()
 *
 * Sockets a service listens on are configuration items of type listen. The supervisor binds them once,
 * before privileges are dropped, and passes the same sockets to each generation.
 */
#ifndef VMM_SERVICE_H
#define VMM_SERVICE_H

#include <vmm/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The extension "vmm.service/1" of the host. */
struct vmm_service_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* The bound socket of a listen item by its name, or VMM_E_NOENT. The host keeps owning it. */
    int (*listen_fd)(struct vmm_context *context, const char *item);

    /* Say whether the service can do its work, and why not in one line. */
    void (*state)(struct vmm_context *context, uint32_t working, const char *why);

    /* After drain(): nothing is under way any more. */
    void (*drained)(struct vmm_context *context);
};

struct vmm_service_ops {
    uint32_t struct_size;
    uint32_t reserved;
    int (*open)(const struct vmm_host *host, void **self);
    int (*start)(void *self);
    void (*drain)(void *self);
    void (*close)(void *self);
};

#define VMM_SERVICE_HOST "vmm.service/1"

#ifdef __cplusplus
}
#endif

#endif
