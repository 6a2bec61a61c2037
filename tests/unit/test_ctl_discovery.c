/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "ctl/discovery.h"

#define FROM "192.0.2.64"

/* An answer with these matches in it, in the prefixes of the specification. */
#define ANSWER(MATCHES)                                                                            \
    "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "      \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                                \
    "xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><s:Body><d:ProbeMatches>" MATCHES \
    "</d:ProbeMatches></s:Body></s:Envelope>"

#define MATCH(ENDPOINT, SCOPES, XADDRS)                                                            \
    "<d:ProbeMatch><a:EndpointReference><a:Address>" ENDPOINT "</a:Address></a:EndpointReference>" \
    "<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>" SCOPES                               \
    "</d:Scopes><d:XAddrs>" XADDRS "</d:XAddrs></d:ProbeMatch>"

static struct discovery found;

static void tear_down(void)
{
    discovery_finish(&found);
}

TestSuite(discovery, .fini = tear_down);

static void take(const char *text, const char *from)
{
    cr_assert_eq(discovery_take(&found, text, strlen(text), from), 0);
}

/* The one device found so far, as "host:port path (says)". */
static void expect_one(const char *wanted)
{
    char is[512];
    cr_assert_eq(found.count, 1, "%zu devices", found.count);
    const struct discovered *device = &found.devices[0];
    snprintf(is, sizeof(is), "%s:%u%s %s (%s)", device->from, (unsigned)device->port,
             device->tls ? " TLS" : "", device->path, device->says);
    cr_expect_str_eq(is, wanted);
}

/* ---- What is asked ---- */

Test(discovery, each_form_asks_for_other_types)
{
    static const char *const types[] = {">dn:NetworkVideoTransmitter<", ">tds:Device<",
                                        "<d:Probe></d:Probe>"};
    char text[1024];
    for (unsigned form = 0; form < DISCOVERY_FORMS; form++) {
        int length = discovery_probe(form, "0192-id", text, sizeof(text));
        cr_assert_eq(length, (int)strlen(text));
        cr_expect_not_null(strstr(text, types[form]), "%s", text);
        cr_expect_not_null(strstr(text, "<a:MessageID>urn:uuid:0192-id</a:MessageID>"));
    }
    cr_expect_eq(discovery_probe(0, "0192-id", text, 64), VMM_E_TOOBIG);
}

/* ---- What is answered ---- */

Test(discovery, a_device_is_told_with_its_scopes)
{
    take(
        ANSWER(MATCH("urn:uuid:1",
                     "onvif://www.onvif.org/name/Front%20Door onvif://www.onvif.org/hardware/IPC-1 "
                     "onvif://www.onvif.org/location/Taipei onvif://www.onvif.org/type/ptz",
                     "http://192.0.2.64/onvif/device_service")),
        FROM);
    expect_one("192.0.2.64:80 /onvif/device_service ()");
    cr_expect_str_eq(found.devices[0].endpoint, "urn:uuid:1");
    cr_expect_str_eq(found.devices[0].name, "Front Door");
    cr_expect_str_eq(found.devices[0].hardware, "IPC-1");
    cr_expect_str_eq(found.devices[0].location, "Taipei");
}

Test(discovery, of_several_addresses_the_one_it_answered_from_is_taken)
{
    take(ANSWER(MATCH("urn:uuid:1", "",
                      "http://[fe80::1]/onvif/a http://10.0.0.9:8080/onvif/b "
                      "http://192.0.2.64:8899/onvif/c")),
         FROM);
    expect_one("192.0.2.64:8899 /onvif/c ()");
}

Test(discovery, where_a_device_says_that_it_is_never_replaces_where_it_answered_from)
{
    take(ANSWER(MATCH("urn:uuid:1", "", "http://0.0.0.0:2020/onvif/device_service")), FROM);
    expect_one("192.0.2.64:2020 /onvif/device_service (0.0.0.0)");
    discovery_finish(&found);
    take(ANSWER(MATCH("urn:uuid:1", "", "https://[fe80::1]/onvif/x")), FROM);
    expect_one("192.0.2.64:443 TLS /onvif/x (fe80::1)");
    discovery_finish(&found);
    take(ANSWER(MATCH("urn:uuid:1", "", "")), FROM);
    expect_one("192.0.2.64:80  ()");
    discovery_finish(&found);
    take(ANSWER(MATCH("urn:uuid:1", "",
                      "ftp://192.0.2.64/x http://192.0.2.64:99999/x http://:80/ http://[::1/ "
                      "http://192.0.2.64:81")),
         FROM);
    expect_one("192.0.2.64:81  ()");
}

Test(discovery, a_device_that_answers_again_is_one_device)
{
    const char *first = ANSWER(MATCH("urn:uuid:1", "", "http://192.0.2.64/onvif/device_service"));
    take(first, FROM);
    take(first, FROM);
    take(first, "198.51.100.7");
    expect_one("192.0.2.64:80 /onvif/device_service ()");
    take(ANSWER(MATCH("urn:uuid:2", "", "http://192.0.2.64/onvif/device_service")), FROM);
    cr_expect_eq(found.count, 2, "two channels of one recorder are two");
}

Test(discovery, one_without_a_name_for_itself_is_known_by_where_it_is)
{
    const char *answer = ANSWER(MATCH("", "", "http://192.0.2.64/onvif/device_service"));
    take(answer, FROM);
    take(answer, FROM);
    take(answer, "192.0.2.65");
    cr_expect_eq(found.count, 2);
}

Test(discovery, several_matches_of_one_answer_are_several_devices)
{
    take(ANSWER(MATCH("urn:uuid:1", "", "http://192.0.2.64/onvif/1")
                    MATCH("urn:uuid:2", "", "http://192.0.2.64:81/onvif/2")),
         FROM);
    cr_assert_eq(found.count, 2);
    cr_expect_eq(found.devices[1].port, 81);
}

Test(discovery, prefixes_and_namespaces_do_not_count)
{
    take("<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"x\" xmlns:wsdd=\"y\" xmlns:wsa=\"z\"><SOAP-ENV:Body>"
         "<wsdd:ProbeMatches><wsdd:ProbeMatch><wsa:EndpointReference><wsa:Address>uuid:7"
         "</wsa:Address></wsa:EndpointReference><wsdd:Types/><wsdd:XAddrs>"
         "http://192.0.2.64/ONVIF/device</wsdd:XAddrs></wsdd:ProbeMatch></wsdd:ProbeMatches>"
         "</SOAP-ENV:Body></SOAP-ENV:Envelope>",
         FROM);
    expect_one("192.0.2.64:80 /ONVIF/device ()");
}

Test(discovery, printers_and_garbage_are_counted_and_left_out)
{
    take(ANSWER("<d:ProbeMatch><d:Types>wprt:PrintDeviceType</d:Types>"
                "<d:XAddrs>http://192.0.2.9/print</d:XAddrs></d:ProbeMatch>"),
         "192.0.2.9");
    take("", FROM);
    take("\x01\x02garbage", FROM);
    take("<Envelope/>", FROM);
    take("<!DOCTYPE x [<!ENTITY a \"b\">]><Envelope>&a;</Envelope>", FROM);
    cr_expect_eq(found.count, 0);
    cr_expect_eq(found.strangers, 1);
    cr_expect_eq(found.unread, 4);
}

Test(discovery, a_name_is_text_whatever_is_in_it)
{
    take(ANSWER(MATCH("urn:uuid:1",
                      "onvif://www.onvif.org/name/a%1B%5B31mb%0Ac%zz%4 "
                      "onvif://www.onvif.org/hardware/%FF%FE",
                      "http://192.0.2.64/onvif/x")),
         FROM);
    cr_assert_eq(found.count, 1);
    for (const char *p = found.devices[0].name; *p != '\0'; p++) {
        cr_expect((unsigned char)*p >= 0x20, "a control character");
    }
    cr_expect_not_null(strstr(found.devices[0].name, "%zz%4"), "%s", found.devices[0].name);
    cr_expect_neq((unsigned char)found.devices[0].hardware[0], 0xff);
}
