/* SPDX-License-Identifier: MIT */
/* Recorders without any disk: a fault, unless the operator has put none in. */
#ifndef VMM_KIT_DISK_H
#define VMM_KIT_DISK_H

#include <kit/observe.h>

/* The option "expect_disk", for the device_config of a plugin: true unless the operator says otherwise. */
extern const struct vmm_config_item vmm_option_expect_disk;

/* Report that a recorder has no disk at all. Only where its list was understood: an answer that is not is no empty one. */
int vmm_observe_no_disk(const struct vmm_observer *to);

#endif
