/* SPDX-License-Identifier: MIT */
/* Verdicts on their way into the store: the rows of a change and of its event, in one batch. */
#ifndef MAIN_JOURNAL_H
#define MAIN_JOURNAL_H

#include <jansson.h>

#include "cause/cause.h"
#include "cause/incident.h"
#include "health/beside.h"
#include "health/health.h"
#include "store/store.h"

/* Whose verdict it is. */
struct journal_subject {
    const char *site_id;
    const char *id; /* of the camera or NVR */
    bool is_nvr;
    bool is_site;                 /* the site itself: `id` is "" */
    bool is_node;                 /* this machine: `site_id` is "_node:<id>" */
    struct health_beside *beside; /* what is told beside its verdict; NULL: nothing */
    bool is_new;                  /* its first verdict makes it new, for a while */
    const char *nvr_id;           /* of a camera behind one, else "" */
    const char *node_id;
    uint64_t epoch;
};

#define JOURNAL_COMPONENT_MAX 80

/* "camera:<id>", "nvr:<id>", "node:<id>" or "site". Returns `out`. */
const char *journal_component(const struct journal_subject *subject,
                              char out[JOURNAL_COMPONENT_MAX]);

/* The component's row with its whole state, and its breaker. `member`: how it belongs to the incident that it follows
 * from. */
void journal_put_state(struct store_batch *batch, const struct journal_subject *subject,
                       const struct health_state *state, struct cause_member member,
                       int64_t next_poll_wall);

/* Read a state back, how it belongs to an incident, and what the record was told beside it. VMM_E_VERSION or
 * VMM_E_CORRUPT: start anew. */
int journal_get_state(const void *bytes, size_t size, struct health_state *state,
                      struct cause_member *member, struct health_beside_values *told);

/*
 * Any event: `event` says what, of whom and when; its id (made of `now_wall`), score and metadata are given here.
 * `metadata` is a JSON object, whose reference is taken.
 */
void journal_put(struct store_batch *batch, const struct store_event *event, json_t *metadata,
                 int64_t now_wall);

/* The event of a change, and its place in an incident. */
void journal_put_event(struct store_batch *batch, const struct journal_subject *subject,
                       const struct health_event *event, const struct incident_place *place,
                       int64_t now_wall);

/* The event of what is to be told beside a verdict that has not changed: `news` are HEALTH_BESIDE_*. */
void journal_put_beside(struct store_batch *batch, const struct journal_subject *subject,
                        uint32_t health, uint32_t news, int64_t now_wall);

/* The event that tells how many events a destination does not get any more, by severity. */
void journal_put_dropped(struct store_batch *batch, const char *node_id, const char *destination,
                         const uint64_t dropped[VMM_SEVERITY_COUNT], int64_t now_wall);

/* An event as `vmmctl events --jsonl` shows it: a new object with exactly its ten fields. */
json_t *journal_event_row(const struct store_event *event);

/* The same with `nvr_id` and `rung`, as destinations get it. */
json_t *journal_event_json(const struct store_event *event);

#endif
