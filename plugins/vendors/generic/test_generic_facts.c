/* SPDX-License-Identifier: MIT */
/* Every fact of the vocabulary can be told from a line of an answer, but for those that follow from others. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <mock/mock_host.h>

#define INDEX 3

static const struct fact {
    uint32_t fact;
    const char *word;
    uint32_t subject;
    uint32_t type;
} facts[] = {
#define FACT(number, NAME, word, subject, type, unit, meaning)                                     \
    {VMM_FACT_##NAME, word, VMM_SUBJECT_##subject, VMM_TYPE_##type},
    VMM_FACTS(FACT)
#undef FACT
};

/* Half the round trip of a clock's answer, and what is noticed in the words of a plugin. */
static bool follows_from_others(uint32_t fact)
{
    return fact == VMM_FACT_CLOCK_UNCERTAINTY || fact == VMM_FACT_FINDING;
}

static const char *value_of(const struct fact *fact)
{
    if (fact->fact == VMM_FACT_CLOCK_OFFSET) {
        return "1704067200"; /* the mock's time */
    }
    return fact->type == VMM_TYPE_BOOL ? "true" : fact->type == VMM_TYPE_INT ? "7" : "off";
}

static const struct vmm_mock_result *look(struct vmm_mock *mock, const struct fact *fact)
{
    char options[400];
    char body[64];
    snprintf(options, sizeof(options),
             "{\"requests\":[{\"name\":\"a\",\"path\":\"/a\",\"extract\":[{\"from\":\"keyvalue\","
             "\"key\":\"v\",\"name\":\"x\",\"fact\":\"%s\",\"index\":%d%s}]}]}",
             fact->word, INDEX, fact->fact == VMM_FACT_CLOCK_OFFSET ? ",\"format\":\"%s\"" : "");
    snprintf(body, sizeof(body), "v=%s\n", value_of(fact));
    if (follows_from_others(fact->fact)) {
        cr_expect_not_null(strstr(vmm_mock_options(mock, options), "is no fact that can be set"),
                           "%s", fact->word);
        return NULL;
    }
    cr_expect_str_empty(vmm_mock_options(mock, options), "%s", fact->word);
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.body = body});
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
}

static void expect_told(const struct vmm_mock_result *seen, const struct fact *fact)
{
    uint32_t index = fact->subject == VMM_SUBJECT_DEVICE ? 0 : INDEX;
    const struct vmm_observation *told = vmm_mock_find(seen, fact->fact, index);
    cr_assert_not_null(told, "%s: %s", fact->word, seen->detail);
    cr_expect_eq(told->subject, fact->subject, "%s", fact->word);
    cr_expect_eq(told->type, fact->type, "%s", fact->word);
    if (fact->fact == VMM_FACT_EXPECTATION) {
        cr_expect_eq(told->standing, VMM_STANDING_OK, "what is judged and not kept");
    } else if (fact->fact == VMM_FACT_VENDOR) {
        cr_expect_str_eq(told->text, "x=off");
    } else if (fact->type == VMM_TYPE_TEXT) {
        cr_expect_str_eq(told->text, "off", "%s", fact->word);
    } else if (fact->fact == VMM_FACT_CLOCK_OFFSET) {
        cr_expect_not_null(vmm_mock_find(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0));
    } else {
        cr_expect_eq(told->number, fact->type == VMM_TYPE_BOOL ? 1 : 7, "%s", fact->word);
    }
}

Test(generic_facts, each_of_the_vocabulary_can_be_told)
{
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        struct vmm_mock *mock = vmm_mock_create(vmm_plugin_v0());
        cr_assert_eq(vmm_mock_open(mock), 0);
        const struct vmm_mock_result *seen = look(mock, &facts[i]);
        if (seen != NULL) {
            expect_told(seen, &facts[i]);
        }
        vmm_mock_close(mock);
        cr_expect_str_empty(vmm_mock_complaints(mock), "%s: %s", facts[i].word,
                            vmm_mock_complaints(mock));
        vmm_mock_destroy(mock);
    }
}
