/* SPDX-License-Identifier: MIT */
#include "host/trace.h"

void trace_clear(struct trace *trace)
{
    trace->count = 0;
}

static void copy_line(char *to, size_t size, const char *from)
{
    size_t i = 0;
    for (; from[i] != '\0' && i + 1 < size; i++) {
        unsigned char c = (unsigned char)from[i];
        to[i] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    }
    to[i] = '\0';
}

static uint32_t clamp_u32(uint64_t value)
{
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

void trace_add(struct trace *trace, const char *asked, const char *came, uint64_t begin_us,
               uint64_t end_us)
{
    if (trace->count == MESSAGE_STEPS_MAX) {
        return;
    }
    struct trace_step *step = &trace->steps[trace->count];
    trace->count++;
    copy_line(step->asked, sizeof(step->asked), asked);
    copy_line(step->came, sizeof(step->came), came);
    step->start_ms = clamp_u32(begin_us / 1000);
    step->took_us = clamp_u32(end_us > begin_us ? end_us - begin_us : 0);
}

void trace_mask(struct trace *trace, const struct mask *mask)
{
    for (uint32_t i = 0; i < trace->count; i++) {
        struct trace_step *step = &trace->steps[i];
        mask_text(mask, step->asked, sizeof(step->asked));
        mask_text(mask, step->came, sizeof(step->came));
    }
}

void trace_view(const struct trace *trace, struct result_step *steps)
{
    for (uint32_t i = 0; i < trace->count; i++) {
        const struct trace_step *step = &trace->steps[i];
        steps[i] = (struct result_step){.asked = step->asked,
                                        .came = step->came,
                                        .start_ms = step->start_ms,
                                        .took_us = step->took_us};
    }
}
