/* SPDX-License-Identifier: MIT */
#include "test_dahua.h"

#include <criterion/criterion.h>

#include <mock/mock_expect.h>

#include <stdio.h>
#include <string.h>

#define CGI    "/cgi-bin/"
#define CONFIG CGI "configManager.cgi?action=getConfig&name="
#define FIND   CGI "mediaFileFind.cgi?action="

struct vmm_mock *mock;
static uint8_t kept_note[VMM_NOTE_MAX];
static size_t kept_size;

/* Everything this plugin may ever send: '*' stands for digits. All of it is GET. */
static const char *const allowed[] = {
    CGI "magicBox.cgi?action=getSystemInfo",
    CGI "magicBox.cgi?action=getDeviceType",
    CGI "magicBox.cgi?action=getSoftwareVersion",
    CGI "magicBox.cgi?action=getMachineName",
    CGI "magicBox.cgi?action=getVendor",
    CGI "global.cgi?action=getCurrentTime",
    CONFIG "ChannelTitle",
    CONFIG "RecordMode",
    CONFIG "Record",
    CONFIG "NTP",
    CGI "LogicDeviceManager.cgi?action=getCameraState&uniqueChannels[0]=-1",
    CGI "eventManager.cgi?action=getEventIndexes&code=VideoLoss",
    CGI "eventManager.cgi?action=getEventIndexes&code=StorageNotExist",
    CGI "storageDevice.cgi?action=getDeviceAllInfo",
    FIND "factory.create",
    FIND "findFile&object=*&condition.Channel=*&condition.StartTime=*-*-*%*:*:*&condition.EndTime="
         "*-*-*%*:*:*",
    FIND "findNextFile&object=*&count=100",
    FIND "close&object=*",
    FIND "destroy&object=*",
};

static bool fits(const char *pattern, const char *text)
{
    while (*pattern != '\0') {
        if (*pattern == '*') {
            size_t digits = strspn(text, "0123456789");
            if (digits == 0) {
                return false;
            }
            text += digits;
            pattern++;
        } else if (*pattern++ != *text++) {
            return false;
        }
    }
    return *text == '\0';
}

static bool is_allowed(const struct vmm_mock_request *request)
{
    bool found = false;
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        found = found || fits(allowed[i], request->target);
    }
    return found && strcmp(request->method, "GET") == 0;
}

void mock_anew(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

void begin(void)
{
    mock_anew();
    kept_size = 0;
}

void done(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const struct vmm_mock_request *request = vmm_mock_request(mock, i);
        cr_assert(is_allowed(request), "%s %s", request->method, request->target);
    }
    vmm_mock_destroy(mock);
}

TestSuite(dahua, .init = begin, .fini = done);

static const char *fixture(const char *name)
{
    static struct {
        char name[64];
        char text[4096];
    } kept[32];
    size_t at = 0;
    while (at < 32 && kept[at].name[0] != '\0' && strcmp(kept[at].name, name) != 0) {
        at++;
    }
    cr_assert_lt(at, 32);
    if (kept[at].name[0] == '\0') {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", FIXTURES, name);
        FILE *file = fopen(path, "rb");
        cr_assert_not_null(file, "%s", path);
        (void)!fread(kept[at].text, 1, sizeof(kept[at].text) - 1, file);
        fclose(file);
        snprintf(kept[at].name, sizeof(kept[at].name), "%s", name);
    }
    return kept[at].text;
}

void serve_status(const char *target, uint32_t status, const char *body)
{
    vmm_mock_serve(mock,
                   &(struct vmm_mock_answer){.target = target, .status = status, .body = body});
}

void serve(const char *target, const char *body)
{
    serve_status(target, 200, body);
}

void serve_recorder(void)
{
    serve(CGI "magicBox.cgi?action=getSystemInfo", fixture("system.txt"));
    serve(CGI "magicBox.cgi?action=getSoftwareVersion", fixture("version.txt"));
    serve(CGI "magicBox.cgi?action=getMachineName", "name=Depot\r\n");
    serve(CGI "magicBox.cgi?action=getVendor", "vendor=Dahua\r\n");
    serve(CGI "global.cgi*", fixture("time.txt"));
    serve(CONFIG "ChannelTitle", fixture("titles.txt"));
    serve(CONFIG "RecordMode", fixture("modes.txt"));
    serve(CONFIG "Record", fixture("plan.txt"));
    serve(CONFIG "NTP", fixture("ntp.txt"));
    serve(CGI "LogicDeviceManager.cgi*", fixture("states.txt"));
    serve(CGI "eventManager.cgi*", fixture("losses.txt"));
    serve(CGI "storageDevice.cgi*", fixture("disks.txt"));
    vmm_mock_serve(mock, &(struct vmm_mock_answer){
                             .target = FIND "factory.create",
                             .headers = "Set-Cookie: WebClientHttpSessionID=abc; Path=/\r\n",
                             .body = "result=123\r\n"});
    serve(FIND "findFile*", "OK\r\n");
    serve(FIND "findNextFile*", fixture("files.txt"));
    serve(FIND "close*", "Error\r\n");
    serve(FIND "destroy*", "OK\r\n");
    serve_status("/*", 400, "Error\r\nBad Request!\r\n");
}

static const struct vmm_mock_result *ask(const struct vmm_mock_ask *what)
{
    const struct vmm_mock_result *seen = vmm_mock_look(mock, what);
    if (seen->note != NULL) {
        kept_size = seen->note_size;
        memcpy(kept_note, seen->note, kept_size);
    }
    return seen;
}

const struct vmm_mock_result *look(void)
{
    return ask(&(struct vmm_mock_ask){0});
}

const struct vmm_mock_result *look_again(void)
{
    return ask(&(struct vmm_mock_ask){.note = kept_note, .note_size = kept_size});
}

const struct vmm_observation *fact(const struct vmm_mock_result *seen, uint32_t number,
                                   uint32_t index)
{
    const struct vmm_observation *o = vmm_mock_find(seen, number, index);
    cr_assert_not_null(o, "fact %u of %u", number, index);
    return o;
}

void assert_text(const struct vmm_mock_result *seen, uint32_t number, uint32_t index,
                 const char *text)
{
    cr_assert_str_eq(fact(seen, number, index)->text, text);
    cr_assert_eq(fact(seen, number, index)->standing, VMM_STANDING_OK);
}

static void assert_fault(const struct vmm_mock_result *seen, uint32_t number, uint32_t index,
                         uint32_t reason)
{
    cr_assert_eq(fact(seen, number, index)->standing, VMM_STANDING_FAULT, "%u of %u", number,
                 index);
    cr_assert_eq(fact(seen, number, index)->reason, reason);
}

static void assert_unjudged(const struct vmm_mock_result *seen, uint32_t number, uint32_t index)
{
    cr_assert_eq(fact(seen, number, index)->standing, VMM_STANDING_NOT_JUDGED);
}

void assert_absent(const struct vmm_mock_result *seen, uint32_t number, uint32_t index)
{
    cr_assert_null(vmm_mock_find(seen, number, index), "fact %u of %u", number, index);
}

void assert_outcome(const struct vmm_mock_result *seen, uint32_t outcome)
{
    cr_assert_eq(seen->accepted, 0);
    cr_assert_eq(seen->outcome, outcome, "outcome %u: %s", seen->outcome, seen->detail);
}

/* ---- A look ---- */

Test(dahua, a_look_is_eight_requests_and_the_slow_ones_take_turns)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    cr_assert_eq(vmm_mock_request_count(mock), 8);
    assert_text(seen, VMM_FACT_MODEL, 0, "IPC-HDW5831R-ZE");
    assert_text(seen, VMM_FACT_SERIAL, 0, "4K0123DPAG00001");
    assert_text(seen, VMM_FACT_FIRMWARE, 0, "2.800.0000016.0.R,build:2020-06-05");
    seen = look_again();
    cr_assert_eq(vmm_mock_request_count(mock), 16);
    assert_text(seen, VMM_FACT_NTP_SERVER, 0, "pool.ntp.org");
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_SYNC, 0)->number, 1);
    look_again();
    cr_assert_eq(vmm_mock_request_count(mock), 29, "a search is five, and schedules came with it");
    seen = look_again();
    assert_text(seen, VMM_FACT_HOSTNAME, 0, "Depot");
    assert_text(seen, VMM_FACT_BRAND, 0, "Dahua");
    cr_assert_eq(vmm_mock_request_count(mock), 38, "the maker's name comes with the device's");
    for (int i = 0; i < 12; i++) {
        look_again();
    }
    cr_assert_eq(vmm_mock_request_count(mock), 38 + 6 * 8 + 3 * 9 + 3 * 12,
                 "schedules once in 16 looks");
}

Test(dahua, a_type_that_is_a_number_is_asked_for_by_name)
{
    serve(CGI "magicBox.cgi?action=getSystemInfo", "deviceType=31\r\nserialNumber=X\r\n");
    serve(CGI "magicBox.cgi?action=getDeviceType", "type=LNR616X\r\n");
    serve_recorder();
    assert_text(look(), VMM_FACT_MODEL, 0, "LNR616X");
}

Test(dahua, the_clock_is_judged_where_the_operator_names_its_zone)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
    seen = ask(&(struct vmm_mock_ask){.options = "{\"zone\":\"+08:00\"}"});
    int64_t offset = fact(seen, VMM_FACT_CLOCK_OFFSET, 0)->number;
    cr_assert(offset > -2000 && offset <= 0, "%lld", (long long)offset);
    cr_assert_geq(fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0)->number, 1000);
    seen = ask(&(struct vmm_mock_ask){.options = "{\"zone\":\"+07:00\"}"});
    offset = fact(seen, VMM_FACT_CLOCK_OFFSET, 0)->number;
    cr_assert(offset > 3598000 && offset <= 3600000, "%lld", (long long)offset);
}

Test(dahua, channels_are_lost_by_either_list_and_empty_ones_are_not)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(fact(seen, VMM_FACT_CHANNELS, 0)->number, 4);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 1)->number, 1);
    assert_text(seen, VMM_FACT_CHANNEL_STATE, 1, "Connected");
    assert_text(seen, VMM_FACT_CHANNEL_NAME, 1, "Gate");
    assert_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 2)->text, "Unconnect");
    assert_fault(seen, VMM_FACT_SIGNAL, 3, VMM_REASON_VIDEO_LOSS);
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 3)->text, "VideoLoss");
    assert_absent(seen, VMM_FACT_SIGNAL, 4);
    cr_assert_eq(fact(seen, VMM_FACT_CHANNEL_ENABLED, 4)->number, 0);
    assert_text(seen, VMM_FACT_SNAPSHOT_PATH, 1, "/cgi-bin/snapshot.cgi?channel=1");
    assert_text(seen, VMM_FACT_STREAM_PATH, 12, "/cam/realmonitor?channel=1&subtype=1");
    assert_absent(seen, VMM_FACT_SNAPSHOT_PATH, 4);
}

Test(dahua, the_bare_word_error_says_that_no_input_is_lost)
{
    serve_status(CGI "LogicDeviceManager.cgi*", 501, "");
    serve(CGI "eventManager.cgi*", "Error\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    for (uint32_t i = 1; i <= 4; i++) {
        cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, i)->number, 1);
    }
}

Test(dahua, an_error_with_a_reason_says_nothing_of_the_inputs)
{
    serve_status(CGI "LogicDeviceManager.cgi*", 501, "");
    serve_status(CGI "eventManager.cgi*", 400, "Error\r\nErrorID=2, Detail=Invalid Request!\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    assert_absent(seen, VMM_FACT_SIGNAL, 1);
    size_t before = vmm_mock_request_count(mock);
    look_again();
    cr_assert_eq(vmm_mock_request_count(mock) - before, 6, "neither is asked for again");
}

Test(dahua, a_state_in_another_word_is_not_judged)
{
    serve(CGI "LogicDeviceManager.cgi*",
          "states[0].channel=0\r\nstates[0].connectionState=Dreaming\r\n"
          "states[1].connectionState=Connected\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_absent(seen, VMM_FACT_SIGNAL, 1);
    assert_unjudged(seen, VMM_FACT_CHANNEL_STATE, 1);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 2)->number, 1, "its place is its number");
}

Test(dahua, recording_modes_are_the_devices_own)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_text(seen, VMM_FACT_RECORDING_MODE, 1, "schedule");
    assert_text(seen, VMM_FACT_RECORDING_MODE, 2, "continuous");
    assert_text(seen, VMM_FACT_RECORDING_MODE, 3, "off");
    assert_unjudged(seen, VMM_FACT_RECORDING_MODE, 4);
}

/* ---- Disks ---- */

Test(dahua, a_disk_is_the_sum_of_its_partitions_and_full_is_no_fault)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_text(seen, VMM_FACT_DISK_STATE, 1, "Success");
    cr_assert_eq(fact(seen, VMM_FACT_DISK_TOTAL, 1)->number, INT64_C(2000324396008));
    cr_assert_eq(fact(seen, VMM_FACT_DISK_FREE, 1)->number, 600);
}

Test(dahua, each_state_of_a_disk_has_its_meaning)
{
    static const char rows[] = "list[0].State=Error\r\n"
                               "list[1].State=Success\r\nlist[1].Detail[0].Type=ReadOnly\r\n"
                               "list[2].State=Success\r\nlist[2].Detail[0].IsError=true\r\n"
                               "list[3].State=Initializing\r\n";
    serve(CGI "storageDevice.cgi*", rows);
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_FAULT);
    assert_fault(seen, VMM_FACT_DISK_STATE, 2, VMM_REASON_DISK_READONLY);
    assert_fault(seen, VMM_FACT_DISK_STATE, 3, VMM_REASON_DISK_FAULT);
    assert_unjudged(seen, VMM_FACT_DISK_STATE, 4);
}

/* ---- Footage ---- */

static const struct vmm_mock_result *look_at_footage(void)
{
    look();
    look_again();
    return look_again();
}

Test(dahua, the_newest_footage_is_searched_in_the_session_and_the_object_is_destroyed)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look_at_footage();
    int64_t age = fact(seen, VMM_FACT_RECORDING_NEWEST, 1)->number;
    cr_assert(age >= 59 && age <= 61, "%lld", (long long)age);
    size_t last = vmm_mock_request_count(mock) - 1;
    cr_assert_str_eq(vmm_mock_request(mock, last)->target, FIND "destroy&object=123");
    const struct vmm_mock_request *find = vmm_mock_request(mock, last - 3);
    cr_assert_not_null(strstr(find->target, "&condition.Channel=1&condition.StartTime="
                                            "2024-01-01%2007:00:00&condition.EndTime="),
                       "%s", find->target);
    cr_assert_str_eq(find->headers, "Cookie: WebClientHttpSessionID=abc\r\n");
}

Test(dahua, nothing_found_is_said_by_400_and_the_object_is_destroyed_all_the_same)
{
    serve_status(FIND "findFile*", 400, "Error\r\nBad Request!\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look_at_footage();
    vmm_expect_no_footage(seen, 1, 3600);
    cr_assert_str_eq(vmm_mock_request(mock, vmm_mock_request_count(mock) - 1)->target,
                     FIND "destroy&object=123");
}

Test(dahua, a_list_that_is_not_understood_calls_nothing_missing)
{
    serve(FIND "findNextFile*", "found=3\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look_at_footage();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

Test(dahua, of_a_list_that_was_cut_only_fresh_footage_is_believed)
{
    serve(FIND "findNextFile*", "found=100\r\nitems[0].StartTime=2024-01-01 07:00:00\r\n"
                                "items[0].EndTime=2024-01-01 07:30:00\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look_at_footage();
    assert_outcome(seen, VMM_OUTCOME_OK);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    done();
    begin();
    serve(FIND "findNextFile*", "found=100\r\nitems[0].StartTime=2024-01-01 07:00:00\r\n"
                                "items[0].EndTime=2024-01-01 07:50:00\r\n");
    serve_recorder();
    int64_t age = fact(look_at_footage(), VMM_FACT_RECORDING_NEWEST, 1)->number;
    cr_assert(age >= 599 && age <= 601, "%lld", (long long)age);
}

Test(dahua, a_header_that_is_no_cookie_is_not_sent_back)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = FIND "factory.create",
                                                   .headers = "Set-Cookie:secure; HttpOnly\r\n",
                                                   .body = "result=9\r\n"});
    serve_recorder();
    look_at_footage();
    cr_assert_str_eq(vmm_mock_request(mock, vmm_mock_request_count(mock) - 1)->headers, "");
}

Test(dahua, nothing_is_searched_when_the_operator_says_so)
{
    serve_recorder();
    ask(&(struct vmm_mock_ask){.options = "{\"search\":false}"});
    for (int i = 0; i < 3; i++) {
        ask(&(struct vmm_mock_ask){
            .options = "{\"search\":false}", .note = kept_note, .note_size = kept_size});
    }
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        cr_assert_null(strstr(vmm_mock_request(mock, i)->target, "mediaFileFind"));
    }
}

/* ---- Refusals ---- */

Test(dahua, a_lock_is_told_with_the_time_it_lasts)
{
    serve_status("/*", 403,
                 "{\"ErrorCode\":268632081,\"Result\":false,\"RmLock\":1800,\"RmLogin\":0}");
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_AUTH);
    cr_assert_eq(seen->reason, VMM_REASON_LOCKED);
    assert_fault(seen, VMM_FACT_LOGIN_LOCKED, 0, VMM_REASON_LOCKED);
    cr_assert_eq(fact(seen, VMM_FACT_LOGIN_UNLOCK, 0)->number, 1800);
    cr_assert_eq(fact(seen, VMM_FACT_LOGIN_TRIES, 0)->number, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
}

Test(dahua, a_missing_permission_ends_only_its_part)
{
    serve_status(CGI "storageDevice.cgi*", 403, "Authority:check failure.\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL);
    assert_absent(seen, VMM_FACT_DISK_STATE, 1);
    fact(seen, VMM_FACT_SIGNAL, 1);
}

Test(dahua, a_wrong_password_costs_one_request)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_AUTH,
                                                   .rung = VMM_RUNG_AUTHENTICATE,
                                                   .status = 401,
                                                   .body = "Invalid Authority!\r\n"});
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_AUTH);
    assert_absent(seen, VMM_FACT_LOGIN_LOCKED, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
}

Test(dahua, a_device_without_this_cgi_is_another_make)
{
    serve_status("/*", 404, "<html>");
    assert_outcome(look(), VMM_OUTCOME_UNSUPPORTED);
}

Test(dahua, garbage_and_nothing_are_a_bad_reply)
{
    static const char *const bodies[] = {"", "\x01garbage", "<html></html>", "deviceTy"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        done();
        begin();
        serve("/*", bodies[i]);
        assert_outcome(look(), VMM_OUTCOME_BAD_REPLY);
    }
}

Test(dahua, a_refused_part_is_asked_again_after_200_looks)
{
    serve_status(CGI "LogicDeviceManager.cgi*", 501, "");
    serve_recorder();
    look();
    size_t asked = 0;
    for (int i = 0; i < 200; i++) {
        look_again();
    }
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        asked += strstr(vmm_mock_request(mock, i)->target, "LogicDevice") != NULL;
    }
    cr_assert_eq(asked, 2);
}

Test(dahua, a_trial_is_one_request_without_a_login)
{
    serve_status(CGI "magicBox.cgi?action=getDeviceType", 401, "");
    assert_outcome(ask(&(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}), VMM_OUTCOME_OK);
    cr_assert_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_NO_LOGIN, 0);
}

/* 256 channels of a large recorder fit into a look. */
Test(dahua, a_large_recorder_fits_into_a_look)
{
    static char titles[32768];
    static char states[65536];
    static char modes[32768];
    size_t filled = 0;
    size_t at = 0;
    size_t used = 0;
    for (unsigned i = 0; i < 256; i++) {
        at += (size_t)snprintf(titles + at, sizeof(titles) - at,
                               "table.ChannelTitle[%u].Name=C\r\n", i);
        filled += (size_t)snprintf(modes + filled, sizeof(modes) - filled,
                                   "table.RecordMode[%u].Mode=1\r\n", i);
        used += (size_t)snprintf(states + used, sizeof(states) - used,
                                 "states[%u].channel=%u\r\nstates[%u].connectionState=%s\r\n", i, i,
                                 i, i == 7 ? "Unconnect" : "Connected");
    }
    serve(CONFIG "ChannelTitle", titles);
    serve(CONFIG "RecordMode", modes);
    serve(CGI "LogicDeviceManager.cgi*", states);
    serve(CGI "eventManager.cgi*", "Error\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    cr_assert_leq(seen->observation_count, VMM_OBSERVATIONS_MAX);
    assert_fault(seen, VMM_FACT_SIGNAL, 8, VMM_REASON_VIDEO_LOSS);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 256)->number, 1);
}

/* ---- Schedules, and the oldest footage ---- */

static void serve_plan(const char *plan)
{
    serve(CONFIG "Record", plan);
    serve(CONFIG "RecordMode", "table.RecordMode[0].Mode=0\r\n");
    serve_recorder();
}

#define SPAN(day, words) "table.Record[0].TimeSection[" day "][0]=" words "\r\n"

Test(dahua, a_schedule_of_the_whole_week_is_continuous_and_kept_in_mind)
{
    serve_plan(fixture("plan.txt"));
    const struct vmm_mock_result *seen = look();
    assert_text(seen, VMM_FACT_RECORDING_MODE, 1, "schedule");
    look_again();
    seen = look_again();
    assert_text(seen, VMM_FACT_RECORDING_MODE, 1, "continuous");
    fact(seen, VMM_FACT_RECORDING_NEWEST, 1);
    assert_text(look_again(), VMM_FACT_RECORDING_MODE, 1, "continuous");
}

/* The device's clock shows Monday, 08:00:00. */
Test(dahua, a_schedule_tells_whether_recording_is_due_and_since_when)
{
    serve_plan(SPAN("1", "3 06:00:00-18:00:00") SPAN("2", "4 00:00:00-23:59:59"));
    const struct vmm_mock_result *seen = look_at_footage();
    assert_text(seen, VMM_FACT_RECORDING_MODE, 1, "schedule");
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_DUE, 1)->number, 1);
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_DUE_SINCE, 1)->number, 7200);
}

Test(dahua, motion_events_and_nothing_are_modes_of_a_schedule_too)
{
    static const struct {
        const char *plan;
        const char *word;
    } cases[] = {{SPAN("1", "2 00:00:00-24:00:00"), "motion"},
                 {SPAN("1", "4 00:00:00-24:00:00"), "event"},
                 {SPAN("1", "6 00:00:00-24:00:00"), "motion"},
                 {SPAN("1", "0 00:00:00-24:00:00"), "off"},
                 {SPAN("1", "1 08:00:00"), "schedule"},
                 {SPAN("1", "x 08:00:00-09:00:00"), "schedule"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        done();
        begin();
        serve_plan(cases[i].plan);
        const struct vmm_mock_result *seen = look_at_footage();
        assert_text(seen, VMM_FACT_RECORDING_MODE, 1, cases[i].word);
        assert_absent(seen, VMM_FACT_RECORDING_DUE, 1);
    }
}

Test(dahua, every_fourth_search_is_for_the_oldest_footage)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    for (int i = 0; i < 14; i++) {
        seen = look_again();
        cr_assert_null(i < 13 ? vmm_mock_find(seen, VMM_FACT_RECORDING_OLDEST, 1) : NULL);
    }
    int64_t age = fact(seen, VMM_FACT_RECORDING_OLDEST, 1)->number;
    cr_assert(age >= 3599 && age <= 3601, "%lld", (long long)age);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    const struct vmm_mock_request *find = vmm_mock_request(mock, vmm_mock_request_count(mock) - 4);
    cr_assert_not_null(strstr(find->target, "condition.StartTime=2022-11-27%20"), "%s",
                       find->target);
}

Test(dahua, where_no_footage_is_found_at_all_no_age_is_told)
{
    serve_status(FIND "findFile*", 400, "Error\r\n");
    serve_recorder();
    look();
    for (int i = 0; i < 16; i++) {
        assert_absent(look_again(), VMM_FACT_RECORDING_OLDEST, 1);
    }
}

/* ---- Trouble ---- */

static void scenario(struct vmm_mock *on, void *arg)
{
    (void)arg;
    mock = on;
    static const uint8_t third[100] = {3, 200, 2};
    serve_recorder();
    if (vmm_mock_open(on) == 0) {
        vmm_mock_look(on, &(struct vmm_mock_ask){.note = third, .note_size = sizeof(third)});
    }
}

Test(dahua_trouble, survives_failing_calls_and_cancelling_at_each_step)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 10);
    cr_assert_str_empty(report);
    cr_assert_gt(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 5);
    cr_assert_str_empty(report);
}
