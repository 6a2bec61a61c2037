/* SPDX-License-Identifier: MIT */
/* The frame of a probe whose opinion is a fault: FAULT_SEER(name, opinion); FAULT_SEER_THAT() has a look of its own. */
#ifndef SEER_H
#define SEER_H

#include <stdio.h>

#include <vmm/identify.h>

#include "fault.h"

static inline void seer_say(struct vmm_opinion *out, const char *family, uint32_t certainty)
{
    snprintf(out->family, sizeof(out->family), "%s", family);
    snprintf(out->why, sizeof(out->why), "a voice");
    out->certainty = certainty;
}

#define FAULT_SEER(word, opinion_fn) FAULT_SEER_THAT(word, opinion_fn, fault_probe_ok)

#define FAULT_SEER_THAT(word, opinion_fn, probe_fn)                                                \
    static const struct vmm_identify_ops identify_ops = {.struct_size = sizeof(identify_ops),      \
                                                         .opinion = (opinion_fn)};                 \
    static const struct vmm_extension identify = {                                                 \
        .struct_size = sizeof(identify), .id = VMM_IDENTIFY, .table = &identify_ops};              \
    static const struct vmm_extension *const extensions[] = {&identify, NULL};                     \
    static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),                           \
                                             .open = fault_open,                                   \
                                             .close = fault_close,                                 \
                                             .probe = (probe_fn),                                  \
                                             .cancel = fault_cancel};                              \
    FAULT_DESCRIPTOR(word, ops, .extensions = extensions);                                         \
    FAULT_ENTRY

#endif
