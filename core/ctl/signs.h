/* SPDX-License-Identifier: MIT */
/* What the plugins of a folder say of the devices that they speak to, where no vmmd has read it already. */
#ifndef CTL_SIGNS_H
#define CTL_SIGNS_H

#include <jansson.h>

#include "ctl/ctl.h"

/* The signs of all fragments in the folder of the plugins, each with its provider: a new list, empty where there is
 * none. What is no fragment is left out; vmmd says of those what is wrong with them. */
json_t *signs_collect(struct ctl *ctl);

#endif
