/* SPDX-License-Identifier: MIT */
/*
 * The course of a request as core/host/http.c runs it, on a wire without sockets: legs, logins, redirects, the one
 * repeat. What it decides by is the host's own: its login, its outcomes, its templates and its targets.
 */
#ifndef PLAYS_COURSE_H
#define PLAYS_COURSE_H

#include <mock/mock_host.h>

#include "wire.h"

/* Memory of one request after the other; everything that an answer points to lies here. */
struct course {
    struct http_exchange exchange;
};

void course_init(struct course *course);
void course_finish(struct course *course);

/* Make the request for the job. 0 and the answer, whose latency is the time that passed on the wire; or VMM_E_* as
 * request() answers. */
int course_run(struct course *course, struct job *job, struct wire *wire,
               const struct vmm_mock_request *request, struct vmm_mock_answer *answer);

#endif
