/* SPDX-License-Identifier: MIT */
/*
 * The records of the fleet as they are stored: what an operator gave, and what devices told of themselves.
 *
 * Texts are borrowed, never NULL ("" when there is none). Times are microseconds since 1970-01-01 UTC, 0 when
 * there is none. NVRs and cameras share one space of ids, so that the id of what is looked at (the device) is
 * the id of the NVR or camera it belongs to.
 */
#ifndef FLEET_RECORDS_H
#define FLEET_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/message.h"

struct site_record {
    const char *id;
    const char *tenant_id;
    const char *name;
    const char *timezone; /* IANA name */
    const char *language; /* en, zh-TW or pt-BR */
    const char *profile;  /* lan, wan, mobile or one of the operator's */
    const char *way;      /* "direct", or "source:<address>" */
    const char *rules;    /* JSON object: how its devices are judged, see rules.h */
    bool enabled;
    int64_t commissioned_at;
    const char *owner_node;
    uint64_t epoch; /* grows with each take-over; 1 on a single node */
};

struct nvr_record {
    const char *id;
    const char *site_id;
    const char *name;
};

struct camera_record {
    const char *id;
    const char *site_id;
    const char *nvr_id; /* "" when it has none */
    const char *name;
    uint32_t nvr_channel; /* 0 when it has none; (nvr_id, nvr_channel) is unique */
    uint32_t priority;    /* 1 key position to 3 ordinary */
    const char *tags;     /* JSON list of texts */
    const char *expected; /* JSON object of what is expected of it */
    const char *rules;    /* JSON object: how it is judged, over its site's; see rules.h */
    bool enabled;         /* false: DISABLED, whatever it is seen by */
    int64_t commissioned_at;
    int64_t retired_at;
};

#define DEVICE_CAMERA 1u
#define DEVICE_NVR    2u

/* What is looked at. A camera that is only a channel of an NVR has no device. */
struct device_record {
    const char *id;
    const char *site_id;
    uint32_t kind; /* DEVICE_CAMERA or DEVICE_NVR */
    const char *provider;
    const char *effective_provider; /* whom the core handed it over to; "" when to nobody */
    const char *effective_place;    /* where that one speaks to it, "https:443"; "" as configured */
    const char *host;
    uint16_t port;          /* 0: the provider's usual one */
    const char *port_group; /* ports of one address that share a budget; "" the address itself */
    const char *link;       /* the switch or line it hangs on; "" not known */
    uint32_t tls;           /* TLS_* */
    uint32_t auth;          /* AUTH_* */
    const char *credential_id;
    const char *options;  /* JSON object for the provider */
    bool enabled;         /* of a camera's device: a copy of the camera's */
    uint32_t connections; /* the budget of its endpoint */
    const char *model;    /* what it told last; "" until then */
    const char *firmware;
    const char *serial;
    const char *mac;
    uint8_t tls_pin[TLS_PIN_SIZE]; /* the key trusted on first use */
    bool has_tls_pin;
};

/* Without its secret, which stays sealed in the vault. */
struct credential_record {
    const char *id;
    const char *site_id; /* "" when it belongs to no single site */
    const char *user;
    uint64_t generation; /* grows with each change of user or secret */
    int64_t changed_at;
};

#endif
