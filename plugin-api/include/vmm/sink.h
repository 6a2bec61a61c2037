/* SPDX-License-Identifier: MIT */
/*
 * Sink plugins: deliver events to one destination.
 *
 * A sink keeps no queue. The core hands it batches in order, keeps what is not settled, and hands it out
 * again with the same id: a sink whose destination honours the id delivers each message once.
 */
#ifndef VMM_SINK_H
#define VMM_SINK_H

#include <vmm/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VMM_SINK_DELIVERED 1u
#define VMM_SINK_RETRY     2u /* not now; after the time given, or the core's backoff when it is 0 */
#define VMM_SINK_DROP      3u /* never: the destination will not take this message */

#define VMM_SINK_BATCH_MAX 64u

struct vmm_delivery; /* one batch under way; the host's own */

struct vmm_message {
    uint32_t struct_size;
    uint32_t severity;     /* VMM_SEVERITY_* */
    const char *id;        /* UUID; the same in every attempt */
    const char *dedup_key; /* equal for the same fact seen by two nodes */
    const char *site_id;
    const char *json; /* the event as one line of JSON, as vmmctl events --jsonl prints it */
    size_t json_size;
};

/* The extension "vmm.sink/1" of the host. */
struct vmm_sink_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* Settle the message at `index` of the batch: VMM_SINK_*. `why` is one line for the log of attempts,
     * without secrets; NULL when delivered. When each message is settled the batch is gone. A message may be
     * settled once. RETRY holds back this message and all after it. */
    void (*settle)(struct vmm_delivery *delivery, uint32_t index, uint32_t verdict,
                   uint32_t retry_after_ms, const char *why);
};

struct vmm_sink_ops {
    uint32_t struct_size;
    uint32_t reserved;
    int (*open)(const struct vmm_host *host, void **self);
    void (*close)(void *self);

    /* Take a batch (0) or refuse it (VMM_E_*, then nothing may be settled). One batch at a time. The messages
     * stay valid until all are settled. settle() may be called before this returns. */
    int (*deliver)(void *self, struct vmm_delivery *delivery, const struct vmm_message *const *messages,
                   uint32_t count);

    /* Settle what is open as soon as possible: the process is about to end. */
    void (*drain)(void *self);
};

#define VMM_SINK_HOST "vmm.sink/1"

#ifdef __cplusplus
}
#endif

#endif
