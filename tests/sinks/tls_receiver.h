/* SPDX-License-Identifier: MIT */
/* A receiver of webhooks over TLS, on a thread: it takes them from whom an authority has signed, and from nobody else. */
#ifndef TLS_RECEIVER_H
#define TLS_RECEIVER_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "sinks/authority.h"

#define TLS_RECEIVER_MAX 512

struct tls_receiver {
    int listener;
    uint16_t port;
    pthread_t thread;
    SSL_CTX *tls;
    atomic_uint refused; /* connections whose handshake failed */
    atomic_uint taken;   /* webhooks, of which these are the ids and who showed which certificate */
    char ids[TLS_RECEIVER_MAX][64];
    char peers[TLS_RECEIVER_MAX][64];
};

/* Start it, as 127.0.0.1 with the certificate "server" of the authority; whoever connects has to show one of its own. */
void tls_receiver_start(struct tls_receiver *receiver, const struct authority *authority);

void tls_receiver_stop(struct tls_receiver *receiver);

#endif
