/* SPDX-License-Identifier: MIT */
/* Messages that a client may send: what is found lies within them, and tokens are judged without harm. */
#include "farm/wsse.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_within(struct slice part, struct slice whole)
{
    if (part.len > 0 && (part.at < whole.at || part.at + part.len > whole.at + whole.len)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct wsse_policy policy = {.asked = true, .window_s = 300};
    struct slice text = {(const char *)data, size};
    struct wsse_seen seen = {0};
    struct clock clock = {0};
    struct soap soap;
    bool good = soap_read(text, &soap);
    if (good != (soap.operation.len > 0)) {
        abort();
    }
    expect_within(soap.operation, text);
    expect_within(soap.space, text);
    expect_within(soap.user, text);
    expect_within(soap.password, text);
    expect_within(soap.type, text);
    expect_within(soap.nonce, text);
    expect_within(soap.created, text);
    wsse_fault(&(struct wsse_check){
        .policy = &policy, .soap = &soap, .clock = &clock, .wall_us = 0, .seen = &seen});
    wsse_is_signed(&soap, "secret");
    return 0;
}
