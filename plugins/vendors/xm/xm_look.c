/* SPDX-License-Identifier: MIT */
/* How a look asks, and how it ends. */
#include "xm_look.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX   1024u
#define DETAIL_MAX 160u

/* ---- The end of a look ---- */

static void look_release(struct xm_look *look)
{
    struct xm_plugin *plugin = look->plugin;
    if (look->connection != NULL) {
        plugin->net->close(look->connection);
    }
    if (look->timer != NULL) {
        plugin->host->timer_cancel(plugin->host->context, look->timer);
    }
    *look->link = look->next;
    if (look->next != NULL) {
        look->next->link = look->link;
    }
    xm_reader_finish(&look->reader);
    free(look);
}

void look_end(struct xm_look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
              const char *detail)
{
    const struct vmm_observer to = look->device.to;
    look_release(look);
    to.probe->finish(to.job, outcome, rung, reason, detail);
}

void look_fail(struct xm_look *look, const char *what, int error)
{
    char detail[DETAIL_MAX];
    snprintf(detail, sizeof(detail), "%s (%d)", what, error);
    look_end(look, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, detail);
}

void look_conclude(struct xm_look *look)
{
    uint8_t note[XM_NOTE_SIZE];
    char detail[DETAIL_MAX];
    if (look->ask == XM_ASK_DAY) { /* it had no answer: not before tomorrow */
        look->device.note.scan = (struct vmm_dayscan){0};
    }
    xm_plan_keep(&look->device, look->span.end[0] != '\0' ? &look->span : NULL);
    xm_note_write(&look->device.note, note);
    look->plugin->probe->note(look->device.to.job, note, sizeof(note));
    if (look->missing == 0) {
        look_end(look, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0, NULL);
        return;
    }
    snprintf(detail, sizeof(detail), "%s: no usable answer%s", look->what,
             look->missing > 1 ? ", nor to others" : "");
    look_end(look, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, detail);
}

void look_miss(struct xm_look *look)
{
    if (look->missing == 0) {
        snprintf(look->what, sizeof(look->what), "%s", xm_ask_word(look->ask));
    }
    look->missing++;
}

/* ---- Asking ---- */

static int send_body(struct xm_look *look, const char *body)
{
    static const char end[2] = {'\n', '\0'};
    uint8_t frame[XM_HEAD_SIZE + BODY_MAX + sizeof(end)];
    size_t length = strlen(body);
    xm_head_write(frame, look->device.session, look->sequence, xm_ask_id(look->ask),
                  (uint32_t)(length + sizeof(end)));
    memcpy(frame + XM_HEAD_SIZE, body, length);
    memcpy(frame + XM_HEAD_SIZE + length, end, sizeof(end));
    look->sequence++;
    look->sent_us = look->plugin->host->wall_us(look->plugin->host->context);
    int rc = look->plugin->net->send(look->connection, frame, XM_HEAD_SIZE + length + sizeof(end));
    explicit_bzero(frame, sizeof(frame));
    return rc;
}

/* The login's words are filled in by the host. Returns 0 or VMM_E_*. */
static int send_ask(struct xm_look *look)
{
    char body[BODY_MAX];
    char filled[BODY_MAX];
    const struct xm_span *span = look->ask == XM_ASK_DAY ? &look->day : &look->span;
    int rc = xm_ask_body(look->ask, look->device.session, span, body, sizeof(body));
    if (rc > 0 && look->ask == XM_ASK_LOGIN) {
        rc = look->plugin->auth->fill(look->device.to.job, body, 1, filled, sizeof(filled));
        rc = rc == 0 ? send_body(look, filled) : rc;
        explicit_bzero(filled, sizeof(filled));
    } else if (rc > 0) {
        rc = send_body(look, body);
    }
    return rc;
}

void look_ask(struct xm_look *look, enum xm_ask ask)
{
    look->ask = ask;
    if (ask == XM_ASK_COUNT) {
        look_conclude(look);
        return;
    }
    int rc = send_ask(look);
    if (rc == VMM_E_AUTH && ask == XM_ASK_LOGIN) {
        look_end(look, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_CREDENTIAL_MISSING,
                 "there is no credential for a login");
    } else if (rc == VMM_E_DENIED && ask == XM_ASK_LOGIN) {
        look->barred = true; /* that it answers can be told all the same */
        look_ask(look, XM_ASK_ALIVE);
    } else if (rc != 0) {
        look_fail(look, "the question could not be sent", rc);
    }
}
