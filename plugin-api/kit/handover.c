/* SPDX-License-Identifier: MIT */
#include "kit/handover.h"

#include <stdio.h>

bool vmm_handover_is_unwell(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    if (answer->status == 429 || (answer->status >= 500 && answer->status != 501)) {
        (void)vmm_part_status(part, answer);
        return true;
    }
    return false;
}

static void report(const char *name, struct vmm_text value, const struct vmm_observer *to)
{
    if (value.size > 0) {
        vmm_observe_vendor(to, name, value);
    }
}

void vmm_handover_front(const struct vmm_http_answer *answer, const struct vmm_observer *to)
{
    struct vmm_text headers = vmm_text_bytes(answer->headers, answer->headers_size);
    struct vmm_text value;
    if (vmm_text_header(headers, "Server", &value) == 0) {
        report("server", value, to);
    }
    report("realm", vmm_fingerprint_realm(headers), to);
    report("title", vmm_fingerprint_title(vmm_text_bytes(answer->body, answer->body_size)), to);
}

void vmm_handover_to(const char *provider, const struct vmm_observer *to, struct vmm_part *part)
{
    char detail[VMM_PART_DETAIL_MAX];
    snprintf(detail, sizeof(detail), "it speaks the language of the provider %s", provider);
    vmm_observe_text(to, VMM_FACT_PROVIDER, 0, vmm_text_of(provider));
    vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0, detail);
}
