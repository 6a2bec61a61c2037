/* SPDX-License-Identifier: MIT */
/*
 * WS-Discovery (WS-Addressing 2004/08, discovery 2005/04), as ONVIF devices speak it: what is asked, and what the
 * answers say. Pure. An answer is hostile: it is read by local names, within bounds, and where a device is comes from
 * the packet alone; of the addresses that it tells of itself only port and path are taken.
 */
#ifndef CTL_DISCOVERY_H
#define CTL_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISCOVERY_PORT        3702u
#define DISCOVERY_GROUP       "239.255.255.250"
#define DISCOVERY_FORMS       3u /* some devices answer only one of them */
#define DISCOVERY_DEVICES_MAX 4096u
#define DISCOVERY_PACKET_MAX  65536u

struct discovered {
    char endpoint[128]; /* the device's name for itself, the same wherever it is */
    char from[64];      /* where its answer came from */
    char name[64];      /* of its scopes; "" when it tells none, as below */
    char hardware[64];
    char location[64];
    char path[128]; /* of its device service */
    uint16_t port;
    bool tls;
    char says[64]; /* the address it tells of itself, where that is another one; else "" */
};

struct discovery {
    struct discovered *devices;
    size_t count;
    size_t room;
    unsigned strangers; /* answers of what is no camera or recorder */
    unsigned unread;    /* answers that could not be read */
};

/* Write the Probe of this form with this UUID as text. Returns its length, or VMM_E_TOOBIG. */
int discovery_probe(unsigned form, const char *id, char *out, size_t size);

/* Take an answer that came from this address; each device counts once. VMM_E_NOMEM. */
int discovery_take(struct discovery *discovery, const void *bytes, size_t size, const char *from);

void discovery_finish(struct discovery *discovery);

#endif
