/* SPDX-License-Identifier: MIT */
/*
 * The frame of a small probe for tests: FAULT_PROBE(name, open, probe) makes the plugin of two
 * functions. fault_host and fault_probe are the host's tables once fault_open() was called.
 */
#ifndef FAULT_H
#define FAULT_H

#include <signal.h>
#include <stdlib.h>

#include <vmm/probe.h>

__attribute__((unused)) static const struct vmm_host *fault_host;
__attribute__((unused)) static const struct vmm_probe_host *fault_probe;

static inline __attribute__((unused)) int fault_open(const struct vmm_host *host, void **self)
{
    *self = NULL;
    fault_host = host;
    fault_probe = host->extension(host->context, VMM_PROBE_HOST);
    return fault_probe != NULL ? 0 : VMM_E_NOTSUP;
}

static inline __attribute__((unused)) void fault_close(void *self)
{
    (void)self;
}

static inline __attribute__((unused)) void fault_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    fault_probe->finish(job, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, VMM_REASON_NONE, NULL);
}

/* A real SIGSEGV, also where a sanitizer would turn a bad access into an exit. */
static inline __attribute__((unused)) void fault_crash(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

static inline __attribute__((unused)) int fault_probe_ok(void *self, struct vmm_job *job,
                                                         const struct vmm_look *look)
{
    (void)self;
    (void)look;
    fault_probe->finish(job, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_NONE, NULL);
    return 0;
}

#define FAULT_DESCRIPTOR(word, table, ...)                                                         \
    static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),            \
                                                     .abi_major = VMM_ABI_MAJOR,                   \
                                                     .abi_minor = VMM_ABI_MINOR,                   \
                                                     .kind = VMM_KIND_PROBE,                       \
                                                     .name = word,                                 \
                                                     .version = "0.1.0",                           \
                                                     .flag = "FEATURE_VMS_FAULT",                  \
                                                     .summary = "a plugin for tests",              \
                                                     .licence = "MIT",                             \
                                                     .generation = VMM_GENERATION_OVERLAP,         \
                                                     .ops = &(table),                              \
                                                     __VA_ARGS__}

#define FAULT_ENTRY                                                                                \
    const struct vmm_descriptor *vmm_plugin_v0(void)                                               \
    {                                                                                              \
        return &descriptor;                                                                        \
    }

#define FAULT_PROBE(word, open_fn, probe_fn)                                                       \
    static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),                           \
                                             .open = open_fn,                                      \
                                             .close = fault_close,                                 \
                                             .probe = probe_fn,                                    \
                                             .cancel = fault_cancel};                              \
    FAULT_DESCRIPTOR(word, ops, .traits = 0);                                                      \
    FAULT_ENTRY

#endif
