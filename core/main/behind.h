/* SPDX-License-Identifier: MIT */
/* What a look at a recorder, and its verdict, say of the cameras behind it: those that are only a channel of it are
 * judged by it, those with an address of their own have a second witness in it. */
#ifndef MAIN_BEHIND_H
#define MAIN_BEHIND_H

#include "main/watch.h"

/* A full look at the recorder was answered: `input` with the facts of all channels. */
void behind_look(struct watch *watch, const struct fleet_device *recorder,
                 const struct health_input *input);

/* A look at the recorder failed: it is no witness any more. */
void behind_failed(struct watch *watch, const struct fleet_device *recorder);

/* The recorder's verdict has changed, by this event. */
void behind_verdict(struct watch *watch, const struct fleet_device *recorder,
                    const struct health_event *event);

/* A camera is only a channel from now on, or not any more: what the recorder's verdict means for it. */
void behind_channel(struct watch *watch, uint32_t camera);

/* What is switched off or blocked at the recorder is so for its channels. */
void behind_settings(struct watch *watch, const struct fleet_device *recorder);

#endif
