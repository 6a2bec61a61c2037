/* SPDX-License-Identifier: MIT */
#include "host/job.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "host/breach.h"
#include "host/handle.h"
#include "host/http.h"
#include "host/net.h"
#include "host/period.h"

#define BUCKETS           4096u /* ids follow each other: a bucket each for as many looks under way */
#define BACKSTOP_US       (100 * CLOCK_MS) /* after the deadline, so that the core is first */
#define GRACE_US          (1 * CLOCK_S)    /* from cancel() to the end by the host */
#define ABANDONED_MAX     64u
#define DEFAULT_MAX_BYTES (8u << 20)
#define KEEP_FRAME        8192u
#define COMPANY_US        (2 * CLOCK_MS) /* how long a result waits for others when they come densely */

struct jobs {
    struct jobs_setup setup;
    pthread_t loop;
    struct job *free;          /* the one used last is in the cache, so it is used first */
    struct job *live[BUCKETS]; /* by id */
    struct event flush;        /* sends the results that wait for company */
    uint64_t last_result_us;
    uint32_t count;
    uint32_t abandoned; /* ended by the host; the plugin still has to call finish() */
};

static void on_timer(evutil_socket_t fd, short what, void *arg);

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct jobs *jobs = arg;
    if (channel_flush_soon(jobs->setup.channel) != 0) {
        log_error("job", "results could not be sent");
    }
}

struct jobs *jobs_create(const struct jobs_setup *setup)
{
    struct jobs *jobs = calloc(1, sizeof(*jobs));
    if (jobs == NULL) {
        return NULL;
    }
    jobs->setup = *setup;
    jobs->loop = pthread_self();
    if (evtimer_assign(&jobs->flush, setup->base, on_flush, jobs) != 0) {
        free(jobs);
        return NULL;
    }
    return jobs;
}

/* Waking the core costs more than a result: where results come densely, they go together. */
static void flush_results(struct jobs *jobs)
{
    static const struct timeval company = {.tv_usec = COMPANY_US};
    uint64_t now = clock_mono_us();
    bool is_dense = now - jobs->last_result_us < COMPANY_US;
    jobs->last_result_us = now;
    if (!is_dense) {
        on_flush(-1, 0, jobs);
    } else if (evtimer_pending(&jobs->flush, NULL) == 0) {
        evtimer_add(&jobs->flush, &company);
    }
}

static struct job *create_job(struct jobs *jobs)
{
    size_t size = (sizeof(struct job) + HANDLE_ALIGN - 1) / HANDLE_ALIGN * HANDLE_ALIGN;
    struct job *job = aligned_alloc(HANDLE_ALIGN, size);
    if (job == NULL) {
        return NULL;
    }
    memset(job, 0, size);
    job->jobs = jobs;
    job->kept_fd = -1;
    buf_init(&job->frame);
    facts_init(&job->facts);
    buf_init(&job->transcript);
    if (evtimer_assign(&job->timer, jobs->setup.base, on_timer, job) != 0) {
        free(job);
        return NULL;
    }
    return job;
}

static void destroy_job(struct job *job)
{
    event_del(&job->timer);
    login_finish(&job->login);
    facts_finish(&job->facts);
    buf_finish(&job->transcript);
    buf_wipe(&job->frame);
    free(job);
}

static struct job *take_job(struct jobs *jobs)
{
    struct job *job = jobs->free;
    if (job == NULL) {
        return create_job(jobs);
    }
    jobs->free = job->next;
    job->next = NULL;
    return job;
}

static void give_back(struct job *job)
{
    job->phase = JOB_FREE;
    job->next = job->jobs->free;
    job->jobs->free = job;
}

static struct job **bucket_of(struct jobs *jobs, uint64_t id)
{
    return &jobs->live[id % BUCKETS];
}

static struct job *find_job(struct jobs *jobs, uint64_t id)
{
    struct job *job = *bucket_of(jobs, id);
    while (job != NULL && job->id != id) {
        job = job->next;
    }
    return job;
}

static void link_job(struct job *job)
{
    struct job **bucket = bucket_of(job->jobs, job->id);
    job->previous = NULL;
    job->next = *bucket;
    if (job->next != NULL) {
        job->next->previous = job;
    }
    *bucket = job;
    job->jobs->count++;
}

static void unlink_job(struct job *job)
{
    struct job **bucket = bucket_of(job->jobs, job->id);
    if (job->previous != NULL) {
        job->previous->next = job->next;
    } else {
        *bucket = job->next;
    }
    if (job->next != NULL) {
        job->next->previous = job->previous;
    }
    job->previous = NULL;
    job->next = NULL;
    job->jobs->count--;
}

/* Nothing of the device's record may outlast the look. */
static void wipe(struct job *job)
{
    login_finish(&job->login);
    explicit_bzero(job->note, job->note_most);
    explicit_bzero(&job->order, sizeof(job->order));
    if (job->frame.capacity > KEEP_FRAME) {
        buf_wipe(&job->frame);
    } else if (job->frame.size > 0) {
        explicit_bzero(job->frame.data, job->frame.size);
        buf_clear(&job->frame);
    }
    facts_clear(&job->facts);
    trace_clear(&job->trace);
}

static void start_timer(struct job *job, uint64_t delay_us)
{
    struct timeval delay = clock_span(delay_us);
    evtimer_add(&job->timer, &delay);
}

/* ---- Ending a job ---- */

/* Send the result and stop everything the job has under way. The plugin's handle stays good. */
static void settle(struct job *job, const struct job_ending *ending)
{
    http_drop(job);
    net_drop(job);
    event_del(&job->timer);
    job_result_put(job, ending);
    flush_results(job->jobs);
    unlink_job(job);
    wipe(job);
}

/* The end of the life: the handle is worthless from here on. */
static void bury(struct job *job)
{
    const struct jobs_setup *setup = &job->jobs->setup;
    job->serial++;
    give_back(job);
    setup->on_change(setup->arg);
}

/* The plugin did not answer cancel(). Its handle has to stay good until it does. */
static void abandon(struct job *job)
{
    struct jobs *jobs = job->jobs;
    log_warn("job", "the plugin did not finish a look that was cancelled");
    settle(job, &(struct job_ending){.outcome = VMM_OUTCOME_INTERNAL,
                                     .detail = "the plugin did not finish the look"});
    job->phase = JOB_ABANDONED;
    jobs->abandoned++;
    if (jobs->abandoned > ABANDONED_MAX) {
        breach("too many looks were never finished");
    }
    jobs->setup.on_change(jobs->setup.arg);
}

static void cancel(struct job *job)
{
    const struct jobs_setup *setup = &job->jobs->setup;
    uint32_t serial = job->serial;
    if (job->phase != JOB_RUNNING) {
        return;
    }
    job->phase = JOB_CANCELLED;
    start_timer(job, GRACE_US);
    setup->ops->cancel(setup->self, job_handle(job));
    if (job_lives(job, serial)) {
        http_cancel(job);
    }
    if (job_lives(job, serial)) {
        net_cancel(job);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct job *job = arg;
    if (job->phase == JOB_RUNNING) {
        job->overdue = true;
        cancel(job);
    } else if (job->phase == JOB_CANCELLED) {
        abandon(job);
    }
}

/* ---- What the plugin calls ---- */

static int observe(struct vmm_job *handle, const struct vmm_observation *observation)
{
    struct job *job = job_of(handle);
    if (job == NULL || job->phase == JOB_ABANDONED) {
        return VMM_E_STATE;
    }
    return facts_add(&job->facts, observation);
}

static int note(struct vmm_job *handle, const void *bytes, size_t size)
{
    struct job *job = job_of(handle);
    if (job == NULL || job->phase == JOB_ABANDONED) {
        return VMM_E_STATE;
    }
    if (size > sizeof(job->note)) {
        return VMM_E_TOOBIG;
    }
    if (size > 0) {
        memcpy(job->note, bytes, size);
    }
    job->note_size = size;
    job->note_most = size > job->note_most ? size : job->note_most;
    return 0;
}

static void finish(struct vmm_job *handle, uint32_t outcome, uint32_t rung, uint32_t reason,
                   const char *detail)
{
    struct job *job = job_of(handle);
    if (job == NULL) {
        breach("finish() for a look that has ended");
    }
    if (job->phase == JOB_ABANDONED) {
        job->jobs->abandoned--;
    } else {
        settle(job, &(struct job_ending){outcome, rung, reason, detail});
    }
    bury(job);
}

const struct vmm_probe_host job_probe_host = {.struct_size = sizeof(struct vmm_probe_host),
                                              .observe = observe,
                                              .note = note,
                                              .finish = finish};

/* ---- Starting a job ---- */

/* A job of which the plugin has never heard, or which it has refused, ends here. */
static void reject(struct job *job, uint32_t outcome, const char *detail)
{
    settle(job, &(struct job_ending){.outcome = outcome, .detail = detail});
    bury(job);
}

/* Copy the order: its texts live in the job's own copy of the frame. */
static int read_order(struct job *job, const struct frame *frame)
{
    buf_add(&job->frame, frame->body, frame->body_size);
    if (buf_failed(&job->frame)) {
        buf_clear(&job->frame);
        return VMM_E_NOMEM;
    }
    struct frame copy = *frame;
    copy.body = job->frame.data;
    return message_get_job(&copy, &job->order);
}

static void begin(struct job *job, uint64_t id)
{
    job->id = id;
    job->phase = JOB_RUNNING;
    job->overdue = false;
    job->begin_us = clock_mono_us();
    job->note_size = job->order.plugin_note.size;
    job->note_most = job->note_size;
    if (job->note_size > 0) {
        memcpy(job->note, job->order.plugin_note.data, job->note_size);
    }
    job->tls_key_seen = false;
    job->tls_until_s = 0;
    job->tls_subject[0] = '\0';
    job->shows_secret = false;
    job->flags = 0;
    job->slowest_us = 0;
    job->requests = 0;
    job->opened = 0;
    job->bytes = 0;
    link_job(job);
}

static void call_probe(struct job *job)
{
    const struct jobs_setup *setup = &job->jobs->setup;
    const struct job_message *order = &job->order;
    uint32_t serial = job->serial;
    struct vmm_look look = {.struct_size = sizeof(look),
                            .scope = order->scope,
                            .deadline_ms = order->deadline_ms,
                            .may_login = order->may_login,
                            .device_id = order->device_id,
                            .options = order->options,
                            .options_hash = order->options_hash,
                            .note = order->plugin_note.size > 0 ? order->plugin_note.data : NULL,
                            .note_size = order->plugin_note.size};
    int rc = setup->ops->probe(setup->self, job_handle(job), &look);
    if (rc == 0 || !job_lives(job, serial)) {
        return;
    }
    char detail[64];
    snprintf(detail, sizeof(detail), "the plugin refused the look: error %d", rc);
    reject(job, rc == VMM_E_NOTSUP ? VMM_OUTCOME_UNSUPPORTED : VMM_OUTCOME_INTERNAL, detail);
}

int jobs_start(struct jobs *jobs, const struct frame *frame)
{
    if (find_job(jobs, frame->id) != NULL) {
        return VMM_E_PROTO;
    }
    struct job *job = take_job(jobs);
    if (job == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = read_order(job, frame);
    if (rc != 0) {
        wipe(job);
        give_back(job);
        return rc;
    }
    begin(job, frame->id);
    if (login_init(&job->login, &job->order) != 0) {
        reject(job, VMM_OUTCOME_INTERNAL, "the password is longer than 255 bytes");
    } else if (jobs->count > jobs->setup.max) {
        reject(job, VMM_OUTCOME_INTERNAL, "more looks at once than this host was configured for");
    } else {
        period_start(jobs->setup.base, &job->timer,
                     job->order.deadline_ms * CLOCK_MS + BACKSTOP_US);
        call_probe(job);
    }
    return 0;
}

void jobs_cancel(struct jobs *jobs, uint64_t id)
{
    struct job *job = find_job(jobs, id);
    if (job != NULL) {
        cancel(job);
    }
}

uint32_t jobs_count(const struct jobs *jobs)
{
    return jobs->count;
}

void jobs_destroy(struct jobs *jobs)
{
    if (jobs == NULL) {
        return;
    }
    for (size_t i = 0; i < BUCKETS; i++) {
        while (jobs->live[i] != NULL) {
            struct job *job = jobs->live[i];
            http_drop(job);
            net_drop(job);
            unlink_job(job);
            destroy_job(job);
        }
    }
    while (jobs->free != NULL) {
        destroy_job(take_job(jobs));
    }
    event_del(&jobs->flush);
    free(jobs);
}

/* ---- For the other parts of the host ---- */

struct job *job_of(struct vmm_job *handle)
{
    struct job *job = handle_object(handle);
    if (job == NULL) {
        breach("a call without a look");
    }
    if (!pthread_equal(job->jobs->loop, pthread_self())) {
        breach("a call for a look from a thread that is not the loop's");
    }
    bool lives = job->phase != JOB_FREE && job->serial % HANDLE_ALIGN == handle_serial(handle);
    return lives ? job : NULL;
}

struct vmm_job *job_handle(const struct job *job)
{
    return handle_make(job, job->serial);
}

bool job_lives(const struct job *job, uint32_t serial)
{
    return job->serial == serial && job->phase != JOB_FREE && job->phase != JOB_ABANDONED;
}

const struct jobs_setup *job_setup(const struct job *job)
{
    return &job->jobs->setup;
}

uint64_t job_age_us(const struct job *job)
{
    return clock_mono_us() - job->begin_us;
}

uint64_t job_left_us(const struct job *job)
{
    uint64_t age = job_age_us(job);
    uint64_t whole = job->order.deadline_ms * CLOCK_MS;
    return whole > age ? whole - age : 0;
}

uint64_t job_bytes_left(const struct job *job)
{
    uint64_t max = job->order.max_bytes > 0 ? job->order.max_bytes : DEFAULT_MAX_BYTES;
    return max > job->bytes ? max - job->bytes : 0;
}

void job_count_request(struct job *job, uint64_t took_us)
{
    job->requests++;
    if (took_us > job->slowest_us) {
        job->slowest_us = took_us < UINT32_MAX ? (uint32_t)took_us : UINT32_MAX;
    }
}

bool job_may_connect(const struct job *job)
{
    uint32_t allowed = job->order.max_connections > 0 ? job->order.max_connections : 1;
    return http_count(job) + net_count(job) < allowed;
}
