/* SPDX-License-Identifier: MIT */
/*
 * Reading a session description (RFC 4566) line by line. Only m=, a=rtpmap, a=fmtp, a=control and
 * a=range are used; the other lines are looked at for quirks alone, for many cameras get them
 * wrong.
 */
#ifndef VMM_KIT_SDP_H
#define VMM_KIT_SDP_H

#include <stdint.h>

#include <kit/rtsp/rtsp_span.h>

#define VMM_SDP_MEDIA_MAX 8u  /* more are counted, not kept */
#define VMM_SDP_CODEC_MAX 24u /* bytes of a codec's name, the NUL included */

enum vmm_sdp_kind {
    VMM_SDP_OTHER = 0, /* application, text, and what cameras invent */
    VMM_SDP_VIDEO,
    VMM_SDP_AUDIO,
};

/* vmm_sdp_media.sets: parameter sets in the description, so that decoding need not wait for them.
 */
#define VMM_SDP_SET_H264 1u /* sprop-parameter-sets */
#define VMM_SDP_SET_VPS  2u
#define VMM_SDP_SET_SPS  4u
#define VMM_SDP_SET_PPS  8u

struct vmm_sdp_media {
    uint8_t kind; /* enum vmm_sdp_kind */
    uint8_t sets;
    int32_t payload;               /* the first payload type; -1 when the line names none */
    int32_t clock;                 /* RTP clock in Hz; -1 when not told */
    char codec[VMM_SDP_CODEC_MAX]; /* upper case: "H264", "H265", "JPEG"; empty when not told */
    struct vmm_rtsp_span control;  /* empty when there is none */
};

/* Spans are borrowed from the text. */
struct vmm_sdp {
    struct vmm_sdp_media media[VMM_SDP_MEDIA_MAX];
    uint32_t media_count;         /* of those kept */
    uint32_t quirks;              /* VMM_RTSP_QUIRK_SDP_* */
    struct vmm_rtsp_span control; /* of the session; empty when there is none */
    struct vmm_rtsp_span range;   /* a=range of the session */
};

/* Read the text. 0, or VMM_E_PROTO when it has neither v= nor m= and so is no session description.
 */
int vmm_sdp_parse(struct vmm_rtsp_span text, struct vmm_sdp *sdp);

/* The first video, NULL when there is none. */
const struct vmm_sdp_media *vmm_sdp_video(const struct vmm_sdp *sdp);

#endif
