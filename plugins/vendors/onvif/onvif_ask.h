/* SPDX-License-Identifier: MIT */
/*
 * Everything that is ever sent to a device: SOAP 1.2 messages made of constants and of tokens that the device gave. None
 * of them sets anything. Pure.
 */
#ifndef ONVIF_ASK_H
#define ONVIF_ASK_H

#include <stddef.h>
#include <stdint.h>

enum onvif_ask {
    ONVIF_ASK_CLOCK,
    ONVIF_ASK_IDENTITY,
    ONVIF_ASK_SERVICES,
    ONVIF_ASK_CAPABILITIES,
    ONVIF_ASK_NTP,
    ONVIF_ASK_HOSTNAME,
    ONVIF_ASK_INTERFACES,
    ONVIF_ASK_PROFILES,
    ONVIF_ASK_PROFILES2,
    ONVIF_ASK_STREAM,
    ONVIF_ASK_STREAM2,
    ONVIF_ASK_SNAPSHOT,
    ONVIF_ASK_SNAPSHOT2,
    ONVIF_ASK_TOPICS,
    ONVIF_ASK_SUBSCRIBE,
    ONVIF_ASK_PULL,
    ONVIF_ASK_UNSUBSCRIBE,
    ONVIF_ASK_SEARCH,
    ONVIF_ASK_RECORDS,
    ONVIF_ASK_END_SEARCH,
    ONVIF_ASK_SUMMARY,
    ONVIF_ASK_JOBS,
    ONVIF_ASK_JOB_STATE,
    ONVIF_ASK_REPLAY,
    ONVIF_ASK_COUNT,
};

#define ONVIF_REFERS_MAX   2u
#define ONVIF_REFERS_BYTES 160u /* of all of them: they have to find room in a question */

/* A parameter of a reference: an element that holds a text, which goes back with whatever is said to the address. */
struct onvif_refer {
    char space[ONVIF_REFERS_BYTES + 1];
    char name[48];
    char text[ONVIF_REFERS_BYTES + 1];
};

#define ONVIF_ID_SIZE 37u

/* What a message needs beside its constants. */
struct onvif_words {
    /* Of a profile, a search, a job or a recording, in the device's own words; NULL: none. */
    const char *token;
    /* Of an event operation: where it goes, a path or an address in the device's own words, and parameters of the
     * reference to it, sent back. */
    const char *to;
    const struct onvif_refer *refers;
    uint32_t refer_count;
    /* Base64, and the time of a UsernameToken; `created` NULL: the message has no login. */
    const char *nonce;
    const char *created;
    char id[ONVIF_ID_SIZE]; /* of an event operation: a UUID that no other message has */
};

/* Write the message, ended by NUL; with a login it holds words of VMM_HTTP_TEMPLATE. 0 or VMM_E_TOOBIG. */
int onvif_ask_write(enum onvif_ask ask, const struct onvif_words *words, char *out, size_t size);

#endif
