/* SPDX-License-Identifier: MIT */
/* One mail to a mail server, from beginning to end: it blocks, so it is a worker's. */
#ifndef EMAIL_SMTP_H
#define EMAIL_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMAIL_RECIPIENTS_MAX 50u

enum email_tls {
    EMAIL_STARTTLS, /* asked for, and nothing is said without it */
    EMAIL_TLS,      /* from the first byte */
    EMAIL_CLEAR,
};

/* How to reach the server. Texts outlive the mail. */
struct email_server {
    const char *host;
    uint16_t port;
    enum email_tls tls;
    const char *user;     /* "" when there is no login */
    const char *password; /* "" likewise */
    const char *ca_file;  /* "": the system's */
    const char *from;
    uint32_t timeout_ms;
};

struct email_mail {
    const struct email_server *server;
    const char *recipients[EMAIL_RECIPIENTS_MAX];
    size_t recipient_count;
    const char *text;
    size_t size;

    /* What became of it. */
    int code;         /* CURLcode */
    uint32_t reply;   /* last status of the server; 0 when none came */
    bool was_sent;    /* the text was given to the server */
    char detail[160]; /* curl's words */
    char refused
        [160]; /* what the server said of an address that it does not take; "" when it takes all */
};

void email_smtp_send(struct email_mail *mail);

#endif
