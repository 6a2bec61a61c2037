/* SPDX-License-Identifier: MIT */
/*
 * A connection to a device without a socket: bytes in, bytes out, at the time that loop_set_time() says it is. For tests
 * on a clock of their own; vmm-farm itself has struct conn.
 */
#ifndef FARM_TALK_H
#define FARM_TALK_H

#include "farm/server.h"

#define TALK_ROOM 16384 /* bytes of a request */

/* How a reply leaves the connection. */
enum talk_then { TALK_STAYS, TALK_CLOSES, TALK_RESETS, TALK_MUTE };

struct talk {
    struct farm *farm;
    struct server_caller caller;
    bool is_open;
    bool is_reset; /* it was turned away by a reset */
    bool is_mute;  /* nothing is answered any more */
    size_t used;
    char input[TALK_ROOM];
};

/* What comes of the device, and how long after it was asked. */
struct talk_reply {
    const char *bytes; /* good until the farm answers anybody the next time */
    size_t size;
    uint64_t after_us;
    uint64_t pause_us; /* after each byte but the last; 0: all at once */
    enum talk_then then;
};

/* Connects to SERVICE. ARRIVAL_RESET and ARRIVAL_CLOSED: it is over at once. */
enum server_arrival talk_open(struct talk *talk, struct farm *farm, struct service *service);

/* Ends it; nothing happens when it is not open. */
void talk_close(struct talk *talk);

/* Sends SIZE bytes. What is more than a request can be is dropped, as what a mute one is told is. */
void talk_send(struct talk *talk, const void *bytes, size_t size);

/* The reply to what stands complete; false: more has to be sent first, or nothing will ever come. Filler without end
 * is cut to FILLER bytes and followed by silence. */
bool talk_next(struct talk *talk, uint64_t filler, struct talk_reply *reply);

#endif
