/* SPDX-License-Identifier: MIT */
/*
 * Reading what an RTSP server sends (RFC 2326), bytes in, messages out. Tolerant: names in any
 * case, LF alone, folded lines, media frames and junk between answers, a body that has no length.
 */
#ifndef VMM_KIT_RTSP_PARSER_H
#define VMM_KIT_RTSP_PARSER_H

#include <stdint.h>

#include <kit/rtsp/rtsp_span.h>

#define VMM_RTSP_HEADERS_MAX (16u * 1024u)  /* start line and headers of one message */
#define VMM_RTSP_BODY_MAX    (256u * 1024u) /* its body */
#define VMM_RTSP_JUNK_MAX                                                                          \
    (64u * 1024u) /* bytes skipped on one connection that belong to no message */

/* vmm_rtsp_parser_next(): what the caller knows. */
#define VMM_RTSP_BODY_EXPECTED 1u /* a 200 without Content-Length has a body, up to the end */
#define VMM_RTSP_AT_END        2u /* no more bytes will come: take what there is */

/* One message; everything in it is borrowed from the parser until its next call. */
struct vmm_rtsp_message {
    int status;   /* 0: a request of the server's own, which may be ignored */
    int32_t cseq; /* -1: none, or no number */
    bool close;   /* the server will close the connection */
    struct vmm_rtsp_span headers;
    struct vmm_rtsp_span body;
};

/* One connection's reader. */
struct vmm_rtsp_parser {
    char *buf;
    size_t start; /* where the bytes not yet dropped begin */
    size_t len;   /* how many they are */
    size_t cap;
    size_t taken;    /* bytes of the message handed out last */
    size_t scanned;  /* bytes known to hold no end of headers */
    size_t skip;     /* bytes of a media frame still to come */
    size_t junk;     /* bytes skipped so far */
    bool met;        /* a message has been read: this is an RTSP server */
    uint32_t quirks; /* VMM_RTSP_QUIRK_* met, kept over a reset */
};

/* Prepare an empty parser; memory is taken with the first bytes. */
void vmm_rtsp_parser_init(struct vmm_rtsp_parser *parser);

/* Release the memory. */
void vmm_rtsp_parser_finish(struct vmm_rtsp_parser *parser);

/* Forget the bytes of the old connection: a new one begins. */
void vmm_rtsp_parser_reset(struct vmm_rtsp_parser *parser);

/* Add bytes as they came; copied. 0, VMM_E_NOMEM, or VMM_E_TOOBIG when messages are not taken out.
 */
int vmm_rtsp_parser_feed(struct vmm_rtsp_parser *parser, const void *bytes, size_t size);

/*
 * Take the next message. 0; VMM_E_AGAIN when more bytes are needed (at the end: when nothing is
 * left); VMM_E_PROTO when this is not RTSP, or ends within its headers; VMM_E_TOOBIG past a limit
 * above.
 */
int vmm_rtsp_parser_next(struct vmm_rtsp_parser *parser, uint32_t flags,
                         struct vmm_rtsp_message *message);

/* The value of the `nth` header line (from 0) of that name, trimmed. False when there is none. */
bool vmm_rtsp_header(const struct vmm_rtsp_message *message, const char *name, size_t nth,
                     struct vmm_rtsp_span *value);

#endif
