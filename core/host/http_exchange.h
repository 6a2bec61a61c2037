/* SPDX-License-Identifier: MIT */
/*
 * An exchange: one request of a plugin, which takes one or more legs on the wire (a 401 and its
 * answer, a redirect, the one repeat). Shared by the http_*.c files only.
 */
#ifndef HOST_HTTP_EXCHANGE_H
#define HOST_HTTP_EXCHANGE_H

#include <curl/curl.h>
#include <event2/event_struct.h>
#include <stdbool.h>

#include "base/buf.h"
#include "host/http.h"
#include "host/http_header.h"
#include "host/http_outcome.h"
#include "host/http_part.h"
#include "host/job.h"
#include "host/login.h"

#define HTTP_LINES_MAX   24u         /* header lines of a plugin, ours included */
#define HTTP_HEADERS_MAX (32u << 10) /* header bytes of an answer */
#define HTTP_DISCARD_MAX                                                                           \
    (64u << 10) /* body bytes of a 401 or redirect that are read for the next leg */
#define HTTP_REDIRECT_MAX 3u

/* Decided at the end of an answer's header. */
enum http_next {
    HTTP_NEXT_DELIVER, /* this is the answer */
    HTTP_NEXT_LOGIN,   /* send it again with an authorization */
    HTTP_NEXT_FOLLOW,  /* ask for another target of the same device */
};

/* One request on the wire and its answer. */
struct http_leg {
    uint32_t status;  /* of the present header block; 0 before its status line */
    uint32_t version; /* of it, 10 or 11; 0 */
    char status_line[HTTP_STATUS_LINE_SIZE];
    bool headers_done;
    bool was_cut;
    bool was_garbled;
    bool coded;       /* a Content-Encoding has come */
    bool was_stacked; /* broken off: it is packed in a way that is not undone */
    bool tls_begun;   /* TCP stood; curl itself does not tell while the handshake is under way */
    bool key_changed;
    bool withheld; /* broken off: another key would have seen the password */
    bool part_done;
    enum http_next next;
    enum login_answer login;
    size_t discarded;
    uint64_t begin_us;
    int64_t begin_wall_us;
    int64_t received_wall_us;
};

/* What a request wants of the encrypted channel: struct vmm_http_tls, copied. */
struct http_identity {
    uint32_t min_version;
    char *server_name; /* NULL: the address */
    char *ca_file;     /* NULL: the host's */
    char *cert_file;   /* NULL: none */
    char *key_file;    /* NULL: in cert_file */
    char *place;       /* where the name is found, for curl */
    struct curl_slist to;
};

/* The way to the device: struct vmm_http_request.proxy, copied. */
struct http_proxy {
    char *url;      /* NULL: none */
    bool is_set;    /* curl's handle has one */
    char said[336]; /* one line for explain */
};

struct http_exchange {
    struct http *http;
    struct job *job;
    struct http_exchange *next; /* of the job's queue, or of the free list */

    uint32_t flags; /* of the request */
    char method[8];
    struct buf target; /* as it goes out */
    struct buf shown;  /* as explain shows it */
    struct buf lines;  /* the plugin's header lines, each ended by NUL */
    struct buf body;   /* of a POST */
    struct buf asked;  /* the body as it may be shown; kept for a job that captures */
    uint32_t max_bytes;
    uint32_t connect_ms;
    uint32_t port;
    uint64_t begin_us;
    uint64_t deadline_us;
    vmm_http_fn done;
    void *arg;

    uint32_t redirects;
    uint32_t repeats;
    bool shows_secret;      /* a password stands in the request itself */
    bool has_authorization; /* the present leg carries one */
    bool secret_went_out;   /* some leg has carried a credential to the device */
    bool on_wire;
    bool must_fail;     /* it could not be started */
    struct event timer; /* ends a leg, tells of a failure, starts a repeat */
    struct http_leg leg;
    struct http_part part;

    struct http_identity identity;
    struct http_proxy proxy;
    struct buf headers; /* of the answer */
    struct buf content;
    CURL *easy;
    struct curl_slist list[HTTP_LINES_MAX];
    char error[CURL_ERROR_SIZE];
    char authorization[VMM_AUTH_HEADER_MAX + 16];
};

/* ---- http.c: the course of an exchange ---- */

/* The present leg has ended. */
void http_leg_done(struct http_exchange *exchange, CURLcode code);

/* The header of an answer is complete: decide what comes next. True when the connection has to stay
 * open. */
bool http_headers_done(struct http_exchange *exchange);

/* ---- http_capture.c ---- */

/* Tell the present leg to a job that captures. The body of a 401 that is answered by a login was not kept. */
void http_capture_leg(struct http_exchange *exchange);

/* ---- http_request.c ---- */

/* Whether the job may make this request: 0, VMM_E_INVAL, VMM_E_TOOBIG, VMM_E_STATE,
 * VMM_E_DENIED. */
int http_request_check(const struct job *job, const struct vmm_http_request *request);

/* Copy target, header lines and body, templates filled in. 0, VMM_E_INVAL, VMM_E_TOOBIG,
 * VMM_E_NOMEM; VMM_E_AUTH or VMM_E_DENIED for a request that shows a password which may not go
 * out. */
int http_request_copy(struct http_exchange *exchange, const struct vmm_http_request *request);

/* ---- http_auth.c ---- */

/* Begin the request's exchange with the credential; true when its first leg carries an
 * authorization. */
bool http_auth_begin(struct http_exchange *exchange);

/* Write the Authorization line. 0 or VMM_E_*. */
int http_auth_write(struct http_exchange *exchange);

/* Take the status and challenges of the answer. */
enum login_answer http_auth_take(struct http_exchange *exchange);

/* Go on with a bare request: the other side must not see the password that the authorization
 * holds. */
void http_auth_withhold(struct http_exchange *exchange);

/* What a 401 that stays a 401 is for the plugin. */
struct http_verdict http_auth_verdict(const struct http_exchange *exchange);

/* ---- http_pool.c ---- */

/* An exchange without content, and back with everything wiped. NULL without memory. */
struct http_exchange *http_pool_take(struct http *http);
void http_pool_give(struct http_exchange *exchange);

/* ---- http_curl.c ---- */

/* Put the present leg on the wire. 0 or VMM_E_*. */
int http_wire_start(struct http_exchange *exchange);

/* Take it off, wherever it stands. */
void http_wire_stop(struct http_exchange *exchange);

/* How it ended. */
struct http_end http_wire_end(struct http_exchange *exchange, CURLcode code);

/* Whether the connection stands, its encryption included. */
bool http_wire_is_connected(const struct http_exchange *exchange);

/* Microseconds until the connection of the present leg stood, its encryption included; 0 when it stood before. */
uint64_t http_wire_connect_us(const struct http_exchange *exchange);

/* When the request went out, and whether it did. */
int64_t http_wire_sent_wall_us(const struct http_exchange *exchange);
bool http_wire_was_sent(const struct http_exchange *exchange);

/* A new easy handle with everything that never changes; NULL without memory. */
CURL *http_wire_handle(struct http_exchange *exchange);

#endif
