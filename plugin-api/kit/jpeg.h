/* SPDX-License-Identifier: MIT */
/*
 * Whether an answer is a JPEG picture, and how large. Nothing is decoded: devices answer a request
 * for a picture with pages, with texts, and with placeholders of a few hundred bytes.
 */
#ifndef VMM_KIT_JPEG_H
#define VMM_KIT_JPEG_H

#include <kit/text.h>

struct vmm_jpeg {
    uint32_t width; /* pixels, by the frame header */
    uint32_t height;
    bool is_whole; /* the end marker stands at the end, padding of NUL aside */
};

/* Read the markers up to the frame header. 0; VMM_E_PROTO when it does not begin like a picture, or
 * breaks off before its size is told. */
int vmm_jpeg_read(struct vmm_text bytes, struct vmm_jpeg *jpeg);

#endif
