/* SPDX-License-Identifier: MIT */
/* The numbers that each component is judged by: the configuration's, with the rules of its site and its own over them. */
#ifndef MAIN_POLICIES_H
#define MAIN_POLICIES_H

#include "main/watch.h"

struct policies;

struct policies *policies_create(void);
void policies_destroy(struct policies *policies);

/* The configuration has changed: what was made of it is made anew. */
void policies_forget(struct policies *policies);

/* Of a device's owner, and of a camera that is only a channel. Valid until the next call. */
const struct health_policy *policy_of_device(const struct watch *watch, uint32_t device);
const struct health_policy *policy_of_channel(const struct watch *watch, uint32_t camera);

#endif
