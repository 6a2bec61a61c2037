/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/rtsp/rtsp_quirk.h>
#include <kit/rtsp/sdp.h>

#include <vmm/errors.h>

static struct vmm_sdp sdp;

static const struct vmm_sdp_media *parse(const char *text)
{
    cr_assert_eq(vmm_sdp_parse((struct vmm_rtsp_span){text, strlen(text)}, &sdp), 0);
    return vmm_sdp_video(&sdp);
}

static void assert_span(struct vmm_rtsp_span span, const char *expected)
{
    cr_assert(span.len == strlen(expected) && memcmp(span.at, expected, span.len) == 0,
              "'%.*s' not '%s'", (int)span.len, span.at, expected);
}

#define HEAD  "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=Media\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
#define VIDEO "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"

Test(sdp, h264_and_audio)
{
    const struct vmm_sdp_media *video = parse(
        HEAD "a=control:*\r\na=range:npt=now-\r\n" VIDEO "a=fmtp:96 "
             "packetization-mode=1;profile-level-id=4d0029;sprop-parameter-sets=Z00AKQ==,aO48\r\n"
             "a=control:trackID=1\r\nm=audio 0 RTP/AVP 8\r\na=control:trackID=2\r\n");
    cr_assert_eq(sdp.media_count, 2);
    cr_assert_str_eq(video->codec, "H264");
    cr_assert_eq(video->payload, 96);
    cr_assert_eq(video->clock, 90000);
    cr_assert_eq(video->sets, VMM_SDP_SET_H264);
    assert_span(video->control, "trackID=1");
    assert_span(sdp.control, "*");
    assert_span(sdp.range, "npt=now-");
    cr_assert_eq(sdp.media[1].kind, VMM_SDP_AUDIO);
    cr_assert_str_eq(sdp.media[1].codec, "PCMA");
    cr_assert_eq(sdp.quirks, 0);
}

Test(sdp, h265_with_all_sets)
{
    const struct vmm_sdp_media *video =
        parse(HEAD "m=video 0 RTP/AVP 98\r\na=rtpmap:98 H265/90000\r\n"
                   "a=fmtp:98 sprop-vps=QAE; sprop-sps=QgE; sprop-pps=RAE\r\n");
    cr_assert_str_eq(video->codec, "H265");
    cr_assert_eq(video->sets, VMM_SDP_SET_VPS | VMM_SDP_SET_SPS | VMM_SDP_SET_PPS);
    cr_assert_eq(sdp.quirks, 0);
}

Test(sdp, h265_with_some_sets_only)
{
    parse(HEAD
          "m=video 0 RTP/AVP 98\na=rtpmap:98 HEVC/90000\na=fmtp:98 sprop-sps=QgE;sprop-pps=\n");
    cr_assert_str_eq(sdp.media[0].codec, "H265");
    cr_assert_eq(sdp.media[0].sets, VMM_SDP_SET_SPS);
    cr_assert_eq(sdp.quirks, VMM_RTSP_QUIRK_SDP_PARTIAL_SETS);
}

Test(sdp, static_payload_needs_no_rtpmap)
{
    cr_assert_str_eq(parse(HEAD "m=video 0 RTP/AVP 26\r\n")->codec, "JPEG");
}

Test(sdp, rtpmap_with_trailing_blanks)
{
    const struct vmm_sdp_media *video =
        parse(HEAD "m=video 0 RTP/AVP 96 \r\na=rtpmap:96  h264/90000  \r\n");
    cr_assert_str_eq(video->codec, "H264");
    cr_assert_eq(video->clock, 90000);
    cr_assert_eq(sdp.quirks, 0);
}

Test(sdp, rtpmap_of_another_payload_type_counts_when_there_is_no_better)
{
    cr_assert_str_eq(parse(HEAD "m=video 0 RTP/AVP 35\r\na=rtpmap:96 H264/90000\r\n")->codec,
                     "H264");
    cr_assert_eq(sdp.quirks, VMM_RTSP_QUIRK_SDP_RTPMAP);
    cr_assert_str_eq(
        parse(HEAD
              "m=video 0 RTP/AVP 96 97\r\na=rtpmap:97 H265/90000\r\na=rtpmap:96 H264/90000\r\n")
            ->codec,
        "H264");
    cr_assert_eq(sdp.quirks, 0);
}

Test(sdp, missing_origin)
{
    cr_assert_not_null(parse("v=0\r\ns=x\r\nt=0 0\r\n" VIDEO));
    cr_assert_eq(sdp.quirks, VMM_RTSP_QUIRK_SDP_NO_ORIGIN);
}

Test(sdp, two_session_names)
{
    cr_assert_not_null(parse("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=a\r\ns=b\r\n" VIDEO));
    cr_assert_eq(sdp.quirks, VMM_RTSP_QUIRK_SDP_TWO_NAMES);
}

Test(sdp, broken_connection_lines)
{
    cr_assert_not_null(parse("v=0\r\no=x\r\nc=IN 192.168.1.10\r\n" VIDEO));
    cr_assert_eq(sdp.quirks, VMM_RTSP_QUIRK_SDP_CONNECTION);
    cr_assert_not_null(parse("v=0\r\no=x\r\nc=IN c=IN IP4 0.0.0.0\r\n" VIDEO));
    cr_assert_eq(sdp.quirks, VMM_RTSP_QUIRK_SDP_CONNECTION);
}

Test(sdp, broken_time)
{
    cr_assert_not_null(parse("v=0\r\no=x\r\nt=now-\r\n" VIDEO));
    cr_assert_eq(sdp.quirks, VMM_RTSP_QUIRK_SDP_TIME);
    cr_assert_not_null(parse("v=0\r\no=x\r\nt=3900000000 3900003600\r\n" VIDEO));
    cr_assert_eq(sdp.quirks, 0);
}

Test(sdp, invented_media_type)
{
    cr_assert_not_null(parse(HEAD VIDEO "m=application/TP-LINK 0 RTP/AVP smart/1/90000\r\n"
                                        "a=rtpmap:95 TP-LINK/90000\r\na=control:track3\r\n"));
    cr_assert_eq(sdp.media_count, 2);
    cr_assert_eq(sdp.media[1].kind, VMM_SDP_OTHER);
    cr_assert_str_eq(sdp.media[0].codec, "H264");
    cr_assert(sdp.quirks & VMM_RTSP_QUIRK_SDP_MEDIA);
}

Test(sdp, media_line_without_payload)
{
    cr_assert_str_eq(parse(HEAD "m=video\r\na=rtpmap:96 H264/90000\r\n")->codec, "H264");
    cr_assert_eq(sdp.media[0].payload, -1);
    cr_assert(sdp.quirks & VMM_RTSP_QUIRK_SDP_MEDIA);
}

Test(sdp, missing_version_and_odd_lines)
{
    cr_assert_not_null(parse("\r\nhello\r\no=x\r\n  " VIDEO));
    cr_assert_eq(sdp.quirks, VMM_RTSP_QUIRK_SDP_NO_VERSION | VMM_RTSP_QUIRK_SDP_LINE);
}

Test(sdp, audio_only_has_no_video)
{
    cr_assert_null(parse(HEAD "m=audio 0 RTP/AVP 0\r\n"));
    cr_assert_null(parse(HEAD));
}

Test(sdp, attributes_before_any_media_do_no_harm)
{
    cr_assert_null(
        parse("v=0\no=x\na=rtpmap:96 H264/90000\na=fmtp:96 sprop-vps=x\na=control\na=\n"));
    cr_assert_eq(sdp.media_count, 0);
}

Test(sdp, odd_codec_names_are_made_harmless)
{
    const struct vmm_sdp_media *video = parse(
        HEAD
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 x\x1b[31m\xff-0123456789012345678901234567890/1\r\n");
    cr_assert_str_eq(video->codec, "X?[31M?-012345678901234");
}

Test(sdp, more_media_than_are_kept)
{
    char text[1024] = HEAD;
    for (unsigned i = 0; i < VMM_SDP_MEDIA_MAX; i++) {
        strncat(text, "m=audio 0 RTP/AVP 0\r\n", sizeof(text) - strlen(text) - 1);
    }
    strncat(text, VIDEO, sizeof(text) - strlen(text) - 1);
    cr_assert_null(parse(text));
    cr_assert_eq(sdp.media_count, VMM_SDP_MEDIA_MAX);
    cr_assert_str_eq(sdp.media[VMM_SDP_MEDIA_MAX - 1].codec, "PCMU");
}

Test(sdp, what_is_no_description)
{
    cr_assert_eq(vmm_sdp_parse((struct vmm_rtsp_span){"", 0}, &sdp), VMM_E_PROTO);
    cr_assert_eq(vmm_sdp_parse((struct vmm_rtsp_span){"<html>\nx\n", 9}, &sdp), VMM_E_PROTO);
}
