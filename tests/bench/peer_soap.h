/* SPDX-License-Identifier: MIT */
/* Ready-made ONVIF messages, in which only the login has to be written anew. */
#ifndef BENCH_PEER_SOAP_H
#define BENCH_PEER_SOAP_H

#include "onvif_ask.h"
#include "peer.h"

#define PEER_SOAP_MAX 4096

struct peer_soap {
    char text[PEER_SOAP_MAX];
    size_t size;
    size_t digest; /* where in the text; 0: the message has no login */
    size_t nonce;
    size_t created;
};

/* Make the message. `to` and `token` as in struct onvif_words, NULL where it has none. 0, or -1 when it is too long. */
int peer_soap_make(struct peer_soap *message, const struct peer_fleet *fleet, enum onvif_ask ask,
                   const char *to, const char *token);

/* Write it with a login that was never used before, at this second of the wall clock. */
void peer_soap_sign(const struct peer_soap *message, const char *password, int64_t second,
                    char out[PEER_SOAP_MAX]);

#endif
