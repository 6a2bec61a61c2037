/* SPDX-License-Identifier: MIT */
#include "kit/jpeg.h"

/* Markers of ITU-T T.81, table B.1. */
#define MARK_SOI  0xD8
#define MARK_EOI  0xD9
#define MARK_SOS  0xDA
#define MARK_TEM  0x01
#define MARK_SOF  0xC0 /* to 0xCF, but for those that are no frame header */
#define MARK_DHT  0xC4
#define MARK_JPG  0xC8
#define MARK_DAC  0xCC
#define MARK_RST0 0xD0

static uint32_t byte_at(struct vmm_text bytes, size_t at)
{
    return (uint8_t)bytes.data[at];
}

static uint32_t word_at(struct vmm_text bytes, size_t at)
{
    return byte_at(bytes, at) << 8 | byte_at(bytes, at + 1);
}

static bool is_frame(uint32_t mark)
{
    return mark >= MARK_SOF && mark <= MARK_SOF + 15 && mark != MARK_DHT && mark != MARK_JPG &&
           mark != MARK_DAC;
}

static bool stands_alone(uint32_t mark)
{
    return mark == MARK_TEM || (mark >= MARK_RST0 && mark <= MARK_SOI);
}

static bool ends_well(struct vmm_text bytes)
{
    size_t size = bytes.size;
    while (size > 0 && bytes.data[size - 1] == '\0') {
        size--;
    }
    return size >= 4 && byte_at(bytes, size - 2) == 0xFF && byte_at(bytes, size - 1) == MARK_EOI;
}

/* The frame header: length, precision, height, width. */
static int read_frame(struct vmm_text bytes, size_t at, struct vmm_jpeg *jpeg)
{
    if (bytes.size - at < 7) {
        return VMM_E_PROTO;
    }
    *jpeg = (struct vmm_jpeg){.width = word_at(bytes, at + 5),
                              .height = word_at(bytes, at + 3),
                              .is_whole = ends_well(bytes)};
    return jpeg->width > 0 && jpeg->height > 0 ? 0 : VMM_E_PROTO;
}

int vmm_jpeg_read(struct vmm_text bytes, struct vmm_jpeg *jpeg)
{
    if (bytes.size < 3 || byte_at(bytes, 0) != 0xFF || byte_at(bytes, 1) != MARK_SOI ||
        byte_at(bytes, 2) != 0xFF) {
        return VMM_E_PROTO;
    }
    size_t at = 2;
    while (bytes.size - at >= 4 && byte_at(bytes, at) == 0xFF) {
        uint32_t mark = byte_at(bytes, at + 1);
        if (mark == 0xFF) { /* a fill byte */
            at++;
            continue;
        }
        at += 2;
        if (is_frame(mark)) {
            return read_frame(bytes, at, jpeg);
        }
        if (mark == MARK_SOS || mark == MARK_EOI || mark == 0) {
            return VMM_E_PROTO;
        }
        size_t length = stands_alone(mark) ? 0 : word_at(bytes, at);
        if ((length < 2 && !stands_alone(mark)) || length > bytes.size - at) {
            return VMM_E_PROTO;
        }
        at += length;
    }
    return VMM_E_PROTO;
}
