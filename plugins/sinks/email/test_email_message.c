/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/evp.h>

#include "email_message.h"
#include "email_reply.h"

#define FROM "vmm@example.org"
#define TO   "ops@example.org"
#define ID   "0190b2a4-0000-7000-8000-000000000001"

static struct email_buffer out;
static struct vmm_notification notification;

static void done(void)
{
    email_buffer_finish(&out);
    vmm_notification_finish(&notification);
}

TestSuite(email_message, .fini = done);

static int write_document(const char *json)
{
    vmm_notification_finish(&notification);
    cr_assert_eq(vmm_notification_read(vmm_text_of(json), &notification), 0, "%s", json);
    return email_message(&notification, FROM, TO, &out);
}

/* A document with these members beside id, time and kind. */
static const char *write_with(const char *members)
{
    static char text[8192];
    char json[4096];
    snprintf(json, sizeof(json),
             "{\"id\":\"" ID "\",\"at\":\"2026-11-21T22:49:50.123Z\",\"kind\":\"alert\","
             "\"severity\":\"critical\",%s}",
             members);
    cr_assert_eq(write_document(json), 0);
    snprintf(text, sizeof(text), "%.*s", (int)out.size, out.data);
    return text;
}

/* base64 without its line ends, decoded; static memory. */
static const char *decode(const char *base64, size_t size)
{
    static char plain[8192];
    char flat[8192];
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        if (strchr("\r\n", base64[i]) == NULL) {
            flat[used++] = base64[i];
        }
    }
    int got = EVP_DecodeBlock((unsigned char *)plain, (const unsigned char *)flat, (int)used);
    cr_assert_geq(got, 0);
    while (used > 0 && flat[used - 1] == '=') {
        used--;
        got--;
    }
    plain[got] = '\0';
    return plain;
}

static const char *body_of(const char *mail)
{
    const char *body = strstr(mail, "\r\n\r\n");
    cr_assert_not_null(body);
    return decode(body + 4, strlen(body + 4));
}

/* The subject as a reader shows it. */
static const char *subject_of(const char *mail)
{
    static char subject[2048];
    subject[0] = '\0';
    const char *at = strstr(mail, "\r\nSubject: ");
    cr_assert_not_null(at);
    const char *end = at + 2;
    do {
        end = strstr(end, "\r\n") + 2;
    } while (*end == ' ');
    for (at = strstr(at, "=?UTF-8?B?"); at != NULL && at < end; at = strstr(at, "=?UTF-8?B?")) {
        const char *close = strstr(at + 10, "?=");
        cr_assert_leq(close + 2 - at, 75, "an encoded word is too long");
        const char *part = decode(at + 10, (size_t)(close - at - 10));
        cr_assert(vmm_text_is_utf8(vmm_text_of(part)), "a word ends inside a character");
        strcat(subject, part);
        at = close;
    }
    return subject;
}

Test(email_message, a_mail_of_an_alarm)
{
    const char *mail = write_with("\"title\":\"Dock 1 is down\",\"thread_key\":\"inc-1\","
                                  "\"text\":\"Dock 1 is down\\nsince 22:49\"");
    const char *rest = strstr(mail, "Message-ID:");
    cr_assert_str_eq(subject_of(mail), "🔴 Dock 1 is down");
    cr_assert_eq(strncmp(mail,
                         "Date: Sat, 21 Nov 2026 22:49:50 +0000\r\n"
                         "From: vmm <" FROM ">\r\nTo: " TO "\r\nSubject: =?UTF-8?B?",
                         strlen("Date: Sat, 21 Nov 2026 22:49:50 +0000\r\nFrom: vmm <" FROM
                                ">\r\nTo: " TO "\r\nSubject: =?UTF-8?B?")),
                 0, "%s", mail);
    cr_assert_not_null(rest);
    cr_assert_eq(strncmp(rest, "Message-ID: <" ID "@example.org>\r\nIn-Reply-To: <thread-",
                         strlen("Message-ID: <" ID "@example.org>\r\nIn-Reply-To: <thread-")),
                 0);
    cr_assert_not_null(strstr(rest, "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                                    "Content-Type: text/plain; charset=UTF-8\r\n"
                                    "Content-Transfer-Encoding: base64\r\n\r\n"));
    cr_assert_str_eq(body_of(mail), "Dock 1 is down\r\nsince 22:49");
}

static const char *references_of(const char *mail)
{
    static char value[128];
    const char *at = strstr(mail, "\r\nReferences: ");
    value[0] = '\0';
    if (at != NULL) {
        snprintf(value, sizeof(value), "%.*s", (int)strcspn(at + 2, "\r"), at + 2);
    }
    return value;
}

Test(email_message, the_mails_of_an_incident_refer_to_one_name)
{
    char first[128];
    snprintf(first, sizeof(first), "%s",
             references_of(write_with("\"title\":\"a\",\"thread_key\":\"inc-1\"")));
    cr_assert_str_eq(references_of(write_with("\"title\":\"b\",\"thread_key\":\"inc-1\"")), first);
    cr_assert_str_neq(references_of(write_with("\"title\":\"b\",\"thread_key\":\"inc-2\"")), first);
    cr_assert_null(strstr(first, "inc-1"));
    cr_assert_str_empty(references_of(write_with("\"title\":\"b\"")));
}

Test(email_message, any_title_and_any_text)
{
    const char *mail = write_with(
        "\"title\":\"台中 站點 無法連線：30 台攝影機、2 台錄影主機，請檢查路由器與電源\","
        "\"text\":\"一\\n二\"");
    cr_assert_str_eq(subject_of(mail),
                     "🔴 台中 站點 無法連線：30 台攝影機、2 台錄影主機，請檢查路由器與電源");
    cr_assert_str_eq(body_of(mail), "一\r\n二");
    for (const char *line = mail; line != NULL && *line != '\0';) {
        const char *end = strstr(line, "\r\n");
        cr_assert_not_null(end);
        cr_assert_leq(end - line, 120);
        line = end + 2;
    }
}

Test(email_message, nothing_can_add_a_line_to_the_header)
{
    const char *mail = write_with("\"title\":\"a\\r\\nBcc: evil@example.com\\r\\n\\r\\nbody\","
                                  "\"thread_key\":\"x\\r\\nBcc: evil@example.com\"");
    cr_assert_null(strstr(mail, "Bcc"));
    cr_assert_null(strstr(mail, "evil"));
    cr_assert_not_null(strstr(subject_of(mail), "Bcc: evil"));
}

Test(email_message, a_repeat_is_equal_byte_by_byte)
{
    char *first = strdup(write_with("\"title\":\"a\",\"thread_key\":\"t\",\"text\":\"x\""));
    cr_assert_str_eq(write_with("\"title\":\"a\",\"thread_key\":\"t\",\"text\":\"x\""), first);
    free(first);
}

Test(email_message, without_a_text_the_title_is_the_body)
{
    cr_assert_str_eq(body_of(write_with("\"title\":\"only this\"")), "only this");
}

Test(email_message, what_has_no_id_or_no_time_is_no_mail)
{
    static const char *const bad[] = {
        "{\"title\":\"a\",\"at\":\"2026-11-21T22:49:50Z\"}",
        "{\"title\":\"a\",\"id\":\"x>\\r\\nBcc: y\",\"at\":\"2026-11-21T22:49:50Z\"}",
        "{\"title\":\"a\",\"id\":\"x\"}", "{\"title\":\"a\",\"id\":\"x\",\"at\":\"today\"}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(write_document(bad[i]), VMM_E_PROTO, "%s", bad[i]);
    }
    cr_assert_eq(write_document("{\"title\":\"a\",\"id\":\"x\",\"at\":\"2026-11-21T22:49:50Z\"}"),
                 0);
}

Test(email_address, addresses)
{
    static const char *const good[] = {"a@b", "ops+night@example.org", "o'neil_1@x-1.example.org"};
    static const char *const bad[] = {"",        "a",           "@b",    "a@",          "a b@c",
                                      "a@b c",   "a@b>",        "<a@b>", "a@b\r\nRCPT", "a@-b",
                                      "a@b.",    "a@b..c",      ".a@b",  "a.@b",        "a@b,c@d",
                                      "\"a\"@b", "a@[1.2.3.4]", "é@b"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_assert(email_is_address(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_not(email_is_address(bad[i]), "%s", bad[i]);
    }
}

static void assert_judged(int code, uint32_t reply, bool was_sent, uint32_t verdict,
                          const char *why)
{
    struct vmm_settling settling;
    email_judge(&(struct email_end){code, reply, was_sent, ""}, &settling);
    cr_assert_eq(settling.verdict, verdict, "%s", settling.why);
    cr_assert_str_eq(settling.why, why);
}

Test(email_reply, only_the_text_of_a_mail_is_a_reason_to_drop_it)
{
    assert_judged(CURLE_OK, 250, true, VMM_SINK_DELIVERED, "");
    assert_judged(CURLE_WEIRD_SERVER_REPLY, 552, true, VMM_SINK_DROP,
                  "the mail server broke off: SMTP 552");
    assert_judged(CURLE_WEIRD_SERVER_REPLY, 451, true, VMM_SINK_RETRY,
                  "the mail server broke off: SMTP 451");
    assert_judged(CURLE_SEND_ERROR, 550, false, VMM_SINK_RETRY,
                  "the mail server broke off: SMTP 550");
    assert_judged(CURLE_LOGIN_DENIED, 535, false, VMM_SINK_RETRY,
                  "the mail server refuses the login: SMTP 535");
    assert_judged(CURLE_COULDNT_CONNECT, 0, false, VMM_SINK_RETRY,
                  "no connection to the mail server");
    assert_judged(CURLE_USE_SSL_FAILED, 220, false, VMM_SINK_RETRY,
                  "the mail server offers no TLS");
    assert_judged(CURLE_OPERATION_TIMEDOUT, 354, true, VMM_SINK_RETRY,
                  "no answer of the mail server within the time");
}
