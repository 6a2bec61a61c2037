/* SPDX-License-Identifier: MIT */
/* The newest footage of a channel: how it is looked for, and by which Type. The recorder's clock shows noon. */
#include "test_xm.h"

#include "xm_note.h"

TestSuite(xm_files, .init = set_up, .fini = tear_down);

#define NONE    "{\"Name\":\"OPFileQuery\",\"OPFileQuery\":null,\"Ret\":119}"
#define BY_ANY  "\"Type\":\"*\""
#define BY_H264 "\"Type\":\"h264\""

/* A first look whose questions for footage are answered so; NULL ends them. */
static const struct vmm_mock_result *look_for(const char *const *answers)
{
    keep_answers(0);
    play_recorder();
    keep_answers(RECORDER_ANSWERS - 1);
    for (; *answers != NULL; answers++) {
        answer_with(1441, *answers);
    }
    return look(&(struct vmm_mock_ask){0});
}

/* What was sent behind the first so many questions for footage. */
static const char *behind(size_t asked, size_t *size)
{
    const char *at = sent_on(0, size);
    const char *end = at + *size;
    for (; at != NULL && asked > 0; asked--) {
        at = memmem(at, (size_t)(end - at), "BeginTime", 9);
        at = at != NULL ? at + 9 : NULL;
    }
    cr_assert_not_null(at);
    *size = (size_t)(end - at);
    return at;
}

/* Whether the question for footage at this place, from 1, says so. */
static bool has_asked(size_t place, const char *words)
{
    size_t size = 0;
    const char *at = behind(place, &size);
    const char *next = memmem(at, size, "BeginTime", 9);
    return memmem(at, next != NULL ? (size_t)(next - at) : size, words, strlen(words)) != NULL;
}

static size_t count_asked(void)
{
    size_t size = 0;
    size_t count = 0;
    const char *at = sent_on(0, &size);
    const char *end = at + size;
    while ((at = memmem(at, (size_t)(end - at), "BeginTime", 9)) != NULL) {
        at += 9;
        count++;
    }
    return count;
}

Test(xm_files, without_footage_a_longer_span_is_looked_through_and_that_by_the_other_type)
{
    static const char *const none[] = {NONE, "{\"Name\":\"OPFileQuery\",\"Ret\":109}", NONE, NULL};
    const struct vmm_mock_result *seen = look_for(none);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    vmm_expect_no_footage(seen, 1, 72 * 3600);
    cr_expect_eq(count_asked(), 3);
    cr_expect(has_asked(1, "2024-01-01 10:00:00") && has_asked(1, BY_ANY));
    cr_expect(has_asked(2, "2023-12-29 12:00:00") && has_asked(2, BY_ANY));
    cr_expect(has_asked(3, "2023-12-29 12:00:00") && has_asked(3, BY_H264));
}

#define ROWS                                                                                       \
    "{\"Name\":\"OPFileQuery\",\"OPFileQuery\":[{\"BeginTime\":\"2024-01-01 10:10:00\","           \
    "\"EndTime\":\"2024-01-01 11:50:00\"}],\"Ret\":100}"

/* A later look of that device asks no more than any other. */
Test(xm_files, what_is_found_by_the_other_type_alone_is_asked_so_from_then_on)
{
    static const char *const found[] = {NONE, NONE, ROWS, NULL};
    const struct vmm_mock_result *seen = look_for(found);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 600);
    uint8_t note[XM_NOTE_SIZE];
    cr_assert_eq(seen->note_size, sizeof(note));
    memcpy(note, seen->note, sizeof(note));
    note[1] = 0; /* with the settings again */
    keep_answers(RECORDER_ANSWERS - 1);
    answer_with(1441, ROWS);
    seen = look(&(struct vmm_mock_ask){.note = note, .note_size = sizeof(note)});
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 4, 600); /* 2 is lost, 3 is set to none */
    size_t size = 0;
    const char *all = sent_on(1, &size);
    cr_expect_null(memmem(all, size, BY_ANY, strlen(BY_ANY)));
}

/* That one Type finds nothing tells nothing while the other was not answered. */
Test(xm_files, without_an_answer_by_the_other_type_nothing_is_missing)
{
    static const char *const refused[] = {NONE, NONE, "{\"Name\":\"OPFileQuery\",\"Ret\":120}",
                                          NULL};
    static const char *const silent[] = {NONE, NONE, NULL};
    const struct vmm_mock_result *seen = look_for(refused);
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    seen = look_for(silent);
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

static const struct vmm_mock_result *look_at_part(const char *end)
{
    char body[256];
    snprintf(body, sizeof(body),
             "{\"Name\":\"OPFileQuery\",\"OPFileQuery\":[{\"BeginTime\":\"2024-01-01 10:10:00\","
             "\"EndTime\":\"2024-01-01 %s\"}],\"Ret\":111}",
             end);
    const char *const part[] = {body, NULL};
    return look_for(part);
}

Test(xm_files, of_a_part_of_the_list_only_fresh_footage_is_believed)
{
    vmm_expect_absent(look_at_part("10:40:00"), VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_number(look_at_part("11:50:00"), VMM_FACT_RECORDING_NEWEST, 1, 600);
}

/* The rest of a full page may be empty: what was found before counts, and nothing is asked over. */
Test(xm_files, behind_a_full_page_there_may_be_nothing)
{
    char page[16384] = "{\"Name\":\"OPFileQuery\",\"Ret\":100,\"OPFileQuery\":[";
    for (int i = 0; i < 64; i++) {
        size_t used = strlen(page);
        snprintf(
            page + used, sizeof(page) - used,
            "%s{\"BeginTime\":\"2024-01-01 10:%02d:00\",\"EndTime\":\"2024-01-01 10:%02d:59\"}",
            i == 0 ? "" : ",", i * 59 / 63, i * 59 / 63);
    }
    size_t used = strlen(page);
    snprintf(page + used, sizeof(page) - used, "]}");
    const char *const answers[] = {page, NONE, NULL};
    const struct vmm_mock_result *seen = look_for(answers);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 3601);
    cr_expect_eq(count_asked(), 2);
}
