/* SPDX-License-Identifier: MIT */
/* What an answer is held against beside its body, what is warned of, words that are filled in, and what is remembered. */
#include "generic_memory.h"
#include "generic_words.h"
#include "test_generic.h"

/* ---- Helpers ---- */

TestSuite(generic_more, .init = begin, .fini = done);

/* One request with these members, answered so. */
static const struct vmm_mock_result *look(const char *more, const struct vmm_mock_answer *answer)
{
    char options[2048];
    vmm_mock_answer(mock, answer);
    snprintf(options, sizeof(options), "{'requests':[{'name':'a','path':'/a',%s}]}", more);
    const struct vmm_mock_result *seen = look_with(options);
    cr_assert_eq(seen->accepted, 0);
    return seen;
}

static void assert_refused(const char *options, const char *why)
{
    cr_expect_str_eq(vmm_mock_options(mock, json(options)), why, "%s",
                     vmm_mock_options(mock, json(options)));
}

/* ---- What is expected beside the body ---- */

Test(generic_more, the_version_of_http)
{
    assert_met(look("'expect_version':'1.1'", &(struct vmm_mock_answer){.version = 11}));
    assert_met(look("'expect_version':'1.0'", &(struct vmm_mock_answer){.version = 10}));
    assert_met(look("'expect_status':'200'", &(struct vmm_mock_answer){.version = 10}));
    assert_broken(look("'expect_version':'1.1'", &(struct vmm_mock_answer){.version = 10}),
                  "a: HTTP 1.0");
}

Test(generic_more, the_status_line)
{
    static const struct vmm_mock_answer ready = {.status_line = "HTTP/1.1 200 Camera ready"};
    assert_met(look("'expect_line':'OK$|ready$'", &ready));
    assert_met(look("'expect_line':'^HTTP/1.1 200'", &(struct vmm_mock_answer){0}));
    assert_broken(look("'expect_line':'OK$'", &ready), "a: the status line is another");
    assert_met(look("'expect_line':'403 Busy','expect_status':'403'",
                    &(struct vmm_mock_answer){.status = 403, .status_line = "HTTP/1.0 403 Busy"}));
    /* A status with a meaning of its own keeps it. */
    cr_expect_eq(look("'expect_line':'OK$'", &(struct vmm_mock_answer){.status = 503})->outcome,
                 VMM_OUTCOME_LIMIT);
    assert_refused(
        "{'requests':[{'name':'a','path':'/','expect_line':'('}]}",
        "requests[0]: expect_line: missing closing parenthesis, at byte 2 of the pattern");
}

Test(generic_more, inside_tls_or_not)
{
    static const struct vmm_mock_answer plain = {.body = "x"};
    static const struct vmm_mock_answer secured = {.body = "x", .tls_subject = "CN=camera"};
    assert_met(look("'expect_tls':'yes'", &secured));
    assert_broken(look("'expect_tls':'yes'", &plain), "a: the answer is not inside TLS");
    assert_met(look("'expect_tls':'no'", &plain));
    assert_broken(look("'expect_tls':'no'", &secured), "a: the answer is inside TLS");
    assert_met(look("'expect_tls':'any'", &secured));
}

Test(generic_more, packed_answers_and_the_time_to_connect_are_the_hosts)
{
    assert_met(look("'compressed':true,'connect_timeout':'2s'", &(struct vmm_mock_answer){0}));
    const struct vmm_mock_request *asked = vmm_mock_request(mock, 0);
    cr_expect_eq(asked->flags, VMM_HTTP_COMPRESSED);
    cr_expect_eq(asked->connect_timeout_ms, 2000);
    assert_met(look("'login':true", &(struct vmm_mock_answer){0}));
    cr_expect_eq(vmm_mock_request(mock, 1)->flags, 0);
}

Test(generic_more, the_character_set_as_the_operator_says)
{
    /* "攝" of Big5, whose server says it is Latin-1. */
    static const struct vmm_mock_answer answer = {
        .headers = "Content-Type: text/plain; charset=iso-8859-1\r\n", .body = "name=\xc4\xe1\n"};
    const struct vmm_mock_result *seen = look(
        "'encoding':'big5','extract':[{'from':'keyvalue','key':'name','fact':'model'}]", &answer);
    cr_expect_str_eq(fact(seen, VMM_FACT_MODEL, 0)->text, "攝");
    seen = look("'extract':[{'from':'keyvalue','key':'name','fact':'model'}]", &answer);
    cr_expect_str_neq(fact(seen, VMM_FACT_MODEL, 0)->text, "攝");
}

Test(generic_more, what_no_answer_in_time_means)
{
    static const struct vmm_mock_answer late = {.outcome = VMM_OUTCOME_TIMEOUT,
                                                .rung = VMM_RUNG_ANSWER};
    const struct vmm_mock_result *seen = look("'expect_status':'200'", &late);
    cr_expect_eq(seen->outcome, VMM_OUTCOME_TIMEOUT);
    assert_broken(look("'on_timeout':'fault'", &late), "a: no answer within the time");
    seen = look("'on_timeout':'ignore'", &late);
    cr_expect_eq(seen->outcome, VMM_OUTCOME_PARTIAL);
    cr_expect_null(vmm_mock_find(seen, VMM_FACT_EXPECTATION, 0));
    /* Only a timeout is excused, and only of an answer. */
    for (uint32_t rung = VMM_RUNG_CONNECT; rung < VMM_RUNG_ANSWER; rung++) {
        seen = look("'on_timeout':'ignore'",
                    &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_TIMEOUT, .rung = rung});
        cr_expect_eq(seen->outcome, VMM_OUTCOME_TIMEOUT, "rung %u", rung);
        cr_expect_eq(seen->rung, rung);
    }
    seen =
        look("'on_timeout':'ignore'", &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_UNREACHABLE,
                                                                .rung = VMM_RUNG_CONNECT});
    cr_expect_eq(seen->outcome, VMM_OUTCOME_UNREACHABLE);
}

/* ---- Two levels ---- */

#define TEMPERATURE                                                                                \
    "'extract':[{'from':'keyvalue','key':'t','fact':'expectation','name':'heat',"                  \
    "'warn_max':60,'max':70,'warn_min':0,'min':-10}]"

Test(generic_more, a_warning_is_a_finding_and_beyond_it_a_fault)
{
    const struct vmm_mock_result *seen =
        look(TEMPERATURE, &(struct vmm_mock_answer){.body = "t=60"});
    assert_met(seen);
    cr_expect_null(vmm_mock_find(seen, VMM_FACT_FINDING, 0));
    seen = look(TEMPERATURE, &(struct vmm_mock_answer){.body = "t=61"});
    assert_met(seen);
    cr_expect_str_eq(fact(seen, VMM_FACT_FINDING, 0)->text, "heat is \"61\"");
    seen = look(TEMPERATURE, &(struct vmm_mock_answer){.body = "t=-5"});
    assert_met(seen);
    cr_expect_str_eq(fact(seen, VMM_FACT_FINDING, 0)->text, "heat is \"-5\"");
    seen = look(TEMPERATURE, &(struct vmm_mock_answer){.body = "t=71"});
    assert_broken(seen, "a: heat is \"71\"");
    cr_expect_null(vmm_mock_find(seen, VMM_FACT_FINDING, 0));
}

Test(generic_more, a_word_can_be_a_warning)
{
#define WORD                                                                                       \
    "'extract':[{'from':'keyvalue','key':'s','fact':'expectation','name':'fan','map':'ok=ok;slow=" \
    "warn;*=fault'}]"
    const struct vmm_mock_result *seen = look(WORD, &(struct vmm_mock_answer){.body = "s=slow"});
    assert_met(seen);
    cr_expect_str_eq(fact(seen, VMM_FACT_FINDING, 0)->text, "fan is \"slow\"");
    assert_broken(look(WORD, &(struct vmm_mock_answer){.body = "s=off"}), "a: fan is \"off\"");
    seen = look(WORD, &(struct vmm_mock_answer){.body = "s=ok"});
    assert_met(seen);
    cr_expect_null(vmm_mock_find(seen, VMM_FACT_FINDING, 0));
}

Test(generic_more, the_certificate_is_warned_of_before_it_ends)
{
    static const char rule[] = "'extract':[{'from':'tls_days','fact':'expectation','name':'days',"
                               "'warn_min':30,'min':7}]";
    int64_t now_s = vmm_mock_wall_us(mock) / 1000000;
    const struct vmm_mock_result *seen =
        look(rule, &(struct vmm_mock_answer){.tls_until_s = now_s + 20 * 86400 + 60});
    assert_met(seen);
    cr_expect_str_eq(fact(seen, VMM_FACT_FINDING, 0)->text, "days is \"20\"");
    assert_broken(look(rule, &(struct vmm_mock_answer){.tls_until_s = now_s + 5 * 86400 + 60}),
                  "a: days is \"5\"");
}

Test(generic_more, how_long_the_connection_and_the_first_byte_took)
{
    const struct vmm_mock_result *seen =
        look("'extract':[{'from':'connect','fact':'vendor','name':'connect'}]",
             &(struct vmm_mock_answer){.connect_us = 12000});
    cr_expect_str_eq(fact(seen, VMM_FACT_VENDOR, 0)->text, "connect=12");
    seen = look("'extract':[{'from':'wait','fact':'vendor','name':'wait'}]",
                &(struct vmm_mock_answer){.latency_ms = 30});
    cr_expect_str_eq(fact(seen, VMM_FACT_VENDOR, 0)->text, "wait=30");
    seen = look("'extract':[{'from':'connect','fact':'vendor','name':'connect'}]",
                &(struct vmm_mock_answer){0});
    cr_expect_null(vmm_mock_find(seen, VMM_FACT_VENDOR, 0), "it went over one that stood");
}

/* ---- Words ---- */

Test(generic_more, words_of_the_device_are_filled_in)
{
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.target = "/c7/6/07/007?w=640&h=480&t=20240101+080000"});
    vmm_mock_set_wall(mock, 1704067200000000); /* 2024-01-01 00:00:00 UTC */
    assert_met(
        look_with("{'channel':7,'width':640,'height':480,'zone':'+08:00','requests':[{'name':'a',"
                  "'path':'/c{channel}/{channel0}/{channel02d}/"
                  "{channel03d}?w={width}&h={height}&t={now:%Y%m%d}+{now:%H%M%S}',"
                  "'headers':['X-Channel: {channel}','X-At: {now:%F %T}']}]}"));
    cr_expect_str_eq(vmm_mock_request(mock, 0)->headers,
                     "X-Channel: 7\r\nX-At: 2024-01-01 08:00:00\r\n");
}

Test(generic_more, a_time_is_written_as_its_place_reads_it)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/?t=2024-01-01%2B00%3A00%3A00"});
    vmm_mock_set_wall(mock, 1704067200000000);
    assert_met(look_with("{'requests':[{'name':'a','path':'/?t={now:%F+%T}'}]}"));
}

Test(generic_more, words_that_make_no_sense_are_refused)
{
    assert_refused("{'requests':[{'name':'a','path':'/{width}'}]}",
                   "requests[0]: {width} and {height} need the options of that name");
    assert_refused("{'requests':[{'name':'a','path':'/{now:%Q}'}]}",
                   "requests[0]: {now:FORMAT} is made of %Y %m %d %H %M %S %F %T %s");
    assert_refused("{'zone':'Taipei','requests':[{'name':'a','path':'/'}]}", "zone is like +08:00");
    assert_refused("{'requests':[{'name':'a','path':'/{channel9}{other}'}]}", "");
}

static void assert_now(const char *format, int64_t ms, int32_t zone, const char *expected)
{
    char out[GENERIC_NOW_MAX];
    generic_now_write(vmm_text_of(format), ms, zone, out, sizeof(out));
    cr_expect_str_eq(out, expected);
}

Test(generic_words, times_before_and_after)
{
    assert_now("%s", 1704067200123, 0, "1704067200");
    assert_now("%F %T", 1704067199000, 0, "2023-12-31 23:59:59");
    assert_now("%F %T", 1704067199000, 60, "2024-01-01 00:59:59");
    assert_now("%F %T", -1000, 0, "1969-12-31 23:59:59");
    assert_now("100%%", 0, 0, "100%");
    assert_now("%F%F%F%F%F%F%F", 0, 0,
               "1970-01-011970-01-011970-01-011970-01-011970-01-011970-01-01197");
}

/* ---- Pictures that do not change ---- */

#define FROZEN                                                                                     \
    "{'requests':[{'name':'a','path':'/a','extract':[{'from':'unchanged','fact':'expectation',"    \
    "'name':'unchanged','max':2}]}]}"

/* One look with the note of the last; the note of this one into `note`. */
static const struct vmm_mock_result *look_again(const char *options, const char *body,
                                                struct vmm_mock_ask *ask)
{
    static uint8_t note[VMM_NOTE_MAX];
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/a", .body = body});
    ask->options = json(options);
    const struct vmm_mock_result *seen = vmm_mock_look(mock, ask);
    cr_assert_leq(seen->note_size, sizeof(note));
    memcpy(note, seen->note, seen->note_size);
    ask->note = note;
    ask->note_size = seen->note_size;
    return seen;
}

Test(generic_more, a_picture_that_never_changes_is_a_fault)
{
    struct vmm_mock_ask ask = {0};
    assert_met(look_again(FROZEN, "one", &ask));
    assert_met(look_again(FROZEN, "one", &ask));
    assert_met(look_again(FROZEN, "one", &ask));
    assert_broken(look_again(FROZEN, "one", &ask), "a: unchanged is \"3\"");
    assert_met(look_again(FROZEN, "two", &ask));
    assert_met(look_again(FROZEN, "one", &ask));
}

Test(generic_more, what_is_remembered_is_of_the_same_options)
{
    struct vmm_mock_ask ask = {0};
    for (int i = 0; i < 3; i++) {
        assert_met(look_again(FROZEN, "one", &ask));
    }
    static const char other[] =
        "{'requests':[{'name':'c','path':'/a','extract':[{'from':'unchanged','fact':'expectation',"
        "'name':'unchanged','max':2}]}]}";
    assert_met(look_again(other, "one", &ask));
}

Test(generic_memory, any_note_is_taken)
{
    struct generic_memory memory;
    uint8_t note[VMM_NOTE_MAX];
    memset(note, 1, sizeof(note));
    generic_memory_read(&memory, 0x0101010101010101, note, sizeof(note));
    cr_expect_eq(memory.count, GENERIC_MEMORY_MAX);
    cr_expect_leq(generic_memory_write(&memory, note), sizeof(note));
    for (size_t size = 0; size < 30; size++) {
        generic_memory_read(&memory, 0x0101010101010101, note, size);
        cr_expect_eq(memory.count, size < 20 ? 0 : 1, "%zu", size);
    }
    generic_memory_read(&memory, 1, NULL, 0);
    cr_expect_eq(memory.count, 0);
}

Test(generic_memory, there_is_room_for_some_requests_only)
{
    struct generic_memory memory;
    int64_t looks = 7;
    generic_memory_read(&memory, 1, NULL, 0);
    for (uint8_t i = 0; i < GENERIC_MEMORY_MAX; i++) {
        cr_expect(generic_memory_count(&memory, i, vmm_text_of("x"), &looks));
        cr_expect_eq(looks, 0);
    }
    cr_expect_not(generic_memory_count(&memory, 9, vmm_text_of("x"), &looks));
}

Test(generic_more, a_known_placeholder_is_known_by_its_hash)
{
    static const char rule[] =
        "'extract':[{'from':'hash','fact':'signal','map':"
        "'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad=fault;*=ok'}]";
    const struct vmm_mock_result *seen = look(rule, &(struct vmm_mock_answer){.body = "abc"});
    const struct vmm_observation *signal = vmm_mock_find(seen, VMM_FACT_SIGNAL, 1);
    cr_assert_not_null(signal);
    cr_expect_eq(signal->reason, VMM_REASON_VIDEO_LOSS);
    seen = look(rule, &(struct vmm_mock_answer){.body = "abd"});
    cr_expect_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 1)->standing, VMM_STANDING_OK);
}

/* ---- TLS ---- */

Test(generic_more, files_of_a_certificate_are_those_of_the_folder)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    assert_met(look_with(
        "{'tls':{'server_name':'door.test','min_version':'1.3','ca':'ca.pem',"
        "'certificate':'door.pem','key':'door.key'},'requests':[{'name':'a','path':'/'}]}"));
    const struct vmm_mock_request *asked = vmm_mock_request(mock, 0);
    cr_expect_str_eq(asked->server_name, "door.test");
    cr_expect_str_eq(asked->ca_file, "/srv/tls/ca.pem");
    cr_expect_str_eq(asked->cert_file, "/srv/tls/door.pem");
    cr_expect_str_eq(asked->key_file, "/srv/tls/door.key");
    cr_expect_eq(asked->tls_min, VMM_HTTP_TLS_1_3);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    assert_met(look_with("{'requests':[{'name':'a','path':'/'}]}"));
    cr_expect_null(vmm_mock_request(mock, 1)->server_name);
}

Test(generic_more, a_file_elsewhere_is_refused)
{
#define FILES                                                                                      \
    "tls: ca, certificate and key are names of files in the folder \"certificates\" of the "       \
    "plugin's settings"
#define WITH(tls) "{'tls':{" tls "},'requests':[{'name':'a','path':'/'}]}"
    assert_refused(WITH("'ca':'/etc/passwd'"), FILES);
    assert_refused(WITH("'certificate':'../key.pem'"), FILES);
    assert_refused(WITH("'certificate':'.pem'"), FILES);
    assert_refused(WITH("'key':'a.key'"), "tls: a key needs its certificate");
    assert_refused(WITH("'server_name':'a b'"), "tls: server_name is a name like door.example.org");
    assert_refused(WITH("'certificate':'a.pem','key':'a.key'"), "");
}

/* ---- A recipe of the README ---- */

Test(generic_more, oauth2_is_a_login_in_two_steps)
{
    static const char options[] =
        "{'requests':[{'name':'token','path':'/oauth/"
        "token','method':'POST','safe':true,'login':false,"
        "'content_type':'application/x-www-form-urlencoded',"
        "'body':'grant_type=client_credentials&client_id={user}&client_secret={pass}','refused':['"
        "invalid_client'],"
        "'extract':[{'from':'json','key':'/access_token','carry':'token'}]},"
        "{'name':'status','path':'/api/status','login':false,'headers':['Authorization: Bearer "
        "{carry:token}'],"
        "'extract':[{'from':'json','key':'/model','fact':'model'}]}]}";
    vmm_mock_answer(mock, &(struct vmm_mock_answer){
                              .method = "POST",
                              .target = "/oauth/token",
                              .headers = "Content-Type: application/json\r\n",
                              .body = "{\"access_token\":\"abc.def\",\"token_type\":\"Bearer\"}"});
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.target = "/api/status", .body = "{\"model\":\"M-1\"}"});
    const struct vmm_mock_result *seen = look_with(options);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
    cr_expect_str_eq(fact(seen, VMM_FACT_MODEL, 0)->text, "M-1");
    cr_expect_str_eq(vmm_mock_request(mock, 1)->headers, "Authorization: Bearer abc.def\r\n");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/oauth/token",
                                                    .status = 401,
                                                    .body = "{\"error\":\"invalid_client\"}"});
    seen = look_with(options);
    cr_expect_eq(seen->outcome, VMM_OUTCOME_AUTH);
    cr_expect_eq(seen->reason, VMM_REASON_AUTH);
}
