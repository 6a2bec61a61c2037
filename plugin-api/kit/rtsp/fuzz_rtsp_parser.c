/* SPDX-License-Identifier: MIT */
/*
 * Input: one byte of options, then what a server sends. It is read in one piece and again in small
 * ones: the messages must be the same.
 */
#include <kit/rtsp/rtsp_parser.h>

#include <stdlib.h>

#include <vmm/errors.h>

/* What was read, in short. */
struct summary {
    int rc;
    unsigned messages;
    size_t body;
    unsigned long status;
    int32_t cseq;
};

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void check_message(const struct vmm_rtsp_parser *parser,
                          const struct vmm_rtsp_message *message)
{
    struct vmm_rtsp_span value = {"", 0};
    check(message->status == 0 || (message->status >= 100 && message->status <= 999));
    check(message->headers.len <= VMM_RTSP_HEADERS_MAX && message->body.len <= VMM_RTSP_BODY_MAX);
    check(message->body.at + message->body.len <= parser->buf + parser->start + parser->len);
    for (size_t i = 0; vmm_rtsp_header(message, "WWW-Authenticate", i, &value); i++) {
        check(value.at >= message->headers.at);
        check(value.at + value.len <= message->headers.at + message->headers.len);
    }
}

static void take_all(struct vmm_rtsp_parser *parser, uint32_t flags, struct summary *summary)
{
    struct vmm_rtsp_message message;
    while (summary->rc == 0) {
        summary->rc = vmm_rtsp_parser_next(parser, flags, &message);
        if (summary->rc == 0) {
            check_message(parser, &message);
            summary->messages++;
            summary->body += message.body.len;
            summary->status = summary->status * 31 + (unsigned)message.status;
            summary->cseq = message.cseq;
        }
    }
    summary->rc = summary->rc == VMM_E_AGAIN ? 0 : summary->rc;
}

static struct summary read_in_pieces(const uint8_t *data, size_t size, size_t piece, uint32_t flags)
{
    struct vmm_rtsp_parser parser;
    struct summary summary = {.rc = 0};
    vmm_rtsp_parser_init(&parser);
    for (size_t at = 0; at < size && summary.rc == 0; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        summary.rc = vmm_rtsp_parser_feed(&parser, data + at, n);
        take_all(&parser, flags, &summary);
    }
    take_all(&parser, flags | VMM_RTSP_AT_END, &summary);
    vmm_rtsp_parser_finish(&parser);
    return summary;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > VMM_RTSP_HEADERS_MAX) {
        return 0;
    }
    uint32_t flags = data[0] & VMM_RTSP_BODY_EXPECTED;
    size_t piece = 1u + (data[0] >> 4);
    struct summary whole = read_in_pieces(data + 1, size - 1, size, flags);
    struct summary pieces = read_in_pieces(data + 1, size - 1, piece, flags);
    check((whole.rc == 0) == (pieces.rc == 0));
    if (whole.rc == 0) {
        check(whole.messages == pieces.messages && whole.body == pieces.body);
        check(whole.status == pieces.status && whole.cseq == pieces.cseq);
    }
    return 0;
}
