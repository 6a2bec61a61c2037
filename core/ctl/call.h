/* SPDX-License-Identifier: MIT */
/* A request to vmmd, and what its failure means for the operator and for the exit code. */
#ifndef CTL_CALL_H
#define CTL_CALL_H

#include <jansson.h>
#include <stdint.h>

#include "ctl/ctl.h"

#define CALL_TIMEOUT_MS 30000u

struct call {
    const char *verb;
    json_t *args;      /* taken over; NULL: none */
    ctl_row_fn on_row; /* NULL: rows are not wanted */
    void *arg;
    uint32_t timeout_ms;  /* 0: CALL_TIMEOUT_MS; the operator's --timeout goes before it */
    bool changes;         /* goes over control.sock */
    bool endless;         /* has no deadline unless the operator set one */
    const char *quiet_on; /* an error code that is not complained of; NULL: none */
    bool *was_quiet;      /* set when it was that one; NULL: not wanted */
};

/* Ask vmmd. Fills `*result` (may be NULL: not wanted) with the last line without its "done", the
 * caller's. Returns EXIT_OK; or complains and returns the exit code. */
int call_vmmd(struct ctl *ctl, const struct call *call, json_t **result);

/* True when somebody listens on status.sock. */
bool call_is_vmmd_there(struct ctl *ctl);

/* The exit code of an error's code. */
int call_exit_code(const char *code);

/* Put a text into the arguments, unless it is NULL. */
void call_put_text(json_t *args, const char *key, const char *text);

#endif
