/* SPDX-License-Identifier: MIT */
/* Dialogues over a connection that is not HTTP. */
#include "test_generic.h"

/* ---- Helpers ---- */

TestSuite(generic_talk, .init = begin, .fini = done);

static const char *options_of(const char *more)
{
    char options[2048];
    snprintf(options, sizeof(options),
             "{'requests':[{'name':'talk','protocol':'tcp','port':25%s%s}]}",
             more[0] == '\0' ? "" : ",", more);
    return json(options);
}

static const struct vmm_mock_result *look(const char *more)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options_of(more)});
}

/* One look at a device that plays these exchanges on the port 25. */
static const struct vmm_mock_result *talk(const char *more,
                                          const struct vmm_mock_exchange *exchanges, size_t count)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){
                                  .exchanges = exchanges, .exchange_count = count, .port = 25});
    return look(more);
}

static const char *sent(void)
{
    size_t size = 0;
    return vmm_mock_sent(mock, 0, &size);
}

static void assert_refused(const char *more, const char *why)
{
    const char *said = vmm_mock_options(mock, options_of(more));
    cr_expect_str_eq(said, why, "%s", said);
}

#define EXCHANGES(...)                                                                             \
    (const struct vmm_mock_exchange[]){__VA_ARGS__},                                               \
        sizeof((const struct vmm_mock_exchange[]){__VA_ARGS__}) / sizeof(struct vmm_mock_exchange)

/* ---- What is said ---- */

#define GREETING                                                                                   \
    "'safe':true,'dialogue':[{'expect':'^220 ([a-z]+) (\\\\w+)','send':'EHLO "                     \
    "{2}-{1}\\r\\n'},{'expect':'^250 '}]"

Test(generic_talk, groups_of_a_line_go_into_what_is_sent)
{
    assert_met(talk(
        GREETING, EXCHANGES({.reply = "220-wait\r\n220 mail two\r\n"},
                            {.expect = "EHLO two-mail\r\n", .reply = "250-SIZE 1\r\n250 OK\r\n"})));
    cr_expect_str_eq(sent(), "EHLO two-mail\r\n");
}

Test(generic_talk, it_is_the_same_byte_by_byte)
{
    assert_met(talk(GREETING, EXCHANGES({.reply = "220-wait\r\n220 mail two\r\n", .split = 1},
                                        {.expect = "EHLO two-mail\r\n",
                                         .reply = "250-SIZE 1\r\n250 OK\r\n",
                                         .split = 1})));
}

Test(generic_talk, an_open_port_alone_can_be_enough)
{
    assert_met(talk("", NULL, 0));
}

Test(generic_talk, bytes_have_to_be_the_very_same)
{
#define BYTES                                                                                      \
    "'safe':true,'dialogue':[{'send_hex':'00 01 ff'},{'expect_hex':'0002'},{'expect_hex':'ff'}]"
    size_t size = 0;
    assert_met(
        talk(BYTES, EXCHANGES({.expect = "", .reply = "\x00\x02\xff\x07", .reply_size = 4})));
    cr_expect_eq(memcmp(vmm_mock_sent(mock, 0, &size), "\x00\x01\xff", 3), 0);
    cr_expect_eq(size, 3);
    assert_broken(talk(BYTES, EXCHANGES({.expect = "", .reply = "\x00\x03", .reply_size = 2})),
                  "talk: dialogue[1]: other bytes have come");
    assert_broken(
        talk(BYTES,
             EXCHANGES({.expect = "", .reply = "\x00", .reply_size = 1, .then = VMM_MOCK_CLOSE})),
        "talk: dialogue[1]: not all bytes have come");
}

Test(generic_talk, a_line_that_does_not_come_is_a_fault_when_the_device_closes)
{
    assert_broken(
        talk(GREETING, EXCHANGES({.reply = "554 no service\r\n", .then = VMM_MOCK_CLOSE})),
        "talk: dialogue[0]: no line that fits has come");
    assert_broken(talk(GREETING, EXCHANGES({.reply = "220 a b", .then = VMM_MOCK_CLOSE})),
                  "talk: dialogue[0]: the device has closed before it was said");
    assert_met(talk("'dialogue':[{'expect':'^220 '}]",
                    EXCHANGES({.reply = "220 a b", .then = VMM_MOCK_CLOSE})));
}

Test(generic_talk, a_device_that_says_nothing_is_not_in_time)
{
    const struct vmm_mock_result *seen =
        talk("'timeout':'2s','dialogue':[{'expect':'x'}]", EXCHANGES({.then = VMM_MOCK_MUTE}));
    cr_expect_eq(seen->outcome, VMM_OUTCOME_TIMEOUT);
    cr_expect_eq(seen->rung, VMM_RUNG_ANSWER);
    assert_broken(talk("'timeout':'2s','dialogue':[{'expect':'x'}]",
                       EXCHANGES({.reply = "hello\r\n", .then = VMM_MOCK_MUTE})),
                  "talk: the dialogue came to no end within the time");
    assert_broken(talk("'timeout':'2s','on_timeout':'fault','dialogue':[{'expect':'x'}]",
                       EXCHANGES({.then = VMM_MOCK_MUTE})),
                  "talk: no answer within the time");
}

/* on_timeout is said of answers; a device that cannot be reached stays one that cannot be reached. */
Test(generic_talk, a_connection_that_does_not_stand_in_time_is_no_answer_that_is_late)
{
    static const char *const words[] = {"fail", "fault", "ignore"};
    static const struct vmm_mock_connection dead = {.outcome = VMM_OUTCOME_TIMEOUT};
    static const struct vmm_mock_connection stuck = {.tls_hangs = true};
    static const char *const times[] = {
        "9s", "2s"}; /* whose clock is first: the host's, the dialogue's */
    for (size_t i = 0; i < 6; i++) {
        char more[256];
        snprintf(more, sizeof(more),
                 "'timeout':'%s','on_timeout':'%s','dialogue':[{'starttls':true},{'expect':'x'}]",
                 times[i % 2], words[i / 2]);
        vmm_mock_connection(mock, &dead);
        const struct vmm_mock_result *seen = look(more);
        cr_expect_eq(seen->outcome, VMM_OUTCOME_TIMEOUT, "%s", more);
        cr_expect_eq(seen->rung, VMM_RUNG_CONNECT, "%s", more);
        cr_expect_null(vmm_mock_find(seen, VMM_FACT_EXPECTATION, 0));
        vmm_mock_connection(mock, &stuck);
        seen = look(more);
        cr_expect_eq(seen->outcome, VMM_OUTCOME_TIMEOUT, "%s", more);
        cr_expect_eq(seen->rung, VMM_RUNG_TLS, "%s", more);
        cr_expect_null(vmm_mock_find(seen, VMM_FACT_EXPECTATION, 0));
    }
}

Test(generic_talk, a_device_that_closes_without_a_word_is_not_there)
{
    const struct vmm_mock_result *seen =
        talk("'dialogue':[{'expect':'x'}]", EXCHANGES({.then = VMM_MOCK_CLOSE}));
    cr_expect_eq(seen->outcome, VMM_OUTCOME_UNREACHABLE);
    cr_expect_eq(seen->rung, VMM_RUNG_ANSWER);
}

Test(generic_talk, it_ends_before_the_look_is_taken_back)
{
    vmm_mock_connection(mock,
                        &(struct vmm_mock_connection){
                            .exchanges = (const struct vmm_mock_exchange[]){{.reply = "401\r\n"}},
                            .exchange_count = 1});
    assert_broken(vmm_mock_look(mock, &(struct vmm_mock_ask){.deadline_ms = 3000,
                                                             .options = options_of(
                                                                 "'dialogue':[{'expect':'200'}]")}),
                  "talk: the dialogue came to no end within the time");
}

Test(generic_talk, no_connection_is_what_the_host_says)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.outcome = VMM_OUTCOME_UNREACHABLE,
                                                            .reason = VMM_REASON_UNREACHABLE,
                                                            .detail = "connection refused"});
    const struct vmm_mock_result *seen = look("");
    cr_expect_eq(seen->outcome, VMM_OUTCOME_UNREACHABLE);
    cr_expect_eq(seen->rung, VMM_RUNG_CONNECT);
    cr_expect_str_eq(seen->detail, "talk: connection refused");
}

Test(generic_talk, more_bytes_than_wanted_are_a_fault)
{
    assert_broken(talk("'max_bytes':4,'dialogue':[{'expect':'x'}]", EXCHANGES({.reply = "12345"})),
                  "talk: dialogue[0]: more bytes have come than max_bytes");
    assert_met(
        talk("'max_bytes':4,'dialogue':[{'expect':'^a'}]", EXCHANGES({.reply = "a\n3456789"})));
}

/* A line "220 aaa…" of so many. */
static const char *long_line(size_t size)
{
    static char line[4096];
    snprintf(line, sizeof(line), "220 %0*d\r\n", (int)size, 0);
    return line;
}

Test(generic_talk, a_device_does_not_choose_how_much_it_is_sent)
{
#define REPEATED(text) "'safe':true,'dialogue':[{'expect':'^220 (0*)','send':'" text "'}]"
#define FIVE(text)     text text text text text
    size_t size = 0;
    const char *const sixteen = REPEATED(FIVE("{1}") FIVE("{1}") FIVE("{1}") "{1}");
    const char *const more = REPEATED(FIVE("{1}") FIVE("{1}") FIVE("{1}") "{1}-");
    assert_met(talk(sixteen, EXCHANGES({.reply = long_line(1024)})));
    cr_expect_not_null(vmm_mock_sent(mock, 0, &size));
    cr_expect_eq(size, 16384);
    assert_broken(talk(more, EXCHANGES({.reply = long_line(1024)})),
                  "talk: dialogue[0]: what is to be sent is too long");
    assert_broken(talk(REPEATED("{1}"), EXCHANGES({.reply = long_line(1025)})),
                  "talk: dialogue[0]: the group that is to be sent is too long");
    assert_met(talk(REPEATED("{2}"), EXCHANGES({.reply = long_line(1025)})));
}

Test(generic_talk, nor_do_many_steps_that_are_said_at_once)
{
    char options[2000] = "'safe':true,'dialogue':[{'expect':'^220 (0*)'}";
    for (size_t i = 0; i < 18; i++) {
        size_t used = strlen(options);
        snprintf(options + used, sizeof(options) - used, ",{'send':'%s'}",
                 FIVE("{1}") FIVE("{1}") FIVE("{1}"));
    }
    snprintf(options + strlen(options), sizeof(options) - strlen(options), "]");
    assert_broken(talk(options, EXCHANGES({.reply = long_line(1024)})),
                  "talk: more is to be sent than may wait");
}

Test(generic_talk, a_trial_only_connects)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.port = 25});
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL, .options = options_of(GREETING)});
    cr_expect_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
    cr_expect_eq(seen->rung, VMM_RUNG_CONNECT);
    cr_expect_str_empty(sent());
}

Test(generic_talk, a_look_that_is_taken_back_ends_it)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.port = 25});
    struct vmm_job *job = vmm_mock_probe(
        mock, &(struct vmm_mock_ask){.options =
                                         options_of("'timeout':'9s','dialogue':[{'expect':'x'}]")});
    vmm_mock_advance(mock, 50000);
    vmm_mock_cancel(mock, job);
    vmm_mock_run(mock);
    cr_expect_eq(vmm_mock_result(job)->outcome, VMM_OUTCOME_CANCELLED);
}

/* ---- Encrypted ---- */

#define SECURED                                                                                    \
    "'safe':true,'dialogue':[{'expect':'^220 ','send':'STARTTLS\\r\\n'},"                          \
    "{'expect':'^220 ','starttls':true},{'send':'NOOP\\r\\n'},{'expect':'^250 '}]"

Test(generic_talk, a_connection_is_encrypted_on_the_way)
{
    assert_met(talk(SECURED, EXCHANGES({.reply = "220 mail\r\n"},
                                       {.expect = "STARTTLS\r\n", .reply = "220 go\r\n"},
                                       {.expect = "NOOP\r\n", .reply = "250 well\r\n"})));
    cr_expect_eq(vmm_mock_secured(mock), 1);
    cr_expect_str_eq(sent(), "STARTTLS\r\nNOOP\r\n");
}

Test(generic_talk, or_from_its_first_byte)
{
    assert_met(talk("'dialogue':[{'starttls':true},{'expect':'^220 '}]",
                    EXCHANGES({.reply = "220 mail\r\n"})));
    cr_expect_eq(vmm_mock_secured(mock), 1);
}

Test(generic_talk, what_came_in_clear_does_not_pass_for_what_came_encrypted)
{
    assert_broken(
        talk(SECURED, EXCHANGES({.reply = "220 mail\r\n"},
                                {.expect = "STARTTLS\r\n", .reply = "220 go\r\n250 well\r\n"})),
        "talk: dialogue[1]: more has come before it was encrypted");
    cr_expect_eq(vmm_mock_secured(mock), 0);
}

Test(generic_talk, a_device_that_agrees_before_it_is_asked_is_not_encrypted)
{
    assert_broken(talk(SECURED, EXCHANGES({.reply = "220 mail\r\n220 go\r\n"})),
                  "talk: the device spoke before it was asked to be encrypted");
    cr_expect_eq(vmm_mock_secured(mock), 0);
}

Test(generic_talk, a_handshake_that_fails_is_told)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.tls_fails = true});
    const struct vmm_mock_result *seen = look("'dialogue':[{'starttls':true},{'expect':'^220 '}]");
    cr_expect_eq(seen->outcome, VMM_OUTCOME_BAD_REPLY);
    cr_expect_eq(seen->rung, VMM_RUNG_TLS);
    cr_expect_eq(seen->reason, VMM_REASON_TLS);
}

Test(generic_talk, a_device_without_tls_is_not_encrypted)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.tls_refusal = VMM_E_INVAL});
    const struct vmm_mock_result *seen = look("'dialogue':[{'starttls':true},{'expect':'^220 '}]");
    cr_expect_eq(seen->outcome, VMM_OUTCOME_INTERNAL);
    cr_expect_eq(seen->rung, VMM_RUNG_TLS);
}

/* ---- What is made of it ---- */

Test(generic_talk, what_came_is_read_and_carried_like_an_answer)
{
    vmm_mock_connection(
        mock,
        &(struct vmm_mock_connection){
            .exchanges = (const struct vmm_mock_exchange[]){{.reply = "220 v7 token=a/b\r\n"}},
            .exchange_count = 1});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/?t=a%2Fb"});
    assert_met(vmm_mock_look(
        mock,
        &(struct vmm_mock_ask){
            .options = json("{'requests':[{'name':'talk','protocol':'tcp','port':25,'dialogue':[{'"
                            "expect':'^220'}],"
                            "'extract':[{'from':'regex','pattern':'v(\\\\d)','fact':'firmware'},"
                            "{'from':'regex','pattern':'token=(.*)','carry':'t'}]},"
                            "{'name':'page','path':'/?t={carry:t}'}]}")}));
}

Test(generic_talk, a_dialogue_that_breaks_ends_a_look_that_needs_it)
{
    vmm_mock_connection(
        mock, &(struct vmm_mock_connection){
                  .exchanges = (const struct vmm_mock_exchange[]){{.reply = "token=1\r\n",
                                                                   .then = VMM_MOCK_CLOSE}},
                  .exchange_count = 1});
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock,
        &(struct vmm_mock_ask){
            .options = json("{'requests':[{'name':'talk','protocol':'tcp','port':25,'dialogue':"
                            "[{'expect':'^220'}],"
                            "'extract':[{'from':'regex','pattern':'token=(.*)','carry':'t'}]},"
                            "{'name':'page','path':'/?t={carry:t}'}]}")});
    cr_expect_eq(seen->outcome, VMM_OUTCOME_BAD_REPLY);
    cr_expect_str_eq(seen->detail,
                     "talk: extract[0]: what later requests need is not in the answer");
    cr_expect_eq(vmm_mock_find(seen, VMM_FACT_EXPECTATION, 0)->standing, VMM_STANDING_FAULT);
    cr_expect_null(vmm_mock_request(mock, 0));
}

Test(generic_talk, what_is_carried_goes_into_what_is_sent)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/", .body = "id=a b"});
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.port = 25});
    assert_met(vmm_mock_look(
        mock, &(struct vmm_mock_ask){
                  .options = json("{'channel':7,'requests':[{'name':'page','path':'/',"
                                  "'extract':[{'from':'keyvalue','key':'id','carry':'id'}]},"
                                  "{'name':'talk','protocol':'tcp','port':25,'safe':true,"
                                  "'dialogue':[{'send':'GET {carry:id} {channel} {1}{x}'}]}]}")}));
    cr_expect_str_eq(sent(), "GET a b 7 {x}");
}

/* ---- Options ---- */

Test(generic_talk, options_that_make_no_sense)
{
    assert_refused(
        "'dialogue':[{'send':'x'}]",
        "requests[0]: what is sent needs \"safe\": true, your word that it changes nothing");
    assert_refused(
        "'dialogue':[{}]",
        "requests[0].dialogue[0]: a step has expect, expect_hex, send, send_hex or starttls");
    assert_refused(
        "'dialogue':[{'expect':'x'},{'expect_hex':'1'}]",
        "requests[0].dialogue[1]: bytes are pairs of hexadecimal digits, like \"16 03 01\"");
    assert_refused("'dialogue':[{'starttls':true},{'expect':'x','starttls':true}]",
                   "requests[0].dialogue[1]: a dialogue has one starttls");
    assert_refused(
        "'safe':true,'dialogue':[{'send':'STARTTLS'},{'starttls':true}]",
        "requests[0].dialogue[1]: starttls comes behind the device's answer: expect it before");
    assert_refused(
        "'safe':true,'dialogue':[{'send':'USER {user}'}]",
        "requests[0].dialogue[0]: no login goes over tcp: {user} and {pass} are for http");
    assert_refused("'path':'/'", "requests[0]: tcp has a dialogue, and no path: leave it out");
    assert_refused(
        "'safe':true,'dialogue':[{'send':'{carry:no}'}]",
        "requests[0].dialogue[0]: a {carry:NAME} that no earlier request carries: give an "
        "earlier one a rule with \"carry\"");
    cr_expect_str_eq(
        vmm_mock_options(
            mock, json("{'requests':[{'name':'a','path':'/','dialogue':[{'expect':'x'}]}]}")),
        "requests[0]: a dialogue is for the protocol tcp");
}

Test(generic_talk, what_only_http_has_is_refused)
{
    static const char *const options[][2] = {{"expect_status", "'200'"},
                                             {"expect_version", "'1.1'"},
                                             {"expect_type", "'text/'"},
                                             {"match_headers", "['Server: x']"},
                                             {"fail_headers", "['Server: x']"},
                                             {"method", "'HEAD'"},
                                             {"expect_line", "'OK'"}};
    static const char *const sources[] = {"status", "age", "tls_days", "header", "cookie"};
    char more[256];
    char why[256];
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        snprintf(more, sizeof(more), "'%s':%s", options[i][0], options[i][1]);
        snprintf(why, sizeof(why), "requests[0]: tcp has a dialogue, and no %s: leave it out",
                 options[i][0]);
        assert_refused(more, why);
    }
    assert_refused("'expect_tls':'yes'", "requests[0]: tcp has no expect_tls: it is encrypted "
                                         "where a step has starttls, and nowhere else");
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        snprintf(more, sizeof(more), "'extract':[{'from':'%s'%s,'fact':'vendor','name':'x'}]",
                 sources[i], i < 3 ? "" : ",'key':'x'");
        snprintf(why, sizeof(why), "requests[0].extract[0]: tcp has no %s: ask for it over http",
                 sources[i]);
        assert_refused(more, why);
    }
}
