/* SPDX-License-Identifier: MIT */
#include "cause/references.h"

#include "cause/isolation.h"

#define SILENT_TIMES 2u /* once may be a lost packet */

void references_told(struct references *references, uint32_t which, bool answered)
{
    if (which >= REFERENCES_MAX) {
        return;
    }
    if (answered) {
        references->all[which].answered = true;
        references->all[which].silent = 0;
    } else if (references->all[which].silent < UINT8_MAX) {
        references->all[which].silent++;
    }
}

uint32_t references_judge(const struct references *references)
{
    uint32_t known = 0;
    uint32_t silent = 0;
    for (uint32_t i = 0; i < REFERENCES_MAX; i++) {
        known += references->all[i].answered;
        silent += references->all[i].answered && references->all[i].silent >= SILENT_TIMES;
    }
    return known > 0 && silent == known ? ISOLATION_REFERENCES : ISOLATION_NONE;
}
