/* SPDX-License-Identifier: MIT */
/* A camera that is only a channel of a recorder: without the recorder nothing is seen of it. */
#ifndef VMM_HEALTH_PARENT_H
#define VMM_HEALTH_PARENT_H

#include "health/health.h"

/* The recorder went down, came back, or is not known any more (HEALTH_INPUT_PARENT). */
void parent_changed(struct health_state *state, const struct health_input *input);

#endif
