/* SPDX-License-Identifier: MIT */
/* Frames as a hostile host may send them: a stream of bytes, each whole frame read as what it says it is. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ipc/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as_told(const struct frame *frame)
{
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    static struct result_step steps[MESSAGE_STEPS_MAX];
    static struct batch_item items[BATCH_ITEMS_MAX];
    struct result_message result = {.facts = facts, .steps = steps};
    struct batch_message batch = {.items = items};
    static struct resume_place places[RESUME_PLACES_MAX];
    struct resume_message resume = {.places = places};
    struct settled_message settled;
    struct log_message log;
    struct capture_message capture;
    struct metric_message metric;
    struct text_message text;
    struct job_message job;
    struct load_message load;
    switch (frame->type) {
    case FRAME_RESULT:
        if (message_get_result(frame, &result) == 0 && result.fact_count > MESSAGE_FACTS_MAX) {
            __builtin_trap();
        }
        break;
    case FRAME_BATCH:
        (void)message_get_batch(frame, &batch);
        break;
    case FRAME_SETTLED:
        if (message_get_settled(frame, &settled) == 0 && strlen(settled.why) > frame->body_size) {
            __builtin_trap();
        }
        break;
    case FRAME_RESUME:
        (void)message_get_resume(frame, &resume);
        break;
    case FRAME_CAPTURE:
        (void)message_get_capture(frame, &capture);
        break;
    case FRAME_LOG:
        (void)message_get_log(frame, &log);
        break;
    case FRAME_METRIC:
        (void)message_get_metric(frame, &metric);
        break;
    case FRAME_JOB:
        (void)message_get_job(frame, &job);
        break;
    case FRAME_LOAD:
        (void)message_get_load(frame, &load);
        break;
    default:
        (void)message_get_text(frame, &text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame frame;
    int used = frame_parse(data, size, &frame);
    while (used > 0) {
        read_as_told(&frame);
        data += used;
        size -= (size_t)used;
        used = frame_parse(data, size, &frame);
    }
    return 0;
}
