/* SPDX-License-Identifier: MIT */
/* What the mock says of a plugin that judges options badly. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <vmm/probe.h>

#include <mock/mock_host.h>

static int judge_open(const struct vmm_host *host, void **self)
{
    (void)host;
    *self = NULL;
    return 0;
}

static void judge_close(void *self)
{
    (void)self;
}

static int judge_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    (void)self;
    (void)job;
    (void)look;
    return VMM_E_NOTSUP;
}

static void judge_cancel(void *self, struct vmm_job *job)
{
    (void)self;
    (void)job;
}

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = judge_open,
                                         .close = judge_close,
                                         .probe = judge_probe,
                                         .cancel = judge_cancel};

static unsigned asked;

/* "{}": good, then bad. */
static int fickle(const char *options, char *why, size_t why_size)
{
    (void)options;
    snprintf(why, why_size, "because");
    return asked++ == 0 ? 0 : VMM_E_INVAL;
}

static int speechless(const char *options, char *why, size_t why_size)
{
    (void)options;
    (void)why;
    (void)why_size;
    return VMM_E_INVAL;
}

static const char *complaints_over(int (*check)(const char *, char *, size_t))
{
    static char text[256];
    const struct vmm_options_ops judge = {.struct_size = sizeof(judge), .check = check};
    const struct vmm_extension extension = {
        .struct_size = sizeof(extension), .id = VMM_OPTIONS, .table = &judge};
    const struct vmm_extension *const extensions[] = {&extension, NULL};
    struct vmm_descriptor with = {.struct_size = sizeof(with),
                                  .abi_major = VMM_ABI_MAJOR,
                                  .abi_minor = VMM_ABI_MINOR,
                                  .kind = VMM_KIND_PROBE,
                                  .name = "judge",
                                  .version = "0.1.0",
                                  .flag = "FEATURE_VMS_JUDGE",
                                  .summary = "judges options",
                                  .licence = "MIT",
                                  .generation = VMM_GENERATION_OVERLAP,
                                  .ops = &ops};
    with.extensions = extensions;
    struct vmm_mock *host = vmm_mock_create(&with);
    vmm_mock_options(host, "{}");
    snprintf(text, sizeof(text), "%s", vmm_mock_complaints(host));
    vmm_mock_destroy(host);
    return text;
}

Test(mock_options, that_are_judged_twice_differently_or_without_a_word_are_complaints)
{
    cr_assert_not_null(strstr(complaints_over(fickle), "judged differently: , then because"));
    cr_assert_not_null(strstr(complaints_over(speechless), "without one line that says why"));
}
