/* SPDX-License-Identifier: MIT */
/*
 * Short ways to say with Criterion what a look has to yield, for tests that use the mock host.
 * A header only: the mock itself needs no test framework.
 */
#ifndef VMM_MOCK_EXPECT_H
#define VMM_MOCK_EXPECT_H

#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VMM_EXPECT_SOME static __attribute__((unused)) /* not each test uses each of them */

#define VMM_EXPECT_FIXTURE_MAX 65536u

/* The bytes of a file, with a NUL behind them that does not count; good for the next fifteen calls.
 * `size` may be NULL. */
VMM_EXPECT_SOME const char *vmm_expect_fixture(const char *folder, const char *name, size_t *size)
{
    static char texts[16][VMM_EXPECT_FIXTURE_MAX + 1];
    static size_t next;
    char *text = texts[next++ % 16];
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t length = fread(text, 1, VMM_EXPECT_FIXTURE_MAX, file);
    cr_assert(feof(file), "%s is too large", path);
    fclose(file);
    text[length] = '\0';
    if (size != NULL) {
        *size = length;
    }
    return text;
}

VMM_EXPECT_SOME void vmm_expect_end(const struct vmm_mock_result *seen, uint32_t outcome,
                                    uint32_t rung, uint32_t reason)
{
    cr_assert_eq(seen->accepted, 0);
    cr_assert(seen->finished);
    cr_assert_eq(seen->outcome, outcome, "outcome %u: %s", seen->outcome, seen->detail);
    cr_assert_eq(seen->rung, rung, "rung %u: %s", seen->rung, seen->detail);
    cr_assert_eq(seen->reason, reason, "reason %u: %s", seen->reason, seen->detail);
}

VMM_EXPECT_SOME void vmm_expect_detail(const struct vmm_mock_result *seen, const char *part)
{
    cr_assert_not_null(strstr(seen->detail, part), "%s", seen->detail);
}

VMM_EXPECT_SOME const struct vmm_observation *vmm_expect_fact(const struct vmm_mock_result *seen,
                                                              uint32_t fact, uint32_t index,
                                                              uint32_t standing)
{
    const struct vmm_observation *o = vmm_mock_find(seen, fact, index);
    cr_assert_not_null(o, "fact %u of %u is not told", fact, index);
    cr_assert_eq(o->standing, standing, "fact %u of %u: standing %u", fact, index, o->standing);
    return o;
}

VMM_EXPECT_SOME void vmm_expect_text(const struct vmm_mock_result *seen, uint32_t fact,
                                     uint32_t index, const char *text)
{
    cr_assert_str_eq(vmm_expect_fact(seen, fact, index, VMM_STANDING_OK)->text, text);
}

VMM_EXPECT_SOME void vmm_expect_number(const struct vmm_mock_result *seen, uint32_t fact,
                                       uint32_t index, int64_t number)
{
    int64_t is = vmm_expect_fact(seen, fact, index, VMM_STANDING_OK)->number;
    cr_assert_eq(is, number, "fact %u of %u is %lld", fact, index, (long long)is);
}

VMM_EXPECT_SOME void vmm_expect_fault(const struct vmm_mock_result *seen, uint32_t fact,
                                      uint32_t index, uint32_t reason)
{
    uint32_t is = vmm_expect_fact(seen, fact, index, VMM_STANDING_FAULT)->reason;
    cr_assert_eq(is, reason, "fact %u of %u: reason %u", fact, index, is);
}

VMM_EXPECT_SOME void vmm_expect_unjudged(const struct vmm_mock_result *seen, uint32_t fact,
                                         uint32_t index)
{
    vmm_expect_fact(seen, fact, index, VMM_STANDING_NOT_JUDGED);
}

/* Footage of the channel was looked for so far back, and none was found. */
VMM_EXPECT_SOME void vmm_expect_no_footage(const struct vmm_mock_result *seen, uint32_t index,
                                           int64_t seconds)
{
    const struct vmm_observation *o =
        vmm_expect_fact(seen, VMM_FACT_RECORDING_NEWEST, index, VMM_STANDING_NOT_JUDGED);
    cr_assert_eq(o->type, VMM_TYPE_INT);
    cr_assert_eq(o->number, seconds, "channel %u: %lld s", index, (long long)o->number);
}

VMM_EXPECT_SOME void vmm_expect_absent(const struct vmm_mock_result *seen, uint32_t fact,
                                       uint32_t index)
{
    cr_assert_null(vmm_mock_find(seen, fact, index), "fact %u of %u is told", fact, index);
}

/* How many facts of this number have this text, or begin with it when it ends in '*'. */
VMM_EXPECT_SOME size_t vmm_expect_count(const struct vmm_mock_result *seen, uint32_t fact,
                                        const char *text)
{
    size_t count = 0;
    size_t length = strlen(text);
    bool begins = length > 0 && text[length - 1] == '*';
    for (size_t i = 0; i < seen->observation_count; i++) {
        const struct vmm_observation *o = &seen->observations[i];
        if (o->fact == fact && o->text != NULL) {
            count += begins ? strncmp(o->text, text, length - 1) == 0 : strcmp(o->text, text) == 0;
        }
    }
    return count;
}

/* A fact of the vendor, "name=value". */
VMM_EXPECT_SOME void vmm_expect_vendor(const struct vmm_mock_result *seen, const char *text)
{
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_VENDOR, text), 1, "%s", text);
}

/* No text of the look holds this. */
VMM_EXPECT_SOME void vmm_expect_nowhere(const struct vmm_mock_result *seen, const char *secret)
{
    cr_assert_null(strstr(seen->detail, secret), "%s", seen->detail);
    for (size_t i = 0; i < seen->observation_count; i++) {
        const char *text = seen->observations[i].text;
        cr_assert(text == NULL || strstr(text, secret) == NULL, "%s", text);
    }
}

/* Each request so far is one of `allowed`, "METHOD target", ended by NULL; "METHOD beginning*" fits
 * all that begin so. A probe that may only read is held to its list by this. */
VMM_EXPECT_SOME void vmm_expect_only(const struct vmm_mock *host, const char *const *allowed)
{
    for (size_t i = 0; i < vmm_mock_request_count(host); i++) {
        const struct vmm_mock_request *request = vmm_mock_request(host, i);
        char line[2560];
        bool fits = false;
        snprintf(line, sizeof(line), "%s %s", request->method, request->target);
        for (const char *const *at = allowed; *at != NULL; at++) {
            size_t length = strlen(*at);
            bool begins = (*at)[length - 1] == '*';
            fits = fits || (begins ? strncmp(*at, line, length - 1) == 0 : strcmp(*at, line) == 0);
        }
        cr_assert(fits, "not allowed: %s", line);
    }
}

#endif
