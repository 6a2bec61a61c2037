/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/disk.h>

#include <string.h>

/* A job of our own: it keeps what it is told. */
struct vmm_job {
    size_t count;
    struct vmm_observation last;
    int64_t numbers[VMM_FACT_COUNT];
    char text[VMM_TEXT_MAX + 1];
};

static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    job->count++;
    job->last = *o;
    job->numbers[o->fact] = o->number;
    cr_assert_leq(o->text_size, VMM_TEXT_MAX);
    if (o->text != NULL) {
        memcpy(job->text, o->text, o->text_size);
    }
    job->text[o->text_size] = '\0';
    return 0;
}

static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};

Test(kit_observe, subject_and_type_follow_from_the_fact)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    vmm_observe_text(&to, VMM_FACT_MODEL, 0, vmm_text_of("IB8369A"));
    cr_assert_eq(job.last.subject, VMM_SUBJECT_DEVICE);
    cr_assert_eq(job.last.type, VMM_TYPE_TEXT);
    cr_assert_eq(job.last.standing, VMM_STANDING_OK);
    cr_assert_str_eq(job.text, "IB8369A");
    vmm_observe_fault_bool(&to, VMM_FACT_SIGNAL, 3, VMM_REASON_VIDEO_LOSS, false);
    cr_assert_eq(job.last.subject, VMM_SUBJECT_CHANNEL);
    cr_assert_eq(job.last.index, 3);
    cr_assert_eq(job.last.standing, VMM_STANDING_FAULT);
    cr_assert_eq(job.last.reason, VMM_REASON_VIDEO_LOSS);
    vmm_observe_unjudged(&to, VMM_FACT_SIGNAL, 1, vmm_text_of("maybe"));
    cr_assert_eq(job.last.type, VMM_TYPE_NONE);
    cr_assert_eq(job.last.standing, VMM_STANDING_NOT_JUDGED);
    vmm_observe_unjudged(&to, VMM_FACT_DISK_STATE, 1, vmm_text_of("strange"));
    cr_assert_eq(job.last.type, VMM_TYPE_TEXT);
    cr_assert_str_eq(job.text, "strange");
}

Test(kit_observe, a_recorder_without_a_disk_has_lost_its_first)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    vmm_observe_no_disk(&to);
    cr_assert_eq(job.last.subject, VMM_SUBJECT_DISK);
    cr_assert_eq(job.last.index, 1);
    cr_assert_eq(job.last.reason, VMM_REASON_DISK_MISSING);
    cr_assert_str_eq(job.text, "none");
    cr_assert_str_eq(vmm_option_expect_disk.default_json, "true");
}

Test(kit_observe, footage_that_was_not_found_is_at_least_that_old_and_proves_nothing)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    vmm_observe_no_footage(&to, 3, 3600);
    cr_assert_eq(job.last.fact, VMM_FACT_RECORDING_NEWEST);
    cr_assert_eq(job.last.subject, VMM_SUBJECT_CHANNEL);
    cr_assert_eq(job.last.index, 3);
    cr_assert_eq(job.last.standing, VMM_STANDING_NOT_JUDGED);
    cr_assert_eq(job.last.type, VMM_TYPE_INT);
    cr_assert_eq(job.last.number, 3600);
}

Test(kit_observe, a_number_that_is_no_fact_is_refused)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    cr_assert_eq(vmm_observe_int(&to, 0, 0, 1), VMM_E_INVAL);
    cr_assert_eq(vmm_observe_int(&to, VMM_FACT_COUNT, 0, 1), VMM_E_INVAL);
    cr_assert_eq(job.count, 0);
}

Test(kit_observe, texts_are_repaired_and_cut)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    char text[400];
    memset(text, '\xE9', sizeof(text));
    vmm_observe_text(&to, VMM_FACT_MODEL, 0, vmm_text_bytes(text, sizeof(text)));
    cr_assert_eq(job.last.text_size, 254, "127 whole characters of two bytes");
    vmm_observe_vendor(&to, "name", vmm_text_bytes(text, sizeof(text)));
    cr_assert_leq(job.last.text_size, VMM_TEXT_MAX);
    cr_assert_eq(strncmp(job.text, "name=\xC3\xA9", 7), 0);
}

Test(kit_observe, the_clock_is_taken_at_the_middle_of_the_request)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    vmm_observe_clock(&to, 5000, 1000, 3000000, 5000000);
    cr_assert_eq(job.numbers[VMM_FACT_CLOCK_OFFSET], 1000);
    cr_assert_eq(job.numbers[VMM_FACT_CLOCK_UNCERTAINTY], 2000);
    job.count = 0;
    vmm_observe_clock(&to, 5000, 1000, 5000000, 3000000);
    cr_assert_eq(job.count, 0, "our own clock was set back meanwhile");
}

Test(kit_observe, finds_facts_and_reasons_by_their_words)
{
    uint32_t subject = 0;
    uint32_t type = 0;
    cr_assert_eq(vmm_observe_fact(vmm_text_of("disk_state"), &subject, &type), VMM_FACT_DISK_STATE);
    cr_assert_eq(subject, VMM_SUBJECT_DISK);
    cr_assert_eq(type, VMM_TYPE_TEXT);
    cr_assert_eq(vmm_observe_fact(vmm_text_of("disk"), NULL, NULL), 0);
    cr_assert_eq(vmm_observe_reason(vmm_text_of("video_loss")), VMM_REASON_VIDEO_LOSS);
    cr_assert_eq(vmm_observe_reason(vmm_text_of("nothing")), VMM_E_NOENT);
}

Test(kit_observe, an_address_is_told_in_one_form_or_not_at_all)
{
    static const char *const good[] = {"0002D1322F7D", "00:02:d1:32:2f:7d", "00-02-D1-32-2F-7D"};
    static const char *const bad[] = {"",
                                      "0002D1322F7",
                                      "0002D1322F7Z",
                                      "00:02:D1:32:2F:7",
                                      "00.02.D1.32.2F.7D",
                                      "00:02:D1:32:2F:7D:00"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct vmm_job job = {0};
        struct vmm_observer to = {&probe, &job};
        cr_assert_eq(vmm_observe_mac(&to, vmm_text_of(good[i])), 0);
        cr_assert_str_eq(job.text, "00:02:d1:32:2f:7d");
        cr_assert_eq(job.last.fact, VMM_FACT_MAC);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct vmm_job job = {0};
        struct vmm_observer to = {&probe, &job};
        cr_assert_eq(vmm_observe_mac(&to, vmm_text_of(bad[i])), VMM_E_INVAL, "%s", bad[i]);
        cr_assert_eq(job.count, 0);
    }
}
