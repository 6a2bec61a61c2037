/* SPDX-License-Identifier: MIT */
/*
 * Everything that is ever sent to a device: each question is one entry of a table of constants, so that no message
 * that sets, formats, reboots or upgrades (1040, 1450, 1460, 1520 …) can go out. Pure.
 */
#ifndef XM_ASK_H
#define XM_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kit/datetime.h>

/* In the order in which a full look asks. */
enum xm_ask {
    XM_ASK_ALIVE, /* before any login: whatever comes back is a frame */
    XM_ASK_LOGIN,
    XM_ASK_SYSTEM,  /* identity, uptime, how many channels */
    XM_ASK_GENERAL, /* whether footage is overwritten */
    XM_ASK_NTP,
    XM_ASK_TITLES,
    XM_ASK_WORK,     /* video loss, recording */
    XM_ASK_CHANNELS, /* the cameras behind a recorder */
    XM_ASK_STORAGE,
    XM_ASK_TIME,
    XM_ASK_RECORD, /* what is to be recorded */
    XM_ASK_FILES,  /* footage of one channel in a span */
    XM_ASK_DAY,    /* a page of a channel's last day, for what is missing in it */
    XM_ASK_COUNT,
};

/* What a question for footage needs. */
struct xm_span {
    uint32_t channel;                   /* from 0 */
    bool h264;                          /* by the Type "h264", else by "*": see xm_plan.h */
    char begin[VMM_DATETIME_TEXT_SIZE]; /* "2024-01-01 00:00:00", the device's own time */
    char end[VMM_DATETIME_TEXT_SIZE];
};

/* The id of the question's message; its answer has the next. */
uint16_t xm_ask_id(enum xm_ask ask);

/* The member of the answer that holds what was asked for, "" for the answer itself. */
const char *xm_ask_member(enum xm_ask ask);

/* A word for messages: "SystemInfo". */
const char *xm_ask_word(enum xm_ask ask);

/* Write the body, NUL-ended; words of VMM_HTTP_TEMPLATE stand in that of the login. `span` is for FILES and DAY alone. Its
 * length, or VMM_E_TOOBIG. */
int xm_ask_body(enum xm_ask ask, uint32_t session, const struct xm_span *span, char *out,
                size_t size);

#endif
