/* SPDX-License-Identifier: MIT */
/* One look at a LILIN device. Shared by lilin.c and lilin_rows.c. */
#ifndef LILIN_LOOK_H
#define LILIN_LOOK_H

#include <kit/requests.h>
#include <kit/wallclock.h>

#include "lilin_parse.h"

struct lilin_look {
    bool expect_disk;
    bool alarms; /* read the beginning of an answer that never ends */
    struct vmm_wallclock_zone zone;
    struct lilin_device device;
};

/* All requests there are. Each target is a constant: CMD=get reads and cmd=set writes on one path. */
extern const struct vmm_request_row lilin_rows[];
extern const size_t lilin_row_count;

#endif
