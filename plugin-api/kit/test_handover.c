/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/handover.h>

#include <stdio.h>
#include <string.h>

/* A job of our own: it keeps the last text of each fact, and the vendor's own words one after another. */
struct vmm_job {
    char provider[VMM_TEXT_MAX + 1];
    char words[256];
};

static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    if (o->fact == VMM_FACT_PROVIDER) {
        snprintf(job->provider, sizeof(job->provider), "%.*s", (int)o->text_size, o->text);
    } else {
        size_t size = strlen(job->words);
        snprintf(job->words + size, sizeof(job->words) - size, "%.*s;", (int)o->text_size, o->text);
    }
    return 0;
}

static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};

static struct vmm_http_answer answer_of(const char *headers, const char *body)
{
    return (struct vmm_http_answer){.status = 200,
                                    .headers = headers,
                                    .headers_size = strlen(headers),
                                    .body = (const uint8_t *)body,
                                    .body_size = strlen(body)};
}

Test(kit_handover, a_device_is_unwell_that_refuses_for_load_or_fails)
{
    static const struct {
        uint32_t status;
        uint32_t outcome; /* 0: it is well */
    } statuses[] = {{200, 0},
                    {401, 0},
                    {404, 0},
                    {501, 0},
                    {429, VMM_OUTCOME_LIMIT},
                    {503, VMM_OUTCOME_LIMIT},
                    {500, VMM_OUTCOME_BAD_REPLY},
                    {599, VMM_OUTCOME_BAD_REPLY}};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        struct vmm_part part = {0};
        struct vmm_http_answer answer = answer_of("", "");
        answer.status = statuses[i].status;
        cr_assert_eq(vmm_handover_is_unwell(&answer, &part), statuses[i].outcome != 0, "%u",
                     statuses[i].status);
        cr_assert_eq(part.outcome, statuses[i].outcome, "%u", statuses[i].status);
    }
}

Test(kit_handover, what_a_front_page_says_of_itself_is_reported)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    struct vmm_http_answer answer = answer_of(
        "Server: thttpd\r\nWWW-Authenticate: Basic realm=\"DVR\"\r\n", "<title>Viewer</title>");
    vmm_handover_front(&answer, &to);
    cr_assert_str_eq(job.words, "server=thttpd;realm=DVR;title=Viewer;");
}

Test(kit_handover, a_page_that_says_nothing_is_not_reported)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    struct vmm_http_answer answer = answer_of("Server:\r\n", "<html>");
    vmm_handover_front(&answer, &to);
    cr_assert_str_empty(job.words);
}

Test(kit_handover, the_provider_is_named_and_nothing_is_judged)
{
    struct vmm_job job = {0};
    struct vmm_part part = {0};
    struct vmm_observer to = {&probe, &job};
    vmm_handover_to("onvif", &to, &part);
    cr_assert_str_eq(job.provider, "onvif");
    cr_assert_eq(part.outcome, VMM_OUTCOME_UNSUPPORTED);
    cr_assert_eq(part.rung, VMM_RUNG_PARSE);
    cr_assert_str_eq(part.detail, "it speaks the language of the provider onvif");
}
