/* SPDX-License-Identifier: MIT */
/* Times in a device's answer, as templates of vmm-farm that keep their distance from a moment. Pure. */
#ifndef CTL_CAPTURE_TIME_H
#define CTL_CAPTURE_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* What is known of a text while it is gone through from its begin to its end; all 0 at the begin. */
struct capture_time {
    int64_t date_shift_s; /* of a date whose time stands by itself behind it */
    size_t time_at;       /* where that time stands; 0: nowhere */
    int64_t part_shift_s; /* of an ONVIF time whose parts are elements of their own */
    size_t part_end;      /* where that ends */
};

/*
 * When a time begins at `at`, append its template and return how many bytes of the text it stands for, else 0. Times
 * more than 400 days from `now_s` are none: they are the dates of builds, and clocks that ran wild.
 */
size_t capture_time_take(struct capture_time *state, const char *text, size_t size, size_t at,
                         int64_t now_s, struct buf *out);

#endif
