/* SPDX-License-Identifier: MIT */
/*
 * What outlives a crash: states, the journal, the gateway's memory, the place in the journal. Rows gather and become
 * durable together, as in the store; what has not been committed is lost with the node.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/map.h"
#include "cause/sites.h"
#include "health/health.h"
#include "sched/ledger.h"

struct disk_device {
    struct health_state state;
    struct cause_member member; /* how it belongs to an incident */
    bool written;
};

struct disk_account {
    struct ledger_record record;
    bool written;
};

/* An event of the journal. */
struct disk_event {
    int64_t seq;     /* from 1 */
    uint32_t site;   /* UINT32_MAX: of the node itself */
    uint32_t device; /* UINT32_MAX: of the site */
    struct health_event event;
    uint32_t role;
    uint32_t step;
    char *incident; /* its id */
    char *cause;
    char *key; /* for duplicates */
    bool counted;
    bool or_node;
    struct incident_counts lost;
    struct incident_counts of;
    json_t *devices; /* names of the first that are lost; NULL when nothing was counted */
    int64_t received;
};

/* What is kept of the node itself. */
struct disk_self {
    uint32_t events;
    int64_t told_wall; /* it was told that it is cut off since then; 0: or that it is back */
    bool judges;       /* all the same: judgement is held no more */
};

enum disk_kind {
    DISK_DEVICE,
    DISK_ACCOUNT,
    DISK_SITE,
    DISK_SELF,
    DISK_EVENT,
    DISK_PUT,
    DISK_DEL,
    DISK_CURSOR
};

/* One row on its way. */
struct disk_row {
    enum disk_kind kind;
    uint32_t number; /* of a device or site */
    int64_t cursor;
    struct disk_device device;
    struct ledger_record account;
    struct site_row site;
    struct disk_self self;
    struct disk_event event;
    char *name; /* area and key in the memory */
    json_t *value;
};

struct disk {
    struct disk_device *devices;
    struct disk_account *accounts;
    struct site_row *sites;
    struct disk_self self;
    int64_t *seen_wall; /* of each device: last seen, written at leisure */
    uint32_t device_count;
    uint32_t site_count;
    struct disk_event *events;
    size_t event_count;
    size_t event_room;
    struct map keys;       /* of the events, by their key */
    json_t *memory;        /* "area key" → what the gateway keeps there */
    int64_t cursor;        /* the people's place in the journal */
    struct disk_row *rows; /* not durable yet */
    size_t row_count;
    size_t row_room;
};

void disk_init(struct disk *disk, uint32_t devices, uint32_t sites);
void disk_finish(struct disk *disk);

/* Rows of the transaction that gathers. Texts and JSON are taken over. */
void disk_put_device(struct disk *disk, uint32_t device, const struct health_state *state,
                     struct cause_member member);
void disk_put_account(struct disk *disk, const struct ledger_record *record);
void disk_put_site(struct disk *disk, uint32_t site, const struct site_row *row);
void disk_put_self(struct disk *disk, const struct disk_self *row);
void disk_put_event(struct disk *disk, const struct disk_event *event);
void disk_put_memory(struct disk *disk, char *name, json_t *value);
void disk_del_memory(struct disk *disk, char *name);
void disk_put_cursor(struct disk *disk, int64_t seq);

/* What is told of each event that becomes durable; `is_new` false: one of its key was there already. */
typedef void (*disk_event_fn)(void *arg, const struct disk_event *event, bool is_new);

/* Make all rows durable, in order. True when the journal has grown. */
bool disk_commit(struct disk *disk, disk_event_fn told, void *arg);

/* A login is written down before it is made: durable at once, and newer than what gathers of the account. */
void disk_write_account(struct disk *disk, const struct ledger_record *record);

/* A crash: what gathers is gone. */
void disk_crash(struct disk *disk);

/* The event with this number; NULL. */
const struct disk_event *disk_event(const struct disk *disk, int64_t seq);

#endif
