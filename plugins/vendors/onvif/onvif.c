/* SPDX-License-Identifier: MIT */
/*
 * ONVIF cameras and recorders. The clock first and without a login, because logins are signed with it; then identity,
 * services, profiles, events by a pull point, and what the search service knows of recordings. What is asked stands in
 * onvif_rows.c, what answers mean in onvif_take.c; gSOAP is behind onvif_codec.h.
 */
#include <string.h>

#include <kit/identify.h>

#include "onvif_look.h"

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct onvif_look *look = state;
    (void)part;
    look->host = plugin;
    look->note = onvif_note_read(given->note, given->note_size);
    memcpy(look->rows, onvif_rows, onvif_row_count * sizeof(onvif_rows[0]));
    onvif_look_login(look, (enum onvif_login)look->note.login);
    *list = (struct vmm_request_list){.rows = look->rows, .count = onvif_row_count};
    return 0;
}

/* A job that has failed is asked for in each look, until it was well often enough for its fault to end. */
static void watch_jobs(struct onvif_look *look)
{
    uint8_t window = onvif_look_window(look);
    if (look->jobs_told && look->job_failed) {
        look->note.watch = (uint8_t)(window + 1);
        look->note.calm = 0;
    } else if (look->jobs_told && look->note.watch == window + 1 &&
               ++look->note.calm >= ONVIF_CALM_LOOKS) {
        look->note.watch = 0;
        look->note.calm = 0;
    }
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    struct onvif_look *look = state;
    uint8_t note[ONVIF_NOTE_SIZE];
    (void)plugin;
    if (result->outcome == VMM_OUTCOME_CANCELLED) {
        return;
    }
    onvif_tell_signals(look, to);
    watch_jobs(look);
    if (look->identified) {
        look->note.turn = (uint8_t)((look->note.turn + 1) % (ONVIF_SLOW_TURNS * 10));
    }
    if (look->note.turn == 0) {
        look->note.lacks = 0; /* a firmware may have learnt something: asked for anew twice a day */
    }
    onvif_note_write(&look->note, note);
    to->probe->note(to->job, note, sizeof(note));
}

static const struct vmm_requests_table table = {
    .state_size = sizeof(struct onvif_look), .begin = look_begin, .end = look_end};

VMM_REQUESTS_PLUGIN(table, .name = "onvif", .version = "0.1.0", .flag = "FEATURE_VMS_ONVIF_PROBE",
                    .summary = "ONVIF cameras and recorders", .licence = "MIT AND GPL-2.0-or-later",
                    .extensions = vmm_identify_extensions);
