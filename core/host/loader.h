/* SPDX-License-Identifier: MIT */
/* Loading the one plugin of this process, and refusing what is not made for it. */
#ifndef HOST_LOADER_H
#define HOST_LOADER_H

#include <stddef.h>
#include <stdint.h>

#include <vmm/plugin.h>
#include <vmm/probe.h>
#include <vmm/service.h>
#include <vmm/sink.h>

#include "ipc/message.h"

#define LOADER_WHY_SIZE 320

/* The plugin, copied as far as both sides know the structs. Texts stay the plugin's. It is never
 * unloaded. */
struct plugin {
    struct vmm_descriptor descriptor;
    struct vmm_probe_ops probe; /* by kind; the others are zero */
    struct vmm_sink_ops sink;
    struct vmm_service_ops service;
    const struct vmm_descriptor *original; /* as the plugin gave it */
};

/*
 * Open the .so on message->plugin_fd (closed afterwards), call its entry function, check the
 * descriptor. 0, or VMM_E_NOENT no plugin, VMM_E_VERSION made for another ABI, VMM_E_INVAL a
 * descriptor that breaks the rules; `why` then says it in one line.
 */
int loader_load(const struct load_message *message, struct plugin *plugin,
                char why[LOADER_WHY_SIZE]);

/* The table of the plugin's extension of this id, copied as far as both sides know it; 0, or VMM_E_NOENT. */
int loader_extension(const struct plugin *plugin, const char *id, void *table, size_t size);

/* The checks of loader_load() on a descriptor: pure. `name` is the plugin's for messages. */
int loader_check(const struct vmm_descriptor *descriptor, const char *name, struct plugin *plugin,
                 char why[LOADER_WHY_SIZE]);

#endif
