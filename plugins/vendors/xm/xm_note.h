/* SPDX-License-Identifier: MIT */
/* What is kept with the device from one look to the next. Pure. */
#ifndef XM_NOTE_H
#define XM_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kit/dayscan.h>

#define XM_NOTE_SIZE (8u + VMM_DAYSCAN_SIZE)

struct xm_note {
    uint8_t turn;      /* looks since settings were read; 0: read them now */
    uint8_t overwrite; /* 0 not known, 1 no, 2 yes */
    uint16_t channel;  /* whose footage is asked for next, from 0 */
    uint16_t scanned;  /* the day, since 1970, on which last days were begun to be looked through */
    bool h264;         /* files are found by the Type "h264", as far as is known not by "*" */
    struct vmm_dayscan scan; /* the last day of one channel, from 1, for holes */
};

/* What cannot be ours gives the note of a device that was never looked at. */
struct xm_note xm_note_read(const uint8_t *bytes, size_t size);
void xm_note_write(const struct xm_note *note, uint8_t out[XM_NOTE_SIZE]);

#endif
