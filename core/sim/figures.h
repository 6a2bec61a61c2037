/* SPDX-License-Identifier: MIT */
/* What a run measures: what was false, what was missed, and how long it took to say what was true. */
#ifndef SIM_FIGURES_H
#define SIM_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/disk.h"

struct sim;
struct letter_item;

struct figures {
    uint64_t looks;
    uint64_t failed_looks;
    uint64_t events;
    uint32_t false_down;     /* a device DOWN, and no outage holds it */
    uint32_t false_degraded; /* nothing in this world makes a device DEGRADED */
    uint32_t false_site;     /* a site or group lost, and no outage holds it */
    uint32_t starts;         /* of the node */
};

/* A look has ended. */
void figures_look(struct figures *figures, struct sim *sim, uint32_t device, bool answered);

/* An event is durable. */
void figures_event(struct figures *figures, struct sim *sim, const struct disk_event *event);

/* A destination has heard that something began: of a device, or of more of a site, with the names of the lost. */
void figures_told(struct figures *figures, struct sim *sim, const struct letter_item *item);

/* How many outages that had to be announced were not. */
uint32_t figures_missed(const struct sim *sim);

/* The time that was played, times the devices. */
double figures_camera_days(const struct sim *sim);

/* Print what a large fleet has shown. */
void figures_print(const struct figures *figures, const struct sim *sim, double cpu_s);

#endif
