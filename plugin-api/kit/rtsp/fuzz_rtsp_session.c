/* SPDX-License-Identifier: MIT */
/*
 * Input: what a device does, as blocks of one byte (bits 0 to 1: 0 or 1 send, 2 close, 3 deadline;
 * bits 2 to 7: length of the block in 16 bytes) and the bytes to send. A session must end by
 * itself, with a bounded number of requests, whatever comes; answers with a 401 are answered with
 * the digest of the kit.
 */
#include <kit/auth.h>
#include <kit/rtsp/rtsp_session.h>

#include <stdlib.h>

#include <vmm/errors.h>

#define REQUESTS_MAX 32u

struct device {
    const uint8_t *at;
    size_t left;
};

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void check_request(const struct vmm_rtsp_session *session)
{
    const char *end = strstr(session->out, "\r\n\r\n");
    check(session->out_len > 0 && session->out_len == strlen(session->out));
    check(end != NULL && end + 4 == session->out + session->out_len);
    check(strstr(session->out, "\r\nCSeq: ") != NULL);
}

static enum vmm_rtsp_action authorize(struct vmm_rtsp_session *session, struct vmm_auth *auth)
{
    static const uint8_t cnonce[VMM_AUTH_CNONCE_SIZE] = {1};
    const struct vmm_auth_request request = {session->method, session->uri, "admin", "pass"};
    char value[VMM_AUTH_HEADER_MAX];
    if (session->challenges == NULL) {
        vmm_auth_begin(auth, VMM_AUTH_ALLOW_BASIC);
    } else {
        enum vmm_auth_action action = vmm_auth_step(auth, 401, session->challenges);
        if (action == VMM_AUTH_REFUSED || action == VMM_AUTH_NO_SCHEME) {
            return vmm_rtsp_session_authorized(session, VMM_E_AUTH, NULL);
        }
    }
    if (vmm_auth_is_login(auth) == 0) {
        return vmm_rtsp_session_authorized(session, VMM_E_NOENT, NULL);
    }
    int rc = vmm_auth_authorize(auth, &request, cnonce, value, sizeof(value));
    return vmm_rtsp_session_authorized(session, rc < 0 ? rc : 0, rc < 0 ? NULL : value);
}

/* Let the device do the next thing; at the end of its script it falls silent. */
static enum vmm_rtsp_action play(struct vmm_rtsp_session *session, struct device *device)
{
    if (device->left == 0) {
        return vmm_rtsp_session_timeout(session);
    }
    uint8_t head = device->at[0];
    size_t size = (size_t)(head >> 2) * 16;
    device->at++;
    device->left--;
    if ((head & 3) >= 2) {
        return (head & 3) == 2 ? vmm_rtsp_session_eof(session) : vmm_rtsp_session_timeout(session);
    }
    size = size < device->left ? size : device->left;
    enum vmm_rtsp_action action = vmm_rtsp_session_bytes(session, device->at, size);
    device->at += size;
    device->left -= size;
    return action;
}

static void run(struct vmm_rtsp_session *session, struct vmm_auth *auth, struct device *device)
{
    enum vmm_rtsp_action action = vmm_rtsp_session_connected(session);
    while (action != VMM_RTSP_FINISHED) {
        switch (action) {
        case VMM_RTSP_AUTHORIZE:
            action = authorize(session, auth);
            break;
        case VMM_RTSP_RECONNECT:
            action = vmm_rtsp_session_connected(session);
            break;
        case VMM_RTSP_SEND:
            check_request(session);
            action = play(session, device);
            break;
        default:
            action = play(session, device);
            break;
        }
        check(session->result.requests <= REQUESTS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_rtsp_options options = {"192.0.2.1", "/live.sdp", "vmm", 0,
                                                    VMM_RTSP_STAGE_DESCRIBE};
    struct vmm_rtsp_session session;
    struct vmm_auth auth;
    struct device device = {data, size};
    vmm_auth_init(&auth);
    check(vmm_rtsp_session_init(&session, &options) == 0);
    run(&session, &auth, &device);
    check(session.result.kind <= VMM_RTSP_INTERNAL && session.out_len == 0);
    check(memchr(session.result.control, '\0', sizeof(session.result.control)) != NULL);
    check(memchr(session.result.other_host, '\0', sizeof(session.result.other_host)) != NULL);
    vmm_rtsp_session_finish(&session);
    return 0;
}
