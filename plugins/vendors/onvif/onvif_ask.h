/* SPDX-License-Identifier: MIT */
/*
 * Everything that is ever sent to a device: SOAP 1.2 messages made of constants and of tokens that the device gave. None
 * of them sets anything. Pure.
 */
#ifndef ONVIF_ASK_H
#define ONVIF_ASK_H

#include <stddef.h>

enum onvif_ask {
    ONVIF_ASK_CLOCK,
    ONVIF_ASK_IDENTITY,
    ONVIF_ASK_SERVICES,
    ONVIF_ASK_CAPABILITIES,
    ONVIF_ASK_NTP,
    ONVIF_ASK_PROFILES,
    ONVIF_ASK_PROFILES2,
    ONVIF_ASK_STREAM,
    ONVIF_ASK_STREAM2,
    ONVIF_ASK_SNAPSHOT,
    ONVIF_ASK_SNAPSHOT2,
    ONVIF_ASK_SUBSCRIBE,
    ONVIF_ASK_PULL,
    ONVIF_ASK_UNSUBSCRIBE,
    ONVIF_ASK_SEARCH,
    ONVIF_ASK_RECORDS,
    ONVIF_ASK_END_SEARCH,
    ONVIF_ASK_COUNT,
};

/* What a message needs beside its constants. */
struct onvif_words {
    const char *token;   /* of a profile or a search, in the device's own words; NULL: none */
    const char *to;      /* of an event operation: the path it goes to */
    const char *nonce;   /* Base64, and… */
    const char *created; /* …the time of a UsernameToken; NULL: the message has no login */
    unsigned id;         /* counts the event operations of a look */
};

/* Write the message, ended by NUL; with a login it holds words of VMM_HTTP_TEMPLATE. 0 or VMM_E_TOOBIG. */
int onvif_ask_write(enum onvif_ask ask, const struct onvif_words *words, char *out, size_t size);

#endif
