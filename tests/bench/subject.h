/* SPDX-License-Identifier: MIT */
/* What is measured: a vmmd with its hosts, watching the devices of a farm. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "farm.h"
#include "usage.h"

#define SUBJECT_DEADLINE_MS 10000u /* of one look; PEER_TIMEOUT_US is the same */

struct subject_order {
    const char *folder;
    const char *plugins; /* folder of the plugins; NULL: the build's */
    uint32_t interval_ms;
    uint32_t jitter_ms;      /* 0: a twentieth of the interval */
    uint32_t spread_ms;      /* over which overdue looks come after a pause */
    uint32_t soft_period_ms; /* 0: the default */
    uint32_t deadline_ms;    /* 0: SUBJECT_DEADLINE_MS */
    bool undisturbed;        /* it is never stopped: the default of what counts as standing still */
    uint32_t load_ms; /* devices are added over this time, and so looked at evenly; 0: at once */
    const char *auth; /* "digest", "none" or, as the provider finds out, NULL */
    const char *flag; /* of one more plugin; NULL: none */
};

struct subject {
    struct child child;
    struct process_group group;
    char folder[256];
};

/* Start vmmd and load the farm's devices. */
void subject_start(struct subject *subject, const struct subject_order *order,
                   const struct farm *farm);

/* Start vmmd alone, with these settings (a reference that it takes) in the folder's vmmd.json. */
void subject_run(struct subject *subject, const char *folder, json_t *config);

/* Wait until the devices that answer are OK; `settled`: until as good as each device has its first verdict, those
 * that never answer among them. */
void subject_wait(const struct subject *subject, const struct farm *farm, bool settled);

/* Wait until no camera is UNKNOWN, be it OK or not. */
void subject_wait_judged(const struct subject *subject);

/* Wait until the events so far are counted into their days. */
void subject_wait_counted(const struct subject *subject);

void subject_stop(struct subject *subject);

/* Write its configuration anew and have it reloaded. */
void subject_reconfigure(struct subject *subject, const struct subject_order *order);

/* Run vmmctl against it; ends the bench when it fails and `must` is set. The output is the caller's, NULL without. */
char *subject_ctl(const struct subject *subject, const char *words, bool must);

/* A figure of vmmctl metrics, summed over its labels; -1 when there is none of that name. */
double subject_metric(const struct subject *subject, const char *name);

/* The processes may have changed: look again. */
void subject_regroup(struct subject *subject);

#endif
