/* SPDX-License-Identifier: MIT */
#include "xm_note.h"

#define VERSION 1u

struct xm_note xm_note_read(const uint8_t *bytes, size_t size)
{
    struct xm_note none = {0};
    if (bytes == NULL || size != XM_NOTE_SIZE || bytes[0] != VERSION || bytes[2] > 2) {
        return none;
    }
    return (struct xm_note){bytes[1], bytes[2], (uint16_t)(bytes[3] | bytes[4] << 8)};
}

void xm_note_write(const struct xm_note *note, uint8_t out[XM_NOTE_SIZE])
{
    out[0] = VERSION;
    out[1] = note->turn;
    out[2] = note->overwrite;
    out[3] = (uint8_t)note->channel;
    out[4] = (uint8_t)(note->channel >> 8);
}
