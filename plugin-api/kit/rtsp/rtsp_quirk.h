/* SPDX-License-Identifier: MIT */
/*
 * What real cameras do that RFC 2326 and RFC 4566 do not say. None of it is a failure: each is
 * noted, read past, and told as a finding.
 */
#ifndef VMM_KIT_RTSP_QUIRK_H
#define VMM_KIT_RTSP_QUIRK_H

#include <stdint.h>

/* X(bit, NAME, text) */
#define VMM_RTSP_QUIRKS(X)                                                                         \
    X(0, LF_ONLY, "header lines end in LF alone")                                                  \
    X(1, HEADER_LINE, "a header line without a colon")                                             \
    X(2, NO_LENGTH, "a description without Content-Length, read until the connection ended")       \
    X(3, BAD_LENGTH, "a Content-Length that is no number")                                         \
    X(4, SHORT_BODY, "a body shorter than its Content-Length")                                     \
    X(5, JUNK, "bytes between two answers that belong to neither")                                 \
    X(6, INTERLEAVED, "media data that was not asked for")                                         \
    X(7, CSEQ, "an answer with a wrong CSeq, or none")                                             \
    X(8, NO_OPTIONS, "OPTIONS is refused")                                                         \
    X(9, CLOSES, "closes the connection after an answer")                                          \
    X(10, DROPS, "drops the connection at the second request on it")                               \
    X(11, REDIRECTS, "redirects to another path")                                                  \
    X(12, OTHER_HOST, "names another host than the one it is reached at")                          \
    X(13, BAD_URL, "a Content-Base or control URL that is malformed")                              \
    X(14, CONTENT_TYPE, "a description without the content type application/sdp")                  \
    X(15, SDP_NO_VERSION, "a description without v=")                                              \
    X(16, SDP_NO_ORIGIN, "a description without o=")                                               \
    X(17, SDP_TWO_NAMES, "a description with more than one s=")                                    \
    X(18, SDP_CONNECTION, "a malformed c= in the description")                                     \
    X(19, SDP_TIME, "a malformed t= in the description")                                           \
    X(20, SDP_MEDIA, "an unknown or malformed m= in the description")                              \
    X(21, SDP_LINE, "a line of the description that has not the form x=value")                     \
    X(22, SDP_RTPMAP, "an a=rtpmap for a payload type that its m= does not name")                  \
    X(23, SDP_PARTIAL_SETS, "H.265 with some of its three parameter sets only")

#define VMM_RTSP_QUIRK_BIT(bit, NAME, text) VMM_RTSP_QUIRK_##NAME = 1 << (bit),
enum { VMM_RTSP_QUIRKS(VMM_RTSP_QUIRK_BIT) };
#undef VMM_RTSP_QUIRK_BIT

#define VMM_RTSP_QUIRK_COUNT 24u

/* The text of quirk number `bit`, from 0; NULL past the last. */
const char *vmm_rtsp_quirk_text(unsigned bit);

#endif
