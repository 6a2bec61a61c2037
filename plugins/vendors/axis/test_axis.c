/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include "axis_parse.h"

#define READY        "/axis-cgi/systemready.cgi"
#define IDENTITY     "/axis-cgi/basicdeviceinfo.cgi"
#define TIME         "/axis-cgi/time.cgi"
#define NTP          "/axis-cgi/ntp.cgi"
#define DISKS        "/axis-cgi/disks/list.cgi?diskid=all"
#define RECORDINGS   "/axis-cgi/record/list.cgi?recordingid=all"
#define PARAM(group) "/axis-cgi/param.cgi?action=list&group=root." group
#define NEW_YEAR_US  INT64_C(1704067200000000) /* 2024-01-01 00:00:00 UTC */

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

/* All that is ever sent; each POST asks by a method that begins with "get", or whether the system is ready. */
static const char *const allowed[] = {
    "POST " READY,
    "POST " IDENTITY,
    "POST " TIME,
    "POST " NTP,
    "GET " DISKS,
    "GET " RECORDINGS,
    "GET " PARAM("Brand"),
    "GET " PARAM("Properties.Firmware"),
    "GET " PARAM("Properties.System"),
    "GET " PARAM("Time"),
    NULL,
};

static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_expect_only(mock, allowed);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const struct vmm_mock_request *request = vmm_mock_request(mock, i);
        bool is_post = strcmp(request->method, "POST") == 0;
        cr_assert(!is_post || strstr(request->body, "\"method\":\"get") != NULL ||
                      strstr(request->body, "\"method\":\"systemready\"") != NULL,
                  "%s", request->body);
        cr_assert(!is_post || (request->flags & VMM_HTTP_SAFE) != 0);
    }
    vmm_mock_destroy(mock);
}

TestSuite(axis, .init = set_up, .fini = tear_down);

static const char *fixture(const char *name)
{
    return vmm_expect_fixture(FIXTURES, name, NULL);
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
    vmm_mock_set_wall(mock, NEW_YEAR_US);
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
}

/* A camera of new firmware with one part other than in order. */
static const struct vmm_mock_result *look_at(const char *target, const char *body,
                                             const char *options)
{
    static const char *const parts[][2] = {{READY, "ready.json"}, {IDENTITY, "identity.json"},
                                           {TIME, "time.json"},   {NTP, "ntp.json"},
                                           {DISKS, "disks.xml"},  {RECORDINGS, "recordings.xml"}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        bool other = strcmp(parts[i][0], target) == 0;
        expect_body(parts[i][0], other ? body : fixture(parts[i][1]));
    }
    return look_with(options);
}

/* ---- A full look ---- */

Test(axis, a_full_look_at_new_firmware_is_six_requests)
{
    const struct vmm_mock_result *seen = look_at("", "", "{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 6);
    vmm_expect_text(seen, VMM_FACT_BRAND, 0, "AXIS");
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "M1065-LW");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "9.80.1");
    vmm_expect_text(seen, VMM_FACT_SERIAL, 0, "ACCC8E123456");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "ac:cc:8e:12:34:56");
    vmm_expect_number(seen, VMM_FACT_UPTIME, 0, 117);
    vmm_expect_text(seen, VMM_FACT_SNAPSHOT_PATH, 1, "/axis-cgi/jpg/image.cgi");
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 1, "/axis-media/media.amp?videocodec=h264");
    cr_assert_null(seen->note, "nothing is missing");
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
}

/* ---- Whether the system is ready ---- */

Test(axis, a_device_that_is_starting_is_busy_and_asked_nothing_more)
{
    expect_body(READY, fixture("starting.json"));
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_BUSY);
    cr_assert_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_NO_LOGIN, 0);
}

Test(axis, a_readiness_that_wants_a_login_tells_nothing)
{
    expect_status(READY, 401);
    expect_body(IDENTITY, fixture("identity.json"));
    expect_body(TIME, fixture("time.json"));
    expect_body(NTP, fixture("ntp.json"));
    vmm_expect_end(look_with("{\"storage\":false}"), VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
}

/* ---- Errors with status 200 ---- */

Test(axis, error_2001_is_an_account_that_may_not)
{
    const struct vmm_mock_result *seen = look_at(TIME, fixture("forbidden.json"), "{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0);
    vmm_expect_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "M1065-LW");
}

Test(axis, another_error_ends_only_its_part)
{
    const struct vmm_mock_result *seen = look_at(NTP, fixture("version.json"), "{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_CLOCK_SYNC, 0);
}

Test(axis, what_is_no_answer_of_axis_is_a_bad_reply)
{
    static const char *const bodies[] = {"", "<html>", "{}", "{\"data\":{}}"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        expect_body(READY, fixture("ready.json"));
        expect_body(IDENTITY, bodies[i]);
        vmm_expect_end(look_with("{}"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    }
}

/* ---- The clock ---- */

static int64_t offset_of(const char *body)
{
    const struct vmm_mock_result *seen = look_at(TIME, body, "{}");
    vmm_expect_fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0, VMM_STANDING_OK);
    return vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
}

Test(axis, the_clock_counts_where_its_time_says_that_it_is_utc)
{
    int64_t right = offset_of(fixture("time.json"));
    int64_t other = offset_of("{\"data\":{\"utcDateTime\":\"2024-01-01T01:00:00Z\"}}");
    cr_assert(right > -1000 && right <= 0, "%lld", (long long)right);
    cr_assert(other > 3599000 && other <= 3600000, "%lld", (long long)other);
}

Test(axis, a_time_without_its_zone_is_not_judged)
{
    const struct vmm_mock_result *seen =
        look_at(TIME, "{\"data\":{\"dateTime\":\"2024-01-01T01:00:00\"}}", "{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
}

Test(axis, the_time_server_is_read_in_both_shapes)
{
    const struct vmm_mock_result *seen = look_at("", "", "{}");
    vmm_expect_number(seen, VMM_FACT_CLOCK_SYNC, 0, 1);
    vmm_expect_text(seen, VMM_FACT_NTP_SERVER, 0, "pool.ntp.org");
    vmm_expect_vendor(seen, "ntp_synced=true");
    seen = look_at(NTP,
                   "{\"data\":{\"enabled\":true,\"serversSource\":\"DHCP\",\"staticServers\":[],"
                   "\"advertisedServers\":[\"10.0.0.1\"],\"synced\":false}}",
                   "{}");
    vmm_expect_text(seen, VMM_FACT_NTP_SERVER, 0, "10.0.0.1");
    vmm_expect_vendor(seen, "ntp_synced=false");
}

/* ---- Disks ---- */

Test(axis, a_full_card_that_gives_way_is_no_fault_and_a_share_nobody_set_up_neither)
{
    const struct vmm_mock_result *seen = look_at("", "", "{}");
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 1, "OK");
    vmm_expect_number(seen, VMM_FACT_DISK_TOTAL, 1, INT64_C(116109036) * 1024);
    vmm_expect_number(seen, VMM_FACT_DISK_FREE, 1, 0);
    vmm_expect_number(seen, VMM_FACT_DISK_OVERWRITE, 0, 1);
    vmm_expect_unjudged(seen, VMM_FACT_DISK_STATE, 2);
}

#define DISK(more) "<root><disks><disk diskid=\"SD_DISK\" " more "/></disks></root>"

Test(axis, each_state_of_a_card_has_its_meaning)
{
    static const struct {
        const char *body;
        uint32_t reason; /* NONE: not judged */
    } table[] = {
        {DISK("status=\"failed\""), VMM_REASON_DISK_FAULT},
        {DISK("status=\"OK\" readonly=\"true\""), VMM_REASON_DISK_READONLY},
        {DISK("status=\"connected\" locked=\"YES\""), VMM_REASON_DISK_READONLY},
        {DISK("status=\"disconnected\""), VMM_REASON_DISK_MISSING},
        {DISK("status=\"wrong passphrase\""), VMM_REASON_NONE},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        const struct vmm_mock_result *seen =
            look_at(DISKS, table[i].body, "{\"expect_card\":true}");
        if (table[i].reason != VMM_REASON_NONE) {
            vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 1, table[i].reason);
        } else {
            vmm_expect_unjudged(seen, VMM_FACT_DISK_STATE, 1);
        }
    }
    vmm_expect_unjudged(look_at(DISKS, DISK("status=\"disconnected\""), "{}"), VMM_FACT_DISK_STATE,
                        1);
}

Test(axis, a_page_in_place_of_the_disks_is_not_taken_for_no_disk)
{
    const struct vmm_mock_result *seen = look_at(DISKS, "<html><body/></html>", "{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
}

/* ---- Recordings ---- */

Test(axis, a_recording_that_goes_on_proves_its_source_and_no_other)
{
    const struct vmm_mock_result *seen = look_at("", "", "{}");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 1, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 2);
}

Test(axis, a_whole_list_tells_the_newest_and_the_oldest_footage_of_each_source)
{
    const struct vmm_mock_result *seen = look_at("", "", "{}");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 0);
    vmm_expect_number(seen, VMM_FACT_RECORDING_OLDEST, 1, 12 * 3600);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 2, 6600);
    vmm_expect_number(seen, VMM_FACT_RECORDING_OLDEST, 2, 7200);
    seen = look_at(TIME, "{\"data\":{\"dateTime\":\"2024-01-01T08:00:00\"}}", "{}");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 2);
    seen = look_at(RECORDINGS,
                   "<root><recordings><recording source=\"1\" "
                   "starttime=\"2023-12-31T23:00:00Z\" "
                   "stoptime=\"2023-12-31T23:10:00Z\"/>",
                   "{}");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_OLDEST, 1);
}

Test(axis, a_list_that_was_cut_proves_what_stands_in_it)
{
    const struct vmm_mock_result *seen =
        look_at(RECORDINGS,
                "<root><recordings><recording source=\"1\" recordingstatus=\"recording\"/>"
                "<recording source=\"2\" recordingstatus=\"recor",
                "{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 1, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 2);
}

Test(axis, a_view_of_several_sources_proves_none_of_them)
{
    const struct vmm_mock_result *seen = look_at(
        RECORDINGS,
        "<root><recordings><recording source=\"quad\" recordingstatus=\"recording\"/></recordings>",
        "{}");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 1);
    seen =
        look_at(RECORDINGS,
                "<root><recordings><recording recordingstatus=\"recording\"/></recordings>", "{}");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 1, 1);
}

Test(axis, a_list_that_says_that_it_is_empty_has_no_footage)
{
    const struct vmm_mock_result *seen = look_at(
        RECORDINGS, "<root><recordings totalnumberofrecordings=\"0\"></recordings></root>", "{}");
    vmm_expect_no_footage(seen, 1, 31536000);
    seen = look_at(RECORDINGS, "<root><recordings totalnumberofrecordings=\"0\">", "{}");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    seen = look_at(RECORDINGS, "<root><recordings></recordings></root>", "{}");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

/* ---- Old firmware ---- */

static void expect_old(const char *brand)
{
    expect_body(PARAM("Brand"), brand);
    expect_body(PARAM("Properties.Firmware"), fixture("firmware.txt"));
    expect_body(PARAM("Properties.System"), fixture("system.txt"));
    expect_body(PARAM("Time"), fixture("time.txt"));
}

static const struct vmm_mock_result *look_old(const void *note, size_t size)
{
    return vmm_mock_look(
        mock,
        &(struct vmm_mock_ask){.options = "{\"storage\":false}", .note = note, .note_size = size});
}

Test(axis, old_firmware_is_asked_for_its_parameters_and_remembered)
{
    expect_status(READY, 500);
    expect_status(IDENTITY, 404);
    expect_old(fixture("brand.txt"));
    const struct vmm_mock_result *first = look_old(NULL, 0);
    vmm_expect_end(first, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_text(first, VMM_FACT_MODEL, 0, "241Q");
    vmm_expect_text(first, VMM_FACT_FIRMWARE, 0, "4.47.2");
    vmm_expect_text(first, VMM_FACT_MAC, 0, "00:40:8c:12:34:56");
    vmm_expect_text(first, VMM_FACT_CLOCK_RULE, 0, "CET-1CEST,M3.5.0,M10.5.0/3");
    vmm_expect_number(first, VMM_FACT_CLOCK_SYNC, 0, 1);
    vmm_expect_absent(first, VMM_FACT_NTP_SERVER, 0);
    expect_old(fixture("brand.txt"));
    look_old(first->note, first->note_size);
    cr_assert_eq(vmm_mock_request_count(mock), 6 + 4);
}

Test(axis, what_a_firmware_has_not_is_asked_again_after_200_looks)
{
    static const uint8_t last[] = {1, 0, 63};
    expect_body(READY, fixture("ready.json"));
    expect_body(IDENTITY, fixture("identity.json"));
    expect_body(TIME, fixture("time.json"));
    expect_body(NTP, fixture("ntp.json"));
    vmm_expect_end(look_old(last, sizeof(last)), VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
}

Test(axis, parameters_may_be_latin1)
{
    static const uint8_t known[] = {1, 9, 3};
    expect_old(fixture("brand-latin1.txt"));
    vmm_expect_text(look_old(known, sizeof(known)), VMM_FACT_MODEL, 0, "M\xC3\xA9lange");
}

Test(axis, a_service_that_is_not_there_is_no_fault)
{
    expect_body(READY, fixture("ready.json"));
    expect_body(IDENTITY, fixture("identity.json"));
    expect_status(TIME, 404);
    expect_status(NTP, 404);
    expect_status(DISKS, 404);
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
}

/* ---- Other devices, a trial, trouble on our side ---- */

Test(axis, a_device_of_another_make_is_none_of_ours)
{
    expect_status(READY, 404);
    expect_status(IDENTITY, 404);
    expect_status(PARAM("Brand"), 404);
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
}

Test(axis, a_401_to_the_identity_stops_everything)
{
    expect_body(READY, fixture("ready.json"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = IDENTITY,
                                                    .outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .reason = VMM_REASON_AUTH,
                                                    .status = 401});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 2);
}

Test(axis, a_trial_needs_no_login)
{
    expect_status(READY, 401);
    vmm_expect_end(vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}),
                   VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

static void scenario(struct vmm_mock *other, void *arg)
{
    (void)arg;
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = READY, .status = 404});
    vmm_mock_serve(other,
                   &(struct vmm_mock_answer){.target = IDENTITY, .body = fixture("identity.json")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = TIME, .body = fixture("time.json")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = NTP, .body = fixture("ntp.json")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = DISKS, .body = fixture("disks.xml")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.body = fixture("recordings.xml")});
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){0});
    }
}

Test(axis_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 20);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 6);
    cr_assert_str_empty(report);
}
