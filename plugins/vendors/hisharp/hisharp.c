/* SPDX-License-Identifier: MIT */
/*
 * HiSharp: no API of its own is known. A look keeps what the front page says of itself, asks whether
 * the device speaks ONVIF, and names that provider. It never says that such a device is well.
 */
#include <kit/handover.h>

/* ---- What is answered ---- */

static void read_front(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    (void)state;
    (void)row;
    if (!vmm_handover_is_unwell(answer, part)) {
        vmm_handover_front(answer, to);
    }
}

static void read_onvif(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    (void)state;
    (void)row;
    if (vmm_handover_is_unwell(answer, part)) {
        return;
    }
    if (vmm_fingerprint_is_onvif(answer)) {
        vmm_handover_to("onvif", to, part);
    } else {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                     "it speaks no ONVIF at this port; try rtsp, or generic");
    }
}

static const struct vmm_request_row rows[] = {
    VMM_HANDOVER_ALIVE,
    VMM_HANDOVER_FRONT(read_front),
    VMM_HANDOVER_ONVIF(read_onvif),
};

/* ---- The plugin ---- */

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
};

VMM_REQUESTS_PLUGIN(
    table, .name = "hisharp", .version = "0.1.0", .flag = "FEATURE_VMS_HISHARP_CGI",
    .summary = "HiSharp devices: whether they speak ONVIF, and what they say of themselves",
    .licence = "MIT", .traits = VMM_TRAIT_HANDS_OVER);
