/* SPDX-License-Identifier: MIT */
#include "ipc/transcript.h"

#include <string.h>

#include <vmm/errors.h>

#define STATUS_MAX 999u

void transcript_add(struct buf *answers, const struct vmm_answer *answer)
{
    frame_put_u8(answers, (uint8_t)answer->way);
    frame_put_u8(answers, answer->tls != 0);
    frame_put_u16(answers, (uint16_t)answer->port);
    frame_put_u16(answers, (uint16_t)answer->status);
    frame_put_text(answers, answer->target);
    frame_put_bytes(answers, answer->headers, answer->headers_size);
    frame_put_bytes(answers, answer->body, answer->body_size);
    frame_put_text(answers, answer->certificate);
    frame_put_text(answers, answer->place);
}

int message_put_transcript(struct buf *out, uint32_t type, uint64_t id, uint32_t count,
                           const struct buf *answers)
{
    size_t begin = frame_begin(out, type, id);
    frame_put_u32(out, count);
    buf_add(out, answers->data, answers->size);
    return frame_end(out, begin);
}

/* A text of at most `max` bytes; a longer one is a breach. */
static const char *get_text(struct frame_reader *reader, size_t max)
{
    const char *text = frame_get_text(reader);
    reader->failed = reader->failed || strlen(text) > max;
    return text;
}

static const char *get_bytes(struct frame_reader *reader, size_t *size)
{
    struct frame_bytes bytes = frame_get_bytes(reader);
    reader->failed = reader->failed || bytes.size > VMM_TRANSCRIPT_TEXT_MAX;
    *size = reader->failed ? 0 : bytes.size;
    return *size > 0 ? (const char *)bytes.data : "";
}

static void get_answer(struct frame_reader *reader, struct vmm_answer *answer)
{
    answer->way = frame_get_u8(reader);
    answer->tls = frame_get_u8(reader);
    answer->port = frame_get_u16(reader);
    answer->status = frame_get_u16(reader);
    answer->target = get_text(reader, VMM_TRANSCRIPT_TARGET_MAX);
    answer->headers = get_bytes(reader, &answer->headers_size);
    answer->body = get_bytes(reader, &answer->body_size);
    answer->certificate = get_text(reader, VMM_TRANSCRIPT_NAME_MAX);
    answer->place = get_text(reader, VMM_TRANSCRIPT_PLACE_MAX);
    if (answer->way < VMM_WAY_HTTP || answer->way > VMM_WAY_OPEN || answer->tls > 1 ||
        answer->status > STATUS_MAX) {
        reader->failed = true;
    }
}

int message_get_transcript(const struct frame *frame, struct transcript *out)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    uint32_t count = frame_get_u32(&reader);
    if (count > VMM_TRANSCRIPT_ANSWERS_MAX) {
        return VMM_E_PROTO;
    }
    out->seen = (struct vmm_transcript){
        .struct_size = sizeof(out->seen), .count = count, .answers = out->answers};
    for (uint32_t i = 0; i < count; i++) {
        out->items[i] = (struct vmm_answer){.struct_size = sizeof(out->items[i]), .number = i + 1};
        out->answers[i] = &out->items[i];
        get_answer(&reader, &out->items[i]);
    }
    return frame_reader_end(&reader);
}

int message_put_opinion(struct buf *out, uint64_t id, const struct opinion_message *message)
{
    size_t begin = frame_begin(out, FRAME_OPINION, id);
    frame_put_u8(out, message->certainty);
    frame_put_u8(out, message->flags);
    frame_put_u8(out, message->answer);
    frame_put_text(out, message->family);
    frame_put_text(out, message->why);
    return frame_end(out, begin);
}

int message_get_opinion(const struct frame *frame, struct opinion_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->certainty = frame_get_u8(&reader);
    message->flags = frame_get_u8(&reader);
    message->answer = frame_get_u8(&reader);
    message->family = frame_get_text(&reader);
    message->why = frame_get_text(&reader);
    return frame_reader_end(&reader);
}
