/* SPDX-License-Identifier: MIT */
/* What the tests of this plugin share: a mock host, options as they are read best, what a look has to end with. */
#ifndef TEST_GENERIC_H
#define TEST_GENERIC_H

#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdio.h>
#include <string.h>

/* The mock of the test that runs; for TestSuite: begin() opens the plugin, done() looks for complaints. */
static struct vmm_mock *mock;

static inline void begin(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(mock, "{\"certificates\":\"/srv/tls\"}");
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static inline void done(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_mock_destroy(mock);
}

/* JSON with ' for ", until the next call. */
static inline const char *json(const char *text)
{
    static char copy[8192];
    size_t size = strlen(text);
    cr_assert_lt(size, sizeof(copy));
    for (size_t i = 0; i <= size; i++) {
        copy[i] = text[i] == '\'' ? '"' : text[i];
    }
    return copy;
}

static inline const struct vmm_mock_result *look_with(const char *options)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = json(options)});
}

static inline const struct vmm_observation *fact(const struct vmm_mock_result *seen,
                                                 uint32_t number, uint32_t index)
{
    const struct vmm_observation *o = vmm_mock_find(seen, number, index);
    cr_assert_not_null(o, "fact %u of %u: %s", number, index, seen->detail);
    return o;
}

static inline void assert_end(const struct vmm_mock_result *seen, uint32_t outcome, uint32_t rung,
                              uint32_t reason)
{
    cr_assert_eq(seen->accepted, 0);
    cr_assert_eq(seen->outcome, outcome, "outcome %u: %s", seen->outcome, seen->detail);
    cr_assert_eq(seen->rung, rung, "rung %u: %s", seen->rung, seen->detail);
    cr_assert_eq(seen->reason, reason, "reason %u: %s", seen->reason, seen->detail);
}

static inline void assert_met(const struct vmm_mock_result *seen)
{
    assert_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    const struct vmm_observation *o = fact(seen, VMM_FACT_EXPECTATION, 0);
    cr_assert_eq(o->standing, VMM_STANDING_OK, "%s", o->text);
}

static inline void assert_broken(const struct vmm_mock_result *seen, const char *why)
{
    assert_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    const struct vmm_observation *o = fact(seen, VMM_FACT_EXPECTATION, 0);
    cr_assert_eq(o->standing, VMM_STANDING_FAULT, "%s", o->text);
    cr_assert_eq(o->reason, VMM_REASON_EXPECTATION);
    cr_assert_str_eq(o->text, why);
}

#endif
