/* SPDX-License-Identifier: MIT */
/* email in its process, against a mail server. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <vmm/sink.h>

#include "integration/host_client.h"
#include "sinks/smtp_server.h"

#define ID "0190b2a4-0000-7000-8000-000000000001"
#define HELLO                                                                                      \
    "{\"id\":\"" ID "\",\"at\":\"2026-11-21T22:49:50.000Z\",\"kind\":\"alert\",\"severity\":"      \
    "\"critical\",\"title\":\"Dock 1 is down\",\"thread_key\":\"inc-1\",\"text\":\"down\"}"

static struct host_client client;
static struct smtp_server server;
static struct settled_message settled;
static char why[512];
static uint64_t serial;

static void begin(void)
{
    signal(SIGPIPE, SIG_IGN);
    memset(&server, 0, sizeof(server));
    server.connections = 1;
}

static void end(void)
{
    host_client_end(&client);
}

TestSuite(sink_email, .init = begin, .fini = end, .timeout = 60);

static void begin_sink(const char *further)
{
    char config[1024];
    smtp_server_start(&server);
    snprintf(config, sizeof(config),
             "{\"server\":\"127.0.0.1\",\"port\":%u,\"from\":\"vmm@example.org\",\"timeout\":3000,"
             "\"targets\":[{\"name\":\"ops\",\"to\":[\"a@example.org\",\"b@example.org\"]},"
             "{\"name\":\"night\",\"to\":[\"c@example.org\"]}]%s}",
             server.port, further);
    for (char *at = strstr(config, "FOLDER"); at != NULL; at = strstr(config, "FOLDER")) {
        char rest[1024];
        snprintf(rest, sizeof(rest), "%s", at + strlen("FOLDER"));
        snprintf(at, sizeof(config) - (size_t)(at - config), "%s%s", server.folder, rest);
    }
    host_client_ready(&client, "../plugins/email", config);
}

static void tell(const char *target)
{
    struct frame frame;
    struct buf frames = {0};
    struct batch_item item = {.id = ID,
                              .dedup_key = "k",
                              .site_id = "s",
                              .json = HELLO,
                              .kind = VMM_MESSAGE_NOTIFICATION,
                              .attempt = 1,
                              .target = target};
    struct batch_message batch = {.count = 1, .items = &item};
    cr_assert_eq(message_put_batch(&frames, ++serial, &batch), 0);
    host_client_send(&client, &frames);
    host_client_expect(&client, FRAME_SETTLED, &frame);
    cr_assert_eq(message_get_settled(&frame, &settled), 0);
    snprintf(why, sizeof(why), "%s", settled.why);
}

static void assert_verdict(uint32_t verdict, const char *reason)
{
    cr_assert_eq(settled.verdict, verdict, "%u %s", settled.verdict, why);
    cr_assert(strstr(why, reason) != NULL, "%s", why);
}

static void assert_said(const char *line)
{
    cr_assert(strstr(server.said, line) != NULL, "\"%s\" was not said: %s", line, server.said);
}

Test(sink_email, a_mail_goes_to_all_addresses_of_its_target)
{
    begin_sink(",\"tls\":\"none\"");
    tell("ops");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_DELIVERED, "");
    assert_said("MAIL FROM:<vmm@example.org>");
    assert_said("RCPT TO:<a@example.org>\nRCPT TO:<b@example.org>\n");
    cr_assert_not_null(strstr(server.texts, "Message-ID: <" ID "@example.org>"));
    cr_assert_not_null(strstr(server.texts, "\nTo: a@example.org,\n b@example.org\n"));
}

Test(sink_email, a_login_goes_through_starttls_alone)
{
    server.offers_tls = true;
    begin_sink(",\"user\":\"vmm\",\"password\":\"s3cret-password\",\"ca_file\":\"FOLDER/ca.pem\"");
    tell("night");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_DELIVERED, "");
    cr_assert(server.was_tls);
    assert_said("STARTTLS\nEHLO");
    assert_said("AUTH PLAIN");
    assert_said("RCPT TO:<c@example.org>");
}

Test(sink_email, tls_from_the_first_byte)
{
    server.begins_tls = true;
    begin_sink(",\"tls\":\"tls\",\"ca_file\":\"FOLDER/ca.pem\"");
    tell("");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_DELIVERED, "");
    cr_assert(server.was_tls);
}

Test(sink_email, without_starttls_nothing_is_said)
{
    begin_sink(",\"user\":\"vmm\",\"password\":\"s3cret-password\"");
    tell("ops");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_RETRY, "offers no TLS");
    cr_assert_null(strstr(server.said, "AUTH"));
    cr_assert_null(strstr(server.said, "MAIL"));
}

Test(sink_email, a_certificate_that_nobody_trusts_ends_it)
{
    server.offers_tls = true;
    begin_sink(",\"user\":\"vmm\",\"password\":\"s3cret-password\"");
    tell("ops");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_RETRY, "TLS with the mail server failed");
    cr_assert_null(strstr(server.said, "AUTH"));
}

Test(sink_email, a_login_that_is_refused_is_mended_and_loses_nothing)
{
    server.offers_tls = true;
    server.replies[0] = (struct smtp_reply){"AUTH", "535 5.7.8 no"};
    begin_sink(",\"user\":\"vmm\",\"password\":\"s3cret-password\",\"ca_file\":\"FOLDER/ca.pem\"");
    tell("ops");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_RETRY, "refuses the login");
    cr_assert_null(strstr(why, "s3cret"));
}

Test(sink_email, an_address_that_is_refused_costs_the_others_nothing)
{
    server.replies[0] = (struct smtp_reply){"RCPT TO:<a@", "550 5.1.1 no such user"};
    begin_sink(",\"tls\":\"none\"");
    tell("ops");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_DELIVERED, "");
    host_client_say(&client, FRAME_DRAIN, 0);
    struct frame frame;
    host_client_expect(&client, FRAME_DRAINED, &frame);
    const char *notes = buf_cstr(&client.notes);
    cr_assert(strstr(notes,
                     "an address was refused, the others have the mail: 550 5.1.1 no such") != NULL,
              "%s", notes);
}

Test(sink_email, no_address_is_taken)
{
    server.replies[0] = (struct smtp_reply){"RCPT", "550 5.1.1 no such user"};
    begin_sink(",\"tls\":\"none\"");
    tell("ops");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_RETRY, "550");
}

Test(sink_email, a_text_that_is_refused_is_dropped)
{
    server.replies[0] = (struct smtp_reply){".", "552 5.3.4 too large"};
    begin_sink(",\"tls\":\"none\"");
    tell("ops");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_DROP, "552");
}

Test(sink_email, a_server_that_puts_off_is_asked_again)
{
    server.replies[0] = (struct smtp_reply){".", "451 4.7.1 greylisted"};
    begin_sink(",\"tls\":\"none\"");
    tell("ops");
    smtp_server_end(&server);
    assert_verdict(VMM_SINK_RETRY, "451");
}

/* The mail may be there twice then: both have one Message-ID and the same bytes. */
Test(sink_email, an_answer_that_is_lost_leads_to_the_same_mail)
{
    server.drops_taken = true;
    server.connections = 2;
    begin_sink(",\"tls\":\"none\"");
    tell("ops");
    assert_verdict(VMM_SINK_RETRY, "");
    tell("ops");
    smtp_server_end(&server);
    size_t half = strlen(server.texts) / 2;
    cr_assert_gt(half, 100);
    cr_assert_eq(memcmp(server.texts, server.texts + half, half), 0);
}

Test(sink_email, nobody_listens)
{
    server.connections = 0;
    begin_sink(",\"tls\":\"none\"");
    smtp_server_end(&server);
    tell("ops");
    assert_verdict(VMM_SINK_RETRY, "no connection to the mail server");
}

Test(sink_email, a_password_does_not_go_in_clear)
{
    struct frame frame;
    host_client_start(&client, "../plugins/email");
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    host_client_configure(&client,
                          "{\"server\":\"m\",\"port\":25,\"tls\":\"none\",\"user\":\"u\","
                          "\"password\":\"s3cret-password\",\"from\":\"a@b\",\"timeout\":1000,"
                          "\"targets\":[{\"name\":\"x\",\"to\":[\"a@b\"]}]}",
                          0);
    host_client_expect(&client, FRAME_FAILED, &frame);
    cr_assert_not_null(strstr(buf_cstr(&client.notes), "does not go over a connection in clear"));
}
