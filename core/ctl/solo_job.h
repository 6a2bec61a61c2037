/* SPDX-License-Identifier: MIT */
/* The job of a look without vmmd: from fields as they are typed to what a host takes. No I/O. */
#ifndef CTL_SOLO_JOB_H
#define CTL_SOLO_JOB_H

#include <jansson.h>
#include <stdint.h>

#include "ctl/solo.h"
#include "ipc/describe.h"
#include "ipc/message.h"

struct solo_job {
    const char *provider; /* borrowed from the fields */
    const char *host;
    uint16_t port;
    uint8_t tls;
    uint8_t auth;
    char problem[256]; /* why a call did not return 0 */
};

/* Read the fields that are no options. 0 or VMM_E_INVAL. */
int solo_job_read(struct solo_job *job, const json_t *fields);

/*
 * Settings by the items that declare them: defaults, and "<prefix>NAME=VALUE" of the fields (NULL: none).
 * VMM_E_INVAL with a problem when one does not fit, or one that is needed is missing. The caller frees the JSON text.
 */
int solo_job_settings(struct solo_job *job, const struct vmm_config_item *const *items,
                      const json_t *fields, const char *prefix, char **json);

/* One step or fact of a result as a row, and the result itself as "look". New references. */
json_t *solo_job_step(const struct result_step *step);
json_t *solo_job_fact(const struct result_fact *fact);
json_t *solo_job_look(const struct result_message *result, int64_t wall_us);

#endif
