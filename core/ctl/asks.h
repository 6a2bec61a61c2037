/* SPDX-License-Identifier: MIT */
/* What the fragments of a folder say, where no vmmd has read it already. */
#ifndef CTL_ASKS_H
#define CTL_ASKS_H

#include <jansson.h>

#include "ctl/ctl.h"

/* The pages that all fragments in the folders of the plugins ask for: a new list, empty where there is none. `names`, when
 * not NULL, is given the names of those that are probes. What is no fragment is left out; vmmd says of those what is
 * wrong with them. */
json_t *asks_collect(struct ctl *ctl, json_t *names);

#endif
