/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/fingerprint.h>

#include <string.h>

static struct vmm_http_answer answer_of(uint32_t status, const char *headers, const char *body)
{
    return (struct vmm_http_answer){.status = status,
                                    .headers = headers,
                                    .headers_size = strlen(headers),
                                    .body = (const uint8_t *)body,
                                    .body_size = strlen(body)};
}

/* The provider whose fingerprint fits this answer to its path; "" when it does not fit. */
static const char *fits(const char *provider, uint32_t status, const char *headers,
                        const char *body)
{
    struct vmm_http_answer answer = answer_of(status, headers, body);
    for (size_t i = 0; i < vmm_fingerprint_count; i++) {
        if (strcmp(vmm_fingerprints[i].provider, provider) == 0) {
            return vmm_fingerprints[i].fits(&answer) ? provider : "";
        }
    }
    return "no such fingerprint";
}

#define DIGEST "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n"

Test(kit_fingerprint, makers_that_say_who_they_are)
{
    cr_assert_str_eq(
        fits("xm", 200, "", "{\"salt\":\"a\",\"sessionID\":\"b\",\"statusValue\":200}"), "xm");
    cr_assert_str_eq(fits("xm", 200, "", "{\"statusValue\":200}"), "");
    cr_assert_str_eq(
        fits("xm", 404, "", "{\"salt\":\"a\",\"sessionID\":\"b\",\"statusValue\":200}"), "");
    cr_assert_str_eq(fits("xm", 200, "", "<html>"), "");
    cr_assert_str_eq(fits("lilin", 200, "", "Device name=DVR816\nSoftware Version=1.1.2\n"),
                     "lilin");
    cr_assert_str_eq(fits("lilin", 200, "", "Device name=other\n"), "");
    cr_assert_str_eq(fits("lilin", 401, "", ""), "");
}

Test(kit_fingerprint, makers_that_refuse_a_path_of_their_own)
{
    cr_assert_str_eq(fits("uniview", 401, "", ""), "uniview");
    cr_assert_str_eq(fits("uniview", 404, "", ""), "");
    cr_assert_str_eq(fits("hikvision", 401, DIGEST, ""), "hikvision");
    cr_assert_str_eq(fits("hikvision", 401, "WWW-Authenticate: Basic realm=\"x\"\r\n", ""), "");
    cr_assert_str_eq(fits("hikvision", 200, "", "<DeviceInfo/>"), "",
                     "a look-alike asks for no login");
    cr_assert_str_eq(fits("dahua", 401, "", ""), "dahua");
    cr_assert_str_eq(fits("dahua", 200, "", "type=DVR"), "");
}

Test(kit_fingerprint, what_is_said_goes_before_what_is_refused_and_uniview_before_hikvision)
{
    size_t place = 0;
    size_t uniview = 0;
    for (size_t i = 0; i < vmm_fingerprint_count; i++) {
        const struct vmm_fingerprint *f = &vmm_fingerprints[i];
        cr_assert(i == 0 || !vmm_fingerprints[i - 1].is_refusal || f->is_refusal);
        uniview = strcmp(f->provider, "uniview") == 0 ? i : uniview;
        place = strcmp(f->provider, "hikvision") == 0 ? i : place;
    }
    cr_assert_lt(uniview, place);
}

Test(kit_fingerprint, onvif_is_its_answer_and_no_other_envelope)
{
    struct vmm_http_answer good = answer_of(
        200, "",
        "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body>"
        "<tds:GetSystemDateAndTimeResponse xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\"/>"
        "</e:Body></e:Envelope>");
    struct vmm_http_answer fault =
        answer_of(200, "", "<e:Envelope xmlns:e=\"x\"><e:Body><e:Fault/></e:Body></e:Envelope>");
    struct vmm_http_answer page = answer_of(200, "", "<html></html>");
    cr_assert(vmm_fingerprint_is_onvif(&good));
    cr_assert_not(vmm_fingerprint_is_onvif(&fault));
    cr_assert_not(vmm_fingerprint_is_onvif(&page));
    good.status = 401;
    cr_assert_not(vmm_fingerprint_is_onvif(&good));
}

static void expect_title(const char *page, const char *title)
{
    struct vmm_text found = vmm_fingerprint_title(vmm_text_of(page));
    cr_assert(vmm_text_equal(found, title), "%.*s", (int)found.size, found.data);
}

Test(kit_fingerprint, a_title_is_what_stands_between_its_tags)
{
    expect_title("<HTML><Title> Web Viewer </TITLE>", "Web Viewer");
    expect_title("<title>no end", "");
    expect_title("<html></html>", "");
    expect_title("", "");
}

static void expect_realm(const char *headers, const char *realm)
{
    struct vmm_text found = vmm_fingerprint_realm(vmm_text_of(headers));
    cr_assert(vmm_text_equal(found, realm), "%.*s", (int)found.size, found.data);
}

Test(kit_fingerprint, a_realm_is_told_without_its_nonce)
{
    expect_realm(
        "Server: x\r\nWWW-Authenticate: Digest qop=\"auth\", realm=\"NVR\", nonce=\"1\"\r\n",
        "NVR");
    expect_realm("www-authenticate: Basic realm=\"a b\"\r\n", "a b");
    expect_realm("WWW-Authenticate: Basic realm=x\r\n", "");
    expect_realm("Server: x\r\n", "");
}
