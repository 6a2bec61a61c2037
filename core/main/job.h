/* SPDX-License-Identifier: MIT */
/* The job of a look, as its host gets it. */
#ifndef MAIN_JOB_H
#define MAIN_JOB_H

#include "main/watch.h"

/* Write the job of a device's look, with the secret where it may log in. VMM_E_STATE: the host takes none. */
int job_send(struct watch *watch, const struct look *look, const struct fleet_device *device,
             const struct options *options);

/* The same for a visit. */
int job_send_visit(struct watch *watch, const struct look *look, const struct options *options);

#endif
