/* SPDX-License-Identifier: MIT */
/* What a device repeats of a password becomes unreadable, in the shapes it was sent in, and nothing else does. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "host/mask.h"

#define ROOM 256

static void check(const char *password, const char *text, const char *expected)
{
    char copy[ROOM];
    struct mask mask;
    mask_init(&mask, "admin", password);
    snprintf(copy, sizeof(copy), "%s", text);
    mask_text(&mask, copy, ROOM);
    cr_expect_str_eq(copy, expected, "%s: %s", text, copy);
    mask_finish(&mask);
}

Test(host_mask, each_shape_is_covered_wherever_it_stands)
{
    check("s3cret&x", "s3cret&x", "***");
    check("s3cret&x", "a s3cret&x b S3CRET&X", "a *** b ***");
    check("s3cret&x", "/q?u=admin&p=s3cret%26x HTTP", "/q?u=admin&p=*** HTTP");
    check("s3cret&x", "/q?p=s3cret%26X", "/q?p=***");
    check("secret", "m=5ebe2294ecd0e0f08eab7690d2a6ee69;", "m=***;");
    check("secret", "Basic YWRtaW46c2VjcmV0, again", "Basic ***, again");
}

Test(host_mask, what_is_no_password_stays)
{
    check("s3cret&x", "model=IB9368 s3cret&y", "model=IB9368 s3cret&y");
    check("12", "firmware 1.12", "firmware 1.12");
    check("", "anything", "anything");
    check("s3cret&x", "", "");
}

Test(host_mask, a_text_that_was_cut_ends_before_the_password)
{
    char text[ROOM];
    struct mask mask;
    mask_init(&mask, "admin", "s3cret-and-long");
    memset(text, '.', sizeof(text));
    memcpy(text + ROOM - 10, "s3cret-an", 10);
    mask_text(&mask, text, ROOM);
    cr_expect_str_eq(text + ROOM - 10, "***");
    snprintf(text, sizeof(text), "short, and ends with s3cret-an");
    mask_text(&mask, text, ROOM);
    cr_expect_str_eq(text, "short, and ends with s3cret-an", "this one was not cut");
    mask_finish(&mask);
}
