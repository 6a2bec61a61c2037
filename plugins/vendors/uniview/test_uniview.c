/* SPDX-License-Identifier: MIT */
#include "test_uniview.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

struct vmm_mock *mock;
uint8_t kept_note[VMM_NOTE_MAX];
size_t kept_size;

/* Everything this plugin may ever send: '*' stands for digits. */
static const char *const allowed[] = {
    "GET " LAPI "/System/DeviceInfo",
    "GET " LAPI "/System/DeviceBasicInfo",
    "GET " LAPI "/System/Time",
    "GET " LAPI "/System/Time/NTP",
    "GET " LAPI "/Channels/System/ChannelDetailInfos",
    "GET " LAPI "/Storage/Containers/DetailInfos",
    "GET " LAPI "/Channel/0/Media/Video/Streams/0/Records?Begin=*&End=*&Types=0&Limit=100&Offset=0",
    "GET " LAPI
    "/Channels/*/Media/Video/Streams/0/Records?Begin=*&End=*&Types=0&Limit=100&Offset=0",
    "GET " LAPI "/Channels/*/Media/Video/Streams/0/Records/DailyDistribution?Year=*&Month=*",
    "PUT " LAPI "/System/Security/Login",
    "PUT " LAPI "/System/Security/KeepAlive",
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
    char text[512];
    snprintf(text, sizeof(text), "%s %s", request->method, request->target);
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        if (fits(allowed[i], text)) {
            return request->body_size == 0;
        }
    }
    return false;
}

void begin(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
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

TestSuite(uniview, .init = begin, .fini = done);

const char *fixture(const char *name)
{
    static struct {
        char name[64];
        char text[8192];
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

void serve_status(const char *path, uint32_t status, const char *body)
{
    char target[256];
    snprintf(target, sizeof(target), LAPI "%s", path);
    vmm_mock_serve(mock,
                   &(struct vmm_mock_answer){.target = target, .status = status, .body = body});
}

void serve(const char *path, const char *body)
{
    serve_status(path, 200, body);
}

/* What is served before wins. */
void serve_recorder(void)
{
    serve("/System/DeviceInfo", fixture("identity-nvr.json"));
    serve("/System/Time", fixture("time.json"));
    serve("/Channels/System/ChannelDetailInfos", fixture("channels.json"));
    serve("/Storage/Containers/DetailInfos", fixture("storage.json"));
    serve("/Channels/*", fixture("records.json"));
    serve("/System/Time/NTP", fixture("ntp.json"));
    serve_status("*", 404, "");
}

const struct vmm_mock_result *ask(const struct vmm_mock_ask *what)
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

void assert_fault(const struct vmm_mock_result *seen, uint32_t number, uint32_t index,
                  uint32_t reason)
{
    cr_assert_eq(fact(seen, number, index)->standing, VMM_STANDING_FAULT, "%u of %u", number,
                 index);
    cr_assert_eq(fact(seen, number, index)->reason, reason);
}

void assert_unjudged(const struct vmm_mock_result *seen, uint32_t number, uint32_t index)
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

Test(uniview, a_full_look_at_a_recorder_is_five_requests)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    cr_assert_eq(vmm_mock_request_count(mock), 5);
    assert_text(seen, VMM_FACT_MODEL, 0, "NVR302-16S");
    assert_text(seen, VMM_FACT_FIRMWARE, 0, "NVR-B3601.20.12.201012");
    assert_text(seen, VMM_FACT_SERIAL, 0, "210235C3ABC123000001");
    assert_text(seen, VMM_FACT_HOSTNAME, 0, "Warehouse");
    assert_text(seen, VMM_FACT_STREAM_PATH, 101, "/unicast/c1/s0/live");
    assert_text(seen, VMM_FACT_SNAPSHOT_PATH, 1, LAPI "/Channels/1/Media/Video/Streams/0/Snapshot");
}

Test(uniview, the_clock_is_seconds_since_1970_utc)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    int64_t offset = fact(seen, VMM_FACT_CLOCK_OFFSET, 0)->number;
    cr_assert(offset > 3598000 && offset <= 3600000, "an hour ahead: %lld", (long long)offset);
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0)->type, VMM_TYPE_INT);
    assert_text(seen, VMM_FACT_VENDOR, 0, "time_zone=GMT+08:00");
}

Test(uniview, the_time_server_is_asked_for_in_its_turn_in_place_of_the_newest_footage)
{
    serve_recorder();
    assert_absent(look(), VMM_FACT_NTP_SERVER, 0);
    const struct vmm_mock_result *seen = look_again();
    cr_assert_eq(vmm_mock_request_count(mock), 10);
    assert_text(seen, VMM_FACT_NTP_SERVER, 0, "192.0.2.123");
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_SYNC, 0)->number, 1);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    for (int i = 0; i < 15; i++) {
        assert_absent(look_again(), VMM_FACT_NTP_SERVER, 0);
    }
    assert_text(look_again(), VMM_FACT_NTP_SERVER, 0, "192.0.2.123");
}

Test(uniview, a_time_server_that_is_switched_off_does_not_set_the_clock)
{
    static const char *const words[] = {"0", "false"};
    for (size_t i = 0; i < 2; i++) {
        char body[256];
        snprintf(body, sizeof(body),
                 "{\"Data\":{\"NTPServerInfos\":[{\"Enabled\":%s,\"IPAddress\":\"\"}]}}", words[i]);
        done();
        begin();
        serve("/System/Time/NTP", body);
        serve_recorder();
        look();
        const struct vmm_mock_result *seen = look_again();
        cr_assert_eq(fact(seen, VMM_FACT_CLOCK_SYNC, 0)->number, 0);
        assert_absent(seen, VMM_FACT_NTP_SERVER, 0);
    }
}

Test(uniview, a_firmware_without_the_question_for_the_time_server_is_not_asked_again)
{
    serve_status("/System/Time/NTP", 404, "");
    serve_recorder();
    size_t asked_for = 0;
    look();
    cr_assert_eq(fact(look_again(), VMM_FACT_RECORDING_NEWEST, 1)->type, VMM_TYPE_INT);
    for (int i = 0; i < 40; i++) {
        look_again();
    }
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        asked_for += strstr(vmm_mock_request(mock, i)->target, "/Time/NTP") != NULL;
    }
    cr_assert_eq(asked_for, 1);
}

Test(uniview, channels_are_online_offline_with_a_reason_or_not_judged)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(fact(seen, VMM_FACT_CHANNELS, 0)->number, 4);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 1)->number, 1);
    assert_text(seen, VMM_FACT_CHANNEL_STATE, 1, "online");
    assert_text(seen, VMM_FACT_CHANNEL_NAME, 1, "Dock 1");
    assert_text(seen, VMM_FACT_CHANNEL_MODEL, 1, "IPC322LR3");
    assert_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 2)->text, "offline, reason 3");
    assert_absent(seen, VMM_FACT_SIGNAL, 3);
    assert_unjudged(seen, VMM_FACT_CHANNEL_STATE, 3);
    assert_fault(seen, VMM_FACT_SIGNAL, 4, VMM_REASON_VIDEO_LOSS);
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 4)->text, "offline, wrong password");
}

Test(uniview, channels_that_are_counted_and_not_listed_are_not_judged)
{
    static const char *const bodies[] = {"{\"Data\":{\"Nums\":4}}", "{\"Data\":{}}",
                                         "{\"Data\":{\"Nums\":4,\"DetailInfos\":[]}}"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        serve("/Channels/System/ChannelDetailInfos", bodies[i]);
        serve_recorder();
        const struct vmm_mock_result *seen = look();
        assert_outcome(seen, VMM_OUTCOME_PARTIAL);
        assert_absent(seen, VMM_FACT_SIGNAL, 1);
        done();
        begin();
    }
}

Test(uniview, each_state_of_a_disk_has_its_meaning)
{
    static const uint32_t standings[] = {
        VMM_STANDING_NOT_JUDGED, VMM_STANDING_FAULT, VMM_STANDING_FAULT,
        VMM_STANDING_OK,         VMM_STANDING_OK,    VMM_STANDING_FAULT,
        VMM_STANDING_FAULT,      VMM_STANDING_FAULT, VMM_STANDING_NOT_JUDGED};
    char body[1024] = "{\"Data\":{\"LocalHDDNum\":9,\"LocalHDDList\":[";
    for (int i = 0; i < 9; i++) {
        char row[64];
        snprintf(row, sizeof(row), "%s{\"ID\":%d,\"Status\":%d}", i == 0 ? "" : ",", i + 1, i);
        strcat(body, row);
    }
    strcat(body, "]}}");
    serve("/Storage/Containers/DetailInfos", body);
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    for (uint32_t i = 0; i < 9; i++) {
        cr_assert_eq(fact(seen, VMM_FACT_DISK_STATE, i + 1)->standing, standings[i], "state %u", i);
    }
}

Test(uniview, a_list_of_disks_that_is_not_understood_misses_none)
{
    static const char *const bodies[] = {
        "{\"Data\":{\"LocalHDDNum\":2}}", "{\"Data\":{\"LocalHDDNum\":2,\"LocalHDDList\":[]}}",
        "{\"Data\":{\"LocalHDDNum\":2,\"HDDs\":[{\"Status\":3}]}}"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        serve("/Storage/Containers/DetailInfos", bodies[i]);
        serve_recorder();
        const struct vmm_mock_result *seen = look();
        assert_outcome(seen, VMM_OUTCOME_PARTIAL);
        assert_absent(seen, VMM_FACT_DISK_STATE, 1);
        done();
        begin();
    }
}

/* 0 is said of an empty bay and of one that is idle. */
Test(uniview, a_disk_of_state_0_that_has_a_size_is_there)
{
    serve("/Storage/Containers/DetailInfos",
          "{\"Data\":{\"LocalHDDNum\":1,\"LocalHDDList\":[{\"ID\":1,\"Status\":0,"
          "\"TotalCapacity\":3815447}]}}");
    serve_recorder();
    assert_unjudged(look(), VMM_FACT_DISK_STATE, 1);
}

Test(uniview, a_full_disk_is_no_fault_and_sizes_are_mebibytes)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_text(seen, VMM_FACT_DISK_STATE, 1, "healthy (3)");
    cr_assert_eq(fact(seen, VMM_FACT_DISK_TOTAL, 1)->number, INT64_C(3815447) << 20);
    cr_assert_eq(fact(seen, VMM_FACT_DISK_FREE, 1)->number, 0);
    assert_fault(seen, VMM_FACT_DISK_STATE, 301, VMM_REASON_DISK_FAULT);
}

Test(uniview, a_recorder_without_a_disk_is_a_fault_and_a_camera_only_when_a_card_is_expected)
{
    static const char none[] =
        "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"LocalHDDNum\":0,\"LocalHDDList\":[]}}}";
    serve("/Storage/Containers/DetailInfos", none);
    serve_recorder();
    assert_fault(look(), VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING);
    done();
    begin();
    serve("/Storage/Containers/DetailInfos", none);
    serve("/System/DeviceInfo", fixture("identity-bare.json"));
    serve_status("*", 404, "");
    assert_absent(look(), VMM_FACT_DISK_STATE, 1);
    const struct vmm_mock_result *seen =
        ask(&(struct vmm_mock_ask){.options = "{\"expect_card\":true}"});
    assert_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING);
}

/* ---- Envelopes ---- */

Test(uniview, the_envelope_may_be_there_or_not)
{
    static const char *const forms[] = {
        "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"DeviceModel\":\"X1\"}}}",
        "{\"Data\":{\"DeviceModel\":\"X1\"}}",
        "{\"DeviceModel\":\"X1\"}",
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        done();
        begin();
        serve("/System/DeviceInfo", forms[i]);
        serve_status("*", 404, "");
        const struct vmm_mock_result *seen = look();
        assert_outcome(seen, VMM_OUTCOME_OK);
        assert_text(seen, VMM_FACT_MODEL, 0, "X1");
    }
}

Test(uniview, a_good_answer_with_status_599_is_a_good_answer)
{
    serve_status("/System/DeviceInfo", 599, fixture("identity-nvr.json"));
    serve_status("/System/Time", 599, "{\"DeviceTime\":1704067200}");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    assert_text(seen, VMM_FACT_MODEL, 0, "NVR302-16S");
    fact(seen, VMM_FACT_CLOCK_OFFSET, 0);
}

Test(uniview, a_599_without_an_answer_is_an_error)
{
    serve_status("/System/DeviceInfo", 599, "<html>");
    assert_outcome(look(), VMM_OUTCOME_BAD_REPLY);
}

Test(uniview, another_code_is_told_and_its_part_not_judged)
{
    serve("/Storage/Containers/DetailInfos",
          "{\"Response\":{\"ResponseCode\":2,\"ResponseString\":\"Common Error\"}}");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL);
    cr_assert_str_eq(seen->detail, "storage: code 2 Common Error");
    assert_absent(seen, VMM_FACT_DISK_STATE, 1);
}

Test(uniview, latin1_in_the_header_does_not_spoil_utf8)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){
                             .target = LAPI "/System/DeviceInfo",
                             .headers = "Content-Type: text/plain;charset=ISO-8859-1\r\n",
                             .body = "{\"DeviceModel\":\"X\",\"DeviceName\":\"\xE5\xA4\xA7\"}"});
    serve_status("*", 404, "");
    assert_text(look(), VMM_FACT_HOSTNAME, 0, "\xE5\xA4\xA7");
}

Test(uniview, the_older_path_is_asked_where_the_newer_is_not_known)
{
    serve("/System/DeviceBasicInfo",
          "{\"Data\":{\"DeviceModel\":\"IPC322\",\"Manufacturer\":\"Uniview\"}}");
    serve_status("*", 404, "");
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    assert_text(seen, VMM_FACT_BRAND, 0, "Uniview");
    assert_text(seen, VMM_FACT_STREAM_PATH, 1, "/media/video1");
    size_t before = vmm_mock_request_count(mock);
    look_again();
    cr_assert_str_eq(vmm_mock_request(mock, before)->target, LAPI "/System/DeviceBasicInfo");
}

Test(uniview, a_device_without_lapi_is_another_make)
{
    serve_status("*", 404, "<html>");
    assert_outcome(look(), VMM_OUTCOME_UNSUPPORTED);
}

Test(uniview, what_is_no_json_or_cut_short_is_a_bad_reply)
{
    static const char *const bodies[] = {"", "garbage", "{\"Response\":{\"Data\":{\"DeviceMo",
                                         "{}"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        done();
        begin();
        serve("/System/DeviceInfo", bodies[i]);
        assert_outcome(look(), VMM_OUTCOME_BAD_REPLY);
    }
}

Test(uniview, a_trial_is_one_request_without_a_login)
{
    serve_status("/System/DeviceInfo", 401, "");
    const struct vmm_mock_result *seen = ask(&(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL});
    assert_outcome(seen, VMM_OUTCOME_OK);
    cr_assert_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_NO_LOGIN, 0);
}
