/* SPDX-License-Identifier: MIT */
/* Whole looks in the mock host: what is asked, with which login, and what is told. */
#include <vmm/http.h>

#include "test_onvif.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(onvif, .init = begin, .fini = done);

/* What a recorder answers to a look that is not the slow one. */
static void play_recorder(void)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services.xml");
    answer("/onvif/media", "profiles.xml");
    answer("/onvif/events", "subscription.xml");
    answer("/onvif/pull?id=7", "messages.xml");
    answer("/onvif/pull?id=7", "unsubscribed.xml");
    answer("/onvif/search?x=1&y=2", "search.xml");
    answer("/onvif/search?x=1&y=2", "records.xml");
    answer("/onvif/search?x=1&y=2", "search-ended.xml");
}

Test(onvif, a_recorder_is_read_whole)
{
    play_recorder();
    const struct vmm_mock_result *seen = look_with(2, 0, 1);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_expect_eq(vmm_mock_unasked(mock), 0);
    vmm_expect_text(seen, VMM_FACT_BRAND, 0, "ACME");
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "IPC-42");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "1.2.3");
    vmm_expect_text(seen, VMM_FACT_SERIAL, 0, "SN0042");
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 2);
    vmm_expect_number(seen, VMM_FACT_STREAMS, 0, 3);
    vmm_expect_text(seen, VMM_FACT_CODEC, 2, "JPEG");
}

Test(onvif, the_clock_is_read_without_a_login_and_before_all_else)
{
    play_recorder();
    const struct vmm_mock_result *seen = look_with(3, 0, 1);
    cr_expect_not_null(strstr(body_of(0), "GetSystemDateAndTime"));
    cr_expect_null(strstr(body_of(0), "UsernameToken"));
    cr_expect_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_NO_LOGIN, 0);
    int64_t offset = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
    cr_expect(offset > 299000 && offset <= 300000, "%lld", (long long)offset);
    vmm_expect_fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0, VMM_STANDING_OK);
    vmm_expect_number(seen, VMM_FACT_CLOCK_ZONE, 0, 480);
    vmm_expect_number(seen, VMM_FACT_CLOCK_DST, 0, 0);
    vmm_expect_number(seen, VMM_FACT_CLOCK_SYNC, 0, 1);
    vmm_expect_text(seen, VMM_FACT_CLOCK_RULE, 0, "CST-8");
}

Test(onvif, a_token_is_signed_with_the_devices_own_time)
{
    play_recorder();
    look_with(3, 0, 1);
    const char *body = body_of(1);
    cr_expect_not_null(strstr(body, "<Username>{user_xml}</Username>"));
    cr_expect_not_null(strstr(body, "{wsse:"));
    cr_expect_not_null(strstr(body, "2024-01-01T00:05:00Z"), "%s", body);
    uint32_t flags = vmm_mock_request(mock, 1)->flags;
    cr_expect_neq(flags & VMM_HTTP_TEMPLATE, 0);
    cr_expect_neq(flags & VMM_HTTP_NO_LOGIN, 0, "never both ways at once");
}

Test(onvif, two_tokens_have_two_nonces)
{
    char first[64] = "";
    play_recorder();
    look_with(3, 0, 1);
    const char *at = strstr(body_of(1), "{wsse:");
    snprintf(first, sizeof(first), "%.30s", at);
    cr_expect_null(strstr(body_of(2), first));
}

#define ID_SIZE 37u

/* The id of a message, which has the form of a UUID of version 4. */
static void copy_id(size_t place, char out[ID_SIZE])
{
    static const char form[] = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    const char *at = strstr(body_of(place), "urn:uuid:");
    cr_assert_not_null(at);
    snprintf(out, ID_SIZE, "%s", at + 9);
    for (size_t i = 0; i < ID_SIZE - 1; i++) {
        const char *signs = form[i] == 'x' ? "0123456789abcdef" : form[i] == 'y' ? "89ab" : NULL;
        cr_expect(signs != NULL ? strchr(signs, out[i]) != NULL : out[i] == form[i], "%s", out);
    }
}

Test(onvif, no_two_messages_have_the_same_id)
{
    char ids[6][ID_SIZE];
    for (size_t look = 0; look < 2; look++) {
        size_t first = vmm_mock_request_count(mock);
        play_recorder();
        look_with(2, 0, 1);
        for (size_t i = 0; i < 3; i++) {
            copy_id(first + 4 + i, ids[3 * look + i]);
        }
    }
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < i; k++) {
            cr_expect_str_neq(ids[i], ids[k]);
        }
    }
}

/* Which questions follow is known only from what services and profiles were told. */
Test(onvif, a_whole_look_goes_over_one_connection)
{
    play_recorder();
    look_with(3, 0, 1);
    size_t last = vmm_mock_request_count(mock) - 1;
    cr_assert_eq(last, 9);
    for (size_t i = 0; i < last; i++) {
        cr_expect_neq(vmm_mock_request(mock, i)->flags & VMM_HTTP_MORE, 0, "request %zu", i);
    }
    cr_expect_eq(vmm_mock_request(mock, last)->flags & VMM_HTTP_MORE, 0);
}

/* ---- How it wants to be logged in to ---- */

Test(onvif, a_challenge_of_http_means_http)
{
    answer(DEVICE, "clock.xml");
    answer_status(DEVICE, "not-authorized.xml", 401,
                  "WWW-Authenticate: Digest realm=\"d\", nonce=\"n\", qop=\"auth\"\r\n");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    const struct vmm_mock_result *seen = look_with(0, 0, 1);
    cr_expect_eq(seen->note[1], 2);
    cr_expect_neq(vmm_mock_request(mock, 1)->flags & VMM_HTTP_NO_LOGIN, 0);
    cr_expect_eq(vmm_mock_request(mock, 2)->flags & (VMM_HTTP_NO_LOGIN | VMM_HTTP_TEMPLATE), 0);
    cr_expect_null(strstr(body_of(2), "UsernameToken"));
}

Test(onvif, a_fault_means_a_token_in_the_message)
{
    answer(DEVICE, "clock.xml");
    answer_status(DEVICE, "not-authorized.xml", 400, NULL);
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    const struct vmm_mock_result *seen = look_with(0, 0, 1);
    cr_expect_eq(seen->note[1], 3);
    cr_expect_not_null(strstr(body_of(2), "UsernameToken"));
}

Test(onvif, a_device_without_a_login_is_read_at_once)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    const struct vmm_mock_result *seen = look_with(0, 0, 1);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_expect_eq(seen->note[1], 1);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "IPC-42");
}

Test(onvif, a_refused_token_is_one_login_and_the_end)
{
    answer(DEVICE, "clock.xml");
    answer_status(DEVICE, "not-authorized.xml", 400, NULL);
    const struct vmm_mock_result *seen = look_with(3, 0, 1);
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    vmm_expect_detail(seen, "Sender not authorized");
    cr_expect_eq(vmm_mock_request_count(mock), 2);
    cr_expect_eq(seen->note[1], 4, "the next look signs by another clock");
}

/* ---- Services ---- */

/* The recorder's answer, with this path of its own in place of the true one. */
static void answer_moved(const char *target, const char *fixture, const char *path,
                         const char *instead)
{
    static char body[8192];
    const char *whole = vmm_expect_fixture(FIXTURES, fixture, NULL);
    const char *at = strstr(whole, path);
    cr_assert_not_null(at);
    int length = snprintf(body, sizeof(body), "%.*s%s%s", (int)(at - whole), whole, instead,
                          at + strlen(path));
    cr_assert_lt((size_t)length, sizeof(body));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

/* Whatever is asked, no path holds a word that the host fills in. What has no answer yet gets a fault. */
static void assert_no_words_in_paths(void)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){
                             .body = vmm_expect_fixture(FIXTURES, "not-supported.xml", NULL)});
    look_with(3, 0, 4);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const char *target = vmm_mock_request(mock, i)->target;
        cr_expect_null(strpbrk(target, "{}"), "%s", target);
    }
}

static void move_a_service(const char *path, const char *instead)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer_moved(DEVICE, "services-recording.xml", path, instead);
    answer(path[7] == 'm' ? NULL : "/onvif/media", "profiles.xml");
}

Test(onvif, no_service_draws_the_password_into_a_path)
{
    static const char *const services[] = {"/onvif/media<", "/onvif/events<", "/onvif/search?",
                                           "/onvif/recording<"};
    static const char *const instead[] = {"/{pass}<", "/{pass_md5}<", "/{pass_sofia}?",
                                          "/{md5:{pass}}<"};
    for (size_t i = 0; i < LENGTH(services); i++) {
        done();
        begin();
        move_a_service(services[i], instead[i]);
        assert_no_words_in_paths();
    }
}

Test(onvif, no_subscription_draws_the_password_into_a_path)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services.xml");
    answer("/onvif/media", "profiles.xml");
    answer_moved("/onvif/events", "subscription.xml", "/onvif/pull", "/{pass}");
    assert_no_words_in_paths();
}

Test(onvif, only_paths_of_addresses_are_used)
{
    play_recorder();
    vmm_mock_serve(mock, &(struct vmm_mock_answer){
                             .body = vmm_expect_fixture(FIXTURES, "not-supported.xml", NULL)});
    look_with(2, 0, 1);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        cr_expect_eq(vmm_mock_request(mock, i)->target[0], '/');
        cr_expect_null(strstr(vmm_mock_request(mock, i)->target, "192.168"));
    }
}

Test(onvif, what_changes_slowly_is_asked_for_in_its_turn)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services.xml");
    answer("/onvif/media", "profiles.xml");
    answer(DEVICE, "ntp.xml");
    answer(DEVICE, "hostname.xml");
    answer(DEVICE, "interfaces.xml");
    answer("/onvif/media", "stream.xml");
    answer("/onvif/media", "stream.xml");
    answer("/onvif/media", "stream.xml");
    answer("/onvif/media", "snapshot.xml");
    answer("/onvif/media", "snapshot.xml");
    const struct vmm_mock_result *seen = look_with(2, 4 | 8, 12);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_text(seen, VMM_FACT_NTP_SERVER, 0, "time.example.org");
    vmm_expect_text(seen, VMM_FACT_HOSTNAME, 0, "gate-cam");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "02:00:00:00:00:2a");
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 1,
                    "/Streaming/Channels/101?transportmode=unicast&profile=Profile_1");
    vmm_expect_text(seen, VMM_FACT_SNAPSHOT_PATH, 2, "/snap.jpg?ch=1");
    vmm_expect_vendor(seen, "service_address=192.168.1.64:8106:8106");
    cr_expect_not_null(strstr(body_of(9), "<ProfileToken>main2</ProfileToken>"));
}

Test(onvif, media2_is_preferred_and_its_tokens_cannot_break_out)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services-media2.xml");
    answer("/onvif/media2", "profiles2.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    answer("/onvif/media2", "stream2.xml");
    answer("/onvif/media2", "snapshot2.xml");
    const struct vmm_mock_result *seen = look_with(2, 0, 12);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_text(seen, VMM_FACT_CODEC, 1, "H265");
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 1, "/live");
    vmm_expect_absent(seen, VMM_FACT_SNAPSHOT_PATH, 1);
    cr_expect_not_null(strstr(body_of(7), "<ProfileToken>p&#60;1&#62;</ProfileToken>"));
    cr_expect_eq(seen->note[2], 2 | 128, "it lacks GetNTP and GetNetworkInterfaces");
}

Test(onvif, without_get_services_the_capabilities_are_asked)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "capabilities.xml");
    answer("/onvif/media", "profiles.xml");
    const struct vmm_mock_result *seen = look_with(2, 4, 1);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 2);
    cr_expect_eq(seen->note[2], 1 | 4);
}

/* ---- Events and recordings ---- */

Test(onvif, events_tell_the_signal_of_each_source)
{
    play_recorder();
    const struct vmm_mock_result *seen = look_with(2, 0, 1);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 3);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_FAULT);
    vmm_expect_fault(seen, VMM_FACT_HARDWARE, 0, VMM_REASON_HARDWARE_FAULT);
    cr_expect_eq(vmm_expect_count(seen, VMM_FACT_HARDWARE, "FanFailure: fan1"), 1);
    cr_expect_eq(vmm_expect_count(seen, VMM_FACT_HARDWARE, "TemperatureCritical: no"), 1);
    cr_expect_not_null(strstr(body_of(4), "<InitialTerminationTime>PT60S"));
    cr_expect_not_null(strstr(body_of(6), "Unsubscribe"), "the pull point is given back");
    cr_expect_not_null(strstr(body_of(5), "http://www.w3.org/2005/08/addressing"));
    cr_expect_null(strstr(body_of(3), "http://www.w3.org/2005/08/addressing"));
}

Test(onvif, recordings_are_told_by_the_source_they_name)
{
    play_recorder();
    const struct vmm_mock_result *seen = look_with(2, 0, 1);
    int64_t newest = vmm_expect_fact(seen, VMM_FACT_RECORDING_NEWEST, 1, VMM_STANDING_OK)->number;
    cr_expect(newest >= 59 && newest <= 61, "%lld", (long long)newest);
    int64_t other = vmm_expect_fact(seen, VMM_FACT_RECORDING_NEWEST, 2, VMM_STANDING_OK)->number;
    cr_expect(other >= 3598 && other <= 3601, "%lld", (long long)other);
    vmm_expect_fact(seen, VMM_FACT_RECORDING_OLDEST, 1, VMM_STANDING_OK);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_OLDEST, 2); /* day and month are not guessed */
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 3);
}

/* ---- Answers that are none ---- */

Test(onvif, a_clock_that_makes_no_sense_is_not_judged)
{
    answer(DEVICE, "clock-no-utc.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    const struct vmm_mock_result *seen = look_with(1, 0, 1);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_unjudged(seen, VMM_FACT_CLOCK_OFFSET, 0);
    vmm_expect_absent(seen, VMM_FACT_CLOCK_SYNC, 0);
    vmm_expect_absent(seen, VMM_FACT_CLOCK_ZONE, 0);
}

Test(onvif, a_page_is_a_bad_reply)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = "<html><body>Login</body></html>"});
    vmm_expect_end(look_with(0, 0, 1), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
}

Test(onvif, a_device_without_the_path_is_unsupported)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 404, .body = "no"});
    vmm_expect_end(look_with(0, 0, 1), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
}

Test(onvif, a_start_tag_that_costs_too_much_is_refused)
{
    static char body[40000];
    size_t used = (size_t)snprintf(body, sizeof(body), "<s:Envelope ");
    while (used < 30000) {
        used += (size_t)snprintf(body + used, sizeof(body) - used, "a%zu=\"1\" ", used);
    }
    snprintf(body + used, sizeof(body) - used, "/>");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = body});
    vmm_expect_end(look_with(0, 0, 1), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
}

Test(onvif, what_this_account_may_not_ask_is_not_judged)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services.xml");
    answer_status("/onvif/media", "not-authorized.xml", 400, NULL);
    answer("/onvif/search?x=1&y=2", "not-supported.xml");
    const struct vmm_mock_result *seen = look_with(3, 4, 1);
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0);
    vmm_expect_absent(seen, VMM_FACT_CHANNELS, 0);
}

/* ---- Trouble ---- */

static const char *const script[][2] = {
    {DEVICE, "clock.xml"},
    {DEVICE, "identity.xml"},
    {DEVICE, "services-recording.xml"},
    {"/onvif/media", "profiles.xml"},
    {"/onvif/events", "subscription.xml"},
    {"/onvif/pull?id=7", "messages.xml"},
    {"/onvif/pull?id=7", "unsubscribed.xml"},
    {"/onvif/search?x=1&y=2", "search.xml"},
    {"/onvif/search?x=1&y=2", "records.xml"},
    {"/onvif/search?x=1&y=2", "search-ended.xml"},
    {"/onvif/recording", "jobs-both-active.xml"},
    {"/onvif/recording", "job-error.xml"},
};

static void scenario(struct vmm_mock *m, void *arg)
{
    uint8_t note[] = {3, 3, 0, 4, 0, 0};
    (void)arg;
    for (size_t i = 0; i < LENGTH(script); i++) {
        vmm_mock_answer(
            m, &(struct vmm_mock_answer){.target = script[i][0],
                                         .body = vmm_expect_fixture(FIXTURES, script[i][1], NULL)});
    }
    if (vmm_mock_open(m) == 0) {
        vmm_mock_look(m, &(struct vmm_mock_ask){.note = note, .note_size = sizeof(note)});
    }
}

Test(onvif_trouble, every_call_may_fail)
{
    char report[1024];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 20);
    cr_assert_str_empty(report);
}

Test(onvif_trouble, it_can_be_taken_back_at_every_step)
{
    char report[1024];
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                  10);
    cr_assert_str_empty(report);
}
