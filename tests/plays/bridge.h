/* SPDX-License-Identifier: MIT */
/*
 * A device of the farm behind the mock host: what a plugin sends in a look goes to the farm's own engine, what that
 * says comes back, and the host's own modules log in, all on the clock of the mock.
 */
#ifndef PLAYS_BRIDGE_H
#define PLAYS_BRIDGE_H

#include <mock/mock_host.h>

#include "course.h"

#define BRIDGE_TALKS_MAX 64 /* connections of one look */

/* One look as the core orders it. */
struct bridge_order {
    uint32_t scope; /* VMM_SCOPE_* */
    uint32_t deadline_ms;
    uint32_t auth;       /* AUTH_* */
    const char *options; /* JSON object text */
    bool may_login;
};

/* What the core is told of it. */
struct bridge_result {
    uint32_t outcome; /* VMM_OUTCOME_* */
    uint32_t rung;
    uint32_t reason;
    const char *detail; /* good until the mock is destroyed */
    uint32_t flags;     /* RESULT_* */
    uint32_t slowest_us;
    const struct result_fact *facts; /* good until the next look */
    size_t fact_count;
};

struct bridge {
    struct farm *farm;
    struct device *device;
    struct vmm_mock *mock;
    struct course course;
    struct wire wire;
    struct job job;
    struct talk *talks[BRIDGE_TALKS_MAX]; /* by the number of the look's connection */
    struct buf said[BRIDGE_TALKS_MAX];    /* the reply that is on its way */
    uint32_t talk_base;                   /* the mock's number of the look's first one */
    uint32_t talk_count;
    uint8_t host_note[NOTE_HOST_MAX];
    uint32_t host_note_size;
    uint8_t plugin_note[VMM_NOTE_MAX];
    size_t plugin_note_size;
};

/* Put the farm's device behind a mock of this plugin, opened, at the farm's time. */
void bridge_open(struct bridge *bridge, struct farm *farm, struct device *device,
                 const struct vmm_descriptor *plugin);

/* Close the plugin; what it did against its contract, a line each, in memory of the mock. */
const char *bridge_close(struct bridge *bridge);
void bridge_finish(struct bridge *bridge);

/* Forget what is remembered from one look to the next. */
void bridge_forget(struct bridge *bridge);

/* Let time pass, for the farm too. */
void bridge_wait(struct bridge *bridge, uint64_t us);

/* Make a look. */
void bridge_look(struct bridge *bridge, const struct bridge_order *order,
                 struct bridge_result *result);

#endif
