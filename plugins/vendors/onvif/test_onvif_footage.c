/* SPDX-License-Identifier: MIT */
/* What is made of what a search has found. */
#include <vmm/errors.h>
#include <vmm/http.h>

#include "onvif_codec.h"
#include "test_onvif.h"

#define SEARCH       "/onvif/search?x=1&y=2"
#define LACKS_EVENTS 4

TestSuite(onvif_footage, .init = begin, .fini = done);

static struct {
    char text[ONVIF_FOUND_MAX + 4096];
    size_t used;
} found;

static void put(const char *text)
{
    found.used +=
        (size_t)snprintf(found.text + found.used, sizeof(found.text) - found.used, "%s", text);
    cr_assert_lt(found.used, sizeof(found.text));
}

static void begin_list(const char *state)
{
    found.used = 0;
    put("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
        "xmlns:tt=\"http://www.onvif.org/ver10/schema\" "
        "xmlns:tse=\"http://www.onvif.org/ver10/search/wsdl\"><s:Body>"
        "<tse:GetRecordingSearchResultsResponse><tse:ResultList>");
    put(state);
}

static void put_record(const char *source, const char *from, const char *until)
{
    char text[512];
    snprintf(text, sizeof(text),
             "<tt:RecordingInformation><tt:RecordingToken>r</tt:RecordingToken><tt:Source>"
             "<tt:SourceId>%s</tt:SourceId><tt:Name>n</tt:Name></tt:Source>"
             "<tt:EarliestRecording>%s</tt:EarliestRecording>"
             "<tt:LatestRecording>%s</tt:LatestRecording></tt:RecordingInformation>",
             source, from, until);
    put(text);
}

static void end_list(void)
{
    put("</tse:ResultList></tse:GetRecordingSearchResultsResponse></s:Body></s:Envelope>");
}

/* The device says that it is 2024-01-01 00:05 in UTC. */
static const struct vmm_mock_result *look_at_found(void)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services.xml");
    answer("/onvif/media", "profiles.xml");
    answer(SEARCH, "search.xml");
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){
                        .method = "POST", .target = SEARCH, .status = 200, .body = found.text});
    answer(SEARCH, "search-ended.xml");
    return look_with(2, LACKS_EVENTS, 1);
}

static void expect_age(const struct vmm_mock_result *seen, uint16_t fact, uint32_t channel,
                       int64_t age_s)
{
    int64_t told = vmm_expect_fact(seen, fact, channel, VMM_STANDING_OK)->number;
    cr_expect(told >= age_s - 1 && told <= age_s + 1, "%lld", (long long)told);
}

#define COMPLETED "<tt:SearchState>Completed</tt:SearchState>"

Test(onvif_footage, of_many_recordings_the_newest_and_the_oldest_count_wherever_they_stand)
{
    begin_list(COMPLETED);
    while (found.used < 2 * ONVIF_BODY_MAX) {
        put_record("src1", "2023-12-30T00:00:00Z", "2023-12-31T00:00:00Z");
        put_record("elsewhere", "2023-01-01T00:00:00Z", "2024-01-01T00:05:00Z");
    }
    put_record("src1", "2023-12-29T00:05:00Z", "2024-01-01T00:04:00Z");
    put_record("src1", "2023-12-31T00:00:00Z", "2023-12-31T23:00:00Z");
    end_list();
    const struct vmm_mock_result *seen = look_at_found();
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    expect_age(seen, VMM_FACT_RECORDING_NEWEST, 1, 60);
    expect_age(seen, VMM_FACT_RECORDING_OLDEST, 1, 3 * 86400);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 2);
}

Test(onvif_footage, a_search_that_goes_on_proves_fresh_footage_and_nothing_else)
{
    static const char *const states[] = {"<tt:SearchState>Searching</tt:SearchState>",
                                         "<tt:SearchState>Queued</tt:SearchState>",
                                         "<tt:SearchState>Unknown</tt:SearchState>"};
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        begin_list(states[i]);
        put_record("src1", "2023-12-31T00:00:00Z", "2024-01-01T00:04:00Z");
        put_record("src2", "2023-12-31T00:00:00Z", "2023-12-31T12:00:00Z");
        end_list();
        const struct vmm_mock_result *seen = look_at_found();
        vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
        expect_age(seen, VMM_FACT_RECORDING_NEWEST, 1, 60);
        vmm_expect_absent(seen, VMM_FACT_RECORDING_OLDEST, 1);
        vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 2);
        vmm_expect_absent(seen, VMM_FACT_RECORDING_OLDEST, 2);
    }
}

Test(onvif_footage, a_device_that_says_nothing_of_the_search_has_completed_it)
{
    begin_list("");
    put_record("src2", "2023-12-31T00:05:00Z", "2023-12-31T12:05:00Z");
    end_list();
    const struct vmm_mock_result *seen = look_at_found();
    expect_age(seen, VMM_FACT_RECORDING_NEWEST, 2, 43200);
    expect_age(seen, VMM_FACT_RECORDING_OLDEST, 2, 86400);
}

Test(onvif_footage, only_what_a_search_has_found_may_be_large)
{
    static struct onvif_records records;
    static struct onvif_jobs jobs;
    struct onvif_fault fault = {0};
    begin_list(COMPLETED);
    while (found.used <= ONVIF_BODY_MAX) {
        put_record("src1", "2023-12-30T00:00:00Z", "2023-12-31T00:00:00Z");
    }
    end_list();
    struct vmm_text text = vmm_text_bytes(found.text, found.used);
    cr_expect_eq(onvif_decode_records(text, &records, &fault), 0);
    cr_expect_gt(records.count, 800);
    cr_expect_eq(onvif_decode_jobs(text, &jobs, &fault), VMM_E_TOOBIG);
    while (found.used <= ONVIF_FOUND_MAX) {
        put("                                                                ");
    }
    text = vmm_text_bytes(found.text, found.used);
    cr_expect_eq(onvif_decode_records(text, &records, &fault), VMM_E_TOOBIG);
}

/* Which recordings were asked for, by their tokens. */
static void expect_replays_of(const char *const *tokens, size_t count)
{
    size_t asked = 0;
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const char *body = vmm_mock_request(mock, i)->body;
        if (body != NULL && strstr(body, "GetReplayUri") != NULL) {
            cr_assert_lt(asked, count, "asked for too many");
            cr_expect_not_null(strstr(body, tokens[asked]), "%s", body);
            asked++;
        }
    }
    cr_expect_eq(asked, count);
}

/* A look in which slow things are asked for, at a recorder of two recordings of sources that it has. */
static const struct vmm_mock_result *look_at_replays(uint8_t turn)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "services-recording.xml");
    answer("/onvif/media", "profiles.xml");
    answer(SEARCH, "search.xml");
    answer(SEARCH, "records.xml");
    answer(SEARCH, "search-ended.xml");
    answer("/onvif/replay", "replay.xml");
    answer("/onvif/replay", "not-supported.xml");
    vmm_mock_serve(mock, &(struct vmm_mock_answer){
                             .body = vmm_expect_fixture(FIXTURES, "not-supported.xml", NULL)});
    return look_with(2, LACKS_EVENTS, turn);
}

Test(onvif_footage, the_paths_of_recordings_are_told_in_their_turn)
{
    static const char *const tokens[] = {"<RecordingToken>r</RecordingToken>",
                                         "<RecordingToken>r</RecordingToken>"};
    const struct vmm_mock_result *seen = look_at_replays(12);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_vendor(seen, "replay_path=channel 1: /replay?recording=1&track=v");
    expect_replays_of(tokens, 2);
}

Test(onvif_footage, the_paths_of_recordings_are_not_asked_for_in_other_turns)
{
    look_at_replays(13);
    expect_replays_of(NULL, 0);
}
