/* SPDX-License-Identifier: MIT */
#include "onvif_note.h"

#define VERSION 3u

struct onvif_note onvif_note_read(const uint8_t *bytes, size_t size)
{
    struct onvif_note none = {0};
    if (bytes == NULL || size != ONVIF_NOTE_SIZE || bytes[0] != VERSION ||
        bytes[1] > ONVIF_LOGIN_TRUE) {
        return none;
    }
    return (struct onvif_note){bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]};
}

void onvif_note_write(const struct onvif_note *note, uint8_t out[ONVIF_NOTE_SIZE])
{
    out[0] = VERSION;
    out[1] = note->login;
    out[2] = note->lacks;
    out[3] = note->turn;
    out[4] = note->watch;
    out[5] = note->calm;
}
