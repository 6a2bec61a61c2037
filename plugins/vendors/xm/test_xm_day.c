/* SPDX-License-Identifier: MIT */
/* The last day of channels that are recorded all the time: what is missing in it. Noon is the device's time. */
#include "test_xm.h"

#include "xm_note.h"

static uint8_t note[XM_NOTE_SIZE];
static size_t looks;
static const char *then; /* answers the same asked by the other Type; NULL: it is not to be asked */

static void begin(void)
{
    const uint8_t fresh[XM_NOTE_SIZE] = {3, 1, 2}; /* the second look: no settings in it */
    memcpy(note, fresh, sizeof(note));
    looks = 0;
    then = NULL;
    set_up();
}

TestSuite(xm_day, .init = begin, .fini = tear_down);

#define FILES(ret, rows) "{\"Name\":\"OPFileQuery\",\"OPFileQuery\":[" rows "],\"Ret\":" ret "}"
#define ROW(from, to)    "{\"BeginTime\":\"" from "\",\"EndTime\":\"" to "\"}"
#define WHOLE            FILES("100", ROW("2023-12-31 11:00:00", "2024-01-01 12:00:00"))
#define ALL_THE_TIME     "{\"RecordMode\":\"ManualRecord\"},"
#define OFF              "{\"RecordMode\":\"ClosedRecord\"},"

static const char *record =
    "{\"Record\":[" ALL_THE_TIME OFF OFF ALL_THE_TIME OFF "{}],\"Ret\":100}";

/* A later look; `page` answers what is asked about a last day, NULL where nothing is to be asked. */
static const struct vmm_mock_result *look_at(const char *time, const char *page)
{
    keep_answers(0);
    answer(1001, "login.json");
    answer(1021, "system-recorder.json");
    answer(1021, "work.json");
    answer(1043, "channels.json");
    answer(1021, "storage.json");
    answer_with(1453, time);
    answer_with(1043, record);
    answer_with(1441, WHOLE); /* the newest footage */
    if (page != NULL) {
        answer_with(1441, page);
    }
    if (then != NULL) {
        answer_with(1441, then);
    }
    const struct vmm_mock_result *seen =
        look(&(struct vmm_mock_ask){.note = note, .note_size = sizeof(note)});
    cr_assert_eq(seen->note_size, sizeof(note));
    memcpy(note, seen->note, sizeof(note));
    note[1] = 1; /* settings would only come between */
    looks++;
    return seen;
}

#define NOON "{\"OPTimeQuery\":\"2024-01-01 12:00:00\",\"Ret\":100}"

static const struct vmm_mock_result *look_for(const char *page)
{
    return look_at(NOON, page);
}

/* What the last look asked last. */
static bool has_asked(const char *words)
{
    size_t size = 0;
    const char *all = sent_on(looks - 1, &size);
    const char *last = all;
    for (const char *at = all; at != NULL; at = memmem(at, size - (size_t)(at - all), "Begin", 5)) {
        last = at++;
    }
    return memmem(last, size - (size_t)(last - all), words, strlen(words)) != NULL;
}

Test(xm_day, what_is_missing_in_the_last_day_is_told_with_the_mode)
{
    const struct vmm_mock_result *seen =
        look_for(FILES("100", ROW("2023-12-31 11:00:00", "2023-12-31 20:00:00") "," ROW(
                                  "2023-12-31 21:30:00", "2024-01-01 11:58:00")));
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    vmm_expect_number(seen, VMM_FACT_RECORDING_GAP, 1, 5400);
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "continuous");
    cr_expect(
        has_asked("\"2023-12-31 11:50:00\",\"EndTime\":\"2024-01-01 11:50:00\",\"Channel\":0,"));
}

Test(xm_day, each_channel_is_looked_through_once_a_day)
{
    vmm_expect_number(look_for(WHOLE), VMM_FACT_RECORDING_GAP, 1, 0);
    vmm_expect_number(look_for(WHOLE), VMM_FACT_RECORDING_GAP, 4, 0);
    cr_expect(has_asked("\"Channel\":3,"));
    for (int i = 0; i < 3; i++) {
        vmm_expect_absent(look_for(NULL), VMM_FACT_RECORDING_GAP, 1);
    }
    vmm_expect_fact(look_at("{\"OPTimeQuery\":\"2024-01-02 12:00:00\",\"Ret\":100}", WHOLE),
                    VMM_FACT_RECORDING_GAP, 1, VMM_STANDING_OK);
}

#define NONE "{\"Name\":\"OPFileQuery\",\"OPFileQuery\":null,\"Ret\":119}"

Test(xm_day, nothing_is_found_where_it_is_said_so_by_either_type)
{
    then = NONE;
    vmm_expect_number(look_for(NONE), VMM_FACT_RECORDING_GAP, 1, 86400);
    cr_expect(has_asked("\"Type\":\"h264\""));
}

/* None by the one Type alone is no hole. */
Test(xm_day, what_is_found_by_the_other_type_counts)
{
    static const char *const pages[] = {NONE, FILES("100", "")};
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        const uint8_t fresh[XM_NOTE_SIZE] = {3, 1, 2};
        memcpy(note, fresh, sizeof(note));
        then = WHOLE;
        vmm_expect_number(look_for(pages[i]), VMM_FACT_RECORDING_GAP, 1, 0);
        cr_expect(has_asked("\"Type\":\"h264\""));
        then = NULL;
        vmm_expect_number(look_for(WHOLE), VMM_FACT_RECORDING_GAP, 4, 0);
        cr_expect(has_asked("\"Type\":\"h264\""), "what it was found by is asked first");
    }
}

Test(xm_day, a_page_with_more_behind_it_goes_on_in_the_next_look)
{
    vmm_expect_absent(
        look_for(FILES("111", ROW("2023-12-31 11:00:00", "2023-12-31 15:00:00") "," ROW(
                                  "2023-12-31 15:00:05", "2023-12-31 18:00:00"))),
        VMM_FACT_RECORDING_GAP, 1);
    vmm_expect_number(look_for(FILES("110", ROW("2023-12-31 18:10:00", "2024-01-01 12:00:00"))),
                      VMM_FACT_RECORDING_GAP, 1, 600);
    cr_expect(has_asked("BeginTime\":\"2023-12-31 18:00:00\""));
}

Test(xm_day, as_many_rows_as_an_answer_holds_mean_more)
{
    char page[16384] = "{\"Name\":\"OPFileQuery\",\"Ret\":100,\"OPFileQuery\":[";
    for (int i = 0; i < 64; i++) {
        size_t used = strlen(page);
        snprintf(page + used, sizeof(page) - used,
                 "%s" ROW("2023-12-31 12:%02d:00", "2023-12-31 12:%02d:59"), i == 0 ? "" : ",",
                 i * 59 / 63, i * 59 / 63);
    }
    size_t used = strlen(page);
    snprintf(page + used, sizeof(page) - used, "]}");
    vmm_expect_absent(look_for(page), VMM_FACT_RECORDING_GAP, 1);
    vmm_expect_absent(look_for(page), VMM_FACT_RECORDING_GAP,
                      1); /* led nowhere: nothing is known */
    vmm_expect_number(look_for(WHOLE), VMM_FACT_RECORDING_GAP, 4, 0);
}

Test(xm_day, what_is_refused_or_not_understood_tells_nothing)
{
    static const char *const pages[] = {
        "{\"Name\":\"OPFileQuery\",\"Ret\":120}",
        FILES("100", ""),
        FILES("100", ROW("2023-12-31 11:00:00", "2024-01-01 12:00:00") "," ROW("soon", "later")),
        FILES("100", ROW("2024-01-01 11:00:00", "2024-01-01 10:00:00")),
    };
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        const uint8_t fresh[XM_NOTE_SIZE] = {3, 1, 2};
        memcpy(note, fresh, sizeof(note));
        then = i == 1 ? pages[i] : NULL;
        const struct vmm_mock_result *seen = look_for(pages[i]);
        vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
        vmm_expect_absent(seen, VMM_FACT_RECORDING_GAP, 1);
    }
}

/* A device that cannot bear the question is not asked again before tomorrow. */
Test(xm_day, one_that_falls_silent_is_left_alone_for_the_day)
{
    keep_answers(0);
    vmm_expect_end(look_for(NULL), VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_end(look_for(NULL), VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
}

Test(xm_day, only_channels_that_are_recorded_all_the_time_are_looked_through)
{
    record = "{\"Record\":[{\"RecordMode\":\"ConfigRecord\"}],\"Ret\":100}";
    vmm_expect_end(look_for(NULL), VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
}
