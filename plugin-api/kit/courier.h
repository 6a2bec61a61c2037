/* SPDX-License-Identifier: MIT */
/*
 * The usual HTTP sink: one request a message, one after another, each answer judged, each message settled once.
 *
 *   deliver() ─▶ [ write() ─▶ request ─▶ answer ─▶ judge() ─▶ settle ] … until the batch is settled
 *
 * A plugin writes the request of a message and says what an answer means; vmm_settling_of_answer() knows what
 * statuses usually mean. A message that is held back holds back the rest of its batch. Deliveries to several
 * targets run beside one another. All on the loop thread; no timer, and nothing is repeated here.
 */
#ifndef VMM_KIT_COURIER_H
#define VMM_KIT_COURIER_H

#include <vmm/http.h>
#include <vmm/sink.h>

#include <kit/text.h>

#define VMM_SETTLING_WHY_MAX 240u
#define VMM_RETRY_AFTER_MAX_MS                                                                     \
    (60u * 60 * 1000) /* a destination that asks for more is asked again then */

/* How a message is to be settled. */
struct vmm_settling {
    uint32_t verdict; /* VMM_SINK_* */
    uint32_t retry_after_ms;
    char why[VMM_SETTLING_WHY_MAX]; /* "" when delivered */
};

/* Fill it in; `why` is NULL or a printf format. */
__attribute__((format(printf, 4, 5))) void vmm_settling_set(struct vmm_settling *settling,
                                                            uint32_t verdict,
                                                            uint32_t retry_after_ms,
                                                            const char *why, ...);

/*
 * What an answer usually means: 2xx delivered; no answer, 408, 425, 429 and 5xx not now, with the Retry-After where
 * there is one; a redirect, which nobody follows, not now, for the address has to be mended; any other 4xx never.
 * `now_wall_us` is for a Retry-After that is a date.
 */
void vmm_settling_of_answer(const struct vmm_http_answer *answer, int64_t now_wall_us,
                            struct vmm_settling *settling);

/* The wait that the header Retry-After asks for, seconds or a date, in milliseconds; 0 when there is none that can
 * be read. At most VMM_RETRY_AFTER_MAX_MS. */
uint32_t vmm_retry_after_ms(struct vmm_text headers, int64_t now_wall_us);

struct vmm_courier_table {
    /* Fill in the request of a message; what it points to is read before anything else is called. Zero at first
     * but for struct_size. 0; or VMM_E_*, and *settling says how the message is settled instead. */
    int (*write)(void *plugin, const struct vmm_message *message, struct vmm_http_send *send,
                 struct vmm_settling *settling);

    /* Say what the answer means; *settling is filled in with what it usually means. NULL: that. */
    void (*judge)(void *plugin, const struct vmm_message *message,
                  const struct vmm_http_answer *answer, struct vmm_settling *settling);
};

struct vmm_courier;

/* `table` and `plugin` outlive it. 0, VMM_E_NOTSUP where the host has no HTTP for sinks, VMM_E_NOMEM. */
int vmm_courier_create(const struct vmm_host *host, const struct vmm_courier_table *table,
                       void *plugin, struct vmm_courier **courier);

/* No delivery may be under way. NULL is allowed. */
void vmm_courier_destroy(struct vmm_courier *courier);

/* The plugin's deliver(). 0; VMM_E_STATE when VMM_SINK_PARALLEL are under way. */
int vmm_courier_deliver(struct vmm_courier *courier, struct vmm_delivery *delivery,
                        const struct vmm_message *const *messages, uint32_t count);

/* The plugin's drain(): what is on its way is waited for, what was not sent is held back. */
void vmm_courier_drain(struct vmm_courier *courier);

#endif
