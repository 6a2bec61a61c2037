/* SPDX-License-Identifier: MIT */
/* What a look has observed, checked against the vocabulary. The memory is kept from job to job. */
#ifndef HOST_FACTS_H
#define HOST_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include <vmm/observation.h>

#include "base/buf.h"
#include "host/mask.h"
#include "ipc/message.h"

struct facts {
    struct result_fact *list;
    uint32_t count;
    uint32_t capacity;
    struct buf texts; /* of the list, each ended by NUL */
    bool overflow;    /* more than VMM_OBSERVATIONS_MAX were reported */
};

void facts_init(struct facts *facts);
void facts_finish(struct facts *facts);

/* Forget the content, keep the memory unless it has grown large. */
void facts_clear(struct facts *facts);

/* Copy one observation. 0; VMM_E_INVAL a word or value outside the vocabulary, VMM_E_TOOBIG past
 * VMM_OBSERVATIONS_MAX, VMM_E_NOMEM. */
int facts_add(struct facts *facts, const struct vmm_observation *observation);

/* Cover in all texts what they repeat of a password. */
void facts_mask(struct facts *facts, const struct mask *mask);

/* The list with its texts in place; valid until the next change. */
struct result_fact *facts_view(struct facts *facts);

#endif
