/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "webhook_sign.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define BARE   "C2FVsBQIhrscChlQIMV+b5sSYspob7oD" /* the prefix may be missing */
#define OTHER  "whsec_" BARE
#define ID     "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define WHEN   1614265330
#define BODY   "{\"test\": 2432232314}"

static struct webhook_secrets secrets;
static char signatures[WEBHOOK_SECRETS_MAX * WEBHOOK_SIGNATURE_SIZE];

static void add(const char *text)
{
    cr_assert_eq(webhook_secret_add(&secrets, text), 0, "%s", text);
}

static void assert_signature(const char *id, int64_t when, const char *body, const char *expected)
{
    cr_assert_eq(webhook_sign(&secrets, id, when, body, strlen(body), signatures), 0);
    cr_assert_str_eq(signatures, expected);
}

/* The first is the vector that the reference libraries share; the others come from one of them. */
Test(webhook_sign, known_signatures)
{
    add(SECRET);
    assert_signature(ID, WHEN, BODY, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    webhook_secrets_finish(&secrets);
    add(OTHER);
    assert_signature(ID, WHEN, BODY, "v1,78nXHjpFP0tVJQW5D0SBwmVyyW87BV/rL6MgfM/Bw44=");
    assert_signature("7f0e", 0, "", "v1,Sk4Bh21i6YtztvOkr+j96hM7VPBomyKn+xQIYE8O93U=");
}

Test(webhook_sign, each_secret_signs_while_one_takes_over)
{
    add(SECRET);
    add(BARE);
    assert_signature(ID, WHEN, BODY,
                     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= "
                     "v1,78nXHjpFP0tVJQW5D0SBwmVyyW87BV/rL6MgfM/Bw44=");
    add(SECRET);
    add(SECRET);
    cr_assert_eq(webhook_secret_add(&secrets, SECRET), VMM_E_TOOBIG);
    cr_assert_eq(webhook_sign(&secrets, ID, WHEN, "", 0, signatures), 0);
    cr_assert_eq(strlen(signatures), 4 * WEBHOOK_SIGNATURE_SIZE - 1);
}

Test(webhook_sign, without_a_secret_nothing_is_signed)
{
    assert_signature(ID, WHEN, BODY, "");
}

Test(webhook_sign, secrets_of_another_form)
{
    static const char *const bad[] = {"",
                                      "whsec_",
                                      "whsec_abc",
                                      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS*",
                                      "whsec_====",
                                      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL===",
                                      "whsec_MfKQ9r8GKYqrTwjU=D8ILPZIo2LaLaSw",
                                      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(webhook_secret_add(&secrets, bad[i]), VMM_E_INVAL, "%s", bad[i]);
    }
    cr_assert_eq(secrets.count, 0);
}

/* base64 of `size` bytes 'k'. */
static const char *key_of(size_t size)
{
    static char text[128];
    static const char *const ends[] = {"", "aw==", "a2s="};
    size_t used = 0;
    for (size_t i = 0; i < size / 3; i++) {
        used += (size_t)snprintf(text + used, sizeof(text) - used, "a2tr");
    }
    snprintf(text + used, sizeof(text) - used, "%s", ends[size % 3]);
    return text;
}

Test(webhook_sign, keys_have_24_to_64_bytes)
{
    cr_assert_eq(webhook_secret_add(&secrets, key_of(23)), VMM_E_RANGE);
    cr_assert_eq(webhook_secret_add(&secrets, key_of(24)), 0);
    cr_assert_eq(webhook_secret_add(&secrets, key_of(25)), 0);
    cr_assert_eq(webhook_secret_add(&secrets, key_of(64)), 0);
    cr_assert_eq(webhook_secret_add(&secrets, key_of(65)), VMM_E_RANGE);
    cr_assert_eq(webhook_secret_add(&secrets, key_of(90)), VMM_E_RANGE);
    cr_assert_eq(secrets.sizes[1], 25);
    cr_assert_eq(secrets.sizes[2], 64);
}
