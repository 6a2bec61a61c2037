/* SPDX-License-Identifier: MIT */
/* Writing a request (RFC 2326 section 6). */
#ifndef VMM_KIT_RTSP_REQUEST_H
#define VMM_KIT_RTSP_REQUEST_H

#include <stddef.h>
#include <stdint.h>

/* All strings end in NUL and are borrowed for the call. */
struct vmm_rtsp_request {
    const char *method;
    const char *uri; /* absolute, without user and password */
    uint32_t cseq;
    const char *user_agent;    /* some cameras answer 401 to a request without one */
    const char *accept;        /* NULL: none */
    const char *authorization; /* NULL: none */
};

/* Write the request, ended by NUL. The length; VMM_E_INVAL when a part would break its line;
 * VMM_E_TOOBIG when it does not fit. On error `out` is wiped. */
int vmm_rtsp_request_write(const struct vmm_rtsp_request *request, char *out, size_t size);

#endif
