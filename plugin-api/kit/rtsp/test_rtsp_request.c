/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/rtsp/rtsp_request.h>

#include <string.h>

#include <vmm/errors.h>

static const struct vmm_rtsp_request plain = {
    .method = "OPTIONS", .uri = "rtsp://192.0.2.1/a", .cseq = 1, .user_agent = "vmm"};

Test(request, plain)
{
    char out[256];
    int len = vmm_rtsp_request_write(&plain, out, sizeof(out));
    cr_assert_str_eq(out,
                     "OPTIONS rtsp://192.0.2.1/a RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: vmm\r\n\r\n");
    cr_assert_eq(len, (int)strlen(out));
}

Test(request, with_everything)
{
    struct vmm_rtsp_request request = plain;
    char out[256];
    request.method = "DESCRIBE";
    request.cseq = UINT32_MAX;
    request.accept = "application/sdp";
    request.authorization = "Basic YTpi";
    cr_assert_gt(vmm_rtsp_request_write(&request, out, sizeof(out)), 0);
    cr_assert_str_eq(
        out, "DESCRIBE rtsp://192.0.2.1/a RTSP/1.0\r\nCSeq: 4294967295\r\nUser-Agent: vmm\r\n"
             "Accept: application/sdp\r\nAuthorization: Basic YTpi\r\n\r\n");
}

Test(request, what_would_break_a_line_is_refused_and_wiped)
{
    struct vmm_rtsp_request request = plain;
    char out[256];
    memset(out, 'x', sizeof(out));
    request.uri = "rtsp://192.0.2.1/a b";
    cr_assert_eq(vmm_rtsp_request_write(&request, out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(out[0], 0);
    request = plain;
    request.authorization = "Basic YTpi\r\nX: y";
    cr_assert_eq(vmm_rtsp_request_write(&request, out, sizeof(out)), VMM_E_INVAL);
    request = plain;
    request.user_agent = "a\nb";
    cr_assert_eq(vmm_rtsp_request_write(&request, out, sizeof(out)), VMM_E_INVAL);
    request = plain;
    request.method = "";
    cr_assert_eq(vmm_rtsp_request_write(&request, out, sizeof(out)), VMM_E_INVAL);
}

Test(request, too_small_a_buffer)
{
    char out[64];
    cr_assert_eq(vmm_rtsp_request_write(&plain, out, sizeof(out)), VMM_E_TOOBIG);
    for (size_t i = 0; i < sizeof(out); i++) {
        cr_assert_eq(out[i], 0);
    }
}
