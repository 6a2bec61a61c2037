/* SPDX-License-Identifier: MIT */
/*
 * An incident: one cause from its first event to its recovery. Every event belongs to one and says how.
 *
 *   cause          when                                                        who tells it
 *   "camera:<id>"  one camera is not well                                      camera.*
 *   "nvr:<id>"     a recorder, and with it the cameras that only it shows      nvr.*
 *   "group"        some devices of a site were lost together                   site.degraded, site.ok
 *   "link:<name>"  the same, and they are all that hang on one switch or line
 *   "site"         a whole site                                                site.unreachable, site.ok
 *   "node:<id>"    this machine is cut off by its own evidence                 node.isolated, node.ok
 *
 * Of each incident exactly the events of role `cause` are worth telling: `opened` once, `goes_on` when it has
 * changed (a group that grew into the site, another reason), `closed` once. Events of role `consequence` are the
 * same incident seen at what lies behind the cause: recorded, never announced.
 * A device that stays dead when its incident closes gets an event of role `cause` that opens its own.
 *
 * In an event's metadata this is:
 *   "incident_id": "taichung/site/1700000000000000"   the thread, the acknowledgement, the group; it stays the same
 *                                                      when a group grows into the site
 *   "role": "cause" | "consequence"
 *   "cause": "site" …                                  as in the table
 *   "incident": "opened" | "goes_on" | "closed"
 *   "or_node": true                                    everything this machine watches is lost: it may be cut off itself
 * and where the cause is a site, a group or a node, or a recorder with cameras behind it:
 *   "lost": {"cameras": 30, "nvrs": 2}                 now; those that stay dead when it closes
 *   "of": {"cameras": 30, "nvrs": 2}                   that are watched there
 *   "devices": ["cam-01", …]                           the first INCIDENT_NAMES_MAX of the lost, by id
 */
#ifndef CAUSE_INCIDENT_H
#define CAUSE_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INCIDENT_NAMES_MAX 20u
#define INCIDENT_CAUSE_MAX 80u  /* "camera:" and an id of 64 bytes, with its NUL */
#define INCIDENT_ID_MAX    176u /* site, cause and a time */
#define INCIDENT_KEY_MAX   400u

#define INCIDENT_CAUSE       0u
#define INCIDENT_CONSEQUENCE 1u

#define INCIDENT_OPENED  0u
#define INCIDENT_GOES_ON 1u
#define INCIDENT_CLOSED  2u

struct incident_counts {
    uint32_t cameras;
    uint32_t nvrs;
};

/* How an event belongs to its incident. Texts are borrowed. */
struct incident_place {
    const char *cause; /* "site" … */
    const char
        *opened_as; /* the cause that names it, where it has become another since; NULL: `cause` */
    int64_t start_wall; /* of the incident */
    uint32_t role;      /* INCIDENT_CAUSE or INCIDENT_CONSEQUENCE */
    uint32_t step;      /* INCIDENT_OPENED … */
    bool counted;       /* the fields below are told */
    bool or_node;
    struct incident_counts lost;
    struct incident_counts of;
    const char *const *devices; /* ids of the lost, at most INCIDENT_NAMES_MAX */
    size_t device_count;
};

/* One change of one subject, as the key of its event tells it. */
struct incident_change {
    const char *subject; /* "site", "camera:<id>" … */
    const char *reason;
    const char *from;
    const char *to;
    uint32_t number; /* of the subject's events, from 1 */
};

const char *incident_role_word(uint32_t role);
const char *incident_step_word(uint32_t step);

/* The id: the same on every node that sees the same cause begin at the same time. Returns `out`. */
const char *incident_id(const char *site_id, const struct incident_place *place,
                        char out[INCIDENT_ID_MAX]);

/* The dedup key of an event: a function of site, subject, cause, transition and start of the incident, and of
 * nothing else. Returns `out`. */
const char *incident_key(const char *site_id, const struct incident_place *place,
                         const struct incident_change *change, char out[INCIDENT_KEY_MAX]);

#endif
