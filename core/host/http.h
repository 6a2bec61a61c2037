/* SPDX-License-Identifier: MIT */
/* "vmm.http/1": the requests of a look, made one after another over as few connections as
 * possible. */
#ifndef HOST_HTTP_H
#define HOST_HTTP_H

#include <event2/event.h>
#include <stdint.h>

#include <vmm/http.h>

struct http;
struct job;

/* The engine of the process: curl on the loop. `ca_file` (copied) is read when a
 * device is first verified; "" for the system's. NULL without memory. */
struct http *http_create(struct event_base *base, const char *ca_file);

/* The certificates that are trusted, read when they are first asked for (some 45 ms); they stay the engine's. NULL when they
 * cannot be read. */
struct x509_store_st *http_trusted(struct http *http);

/* No exchange may be under way. NULL is allowed. */
void http_destroy(struct http *http);

/* The table for plugins. */
extern const struct vmm_http_host http_host;

/* Requests of the job that have not been answered. */
uint32_t http_count(const struct job *job);

/* Stop what the job has under way: with the callbacks (VMM_OUTCOME_CANCELLED), or without a word.
 * drop() also closes a connection that was kept. */
void http_cancel(struct job *job);
void http_drop(struct job *job);

/* Close the idle connection that was kept for the job's next request, if there is one. */
void http_close_kept(struct job *job);

#endif
