/* SPDX-License-Identifier: MIT */
/*
 * A loss of video that ended. An unused channel of a recorder tells Videoloss=False like one in order, so that this is
 * no word by itself: the register tells which are in use. Where it says nothing of a channel (the account may not read
 * it, or it names other kinds of cameras only), one that was lost before is in use, and its False the end of the loss.
 */
#include "hanwha_look.h"

void loss_read(struct hanwha_look *look, const uint8_t bits[HANWHA_LOSS_SIZE])
{
    for (uint32_t i = 0; i < HANWHA_CHANNELS_MAX; i++) {
        look->was_lost[i] = (bits[i / 8] >> (i % 8) & 1u) != 0;
    }
}

/* What the register said of a channel is not taken back by the events alone. */
static bool is_kept(const struct hanwha_look *look, uint32_t channel)
{
    const struct hanwha_device *device = &look->device;
    return device->loss[channel] == HANWHA_LOSS_YES ||
           (look->was_lost[channel] && !device->in_register[channel]);
}

void loss_write(const struct hanwha_look *look, uint8_t bits[HANWHA_LOSS_SIZE])
{
    for (uint32_t i = 0; look->device.is_recorder && i < HANWHA_CHANNELS_MAX; i++) {
        bits[i / 8] |= (uint8_t)((is_kept(look, i) ? 1u : 0u) << (i % 8));
    }
}

void loss_tell_ended(const struct hanwha_look *look, const struct vmm_observer *to)
{
    for (uint32_t i = 0; look->device.is_recorder && i < HANWHA_CHANNELS_MAX; i++) {
        if (look->device.loss[i] == HANWHA_LOSS_NO && is_kept(look, i)) {
            vmm_observe_bool(to, VMM_FACT_SIGNAL, i + 1, true);
        }
    }
}
