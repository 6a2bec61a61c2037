/* SPDX-License-Identifier: MIT */
/* The simulated devices of a benchmark: a vmm-farm of its own. */
#ifndef BENCH_FARM_H
#define BENCH_FARM_H

#include <jansson.h>

#include "child.h"

#define FARM_USER     "bench"
#define FARM_PASSWORD "bench-password"

/* How devices answer: log-normal, median 80 ms, p99 1.5 s; 1 % never do. */
struct farm_group {
    const char *prefix; /* of the ids */
    const char *base_address;
    const char *personality;
    uint32_t count;
    double expire_share; /* of the devices let each nonce serve one login */
};

struct farm {
    struct child child;
    int control;   /* socket */
    json_t *ready; /* what the farm says of its devices */
    char folder[256];
};

/* Start the devices and wait until they listen. Ends the bench on failure. */
void farm_start(struct farm *farm, const char *folder, const struct farm_group *groups,
                size_t count);
void farm_stop(struct farm *farm);

/* Send a command to its control socket; the answer is the caller's. */
json_t *farm_ask(struct farm *farm, const char *command);

struct farm_totals {
    uint64_t connections;
    uint64_t requests;
    uint64_t looks;
    uint64_t logins_bad;
};
void farm_totals(struct farm *farm, struct farm_totals *totals);

/* Write the file that peers read. */
void farm_write_fleet(const struct farm *farm, const char *file, const char *path);

#endif
