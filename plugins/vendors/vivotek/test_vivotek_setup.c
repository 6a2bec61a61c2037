/* SPDX-License-Identifier: MIT */
/* What an operator sets up in a device, read in every eighth look, and its newest clip. */
#include <criterion/criterion.h>

#include <mock/mock_expect.h>
#include <mock/mock_host.h>

#include <stdio.h>
#include <string.h>

#define PARAM(names) "/cgi-bin/viewer/getparam.cgi?" names
#define SETUP                                                                                      \
    "system_updateinterval&capability_nmediastream&network_rtsp_s0_accessname&"                    \
    "network_rtsp_s1_accessname"
#define RECORDINGS "{\"recordings\":true}"

static struct vmm_mock *mock;
static char texts[8][2048];
static size_t text_count;

static void begin(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

/* The plugin was well behaved, and never asked for anything but parameters and clips. */
static void done(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const struct vmm_mock_request *request = vmm_mock_request(mock, i);
        cr_assert_str_eq(request->method, "GET");
        cr_assert(strstr(request->target, "/getparam.cgi?") != NULL ||
                      strstr(request->target, "/cgi-bin/admin/lsctrl.cgi?cmd=search&mediaType="
                                              "videoclip&triggerTime='") == request->target,
                  "%s", request->target);
    }
    vmm_mock_destroy(mock);
}

TestSuite(vivotek_setup, .init = begin, .fini = done);

static const char *fixture(const char *name)
{
    char path[512];
    cr_assert_lt(text_count, 8);
    char *text = texts[text_count++];
    snprintf(path, sizeof(path), "%s/%s", FIXTURES, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    text[fread(text, 1, sizeof(texts[0]) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void serve(const char *target, const char *body)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

/* The third look of a device is the first that reads the set-up. What is served before wins. */
static const struct vmm_mock_result *third_look(const char *options)
{
    serve(PARAM("system_info*"), fixture("identity-ib8369a.txt"));
    serve(PARAM("system_hostname*"), fixture("state-taipei.txt"));
    serve("/cgi-bin/admin/lsctrl.cgi*", fixture("clips.xml"));
    serve(PARAM("system_update*"), fixture("setup.txt"));
    const struct vmm_mock_result *seen = NULL;
    for (int i = 0; i < 3; i++) {
        struct vmm_mock_ask ask = {.options = options};
        ask.note = seen == NULL ? NULL : seen->note;
        ask.note_size = seen == NULL ? 0 : seen->note_size;
        seen = vmm_mock_look(mock, &ask);
    }
    return seen;
}

static const char *text_of(const struct vmm_mock_result *seen, uint32_t fact, uint32_t index)
{
    const struct vmm_observation *o = vmm_mock_find(seen, fact, index);
    cr_assert_not_null(o, "fact %u of %u", fact, index);
    return o->text;
}

static int64_t number_of(const struct vmm_mock_result *seen, uint32_t fact, uint32_t index)
{
    const struct vmm_observation *o = vmm_mock_find(seen, fact, index);
    cr_assert_not_null(o, "fact %u of %u", fact, index);
    return o->number;
}

Test(vivotek_setup, the_third_look_reads_streams_and_the_use_of_the_time_server)
{
    const struct vmm_mock_result *seen = third_look("{}");
    cr_assert_eq(vmm_mock_request_count(mock), 7);
    cr_assert_str_eq(vmm_mock_request(mock, 6)->target, PARAM(SETUP));
    cr_assert_str_eq(text_of(seen, VMM_FACT_STREAM_PATH, 1), "/live1s1.sdp");
    cr_assert_str_eq(text_of(seen, VMM_FACT_STREAM_PATH, 2), "/live1s2.sdp");
    cr_assert_eq(number_of(seen, VMM_FACT_STREAMS, 0), 3);
    cr_assert_eq(number_of(seen, VMM_FACT_CLOCK_SYNC, 0), 1);
    cr_assert_str_eq(text_of(seen, VMM_FACT_SNAPSHOT_PATH, 1),
                     "/cgi-bin/viewer/video.jpg?channel=0");
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_RECORDING_MODE, 1));
}

Test(vivotek_setup, a_time_server_that_is_never_asked_is_not_used)
{
    serve(PARAM("system_update*"), "system_updateinterval='0'\r\n");
    cr_assert_eq(number_of(third_look("{}"), VMM_FACT_CLOCK_SYNC, 0), 0);
}

Test(vivotek_setup, recording_all_week_is_continuous_and_its_newest_clip_is_searched)
{
    serve(PARAM("system_update*"), fixture("setup-recording.txt"));
    const struct vmm_mock_result *seen = third_look(RECORDINGS);
    cr_assert_str_eq(text_of(seen, VMM_FACT_RECORDING_MODE, 1), "continuous");
    int64_t age = number_of(seen, VMM_FACT_RECORDING_NEWEST, 1);
    cr_assert(age >= 595 && age <= 606, "%lld", (long long)age);
    const char *target = vmm_mock_request(mock, vmm_mock_request_count(mock) - 1)->target;
    cr_assert_not_null(strstr(target, "&triggerTime='2023-12-31%2008:00:0"), "%s", target);
    cr_assert_not_null(strstr(target, "'+TO+'2024-01-01%2008:01:0"), "%s", target);
}

static const char *mode_of(const char *lines)
{
    serve(PARAM("system_update*"), lines);
    const char *mode = text_of(third_look(RECORDINGS), VMM_FACT_RECORDING_MODE, 1);
    static char kept[32];
    snprintf(kept, sizeof(kept), "%s", mode);
    done();
    begin();
    text_count = 0;
    return kept;
}

Test(vivotek_setup, recording_by_hours_or_days_is_a_schedule_and_none_is_off)
{
    cr_assert_str_eq(mode_of("recording_i0_enable='1'\r\nrecording_i0_weekday='62'\r\n"
                             "recording_i0_begintime='00:00'\r\nrecording_i0_endtime='24:00'\r\n"),
                     "schedule");
    cr_assert_str_eq(mode_of("recording_i0_enable='1'\r\nrecording_i0_weekday='127'\r\n"
                             "recording_i0_begintime='08:00'\r\nrecording_i0_endtime='24:00'\r\n"),
                     "schedule");
    cr_assert_str_eq(mode_of("recording_i0_enable='0'\r\nrecording_i1_enable='0'\r\n"), "off");
}

Test(vivotek_setup, without_a_clip_of_the_day_the_newest_is_at_least_that_old)
{
    serve("/cgi-bin/admin/lsctrl.cgi*", "<stormgr><counts>0</counts></stormgr>");
    vmm_expect_no_footage(third_look(RECORDINGS), 1, 86400);
}

/* A hundred clips, five minutes each, from so many minutes after midnight on; the device has `counts`. */
static const char *hundred(int counts, int first)
{
    static char list[16384];
    size_t used = (size_t)snprintf(list, sizeof(list), "<stormgr><counts>%d</counts>", counts);
    for (int i = 0; i < 100; i++) {
        int at = first + i * 5;
        used += (size_t)snprintf(list + used, sizeof(list) - used,
                                 "<i%d><triggerTime>2023-12-31 %02d:%02d:00</triggerTime></i%d>", i,
                                 at / 60, at % 60, i);
    }
    snprintf(list + used, sizeof(list) - used, "</stormgr>");
    return list;
}

Test(vivotek_setup, of_more_clips_than_are_listed_the_newest_is_not_known)
{
    serve("/cgi-bin/admin/lsctrl.cgi*", hundred(288, 8 * 60));
    const struct vmm_mock_result *seen = third_look(RECORDINGS);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK);
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_RECORDING_NEWEST, 1));
}

Test(vivotek_setup, as_many_clips_as_can_be_listed_may_be_more)
{
    serve("/cgi-bin/admin/lsctrl.cgi*", hundred(100, 8 * 60));
    cr_assert_null(vmm_mock_find(third_look(RECORDINGS), VMM_FACT_RECORDING_NEWEST, 1));
}

static const struct vmm_mock_result *look_at_clips(const char *first, const char *second)
{
    static char list[512];
    snprintf(list, sizeof(list),
             "<stormgr><counts>%d</counts><i0><triggerTime>2024-01-01 %s</triggerTime></i0>"
             "<i1><triggerTime>2024-01-01 %s</triggerTime></i1></stormgr>",
             second[0] != '\0' ? 2 : 1, first, second);
    serve("/cgi-bin/admin/lsctrl.cgi*", list);
    const struct vmm_mock_result *seen = third_look(RECORDINGS);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK);
    return seen;
}

/* Eight o'clock: the clip of 07:00 may be half an hour long, and one more may be under way behind it. */
Test(vivotek_setup, a_long_clip_may_still_be_recorded)
{
    const struct vmm_mock_result *seen = look_at_clips("06:30:00", "07:00:00");
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_RECORDING_NEWEST, 1));
    done();
    begin();
    seen = look_at_clips("07:00:00", "");
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_RECORDING_NEWEST, 1));
}

Test(vivotek_setup, a_clip_that_is_over_tells_how_old_footage_is)
{
    int64_t age = number_of(look_at_clips("07:00:00", "06:50:00"), VMM_FACT_RECORDING_NEWEST, 1);
    cr_assert(age >= 3595 && age <= 3606, "%lld", (long long)age);
}

Test(vivotek_setup, a_fresh_clip_is_a_proof_whatever_else_there_is)
{
    serve("/cgi-bin/admin/lsctrl.cgi*",
          "<stormgr><counts>288</counts><i0><triggerTime>2024-01-01 07:50:00</triggerTime></i0>"
          "</stormgr>");
    int64_t age = number_of(third_look(RECORDINGS), VMM_FACT_RECORDING_NEWEST, 1);
    cr_assert(age >= 595 && age <= 606, "%lld", (long long)age);
}

Test(vivotek_setup, a_list_of_clips_that_is_not_understood_calls_nothing_missing)
{
    serve("/cgi-bin/admin/lsctrl.cgi*", "<stormgr><counts>2</counts></stormgr>");
    const struct vmm_mock_result *seen = third_look(RECORDINGS);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_PARTIAL);
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_RECORDING_NEWEST, 1));
}

Test(vivotek_setup, a_search_that_is_refused_is_not_repeated)
{
    serve("/cgi-bin/admin/lsctrl.cgi*", "ERROR: Invalid command!\n");
    const struct vmm_mock_result *seen = third_look(RECORDINGS);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
    size_t searches = 0;
    for (int i = 0; i < 16; i++) {
        seen = vmm_mock_look(mock, &(struct vmm_mock_ask){.options = RECORDINGS,
                                                          .note = seen->note,
                                                          .note_size = seen->note_size});
    }
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        searches += strstr(vmm_mock_request(mock, i)->target, "cmd=search") != NULL;
    }
    cr_assert_eq(searches, 1);
}

static const struct vmm_mock_result *look_after(const struct vmm_mock_result *seen)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){
                                   .options = RECORDINGS,
                                   .note = seen->note,
                                   .note_size = seen->note_size,
                               });
}

/* Which of the next looks read this fact of recording: a mark each, 'x' for those that do. */
static const struct vmm_mock_result *expect_looks(const struct vmm_mock_result *seen, uint32_t fact,
                                                  const char *marks)
{
    for (size_t i = 0; marks[i] != '\0'; i++) {
        seen = look_after(seen);
        cr_expect_eq(vmm_mock_find(seen, fact, 1) != NULL, marks[i] == 'x', "look %zu", 4 + i);
    }
    return seen;
}

#define NO_CLIPS "<stormgr><counts>0</counts></stormgr>"

Test(vivotek_setup, recording_that_is_in_doubt_is_looked_at_again_soon)
{
    serve("/cgi-bin/admin/lsctrl.cgi*", NO_CLIPS);
    expect_looks(third_look(RECORDINGS), VMM_FACT_RECORDING_NEWEST, "xxx....xxxx....x");
}

Test(vivotek_setup, recording_that_is_off_is_in_doubt)
{
    serve(PARAM("system_update*"), "recording_i0_enable='0'\r\nrecording_i1_enable='0'\r\n");
    expect_looks(third_look(RECORDINGS), VMM_FACT_RECORDING_MODE, "xxx....xxxx....x");
}

Test(vivotek_setup, recording_that_comes_back_is_looked_at_as_often_once)
{
    serve("/cgi-bin/admin/lsctrl.cgi*", NO_CLIPS);
    struct vmm_mock_result last =
        *expect_looks(third_look(RECORDINGS), VMM_FACT_RECORDING_NEWEST, "xxx....");
    uint8_t note[VMM_NOTE_MAX];
    memcpy(note, last.note, last.note_size);
    last.note = note;
    done();
    begin();
    text_count = 0;
    serve(PARAM("system_info*"), fixture("identity-ib8369a.txt"));
    serve(PARAM("system_hostname*"), fixture("state-taipei.txt"));
    serve("/cgi-bin/admin/lsctrl.cgi*", fixture("clips.xml"));
    serve(PARAM("system_update*"), fixture("setup.txt"));
    expect_looks(&last, VMM_FACT_RECORDING_NEWEST, "xxxx....x.......x");
}

Test(vivotek_setup, a_camera_that_records_is_looked_at_each_eighth_time)
{
    expect_looks(third_look(RECORDINGS), VMM_FACT_RECORDING_NEWEST, ".......x.......x");
}
