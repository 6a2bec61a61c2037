/* SPDX-License-Identifier: MIT */
/* How channels are to be recorded, by the sections and masks of a week. */
#include "test_xm.h"

#include <stdio.h>

TestSuite(xm_record, .init = set_up, .fini = tear_down);

#define ALL_DAY "00:00:00-24:00:00"

static char rows[16384];

static void add(const char *text)
{
    size_t used = strlen(rows);
    snprintf(rows + used, sizeof(rows) - used, "%s", text);
}

/* A list of seven days of six spans: the first as given, on `odd` on Wednesdays, the others not used. */
static void add_week(const char *name, const char *first, const char *odd, const char *unused)
{
    char text[96];
    snprintf(text, sizeof(text), ",\"%s\":[", name);
    add(text);
    for (int day = 0; day < 7; day++) {
        snprintf(text, sizeof(text), "%s[\"%s\"", day > 0 ? "," : "", day == 3 ? odd : first);
        add(text);
        for (int i = 1; i < 6; i++) {
            snprintf(text, sizeof(text), ",\"%s\"", unused);
            add(text);
        }
        add("]");
    }
    add("]");
}

static void add_channel(const char *section, const char *odd, const char *mask)
{
    add(rows[0] == '\0' ? "{\"RecordMode\":\"ConfigRecord\"" : ",{\"RecordMode\":\"ConfigRecord\"");
    add_week("TimeSection", section, odd, "0 " ALL_DAY);
    add_week("Mask", mask, mask, "0x00000000");
    add("}");
}

/* A look at a recorder whose channels are recorded so; its clock shows 12:00:00. */
static const struct vmm_mock_result *look_at_rows(void)
{
    static char body[20000];
    snprintf(body, sizeof(body),
             "{\"Name\":\"Record\",\"Record\":[%s],\"Ret\":100,\"SessionID\":\"0x00000057\"}",
             rows);
    static const struct {
        uint16_t id;
        const char *name;
    } parts[] = {{1001, "login.json"},    {1021, "system-recorder.json"}, {1043, "general.json"},
                 {1043, "ntp.json"},      {1049, "titles.json"},          {1021, "work.json"},
                 {1043, "channels.json"}, {1021, "storage.json"},         {1453, "time.json"}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        answer(parts[i].id, parts[i].name);
    }
    answer_with(1043, body);
    answer(1441, "files.json");
    return look(&(struct vmm_mock_ask){0});
}

Test(xm_record, the_mask_tells_recording_all_the_time_from_that_on_motion)
{
    add_channel("1 " ALL_DAY, "1 " ALL_DAY, "0x00000007");
    add_channel("1 " ALL_DAY, "1 " ALL_DAY, "0x00000006");
    add_channel("0 " ALL_DAY, "0 " ALL_DAY, "0x00000007");
    add_channel("1 " ALL_DAY, "1 " ALL_DAY, "0x00000000");
    const struct vmm_mock_result *seen = look_at_rows();
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "continuous");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 2, "motion");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 3, "off");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 4, "off");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_DUE, 1);
}

Test(xm_record, a_schedule_is_due_or_not_where_all_days_are_alike)
{
    add_channel("1 07:00:00-18:00:00", "1 07:00:00-18:00:00", "0x00000007");
    add_channel("1 18:00:00-20:00:00", "1 18:00:00-20:00:00", "0x00000001");
    add_channel("1 07:00:00-18:00:00", "0 07:00:00-18:00:00", "0x00000007");
    const struct vmm_mock_result *seen = look_at_rows();
    for (uint32_t channel = 1; channel <= 3; channel++) {
        vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, channel, "schedule");
    }
    vmm_expect_number(seen, VMM_FACT_RECORDING_DUE, 1, 1);
    vmm_expect_number(seen, VMM_FACT_RECORDING_DUE_SINCE, 1, 5 * 3600);
    vmm_expect_number(seen, VMM_FACT_RECORDING_DUE, 2, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_DUE, 3); /* which day comes first is not known */
}

Test(xm_record, a_plan_that_is_not_understood_is_a_schedule_and_no_more)
{
    add_channel("1 " ALL_DAY, "1 25:00:00-26:00:00", "0x00000007");
    add_channel("1 " ALL_DAY, "1 " ALL_DAY, "seven");
    add_channel("perhaps " ALL_DAY, "1 " ALL_DAY, "0x00000007");
    add(",{\"RecordMode\":\"ConfigRecord\",\"TimeSection\":[],\"Mask\":[]}");
    const struct vmm_mock_result *seen = look_at_rows();
    for (uint32_t channel = 1; channel <= 4; channel++) {
        vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, channel, "schedule");
        vmm_expect_absent(seen, VMM_FACT_RECORDING_DUE, channel);
    }
}
