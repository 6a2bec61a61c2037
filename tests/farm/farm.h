/* SPDX-License-Identifier: MIT */
/* Everything one running farm has. */
#ifndef FARM_FARM_H
#define FARM_FARM_H

#include "farm/device.h"
#include "farm/loop.h"

struct conn_pool;
struct listener;
struct schedule_run;

/* How a port of the scenario is listened on. */
enum farm_listen {
    LISTEN_AUTO,  /* each, up to FARM_EACH_MAX devices; else shared */
    LISTEN_EACH,  /* a socket for each device: one that is down refuses */
    LISTEN_SHARED /* one socket for all of 127.0.0.0/8: one that is down resets */
};

#define FARM_EACH_MAX 4096

/* A named port of the scenario. */
struct farm_port {
    const char *name;
    uint16_t wanted; /* 0: the kernel chooses */
    uint16_t bound;
    enum farm_listen listen;
    struct listener *shared; /* the one socket for all; NULL: each has its own */
};

/* What is counted for the farm as a whole. */
struct farm_counts {
    uint64_t open;     /* connections now */
    uint64_t open_max; /* at once over all devices */
    uint64_t starved;  /* times no descriptor was left for a connection: it had to wait */
    uint64_t nobody;   /* connections to addresses without a device */
};

struct farm {
    struct loop loop;
    struct arena arena;
    uint64_t seed;
    uint64_t look_quiet_us;
    struct farm_port *ports;
    size_t port_count;
    struct device *devices;
    size_t device_count;
    struct device_table table;
    struct listener **listeners;
    size_t listener_count;
    struct schedule_run *schedule;
    size_t schedule_count;
    struct conn_pool *pool;
    struct farm_counts counts;
    uint64_t arrivals; /* connections that stayed, so far: the number of the latest */
    bool changed;      /* a count moved since the last turn */
    /* Scratch for the answer that is being made: no allocation for each request. */
    struct out head;
    struct out body;
};

/* Sets up an empty farm; 0, or a negative errno value. */
int farm_init(struct farm *farm);

/* Gives back everything: sockets, memory. Accepts a half-built farm. */
void farm_finish(struct farm *farm);

/* Calls VISIT for each device whose id matches the shell pattern PATTERN; returns how many. */
size_t farm_each(struct farm *farm, const char *pattern,
                 void (*visit)(struct farm *farm, struct device *device, void *data), void *data);

#endif
