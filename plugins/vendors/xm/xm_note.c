/* SPDX-License-Identifier: MIT */
#include "xm_note.h"

#define VERSION 3u

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

struct xm_note xm_note_read(const uint8_t *bytes, size_t size)
{
    struct xm_note none = {0};
    if (bytes == NULL || size != XM_NOTE_SIZE || bytes[0] != VERSION || bytes[2] > 2 ||
        bytes[7] > 1) {
        return none;
    }
    struct xm_note note = {
        .turn = bytes[1],
        .overwrite = bytes[2],
        .channel = get16(bytes + 3),
        .scanned = get16(bytes + 5),
        .h264 = bytes[7] == 1,
    };
    vmm_dayscan_read(&note.scan, bytes + 8);
    return note;
}

void xm_note_write(const struct xm_note *note, uint8_t out[XM_NOTE_SIZE])
{
    out[0] = VERSION;
    out[1] = note->turn;
    out[2] = note->overwrite;
    put16(out + 3, note->channel);
    put16(out + 5, note->scanned);
    out[7] = note->h264 ? 1 : 0;
    vmm_dayscan_write(&note->scan, out + 8);
}
