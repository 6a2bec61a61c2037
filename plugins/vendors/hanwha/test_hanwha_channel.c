/* SPDX-License-Identifier: MIT */
/* The channels of a recorder. */
#include "test_hanwha.h"

Test(hanwha, registered_channels_are_judged_and_empty_slots_are_not)
{
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_MODEL, 1, "XNV-6081");
    vmm_expect_text(seen, VMM_FACT_CHANNEL_HOST, 1, "192.0.2.21");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 3, VMM_REASON_VIDEO_LOSS);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_STATE, 3, "ConnectFail");
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 5);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 6);
    vmm_expect_absent(seen, VMM_FACT_CHANNEL_ENABLED, 6);
}

Test(hanwha, a_loss_of_video_goes_over_the_register)
{
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 4);
    size_t told = 0;
    for (size_t i = 0; i < seen->observation_count; i++) {
        const struct vmm_observation *o = &seen->observations[i];
        told += o->fact == VMM_FACT_SIGNAL && o->index == 2 ? 1 : 0;
    }
    cr_assert_eq(told, 1, "one word for one channel");
    vmm_expect_fault(seen, VMM_FACT_HARDWARE, 0, VMM_REASON_HARDWARE_FAULT);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_HARDWARE, "*"), 1);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_HARDWARE, "SystemEvent.CPUFanError"), 1);
}

/* ---- A loss, look by look ---- */

#define NG "NG\r\nError Code: 604\r\n"

static uint8_t note[VMM_NOTE_MAX];
static size_t note_size;

/* The next look at the same recorder; each is a first one as far as turns go. */
static const struct vmm_mock_result *look_on(const char *events, const char *cameras)
{
    for (size_t i = 0; i < 6; i++) {
        const char *target = recorder[i][0];
        bool is_events = strcmp(target, EVENTS) == 0;
        expect_body(target, is_events                       ? events
                            : strcmp(target, REGISTER) == 0 ? cameras
                                                            : fixture(recorder[i][1]));
    }
    note[1] = 0;
    vmm_mock_set_wall(mock, NEW_YEAR_US);
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.options = "{}", .note = note, .note_size = note_size});
    cr_assert_not_null(seen->note);
    note_size = seen->note_size;
    memcpy(note, seen->note, note_size);
    return seen;
}

#define LOST                                                                                       \
    "Channel.0.Videoloss=True\r\nChannel.1.Videoloss=False\r\nChannel.127.Videoloss=True\r\n"
#define FOUND                                                                                      \
    "Channel.0.Videoloss=False\r\nChannel.1.Videoloss=False\r\nChannel.127.Videoloss=False\r\n"

Test(hanwha, a_loss_that_ended_is_told_where_the_register_says_nothing)
{
    static const char *const registers[] = {NG, "Channel.1.Status=Success\r\n"};
    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
        note_size = 0;
        const struct vmm_mock_result *seen = look_on(FOUND, registers[i]);
        vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
        seen = look_on(LOST, registers[i]);
        vmm_expect_fault(seen, VMM_FACT_SIGNAL, 1, VMM_REASON_VIDEO_LOSS);
        vmm_expect_fault(seen, VMM_FACT_SIGNAL, 128, VMM_REASON_VIDEO_LOSS);
        for (int again = 0; again < 3; again++) {
            seen = look_on(FOUND, registers[i]);
            vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
            vmm_expect_number(seen, VMM_FACT_SIGNAL, 128, 1);
            vmm_expect_absent(seen, VMM_FACT_SIGNAL, 3);
        }
        seen = look_on(LOST, registers[i]);
        vmm_expect_fault(seen, VMM_FACT_SIGNAL, 1, VMM_REASON_VIDEO_LOSS);
    }
}

Test(hanwha, a_channel_that_was_never_lost_is_not_judged_without_the_register)
{
    note_size = 0;
    look_on(LOST, NG);
    vmm_expect_absent(look_on(FOUND, NG), VMM_FACT_SIGNAL, 2);
}

Test(hanwha, an_event_that_is_not_told_or_not_understood_ends_no_loss)
{
    note_size = 0;
    look_on(LOST, NG);
    vmm_expect_absent(look_on("Channel.1.Videoloss=False\r\n", NG), VMM_FACT_SIGNAL, 1);
    vmm_expect_unjudged(look_on("Channel.0.Videoloss=soon\r\n", NG), VMM_FACT_SIGNAL, 1);
    vmm_expect_absent(look_on(NG, NG), VMM_FACT_SIGNAL, 1);
    vmm_expect_number(look_on(FOUND, NG), VMM_FACT_SIGNAL, 1, 1);
}

/* What the register says of a channel stands, and what it said last is not taken back by the events. */
Test(hanwha, the_register_has_the_last_word_on_a_loss)
{
    note_size = 0;
    look_on(LOST, NG);
    const struct vmm_mock_result *seen = look_on(FOUND, "Channel.0.Status=ConnectFail\r\n");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 1, VMM_REASON_VIDEO_LOSS);
    vmm_expect_absent(look_on(FOUND, NG), VMM_FACT_SIGNAL, 1);
    look_on(LOST, "Channel.0.Status=Success\r\n");
    seen = look_on(FOUND, "Channel.0.Status=Success\r\n");
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    look_on(LOST, NG);
    seen = look_on(FOUND, "Channel.0.Status=\r\nChannel.1.Status=Success\r\n");
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1); /* an empty slot */
}

Test(hanwha, a_note_of_an_older_version_says_nothing)
{
    memset(note, 0xFF, sizeof(note));
    note[0] = 2;
    note_size = 76;
    const struct vmm_mock_result *seen = look_on(FOUND, NG);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    cr_assert_eq(seen->note[0], 3);
}
