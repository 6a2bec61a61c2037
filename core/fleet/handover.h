/* SPDX-License-Identifier: MIT */
/*
 * Handing over: a provider that does not speak a device's language may name one that does. Decided here, done by the
 * watch. A device is handed over once; then it stays where it is until the operator sets its provider or its address,
 * so that two providers never pass it back and forth.
 */
#ifndef FLEET_HANDOVER_H
#define FLEET_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

enum handover {
    HANDOVER_NONE,    /* nobody else is named, or it was handed over before */
    HANDOVER_GO,      /* it goes to the one that is named */
    HANDOVER_OFF,     /* that one's flag is off at the device's site */
    HANDOVER_MISSING, /* that one is not installed */
    HANDOVER_PORT,    /* that one speaks at a port of its own, and the operator's is another's */
};

struct handover_case {
    const char *provider;  /* that the operator has set */
    const char *effective; /* that it was handed over to; "" when to none */
    const char *named;     /* by a look that ended as unsupported; NULL when it named none */
    bool installed;        /* there is a probe plugin of that name */
    bool on;               /* its flag is on at the device's site */
    bool own_port;         /* it speaks at another port than that of the device's pages */
    bool port_set;         /* the operator has set a port, which is the first provider's */
    const char *place; /* where the named one was found to be spoken; NULL: as it is configured */
};

/* Where a provider is spoken, as a look tells it: "https:443". */
struct handover_place {
    uint16_t port;
    bool is_page; /* where a device's pages are: http or https; else a protocol of its own */
    bool is_tls;
};

/* Read it. False for a text that is no such place. */
bool handover_place_read(const char *text, struct handover_place *place);

/* Whether the one that is named goes by the place: pages are not for one with a port of its own. */
bool handover_takes_place(const struct handover_case *given);

/* What becomes of it. */
enum handover handover_decide(const struct handover_case *given);

/* "done", "off", "not_installed", "port"; "none" for HANDOVER_NONE. */
const char *handover_word(enum handover handover);

#endif
