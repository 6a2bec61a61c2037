/* SPDX-License-Identifier: MIT */
/*
 * The head of a request, HTTP/1.x (RFC 9112) or RTSP/1.0 (RFC 2326): one pass over the bytes, all
 * text left where it is. What the farm does not need is skipped, what breaks the grammar is refused.
 */
#ifndef FARM_MESSAGE_H
#define FARM_MESSAGE_H

#include "farm/soap.h"

enum message_method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_DESCRIBE,
    METHOD_SETUP,
    METHOD_PLAY,
    METHOD_TEARDOWN,
    METHOD_GET_PARAMETER,
    METHOD_SET_PARAMETER,
    METHOD_OTHER,
    METHOD_COUNT
};

struct message {
    enum message_method method;
    bool rtsp;
    bool close;          /* the client will not use the connection again */
    bool chunked;        /* a body of unknown length: not taken */
    struct slice verb;   /* the method as written */
    struct slice target; /* as written: what a digest's uri must equal */
    struct slice path;   /* of the target, without scheme, host and query; "/" when empty */
    struct slice query;  /* after the '?', or empty */
    struct slice cseq;   /* RTSP, or empty */
    struct slice agent;  /* User-Agent, or empty */
    struct slice login;  /* Authorization, or empty */
    size_t head_len;     /* bytes up to and with the empty line */
    uint64_t body_len;   /* Content-Length, 0 when absent */
    struct slice body;   /* set by the reader once it has come */
    struct soap soap;    /* of the body, where the personality asks for it */
    uint32_t session;    /* DVRIP: what the head says */
    uint32_t sequence;
    uint16_t id;
    char made[64]; /* DVRIP: the path */
};

enum message_state {
    MESSAGE_PART, /* more bytes are needed */
    MESSAGE_WHOLE,
    MESSAGE_BAD
};

/* Reads the head at DATA. Only MESSAGE_WHOLE fills all of *MESSAGE; its slices point into DATA. */
enum message_state message_read(const char *data, size_t length, struct message *message);

/* The name of a method as reports show it ("GET" … "other"). */
const char *message_method_name(enum message_method method);

#endif
