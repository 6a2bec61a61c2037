/* SPDX-License-Identifier: MIT */
/* Tries to give 100 MB back: as a text, as a note, as a detail, and as very many observations. */
#include <string.h>

#include "fault.h"

#define BIG (100u << 20)

static int probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    char *big = malloc(BIG);
    if (big == NULL) {
        return VMM_E_NOMEM;
    }
    memset(big, 'x', BIG - 1);
    big[BIG - 1] = '\0';
    struct vmm_observation seen = {.struct_size = sizeof(seen),
                                   .subject = VMM_SUBJECT_DEVICE,
                                   .fact = VMM_FACT_MODEL,
                                   .standing = VMM_STANDING_OK,
                                   .type = VMM_TYPE_TEXT,
                                   .text = big,
                                   .text_size = BIG - 1};
    unsigned long count = strstr(look->options, "many") != NULL ? 400000 : 1;
    for (unsigned long i = 0; i < count; i++) {
        (void)fault_probe->observe(job, &seen);
    }
    int rc = fault_probe->note(job, big, BIG);
    fault_probe->finish(job, rc == VMM_E_TOOBIG ? VMM_OUTCOME_OK : VMM_OUTCOME_INTERNAL,
                        VMM_RUNG_CLOCK, VMM_REASON_NONE, big);
    free(big);
    return 0;
}

FAULT_PROBE("big_result", fault_open, probe)
