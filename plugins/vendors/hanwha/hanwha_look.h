/* SPDX-License-Identifier: MIT */
/* One look at a Hanwha device: its state, and the functions that the table of requests names. */
#ifndef HANWHA_LOOK_H
#define HANWHA_LOOK_H

#include <kit/backwalk.h>
#include <kit/requests.h>

#include "hanwha_parse.h"

#define HANWHA_RECORDING "/stw-cgi/recording.cgi?msubmenu="
#define HANWHA_PROOF_MS  INT64_C(3600000) /* the span in which newest footage is looked for */

/* What a device does not know, kept until its turns begin anew. */
#define NO_TIMELINE 1u
#define NO_CALENDAR 2u
#define NO_MODES    4u
#define NO_SCHEDULE 8u

struct hanwha_look {
    bool expect_disk;
    bool search;
    bool was_read;
    bool stepped;             /* the walk back made its step of this look */
    uint8_t turn;             /* looks, as far as it matters; 0: the first */
    uint8_t refused;          /* NO_* */
    uint8_t proven;           /* the channel whose newest footage was searched last, from 1 */
    uint32_t proof;           /* the channel of this look, from 0 */
    struct vmm_backwalk walk; /* its channels count from 1 */
    int64_t now_ms;           /* this machine's clock, at the last answer that tells a time */
    uint8_t modes[HANWHA_CHANNELS_MAX]; /* HANWHA_MODE_*, from the note and for it */
    bool modes_read;
    bool was_lost[HANWHA_CHANNELS_MAX]; /* by the events, and not in the register since */
    struct hanwha_device device;
};

/* The device's wall clock now, milliseconds as if UTC. */
static inline int64_t look_wall_ms(const struct hanwha_look *look)
{
    return look->now_ms + look->device.local_ms;
}

/* ---- hanwha_ask.c: targets, and whether to ask ---- */

bool is_recorder(const void *state);
bool is_camera(const void *state);
bool wants_settings(const void *state);
bool wants_modes(const void *state);
bool wants_schedule(const void *state);
bool wants_newest(const void *state);
bool wants_month(const void *state);
bool wants_oldest(const void *state);

int ask_newest(void *state, char *target, size_t size);
int ask_month(void *state, char *target, size_t size);
int ask_oldest(void *state, char *target, size_t size);

/* ---- hanwha_loss.c: channels that were lost ---- */

#define HANWHA_LOSS_SIZE (HANWHA_CHANNELS_MAX / 8u)

/* The bytes of a note for them; they are zero before they are written. */
void loss_read(struct hanwha_look *look, const uint8_t bits[HANWHA_LOSS_SIZE]);
void loss_write(const struct hanwha_look *look, uint8_t bits[HANWHA_LOSS_SIZE]);

/* Report the signal of channels whose loss ended, where the register said nothing of them. */
void loss_tell_ended(const struct hanwha_look *look, const struct vmm_observer *to);

/* ---- hanwha_take.c: what is answered ---- */

/* Report the mode of a channel, from 0, as far as it is known. */
void tell_mode(const struct hanwha_look *look, uint32_t channel, const struct vmm_observer *to);

#define READER(name)                                                                               \
    void name(void *state, const struct vmm_request_row *row,                                      \
              const struct vmm_http_answer *answer, const struct vmm_observer *to,                 \
              struct vmm_part *part)

READER(take_identity);
READER(take_date);
READER(take_events);
READER(take_register);
READER(take_sources);
READER(take_storage);
READER(take_recording);
READER(take_modes);
READER(take_schedule);
READER(take_newest);
READER(take_month);
READER(take_oldest);

#endif
