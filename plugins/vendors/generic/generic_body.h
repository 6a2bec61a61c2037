/* SPDX-License-Identifier: MIT */
/* Bodies of requests that stand in files: read for each look, so that a file may change between two. */
#ifndef GENERIC_BODY_H
#define GENERIC_BODY_H

#include "generic_plan.h"

#define GENERIC_BODY_MAX 65536u /* bytes of a file */

/* What was read, by the place of its request; all zero at first. */
struct generic_bodies {
    char *bytes[GENERIC_REQUESTS_MAX]; /* NULL: the request has none from a file */
    size_t sizes[GENERIC_REQUESTS_MAX];
};

/* Read each file that the plan names, from this folder. VMM_E_NOENT with one line in `why` for one that cannot be read,
 * VMM_E_NOMEM; what was read is there to be finished all the same. */
int generic_bodies_read(struct generic_bodies *bodies, const struct generic_plan *plan,
                        const char *folder, char *why, size_t why_size);

void generic_bodies_finish(struct generic_bodies *bodies);

#endif
