/* SPDX-License-Identifier: MIT */
/* A camera or NVR in words: its last look, its facts, its verdict, its login, its breaker. */
#ifndef MAIN_EXPLAIN_H
#define MAIN_EXPLAIN_H

#include <jansson.h>

#include "health/health.h"
#include "ipc/ctl_server.h"
#include "ipc/message.h"
#include "main/daemon.h"
#include "store/store.h"

struct explain_subject {
    const struct fleet_camera *camera; /* NULL for an NVR */
    const struct fleet_nvr *nvr;       /* NULL for a camera */
    const struct fleet_device
        *device; /* that is looked at for it: its own, or its NVR's; NULL: none */
    const struct health_state *state;
};

/* By the id of a camera or NVR. VMM_E_NOENT. */
int explain_find(const struct daemon *daemon, const char *id, struct explain_subject *subject);

/* The last look of a device as an object; null when there is none. */
json_t *explain_look(const struct daemon *daemon, const struct fleet_device *device);

/* The steps and facts of a result as rows; and the result itself, of a look that began then with this scope. */
json_t *explain_result_rows(const struct result_message *result);
json_t *explain_result_look(const struct result_message *result, int64_t started_wall,
                            uint32_t scope);

/* Send the steps and facts of the last look as rows; returns the look as an object, or null. */
json_t *explain_rows(const struct daemon *daemon, const struct explain_subject *subject,
                     struct ctl_call *call);

/* What was seen for a reason of the vocabulary and what to do about it. Where the device's provider is not installed
 * the vocabulary's own words would lead nowhere: no list of plugins has it. `device` may be NULL. */
struct explain_words {
    char seen[192];
    char remedy[192];
};
struct explain_words explain_words(const struct daemon *daemon, const struct fleet_device *device,
                                   uint32_t reason);

/* Since when each reason holds, by its word, as the events say, which are the newest ones and stand newest first; null
 * for one that is older than they are. */
json_t *explain_history(const struct store_event *rows, size_t count);

/* The open incident that it belongs to, with the cause where that is not the camera itself; null when there is none. */
json_t *explain_incident(const struct daemon *daemon, const struct explain_subject *subject);

/* The rest as one object; takes `look` over. `history` may be NULL. */
json_t *explain_result(const struct daemon *daemon, const struct explain_subject *subject,
                       json_t *look, const json_t *history);

#endif
