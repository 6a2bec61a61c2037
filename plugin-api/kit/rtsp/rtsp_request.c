/* SPDX-License-Identifier: MIT */
#include <kit/rtsp/rtsp_request.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

static bool is_clean(const char *text, unsigned char lowest)
{
    for (; text != NULL && *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < lowest || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool is_sound(const struct vmm_rtsp_request *request)
{
    return request->method[0] != '\0' && request->uri[0] != '\0' &&
           is_clean(request->method, 0x21) && is_clean(request->uri, 0x21) &&
           is_clean(request->user_agent, 0x20) && is_clean(request->accept, 0x20) &&
           is_clean(request->authorization, 0x20);
}

/* The spelling "CSeq" is the only one that all cameras take. */
int vmm_rtsp_request_write(const struct vmm_rtsp_request *request, char *out, size_t size)
{
    const char *accept = request->accept;
    const char *authorization = request->authorization;
    int rc = VMM_E_INVAL;
    if (is_sound(request)) {
        int len = snprintf(
            out, size, "%s %s RTSP/1.0\r\nCSeq: %u\r\nUser-Agent: %s\r\n%s%s%s%s%s%s\r\n",
            request->method, request->uri, request->cseq, request->user_agent,
            accept != NULL ? "Accept: " : "", accept != NULL ? accept : "",
            accept != NULL ? "\r\n" : "", authorization != NULL ? "Authorization: " : "",
            authorization != NULL ? authorization : "", authorization != NULL ? "\r\n" : "");
        rc = len >= 0 && (size_t)len < size ? len : VMM_E_TOOBIG;
    }
    if (rc < 0) {
        explicit_bzero(out, size);
    }
    return rc;
}
