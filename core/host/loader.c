/* SPDX-License-Identifier: MIT */
#include "host/loader.h"

#include <ltdl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "host/sized.h"

#define FROZEN_SIZE      16u /* struct size, ABI major and minor, kind */
#define MAJORS_TO_REPORT 10u

typedef const struct vmm_descriptor *(*entry_fn)(void);

static int refuse(char why[LOADER_WHY_SIZE], int rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(char why[LOADER_WHY_SIZE], int rc, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, LOADER_WHY_SIZE, format, args);
    va_end(args);
    return rc;
}

/* Before 1.0 the match is exact; from 1.0 on an older minor of the same major keeps working. */
static bool is_our_version(uint32_t major, uint32_t minor)
{
    if (major != VMM_ABI_MAJOR) {
        return false;
    }
    return VMM_ABI_MAJOR == 0 ? minor == VMM_ABI_MINOR : minor <= VMM_ABI_MINOR;
}

static bool is_plugin_name(const char *name)
{
    if (name == NULL || name[0] < 'a' || name[0] > 'z') {
        return false;
    }
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name[length] == '\0' && length <= VMM_PLUGIN_NAME_MAX;
}

static int take_probe(const void *ops, struct plugin *plugin)
{
    struct vmm_probe_ops *probe = &plugin->probe;
    uint32_t size = sized_copy(probe, sizeof(*probe), ops);
    bool whole = size >= sizeof(*probe) && probe->open != NULL && probe->close != NULL &&
                 probe->probe != NULL && probe->cancel != NULL;
    return whole ? 0 : VMM_E_INVAL;
}

static int take_sink(const void *ops, struct plugin *plugin)
{
    struct vmm_sink_ops *sink = &plugin->sink;
    uint32_t size = sized_copy(sink, sizeof(*sink), ops);
    bool whole = size >= sizeof(*sink) && sink->open != NULL && sink->close != NULL &&
                 sink->deliver != NULL && sink->drain != NULL;
    return whole ? 0 : VMM_E_INVAL;
}

static int take_service(const void *ops, struct plugin *plugin)
{
    struct vmm_service_ops *service = &plugin->service;
    uint32_t size = sized_copy(service, sizeof(*service), ops);
    bool whole = size >= sizeof(*service) && service->open != NULL && service->start != NULL &&
                 service->drain != NULL && service->close != NULL;
    return whole ? 0 : VMM_E_INVAL;
}

static int take_ops(struct plugin *plugin)
{
    const void *ops = plugin->descriptor.ops;
    if (ops == NULL) {
        return VMM_E_INVAL;
    }
    switch (plugin->descriptor.kind) {
    case VMM_KIND_PROBE:
        return take_probe(ops, plugin);
    case VMM_KIND_SINK:
        return take_sink(ops, plugin);
    case VMM_KIND_SERVICE:
        return take_service(ops, plugin);
    default:
        return VMM_E_INVAL;
    }
}

int loader_check(const struct vmm_descriptor *descriptor, const char *name, struct plugin *plugin,
                 char why[LOADER_WHY_SIZE])
{
    *plugin = (struct plugin){.original = descriptor};
    if (descriptor == NULL) {
        return refuse(why, VMM_E_INVAL, "%s: its entry function gave no descriptor", name);
    }
    uint32_t frozen[FROZEN_SIZE / sizeof(uint32_t)];
    memcpy(frozen, descriptor, FROZEN_SIZE);
    if (frozen[0] < FROZEN_SIZE) {
        return refuse(why, VMM_E_INVAL, "%s: a descriptor of %u bytes is none", name, frozen[0]);
    }
    if (!is_our_version(frozen[1], frozen[2])) {
        return refuse(
            why, VMM_E_VERSION,
            "%s: made for plugin ABI %u.%u, this vmm has %u.%u: it needs a vmm with ABI %u.%u",
            name, frozen[1], frozen[2], VMM_ABI_MAJOR, VMM_ABI_MINOR, frozen[1], frozen[2]);
    }
    uint32_t size = sized_copy(&plugin->descriptor, sizeof(plugin->descriptor), descriptor);
    if (size < sizeof(plugin->descriptor)) {
        return refuse(why, VMM_E_INVAL,
                      "%s: the descriptor is truncated: %u bytes, ABI %u.%u has %zu", name, size,
                      VMM_ABI_MAJOR, VMM_ABI_MINOR, sizeof(plugin->descriptor));
    }
    if (!is_plugin_name(plugin->descriptor.name)) {
        return refuse(why, VMM_E_INVAL, "%s: the descriptor's name is not [a-z][a-z0-9_]{0,31}",
                      name);
    }
    if (plugin->descriptor.kind < VMM_KIND_PROBE || plugin->descriptor.kind > VMM_KIND_SERVICE) {
        return refuse(why, VMM_E_INVAL, "%s: kind %u is unknown", name, plugin->descriptor.kind);
    }
    if (take_ops(plugin) != 0) {
        return refuse(why, VMM_E_INVAL, "%s: the table of operations is incomplete", name);
    }
    return 0;
}

int loader_extension(const struct plugin *plugin, const char *id, void *table, size_t size)
{
    const struct vmm_extension *const *at = plugin->descriptor.extensions;
    for (; at != NULL && *at != NULL; at++) {
        if ((*at)->id != NULL && strcmp((*at)->id, id) == 0 && (*at)->table != NULL) {
            sized_copy(table, size, (*at)->table);
            return 0;
        }
    }
    return VMM_E_NOENT;
}

static lt_dlhandle open_module(int fd)
{
    lt_dladvise advise;
    char path[64];
    if (!text_format(path, sizeof(path), "/proc/self/fd/%d", fd) || lt_dlinit() != 0 ||
        lt_dladvise_init(&advise) != 0) {
        return NULL;
    }
    lt_dlhandle module = NULL;
    if (lt_dladvise_local(&advise) == 0 && lt_dladvise_resident(&advise) == 0) {
        module = lt_dlopenadvise(path, advise);
    }
    lt_dladvise_destroy(&advise);
    return module;
}

/* The entry function of our major version; else say which major there is. */
static int find_entry(lt_dlhandle module, const char *name, entry_fn *entry,
                      char why[LOADER_WHY_SIZE])
{
    void *symbol = lt_dlsym(module, VMM_PLUGIN_ENTRY);
    if (symbol != NULL) {
        memcpy(entry, &symbol, sizeof(symbol));
        return 0;
    }
    for (unsigned major = 0; major < MAJORS_TO_REPORT; major++) {
        char word[32];
        snprintf(word, sizeof(word), "vmm_plugin_v%u", major);
        if (lt_dlsym(module, word) != NULL) {
            return refuse(
                why, VMM_E_VERSION,
                "%s: made for plugin ABI %u, this vmm has %u.%u: it needs a vmm with ABI %u", name,
                major, VMM_ABI_MAJOR, VMM_ABI_MINOR, major);
        }
    }
    return refuse(why, VMM_E_NOENT, "%s: no plugin, it has no function " VMM_PLUGIN_ENTRY, name);
}

int loader_load(const struct load_message *message, struct plugin *plugin,
                char why[LOADER_WHY_SIZE])
{
    if (message->plugin_fd < 0) {
        return refuse(why, VMM_E_NOENT, "%s: no file was given", message->name);
    }
    lt_dlhandle module = open_module(message->plugin_fd);
    close(message->plugin_fd);
    if (module == NULL) {
        const char *error = lt_dlerror();
        return refuse(why, VMM_E_NOENT, "%s: cannot be loaded: %s", message->name,
                      error != NULL ? error : "unknown error");
    }
    entry_fn entry = NULL;
    int rc = find_entry(module, message->name, &entry, why);
    return rc == 0 ? loader_check(entry(), message->name, plugin, why) : rc;
}
