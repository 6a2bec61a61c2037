/* SPDX-License-Identifier: MIT */
/*
 * What the frames carry, as structs. Texts and bytes of a decoded message are borrowed from its frame.
 * Each message has a put (append a frame; 0, VMM_E_TOOBIG or VMM_E_NOMEM) and a get (0 or VMM_E_PROTO).
 */
#ifndef IPC_MESSAGE_H
#define IPC_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/frame.h"

#define TLS_NONE   0u
#define TLS_VERIFY 1u
#define TLS_PIN    2u /* trust on first use: `tls_pin` when known, and the result tells the key seen */
#define TLS_OFF    3u /* encrypted, nothing verified */
#define TLS_LEGACY 4u /* as OFF, and TLS 1.0 and weak keys too */

#define AUTH_NONE   0u /* never send a credential */
#define AUTH_DIGEST 1u /* Digest; Basic only inside TLS */
#define AUTH_BASIC  2u /* Digest, else Basic also in clear: the operator's word */

#define TLS_PIN_SIZE      32u  /* SHA-256 of the public key (SubjectPublicKeyInfo) */
#define NOTE_HOST_MAX     352u /* the host's part of the device note; the plugin's is VMM_NOTE_MAX */
#define MESSAGE_FACTS_MAX 1024u
#define MESSAGE_STEPS_MAX 32u

struct load_message {
    int32_t plugin_fd;  /* an inherited descriptor of the .so, opened and checked by the core */
    const char *name;   /* of the file without .so, for messages */
    uint32_t log_level; /* LOG_* */
    uint8_t describe_only;
};

struct configure_message {
    const char *config;  /* JSON object, validated, defaults and secrets in place */
    const char *ca_file; /* "" for the system's */
    const char *node_id;
    uint32_t max_jobs;
};

struct job_message {
    uint8_t scope; /* VMM_SCOPE_* */
    uint8_t may_login;
    uint8_t max_connections;
    uint8_t tls;      /* TLS_* */
    uint8_t auth;     /* AUTH_* */
    uint8_t captures; /* each exchange is told by FRAME_CAPTURE too */
    uint16_t port;
    uint32_t deadline_ms;
    uint32_t connect_ms;
    uint32_t max_bytes; /* of all answers of the look together; 0: 8 MiB */
    const char *device_id;
    const char *host;   /* name or address, as configured */
    const char *source; /* local address to connect from, or "" */
    const char *user;
    struct frame_bytes password;
    const char *options; /* JSON object */
    uint64_t options_hash;
    struct frame_bytes tls_pin;     /* TLS_PIN_SIZE bytes or none */
    struct frame_bytes host_note;   /* at most NOTE_HOST_MAX */
    struct frame_bytes plugin_note; /* at most VMM_NOTE_MAX */
};

#define CAPTURE_HTTP 1u /* a request and its answer */
#define CAPTURE_SENT 2u /* bytes on a connection of the plugin's own, as they went out… */
#define CAPTURE_CAME 3u /* …and as they came */

/* What went between plugin and device. No credential that the host filled in is in an HTTP request. */
struct capture_message {
    uint8_t kind;
    uint8_t authorized;         /* HTTP: it carried an Authorization */
    uint16_t status;            /* HTTP */
    const char *method;         /* HTTP */
    const char *target;         /* HTTP */
    const char *asked;          /* HTTP: the plugin's body; what is secret in it is *** */
    struct frame_bytes headers; /* HTTP: of the answer, without its status line */
    struct frame_bytes body;    /* HTTP: of the answer; else the bytes */
};

/* One request or connection of a look, as explain shows it. */
struct result_step {
    const char *asked; /* "GET /cgi-bin/…", "RTSP DESCRIBE …"; secrets masked by the host */
    const char *came;  /* "200, 512 bytes", "401 Digest", "connection refused" */
    uint32_t start_ms; /* since the job began */
    uint32_t took_us;
};

struct result_fact {
    uint8_t subject;
    uint8_t standing;
    uint8_t type;
    uint16_t index;
    uint16_t fact;
    uint16_t reason;
    uint64_t value; /* INT and BOOL as int64_t, FLOAT as the bits of a double */
    const char *text;
};

#define RESULT_ANSWERED       1u  /* the device itself answered something */
#define RESULT_LOGIN_TRIED    2u  /* a credential went out */
#define RESULT_LOGIN_ACCEPTED 4u  /* and was accepted */
#define RESULT_LOGIN_REFUSED  8u  /* and was refused */
#define RESULT_LOGIN_BARRED   16u /* a login was asked for and not allowed */
#define RESULT_KEY_CHANGED    32u /* TLS: another key than the pinned one */

struct result_message {
    uint8_t outcome; /* VMM_OUTCOME_* */
    uint8_t rung;
    uint16_t reason;
    uint32_t flags;      /* RESULT_* */
    uint32_t slowest_us; /* the slowest single request, its connection included */
    uint32_t total_us;
    uint16_t requests;
    uint16_t connections;
    uint32_t bytes;
    const char *detail;
    struct frame_bytes tls_key; /* TLS_PIN_SIZE bytes of the key seen, or none */
    struct frame_bytes host_note;
    struct frame_bytes plugin_note;
    uint32_t fact_count;
    uint32_t step_count;
    struct result_fact *facts; /* the caller's array of MESSAGE_FACTS_MAX when decoding */
    struct result_step *steps; /* the caller's array of MESSAGE_STEPS_MAX when decoding */
};

struct batch_item {
    const char *id;
    const char *dedup_key;
    const char *site_id;
    uint8_t severity;
    uint8_t kind;       /* VMM_MESSAGE_* */
    uint32_t attempt;   /* of a notification, else 0 */
    const char *target; /* of a notification, or a row's table; else "" */
    const char *place;  /* of a row, else "" */
    const char *json;
};

#define BATCH_ITEMS_MAX 512u

struct batch_message {
    uint32_t count;
    struct batch_item *items; /* the caller's array of BATCH_ITEMS_MAX when decoding */
};

struct settled_message {
    uint32_t index;
    uint32_t verdict; /* VMM_SINK_* */
    uint32_t retry_after_ms;
    const char *why;
};

struct resume_place {
    const char *table;
    const char *place;
};

#define RESUME_PLACES_MAX 16u

struct resume_message {
    uint32_t count;
    struct resume_place *places; /* the caller's array of RESUME_PLACES_MAX when decoding */
};

struct log_message {
    uint32_t level;
    const char *text;
};

struct metric_message {
    uint8_t is_counter;
    double value;
    const char *name;
};

struct text_message {
    const char *text;
};

int message_put_load(struct buf *out, const struct load_message *message);
int message_get_load(const struct frame *frame, struct load_message *message);
int message_put_configure(struct buf *out, const struct configure_message *message);
int message_get_configure(const struct frame *frame, struct configure_message *message);
int message_put_job(struct buf *out, uint64_t id, const struct job_message *message);
int message_get_job(const struct frame *frame, struct job_message *message);
int message_put_capture(struct buf *out, uint64_t id, const struct capture_message *message);
int message_get_capture(const struct frame *frame, struct capture_message *message);
int message_put_result(struct buf *out, uint64_t id, const struct result_message *message);
int message_get_result(const struct frame *frame, struct result_message *message);

/* How many of the items, from the first on, fit one frame. */
uint32_t message_batch_fit(const struct batch_item *items, uint32_t count);
int message_put_batch(struct buf *out, uint64_t id, const struct batch_message *message);
int message_get_batch(const struct frame *frame, struct batch_message *message);
int message_put_settled(struct buf *out, uint64_t id, const struct settled_message *message);
int message_get_settled(const struct frame *frame, struct settled_message *message);
int message_put_resume(struct buf *out, const struct resume_message *message);
int message_get_resume(const struct frame *frame, struct resume_message *message);
int message_put_log(struct buf *out, uint32_t type, const struct log_message *message);
int message_get_log(const struct frame *frame, struct log_message *message);
int message_put_metric(struct buf *out, const struct metric_message *message);
int message_get_metric(const struct frame *frame, struct metric_message *message);
int message_put_text(struct buf *out, uint32_t type, uint64_t id, const char *text);
int message_get_text(const struct frame *frame, struct text_message *message);

/* A frame without a body: CANCEL, DRAIN, PING, RESUMED, READY, DRAINED, PONG. */
int message_put_empty(struct buf *out, uint32_t type, uint64_t id);

#endif
