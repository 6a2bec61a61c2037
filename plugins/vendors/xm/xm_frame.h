/* SPDX-License-Identifier: MIT */
/*
 * DVRIP's frames: 20 bytes of head (little-endian), then JSON. A long answer comes in several packets. Pure.
 *
 *   0 magic FF, 1 version, 4 session, 8 sequence, 12 packets, 13 packet (from 0), 14 message id, 16 length
 *
 * Sources: the interface description of the maker in OpenIPC/python-dvr's doc folder, and the clients
 * python-dvr, alexshpilkin/dvrip and go2rtc, which agree on 20 bytes where its text says 32.
 */
#ifndef XM_FRAME_H
#define XM_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include <kit/text.h>

#define XM_HEAD_SIZE  20u
#define XM_PACKET_MAX (64u << 10) /* bytes of one packet; clients refuse more than 32 KiB */
#define XM_BODY_MAX   (1u << 20)  /* bytes of an answer, put together */

struct xm_message {
    uint32_t session;
    uint16_t id;
    struct vmm_text body; /* without the line end and NUL that close it */
};

/* Reads frames out of a stream of bytes. */
struct xm_reader {
    uint8_t *data; /* what came and was not handed out yet */
    size_t size;
    size_t room;
    uint8_t *body; /* packets put together */
    size_t body_size;
    size_t body_room;
    uint16_t id;  /* of the message being put together, 0: none */
    uint8_t next; /* packet that has to come */
    size_t taken; /* bytes of `data` that the last message took */
};

void xm_reader_init(struct xm_reader *reader);
void xm_reader_finish(struct xm_reader *reader);

/* Take bytes over. 0, VMM_E_TOOBIG past the limits above, VMM_E_NOMEM. */
int xm_reader_add(struct xm_reader *reader, const uint8_t *bytes, size_t size);

/* The next whole message: 1 with `message` set until the next call, 0 when bytes are missing, VMM_E_PROTO when this
 * is no DVRIP, VMM_E_TOOBIG, VMM_E_NOMEM. */
int xm_reader_next(struct xm_reader *reader, struct xm_message *message);

/* Write the head of a frame whose body has `length` bytes. */
void xm_head_write(uint8_t out[XM_HEAD_SIZE], uint32_t session, uint32_t sequence, uint16_t id,
                   uint32_t length);

#endif
