/* SPDX-License-Identifier: MIT */
/*
 * Whether an answer is a picture: by its first and last bytes, and its size in pixels where the
 * format tells it near its beginning. Nothing is decoded.
 */
#ifndef GENERIC_PICTURE_H
#define GENERIC_PICTURE_H

#include <kit/text.h>

struct generic_picture {
    const char *kind; /* "jpeg", "png", "gif", "webp", "svg"; "broken": cut off; "none" */
    uint32_t width;   /* pixels; 0 when it is not told */
    uint32_t height;
};

struct generic_picture generic_picture_read(struct vmm_text body);

#endif
