/* SPDX-License-Identifier: MIT */
#include "kit/fingerprint.h"

#include <kit/json.h>
#include <kit/xml.h>

#include <string.h>

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

/* Where `word` begins, in any case of letters; NULL when it does not stand there. */
static const char *find(struct vmm_text text, const char *word)
{
    size_t length = strlen(word);
    for (; text.size >= length; text.data++, text.size--) {
        if (vmm_text_begins(text, word)) {
            return text.data;
        }
    }
    return NULL;
}

/* ---- What is said ---- */

/* XM's newer web service: {"salt":…,"sessionID":…,"statusValue":200}. */
static bool is_xm(const struct vmm_http_answer *answer)
{
    struct json_t *json = NULL;
    if (answer->status != 200 || vmm_json_parse(body_of(answer), 0, &json) != 0) {
        return false;
    }
    int64_t status = 0;
    bool fits = vmm_json_at(json, "/salt") != NULL && vmm_json_at(json, "/sessionID") != NULL &&
                vmm_json_int(json, "/statusValue", 200, 200, &status) == 0;
    vmm_json_destroy(json);
    return fits;
}

static bool is_lilin(const struct vmm_http_answer *answer)
{
    return answer->status == 200 && vmm_text_begins(body_of(answer), "Device name=") &&
           find(body_of(answer), "Software Version=") != NULL;
}

/* ---- What is refused ---- */

static bool has_challenge(const struct vmm_http_answer *answer, const char *scheme)
{
    struct vmm_text value;
    struct vmm_text headers = vmm_text_bytes(answer->headers, answer->headers_size);
    return answer->status == 401 && vmm_text_header(headers, "WWW-Authenticate", &value) == 0 &&
           vmm_text_begins(value, scheme);
}

static bool refuses(const struct vmm_http_answer *answer)
{
    return answer->status == 401;
}

static bool refuses_by_digest(const struct vmm_http_answer *answer)
{
    return has_challenge(answer, "Digest");
}

const struct vmm_fingerprint vmm_fingerprints[] = {
    {"xm", "/CGI/Security/sessionLogin?timestamp:1", false, is_xm},
    {"lilin", "/server", false, is_lilin},
    {"uniview", "/LAPI/V1.0/System/DeviceBasicInfo", true, refuses},
    {"hikvision", "/ISAPI/System/deviceInfo", true, refuses_by_digest},
    {"dahua", "/cgi-bin/magicBox.cgi?action=getDeviceType", true, refuses},
};
const size_t vmm_fingerprint_count = sizeof(vmm_fingerprints) / sizeof(vmm_fingerprints[0]);

/* ---- ONVIF ---- */

bool vmm_fingerprint_is_onvif(const struct vmm_http_answer *answer)
{
    struct vmm_xml *xml = NULL;
    if (answer->status != 200 || vmm_xml_parse(body_of(answer), 0, &xml) != 0) {
        return false;
    }
    bool fits = vmm_xml_at(vmm_xml_root(xml), "Body/GetSystemDateAndTimeResponse") != NULL;
    vmm_xml_destroy(xml);
    return fits;
}

/* ---- Pages ---- */

struct vmm_text vmm_fingerprint_realm(struct vmm_text headers)
{
    static const char key[] = "realm=\"";
    struct vmm_text value;
    struct vmm_text realm = {0};
    if (vmm_text_header(headers, "WWW-Authenticate", &value) != 0) {
        return realm;
    }
    const char *begin = find(value, key);
    if (begin == NULL) {
        return realm;
    }
    begin += strlen(key);
    struct vmm_text rest = vmm_text_bytes(begin, value.size - (size_t)(begin - value.data));
    (void)vmm_text_part(&rest, '"', &realm);
    return realm;
}

struct vmm_text vmm_fingerprint_title(struct vmm_text page)
{
    const char *begin = find(page, "<title>");
    if (begin == NULL) {
        return (struct vmm_text){0};
    }
    begin += strlen("<title>");
    struct vmm_text rest = vmm_text_bytes(begin, page.size - (size_t)(begin - page.data));
    const char *end = find(rest, "</title");
    return vmm_text_trim(vmm_text_bytes(begin, end != NULL ? (size_t)(end - begin) : 0));
}
