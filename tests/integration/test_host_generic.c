/* SPDX-License-Identifier: MIT */
/* The provider generic in a real host, against a device that follows a script. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/http.h>

#include "integration/host_client.h"
#include "integration/packed.h"
#include "integration/script_server.h"

#define OK(text) "HTTP/1.1 200 OK\r\nContent-Length: " text

static struct host_client client;
static struct host_result result;
static struct script_server server;

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_generic, .fini = end);

/* Bring a host to ready whose folder of certificates is this. */
static void begin(const char *folder)
{
    char config[128];
    snprintf(config, sizeof(config), "{\"certificates\":\"%s\"}", folder);
    host_client_ready(&client, "../plugins/generic", config);
}

/* One look with these options, ' for ". */
static void look(uint8_t tls, const char *options)
{
    char text[2048];
    snprintf(text, sizeof(text), "%s", options);
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    struct job_message job = host_client_order(server.port, text);
    job.tls = tls;
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
}

static const struct result_fact *fact(uint32_t number)
{
    for (uint32_t i = 0; i < result.message.fact_count; i++) {
        if (result.facts[i].fact == number) {
            return &result.facts[i];
        }
    }
    cr_assert_fail("fact %u: %s", number, result.message.detail);
    return NULL;
}

static void expect_met(void)
{
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_expect_eq(fact(VMM_FACT_EXPECTATION)->standing, VMM_STANDING_OK, "%s",
                 fact(VMM_FACT_EXPECTATION)->text);
}

#define PAGE(more) "'requests':[{'name':'page','method':'GET','path':'/'" more "}]"

static const char *const page[] = {OK("7\r\n\r\nmodel=X"), NULL};

Test(host_generic, a_certificate_of_ours_is_shown_and_theirs_is_checked)
{
    begin(script_server_start_trusted(&server, page, true));
    look(TLS_VERIFY, "{'tls':{'server_name':'door.test','ca':'ca.pem','certificate':'client.pem',"
                     "'key':'client.key'}," PAGE(",'expect_tls':'yes','expect_version':'1.1'") "}");
    script_server_end(&server);
    expect_met();
    cr_expect_not_null(strstr(server.asked[0], "Host: door.test"), "%s", server.asked[0]);
}

Test(host_generic, a_certificate_of_ours_that_is_not_there_is_our_fault)
{
    begin(script_server_start_trusted(&server, page, true));
    look(TLS_OFF, "{'tls':{'certificate':'none.pem'}," PAGE("") "}");
    script_server_stop(&server);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_INTERNAL, "%s", result.message.detail);
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    cr_expect_eq(server.requests, 0);
}

Test(host_generic, nothing_is_asked_in_clear_where_tls_was_wanted)
{
    begin(script_server_start_trusted(&server, page, false));
    look(TLS_NONE, "{'tls':{'server_name':'door.test'}," PAGE("") "}");
    script_server_stop(&server);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_expect_eq(server.requests, 0);
}

Test(host_generic, a_packed_answer_is_read_unpacked)
{
    size_t size = 0;
    char head[96];
    char *body = packed_gzip("model=PX-9\n", &size);
    int used =
        snprintf(head, sizeof(head),
                 "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", size);
    char *answer = malloc((size_t)used + size);
    memcpy(answer, head, (size_t)used);
    memcpy(answer + used, body, size);
    begin("/nonexistent");
    script_server_start_sized(&server, (const char *const[]){answer, NULL},
                              (const size_t[]){(size_t)used + size});
    look(TLS_NONE,
         "{" PAGE(",'compressed':true,'extract':[{'from':'keyvalue','key':'model','fact':'model'},"
                  "{'from':'connect','fact':'vendor','name':'connect'}]") "}");
    script_server_end(&server);
    free(answer);
    free(body);
    expect_met();
    cr_expect_str_eq(fact(VMM_FACT_MODEL)->text, "PX-9");
    cr_expect_eq(strncmp(fact(VMM_FACT_VENDOR)->text, "connect=", 8), 0);
}

Test(host_generic, a_dialogue_says_and_reads)
{
    begin("/nonexistent");
    script_server_start(&server, (const char *const[]){"250 fw-7 ready\r\n", "221 bye\r\n", NULL});
    look(TLS_NONE,
         "{'channel':7,'requests':[{'name':'talk','protocol':'tcp','safe':true,'dialogue':["
         "{'send':'HELLO {channel}\\r\\n'},{'expect':'^250 (fw-\\\\d)','send':'QUIT {1}\\r\\n'},"
         "{'expect':'^221'}],"
         "'extract':[{'from':'regex','pattern':'(fw-\\\\d)','fact':'firmware'}]}]}");
    script_server_end(&server);
    expect_met();
    cr_expect_str_eq(fact(VMM_FACT_FIRMWARE)->text, "fw-7");
    cr_expect_str_eq(server.asked[0], "HELLO 7\r\n");
    cr_expect_str_eq(server.asked[1], "QUIT fw-7\r\n");
    cr_expect_eq(server.connections, 1);
}

/* The device waits for its last line: the script is done only once it has come. */
Test(host_generic, the_last_words_of_a_dialogue_reach_the_device)
{
    begin("/nonexistent");
    script_server_start(&server, (const char *const[]){"250 ready\r\n", SCRIPT_CLOSE, NULL});
    look(TLS_NONE, "{'requests':[{'name':'talk','protocol':'tcp','safe':true,'dialogue':["
                   "{'send':'HELLO\\r\\n'},{'expect':'^250 ','send':'QUIT\\r\\n'}]}]}");
    script_server_end(&server);
    expect_met();
    cr_assert_eq(server.requests, 2);
    cr_expect_str_eq(server.asked[1], "QUIT\r\n");
}

Test(host_generic, a_dialogue_that_only_says_is_heard)
{
    begin("/nonexistent");
    script_server_start(&server, (const char *const[]){SCRIPT_CLOSE, NULL});
    look(TLS_NONE, "{'requests':[{'name':'talk','protocol':'tcp','safe':true,'dialogue':["
                   "{'send':'PING\\r\\n'}]}]}");
    script_server_end(&server);
    expect_met();
    cr_assert_eq(server.requests, 1);
    cr_expect_str_eq(server.asked[0], "PING\r\n");
}

Test(host_generic, the_last_words_are_encrypted_too)
{
    begin(script_server_start_trusted(
        &server, (const char *const[]){"220 go\r\n", SCRIPT_SECURE, SCRIPT_CLOSE, NULL}, false));
    look(TLS_OFF, "{'requests':[{'name':'talk','protocol':'tcp','safe':true,'dialogue':["
                  "{'send':'STARTTLS\\r\\n'},{'expect':'^220 ','starttls':true},"
                  "{'send':'QUIT\\r\\n'}]}]}");
    script_server_end(&server);
    expect_met();
    cr_assert_eq(server.requests, 2);
    cr_expect_str_eq(server.asked[1], "QUIT\r\n");
}

/* The first lines of a talk are its steps, which explain shows. */
Test(host_generic, a_password_that_a_dialogue_repeats_stays_out_of_the_steps)
{
    static const uint8_t password[] = "correct-horse";
    begin("/nonexistent");
    script_server_start(&server, (const char *const[]){OK("2\r\n\r\nok"), SCRIPT_NEXT,
                                                       "230 hello correct-horse\r\n", NULL});
    struct job_message job = host_client_order(
        server.port,
        "{\"requests\":[{\"name\":\"page\",\"method\":\"GET\",\"path\":\"/cgi?p={pass}\"},"
        "{\"name\":\"talk\",\"protocol\":\"tcp\",\"safe\":true,\"dialogue\":["
        "{\"send\":\"HELLO\\r\\n\"},{\"expect\":\"^230\"}]}]}");
    job.password = (struct frame_bytes){password, sizeof(password) - 1};
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    cr_assert_eq(result.message.step_count, 2, "%s", result.message.detail);
    cr_expect_str_eq(result.steps[1].asked, "HELLO");
    cr_expect_str_eq(result.steps[1].came, "230 hello ***");
}

Test(host_generic, a_dialogue_that_hears_something_else_is_a_fault)
{
    begin("/nonexistent");
    script_server_start(&server, (const char *const[]){"554 no\r\n", NULL});
    look(TLS_NONE, "{'requests':[{'name':'talk','protocol':'tcp','safe':true,'dialogue':["
                   "{'send':'HELLO\\r\\n'},{'expect':'^250 '}]}]}");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_expect_eq(fact(VMM_FACT_EXPECTATION)->standing, VMM_STANDING_FAULT);
    cr_expect_str_eq(fact(VMM_FACT_EXPECTATION)->text,
                     "talk: dialogue[1]: no line that fits has come");
}

/* How much was said and came is told, and nothing of it. */
Test(host_generic, a_dialogue_that_gives_or_carries_a_value_is_in_no_step)
{
    begin("/nonexistent");
    script_server_start(&server,
                        (const char *const[]){"250 token=s3cret\r\n", "250 well\r\n", NULL});
    look(TLS_NONE, "{'requests':[{'name':'login','protocol':'tcp','safe':true,'dialogue':["
                   "{'send':'HELLO\\r\\n'},{'expect':'^250 '}],"
                   "'extract':[{'from':'regex','pattern':'token=(.*)','carry':'token'}]},"
                   "{'name':'talk','protocol':'tcp','safe':true,'dialogue':["
                   "{'send':'USE {carry:token}\\r\\n'},{'expect':'^250 '}]}]}");
    script_server_end(&server);
    expect_met();
    cr_expect_str_eq(server.asked[1], "USE s3cret\r\n");
    cr_assert_eq(result.message.step_count, 2);
    cr_expect_str_eq(result.steps[0].asked, "7 bytes");
    cr_expect_str_eq(result.steps[0].came, "18 bytes");
    cr_expect_str_eq(result.steps[1].asked, "12 bytes");
    cr_expect_str_eq(result.steps[1].came, "10 bytes");
}

#define SECURED                                                                                    \
    "'requests':[{'name':'talk','protocol':'tcp','safe':true,'dialogue':["                         \
    "{'send':'STARTTLS\\r\\n'},{'expect':'^220 ','starttls':true},{'send':'NOOP\\r\\n'},"          \
    "{'expect':'^250 '}]}]"

Test(host_generic, a_dialogue_is_encrypted_on_the_way)
{
    begin(script_server_start_trusted(
        &server, (const char *const[]){"220 go\r\n", SCRIPT_SECURE, "250 well\r\n", NULL}, true));
    look(TLS_VERIFY, "{'tls':{'server_name':'door.test','ca':'ca.pem','certificate':'client.pem',"
                     "'key':'client.key'}," SECURED "}");
    script_server_end(&server);
    expect_met();
    cr_expect_str_eq(server.asked[1], "NOOP\r\n");
    cr_expect_eq(result.message.tls_key.size, TLS_PIN_SIZE);
}

/* It may have a certificate of its own: it is neither what `pin` learns nor what it compares. */
Test(host_generic, the_key_of_another_port_is_not_the_device_s)
{
    static const uint8_t pinned[TLS_PIN_SIZE] = {1, 2, 3};
    char options[400];
    begin(script_server_start_trusted(
        &server, (const char *const[]){"220 go\r\n", SCRIPT_SECURE, "250 well\r\n", NULL}, false));
    snprintf(options, sizeof(options),
             "{\"requests\":[{\"name\":\"talk\",\"protocol\":\"tcp\",\"port\":%u,\"safe\":true,"
             "\"dialogue\":[{\"send\":\"STARTTLS\\r\\n\"},{\"expect\":\"^220 \",\"starttls\":true},"
             "{\"send\":\"NOOP\\r\\n\"},{\"expect\":\"^250 \"}]}]}",
             server.port);
    struct job_message job = host_client_order(script_server_dead_port(), options);
    job.tls = TLS_PIN;
    job.tls_pin = (struct frame_bytes){pinned, sizeof(pinned)};
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    expect_met();
    cr_expect_eq(result.message.tls_key.size, 0);
    cr_expect_eq(result.message.flags & RESULT_KEY_CHANGED, 0);
}

Test(host_generic, a_dialogue_with_a_stranger_ends_at_the_handshake)
{
    begin(script_server_start_trusted(
        &server, (const char *const[]){"220 go\r\n", SCRIPT_SECURE, "250 well\r\n", NULL}, false));
    look(TLS_VERIFY, "{'tls':{'server_name':'window.test','ca':'ca.pem'}," SECURED "}");
    script_server_stop(&server);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_BAD_REPLY, "%s", result.message.detail);
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    cr_expect_eq(result.message.reason, VMM_REASON_TLS);
    cr_expect_eq(server.requests, 1);
}

Test(host_generic, a_dialogue_with_a_certificate_that_nobody_trusts_ends_at_the_handshake)
{
    begin(script_server_start_trusted(
        &server, (const char *const[]){"220 go\r\n", SCRIPT_SECURE, "250 well\r\n", NULL}, false));
    look(TLS_VERIFY, "{" SECURED "}");
    script_server_stop(&server);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_BAD_REPLY, "%s", result.message.detail);
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
}

Test(host_generic, a_dialogue_whose_handshake_hangs_is_not_in_time)
{
    begin("/nonexistent");
    script_server_start(&server, (const char *const[]){"220 go\r\n", SCRIPT_HANG, NULL});
    look(TLS_OFF,
         "{'requests':[{'name':'talk','protocol':'tcp','safe':true,'timeout':1000,'dialogue':["
         "{'send':'STARTTLS\\r\\n'},{'expect':'^220 ','starttls':true},{'expect':'^250 '}]}]}");
    script_server_stop(&server);
    cr_expect_eq(fact(VMM_FACT_EXPECTATION)->standing, VMM_STANDING_FAULT);
}

Test(host_generic, a_dialogue_is_not_encrypted_where_no_tls_is_set)
{
    begin(script_server_start_trusted(
        &server, (const char *const[]){"220 go\r\n", SCRIPT_SECURE, "250 well\r\n", NULL}, false));
    look(TLS_NONE, "{" SECURED "}");
    script_server_stop(&server);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_INTERNAL, "%s", result.message.detail);
    cr_expect_eq(server.requests, 1);
}

Test(host_generic, a_dialogue_encrypted_from_its_first_byte_reads_much_at_once)
{
    static char many[40000];
    memset(many, 'a', sizeof(many) - 1);
    memcpy(many + sizeof(many) - 9, "\nend\r\n", 7);
    script_server_start_tls(&server, (const char *const[]){many, NULL}, 2048, 0);
    begin("/nonexistent");
    look(TLS_PIN, "{'requests':[{'name':'talk','protocol':'tcp','safe':true,'dialogue':["
                  "{'starttls':true},{'send':'GO\\r\\n'},{'expect':'^end'}]}]}");
    script_server_end(&server);
    expect_met();
}

Test(host_generic, a_dialogue_with_nobody_is_unreachable)
{
    begin("/nonexistent");
    server.port = script_server_dead_port();
    look(TLS_NONE,
         "{'requests':[{'name':'talk','protocol':'tcp','dialogue':[{'expect':'^250 '}]}]}");
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_UNREACHABLE, "%s", result.message.detail);
    cr_expect_eq(result.message.rung, VMM_RUNG_CONNECT);
}

Test(host_generic, a_body_from_a_file_goes_out_whole)
{
    char folder[] = "/tmp/vmm-bodies-XXXXXX";
    char path[64];
    char config[96];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/ask.xml", folder);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 1000; i++) {
        fputs("<ask/>", file);
    }
    fclose(file);
    snprintf(config, sizeof(config), "{\"bodies\":\"%s\"}", folder);
    host_client_ready(&client, "../plugins/generic", config);
    script_server_start(&server, page);
    look(TLS_NONE, "{'requests':[{'name':'page','method':'POST','safe':true,'path':'/ask',"
                   "'content_type':'text/xml','body_file':'ask.xml'}]}");
    script_server_end(&server);
    unlink(path);
    rmdir(folder);
    expect_met();
    cr_expect_not_null(strstr(server.asked[0], "Content-Length: 6000\r\n"), "%s", server.asked[0]);
    cr_expect_str_eq(server.asked[0] + strlen(server.asked[0]) - 12, "<ask/><ask/>");
}

Test(host_generic, the_status_line_and_conditions_are_expected)
{
    begin("/nonexistent");
    script_server_start(
        &server,
        (const char *const[]){
            "HTTP/1.1 200 Camera ready\r\nContent-Length: 20\r\n\r\n{\"used\":1,\"total\":2}",
            "HTTP/1.1 200 Camera busy\r\nContent-Length: 20\r\n\r\n{\"used\":2,\"total\":2}",
            NULL});
    look(TLS_NONE, "{'requests':[{'name':'a','method':'GET','path':'/a','expect_line':'ready$',"
                   "'conditions':['/used < /total']},"
                   "{'name':'b','method':'GET','path':'/b','expect_line':'ready$'}]}");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_assert_eq(result.message.fact_count, 2);
    cr_expect_eq(result.facts[0].standing, VMM_STANDING_OK);
    cr_expect_eq(result.facts[1].standing, VMM_STANDING_FAULT);
    cr_expect_str_eq(result.facts[1].text, "b: the status line is another");
}
