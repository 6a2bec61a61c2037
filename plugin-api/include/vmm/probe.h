/* SPDX-License-Identifier: MIT */
/*
 * Probe plugins: one look at one device.
 *
 *   probe() accepts ─▶ requests, callbacks ─▶ observe() … ─▶ note() ─▶ finish(), exactly once
 *
 * A probe names a path, never a host: scheme, address, port, way and credential come with the job, and the
 * host connects. Nothing a probe asks may change a device; there is no call for it.
 *
 * The deadline, retries and the count of logins are the core's. A job that is not finished at its deadline
 * is taken back with cancel(); what has been observed until then is kept.
 */
#ifndef VMM_PROBE_H
#define VMM_PROBE_H

#include <vmm/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VMM_SCOPE_TRIAL                                                                            \
    1u /* the cheapest request that proves the device answers; no login if possible */
#define VMM_SCOPE_FULL 2u /* everything the provider reads */

#define VMM_NOTE_MAX 160u /* bytes a plugin may keep with a device from one look to the next */

struct vmm_job; /* one look; the host's own, valid until finish() */

struct vmm_look {
    uint32_t struct_size;
    uint32_t scope;        /* VMM_SCOPE_* */
    uint32_t deadline_ms;  /* from the call of probe() */
    uint32_t may_login;    /* 0: the allowance forbids a login; requests go out without one */
    const char *device_id; /* for messages */
    const char *options;   /* JSON object: validated against device_config, defaults filled in */
    uint64_t options_hash; /* of the text of `options`: equal hash, equal options */
    const uint8_t
        *note; /* what note() kept after the last look; NULL when nothing, or of another firmware */
    size_t note_size;
};

/* The extension "vmm.probe/1" of the host: what a job is answered with. */
struct vmm_probe_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* Report one fact. VMM_E_INVAL for a word that is not in the vocabulary, VMM_E_TOOBIG past
     * VMM_OBSERVATIONS_MAX, VMM_E_STATE after finish(). */
    int (*observe)(struct vmm_job *job, const struct vmm_observation *observation);

    /* Keep these bytes with the device until its next look; they replace what was kept. Once the device tells
     * another firmware, serial or MAC they are dropped: what it did not offer it may offer now. */
    int (*note)(struct vmm_job *job, const void *bytes, size_t size);

    /* End the job. `rung` is the first rung that failed, or the highest reached when none did; `reason`
     * may name what an outcome alone does not tell (VMM_REASON_WRONG_PATH with BAD_REPLY …), else 0.
     * `detail` is one line for explain, without secrets; NULL when there is nothing to add. The job is
     * gone when the call returns. A second finish is a breach that costs the host its life. */
    void (*finish)(struct vmm_job *job, uint32_t outcome, uint32_t rung, uint32_t reason,
                   const char *detail);
};

struct vmm_probe_ops {
    uint32_t struct_size;
    uint32_t reserved;

    /* Take the host's table, set up what all jobs share. `*self` is handed back in each call. */
    int (*open)(const struct vmm_host *host, void **self);

    /* Release everything. No job is left when it is called. */
    void (*close)(void *self);

    /* Accept the job and start it (0), or refuse it at once (VMM_E_*): then finish() is not called. The look
     * is borrowed for the call; its device_id, options and note stay valid until finish(). finish() may be
     * called before this returns. */
    int (*probe)(void *self, struct vmm_job *job, const struct vmm_look *look);

    /* Stop the job as soon as possible and finish it as VMM_OUTCOME_CANCELLED. Requests the job has under
     * way are stopped by the host, their callbacks come with VMM_OUTCOME_CANCELLED. */
    void (*cancel)(void *self, struct vmm_job *job);
};

#define VMM_PROBE_HOST "vmm.probe/1"

/*
 * The extension "vmm.options/1" of a plugin: for options whose sense the declared items cannot tell, a regular
 * expression or a name that another option has to have. Without it a mistake is seen at the first look; with it the
 * operator who makes it is told, and nothing changes.
 */
struct vmm_options_ops {
    uint32_t struct_size;
    uint32_t reserved;

    /* 0 when a device can be looked at with these options, which fit device_config and have its defaults filled in.
     * Else VMM_E_INVAL, and one line in `why`: the place in the options and what is expected there, no value that may
     * be a secret. Only `options` decides: no state, no host, no open plugin is needed. On the loop thread: it has to
     * return within 50 ms. */
    int (*check)(const char *options, char *why, size_t why_size);
};

#define VMM_OPTIONS "vmm.options/1"

#ifdef __cplusplus
}
#endif

#endif
