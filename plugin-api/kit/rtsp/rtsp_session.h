/* SPDX-License-Identifier: MIT */
/*
 * An RTSP client as a pure state machine: what came in, what to do next. OPTIONS, then DESCRIBE, on
 * one connection where the camera allows it. The caller owns the connection, the clock and the
 * credential:
 *
 *   init ─▶ connect ─▶ connected() ─┐
 *                                   ▼
 *        ┌──────────────── action ◀─┴─ bytes(), eof(), timeout(), authorized() …
 *        │ AUTHORIZE   get a value for session->method, ->uri and ->challenges, then authorized()
 *        │ SEND        send session->out, then wait
 *        │ WAIT        wait for bytes, the end of the connection, or the deadline
 *        │ RECONNECT   close the connection, open another, then connected() or failed()
 *        └ FINISHED    close the connection; session->result tells the rest
 *
 * An AUTHORIZE is answered before anything else is put in: the challenges are borrowed from the
 * parser. Not for use by two threads at once.
 */
#ifndef VMM_KIT_RTSP_SESSION_H
#define VMM_KIT_RTSP_SESSION_H

#include <kit/rtsp/rtsp_parser.h>
#include <kit/rtsp/rtsp_quirk.h>
#include <kit/rtsp/sdp.h>

#define VMM_RTSP_URI_MAX        1280u
#define VMM_RTSP_OUT_MAX        6144u /* a request with the longest Authorization */
#define VMM_RTSP_CHALLENGES_MAX 16u
#define VMM_RTSP_HOST_MAX       64u

enum vmm_rtsp_action {
    VMM_RTSP_WAIT = 0,
    VMM_RTSP_SEND,
    VMM_RTSP_AUTHORIZE,
    VMM_RTSP_RECONNECT,
    VMM_RTSP_FINISHED,
};

/* How far a session goes, and how far it came: the last stage that was answered, with whatever
 * status. */
enum vmm_rtsp_stage {
    VMM_RTSP_STAGE_NONE = 0,
    VMM_RTSP_STAGE_CONNECTED,
    VMM_RTSP_STAGE_OPTIONS,
    VMM_RTSP_STAGE_DESCRIBE,
};

/* What became of it. */
enum vmm_rtsp_kind {
    VMM_RTSP_OK = 0,        /* the last stage asked for was answered */
    VMM_RTSP_AUTH,          /* 401, and the caller has no (further) answer to it */
    VMM_RTSP_FORBIDDEN,     /* 403: the account may not see this stream */
    VMM_RTSP_WRONG_PATH,    /* 404, 410 */
    VMM_RTSP_BUSY,          /* 453, 503: too many sessions */
    VMM_RTSP_NOT_SUPPORTED, /* 405, 501, 505 to DESCRIBE */
    VMM_RTSP_REDIRECTED,    /* to another device, or for the second time */
    VMM_RTSP_ERROR_STATUS,  /* any other error of the device */
    VMM_RTSP_BAD_ANSWER,    /* not RTSP, not a session description, or over a limit */
    VMM_RTSP_CLOSED,        /* the connection ended before an answer */
    VMM_RTSP_REFUSED,       /* no connection */
    VMM_RTSP_TIMEOUT,       /* the deadline has passed */
    VMM_RTSP_INTERNAL,      /* no memory, or a request that cannot be written */
};

struct vmm_rtsp_options {
    const char *authority;  /* host[:port] as configured; an IPv6 address in brackets; no user */
    const char *path;       /* path and query, begins with '/' */
    const char *user_agent; /* borrowed until finish */
    uint8_t tls;            /* 1: the connection is encrypted, the scheme is rtsps */
    uint8_t last_stage;     /* VMM_RTSP_STAGE_OPTIONS or VMM_RTSP_STAGE_DESCRIBE */
};

struct vmm_rtsp_result {
    uint8_t kind;  /* enum vmm_rtsp_kind */
    uint8_t stage; /* enum vmm_rtsp_stage */
    uint8_t has_video;
    int status;          /* of the last answer; 0 when none came */
    int auth_error;      /* kind AUTH: what authorized() was given, 0 when the device kept asking */
    uint32_t quirks;     /* VMM_RTSP_QUIRK_* met */
    uint32_t requests;   /* sent */
    uint32_t reconnects; /* asked for */
    struct vmm_sdp sdp; /* borrowed from the session; empty unless DESCRIBE was answered with one */
    char codec[VMM_SDP_CODEC_MAX];      /* of the first video; empty when unknown */
    char control[VMM_RTSP_URI_MAX];     /* its path and query for SETUP; empty when there is none */
    char other_host[VMM_RTSP_HOST_MAX]; /* the first host named that is not ours; empty when none */
};

/* For the caller: out, out_len, method, uri, challenges, result. The rest is the session's own. */
struct vmm_rtsp_session {
    char out[VMM_RTSP_OUT_MAX]; /* may hold a credential: wiped when sent over, and by finish */
    size_t out_len;
    const char *method;
    char uri[VMM_RTSP_URI_MAX];
    const char *const
        *challenges; /* WWW-Authenticate values ended by NULL; NULL before the first answer */
    struct vmm_rtsp_result result;

    struct vmm_rtsp_parser parser;
    const char *values[VMM_RTSP_CHALLENGES_MAX + 1];
    const char *authority; /* within options, borrowed */
    const char *user_agent;
    size_t path_at; /* where the path begins in uri */
    uint32_t cseq;
    uint8_t last_stage;
    uint8_t state;
    uint8_t stage;   /* being asked */
    uint8_t denials; /* 401s to the request being asked */
    uint8_t redirects;
    uint8_t retries; /* requests repeated because the connection dropped */
    uint8_t served;  /* 1: this connection has answered a request */
    uint8_t renew;   /* 1: the next request needs a new connection */
};

/*
 * Prepare a session for a caller that is about to connect. The strings of `options` stay valid
 * until finish. 0, VMM_E_INVAL for an authority or path that cannot be asked for, VMM_E_TOOBIG.
 */
int vmm_rtsp_session_init(struct vmm_rtsp_session *session, const struct vmm_rtsp_options *options);

/* Release what the session holds, wipe what it sent. */
void vmm_rtsp_session_finish(struct vmm_rtsp_session *session);

/* The connection stands. */
enum vmm_rtsp_action vmm_rtsp_session_connected(struct vmm_rtsp_session *session);

/* No connection could be made: `kind` is VMM_RTSP_REFUSED or VMM_RTSP_TIMEOUT. */
enum vmm_rtsp_action vmm_rtsp_session_failed(struct vmm_rtsp_session *session,
                                             enum vmm_rtsp_kind kind);

/*
 * The answer to AUTHORIZE: 0 with the value of an Authorization header, or a negative VMM_E_* and
 * NULL when there is none. Without one a request goes out bare, and a challenge ends the session.
 */
enum vmm_rtsp_action vmm_rtsp_session_authorized(struct vmm_rtsp_session *session, int rc,
                                                 const char *value);

/* Bytes came. */
enum vmm_rtsp_action vmm_rtsp_session_bytes(struct vmm_rtsp_session *session, const void *bytes,
                                            size_t size);

/* The device closed the connection. */
enum vmm_rtsp_action vmm_rtsp_session_eof(struct vmm_rtsp_session *session);

/* The deadline has passed. A description that has no length, and so no end, is taken as far as it
 * came. */
enum vmm_rtsp_action vmm_rtsp_session_timeout(struct vmm_rtsp_session *session);

#endif
