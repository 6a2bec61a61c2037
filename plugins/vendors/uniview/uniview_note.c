/* SPDX-License-Identifier: MIT */
/* What the operator says of a device, and what a look tells the next one. */
#include <jansson.h>

#include "uniview_look.h"

#define NOTE_KIND  1u
#define LOOKS_KEPT 200u /* looks for which a refusal is remembered: half a day at 4 minutes */

int uniview_options_read(struct uniview_look *look, const char *text)
{
    json_t *options = json_loads(text, 0, NULL);
    if (options == NULL) {
        return VMM_E_INVAL;
    }
    look->expect_card = json_is_true(json_object_get(options, "expect_card"));
    look->search = json_is_true(json_object_get(options, "search"));
    json_decref(options);
    return 0;
}

void uniview_note_read(struct uniview_look *look, const struct vmm_look *given)
{
    const uint8_t *at = given->note;
    look->options = (uint32_t)given->options_hash;
    look->left = LOOKS_KEPT;
    if (given->note_size != UNIVIEW_NOTE_SIZE || at[0] != NOTE_KIND || at[1] == 0 ||
        at[1] > LOOKS_KEPT || at[2] > 7) {
        return;
    }
    uint32_t options = 0;
    for (uint32_t i = 0; i < 4; i++) {
        options |= (uint32_t)at[4 + i] << (8 * i);
    }
    if (options != look->options) {
        return;
    }
    bool is_over = at[1] == 1;
    look->left = is_over ? LOOKS_KEPT : (uint8_t)(at[1] - 1u);
    look->session = (at[2] & 1u) != 0 && !is_over;
    look->one_request = (at[2] & 2u) != 0 && !is_over;
    look->no_session = (at[2] & 4u) != 0 && !is_over;
    look->refused = is_over ? 0 : at[3] | (uint32_t)at[11] << 8;
    look->proven = (uint16_t)(at[8] | at[9] << 8);
    look->looks = at[10];
    vmm_backwalk_read(&look->walk, at + 12);
}

void uniview_note_write(const struct uniview_look *look, const struct vmm_observer *to)
{
    uint8_t note[UNIVIEW_NOTE_SIZE] = {NOTE_KIND};
    note[1] = look->found != 0 ? LOOKS_KEPT : look->left;
    note[2] = (uint8_t)((look->session ? 1u : 0u) | (look->one_request ? 2u : 0u) |
                        (look->no_session ? 4u : 0u));
    note[3] = (uint8_t)look->refused;
    for (uint32_t i = 0; i < 4; i++) {
        note[4 + i] = (uint8_t)(look->options >> (8 * i));
    }
    note[8] = (uint8_t)look->proven;
    note[9] = (uint8_t)(look->proven >> 8);
    note[10] = (uint8_t)(look->looks + 1);
    note[11] = (uint8_t)(look->refused >> 8);
    vmm_backwalk_write(&look->walk, note + 12);
    to->probe->note(to->job, note, sizeof(note));
}
