/* SPDX-License-Identifier: MIT */
/* One request of a sink, from its copy to its curl handle. Shared by sink_http.c and sink_call.c only. */
#ifndef HOST_SINK_CALL_H
#define HOST_SINK_CALL_H

#include <curl/curl.h>
#include <stdbool.h>

#include <vmm/http.h>

#include "base/buf.h"
#include "host/http_outcome.h"

struct sink_http;

struct sink_call {
    struct sink_http *http;
    struct sink_call *next;
    vmm_http_fn done;
    void *arg;

    CURL *easy;
    CURLU *url;
    struct curl_slist *lines;
    struct buf body;
    size_t sent; /* of the body, read by curl */
    uint32_t max_bytes;
    bool is_tls;
    int64_t begin_wall_us;
    uint64_t begin_us;

    /* The answer. */
    uint32_t status;
    bool headers_done;
    bool was_cut;
    bool was_garbled;
    int64_t received_wall_us;
    struct buf headers;
    struct buf content;
    char error[CURL_ERROR_SIZE];
};

/* Copy what is asked for. `url` (parsed) becomes the call's own, also on error; `ca_file` is what the host trusts.
 * 0, VMM_E_INVAL, VMM_E_TOOBIG or VMM_E_NOMEM; then `*out` is NULL. */
int sink_call_create(const struct vmm_http_send *send, CURLU *url, const char *ca_file,
                     struct sink_call **out);

/* Wipes it. NULL is allowed. */
void sink_call_destroy(struct sink_call *call);

/* What the end of the transfer says. */
struct http_verdict sink_call_verdict(const struct sink_call *call, CURLcode code);

#endif
