/* SPDX-License-Identifier: MIT */
/*
 * One leg of a request on its way to a device of the farm and back, without a socket: in place of core/host/http_curl.c,
 * and told in curl's own codes. What comes is what the farm says; the time it takes is counted, not waited for.
 */
#ifndef PLAYS_WIRE_H
#define PLAYS_WIRE_H

#include <farm/talk.h>

#include "host/http_exchange.h"

/* The HTTP of one look: its device, the time, and the connection that is kept from one request to the next. */
struct wire {
    struct farm *farm;
    struct device *device;
    uint64_t now_us; /* of the leg; the farm's clock follows it */
    int64_t wall_us;
    struct talk talk;
    bool is_kept;   /* the connection that `talk` is */
    uint32_t place; /* of the kept one: its port, and whether it is inside TLS */
};

/* How a leg ended: a CURLcode, with what http_outcome() wants to know beside it. */
struct wire_end {
    struct http_end end;
    bool was_sent;
    bool part_done;
};

/* The service of the device at this port; NULL: none listens there. */
struct service *wire_service(const struct wire *wire, uint32_t port);

/* Let time pass. */
void wire_wait(struct wire *wire, uint64_t us);

/* Send the exchange's present leg and take what comes until `end_us`; wire->now_us is then the time of its end. */
struct wire_end wire_leg(struct wire *wire, struct http_exchange *exchange, uint64_t end_us);

/* Close the connection that is kept. */
void wire_close(struct wire *wire);

#endif
