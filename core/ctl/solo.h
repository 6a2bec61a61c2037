/* SPDX-License-Identifier: MIT */
/* One look at an address without vmmd: vmmctl starts a vmm-host by itself, gives it one job, and
 * ends it. */
#ifndef CTL_SOLO_H
#define CTL_SOLO_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "ctl/ctl.h"

struct capture_message;

struct solo_target {
    json_t *fields;       /* of a camera, texts FIELD=VALUE; borrowed */
    const char *user;     /* "": none */
    const char *password; /* the caller wipes it */
    uint32_t deadline_ms;
    void (*on_capture)(void *arg, const struct capture_message *message); /* NULL: not asked for */
};

/* Whether a look is vmmctl's own: no vmmd runs, or --plugins names what vmmd did not load. */
bool solo_is_meant(struct ctl *ctl);

/* Say, before such a look, that vmmd's ledger of refused logins is not asked. */
void solo_say(struct ctl *ctl);

/* Look once. Rows and result are those of the verb "probe" in docs/control-protocol.md; the
 * caller's. Returns EXIT_OK when there is a result, whatever it says; or complains and returns the
 * exit code. */
int solo_look(struct ctl *ctl, const struct solo_target *target, ctl_row_fn on_row, void *arg,
              json_t **result);

#endif
