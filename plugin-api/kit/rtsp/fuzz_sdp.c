/* SPDX-License-Identifier: MIT */
/* Input: a session description. Its first line also serves as a Content-Base. */
#include <kit/rtsp/rtsp_url.h>
#include <kit/rtsp/sdp.h>

#include <stdlib.h>

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void check_inside(struct vmm_rtsp_span span, struct vmm_rtsp_span text)
{
    check(span.len == 0 || (span.at >= text.at && span.at + span.len <= text.at + text.len));
}

static void check_join(struct vmm_rtsp_span base, struct vmm_rtsp_span control)
{
    char out[96];
    struct vmm_rtsp_url url;
    vmm_rtsp_url_parse(base, &url);
    check_inside(url.host, base);
    check_inside(url.target, base);
    (void)vmm_rtsp_url_same_host(url.host, "192.0.2.1:554");
    int len = vmm_rtsp_url_join(url.target, control, out, sizeof(out));
    if (len < 0) {
        return;
    }
    check(out[0] == '/' && out[len] == '\0' && (size_t)len < sizeof(out));
    for (int i = 0; i < len; i++) {
        check((unsigned char)out[i] > 0x20 && out[i] != 0x7f);
    }
}

static void check_codec(const char *codec)
{
    check(memchr(codec, '\0', VMM_SDP_CODEC_MAX) != NULL);
    for (; *codec != '\0'; codec++) {
        check(*codec > 0x20 && *codec < 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_rtsp_span text = {(const char *)data, size};
    struct vmm_rtsp_span rest;
    struct vmm_rtsp_span base = vmm_rtsp_span_cut(text, '\n', &rest);
    struct vmm_sdp sdp;
    (void)vmm_sdp_parse(text, &sdp);
    check(sdp.media_count <= VMM_SDP_MEDIA_MAX);
    check_inside(sdp.control, text);
    check_inside(sdp.range, text);
    check_join(base, sdp.control);
    for (uint32_t i = 0; i < sdp.media_count; i++) {
        check_inside(sdp.media[i].control, text);
        check_codec(sdp.media[i].codec);
        check_join(base, sdp.media[i].control);
    }
    return 0;
}
