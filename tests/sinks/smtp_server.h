/* SPDX-License-Identifier: MIT */
/* A mail server for tests, on a thread: one mail a connection, with TLS by STARTTLS or from the beginning. It says what
 * it is told to say, and keeps what it was given. */
#ifndef SMTP_SERVER_H
#define SMTP_SERVER_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define SMTP_REPLIES_MAX 8
#define SMTP_KEPT_MAX    65536

/* What to answer to a line that begins so: "RCPT TO:<bad@", "550 no such user". A NULL reply closes the connection. */
struct smtp_reply {
    const char *to;
    const char *reply;
};

struct smtp_server {
    struct smtp_reply replies[SMTP_REPLIES_MAX];
    bool offers_tls; /* STARTTLS; needs a certificate */
    bool begins_tls;
    bool drops_taken; /* takes the text, then closes without an answer */
    int connections;  /* to serve before it ends */

    int listener;
    uint16_t port;
    pthread_t thread;
    SSL_CTX *tls;
    char folder[32]; /* ca.pem */
    int served;
    bool was_tls;              /* the mail came encrypted */
    char said[SMTP_KEPT_MAX];  /* the client's lines, without the text */
    char texts[SMTP_KEPT_MAX]; /* the texts of all mails taken */
};

/* Start it: the fields above `listener` are the test's, set before. */
void smtp_server_start(struct smtp_server *server);

/* Wait until it has served its connections; removes the folder. */
void smtp_server_end(struct smtp_server *server);

#endif
