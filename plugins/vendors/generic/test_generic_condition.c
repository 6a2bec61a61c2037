/* SPDX-License-Identifier: MIT */
/* Conditions over the values of a JSON answer. */
#include <jansson.h>

#include "generic_condition.h"
#include "test_generic.h"

/* ---- Helpers ---- */

TestSuite(generic_condition_look, .init = begin, .fini = done);

#define STATUS                                                                                     \
    "{'state':'ok','mode':'day','temp':41.5,'fans':[3000,2900],'used':90,'total':'100',"           \
    "'armed':true,'error':null,'since':'2024-01-02','Disk State':'fine','disk':{'state':'ok'},"    \
    "'disks':[{'id':1,'state':'ok','free':10,'size':100,'parts':[{'n':1},{'n':2}]},"               \
    "{'id':2,'state':'failed','free':80,'size':100,'parts':[]}],'none':[],'big':1e300}"

static uint64_t ticking_us(void *arg)
{
    return (*(uint64_t *)arg)++;
}

/* Try a condition on STATUS; the reason of one that cannot be told into `why`. */
static enum generic_holds try(const char *text, char *why, size_t why_size)
{
    struct generic_condition condition;
    uint64_t now = 0;
    struct generic_clock clock = {ticking_us, &now, 100000, false};
    cr_assert_eq(generic_condition_init(&condition, text, why, why_size), 0, "%s: %s", text, why);
    json_t *document = json_loads(json(STATUS), 0, NULL);
    cr_assert_not_null(document);
    enum generic_holds holds = generic_condition_try(&condition, document, &clock, why, why_size);
    json_decref(document);
    generic_condition_finish(&condition);
    return holds;
}

static void expect_each(const char *const *conditions, enum generic_holds expected)
{
    char why[100] = "";
    for (size_t i = 0; conditions[i] != NULL; i++) {
        cr_expect_eq(try(conditions[i], why, sizeof(why)), expected, "%s: %s", conditions[i], why);
    }
}

/* ---- What holds ---- */

Test(generic_condition, values_are_compared_with_one_another)
{
    expect_each((const char *const[]){"/state == 'ok'", "/state != \"bad\"", "/temp < 70",
                                      "/temp <= 41.5 && /temp >= 41.5", "/used < /total",
                                      "/fans/0 > /fans/1", "/armed", "/armed == true",
                                      "/error == null", "/state != null", "/total == 100",
                                      "/since >= '2024-01-01'", "`/Disk State` == 'fine'",
                                      "/disks/1/state matches '^fail(ed|ing)$'", "/temp != 'warm'",
                                      "/temp > -1e2", "./state == 'ok'", NULL},
                GENERIC_HOLDS);
    expect_each((const char *const[]){"/state == 'OK'", "/used > /total", "!/armed", "/temp == 42",
                                      "/total == '1e2'", "/state matches '^k'", "/temp == true",
                                      "/error == false", "/fans/0 + /fans/1 < 5000", NULL},
                GENERIC_HOLDS_NOT);
}

Test(generic_condition, all_of_several_or_one_of_them)
{
    expect_each(
        (const char *const[]){"/state == 'ok' && /mode == 'day'", "/state == 'bad' || /temp < 70",
                              "/mode == 'night' && /armed || /mode == 'day' && /temp < 50",
                              "!(/state == 'bad' && /armed)", "!(/state == 'bad' || /temp > 70)",
                              "/mode == 'day' && (/state == 'idle' || /state == 'ok')", NULL},
        GENERIC_HOLDS);
    expect_each((const char *const[]){"/state == 'ok' && /mode == 'night'",
                                      "(/state == 'ok' || /armed) && /temp > 70", NULL},
                GENERIC_HOLDS_NOT);
}

Test(generic_condition, sums_and_products)
{
    expect_each((const char *const[]){"/used == 0.9 * /total", "/total - /used == 10",
                                      "/used + 2 * 5 == /total", "2 * (3 + 4) == 14",
                                      "10 - 3 - 2 == 5", "/big * /big > 1", NULL},
                GENERIC_HOLDS);
}

Test(generic_condition, items_of_a_list)
{
    expect_each(
        (const char *const[]){
            "size(/disks) == 2", "size(/none) == 0", "any(/disks, ./state == 'failed')",
            "all(/disks, ./free <= ./size)", "all(/fans, . > 1000)", "!any(/fans, . < 1000)",
            "all(/none, . == 'never')", "!any(/none, true)",
            "any(/disks, any(./parts, ./n == 2) && ./id == 1)", "any(/disks, ./state == /state)",
            "all(/disk, ./state == 'ok')", "any(/disks, ./free > 50) && /state == 'ok'", NULL},
        GENERIC_HOLDS);
    expect_each((const char *const[]){"all(/disks, ./state == 'ok')", "any(/fans, . > 5000)",
                                      "size(/disks) >= 3", NULL},
                GENERIC_HOLDS_NOT);
}

/* ---- What cannot be told ---- */

static void expect_untold(const char *condition, const char *reason)
{
    char why[100] = "";
    cr_expect_eq(try(condition, why, sizeof(why)), GENERIC_UNTOLD, "%s", condition);
    cr_expect_str_eq(why, reason, "%s: %s", condition, why);
}

Test(generic_condition, what_is_not_there_is_neither_true_nor_false)
{
    expect_untold("/gone < 5", "/gone is not in the answer");
    expect_untold("!(/gone < 5)", "/gone is not in the answer");
    expect_untold("/gone == null", "/gone is not in the answer");
    expect_untold("/gone == 1 || /temp > 70", "/gone is not in the answer");
    expect_untold("/armed && /gone == 1", "/gone is not in the answer");
    expect_untold("all(/disks, ./gone == 1)", "./gone is not in the answer");
    expect_untold("any(/gone, true)", "/gone is not in the answer");
    expect_untold("/state < 5", "its values cannot be compared so");
    expect_untold("/armed + 1 == 2", "its values cannot be compared so");
    expect_untold("/temp matches '4'", "its values cannot be compared so");
    expect_untold("/disks == /disks", "its values cannot be compared so");
    expect_untold("any(/state, true)", "its values cannot be compared so");
    expect_untold("/state", "its values cannot be compared so");
    expect_untold("/state && true", "its values cannot be compared so");
    expect_untold("/big * /big - /big * /big <= 5", "its values cannot be compared so");
    expect_untold("0 * (/big * /big) >= 5", "its values cannot be compared so");
}

Test(generic_condition, what_decides_alone_needs_nothing_else)
{
    expect_each((const char *const[]){"/gone == 1 || /armed", "!has(/gone) || /gone < 5",
                                      "!has(/gone)", "has(/error)", "has(/disks/1) && /armed",
                                      "any(/disks, ./gone == 1 || ./id == 2)", NULL},
                GENERIC_HOLDS);
    expect_each((const char *const[]){"/gone == 1 && !/armed", "has(/gone) && /gone < 5",
                                      "all(/disks, ./gone == 1 && ./id == 2)", NULL},
                GENERIC_HOLDS_NOT);
}

Test(generic_condition, an_answer_that_is_no_json_tells_nothing)
{
    char why[100] = "";
    uint64_t now = 0;
    struct generic_condition condition;
    struct generic_clock clock = {ticking_us, &now, 1000, false};
    cr_assert_eq(generic_condition_init(&condition, "!has(/a)", why, sizeof(why)), 0);
    cr_expect_eq(generic_condition_try(&condition, NULL, &clock, why, sizeof(why)), GENERIC_UNTOLD);
    cr_expect_str_eq(why, "the answer is no JSON");
    generic_condition_finish(&condition);
}

/* 1,000 items within 1,000 within 1,000. */
Test(generic_condition, the_clock_ends_it)
{
    char why[100] = "";
    uint64_t now = 0;
    struct generic_condition condition;
    struct generic_clock clock = {ticking_us, &now, 5000, false};
    json_t *list = json_array();
    for (int i = 0; i < 1000; i++) {
        json_array_append_new(list, json_integer(i));
    }
    json_t *document = json_pack("{s:o}", "a", list);
    cr_assert_eq(
        generic_condition_init(&condition, "!any(/a, any(/a, any(/a, . < 0)))", why, sizeof(why)),
        0);
    cr_expect_eq(generic_condition_try(&condition, document, &clock, why, sizeof(why)),
                 GENERIC_UNTOLD);
    cr_expect(clock.over);
    cr_expect_lt(now, 6000);
    generic_condition_finish(&condition);
    json_decref(document);
}

/* ---- Texts that are none ---- */

static void expect_wrong(const char *text, const char *reason)
{
    char why[100] = "";
    struct generic_condition condition;
    cr_expect_eq(generic_condition_init(&condition, text, why, sizeof(why)), VMM_E_INVAL, "%s",
                 text);
    cr_expect_str_eq(why, reason, "%s: %s", text, why);
}

Test(generic_condition, a_text_that_is_none_is_refused_with_its_place)
{
    char long_text[GENERIC_CONDITION_MAX + 2];
    char deep[64];
    memset(long_text, ' ', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    memset(deep, '(', sizeof(deep) - 1);
    deep[sizeof(deep) - 1] = '\0';
    expect_wrong("", "a value is expected, at byte 1 of the condition");
    expect_wrong("/a ==", "a value is expected, at byte 6 of the condition");
    expect_wrong("/a = 1", "&&, || or the end is expected, at byte 4 of the condition");
    expect_wrong("/a == 1 /b", "&&, || or the end is expected, at byte 9 of the condition");
    expect_wrong("(/a == 1", "a ) is expected, at byte 9 of the condition");
    expect_wrong("/a == 'x", "this has no end, at byte 7 of the condition");
    expect_wrong("any(/a)", "a , is expected, at byte 7 of the condition");
    expect_wrong("any(a, true)", "a pointer is like /Data/0/Model or ./Model, at byte 5 of the "
                                 "condition");
    expect_wrong("has /a", "a ( is expected, at byte 5 of the condition");
    expect_wrong("anything", "a value is expected, at byte 1 of the condition");
    expect_wrong("/a matches '('", "missing closing parenthesis, at byte 2 of the pattern, at byte "
                                   "15 of the condition");
    expect_wrong("/a matches b", "a text stands in '', at byte 12 of the condition");
    expect_wrong(long_text, "a condition has at most 512 bytes");
    expect_wrong(deep, "at most 16 parts stand within one another, at byte 17 of the condition");
    expect_wrong("1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1 == 1",
                 "a condition has at most 64 parts, at byte 66 of the condition");
}

/* ---- In a look ---- */

static const struct vmm_mock_result *look_at(const char *conditions, const char *body)
{
    char options[2048];
    char answer[1024];
    snprintf(answer, sizeof(answer), "%s", json(body));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = answer});
    snprintf(options, sizeof(options), "{'requests':[{'name':'a','path':'/a','conditions':[%s]}]}",
             conditions);
    return look_with(options);
}

Test(generic_condition_look, conditions_are_expectations)
{
    static const char both[] = "'/used < 0.9 * /total || /overwrite', '!any(/disks, ./bad)'";
    assert_met(look_at(both, "{'used':1,'total':100,'disks':[{'bad':false}]}"));
    assert_met(look_at(both, "{'used':99,'total':100,'overwrite':true,'disks':[]}"));
    assert_broken(look_at(both, "{'used':99,'total':100,'overwrite':false,'disks':[]}"),
                  "a: conditions[0] does not hold");
    assert_broken(look_at(both, "{'used':1,'total':100,'disks':[{'bad':true}]}"),
                  "a: conditions[1] does not hold");
    assert_broken(look_at(both, "{'used':1,'total':100}"),
                  "a: conditions[1] cannot be told: /disks is not in the answer");
    assert_broken(look_at(both, "<html>"),
                  "a: conditions[0] cannot be told: the answer is no JSON");
}

Test(generic_condition_look, one_that_makes_no_sense_is_named_with_its_place)
{
    cr_expect_str_eq(vmm_mock_options(mock, json("{'requests':[{'name':'a','path':'/',"
                                                 "'conditions':['/a == 1','/a ~ 1']}]}")),
                     "requests[0].conditions[1]: &&, || or the end is expected, at byte 4 of the "
                     "condition");
}

Test(generic_condition_look, the_four_of_the_readme)
{
    static const char options[] =
        "{\"requests\":[{\"name\":\"a\",\"path\":\"/a\",\"conditions\":["
        "\"/used < 0.9 * /total || /overwrite\","
        "\"/mode == 'day' && /lux > 10 || /mode == 'night' && /ir\","
        "\"size(/disks) >= 2 && all(/disks, ./state == 'ok' || ./state matches '^spare')\","
        "\"!has(/alarms) || !any(/alarms, ./level > 2)\"]}]}";
    vmm_mock_answer(mock, &(struct vmm_mock_answer){
                              .body = "{\"used\":95,\"total\":100,\"overwrite\":true,"
                                      "\"mode\":\"night\",\"lux\":0,\"ir\":true,\"disks\":"
                                      "[{\"state\":\"ok\"},{\"state\":\"spare 2\"}]}"});
    assert_met(vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options}));
}
