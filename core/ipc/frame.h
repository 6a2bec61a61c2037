/* SPDX-License-Identifier: MIT */
/*
 * Frames between vmmd and its hosts.
 *
 * A frame is 16 bytes of head (size of the whole frame, type, protocol version, id) and a body of fixed-width
 * little-endian numbers and length-prefixed bytes. Both ends are builds of one release: the version must be
 * equal. What a host sends is treated as hostile: each read is bounded, and the first that fails marks the
 * reader, so that a body is read to its end without a check a field and judged once.
 */
#ifndef IPC_FRAME_H
#define IPC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define FRAME_VERSION   1u
#define FRAME_HEAD_SIZE 16u
#define FRAME_MAX       (1u << 20) /* bytes of a frame, head included */

/* From the core to a host. */
#define FRAME_LOAD      1u /* struct load_message: which plugin; answered by DESCRIBED or FAILED */
#define FRAME_CONFIGURE 2u /* struct configure_message; answered by READY or FAILED */
#define FRAME_JOB       3u /* struct job_message; answered by RESULT with the same id */
#define FRAME_CANCEL    4u /* no body; the id is the job's */
#define FRAME_BATCH     5u /* struct batch_message; answered by one SETTLED a message */
#define FRAME_DRAIN     6u /* no body; finish what is there, answer DRAINED */
#define FRAME_PING      7u /* no body; answered by PONG with the same id */
#define FRAME_RESUMED   8u /* no body; what comes now goes on where RESUME said */
#define FRAME_CHECK     9u /* struct text_message: options of a device; answered by CHECKED with the same id */
#define FRAME_WEIGH     10u /* a transcript: whose device is it; answered by OPINION with the same id */

/* From a host to the core. */
#define FRAME_DESCRIBED 32u /* struct text_message: the descriptor as JSON */
#define FRAME_READY     33u /* no body */
#define FRAME_FAILED    34u /* struct text_message: why, one line */
#define FRAME_RESULT    35u /* struct result_message */
#define FRAME_SETTLED   36u /* struct settled_message */
#define FRAME_DRAINED   37u /* no body */
#define FRAME_PONG      38u /* no body */
#define FRAME_LOG       39u /* struct log_message */
#define FRAME_METRIC    40u /* struct metric_message */
#define FRAME_STATE     41u /* struct log_message: level 0 working, else why not (services) */
#define FRAME_RESUME    42u /* struct resume_message; answered by RESUMED (sinks that keep the record) */
#define FRAME_CAPTURE   43u /* struct capture_message; of a job that asks for it, before its RESULT */
#define FRAME_CHECKED   44u /* struct text_message: what is wrong with the options, one line; "" when nothing is */
#define FRAME_TRANSCRIPT 45u /* a transcript, of the job of this id; before its RESULT */
#define FRAME_OPINION    46u /* struct opinion_message */

struct frame {
    uint32_t type;
    uint64_t id;
    const uint8_t *body;
    size_t body_size;
};

/* Bytes borrowed from a frame's body; valid as long as the frame. */
struct frame_bytes {
    const uint8_t *data;
    uint32_t size;
};

/* Begin a frame at the end of `out`; returns the offset that frame_end() takes. */
size_t frame_begin(struct buf *out, uint32_t type, uint64_t id);

/* Complete it. VMM_E_TOOBIG or VMM_E_NOMEM: the frame has been taken back. */
int frame_end(struct buf *out, size_t begin);

void frame_put_u8(struct buf *out, uint8_t value);
void frame_put_u16(struct buf *out, uint16_t value);
void frame_put_u32(struct buf *out, uint32_t value);
void frame_put_u64(struct buf *out, uint64_t value);
void frame_put_bytes(struct buf *out, const void *bytes, size_t size);

/* A text goes with its NUL, so that it can be used where it lies. NULL goes as "". */
void frame_put_text(struct buf *out, const char *text);

/*
 * Look at the front of `data`. Returns the size of the whole frame and fills `frame`, 0 when bytes are
 * missing yet, or VMM_E_PROTO when this can be no frame.
 */
int frame_parse(const uint8_t *data, size_t size, struct frame *frame);

struct frame_reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

void frame_reader_init(struct frame_reader *reader, const struct frame *frame);
uint8_t frame_get_u8(struct frame_reader *reader);
uint16_t frame_get_u16(struct frame_reader *reader);
uint32_t frame_get_u32(struct frame_reader *reader);
uint64_t frame_get_u64(struct frame_reader *reader);
struct frame_bytes frame_get_bytes(struct frame_reader *reader);

/* A text as it lies in the frame: without a NUL inside, ended by one; "" after a failure. */
const char *frame_get_text(struct frame_reader *reader);

/* 0 when everything was there and nothing is left, else VMM_E_PROTO. */
int frame_reader_end(const struct frame_reader *reader);

#endif
