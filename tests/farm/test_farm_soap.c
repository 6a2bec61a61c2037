/* SPDX-License-Identifier: MIT */
/* A device of SOAP: which operation is asked, tokens, what counts as a write. */
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static struct rig rig;

static void end(void)
{
    rig_end(&rig);
}

TestSuite(farm_soap, .fini = end);

/* One operation of the device service, with this header and these options of curl. */
static struct rig_look ask(const char *operation, const char *header, const char *options)
{
    char all[3000];
    snprintf(all, sizeof all,
             "%s -d '<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header>%s"
             "</s:Header><s:Body><%s xmlns=\"http://www.onvif.org/ver10/device/wsdl\"/></s:Body>"
             "</s:Envelope>'",
             options, header, operation);
    return rig_curl(&rig, "d1", "/onvif/device_service", all);
}

/* A UsernameToken made at SHIFT_S from now with this password. */
static const char *token(const char *password, const char *nonce, int shift_s)
{
    static char text[1200];
    char created[32];
    char whole[200];
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned char digest[64];
    unsigned char nonce64[64];
    struct tm tm;
    time_t now = time(NULL) + shift_s;
    strftime(created, sizeof created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    EVP_EncodeBlock(nonce64, (const unsigned char *)nonce, (int)strlen(nonce));
    int length = snprintf(whole, sizeof whole, "%s%s%s", nonce, created, password);
    EVP_Digest(whole, (size_t)length, sum, NULL, EVP_sha1(), NULL);
    EVP_EncodeBlock(digest, sum, 20);
    snprintf(text, sizeof text,
             "<w:Security xmlns:w=\"urn:wsse\"><w:UsernameToken><w:Username>admin</w:Username>"
             "<w:Password Type=\"x#PasswordDigest\">%s</w:Password><w:Nonce>%s</w:Nonce>"
             "<w:Created>%s</w:Created></w:UsernameToken></w:Security>",
             digest, nonce64, created);
    return text;
}

Test(farm_soap, what_is_open_needs_no_token_and_the_rest_is_a_fault_without)
{
    rig_start_one(&rig, "onvif-camera", "");
    cr_expect_eq(ask("GetSystemDateAndTime", "", "").status, 200);
    struct rig_look look = ask("GetDeviceInformation", "", "");
    cr_expect_eq(look.status, 400);
    cr_expect_not_null(strstr(look.body, "ter:NotAuthorized"), "%s", look.body);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 0);
}

Test(farm_soap, a_token_logs_in_once)
{
    rig_start_one(&rig, "onvif-camera", "");
    struct rig_look look = ask("GetDeviceInformation", token("right", "one", 0), "");
    cr_expect_eq(look.status, 200);
    cr_expect_not_null(strstr(look.body, "<tds:Model>IPC-42</tds:Model>"), "%s", look.body);
    cr_expect_eq(ask("GetDeviceInformation", token("right", "one", 0), "").status, 400);
    cr_expect_eq(ask("GetDeviceInformation", token("right", "two", -400), "").status, 400);
    cr_expect_eq(ask("GetDeviceInformation", token("wrong", "three", 0), "").status, 400);
    cr_expect_eq(rig_count(&rig, "d1", "logins_good"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 3);
}

Test(farm_soap, wrong_tokens_lock_the_device)
{
    rig_start_one(&rig, "onvif-camera", ",\"override\":{\"auth\":{\"lockout\":{\"after\":2}}}");
    ask("GetDeviceInformation", token("wrong", "one", 0), "");
    ask("GetDeviceInformation", token("wrong", "two", 0), "");
    cr_expect_eq(ask("GetDeviceInformation", token("right", "three", 0), "").status, 403);
    cr_expect_eq(rig_count(&rig, "d1", "lock_outs"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "logins_locked"), 1);
}

Test(farm_soap, credentials_of_two_kinds_are_a_bad_login)
{
    rig_start_one(&rig, "onvif-camera",
                  ",\"override\":{\"auth\":{\"challenges\":[{\"scheme\":\"basic\"}]}}");
    cr_expect_eq(
        ask("GetDeviceInformation", token("right", "one", 0), "--basic -u admin:right").status,
        400);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 1);
    cr_expect_eq(ask("GetDeviceInformation", "", "--basic -u admin:right").status, 200);
}

Test(farm_soap, an_operation_that_is_not_listed_as_reading_writes)
{
    rig_start_one(&rig, "onvif-camera-open", "");
    ask("GetNTP", "", "");
    cr_expect_eq(rig_count(&rig, "d1", "writes"), 0);
    struct rig_look look = ask("SystemReboot", "", "");
    cr_expect_eq(look.status, 500);
    cr_expect_not_null(strstr(look.body, "ter:ActionNotSupported"));
    cr_expect_eq(rig_count(&rig, "d1", "writes"), 1);
}

Test(farm_soap, prefixes_are_the_devices_own)
{
    rig_start_one(&rig, "onvif-camera-prefixes", "");
    struct rig_look look = ask("GetDeviceInformation", token("right", "one", 0), "");
    cr_expect_not_null(strstr(look.body, "<ns1:Model>IPC-42</ns1:Model>"), "%s", look.body);
}
