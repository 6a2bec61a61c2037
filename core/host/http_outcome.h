/* SPDX-License-Identifier: MIT */
/* What the end of a transfer says about the device: pure. */
#ifndef HOST_HTTP_OUTCOME_H
#define HOST_HTTP_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

/* How a transfer ended, as curl saw it. */
struct http_end {
    int code;         /* CURLcode */
    int os_errno;     /* of a failed connect; 0 when unknown */
    uint32_t status;  /* of the final answer; 0 when no status line came */
    bool is_tls;      /* the request was to go through TLS */
    bool resolved;    /* the name has an address */
    bool connected;   /* TCP stood */
    bool secured;     /* TLS stood */
    bool has_header;  /* the header lines came to their end */
    bool was_cut;     /* we stopped it: the body was longer than wanted */
    bool was_garbled; /* we stopped it: header lines without end */
    bool was_stacked; /* we stopped it: packed in a way that is not undone */
    bool is_endless;  /* no end was expected: what came within the time is the answer */
};

struct http_verdict {
    uint32_t outcome;
    uint32_t rung;
    uint32_t reason;
    uint32_t flags;     /* VMM_HTTP_CUT, VMM_HTTP_SHORT */
    bool is_repeatable; /* refused, reset or closed before the status line */
    const char *detail; /* NULL when all went well */
};

struct http_verdict http_outcome(const struct http_end *end);

/* The same for a failed connect alone, by its errno. */
struct http_verdict http_outcome_connect(int os_errno);

#endif
