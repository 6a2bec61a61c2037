/* SPDX-License-Identifier: MIT */
/* Simulated devices: what they are, the state they are in, and what was done to them. */
#ifndef FARM_DEVICE_H
#define FARM_DEVICE_H

#include "farm/personality.h"

struct conn;
struct device;
struct fault_state;
struct listener;

/* What clients did to a device since the last reset. */
struct device_counts {
    uint64_t connections;         /* arrived, refused ones among them */
    uint64_t connections_refused; /* turned away: down, or above the limit */
    uint64_t connections_max;     /* at once, one just turned away included */
    uint64_t looks;
    uint64_t requests;
    uint64_t methods[METHOD_COUNT];
    uint64_t malformed;
    uint64_t writes;
    uint64_t logins_good;
    uint64_t logins_bad;
    uint64_t logins_locked; /* credentials sent while locked: not checked */
    uint64_t
        logins_unchecked; /* credentials sent to an answer that looks at none (busy, starting …) */
    uint64_t logins_unasked; /* credentials sent where none are asked for */
    uint64_t lock_outs;
    uint64_t nonces_issued;
    uint64_t nonces_stale;
    uint64_t nonces_replayed; /* the same or a lower nc on one nonce */
    uint64_t nonces_foreign; /* another device's nonce, or a made-up one, with the right password */
    uint64_t basic_unoffered;
    uint64_t redirects_sent;
    uint64_t redirects_followed;
};

/* A look is what one check of a device does: it begins with a connection that comes when no other
 * is open and none has been for a while (the scenario's look_quiet_ms). */
struct device_looks {
    uint64_t started_us; /* of the latest look; 0: none yet */
    uint64_t closed_us;  /* when the last connection went */
    uint64_t gap_min_us; /* from the start of a look to the start of the next; 0: no two yet */
    uint64_t gap_max_us;
    uint64_t last_request_us;
};

/* One port of a device. */
struct service {
    struct device *device;
    const struct personality *personality;
    size_t port_slot;          /* which of the scenario's ports */
    uint16_t port;             /* once bound */
    uint32_t open;             /* connections now */
    struct listener *listener; /* its own one; NULL: shared */
    struct nonce_ring *nonces; /* NULL until the first challenge */
    struct wsse_seen *seen;    /* NULL until the first token */
    uint64_t given;            /* answers of this look that are given once, and were */
};

struct device {
    const char *id;
    const char *site;
    uint32_t index; /* in its group */
    uint32_t address;
    struct service *services;
    size_t service_count;
    const struct template_names *names;
    const char **values;
    const struct auth_users *users;
    struct clock clock;
    uint64_t rng;
    struct auth_lock lock;
    uint32_t faults; /* bits of those that act now */
    struct fault_state *fault_state;
    struct conn *conns;
    uint32_t open;
    struct device_counts counts;
    struct device_looks looks;
    const char *last_bad_login; /* why; NULL: none */
};

struct device_table_entry {
    uint64_t key;
    struct service *service;
};

/* Finds services by address and port. */
struct device_table {
    struct device_table_entry *entries;
    size_t mask;
};

/* Makes a table for COUNT services. */
void device_table_init(struct device_table *table, struct arena *arena, size_t count);

/* Adds SERVICE by its device's address and its port; false: that pair is taken. */
bool device_table_add(struct device_table *table, struct service *service);

/* The service at ADDRESS (host byte order) and PORT, or NULL. */
struct service *device_table_find(const struct device_table *table, uint32_t address,
                                  uint16_t port);

/* Notes that a connection arrives at NOW_US (counts it, the maximum, the look). */
void device_note_arrival(struct device *device, uint64_t now_us, uint64_t quiet_us);

/* Notes a request. */
void device_note_request(struct device *device, const struct personality *personality,
                         const struct message *message, uint64_t now_us);

/* Begins counting anew; connections open now stay counted as open. */
void device_reset_counts(struct device *device);

/* Adds ADD to SUM: sums everywhere, the greater one for connections_max. */
void device_counts_add(struct device_counts *sum, const struct device_counts *add);

/* What a template may show of SERVICE's device at WALL_US; url and path stay empty. */
struct template_input device_template_input(const struct service *service, int64_t wall_us);

/* Does the shell pattern PATTERN match the device's id? */
bool device_matches(const struct device *device, const char *pattern);

#endif
