/* SPDX-License-Identifier: MIT */
/*
 * libcurl's multi interface on libevent, as tuned as it can be without doing more than asking: one callback for all
 * sockets, no DNS cache (it is searched from end to end for each new address), handles used again, connections only
 * where a look goes on.
 */
#ifndef BENCH_PEER_MULTI_H
#define BENCH_PEER_MULTI_H

#include <curl/curl.h>

#include "peer.h"

/* A transfer is over; its handle has been taken out and may be begun again. */
typedef void (*peer_ended_fn)(void *look, CURL *easy, CURLcode result);

/* Ready to loop; `peer` has its look() and abort() set. 0 or -1. */
int peer_multi_init(struct peer *peer, peer_ended_fn ended);

/* A handle for the looks of `look`, which throws away what it reads. NULL without memory. */
CURL *peer_multi_handle(void *look);

/* Begin a transfer that is set up. */
bool peer_multi_begin(CURL *easy);

/* End one that is under way, without a call of `ended`. */
void peer_multi_abort(CURL *easy);

/* Carry out commands and looks until the bench says no more. */
void peer_multi_loop(void);

#endif
