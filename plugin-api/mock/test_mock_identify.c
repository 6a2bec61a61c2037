/* SPDX-License-Identifier: MIT */
/* What the mock says of a plugin that has bad opinions, and of a transcript that is none. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <vmm/probe.h>

#include <mock/mock_host.h>

static int seer_open(const struct vmm_host *host, void **self)
{
    (void)host;
    *self = NULL;
    return 0;
}

static void seer_close(void *self)
{
    (void)self;
}

static int seer_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)job;
    (void)look;
    return VMM_E_NOTSUP;
}

static void seer_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = seer_open,
                                         .close = seer_close,
                                         .probe = seer_probe,
                                         .cancel = seer_cancel};

static void say(struct vmm_opinion *out, const char *family, uint32_t certainty, const char *why)
{
    snprintf(out->family, sizeof(out->family), "%s", family);
    snprintf(out->why, sizeof(out->why), "%s", why);
    out->certainty = certainty;
}

static void good(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    say(out, "seer", seen->count > 0 ? 60 : 0, seen->count > 0 ? "something is there" : "");
}

static void too_sure(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    (void)seen;
    say(out, "seer", 101, "very sure");
}

static void of_another(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    (void)seen;
    say(out, "oracle", 60, "it is theirs");
}

static void speechless(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    (void)seen;
    say(out, "seer", 60, "");
}

static void by_nothing(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    say(out, "seer", 60, "by the next one");
    out->answer = seen->count + 1;
}

static void fickle(const struct vmm_transcript *seen, struct vmm_opinion *out)
{
    static uint32_t asked;
    (void)seen;
    say(out, "seer", ++asked, "now and then");
}

typedef void (*opinion_fn)(const struct vmm_transcript *seen, struct vmm_opinion *out);

static const char *complaints_over(opinion_fn opinion, const char *recorded)
{
    static char text[256];
    const struct vmm_identify_ops judge = {.struct_size = sizeof(judge), .opinion = opinion};
    const struct vmm_extension extension = {
        .struct_size = sizeof(extension), .id = VMM_IDENTIFY, .table = &judge};
    const struct vmm_extension *const extensions[] = {&extension, NULL};
    struct vmm_descriptor with = {.struct_size = sizeof(with),
                                  .abi_major = VMM_ABI_MAJOR,
                                  .abi_minor = VMM_ABI_MINOR,
                                  .kind = VMM_KIND_PROBE,
                                  .name = "seer",
                                  .version = "0.1.0",
                                  .flag = "FEATURE_VMS_SEER",
                                  .summary = "has opinions",
                                  .licence = "MIT",
                                  .generation = VMM_GENERATION_OVERLAP,
                                  .ops = &ops};
    with.extensions = extensions;
    struct vmm_mock *host = vmm_mock_create(&with);
    vmm_mock_identify(host, recorded);
    snprintf(text, sizeof(text), "%s", vmm_mock_complaints(host));
    vmm_mock_destroy(host);
    return text;
}

Test(mock_identify, a_good_opinion_is_no_complaint)
{
    cr_expect_str_empty(complaints_over(good, ""));
    cr_expect_str_empty(complaints_over(good, "=== open 8000\n=== rtsp 554\nRTSP/1.0 200 OK\n"));
}

Test(mock_identify, a_bad_one_is)
{
    cr_expect_not_null(strstr(complaints_over(too_sure, ""), "more than certain"));
    cr_expect_not_null(strstr(complaints_over(of_another, ""), "of another family"));
    cr_expect_not_null(strstr(complaints_over(speechless, ""), "without one line"));
    cr_expect_not_null(strstr(complaints_over(by_nothing, ""), "that there is not"));
    cr_expect_not_null(strstr(complaints_over(fickle, ""), "another opinion"));
}

Test(mock_identify, a_record_that_is_none_is)
{
    cr_expect_not_null(strstr(complaints_over(good, "GET /\n"), "no record"));
    cr_expect_not_null(strstr(complaints_over(good, "=== gopher 70 /\n"), "no record"));
}
