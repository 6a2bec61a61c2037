/* SPDX-License-Identifier: MIT */
/* What the files of the mock share. Tests include mock_host.h alone. */
#ifndef VMM_MOCK_H
#define VMM_MOCK_H

#include "mock/mock_host.h"

/* ---- Growing things: never NULL, want of memory ends the program ---- */

struct mock_text {
    char *data; /* ended by NUL once anything was added */
    size_t size;
};

void *mock_alloc(size_t size);
void *mock_copy(const void *bytes, size_t size); /* with a NUL behind */
char *mock_string(const char *string);           /* NULL gives "" */
void mock_text_add(struct mock_text *text, const void *bytes, size_t size);
__attribute__((format(printf, 2, 3))) void mock_text_print(struct mock_text *text,
                                                           const char *format, ...);

/* ---- Events: what is going to happen, in the order of time ---- */

struct mock_event {
    struct mock_event *next;
    uint64_t due_us;
    bool queued;
    void (*fire)(struct vmm_mock *mock, struct mock_event *event);
};

void mock_event_add(struct vmm_mock *mock, struct mock_event *event, uint64_t delay_us);
void mock_event_remove(struct vmm_mock *mock, struct mock_event *event);

/* ---- Records, kept in lists until the mock is destroyed ---- */

struct vmm_timer {
    struct mock_event event; /* first: an event is its timer */
    struct vmm_timer *next;
    vmm_timer_fn fn;
    void *arg;
};

struct vmm_watch {
    struct vmm_watch *next;
    int fd;
    uint32_t events;
    bool active;
    vmm_watch_fn fn;
    void *arg;
};

struct mock_work {
    struct mock_event event;
    struct mock_work *next;
    vmm_work_fn run;
    vmm_work_fn done;
    void *arg;
};

struct mock_metric {
    struct mock_metric *next;
    char *name;
    double value;
};

struct mock_script { /* an answer that waits for its request */
    struct mock_script *next;
    struct vmm_mock_answer answer; /* all copies */
    bool prefix;
    bool used;
};

struct mock_exchange { /* a request the plugin has made, and what it gets */
    struct mock_event event;
    struct mock_exchange *next;
    struct vmm_job *job; /* NULL: of a sink */
    struct vmm_mock_request request;
    const struct mock_script *script; /* NULL: the device's own answer, or none */
    struct vmm_mock_answer given;
    vmm_http_fn done;
    void *arg;
    int64_t sent_wall_us;
    uint64_t sent_us;
    struct vmm_mock_answer kept; /* of the device that is played: the memory of `given` */
    bool open;
};

struct vmm_job {
    struct vmm_job *next;
    struct vmm_mock *mock;
    struct mock_event deadline;
    struct vmm_look look;
    uint32_t port;
    uint32_t kept_port;
    uint32_t allowed; /* connections at once */
    bool kept;        /* the last request's connection, for the next one */
    bool kept_tls;
    bool no_login;
    bool no_credential;
    struct vmm_mock_result result;
    struct vmm_observation *observations;
    struct vmm_transcript transcript;
    const struct vmm_answer *answers[VMM_TRANSCRIPT_ANSWERS_MAX];
    bool taken_back;
    bool login_tried; /* a credential went out */
};

struct vmm_connection {
    struct mock_event event;
    struct vmm_connection *next;
    struct vmm_job *job;
    struct vmm_mock_connection script;
    struct vmm_mock_exchange given; /* by the device that is played */
    bool is_played;
    bool is_mute; /* the device says nothing more */
    uint32_t place;
    const struct vmm_net_events *events;
    void *arg;
    struct mock_text sent;
    struct mock_text held; /* queued before the connection stood, or while it is being encrypted */
    size_t waiting; /* bytes of `sent` that are not written yet: that is done from the loop */
    size_t seen;    /* bytes of `sent` an exchange has taken */
    size_t at;      /* the exchange that is due */
    size_t replied; /* bytes of its reply handed over */
    uint32_t idle_ms;
    uint32_t ending; /* VMM_OUTCOME_* of the end that is queued */
    bool stands;     /* in clear or encrypted: what is sent goes out */
    bool secured;    /* start_tls() was called */
    uint32_t phase;
    bool open;
};

struct mock_auth {
    struct mock_auth *next;
    int result;
    char *value;
};

struct vmm_delivery {
    struct vmm_delivery *next;
    struct vmm_mock *mock;
    const char *target; /* a copy */
    bool is_notification;
    uint32_t number;
    uint32_t count;
    uint32_t open;
    uint32_t held_from; /* the message that was held back, and all after it; count: none */
    const struct vmm_message *messages[VMM_SINK_BATCH_MAX]; /* the test's own */
    struct vmm_mock_settled settled[VMM_SINK_BATCH_MAX];
};

struct vmm_mock {
    const struct vmm_descriptor *descriptor;
    struct vmm_host host;
    void *self;
    bool is_open;
    char *config;
    struct mock_text complaints;
    struct mock_text logs;
    uint64_t now_us;
    int64_t wall_offset_us; /* wall clock minus now_us */
    struct mock_event *queue;
    struct vmm_timer *timers;
    struct vmm_watch *watches;
    struct mock_work *works;
    struct mock_metric *metrics;
    struct mock_script *expected;
    struct mock_script *served;
    struct vmm_mock_device device;   /* all NULL: none is played */
    struct mock_exchange *exchanges; /* newest first */
    size_t request_count;
    struct vmm_job *jobs;
    struct vmm_connection *connections; /* newest first */
    size_t connection_count;
    struct vmm_mock_connection *scripts;
    size_t script_count;
    struct mock_auth *auths;
    uint32_t secured;
    uint32_t challenges;
    uint32_t accepted;
    uint32_t refused;
    struct vmm_delivery *deliveries;               /* newest first */
    char places[VMM_PLACES_MAX][2][VMM_PLACE_MAX]; /* of the last resume(): tables and places */
    uint32_t place_count;
    uint32_t resumes;
    const char *withheld[8];
    uint32_t calls;
    uint32_t fail_at; /* 0: none */
    int fail_error;
    uint32_t steps;
    uint32_t cancel_at; /* step at which all looks are taken back; UINT32_MAX: none */
};

__attribute__((format(printf, 2, 3))) void mock_complain(struct vmm_mock *mock, const char *format,
                                                         ...);

/* The mock behind a table's context. */
struct vmm_mock *mock_of(struct vmm_context *context);

/* The call that can fail is being made: 0, or the error it is to answer. */
int mock_call(struct vmm_mock *mock);

bool mock_is_withheld(const struct vmm_mock *mock, const char *id);

/* How the words of VMM_HTTP_TEMPLATE begin that put in the password, in any shape. */
#define MOCK_PASSWORD "{pass"

/* The transcript of a look, empty; and what it holds is released. */
void mock_transcript_init(struct vmm_job *job);
void mock_transcript_release(struct vmm_job *job);

/* The descriptor as the host would check it. */
void mock_check_descriptor(struct vmm_mock *mock, const struct vmm_descriptor *descriptor);

/* Settings with defaults filled in, as JSON text; `what` is for complaints. */
char *mock_settings(struct vmm_mock *mock, const struct vmm_config_item *const *items,
                    const char *json, const char *what);

/* The tables, one file each. */
extern const struct vmm_host mock_host_table; /* without its context */
extern const struct vmm_probe_host mock_probe_host;
extern const struct vmm_transcript_host mock_transcript_host;
extern const struct vmm_http_host mock_http_host;
extern const struct vmm_http_host mock_send_host; /* the same extension, for sinks */
extern const struct vmm_net_host mock_net_host;
extern const struct vmm_auth_host mock_auth_host;
extern const struct vmm_sink_host mock_sink_host;
extern const struct vmm_record_host mock_record_host;

/* End what is open of a job; `told` says whether its callbacks still come, as cancelled. */
void mock_http_stop(struct vmm_job *job, bool told);
void mock_net_stop(struct vmm_job *job, bool told);
bool mock_http_is_open(const struct vmm_job *job);
uint32_t mock_net_count(const struct vmm_job *job); /* connections that are open */
bool mock_send_is_open(const struct vmm_mock *mock);

/* An answer with what it leaves open filled in; its texts stay whose they are. */
struct vmm_mock_answer mock_answer_whole(const struct vmm_mock_answer *answer);

/* What the device that is played answers to x->request goes to x->given, in memory of its own. 0, or what request() is
 * to answer. */
int mock_device_answer(struct vmm_mock *mock, struct mock_exchange *x);
void mock_device_forget(struct mock_exchange *x);

/* The same of a connection: what becomes of it, and its next exchange into c->script. */
void mock_device_open(struct vmm_connection *c, uint32_t port);
void mock_device_reply(struct vmm_connection *c);
void mock_device_closed(struct vmm_connection *c);

/* A request is under way from now on; what is asked stands in x->request, all copies. 0, or what a device that is
 * played has the call answer: then nothing is under way, and `x` is the mock's all the same. */
int mock_http_start(struct vmm_mock *mock, struct mock_exchange *x, vmm_http_fn done, void *arg);
bool mock_headers_are_lines(const char *headers);

void mock_jobs_release(struct vmm_mock *mock);
void mock_http_release(struct vmm_mock *mock);
void mock_net_release(struct vmm_mock *mock);
void mock_auth_release(struct vmm_mock *mock);
void mock_sink_release(struct vmm_mock *mock);

#endif
