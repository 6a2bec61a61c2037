/* SPDX-License-Identifier: MIT */
/* DVRIP's frames and hash, against the frames and pairs that its open clients publish. */
#include "farm/dvrip.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char login_body[] = "{\"EncryptType\":\"MD5\",\"LoginType\":\"DVRIP-Web\","
                                 "\"PassWord\":\"tlJwpbo6\",\"UserName\":\"admin\"}\n";

/* The worked login frame: 88 bytes of body, LF and NUL among them. */
static size_t login_frame(char out[256])
{
    static const unsigned char head[DVRIP_HEAD] = {0xff, 0, 0, 0, 0,    0,    0,    0, 0, 0,
                                                   0,    0, 0, 0, 0xe8, 0x03, 0x58, 0, 0, 0};
    memcpy(out, head, sizeof head);
    memcpy(out + sizeof head, login_body, sizeof login_body);
    return sizeof head + sizeof login_body;
}

static struct message read_frame(const char *frame, size_t size)
{
    struct message message;
    cr_assert_eq(dvrip_read(frame, size, &message), MESSAGE_WHOLE);
    message.body = (struct slice){frame + DVRIP_HEAD, (size_t)message.body_len};
    dvrip_read_body(&message);
    return message;
}

Test(part_dvrip, a_login_frame_is_read)
{
    char frame[256];
    struct dvrip_login login;
    size_t size = login_frame(frame);
    cr_assert_eq(size, DVRIP_HEAD + 88u);
    struct message message = read_frame(frame, size);
    cr_expect_eq(message.id, DVRIP_LOGIN);
    cr_expect_eq(message.body_len, 88);
    cr_expect_str_eq(message.made, "/1000");
    cr_assert(dvrip_read_login(message.body, &login));
    cr_expect_str_eq(login.user, "admin");
    cr_expect_str_eq(login.hash, "tlJwpbo6");
}

Test(part_dvrip, the_hash_is_the_published_one)
{
    static const char *const pairs[][2] = {{"", "tlJwpbo6"},
                                           {"admin", "6QNMIQGe"},
                                           {"tluafed", "OxhlwSG8"},
                                           {"goodPassword", "HfhyFPRN"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char hash[DVRIP_HASH + 1];
        dvrip_hash(pairs[i][0], hash);
        cr_expect_str_eq(hash, pairs[i][1]);
    }
}

Test(part_dvrip, a_frame_is_whole_with_its_head_and_bad_without_its_magic)
{
    char frame[256];
    struct message message;
    login_frame(frame);
    for (size_t i = 0; i < DVRIP_HEAD; i++) {
        cr_expect_eq(dvrip_read(frame, i, &message), MESSAGE_PART);
    }
    frame[18] = 1; /* 64 KiB and more */
    cr_expect_eq(dvrip_read(frame, DVRIP_HEAD, &message), MESSAGE_BAD);
    frame[0] = 'G';
    cr_expect_eq(dvrip_read(frame, 1, &message), MESSAGE_BAD);
}

Test(part_dvrip, what_is_no_login_is_none)
{
    static const char *const bodies[] = {
        "",
        "{",
        "[]",
        "{\"EncryptType\":\"MD5\",\"UserName\":\"a\"}",
        "{\"EncryptType\":\"NONE\",\"UserName\":\"a\",\"PassWord\":\"12345678\"}",
        "{\"EncryptType\":\"MD5\",\"UserName\":\"a\",\"PassWord\":\"secret\"}"};
    struct dvrip_login login;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        cr_expect_not(dvrip_read_login(slice_of(bodies[i]), &login), "%s", bodies[i]);
    }
}

/* Answers carry the id behind the question's, and the question's sequence. */
Test(part_dvrip, an_answer_is_one_frame_or_several)
{
    struct message asked = {.id = 1020, .sequence = 7};
    struct out out = {0};
    struct message message;
    dvrip_write(&asked, 0x57, SLICE("{\"Ret\":100}"), 0, &out);
    cr_assert_eq(out.len, DVRIP_HEAD + 13u);
    cr_assert_eq(dvrip_read(out.data, out.len, &message), MESSAGE_WHOLE);
    cr_expect_eq(message.id, 1021);
    cr_expect_eq(message.session, 0x57);
    cr_expect_eq(message.sequence, 7);
    cr_expect_eq(out.data[12], 0);
    cr_expect_arr_eq(out.data + DVRIP_HEAD, "{\"Ret\":100}\n", 13);
    out.len = 0;
    dvrip_write(&asked, 0x57, SLICE("{\"Ret\":100}"), 6, &out);
    cr_assert_eq(out.len, 3 * DVRIP_HEAD + 13u);
    cr_expect_eq(out.data[12], 3);
    cr_expect_eq(out.data[13], 0);
    cr_expect_eq(out.data[DVRIP_HEAD + 6 + 13], 1);
    cr_expect_eq(out.data[2 * (DVRIP_HEAD + 6) + 16], 1, "the last is one byte");
    out_finish(&out);
}
