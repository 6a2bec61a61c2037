/* SPDX-License-Identifier: MIT */
#include "host/capture.h"

#define BODY_MAX (FRAME_MAX / 2) /* bytes of one body; head and request stand beside it */

void capture_tell(const struct job *job, const struct capture_message *message)
{
    struct capture_message told = *message;
    struct channel *channel = job_setup(job)->channel;
    if (job->order.captures == 0) {
        return;
    }
    told.body.size = told.body.size < BODY_MAX ? told.body.size : BODY_MAX;
    if (message_put_capture(channel_out(channel), job->id, &told) == 0) {
        channel_flush_soon(channel);
    }
}

void capture_bytes(const struct job *job, uint8_t kind, const void *bytes, size_t size)
{
    capture_tell(job, &(struct capture_message){.kind = kind,
                                                .method = "",
                                                .target = "",
                                                .asked = "",
                                                .body = {bytes, (uint32_t)size}});
}
