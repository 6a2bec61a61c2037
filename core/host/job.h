/* SPDX-License-Identifier: MIT */
/*
 * One look: from FRAME_JOB to FRAME_RESULT.
 *
 *   jobs_start() ─▶ probe() ─▶ observe(), note() … ─▶ finish() ─▶ result out, job wiped
 *
 * Jobs are taken from a pool; a handle that is used after its life is found out (see handle.h). The
 * core owns the deadline; a timer here is the backstop for it: the job is cancelled, and when the
 * plugin does not end it then, the host does.
 */
#ifndef HOST_JOB_H
#define HOST_JOB_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

#include <vmm/probe.h>

#include "host/facts.h"
#include "host/login.h"
#include "host/trace.h"
#include "ipc/channel.h"
#include "ipc/message.h"

struct http;
struct http_exchange;
struct http_lane;
struct vmm_connection;
struct jobs;
struct work;

/* What a job is run with; everything outlives the jobs. */
struct jobs_setup {
    struct event_base *base;
    struct channel *channel;
    struct http *http;
    struct work *work;
    const struct vmm_probe_ops *ops;
    void *self;
    uint32_t max;                 /* jobs at once */
    void (*on_change)(void *arg); /* a job has ended */
    void *arg;
};

#define TLS_SUBJECT_SIZE 192u

enum job_phase { JOB_FREE, JOB_RUNNING, JOB_CANCELLED, JOB_ABANDONED };

struct job {
    struct jobs *jobs;
    struct job *next; /* of the free list, or of the live ones */
    struct job *previous;
    uint32_t serial; /* of this life */
    enum job_phase phase;
    bool overdue; /* the backstop fired, not the core */
    uint64_t id;
    uint64_t begin_us;
    struct event timer;
    struct buf frame; /* the body of the order; `order` borrows from it */
    struct job_message order;

    struct login login;
    struct facts facts;
    struct trace trace;
    struct buf transcript; /* its answers, and how many */
    uint32_t answers;
    uint8_t note[VMM_NOTE_MAX];
    size_t note_size;
    size_t note_most; /* the longest of this life: what has to be wiped */
    uint8_t tls_key[TLS_PIN_SIZE];
    bool tls_key_seen;
    int64_t tls_until_s;                /* of the certificate; 0: none was seen */
    char tls_subject[TLS_SUBJECT_SIZE]; /* of the certificate; "": none was seen */

    bool shows_secret;   /* a request has carried the password in a readable shape */
    uint32_t flags;      /* RESULT_*, the login's own are in `login` */
    uint32_t slowest_us; /* the slowest request */
    uint32_t requests;
    uint32_t opened; /* connections opened in the whole look */
    uint64_t bytes;  /* received */

    struct http_exchange *exchanges; /* under way, the first one is on the wire */
    struct vmm_connection *connections;
    int kept_fd;            /* an HTTP connection kept for the next request, or -1 */
    uint64_t kept_place;    /* its port, whether it is inside TLS, and through which proxy */
    struct http_lane *lane; /* of the request on the wire, or of the connection that is kept */
};

/* NULL without memory. */
struct jobs *jobs_create(const struct jobs_setup *setup);

/* Drop all jobs without a word. NULL is allowed. */
void jobs_destroy(struct jobs *jobs);

/* Start what FRAME_JOB orders. 0 or VMM_E_PROTO: no such frame, or an id that is under way. */
int jobs_start(struct jobs *jobs, const struct frame *frame);

/* FRAME_CANCEL: nothing happens when there is no such job (any more). */
void jobs_cancel(struct jobs *jobs, uint64_t id);

/* Jobs that have no result yet. */
uint32_t jobs_count(const struct jobs *jobs);

/* The extension "vmm.probe/1". */
extern const struct vmm_probe_host job_probe_host;

/* The job of a plugin's handle, or NULL when its life has ended. */
struct job *job_of(struct vmm_job *handle);
struct vmm_job *job_handle(const struct job *job);

/* True while the job lives the life of `serial`: for code that calls into the plugin and goes
 * on. */
bool job_lives(const struct job *job, uint32_t serial);

const struct jobs_setup *job_setup(const struct job *job);

/* How a look ended, as the plugin or the host says. */
struct job_ending {
    uint32_t outcome;
    uint32_t rung;
    uint32_t reason;
    const char *detail; /* NULL when there is nothing to add */
};

/* Append the result to what goes to the core. What the plugin said is held to the vocabulary and to
 * what became of the job. */
void job_result_put(struct job *job, const struct job_ending *ending);

/* What became of the login of a look that ends so, RESULT_LOGIN_*: where a protocol does not show whether it was
 * accepted, the plugin's outcome does; but a look can be good without an answer to the login, which is then tried and
 * no more. */
uint32_t job_login_flags(const struct job *job, uint32_t outcome);

/* Microseconds since the job began, and until its deadline. */
uint64_t job_age_us(const struct job *job);
uint64_t job_left_us(const struct job *job);

/* Bytes that answers of this look may still have. */
uint64_t job_bytes_left(const struct job *job);

/* Count a request that took this long. */
void job_count_request(struct job *job, uint64_t took_us);

/* Whether another connection may be opened: requests and connections under way against the
 * allowance. */
bool job_may_connect(const struct job *job);

#endif
