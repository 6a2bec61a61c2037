/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vivotek_parse.h"

#define IDENTITY                                                                                   \
    "system_info_modelname&system_info_extendedmodelname&system_info_firmwareversion&"             \
    "system_info_serialnumber&capability_videoin_type&capability_nvideoin"
#define STATE                                                                                      \
    "system_hostname&system_timezoneindex&system_daylight_enable&system_ntp&"                      \
    "system_date&system_time"
#define PARAM(level, names) "/cgi-bin/" level "/getparam.cgi?" names
#define STORAGE             "/cgi-bin/admin/lsctrl.cgi?cmd=queryStatus&retType=javascript"
#define NEW_YEAR_MS         INT64_C(1704067200000) /* where the mock's wall clock begins */

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

/* After each test: the plugin was well behaved, asked for everything expected, and wrote nothing.
 */
static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const struct vmm_mock_request *request = vmm_mock_request(mock, i);
        cr_assert_str_eq(request->method, "GET");
        cr_assert(strstr(request->target, "/getparam.cgi?") != NULL ||
                      strcmp(request->target, STORAGE) == 0,
                  "%s", request->target);
    }
    vmm_mock_destroy(mock);
}

TestSuite(vivotek, .init = set_up, .fini = tear_down);

/* The text of a file of fixtures/; good for the next seven calls. */
static const char *fixture(const char *name)
{
    static char texts[8][4096];
    static size_t next;
    char *text = texts[next++ % 8];
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", FIXTURES, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t size = fread(text, 1, sizeof(texts[0]) - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

static void expect_body(const char *target, const char *body)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

static void expect_status(const char *target, uint32_t status)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .status = status});
}

static const struct vmm_mock_result *look_with(const char *options)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
}

static const struct vmm_mock_result *look(void)
{
    return look_with("{}");
}

/* A camera that answers both groups: what `state` says is then seen. */
static const struct vmm_mock_result *look_at_state(const char *state)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
    expect_body(PARAM("viewer", STATE), state);
    return look();
}

static void assert_text(const struct vmm_mock_result *seen, uint32_t fact, const char *text)
{
    const struct vmm_observation *o = vmm_mock_find(seen, fact, 0);
    cr_assert_not_null(o, "fact %u", fact);
    cr_assert_eq(o->standing, VMM_STANDING_OK);
    cr_assert_str_eq(o->text, text);
}

static int64_t number(const struct vmm_mock_result *seen, uint32_t fact)
{
    const struct vmm_observation *o = vmm_mock_find(seen, fact, 0);
    cr_assert_not_null(o, "fact %u", fact);
    return o->number;
}

static void assert_absent(const struct vmm_mock_result *seen, uint32_t fact)
{
    cr_assert_null(vmm_mock_find(seen, fact, 0), "fact %u", fact);
}

static void assert_outcome(const struct vmm_mock_result *seen, uint32_t outcome, uint32_t rung)
{
    cr_assert_eq(seen->accepted, 0);
    cr_assert(seen->finished);
    cr_assert_eq(seen->outcome, outcome, "outcome %u: %s", seen->outcome, seen->detail);
    cr_assert_eq(seen->rung, rung, "rung %u: %s", seen->rung, seen->detail);
}

/* ---- A full look ---- */

Test(vivotek, a_full_look_at_a_camera_is_two_requests)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
    expect_body(PARAM("viewer", STATE), fixture("state-taipei.txt"));
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE);
    cr_assert_eq(vmm_mock_request_count(mock), 2);
    assert_text(seen, VMM_FACT_MODEL, "IB8369A");
    assert_text(seen, VMM_FACT_FIRMWARE, "IB8369A-VVTK-0100e7");
    assert_text(seen, VMM_FACT_SERIAL, "0002D1322F7D");
    assert_text(seen, VMM_FACT_MAC, "00:02:d1:32:2f:7d");
    assert_text(seen, VMM_FACT_VENDOR, "extended_model=IB8369A");
    assert_text(seen, VMM_FACT_HOSTNAME, "Mega-Pixel Network Camera");
    assert_text(seen, VMM_FACT_NTP_SERVER, "pool.ntp.org");
    cr_assert_eq(number(seen, VMM_FACT_CHANNELS), 1);
}

Test(vivotek, the_first_request_keeps_the_connection_and_the_last_does_not)
{
    look_at_state(fixture("state-taipei.txt"));
    cr_assert_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_MORE, 0);
    cr_assert_eq(vmm_mock_request(mock, 1)->flags & VMM_HTTP_MORE, 0);
}

Test(vivotek, the_level_stands_in_the_path)
{
    expect_body(PARAM("admin", IDENTITY), fixture("identity-ib8369a.txt"));
    expect_body(PARAM("admin", STATE), fixture("state-taipei.txt"));
    assert_outcome(look_with("{\"level\":\"admin\"}"), VMM_OUTCOME_OK, VMM_RUNG_PARSE);
}

Test(vivotek, basic_is_answered_when_the_operator_says_so)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.body = fixture("identity-ib8369a.txt")});
    look();
    cr_assert_eq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_BASIC_OK, 0);
    look_with("{\"basic\":true}");
    cr_assert_neq(vmm_mock_request(mock, 2)->flags & VMM_HTTP_BASIC_OK, 0);
}

/* ---- A trial ---- */

static const struct vmm_mock_result *trial(const struct vmm_mock_answer *answer)
{
    vmm_mock_answer(mock, answer);
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL});
}

Test(vivotek, a_trial_is_one_request_without_a_login)
{
    const struct vmm_mock_result *seen = trial(&(struct vmm_mock_answer){
        .target = PARAM("anonymous", "system_info_modelname"), .body = "anything"});
    assert_outcome(seen, VMM_OUTCOME_OK, VMM_RUNG_ANSWER);
    cr_assert_eq(seen->observation_count, 0);
    cr_assert_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_NO_LOGIN, 0);
}

Test(vivotek, in_a_trial_a_401_proves_that_the_device_answers)
{
    assert_outcome(trial(&(struct vmm_mock_answer){.status = 401}), VMM_OUTCOME_OK,
                   VMM_RUNG_ANSWER);
}

Test(vivotek, a_trial_of_a_dead_device_fails)
{
    const struct vmm_mock_result *seen = trial(&(struct vmm_mock_answer){
        .outcome = VMM_OUTCOME_TIMEOUT, .rung = VMM_RUNG_CONNECT, .detail = "no answer"});
    assert_outcome(seen, VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT);
    cr_assert_str_eq(seen->detail, "alive: no answer");
}

/* ---- Errors with status 200 ---- */

/* Firmware without system_daylight_enable: one unknown name spoils the group. */
static void answer_state_one_by_one(void)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
    expect_body(PARAM("viewer", STATE), fixture("error.txt"));
    expect_body(PARAM("viewer", "system_hostname"), "system_hostname='Gate'\r\n");
    expect_body(PARAM("viewer", "system_timezoneindex"), "system_timezoneindex='320'\r\n");
    expect_body(PARAM("viewer", "system_daylight_enable"), fixture("error.txt"));
    expect_body(PARAM("viewer", "system_ntp"), "system_ntp=''\r\n");
    expect_body(PARAM("viewer", "system_date&system_time"),
                "system_date='2024/01/01'\r\nsystem_time='08:00:05'\r\n");
}

Test(vivotek, one_unknown_name_spoils_the_group_and_the_items_are_asked_one_by_one)
{
    answer_state_one_by_one();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE);
    assert_text(seen, VMM_FACT_HOSTNAME, "Gate");
    cr_assert_gt(number(seen, VMM_FACT_CLOCK_OFFSET), 4000, "zone and clock from two answers");
    assert_absent(seen, VMM_FACT_CLOCK_DST);
}

#define STATE_WITHOUT_DAYLIGHT                                                                     \
    "system_hostname&system_timezoneindex&system_ntp&system_date&system_time"

Test(vivotek, what_was_refused_is_left_out_of_the_next_look)
{
    answer_state_one_by_one();
    const struct vmm_mock_result *first = look();
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
    expect_body(PARAM("viewer", STATE_WITHOUT_DAYLIGHT), fixture("state-taipei.txt"));
    const struct vmm_mock_result *second = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.note = first->note, .note_size = first->note_size});
    assert_outcome(second, VMM_OUTCOME_OK, VMM_RUNG_PARSE);
    cr_assert_eq(second->note_size, first->note_size);
}

Test(vivotek, a_new_firmware_is_asked_for_everything_again)
{
    answer_state_one_by_one();
    const struct vmm_mock_result *first = look();
    char identity[1024];
    snprintf(identity, sizeof(identity), "%s", fixture("identity-ib8369a.txt"));
    memcpy(strstr(identity, "0100e7"), "0200a1", 6);
    expect_body(PARAM("viewer", IDENTITY), identity);
    expect_body(PARAM("viewer", STATE_WITHOUT_DAYLIGHT), fixture("state-taipei.txt"));
    const struct vmm_mock_result *second = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.note = first->note, .note_size = first->note_size});
    expect_body(PARAM("viewer", IDENTITY), identity);
    expect_body(PARAM("viewer", STATE), fixture("state-taipei.txt"));
    expect_body(PARAM("viewer", "system_update*"), fixture("setup.txt"));
    vmm_mock_look(mock,
                  &(struct vmm_mock_ask){.note = second->note, .note_size = second->note_size});
}

Test(vivotek, changed_options_forget_what_was_refused)
{
    answer_state_one_by_one();
    const struct vmm_mock_result *first = look();
    expect_body(PARAM("admin", IDENTITY), fixture("identity-ib8369a.txt"));
    expect_body(PARAM("admin", STATE), fixture("state-taipei.txt"));
    vmm_mock_look(mock, &(struct vmm_mock_ask){.options = "{\"level\":\"admin\"}",
                                               .note = first->note,
                                               .note_size = first->note_size});
}

Test(vivotek, a_refusal_is_asked_again_after_200_looks)
{
    answer_state_one_by_one();
    const struct vmm_mock_result *seen = look();
    uint8_t note[16];
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = PARAM("viewer", IDENTITY),
                                                   .body = fixture("identity-ib8369a.txt")});
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = PARAM("viewer", "system_hostname*"),
                                                   .body = fixture("state-taipei.txt")});
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = PARAM("viewer", "system_update*"),
                                                   .body = fixture("setup.txt")});
    size_t before = vmm_mock_request_count(mock);
    for (int i = 0; i < 201; i++) {
        memcpy(note, seen->note, sizeof(note));
        seen = vmm_mock_look(mock, &(struct vmm_mock_ask){.note = note, .note_size = sizeof(note)});
    }
    size_t asked = vmm_mock_request_count(mock) - before;
    cr_assert_eq(asked, 402 + 25, "and every eighth look has one more");
    cr_assert_str_eq(vmm_mock_request(mock, before + asked - 3)->target,
                     PARAM("viewer", STATE_WITHOUT_DAYLIGHT));
    cr_assert_str_eq(vmm_mock_request(mock, before + asked - 1)->target, PARAM("viewer", STATE));
}

Test(vivotek, error_to_every_name_is_partial_and_says_what_may_be_wrong)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.body = fixture("error.txt")});
    const struct vmm_mock_result *seen = look_with("{\"level\":\"operator\"}");
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE);
    cr_assert_not_null(strstr(seen->detail, "the account may lack the level operator"));
    cr_assert_eq(seen->observation_count, 0);
    cr_assert_leq(vmm_mock_request_count(mock), 13);
    size_t before = vmm_mock_request_count(mock);
    seen = vmm_mock_look(mock, &(struct vmm_mock_ask){.options = "{\"level\":\"operator\"}",
                                                      .note = seen->note,
                                                      .note_size = seen->note_size});
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE);
    cr_assert_eq(vmm_mock_request_count(mock) - before, 1,
                 "the next look asks for the model alone");
}

Test(vivotek, a_broken_note_is_as_good_as_none)
{
    for (size_t size = 0; size <= 18; size++) {
        uint8_t note[18];
        memset(note, 0xFF, sizeof(note));
        expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
        expect_body(PARAM("viewer", STATE), fixture("state-taipei.txt"));
        vmm_mock_look(mock, &(struct vmm_mock_ask){.note = note, .note_size = size});
    }
}

/* ---- Bodies ---- */

Test(vivotek, bodies_are_latin1)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("latin1.txt"));
    expect_body(PARAM("viewer", STATE), "system_ntp=''\r\n");
    assert_text(look(), VMM_FACT_HOSTNAME, "Caf\xC3\xA9 Nord");
}

Test(vivotek, a_page_of_html_is_no_answer)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("unauthorized.html"));
    assert_outcome(look(), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE);
}

Test(vivotek, an_empty_answer_is_a_bad_reply)
{
    expect_body(PARAM("viewer", IDENTITY), "");
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE);
    cr_assert_str_eq(seen->detail, "identity: the answer is empty");
}

Test(vivotek, a_length_that_lies_is_forgiven_when_the_lines_are_whole)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.flags = VMM_HTTP_SHORT,
                                                    .body = "system_info_modelname='IB8369A'\r\n"});
    expect_body(PARAM("viewer", STATE), fixture("state-taipei.txt"));
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE);
    assert_text(seen, VMM_FACT_MODEL, "IB8369A");
}

Test(vivotek, half_a_value_is_no_value)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.flags = VMM_HTTP_SHORT,
                                                    .body = "system_info_modelname='IB83"});
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE);
    assert_absent(seen, VMM_FACT_MODEL);
}

Test(vivotek, a_serial_that_is_no_address_gives_no_mac)
{
    expect_body(PARAM("viewer", IDENTITY), "system_info_serialnumber='0002D1322F7Z'\r\n");
    expect_body(PARAM("viewer", STATE), "system_ntp=''\r\n");
    const struct vmm_mock_result *seen = look();
    assert_text(seen, VMM_FACT_SERIAL, "0002D1322F7Z");
    assert_absent(seen, VMM_FACT_MAC);
}

/* ---- Statuses ---- */

Test(vivotek, a_401_stops_everything)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .status = 401,
                                                    .body = fixture("unauthorized.html")});
    assert_outcome(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
}

Test(vivotek, a_403_ends_only_its_part)
{
    expect_status(PARAM("viewer", IDENTITY), 403);
    expect_body(PARAM("viewer", STATE), fixture("state-taipei.txt"));
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE);
    assert_text(seen, VMM_FACT_NTP_SERVER, "pool.ntp.org");
}

Test(vivotek, an_account_that_may_read_nothing_is_a_matter_of_the_credential)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.status = 403});
    assert_outcome(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE);
}

Test(vivotek, a_device_without_getparam_is_none_of_ours)
{
    expect_status(PARAM("viewer", IDENTITY), 404);
    assert_outcome(look(), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE);
}

Test(vivotek, a_503_is_a_refusal_for_load)
{
    expect_status(PARAM("viewer", IDENTITY), 503);
    assert_outcome(look(), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER);
}

Test(vivotek, a_500_is_an_error_status)
{
    expect_status(PARAM("viewer", IDENTITY), 500);
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER);
    cr_assert_eq(seen->reason, VMM_REASON_ERROR_STATUS);
}

Test(vivotek, a_device_that_dies_between_two_requests_gives_what_was_read)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_UNREACHABLE,
                                                    .rung = VMM_RUNG_CONNECT});
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_CONNECT);
    assert_text(seen, VMM_FACT_MODEL, "IB8369A");
}

/* ---- Clock ---- */

Test(vivotek, the_clock_is_compared_with_the_middle_of_the_request)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.body = fixture("state-taipei.txt"), .latency_ms = 4000});
    vmm_mock_set_wall(mock, (NEW_YEAR_MS - 2010) * 1000); /* the first request takes 10 ms */
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(number(seen, VMM_FACT_CLOCK_OFFSET), 0);
    cr_assert_eq(number(seen, VMM_FACT_CLOCK_UNCERTAINTY), 1000 + 2000);
    cr_assert_eq(number(seen, VMM_FACT_CLOCK_ZONE), 480);
}

static int64_t offset_of(const char *zone, const char *daylight, const char *date, const char *time)
{
    char state[512];
    snprintf(state, sizeof(state),
             "system_timezoneindex='%s'\r\nsystem_daylight_enable='%s'\r\nsystem_date='%s'\r\n"
             "system_time='%s'\r\n",
             zone, daylight, date, time);
    vmm_mock_set_wall(mock, (NEW_YEAR_MS - 15) * 1000);
    const struct vmm_mock_result *seen = look_at_state(state);
    cr_assert_eq(number(seen, VMM_FACT_CLOCK_ZONE), atoi(zone) * 3 / 2);
    cr_assert_eq(number(seen, VMM_FACT_CLOCK_DST), atoi(daylight));
    return number(seen, VMM_FACT_CLOCK_OFFSET);
}

Test(vivotek, a_zone_counts_40_units_to_the_hour)
{
    cr_assert_eq(offset_of("320", "0", "2024/01/01", "08:00:00"), 0);
    cr_assert_eq(offset_of("-200", "0", "2023/12/31", "19:00:00"), 0);
    cr_assert_eq(offset_of("220", "0", "2024/01/01", "05:30:00"), 0);
    cr_assert_eq(offset_of("0", "0", "2024/01/01", "00:01:30"), 90000);
}

Test(vivotek, daylight_saving_counts_only_where_it_explains_the_hour)
{
    cr_assert_eq(offset_of("-200", "1", "2023/12/31", "20:00:00"), 0, "in force");
    cr_assert_eq(offset_of("-200", "1", "2023/12/31", "19:00:00"), 0, "not in force");
    cr_assert_eq(offset_of("-200", "0", "2023/12/31", "20:00:00"), 3600000, "switched off");
    cr_assert_eq(offset_of("-200", "1", "2023/12/31", "22:00:00"), 2 * 3600000);
}

static void assert_clock_not_judged(const char *state)
{
    const struct vmm_mock_result *seen = look_at_state(state);
    assert_outcome(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE);
    assert_absent(seen, VMM_FACT_CLOCK_OFFSET);
    assert_absent(seen, VMM_FACT_CLOCK_UNCERTAINTY);
}

Test(vivotek, a_clock_with_missing_or_impossible_fields_is_not_judged)
{
    assert_clock_not_judged("system_date='2024/01/01'\r\nsystem_time='08:00:00'\r\n");
    assert_clock_not_judged("system_timezoneindex='320'\r\nsystem_time='08:00:00'\r\n");
    assert_clock_not_judged("system_timezoneindex='320'\r\nsystem_date='2024/01/01'\r\n");
    assert_clock_not_judged(
        "system_timezoneindex='99999'\r\nsystem_date='2024/01/01'\r\nsystem_time='08:00:00'\r\n");
    assert_clock_not_judged(
        "system_timezoneindex='320'\r\nsystem_date='2024/02/30'\r\nsystem_time='08:00:00'\r\n");
    assert_clock_not_judged("system_timezoneindex='320'\r\nsystem_date=''\r\nsystem_time=''\r\n");
}

Test(vivotek, no_time_server_is_told_as_an_empty_name)
{
    const struct vmm_mock_result *seen = look_at_state("system_ntp=''\r\n");
    assert_text(seen, VMM_FACT_NTP_SERVER, "");
}

/* ---- Video signal ---- */

#define SIGNALS                                                                                    \
    "status_c0_signal_detect&status_c1_signal_detect&status_c2_signal_detect&"                     \
    "status_c3_signal_detect"

Test(vivotek, an_encoder_is_asked_for_the_signal_of_each_channel_in_the_same_request)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-vs8401.txt"));
    expect_body(PARAM("viewer", STATE "&" SIGNALS), fixture("state-encoder.txt"));
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 1)->standing, VMM_STANDING_OK);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 2)->standing, VMM_STANDING_FAULT);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 2)->reason, VMM_REASON_VIDEO_LOSS);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 3)->standing, VMM_STANDING_OK);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 4)->standing, VMM_STANDING_NOT_JUDGED);
}

Test(vivotek, a_camera_is_never_asked_for_a_signal)
{
    look_at_state("status_c0_signal_detect='0'\r\n");
    cr_assert_null(strstr(vmm_mock_request(mock, 1)->target, "signal_detect"));
}

Test(vivotek, a_signal_nobody_asked_for_is_not_judged)
{
    const struct vmm_mock_result *seen =
        look_at_state("system_ntp=''\r\nstatus_c0_signal_detect='0'\r\n");
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_SIGNAL, 1));
}

Test(vivotek, the_virtual_input_is_no_video_loss)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-vs8401.txt"));
    expect_body(PARAM("viewer", STATE "&" SIGNALS), "system_ntp=''\r\nstatus_vi_i0='0'\r\n");
    const struct vmm_mock_result *seen = look();
    for (uint32_t channel = 1; channel <= 4; channel++) {
        cr_assert_null(vmm_mock_find(seen, VMM_FACT_SIGNAL, channel));
    }
}

Test(vivotek, an_encoder_of_64_channels_fits_into_one_request)
{
    expect_body(PARAM("viewer", IDENTITY),
                "capability_videoin_type='1'\r\ncapability_nvideoin='64'\r\n");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = "status_c63_signal_detect='yes'\r\n"
                                                            "status_c64_signal_detect='no'\r\n"});
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 64)->standing, VMM_STANDING_OK);
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_SIGNAL, 65));
}

/* ---- Storage ---- */

static const struct vmm_mock_result *look_at_storage(const char *options, const char *body)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
    expect_body(PARAM("viewer", STATE), fixture("state-taipei.txt"));
    expect_body(STORAGE, body);
    return look_with(options);
}

static void assert_card(const struct vmm_mock_result *seen, uint32_t standing, uint32_t reason)
{
    assert_outcome(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE);
    const struct vmm_observation *o = vmm_mock_find(seen, VMM_FACT_DISK_STATE, 1);
    cr_assert_not_null(o);
    cr_assert_eq(o->standing, standing, "%s", o->text);
    cr_assert_eq(o->reason, reason, "%s", o->text);
}

#define WITH_STORAGE "{\"storage\":true}"
#define WITH_CARD    "{\"storage\":true,\"expect_card\":true}"

Test(vivotek, the_card_is_read_only_when_the_operator_wants_it)
{
    look_at_state(fixture("state-taipei.txt"));
    cr_assert_eq(vmm_mock_request_count(mock), 2);
}

Test(vivotek, a_ready_card_has_its_sizes_in_bytes)
{
    const struct vmm_mock_result *seen =
        look_at_storage(WITH_STORAGE, fixture("storage-ready.txt"));
    assert_card(seen, VMM_STANDING_OK, 0);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_DISK_TOTAL, 1)->number, INT64_C(15558144) * 1024);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_DISK_FREE, 1)->number, INT64_C(1234567) * 1024);
}

Test(vivotek, each_word_of_a_card_has_its_standing)
{
    assert_card(look_at_storage(WITH_STORAGE, "disk_i0_cond='readonly'\r\n"), VMM_STANDING_FAULT,
                VMM_REASON_DISK_READONLY);
    assert_card(look_at_storage(WITH_STORAGE, "disk_i0_cond='error'\r\n"), VMM_STANDING_FAULT,
                VMM_REASON_DISK_FAULT);
    assert_card(look_at_storage(WITH_STORAGE, "disk_i0_cond='detached'\r\n"),
                VMM_STANDING_NOT_JUDGED, 0);
    assert_card(look_at_storage(WITH_CARD, "disk_i0_cond='detached'\r\n"), VMM_STANDING_FAULT,
                VMM_REASON_DISK_MISSING);
    assert_card(look_at_storage(WITH_STORAGE, "disk_i0_cond='formatting'\r\n"),
                VMM_STANDING_NOT_JUDGED, 0);
}

Test(vivotek, a_card_whose_state_is_not_known_has_no_sizes_that_would_speak_for_it)
{
    const struct vmm_mock_result *seen = look_at_storage(
        WITH_STORAGE, "disk_i0_cond='formatting'\r\ndisk_i0_totalsize='15558144'\r\n");
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_DISK_TOTAL, 1));
}

static void assert_storage_not_judged(const struct vmm_mock_result *seen)
{
    cr_assert_eq(seen->outcome, VMM_OUTCOME_PARTIAL, "%s", seen->detail);
    cr_assert_eq(strncmp(seen->detail, "storage: ", 9), 0, "%s", seen->detail);
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_DISK_STATE, 1));
    assert_text(seen, VMM_FACT_MODEL, "IB8369A");
}

Test(vivotek, a_card_that_cannot_be_read_is_not_judged)
{
    assert_storage_not_judged(look_at_storage(WITH_STORAGE, fixture("error.txt")));
    assert_storage_not_judged(look_at_storage(WITH_STORAGE, fixture("storage.xml")));
    for (uint32_t i = 0; i < 3; i++) {
        static const uint32_t statuses[] = {403, 404, 503};
        expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
        expect_body(PARAM("viewer", STATE), fixture("state-taipei.txt"));
        expect_status(STORAGE, statuses[i]);
        assert_storage_not_judged(look_with(WITH_STORAGE));
    }
}

Test(vivotek, a_401_of_the_storage_page_ends_the_look_as_auth_so_that_no_login_is_wasted)
{
    expect_body(PARAM("viewer", IDENTITY), fixture("identity-ib8369a.txt"));
    expect_body(PARAM("viewer", STATE), fixture("state-taipei.txt"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = STORAGE,
                                                    .outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .status = 401});
    const struct vmm_mock_result *seen = look_with(WITH_STORAGE);
    assert_outcome(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE);
    cr_assert_eq(strncmp(seen->detail, "storage: ", 9), 0);
}

/* ---- Trouble ---- */

static void encoder_scenario(struct vmm_mock *m, void *arg)
{
    (void)arg;
    char encoder[1024];
    snprintf(encoder, sizeof(encoder), "%s", fixture("identity-vs8401.txt"));
    vmm_mock_answer(m, &(struct vmm_mock_answer){.body = encoder});
    vmm_mock_answer(m, &(struct vmm_mock_answer){.body = "ERROR: Invalid command!\n"});
    vmm_mock_serve(
        m, &(struct vmm_mock_answer){.target = STORAGE, .body = fixture("storage-ready.txt")});
    vmm_mock_serve(m, &(struct vmm_mock_answer){.body = fixture("state-encoder.txt")});
    if (vmm_mock_open(m) == 0) {
        vmm_mock_look(m, &(struct vmm_mock_ask){.options = WITH_STORAGE});
    }
}

Test(vivotek_trouble, survives_the_failure_of_every_call)
{
    char report[1024];
    uint32_t runs =
        vmm_mock_each_failure(vmm_plugin_v0(), encoder_scenario, NULL, report, sizeof(report));
    cr_assert_str_empty(report);
    cr_assert_gt(runs, 20);
}

Test(vivotek_trouble, can_be_taken_back_at_every_step)
{
    char report[1024];
    uint32_t runs =
        vmm_mock_each_cancel(vmm_plugin_v0(), encoder_scenario, NULL, report, sizeof(report));
    cr_assert_str_empty(report);
    cr_assert_geq(runs, 10);
}

Test(vivotek_trouble, a_host_without_http_is_refused)
{
    struct vmm_mock *bare = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_withhold(bare, VMM_HTTP_HOST);
    cr_assert_eq(vmm_mock_open(bare), VMM_E_NOTSUP);
    vmm_mock_destroy(bare);
}
