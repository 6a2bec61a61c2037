/* SPDX-License-Identifier: MIT */
#include <kit/rtsp/sdp.h>

#include <kit/rtsp/rtsp_quirk.h>
#include <vmm/errors.h>

/* What is counted while reading. */
struct reader {
    struct vmm_sdp *sdp;
    struct vmm_sdp_media *media;   /* the m= that lines belong to; NULL before the first */
    struct vmm_sdp_media spare;    /* takes the lines of media past VMM_SDP_MEDIA_MAX */
    struct vmm_rtsp_span payloads; /* the payload types of its m= */
    bool mapped;                   /* an a=rtpmap of the right payload type was read for it */
    unsigned versions;
    unsigned origins;
    unsigned names;
    unsigned media_lines;
};

struct static_payload {
    int32_t payload;
    const char *codec;
};

/* RFC 3551, tables 4 and 5. */
static const struct static_payload static_payloads[] = {
    {0, "PCMU"},  {3, "GSM"},   {8, "PCMA"}, {9, "G722"},  {14, "MPA"},
    {26, "JPEG"}, {31, "H261"}, {32, "MPV"}, {33, "MP2T"}, {34, "H263"},
};

static struct vmm_rtsp_span next_word(struct vmm_rtsp_span *rest)
{
    *rest = vmm_rtsp_span_trim(*rest);
    return vmm_rtsp_span_trim(vmm_rtsp_span_cut(*rest, ' ', rest));
}

/* Names are compared and shown, so they are kept in one case and in harmless characters. */
static void set_codec(struct vmm_sdp_media *media, struct vmm_rtsp_span name)
{
    size_t len = name.len < VMM_SDP_CODEC_MAX - 1 ? name.len : VMM_SDP_CODEC_MAX - 1;
    for (size_t i = 0; i < len; i++) {
        char c = name.at[i];
        if (c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        }
        media->codec[i] = c > 0x20 && c < 0x7f ? c : '?';
    }
    media->codec[len] = '\0';
    if (strcmp(media->codec, "HEVC") == 0) {
        memcpy(media->codec, "H265", 5);
    }
}

static void set_static_codec(struct vmm_sdp_media *media)
{
    for (size_t i = 0; i < sizeof(static_payloads) / sizeof(static_payloads[0]); i++) {
        if (static_payloads[i].payload == media->payload) {
            const char *codec = static_payloads[i].codec;
            set_codec(media, (struct vmm_rtsp_span){codec, strlen(codec)});
        }
    }
}

static bool read_kind(struct vmm_rtsp_span word, uint8_t *kind)
{
    static const char *const others[] = {"application", "text", "message", "image"};
    *kind = vmm_rtsp_span_is(word, "video")   ? VMM_SDP_VIDEO
            : vmm_rtsp_span_is(word, "audio") ? VMM_SDP_AUDIO
                                              : VMM_SDP_OTHER;
    bool known = *kind != VMM_SDP_OTHER;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        known = known || vmm_rtsp_span_is(word, others[i]);
    }
    return known;
}

/* m=video 0 RTP/AVP 96 */
static void read_media(struct reader *reader, struct vmm_rtsp_span value)
{
    struct vmm_sdp *sdp = reader->sdp;
    struct vmm_sdp_media *media =
        sdp->media_count < VMM_SDP_MEDIA_MAX ? &sdp->media[sdp->media_count++] : &reader->spare;
    *media = (struct vmm_sdp_media){.payload = -1, .clock = -1};
    reader->media = media;
    reader->mapped = false;
    reader->media_lines++;
    bool known = read_kind(next_word(&value), &media->kind);
    (void)next_word(&value); /* port */
    (void)next_word(&value); /* protocol */
    reader->payloads = value;
    media->payload = vmm_rtsp_span_number(next_word(&value));
    if (!known || (media->payload < 0 && media->kind != VMM_SDP_OTHER)) {
        sdp->quirks |= VMM_RTSP_QUIRK_SDP_MEDIA;
    }
    set_static_codec(media);
}

static bool is_listed(struct vmm_rtsp_span payloads, int32_t payload)
{
    while (payloads.len > 0) {
        if (vmm_rtsp_span_number(next_word(&payloads)) == payload) {
            return true;
        }
    }
    return false;
}

/* 96 H264/90000. One whose payload type is not that of the m= counts until a right one comes. */
static void read_rtpmap(struct reader *reader, struct vmm_rtsp_span value)
{
    struct vmm_sdp_media *media = reader->media;
    if (media == NULL) {
        return;
    }
    int32_t payload = vmm_rtsp_span_number(next_word(&value));
    struct vmm_rtsp_span rest;
    struct vmm_rtsp_span name = vmm_rtsp_span_cut(next_word(&value), '/', &rest);
    struct vmm_rtsp_span clock = vmm_rtsp_span_cut(rest, '/', &rest);
    bool matches = payload >= 0 && payload == media->payload;
    if (payload < 0 || !is_listed(reader->payloads, payload)) {
        reader->sdp->quirks |= VMM_RTSP_QUIRK_SDP_RTPMAP;
    }
    if (reader->mapped || (!matches && media->codec[0] != '\0')) {
        return;
    }
    reader->mapped = matches;
    set_codec(media, name);
    media->clock = vmm_rtsp_span_number(vmm_rtsp_span_trim(clock));
}

static void read_parameter(struct vmm_sdp_media *media, struct vmm_rtsp_span parameter)
{
    struct vmm_rtsp_span value;
    struct vmm_rtsp_span name = vmm_rtsp_span_trim(vmm_rtsp_span_cut(parameter, '=', &value));
    if (vmm_rtsp_span_trim(value).len == 0) {
        return;
    }
    if (vmm_rtsp_span_is(name, "sprop-parameter-sets")) {
        media->sets |= VMM_SDP_SET_H264;
    } else if (vmm_rtsp_span_is(name, "sprop-vps")) {
        media->sets |= VMM_SDP_SET_VPS;
    } else if (vmm_rtsp_span_is(name, "sprop-sps")) {
        media->sets |= VMM_SDP_SET_SPS;
    } else if (vmm_rtsp_span_is(name, "sprop-pps")) {
        media->sets |= VMM_SDP_SET_PPS;
    }
}

/* 96 packetization-mode=1;sprop-parameter-sets=Z0IA,aM48 */
static void read_fmtp(struct reader *reader, struct vmm_rtsp_span value)
{
    if (reader->media == NULL) {
        return;
    }
    (void)next_word(&value); /* payload type */
    while (value.len > 0) {
        read_parameter(reader->media, vmm_rtsp_span_cut(value, ';', &value));
    }
}

static void read_attribute(struct reader *reader, struct vmm_rtsp_span text)
{
    struct vmm_rtsp_span value;
    struct vmm_rtsp_span name = vmm_rtsp_span_trim(vmm_rtsp_span_cut(text, ':', &value));
    value = vmm_rtsp_span_trim(value);
    if (vmm_rtsp_span_is(name, "rtpmap")) {
        read_rtpmap(reader, value);
    } else if (vmm_rtsp_span_is(name, "fmtp")) {
        read_fmtp(reader, value);
    } else if (vmm_rtsp_span_is(name, "control")) {
        *(reader->media != NULL ? &reader->media->control : &reader->sdp->control) = value;
    } else if (vmm_rtsp_span_is(name, "range") && reader->media == NULL) {
        reader->sdp->range = value;
    }
}

/* c=IN IP4 224.2.1.1/127 */
static bool is_connection(struct vmm_rtsp_span value)
{
    bool net = vmm_rtsp_span_is(next_word(&value), "IN");
    struct vmm_rtsp_span type = next_word(&value);
    bool known = vmm_rtsp_span_is(type, "IP4") || vmm_rtsp_span_is(type, "IP6");
    return net && known && next_word(&value).len > 0 && value.len == 0;
}

/* t=0 0; real times are NTP seconds, beyond 32 bits when signed. */
static bool is_time(struct vmm_rtsp_span value)
{
    for (unsigned i = 0; i < 2; i++) {
        struct vmm_rtsp_span word = next_word(&value);
        for (size_t k = 0; k < word.len; k++) {
            if (word.at[k] < '0' || word.at[k] > '9') {
                return false;
            }
        }
        if (word.len == 0) {
            return false;
        }
    }
    return value.len == 0;
}

static void read_line(struct reader *reader, char type, struct vmm_rtsp_span value)
{
    switch (type) {
    case 'v':
        reader->versions++;
        break;
    case 'o':
        reader->origins++;
        break;
    case 's':
        reader->names++;
        break;
    case 'c':
        reader->sdp->quirks |= is_connection(value) ? 0 : VMM_RTSP_QUIRK_SDP_CONNECTION;
        break;
    case 't':
        reader->sdp->quirks |= is_time(value) ? 0 : VMM_RTSP_QUIRK_SDP_TIME;
        break;
    case 'm':
        read_media(reader, value);
        break;
    case 'a':
        read_attribute(reader, value);
        break;
    default:
        break;
    }
}

static void read_lines(struct reader *reader, struct vmm_rtsp_span text)
{
    while (text.len > 0) {
        struct vmm_rtsp_span line = vmm_rtsp_span_trim(vmm_rtsp_span_cut(text, '\n', &text));
        if (line.len >= 2 && line.at[1] == '=') {
            read_line(reader, line.at[0], vmm_rtsp_span_trim(vmm_rtsp_span_after(line, 2)));
        } else if (line.len > 0) {
            reader->sdp->quirks |= VMM_RTSP_QUIRK_SDP_LINE;
        }
    }
}

static void note_partial_sets(struct vmm_sdp *sdp)
{
    const uint8_t all = VMM_SDP_SET_VPS | VMM_SDP_SET_SPS | VMM_SDP_SET_PPS;
    for (uint32_t i = 0; i < sdp->media_count; i++) {
        uint8_t sets = sdp->media[i].sets & all;
        if (sets != 0 && sets != all) {
            sdp->quirks |= VMM_RTSP_QUIRK_SDP_PARTIAL_SETS;
        }
    }
}

int vmm_sdp_parse(struct vmm_rtsp_span text, struct vmm_sdp *sdp)
{
    struct reader reader = {.sdp = sdp};
    *sdp = (struct vmm_sdp){.media_count = 0};
    read_lines(&reader, text);
    note_partial_sets(sdp);
    sdp->quirks |= reader.versions == 0 ? VMM_RTSP_QUIRK_SDP_NO_VERSION : 0;
    sdp->quirks |= reader.origins == 0 ? VMM_RTSP_QUIRK_SDP_NO_ORIGIN : 0;
    sdp->quirks |= reader.names > 1 ? VMM_RTSP_QUIRK_SDP_TWO_NAMES : 0;
    return reader.versions == 0 && reader.media_lines == 0 ? VMM_E_PROTO : 0;
}

const struct vmm_sdp_media *vmm_sdp_video(const struct vmm_sdp *sdp)
{
    for (uint32_t i = 0; i < sdp->media_count; i++) {
        if (sdp->media[i].kind == VMM_SDP_VIDEO) {
            return &sdp->media[i];
        }
    }
    return NULL;
}
