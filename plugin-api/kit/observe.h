/* SPDX-License-Identifier: MIT */
/*
 * Short ways to report a fact. Subject and type follow from the fact (see VMM_FACTS), so a caller
 * names the fact, the index (0 for the device, from 1 for channels, disks and streams) and the
 * value.
 *
 * An error is the host's: VMM_E_TOOBIG past VMM_OBSERVATIONS_MAX, VMM_E_STATE after finish(), or
 * VMM_E_INVAL for a fact of another type. A caller that has nothing better to do may leave it: the
 * host has noticed.
 */
#ifndef VMM_KIT_OBSERVE_H
#define VMM_KIT_OBSERVE_H

#include <vmm/probe.h>

#include <kit/text.h>

/* Where facts go: a job of a host. A test gives a table of its own. */
struct vmm_observer {
    const struct vmm_probe_host *probe;
    struct vmm_job *job;
};

/* Report a value whose standing is ok. A text is repaired to UTF-8 and cut to VMM_TEXT_MAX bytes.
 */
int vmm_observe_text(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                     struct vmm_text text);
int vmm_observe_int(const struct vmm_observer *to, uint32_t fact, uint32_t index, int64_t number);
int vmm_observe_bool(const struct vmm_observer *to, uint32_t fact, uint32_t index, bool truth);

/* Report a fault: `reason` is VMM_REASON_* and never 0. */
int vmm_observe_fault_text(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                           uint32_t reason, struct vmm_text text);
int vmm_observe_fault_int(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                          uint32_t reason, int64_t number);
int vmm_observe_fault_bool(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                           uint32_t reason, bool truth);

/* Report that the fact was asked for and cannot be judged. `text` is the device's word for a fact
 * that is a text, and left out for any other. */
int vmm_observe_unjudged(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                         struct vmm_text text);

/* Footage no older than this, in seconds, proves that a channel records: what the core takes for fresh by itself. A list of
 * which only a part was told proves nothing with older. */
#define VMM_FOOTAGE_FRESH_S 900

/* Report that footage of the channel was looked for so far back, in seconds, and none was found: the newest is at least
 * that old. */
int vmm_observe_no_footage(const struct vmm_observer *to, uint32_t index, int64_t seconds);

/* Report the clock: `device_ms` is what the device said, in milliseconds since 1970 UTC,
 * `resolution_ms` the step it counts in, and the two times bracket the request (struct
 * vmm_http_answer). Gives clock_offset against the middle of the request, and clock_uncertainty:
 * half the round trip plus the resolution. Nothing when the two times are not in order, for then
 * this machine's own clock was set. */
int vmm_observe_clock(const struct vmm_observer *to, int64_t device_ms, int64_t resolution_ms,
                      int64_t sent_wall_us, int64_t received_wall_us);

/* Report a hardware address: twelve hexadecimal digits, in pairs parted by ':' or '-' or not at all.
 * VMM_E_INVAL, and nothing told, for anything else. */
int vmm_observe_mac(const struct vmm_observer *to, struct vmm_text text);

/* Report a fact of one vendor only, as name=value. */
int vmm_observe_vendor(const struct vmm_observer *to, const char *name, struct vmm_text value);

/* The number of a fact by its word, 0 when there is none; its subject and type are set when not
 * NULL. */
uint32_t vmm_observe_fact(struct vmm_text word, uint32_t *subject, uint32_t *type);

/* The number of a reason by its word, or VMM_E_NOENT. */
int vmm_observe_reason(struct vmm_text word);

#endif
