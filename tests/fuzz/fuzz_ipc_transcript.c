/* SPDX-License-Identifier: MIT */
/* A transcript or an opinion as a hostile host may send it: what is read is in bounds, and reads the same when it is
 * written again; what is made of opinions is text. */
#include <stdlib.h>
#include <string.h>

#include "ipc/opinion.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
    if (!good) {
        abort();
    }
}

static void check_answer(const struct vmm_answer *answer)
{
    check(answer->way >= VMM_WAY_HTTP && answer->way <= VMM_WAY_OPEN && answer->tls <= 1);
    check(answer->status <= 999 && answer->headers_size <= VMM_TRANSCRIPT_TEXT_MAX &&
          answer->body_size <= VMM_TRANSCRIPT_TEXT_MAX);
    check(strlen(answer->target) <= VMM_TRANSCRIPT_TARGET_MAX &&
          strlen(answer->certificate) <= VMM_TRANSCRIPT_NAME_MAX &&
          strlen(answer->place) <= VMM_TRANSCRIPT_PLACE_MAX);
}

static void write_again(const struct frame *frame, const struct transcript *transcript)
{
    struct buf body;
    struct buf out;
    struct frame again;
    buf_init(&body);
    buf_init(&out);
    for (uint32_t i = 0; i < transcript->seen.count; i++) {
        check_answer(transcript->seen.answers[i]);
        transcript_add(&body, transcript->seen.answers[i]);
    }
    check(message_put_transcript(&out, FRAME_WEIGH, 1, transcript->seen.count, &body) == 0);
    check(frame_parse(out.data, out.size, &again) == (int)out.size);
    check(again.body_size == frame->body_size &&
          memcmp(again.body, frame->body, frame->body_size) == 0);
    buf_finish(&body);
    buf_finish(&out);
}

static void tell(const struct opinion_message *said, const struct vmm_transcript *seen)
{
    static struct opinion_told told;
    struct opinion opinions[2];
    (void)opinion_take(said, "alpha", seen->count, &opinions[0]);
    (void)opinion_take(said, said->family, seen->count, &opinions[1]);
    opinion_rank(opinions, 2);
    opinion_tell(opinions, 2, seen, &told);
    for (uint32_t i = 0; i < told.count; i++) {
        check(strlen(told.facts[i].text) <= TEXT_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct transcript transcript;
    static const struct vmm_transcript none = {.struct_size = sizeof(none)};
    struct frame frame = {.type = FRAME_WEIGH, .body = data, .body_size = size};
    struct opinion_message said;
    bool is_transcript = message_get_transcript(&frame, &transcript) == 0;
    if (is_transcript) {
        write_again(&frame, &transcript);
    }
    if (message_get_opinion(&frame, &said) == 0) {
        tell(&said, is_transcript ? &transcript.seen : &none);
    }
    return 0;
}
