/* SPDX-License-Identifier: MIT */
/* What is kept with the device from one look to the next. Pure. */
#ifndef ONVIF_NOTE_H
#define ONVIF_NOTE_H

#include <stddef.h>
#include <stdint.h>

/* How the device wants to be logged in to; never two ways in one request. */
enum onvif_login {
    ONVIF_LOGIN_UNKNOWN,
    ONVIF_LOGIN_NONE,  /* it answers without */
    ONVIF_LOGIN_HTTP,  /* HTTP Digest, the host's affair */
    ONVIF_LOGIN_TOKEN, /* a UsernameToken in the message, of the time that the device tells */
    ONVIF_LOGIN_TRUE,  /* the same of the true time: by what it tells, it refused */
};

#define ONVIF_LACKS_SERVICES 1u /* GetServices; GetCapabilities is asked instead */
#define ONVIF_LACKS_NTP      2u
#define ONVIF_LACKS_EVENTS   4u /* pull points */
#define ONVIF_LACKS_SEARCH   8u
#define ONVIF_LACKS_SNAPSHOT 16u
#define ONVIF_LACKS_JOBS     32u
#define ONVIF_LACKS_SUMMARY  64u
#define ONVIF_LACKS_NETWORK  128u /* name and interfaces */

#define ONVIF_NOTE_SIZE 6u

struct onvif_note {
    uint8_t login; /* enum onvif_login */
    uint8_t lacks; /* ONVIF_LACKS_* */
    uint8_t turn;  /* looks, round and round */
    uint8_t watch; /* 1 + the window of jobs of which one has failed; 0: none has */
    uint8_t calm;  /* looks in a row in which none of that window failed any more */
};

/* What cannot be ours gives the note of a device that was never looked at. */
struct onvif_note onvif_note_read(const uint8_t *bytes, size_t size);
void onvif_note_write(const struct onvif_note *note, uint8_t out[ONVIF_NOTE_SIZE]);

#endif
