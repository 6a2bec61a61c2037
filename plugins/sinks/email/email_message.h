/* SPDX-License-Identifier: MIT */
/*
 * A notification as a mail (RFC 5322, MIME): a pure function of the notification and the addresses, so that a repeat is
 * equal byte by byte, Date and Message-ID included. The mails of an incident refer to one name, which no mail has but
 * all readers take for the root of their thread.
 */
#ifndef EMAIL_MESSAGE_H
#define EMAIL_MESSAGE_H

#include <kit/notification.h>

#define EMAIL_MESSAGE_MAX (256u << 10)

struct email_buffer {
    char *data;
    size_t size;
    size_t capacity;
    bool failed; /* memory ran out, or EMAIL_MESSAGE_MAX was passed */
};

/* An address "name@host.example" of ASCII that needs no quotes; nothing else is taken. */
bool email_is_address(const char *text);

/* Write the mail; `to` is what the header To shows, "ops@example.org, boss@example.org". `out` is emptied first. 0;
 * VMM_E_PROTO when the notification has no id or time, VMM_E_TOOBIG, VMM_E_NOMEM. */
int email_message(const struct vmm_notification *notification, const char *from, const char *to,
                  struct email_buffer *out);

/* Release. */
void email_buffer_finish(struct email_buffer *buffer);

#endif
