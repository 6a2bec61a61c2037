/* SPDX-License-Identifier: MIT */
#include "generic_talk.h"

#include <stdlib.h>
#include <string.h>

#include "generic_dialogue.h"

#define DIALOGUE_MS 10000u /* unless the request has a time of its own */
#define MARGIN_MS                                                                                  \
    500u /* of the look's time, so that it is not taken back before something is told */

struct talk {
    struct generic_talk_setup setup;
    const struct generic_request *request;
    struct generic_dialogue dialogue;
    struct vmm_connection *connection; /* NULL: it is over */
    struct vmm_timer *timer;           /* of the whole dialogue; NULL: none */
    bool is_securing;                  /* the channel does not stand yet */
    uint64_t begin_us;
    uint64_t connect_us;
    int64_t sent_wall_us;
    int64_t received_wall_us;
};

static uint64_t now_us(void *arg)
{
    const struct vmm_host *host = arg;
    return host->monotonic_us(host->context);
}

static struct generic_clock clock_of(const struct talk *talk)
{
    void *host = (void *)talk->setup.host;
    return (struct generic_clock){now_us, host, now_us(host) + GENERIC_READ_BUDGET_US, false};
}

/* ---- The end ---- */

static void close_connection(struct talk *talk)
{
    const struct vmm_host *host = talk->setup.host;
    if (talk->timer != NULL) {
        host->timer_cancel(host->context, talk->timer);
        talk->timer = NULL;
    }
    if (talk->connection != NULL) {
        talk->setup.net->close(talk->connection);
        talk->connection = NULL;
    }
}

/* The talk is gone when this returns, and so may be the look. */
static void finish(struct talk *talk, const struct vmm_part *part)
{
    struct vmm_turn *turn = talk->setup.turn;
    struct vmm_part told = *part;
    close_connection(talk);
    generic_dialogue_finish(&talk->dialogue);
    free(talk);
    vmm_row_done(turn, &told);
}

static void finish_with(struct talk *talk, uint32_t outcome, uint32_t rung, uint32_t reason,
                        const char *detail)
{
    struct vmm_part part = {0};
    vmm_part_set(&part, outcome, rung, reason, detail);
    finish(talk, &part);
}

/* What came is read like the body of an answer. */
static void finish_read(struct talk *talk, uint32_t outcome, const char *broken)
{
    const struct generic_dialogue *dialogue = &talk->dialogue;
    const struct vmm_observer *to = vmm_turn_observer(talk->setup.turn);
    const struct vmm_http_answer answer = {
        .struct_size = sizeof(answer),
        .outcome = outcome,
        .rung = VMM_RUNG_ANSWER,
        .headers = "",
        .body = (const uint8_t *)(dialogue->bytes != NULL ? dialogue->bytes : ""),
        .body_size = dialogue->size,
        .sent_wall_us = talk->sent_wall_us,
        .received_wall_us = talk->received_wall_us,
        .total_us = now_us((void *)talk->setup.host) - talk->begin_us,
        .connect_us = talk->connect_us};
    struct generic_clock clock = clock_of(talk);
    struct vmm_part part = {0};
    if (broken != NULL) {
        generic_read_broken(talk->request, broken, to, &part);
    } else {
        generic_read(talk->request, &answer, &talk->setup.kept, &clock, to, &part);
        generic_read_on(talk->setup.plan, talk->request, &talk->setup.kept, &part);
    }
    finish(talk, &part);
}

/* Not in time. A device that has said something is there; one that has not may not be. What the operator wants made of it
 * is said of answers: a connection that does not stand is a device that is not there. */
static void finish_late(struct talk *talk, uint32_t rung, const char *detail)
{
    if (talk->request->on_timeout != GENERIC_LATE_FAIL && rung >= VMM_RUNG_ANSWER) {
        finish_read(talk, VMM_OUTCOME_TIMEOUT, NULL);
    } else if (talk->dialogue.size > 0) {
        finish_read(talk, VMM_OUTCOME_OK, "the dialogue came to no end within the time");
    } else {
        finish_with(talk, VMM_OUTCOME_TIMEOUT, rung, VMM_REASON_TIMEOUT, detail);
    }
}

/* ---- The course ---- */

static int say(struct talk *talk)
{
    size_t size = 0;
    char *text =
        generic_dialogue_text(&talk->dialogue, talk->setup.kept.carried, talk->setup.plan, &size);
    if (text == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = talk->setup.net->send(talk->connection, text, size);
    explicit_bzero(text, size);
    free(text);
    generic_dialogue_sent(&talk->dialogue);
    return rc;
}

/* on_connected() comes again when the channel stands. */
static void secure(struct talk *talk)
{
    generic_dialogue_sent(&talk->dialogue);
    talk->is_securing = true;
    int rc = talk->setup.net->start_tls(talk->connection, talk->setup.tls);
    if (rc == VMM_E_STATE) { /* what asks for it is still to be written, and the answer is there */
        finish_read(talk, VMM_OUTCOME_OK, "the device spoke before it was asked to be encrypted");
    } else if (rc != 0) {
        finish_with(talk, VMM_OUTCOME_INTERNAL, VMM_RUNG_TLS, 0,
                    "no tls is set for the device, or a file of it cannot be read");
    }
}

/* Say what is due; `next` is what comes then. 0, or why something could not be said. */
static int say_all(struct talk *talk, bool ended, enum generic_next *next)
{
    struct generic_clock clock = clock_of(talk);
    int rc = 0;
    *next = generic_dialogue_next(&talk->dialogue, ended, &clock);
    while (*next == GENERIC_NEXT_SEND && rc == 0) {
        rc = say(talk);
        *next = generic_dialogue_next(&talk->dialogue, ended, &clock);
    }
    return rc;
}

/* Do what is due, until there is something to wait for. */
static void go_on(struct talk *talk, bool ended)
{
    enum generic_next next = GENERIC_NEXT_FAILED;
    int rc = say_all(talk, ended, &next);
    if (rc == VMM_E_TOOBIG) {
        finish_read(talk, VMM_OUTCOME_OK, "more is to be sent than may wait");
        return;
    }
    switch (rc == 0 ? next : GENERIC_NEXT_FAILED) {
    case GENERIC_NEXT_WAIT:
        return;
    case GENERIC_NEXT_SECURE:
        secure(talk);
        return;
    case GENERIC_NEXT_DONE:
        finish_read(talk, VMM_OUTCOME_OK, NULL);
        return;
    case GENERIC_NEXT_BROKEN:
        finish_read(talk, VMM_OUTCOME_OK, talk->dialogue.why);
        return;
    default:
        finish_with(talk, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, "out of memory");
    }
}

static void on_connected(void *arg)
{
    struct talk *talk = arg;
    const struct vmm_host *host = talk->setup.host;
    talk->is_securing = false;
    if (talk->connect_us == 0) {
        talk->connect_us = now_us((void *)host) - talk->begin_us;
        talk->sent_wall_us = host->wall_us(host->context);
        talk->received_wall_us = talk->sent_wall_us;
    }
    if (talk->setup.only_connects) {
        finish_with(talk, VMM_OUTCOME_OK, VMM_RUNG_CONNECT, 0, NULL);
    } else {
        go_on(talk, false);
    }
}

static void on_received(void *arg, const uint8_t *bytes, size_t size)
{
    struct talk *talk = arg;
    const struct vmm_host *host = talk->setup.host;
    if (talk->dialogue.size == 0) {
        talk->received_wall_us = host->wall_us(host->context);
    }
    int rc = generic_dialogue_take(&talk->dialogue, bytes, size);
    if (rc != 0) {
        finish_with(talk, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, "out of memory");
    } else {
        go_on(talk, false);
    }
}

static void on_closed(void *arg, const struct vmm_net_end *end)
{
    struct talk *talk = arg;
    talk->connection = NULL;
    if (end->outcome == VMM_OUTCOME_OK && talk->dialogue.size == 0) {
        finish_with(talk, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_UNREACHABLE,
                    "closed before an answer");
    } else if (end->outcome == VMM_OUTCOME_OK) {
        go_on(talk, true);
    } else if (end->outcome == VMM_OUTCOME_TIMEOUT) {
        finish_late(talk, end->rung, end->detail);
    } else {
        finish_with(talk, end->outcome, end->rung, end->reason, end->detail);
    }
}

static void on_time(void *arg)
{
    struct talk *talk = arg;
    talk->timer = NULL;
    if (talk->connect_us == 0) {
        finish_late(talk, VMM_RUNG_CONNECT, "no connection within the time");
    } else if (talk->is_securing) {
        finish_late(talk, VMM_RUNG_TLS, "TLS handshake timed out");
    } else {
        finish_late(talk, VMM_RUNG_ANSWER, "no answer within the time");
    }
}

static const struct vmm_net_events events = {.struct_size = sizeof(events),
                                             .connected = on_connected,
                                             .received = on_received,
                                             .closed = on_closed};

/* A value that is carried may be the token of a login: no line of such a dialogue is shown. */
static uint32_t flags_of(const struct generic_request *request)
{
    bool is_quiet = request->is_carrying;
    for (size_t i = 0; i < request->extract_count; i++) {
        is_quiet = is_quiet || request->extract[i].carry >= 0;
    }
    return is_quiet ? VMM_NET_QUIET : 0;
}

int generic_talk_start(const struct generic_talk_setup *setup,
                       const struct generic_request *request)
{
    const struct vmm_host *host = setup->host;
    struct talk *talk = calloc(1, sizeof(*talk));
    if (talk == NULL) {
        return VMM_E_NOMEM;
    }
    talk->setup = *setup;
    talk->request = request;
    talk->begin_us = now_us((void *)host);
    generic_dialogue_init(&talk->dialogue, request);
    uint64_t most_ms = request->timeout_ms > 0 ? request->timeout_ms : DIALOGUE_MS;
    uint64_t left_ms = setup->left_ms > MARGIN_MS ? setup->left_ms - MARGIN_MS : setup->left_ms;
    uint64_t limit_ms = most_ms < left_ms ? most_ms : left_ms;
    int rc = host->timer_start(host->context, limit_ms * 1000, on_time, talk, &talk->timer);
    rc = rc != 0 ? rc
                 : setup->net->open(vmm_turn_observer(setup->turn)->job, request->port,
                                    flags_of(request), request->connect_timeout_ms, 0, &events,
                                    talk, &talk->connection);
    if (rc != 0) {
        close_connection(talk);
        free(talk);
    }
    return rc;
}
