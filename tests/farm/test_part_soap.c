/* SPDX-License-Identifier: MIT */
/* SOAP messages and the tokens in them. The digest was made by the line above it. */
#include "farm/wsse.h"

#include <criterion/criterion.h>

#define S12 "xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""
#define TYPE                                                                                       \
    "http://docs.oasis-open.org/wss/2004/01/"                                                      \
    "oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
#define NONCE     "MTIzNDU2Nzg5MDEyMzQ1Ng==" /* 1234567890123456 */
#define CREATED   "2024-01-01T00:00:00Z"
#define CREATED_S INT64_C(1704067200)
/* printf '1234567890123456%ssecret' 2024-01-01T00:00:00Z | openssl dgst -sha1 -binary | base64 */
#define SIGNED "VpDvrK/sgqImkNmk1y6uFWP/YuU="

static struct soap read_message(const char *text)
{
    struct soap soap;
    cr_assert(soap_read(slice_of(text), &soap), "%s", text);
    return soap;
}

static void expect_slice(struct slice is, const char *wanted)
{
    cr_expect(slice_equal(is, slice_of(wanted)), "%.*s, not %s", (int)is.len, is.at, wanted);
}

static const char message[] =
    "<?xml version=\"1.0\"?><!-- > --><s:Envelope " S12 "><s:Header>"
    "<Security xmlns=\"urn:x\"><UsernameToken><Username> admin </Username>"
    "<Password Type=\"" TYPE "\">" SIGNED "</Password><Nonce>" NONCE "</Nonce>"
    "<Created xmlns='urn:u'>" CREATED "</Created></UsernameToken></Security></s:Header>"
    "<s:Body><GetProfiles xmlns=\"http://www.onvif.org/ver20/media/wsdl\"><Type>All</Type>"
    "</GetProfiles></s:Body></s:Envelope>";

Test(part_soap, the_operation_and_the_token_are_found)
{
    struct soap soap = read_message(message);
    expect_slice(soap.operation, "GetProfiles");
    expect_slice(soap.space, "http://www.onvif.org/ver20/media/wsdl");
    expect_slice(soap.user, "admin");
    expect_slice(soap.password, SIGNED);
    expect_slice(soap.type, TYPE);
    expect_slice(soap.nonce, NONCE);
    expect_slice(soap.created, CREATED);
}

Test(part_soap, a_prefix_is_looked_up_where_it_was_declared)
{
    struct soap soap = read_message("<E:Envelope xmlns:a=\"urn:outer\"><E:Body xmlns:b='urn:b'>"
                                    "<a:GetNTP/></E:Body></E:Envelope>");
    expect_slice(soap.operation, "GetNTP");
    expect_slice(soap.space, "urn:outer");
    soap =
        read_message("<Envelope xmlns:a=\"urn:outer\"><Header/><Body><a:X xmlns:a=\"urn:inner\"/>");
    expect_slice(soap.space, "urn:inner");
}

Test(part_soap, what_is_no_message_is_none)
{
    static const char *const texts[] = {"",
                                        "<",
                                        "<>",
                                        "GET / HTTP/1.1",
                                        "<html><body><p>x</p></body></html>",
                                        "<s:Envelope><s:Body></s:Body></s:Envelope>",
                                        "<s:Envelope><s:Body>text</s:Body>",
                                        "</s:Envelope>",
                                        "<Envelope a=><Body x=\">"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct soap soap;
        cr_expect_not(soap_read(slice_of(texts[i]), &soap), "%s", texts[i]);
        cr_expect_eq(soap.operation.len, 0);
    }
}

Test(part_soap, an_account_named_in_the_body_is_no_token)
{
    struct soap soap = read_message("<s:Envelope><s:Body><SetUser><Username>x</Username></SetUser>"
                                    "</s:Body></s:Envelope>");
    cr_expect_eq(soap.user.len, 0);
}

static const struct wsse_policy policy = {.asked = true, .window_s = 10};
static struct clock clock_of_device;
static struct wsse_seen seen;

static const char *fault_of(const struct wsse_policy *of, const char *text, int64_t wall_s)
{
    struct soap soap = read_message(text);
    return wsse_fault(&(struct wsse_check){.policy = of,
                                           .soap = &soap,
                                           .clock = &clock_of_device,
                                           .wall_us = wall_s * 1000000,
                                           .seen = &seen});
}

Test(part_soap, a_token_is_good_once_and_near_the_devices_time)
{
    cr_expect_null(fault_of(&policy, message, CREATED_S + 10));
    cr_expect_not_null(fault_of(&policy, message, CREATED_S), "twice");
    seen = (struct wsse_seen){0};
    cr_expect_not_null(fault_of(&policy, message, CREATED_S + 11));
    cr_expect_not_null(fault_of(&policy, message, CREATED_S - 11));
    clock_of_device.offset_s = 3600;
    cr_expect_null(fault_of(&policy, message, CREATED_S - 3600));
}

Test(part_soap, a_device_may_go_by_another_clock_than_it_tells)
{
    struct wsse_policy strict = policy;
    strict.by_true_time = true;
    clock_of_device.offset_s = 3600;
    cr_expect_not_null(fault_of(&strict, message, CREATED_S - 3600));
    cr_expect_null(fault_of(&strict, message, CREATED_S));
}

Test(part_soap, a_password_in_plain_is_no_token)
{
    cr_expect_not_null(fault_of(&policy,
                                "<Envelope><Header><Username>a</Username><Password>p</Password>"
                                "<Nonce>" NONCE "</Nonce><Created>" CREATED "</Created></Header>"
                                "<Body><GetX/></Body></Envelope>",
                                CREATED_S));
}

Test(part_soap, the_signature_is_of_nonce_time_and_password)
{
    struct soap soap = read_message(message);
    cr_expect(wsse_is_signed(&soap, "secret"));
    cr_expect_not(wsse_is_signed(&soap, "Secret"));
    soap.created = SLICE("2024-01-01T00:00:01Z");
    cr_expect_not(wsse_is_signed(&soap, "secret"));
}
