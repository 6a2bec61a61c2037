/* SPDX-License-Identifier: MIT */
/* The words of the verbs on the fleet: kinds, fields and refusals, shared by their files. */
#ifndef MAIN_FLEET_WORDS_H
#define MAIN_FLEET_WORDS_H

#include <jansson.h>

#include "fleet/fleet_change.h"
#include "ipc/ctl_server.h"

#define FLEET_CREDENTIAL 4u /* beside FLEET_SITE, FLEET_NVR and FLEET_CAMERA */

/* The kind that a verb such as "camera.add" is of; 0: none. */
unsigned fleet_words_kind(const char *verb);

/* "site", "nvr", "camera" or "credential". */
const char *fleet_words_of(unsigned kind);

/* The list of FIELD=VALUE texts of `set` as values by name; NULL when the call has been failed. */
json_t *fleet_words_fields(struct ctl_call *call, const json_t *set);

/* Fail the call as this refusal says. */
void fleet_words_fail(struct ctl_call *call, const struct fleet_error *error);

#endif
