/* SPDX-License-Identifier: MIT */
/*
 * What vmmctl asks of vmmd: docs/control-protocol.md from the server's side. One file a group of verbs; the table
 * in control.c says which there are, and on which socket.
 */
#ifndef MAIN_CONTROL_H
#define MAIN_CONTROL_H

#include "ipc/ctl_server.h"
#include "main/daemon.h"

struct control;

/* Open both sockets. NULL: why is in the log. */
struct control *control_create(struct daemon *daemon);
void control_destroy(struct control *control);

/* A handler ends its call with ctl_done() or ctl_fail(), now or later. */
typedef void (*control_fn)(struct daemon *daemon, struct ctl_call *call, json_t *args,
                           const struct ctl_peer *peer);

/* The verbs, by file. */
void verb_status(struct daemon *daemon, struct ctl_call *call, json_t *args,
                 const struct ctl_peer *peer);
void verb_status_sites(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer);
void verb_events(struct daemon *daemon, struct ctl_call *call, json_t *args,
                 const struct ctl_peer *peer);
void verb_explain(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer);
void verb_plugins(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer);
void verb_flags(struct daemon *daemon, struct ctl_call *call, json_t *args,
                const struct ctl_peer *peer);
void verb_metrics(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer);
void verb_version(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer);
void verb_reload(struct daemon *daemon, struct ctl_call *call, json_t *args,
                 const struct ctl_peer *peer);
void verb_incident_list(struct daemon *daemon, struct ctl_call *call, json_t *args,
                        const struct ctl_peer *peer);
void verb_notify_send(struct daemon *daemon, struct ctl_call *call, json_t *args,
                      const struct ctl_peer *peer);
void verb_notify_noise(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer);
void verb_stability(struct daemon *daemon, struct ctl_call *call, json_t *args,
                    const struct ctl_peer *peer);
void verb_quiet_list(struct daemon *daemon, struct ctl_call *call, json_t *args,
                     const struct ctl_peer *peer);
void verb_quiet_add(struct daemon *daemon, struct ctl_call *call, json_t *args,
                    const struct ctl_peer *peer);
void verb_quiet_end(struct daemon *daemon, struct ctl_call *call, json_t *args,
                    const struct ctl_peer *peer);
void verb_quiet_accept(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer);
void verb_probe(struct daemon *daemon, struct ctl_call *call, json_t *args,
                const struct ctl_peer *peer);

/* site, nvr, camera and credential: list, add, set, rm, test; the verb's own name tells which. */
void verb_fleet_list(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args);
void verb_fleet_change(struct daemon *daemon, struct ctl_call *call, const char *verb,
                       json_t *args);
void verb_fleet_test(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args);
void verb_credential(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args);
void verb_fleet_export(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer);
void verb_fleet_load(struct daemon *daemon, struct ctl_call *call, json_t *args,
                     const struct ctl_peer *peer);

/* ---- shared by the verbs ---- */

/* End a call with this result, taken over, once what the gateway did for it is on disk. */
void verb_quiet_answer(struct daemon *daemon, struct ctl_call *call, json_t *result);

/* Refuse arguments that are not in `names` (ended by NULL). True when the call has been failed. */
bool control_unknown(struct ctl_call *call, const json_t *args, const char *const *names);

/* The same for a verb that takes none. */
bool control_arguments(struct ctl_call *call, const json_t *args);

/* A text argument, or "" when it is not there or null. */
const char *control_text(const json_t *args, const char *name);

/* A whole number argument within limits, or `otherwise`; *bad is set when it is something else. */
int64_t control_number(const json_t *args, const char *name, int64_t min, int64_t max,
                       int64_t otherwise, bool *bad);

/* A walk over something small that may change between two pages. */
struct control_walk {
    struct daemon *daemon;
    char of[72]; /* only of this site or kind, or "" */
    size_t at;   /* for `next` to count in */
    char at_site[72];
    char at_id[72];
    json_t *seen;   /* what `next` has to remember; NULL: nothing */
    json_t *result; /* of the last line, from `next` when there is no more row; NULL: nothing */
    uint32_t
        left; /* how many things `next` may still go past in this turn of the loop; 0: NULL is not the end */
};

/* The next row, for the caller; NULL: there is none, or none in this turn. */
typedef json_t *(*control_next_fn)(struct control_walk *walk);

/* End a call with the rows that `next` gives, page by page as fast as the client takes them. */
void control_walk(struct daemon *daemon, struct ctl_call *call, const char *of,
                  control_next_fn next);

/* RFC 3339 text, or null for 0. */
json_t *control_time(int64_t wall);

/* A text, or null for "". */
json_t *control_string(const char *text);

#endif
