/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/rtsp/rtsp_parser.h>
#include <kit/rtsp/rtsp_quirk.h>

#include <stdlib.h>

#include <vmm/errors.h>

static struct vmm_rtsp_parser parser;
static struct vmm_rtsp_message message;

static void setup(void)
{
    vmm_rtsp_parser_init(&parser);
}

static void teardown(void)
{
    vmm_rtsp_parser_finish(&parser);
}

TestSuite(parser, .init = setup, .fini = teardown);

static int feed(const char *text, uint32_t flags)
{
    cr_assert_eq(vmm_rtsp_parser_feed(&parser, text, strlen(text)), 0);
    return vmm_rtsp_parser_next(&parser, flags, &message);
}

static void assert_span(struct vmm_rtsp_span span, const char *expected)
{
    cr_assert(span.len == strlen(expected) && memcmp(span.at, expected, span.len) == 0,
              "'%.*s' not '%s'", (int)span.len, span.at, expected);
}

static void assert_header(const char *name, size_t nth, const char *expected)
{
    struct vmm_rtsp_span value;
    cr_assert(vmm_rtsp_header(&message, name, nth, &value), "no %s", name);
    assert_span(value, expected);
}

static const char *const described =
    "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n"
    "Content-Length: 5\r\n\r\nv=0\r\n";

Test(parser, whole_answer)
{
    struct vmm_rtsp_span value;
    cr_assert_eq(feed(described, 0), 0);
    cr_assert_eq(message.status, 200);
    cr_assert_eq(message.cseq, 2);
    cr_assert(!message.close);
    assert_span(message.body, "v=0\r\n");
    assert_header("content-TYPE", 0, "application/sdp");
    cr_assert(!vmm_rtsp_header(&message, "Content", 0, &value));
    cr_assert(!vmm_rtsp_header(&message, "CSeq", 1, &value));
    cr_assert_eq(vmm_rtsp_parser_next(&parser, 0, &message), VMM_E_AGAIN);
    cr_assert_eq(parser.quirks, 0);
}

Test(parser, byte_by_byte_gives_the_same)
{
    size_t len = strlen(described);
    for (size_t i = 0; i < len; i++) {
        cr_assert_eq(vmm_rtsp_parser_feed(&parser, described + i, 1), 0);
        cr_assert_eq(vmm_rtsp_parser_next(&parser, 0, &message), i + 1 < len ? VMM_E_AGAIN : 0);
    }
    assert_span(message.body, "v=0\r\n");
    cr_assert_eq(parser.quirks, 0);
}

Test(parser, two_answers_in_one_packet)
{
    cr_assert_eq(feed("RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nabc"
                      "RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n",
                      0),
                 0);
    cr_assert_eq(message.status, 401);
    assert_span(message.body, "abc");
    cr_assert_eq(vmm_rtsp_parser_next(&parser, 0, &message), 0);
    cr_assert_eq(message.status, 200);
    cr_assert_eq(message.cseq, 2);
    cr_assert_eq(parser.quirks, 0);
}

Test(parser, lines_that_end_in_lf_alone)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\nCSeq: 1\nContent-Length: 2\n\nab", 0), 0);
    assert_span(message.body, "ab");
    cr_assert_eq(parser.quirks, VMM_RTSP_QUIRK_LF_ONLY);
}

Test(parser, header_names_in_any_case_and_blanks_around_values)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\ncseq: 7  \r\nCONNECTION :  Close\t\r\n\r\n", 0), 0);
    cr_assert_eq(message.cseq, 7);
    cr_assert(message.close);
}

Test(parser, start_line_forms)
{
    cr_assert_eq(feed("RTSP/1.0 200\r\n\r\n", 0), 0);
    cr_assert_eq(message.status, 200);
    cr_assert_eq(feed("rtsp/1.0   404   Not Found\r\n\r\n", 0), 0);
    cr_assert_eq(message.status, 404);
    cr_assert_eq(feed("RTSP/1.0 99 Low\r\n\r\n", 0), VMM_E_PROTO);
}

Test(parser, status_that_is_no_number)
{
    cr_assert_eq(feed("RTSP/1.0 OK\r\n\r\n", 0), VMM_E_PROTO);
}

Test(parser, repeated_headers_are_all_found)
{
    cr_assert_eq(feed("RTSP/1.0 401 No\r\nWWW-Authenticate: Basic realm=\"a\"\r\nCSeq: 1\r\n"
                      "www-authenticate: Digest nonce=\"b\"\r\n\r\n",
                      0),
                 0);
    assert_header("WWW-Authenticate", 0, "Basic realm=\"a\"");
    assert_header("WWW-Authenticate", 1, "Digest nonce=\"b\"");
}

Test(parser, folded_lines_are_one)
{
    cr_assert_eq(
        feed("RTSP/1.0 401 No\r\nWWW-Authenticate: Digest\r\n realm=\"a\",\r\n\tnonce=\"b\"\r\n"
             "CSeq: 3\r\n\r\n",
             0),
        0);
    assert_header("WWW-Authenticate", 0, "Digest   realm=\"a\",  \tnonce=\"b\"");
    cr_assert_eq(message.cseq, 3);
}

Test(parser, start_line_is_never_folded)
{
    cr_assert_eq(feed("RTSP/1.0 200\r\n OK\r\nContent-Length: 1\r\n\r\n", 0), VMM_E_AGAIN);
    cr_assert_eq(feed("x", 0), 0);
    cr_assert_eq(message.status, 200);
}

Test(parser, blanks_before_the_start_line)
{
    cr_assert_eq(feed(" ", 0), VMM_E_AGAIN);
    cr_assert_eq(feed("\r\n\tRTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", 0), 0);
    cr_assert_eq(message.cseq, 1);
}

Test(parser, line_without_a_colon_is_passed_over)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nDate Sat Jan 01\r\nCSeq: 1\r\n\r\n", 0), 0);
    cr_assert_eq(message.cseq, 1);
    cr_assert_eq(parser.quirks, VMM_RTSP_QUIRK_HEADER_LINE);
}

Test(parser, missing_and_odd_cseq)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\n\r\n", 0), 0);
    cr_assert_eq(message.cseq, -1);
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nCSeq: 99999999999999999999\r\n\r\n", 0), 0);
    cr_assert_eq(message.cseq, -1);
}

Test(parser, body_without_length_goes_to_the_end)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\nv=0\r\n", VMM_RTSP_BODY_EXPECTED),
                 VMM_E_AGAIN);
    cr_assert_eq(feed("m=video", VMM_RTSP_BODY_EXPECTED), VMM_E_AGAIN);
    cr_assert_eq(vmm_rtsp_parser_next(&parser, VMM_RTSP_BODY_EXPECTED | VMM_RTSP_AT_END, &message),
                 0);
    assert_span(message.body, "v=0\r\nm=video");
    cr_assert_eq(parser.quirks, VMM_RTSP_QUIRK_NO_LENGTH);
}

Test(parser, no_length_and_no_body_expected)
{
    cr_assert_eq(feed("RTSP/1.0 401 No\r\nCSeq: 2\r\n\r\n", VMM_RTSP_BODY_EXPECTED), 0);
    cr_assert_eq(message.body.len, 0);
    cr_assert_eq(parser.quirks, 0);
}

Test(parser, length_that_is_no_number)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nContent-Length: -5\r\n\r\n", 0), 0);
    cr_assert_eq(parser.quirks, VMM_RTSP_QUIRK_BAD_LENGTH);
}

Test(parser, body_shorter_than_its_length)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nContent-Length: 50\r\n\r\nv=0\r\n", 0), VMM_E_AGAIN);
    cr_assert_eq(parser.quirks, 0);
    cr_assert_eq(vmm_rtsp_parser_next(&parser, VMM_RTSP_AT_END, &message), 0);
    assert_span(message.body, "v=0\r\n");
    cr_assert_eq(parser.quirks, VMM_RTSP_QUIRK_SHORT_BODY);
}

Test(parser, media_frames_are_skipped)
{
    static const char frame[] = {'$', 0, 0, 3, 'R', 'T', 'P'};
    cr_assert_eq(vmm_rtsp_parser_feed(&parser, frame, sizeof(frame)), 0);
    cr_assert_eq(feed(described, 0), 0);
    cr_assert_eq(vmm_rtsp_parser_feed(&parser, frame, sizeof(frame)), 0);
    cr_assert_eq(vmm_rtsp_parser_next(&parser, 0, &message), VMM_E_AGAIN);
    cr_assert_eq(parser.quirks, VMM_RTSP_QUIRK_INTERLEAVED);
}

Test(parser, media_frames_in_pieces_take_no_memory)
{
    static char frame[4 + 60000] = {'$', 1, (char)(60000 >> 8), (char)(60000 & 255)};
    for (size_t round = 0; round < 20; round++) {
        for (size_t at = 0; at < sizeof(frame); at += 1000) {
            size_t n = sizeof(frame) - at < 1000 ? sizeof(frame) - at : 1000;
            cr_assert_eq(vmm_rtsp_parser_feed(&parser, frame + at, n), 0);
            cr_assert_eq(vmm_rtsp_parser_next(&parser, 0, &message), VMM_E_AGAIN);
        }
    }
    cr_assert_leq(parser.cap, 4096);
    cr_assert_eq(feed(described, 0), 0);
}

Test(parser, junk_between_answers_is_skipped)
{
    cr_assert_eq(feed("RTSP/1.0 401 No\r\nCSeq: 1\r\n\r\n", 0), 0);
    cr_assert_eq(feed("<html>\n<p>No</p></html>RTSP/1.0 200 OK\r\nCSeq: 2\r\n\r\n", 0), 0);
    cr_assert_eq(message.status, 200);
    cr_assert_eq(parser.quirks, VMM_RTSP_QUIRK_JUNK);
}

Test(parser, endless_junk_is_ended)
{
    int rc = feed("RTSP/1.0 401 No\r\n\r\n", 0);
    for (size_t i = 0; i < VMM_RTSP_JUNK_MAX && (rc == 0 || rc == VMM_E_AGAIN); i++) {
        rc = feed("junk\n", 0);
    }
    cr_assert_eq(rc, VMM_E_TOOBIG);
}

Test(parser, request_of_the_device_is_told_apart)
{
    cr_assert_eq(feed("OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n", 0), 0);
    cr_assert_eq(message.status, 0);
    cr_assert_eq(feed(described, 0), 0);
    cr_assert_eq(message.status, 200);
    cr_assert_eq(parser.quirks, 0);
}

Test(parser, other_protocols_are_told_apart_at_once)
{
    cr_assert_eq(feed("HTTP/1.1 400 Bad Request\r\n", 0), VMM_E_PROTO);
    vmm_rtsp_parser_reset(&parser);
    cr_assert_eq(feed("\x15\x03\x01", 0), VMM_E_PROTO);
    vmm_rtsp_parser_reset(&parser);
    cr_assert_eq(feed("SSH-2.0-dropbear\r\n", 0), VMM_E_PROTO);
}

Test(parser, end_within_the_headers)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nCSe", 0), VMM_E_AGAIN);
    cr_assert_eq(vmm_rtsp_parser_next(&parser, VMM_RTSP_AT_END, &message), VMM_E_PROTO);
    vmm_rtsp_parser_reset(&parser);
    cr_assert_eq(feed("RTSP/1", 0), VMM_E_AGAIN);
    cr_assert_eq(vmm_rtsp_parser_next(&parser, VMM_RTSP_AT_END, &message), VMM_E_PROTO);
}

Test(parser, end_with_nothing_left)
{
    cr_assert_eq(vmm_rtsp_parser_next(&parser, VMM_RTSP_AT_END, &message), VMM_E_AGAIN);
    cr_assert_eq(feed(described, 0), 0);
    cr_assert_eq(vmm_rtsp_parser_next(&parser, VMM_RTSP_AT_END, &message), VMM_E_AGAIN);
}

Test(parser, headers_over_the_limit)
{
    static char line[VMM_RTSP_HEADERS_MAX + 2];
    memset(line, 'x', sizeof(line) - 1);
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nX: ", 0), VMM_E_AGAIN);
    cr_assert_eq(feed(line, 0), VMM_E_TOOBIG);
    vmm_rtsp_parser_reset(&parser);
    cr_assert_eq(feed(line, 0), VMM_E_TOOBIG);
}

Test(parser, body_over_the_limit)
{
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nContent-Length: 262145\r\n\r\n", 0), VMM_E_TOOBIG);
}

Test(parser, body_at_the_limit)
{
    static char body[VMM_RTSP_BODY_MAX + 1];
    memset(body, 'b', VMM_RTSP_BODY_MAX);
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\nContent-Length: 262144\r\n\r\n", 0), VMM_E_AGAIN);
    cr_assert_eq(feed(body, 0), 0);
    cr_assert_eq(message.body.len, VMM_RTSP_BODY_MAX);
}

Test(parser, body_without_length_over_the_limit)
{
    static char body[VMM_RTSP_BODY_MAX + 2];
    memset(body, 'b', VMM_RTSP_BODY_MAX + 1);
    cr_assert_eq(feed("RTSP/1.0 200 OK\r\n\r\n", VMM_RTSP_BODY_EXPECTED), VMM_E_AGAIN);
    cr_assert_eq(feed(body, VMM_RTSP_BODY_EXPECTED), VMM_E_TOOBIG);
}

Test(parser, bytes_that_nobody_takes_are_refused)
{
    static char bytes[64 * 1024];
    int rc = 0;
    for (size_t i = 0; i < 16 && rc == 0; i++) {
        rc = vmm_rtsp_parser_feed(&parser, bytes, sizeof(bytes));
    }
    cr_assert_eq(rc, VMM_E_TOOBIG);
}

Test(quirks, each_has_a_text)
{
    for (unsigned bit = 0; bit < VMM_RTSP_QUIRK_COUNT; bit++) {
        cr_assert_not_null(vmm_rtsp_quirk_text(bit));
        cr_assert_gt(strlen(vmm_rtsp_quirk_text(bit)), 10);
    }
    cr_assert_null(vmm_rtsp_quirk_text(VMM_RTSP_QUIRK_COUNT));
}
