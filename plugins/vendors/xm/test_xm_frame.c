/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <string.h>

#include <vmm/errors.h>

#include "xm_ask.h"
#include "xm_frame.h"
#include "xm_note.h"

static size_t put(uint8_t *at, uint16_t id, uint8_t packets, uint8_t packet, const char *body,
                  size_t size)
{
    xm_head_write(at, 0x57, 1, id, (uint32_t)size);
    at[12] = packets;
    at[13] = packet;
    memcpy(at + XM_HEAD_SIZE, body, size);
    return XM_HEAD_SIZE + size;
}

/* The frame that the descriptions of the protocol work through. */
Test(xm_frame, the_head_of_a_keep_alive)
{
    static const uint8_t known[XM_HEAD_SIZE] = {0xff, 0, 0, 0, 0x57, 0,    0,    0, 1,
                                                0,    0, 0, 0, 0,    0xee, 0x03, 47};
    uint8_t head[XM_HEAD_SIZE];
    xm_head_write(head, 0x57, 1, 1006, 47);
    cr_assert_arr_eq(head, known, sizeof(known));
}

Test(xm_frame, a_message_may_come_byte_by_byte)
{
    uint8_t bytes[128];
    size_t size = put(bytes, 1021, 0, 0, "{\"Ret\":100}\n", 13);
    struct xm_reader reader;
    struct xm_message message;
    xm_reader_init(&reader);
    for (size_t i = 0; i < size; i++) {
        cr_assert_eq(xm_reader_next(&reader, &message), 0);
        cr_assert_eq(xm_reader_add(&reader, bytes + i, 1), 0);
    }
    cr_assert_eq(xm_reader_next(&reader, &message), 1);
    cr_expect_eq(message.id, 1021);
    cr_expect_eq(message.session, 0x57);
    cr_expect(vmm_text_equal(message.body, "{\"Ret\":100}"), "without its end");
    cr_expect_eq(xm_reader_next(&reader, &message), 0);
    xm_reader_finish(&reader);
}

Test(xm_frame, packets_are_put_together)
{
    uint8_t bytes[256];
    size_t size = put(bytes, 1043, 3, 0, "{\"a\"", 4);
    size += put(bytes + size, 1043, 3, 1, ":1", 2);
    size += put(bytes + size, 1043, 3, 2, "}\n", 3);
    size += put(bytes + size, 1021, 1, 0, "{}", 2);
    struct xm_reader reader;
    struct xm_message message;
    xm_reader_init(&reader);
    cr_assert_eq(xm_reader_add(&reader, bytes, size), 0);
    cr_assert_eq(xm_reader_next(&reader, &message), 1);
    cr_expect(vmm_text_equal(message.body, "{\"a\":1}"));
    cr_assert_eq(xm_reader_next(&reader, &message), 1);
    cr_expect(vmm_text_equal(message.body, "{}"));
    xm_reader_finish(&reader);
}

Test(xm_frame, what_is_no_frame_is_refused)
{
    uint8_t bytes[64];
    struct xm_reader reader;
    struct xm_message message;
    xm_reader_init(&reader);
    cr_assert_eq(xm_reader_add(&reader, (const uint8_t *)"HTTP", 4), 0);
    cr_expect_eq(xm_reader_next(&reader, &message), VMM_E_PROTO);
    xm_reader_finish(&reader);
    xm_head_write(bytes, 0, 0, 1001, XM_PACKET_MAX + 1);
    cr_assert_eq(xm_reader_add(&reader, bytes, XM_HEAD_SIZE), 0);
    cr_expect_eq(xm_reader_next(&reader, &message), VMM_E_TOOBIG);
    xm_reader_finish(&reader);
    size_t size = put(bytes, 1043, 3, 1, "x", 1); /* the first packet is missing */
    cr_assert_eq(xm_reader_add(&reader, bytes, size), 0);
    cr_expect_eq(xm_reader_next(&reader, &message), VMM_E_PROTO);
    xm_reader_finish(&reader);
}

/* Nothing that sets, formats, reboots, upgrades or touches users. */
Test(xm_ask, only_questions_can_be_sent)
{
    static const uint16_t reading[] = {1000, 1020, 1042, 1048, 1360, 1440, 1452};
    for (int ask = 0; ask < XM_ASK_COUNT; ask++) {
        bool known = false;
        for (size_t i = 0; i < sizeof(reading) / sizeof(reading[0]); i++) {
            known |= xm_ask_id((enum xm_ask)ask) == reading[i];
        }
        cr_expect(known, "%u", xm_ask_id((enum xm_ask)ask));
    }
}

Test(xm_ask, the_login_holds_words_and_no_secret)
{
    char body[256];
    cr_assert_gt(xm_ask_body(XM_ASK_LOGIN, 0, NULL, body, sizeof(body)), 0);
    cr_expect_str_eq(body, "{\"EncryptType\":\"MD5\",\"LoginType\":\"DVRIP-Web\","
                           "\"PassWord\":\"{pass_sofia}\",\"UserName\":\"{user}\"}");
    cr_expect_eq(xm_ask_body(XM_ASK_LOGIN, 0, NULL, body, 20), VMM_E_TOOBIG);
}

Test(xm_note, what_cannot_be_ours_is_a_first_look)
{
    uint8_t bytes[XM_NOTE_SIZE];
    struct xm_note note = {.turn = 3, .overwrite = 2, .channel = 300};
    xm_note_write(&note, bytes);
    struct xm_note back = xm_note_read(bytes, sizeof(bytes));
    cr_expect_eq(back.turn, 3);
    cr_expect_eq(back.overwrite, 2);
    cr_expect_eq(back.channel, 300);
    bytes[0] = 9;
    cr_expect_eq(xm_note_read(bytes, sizeof(bytes)).turn, 0);
    cr_expect_eq(xm_note_read(bytes, 3).channel, 0);
    cr_expect_eq(xm_note_read(NULL, 0).channel, 0);
}
