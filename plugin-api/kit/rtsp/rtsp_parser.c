/* SPDX-License-Identifier: MIT */
#include <kit/rtsp/rtsp_parser.h>

#include <stdlib.h>

#include <kit/rtsp/rtsp_quirk.h>
#include <vmm/errors.h>

#define BUFFER_FIRST 4096u
#define BUFFER_MAX   (VMM_RTSP_HEADERS_MAX + VMM_RTSP_BODY_MAX + VMM_RTSP_JUNK_MAX)
#define FRAME_HEADER 4u

void vmm_rtsp_parser_init(struct vmm_rtsp_parser *parser)
{
    *parser = (struct vmm_rtsp_parser){.buf = NULL};
}

void vmm_rtsp_parser_finish(struct vmm_rtsp_parser *parser)
{
    free(parser->buf);
    vmm_rtsp_parser_init(parser);
}

void vmm_rtsp_parser_reset(struct vmm_rtsp_parser *parser)
{
    *parser =
        (struct vmm_rtsp_parser){.buf = parser->buf, .cap = parser->cap, .quirks = parser->quirks};
}

static char *front(const struct vmm_rtsp_parser *parser)
{
    return parser->buf + parser->start;
}

static int make_room(struct vmm_rtsp_parser *parser, size_t size)
{
    size_t cap = parser->cap > 0 ? parser->cap : BUFFER_FIRST;
    if (size > BUFFER_MAX - parser->len) {
        return VMM_E_TOOBIG;
    }
    if (parser->start > 0) {
        memmove(parser->buf, front(parser), parser->len);
        parser->start = 0;
    }
    while (cap < parser->len + size) {
        cap *= 2;
    }
    if (cap > parser->cap) {
        char *grown = realloc(parser->buf, cap);
        if (grown == NULL) {
            return VMM_E_NOMEM;
        }
        parser->buf = grown;
        parser->cap = cap;
    }
    return 0;
}

int vmm_rtsp_parser_feed(struct vmm_rtsp_parser *parser, const void *bytes, size_t size)
{
    size_t skip = parser->skip < size ? parser->skip : size;
    parser->skip -= skip;
    if (size == skip) {
        return 0;
    }
    int rc = make_room(parser, size - skip);
    if (rc < 0) {
        return rc;
    }
    memcpy(parser->buf + parser->len, (const char *)bytes + skip, size - skip);
    parser->len += size - skip;
    return 0;
}

/* Nothing is moved: a packet of a thousand small frames would cost a thousand moves. */
static void drop(struct vmm_rtsp_parser *parser, size_t n)
{
    if (n > 0) {
        parser->start += n;
        parser->len -= n;
        parser->scanned = 0;
    }
}

/* Media sent in between, RFC 2326 section 10.12: '$', channel, length in two bytes, data. */
static int skip_frame(struct vmm_rtsp_parser *parser)
{
    const unsigned char *head = (const unsigned char *)front(parser);
    if (parser->len < FRAME_HEADER) {
        return VMM_E_AGAIN;
    }
    size_t size = FRAME_HEADER + ((size_t)head[2] << 8 | head[3]);
    size_t here = size < parser->len ? size : parser->len;
    parser->quirks |= VMM_RTSP_QUIRK_INTERLEAVED;
    parser->skip = size - here;
    drop(parser, here);
    return 0;
}

static bool is_version(struct vmm_rtsp_span span)
{
    return vmm_rtsp_span_begins(span, "RTSP/");
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A request of the server's own ends in the version: "OPTIONS * RTSP/1.0". */
static bool is_request(struct vmm_rtsp_span line)
{
    size_t at = line.len;
    while (at > 0 && line.at[at - 1] != ' ') {
        at--;
    }
    return at > 0 && is_letter(line.at[0]) && is_version(vmm_rtsp_span_after(line, at));
}

/* What is left of an answer whose length was wrong ends where the next answer begins, if in this
 * line. */
static int skip_junk(struct vmm_rtsp_parser *parser, size_t line_len)
{
    const char *next = (const char *)memmem(front(parser), line_len, "RTSP/1.", 7);
    size_t n = next != NULL ? (size_t)(next - front(parser)) : line_len;
    if (!parser->met) {
        return VMM_E_PROTO;
    }
    parser->quirks |= VMM_RTSP_QUIRK_JUNK;
    parser->junk += n;
    drop(parser, n);
    return parser->junk > VMM_RTSP_JUNK_MAX ? VMM_E_TOOBIG : 0;
}

/* No whole line yet. What does not even begin with a letter is no RTSP server, and may never end
 * its line. */
static int await_line(const struct vmm_rtsp_parser *parser)
{
    if (!parser->met && !is_letter(front(parser)[0])) {
        return VMM_E_PROTO;
    }
    return parser->len > VMM_RTSP_HEADERS_MAX ? VMM_E_TOOBIG : VMM_E_AGAIN;
}

/* Bring the start line of a message to the front of the buffer. */
static int find_start(struct vmm_rtsp_parser *parser)
{
    int rc = 0;
    while (rc == 0) {
        size_t blank = 0;
        while (blank < parser->len && memchr(" \t\r\n", front(parser)[blank], 4) != NULL) {
            blank++;
        }
        drop(parser, blank);
        if (parser->len == 0) {
            return VMM_E_AGAIN;
        }
        if (front(parser)[0] == '$') {
            rc = skip_frame(parser);
            continue;
        }
        const char *end = (const char *)memchr(front(parser), '\n', parser->len);
        if (end == NULL) {
            return await_line(parser);
        }
        size_t len = (size_t)(end - front(parser)) + 1;
        struct vmm_rtsp_span line = vmm_rtsp_span_trim((struct vmm_rtsp_span){front(parser), len});
        if (is_version(line) || is_request(line)) {
            return 0;
        }
        rc = skip_junk(parser, len);
    }
    return rc;
}

/* The length of start line and headers with the empty line behind them; 0 when it has not come yet.
 */
static size_t find_headers_end(struct vmm_rtsp_parser *parser)
{
    for (size_t i = parser->scanned; i + 1 < parser->len; i++) {
        if (front(parser)[i] != '\n') {
            continue;
        }
        if (front(parser)[i + 1] == '\n') {
            parser->quirks |= VMM_RTSP_QUIRK_LF_ONLY;
            return i + 2;
        }
        if (front(parser)[i + 1] == '\r' && i + 2 < parser->len && front(parser)[i + 2] == '\n') {
            return i + 3;
        }
    }
    parser->scanned = parser->len > 2 ? parser->len - 2 : 0;
    return 0;
}

/* A line that begins with a blank goes on from the one before (RFC 2326 section 4.2, after RFC
 * 2068). */
static void unfold(char *text, size_t len)
{
    for (size_t i = 1; i + 1 < len; i++) {
        if (text[i] == '\n' && (text[i + 1] == ' ' || text[i + 1] == '\t')) {
            text[i] = ' ';
            if (text[i - 1] == '\r') {
                text[i - 1] = ' ';
            }
        }
    }
}

/* Cut the next header line off `rest`. False for the empty line, and at the end. */
static bool next_line(struct vmm_rtsp_span *rest, struct vmm_rtsp_span *line)
{
    if (rest->len == 0) {
        return false;
    }
    *line = vmm_rtsp_span_trim(vmm_rtsp_span_cut(*rest, '\n', rest));
    return line->len > 0;
}

bool vmm_rtsp_header(const struct vmm_rtsp_message *message, const char *name, size_t nth,
                     struct vmm_rtsp_span *value)
{
    struct vmm_rtsp_span rest = message->headers;
    struct vmm_rtsp_span line;
    while (next_line(&rest, &line)) {
        struct vmm_rtsp_span text;
        struct vmm_rtsp_span key = vmm_rtsp_span_cut(line, ':', &text);
        if (key.len == line.len || !vmm_rtsp_span_is(vmm_rtsp_span_trim(key), name)) {
            continue;
        }
        if (nth == 0) {
            *value = vmm_rtsp_span_trim(text);
            return true;
        }
        nth--;
    }
    return false;
}

static void note_bad_lines(struct vmm_rtsp_parser *parser, struct vmm_rtsp_span headers)
{
    struct vmm_rtsp_span line;
    while (next_line(&headers, &line)) {
        if (memchr(line.at, ':', line.len) == NULL) {
            parser->quirks |= VMM_RTSP_QUIRK_HEADER_LINE;
        }
    }
}

static int read_status(struct vmm_rtsp_span line, int *status)
{
    struct vmm_rtsp_span rest;
    (void)vmm_rtsp_span_cut(line, ' ', &rest);
    rest = vmm_rtsp_span_trim(rest);
    struct vmm_rtsp_span code = vmm_rtsp_span_cut(rest, ' ', &rest);
    *status = vmm_rtsp_span_number(code);
    return *status < 100 || *status > 999 ? VMM_E_PROTO : 0;
}

static int read_head(struct vmm_rtsp_parser *parser, size_t len, struct vmm_rtsp_message *message)
{
    struct vmm_rtsp_span head = {front(parser), len};
    struct vmm_rtsp_span value;
    *message = (struct vmm_rtsp_message){.cseq = -1};
    struct vmm_rtsp_span line =
        vmm_rtsp_span_trim(vmm_rtsp_span_cut(head, '\n', &message->headers));
    unfold(front(parser) + (len - message->headers.len), message->headers.len);
    note_bad_lines(parser, message->headers);
    if (vmm_rtsp_header(message, "CSeq", 0, &value)) {
        message->cseq = vmm_rtsp_span_number(value);
    }
    if (vmm_rtsp_header(message, "Connection", 0, &value)) {
        message->close = vmm_rtsp_span_is(value, "close");
    }
    return is_version(line) ? read_status(line, &message->status) : 0;
}

/* The length that the headers promise; -1 when they promise none. */
static int32_t content_length(struct vmm_rtsp_parser *parser,
                              const struct vmm_rtsp_message *message)
{
    struct vmm_rtsp_span value;
    if (!vmm_rtsp_header(message, "Content-Length", 0, &value)) {
        return -1;
    }
    int32_t length = vmm_rtsp_span_number(value);
    parser->quirks |= length < 0 ? VMM_RTSP_QUIRK_BAD_LENGTH : 0;
    return length;
}

static int read_counted_body(struct vmm_rtsp_parser *parser, size_t length, bool at_end,
                             struct vmm_rtsp_span *body)
{
    if (length > VMM_RTSP_BODY_MAX) {
        return VMM_E_TOOBIG;
    }
    if (body->len < length) {
        parser->quirks |= at_end ? VMM_RTSP_QUIRK_SHORT_BODY : 0;
        return at_end ? 0 : VMM_E_AGAIN;
    }
    body->len = length;
    return 0;
}

/* Find the body behind `head` bytes of headers, as far as it has come. */
static int read_body(struct vmm_rtsp_parser *parser, size_t head, uint32_t flags,
                     struct vmm_rtsp_message *message)
{
    bool at_end = (flags & VMM_RTSP_AT_END) != 0;
    int32_t length = content_length(parser, message);
    message->body = (struct vmm_rtsp_span){front(parser) + head, parser->len - head};
    if (length >= 0) {
        return read_counted_body(parser, (size_t)length, at_end, &message->body);
    }
    if ((flags & VMM_RTSP_BODY_EXPECTED) == 0 || message->status != 200) {
        message->body.len = 0;
        return 0;
    }
    parser->quirks |= VMM_RTSP_QUIRK_NO_LENGTH;
    if (message->body.len > VMM_RTSP_BODY_MAX) {
        return VMM_E_TOOBIG;
    }
    return at_end ? 0 : VMM_E_AGAIN;
}

int vmm_rtsp_parser_next(struct vmm_rtsp_parser *parser, uint32_t flags,
                         struct vmm_rtsp_message *message)
{
    bool at_end = (flags & VMM_RTSP_AT_END) != 0;
    drop(parser, parser->taken);
    parser->taken = 0;
    int rc = find_start(parser);
    if (rc < 0) {
        return rc == VMM_E_AGAIN && at_end && parser->len > 0 ? VMM_E_PROTO : rc;
    }
    size_t head = find_headers_end(parser);
    if ((head == 0 ? parser->len : head) > VMM_RTSP_HEADERS_MAX) {
        return VMM_E_TOOBIG;
    }
    if (head == 0) {
        return at_end ? VMM_E_PROTO : VMM_E_AGAIN;
    }
    rc = read_head(parser, head, message);
    if (rc == 0) {
        rc = read_body(parser, head, flags, message);
    }
    if (rc == 0) {
        parser->met = true;
        parser->taken = head + message->body.len;
    }
    return rc;
}
