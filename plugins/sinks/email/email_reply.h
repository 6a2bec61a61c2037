/* SPDX-License-Identifier: MIT */
/* What the mail server said, and what becomes of the mail then. Pure. */
#ifndef EMAIL_REPLY_H
#define EMAIL_REPLY_H

#include <kit/courier.h>

/* How a session ended. */
struct email_end {
    int code;           /* CURLcode */
    uint32_t reply;     /* last status of the server, 0 when none came */
    bool was_sent;      /* the text of the mail was given to the server */
    const char *detail; /* curl's words, "" when none */
};

/*
 * Sent and taken (250): delivered. 5xx for the text of the mail: never. All else is of the server, the login or the
 * addresses, which are settings and can be mended: not now.
 */
void email_judge(const struct email_end *end, struct vmm_settling *settling);

#endif
