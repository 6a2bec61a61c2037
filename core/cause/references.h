/* SPDX-License-Identifier: MIT */
/* Addresses that always answer, as the operator says: when all of them that ever did are silent, this machine is cut
 * off. */
#ifndef CAUSE_REFERENCES_H
#define CAUSE_REFERENCES_H

#include <stdbool.h>
#include <stdint.h>

#define REFERENCES_MAX 8u

/* All zero: none was asked yet. */
struct references {
    struct {
        bool answered;  /* it has at some time: only what is lost is evidence */
        uint8_t silent; /* times in a row that it did not answer */
    } all[REFERENCES_MAX];
};

/* One of them was asked. */
void references_told(struct references *references, uint32_t which, bool answered);

/* ISOLATION_REFERENCES when each that ever answered was silent twice in a row, and there is one; else
 * ISOLATION_NONE. */
uint32_t references_judge(const struct references *references);

#endif
