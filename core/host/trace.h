/* SPDX-License-Identifier: MIT */
/* The steps of one look, as explain shows them. Fixed memory; what is past MESSAGE_STEPS_MAX is not
 * kept. */
#ifndef HOST_TRACE_H
#define HOST_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "host/mask.h"
#include "ipc/message.h"

#define TRACE_ASKED_SIZE 192
#define TRACE_CAME_SIZE  128

struct trace_step {
    char asked[TRACE_ASKED_SIZE];
    char came[TRACE_CAME_SIZE];
    uint32_t start_ms;
    uint32_t took_us;
};

struct trace {
    uint32_t count;
    struct trace_step steps[MESSAGE_STEPS_MAX];
};

/* Forget all steps. */
void trace_clear(struct trace *trace);

/* Add a step: both times in microseconds since the job began. The texts are cut to their room;
 * control characters become spaces. */
void trace_add(struct trace *trace, const char *asked, const char *came, uint64_t begin_us,
               uint64_t end_us);

/* Cover what is secret in the texts. */
void trace_mask(struct trace *trace, const struct mask *mask);

/* View the steps as a message has them; `steps` has room for MESSAGE_STEPS_MAX. */
void trace_view(const struct trace *trace, struct result_step *steps);

#endif
