/* SPDX-License-Identifier: MIT */
#include "expect.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "script.h"

#define NEAR 5000
#define NEAR_AGE                                                                                   \
    3 /* seconds: of a device in real time some go by between its clock and its files */
#define FACT_TEXT 512

void expect_outcome(const char *id, const char *wanted, const char *outcome, const char *reason,
                    const char *detail)
{
    char is[128];
    snprintf(is, sizeof(is), "%s %s", outcome, reason);
    bool same =
        strchr(wanted, ' ') != NULL ? strcmp(is, wanted) == 0 : strcmp(outcome, wanted) == 0;
    cr_expect(same, "%s: the look is %s, wanted is %s: %s", id, is, wanted, detail);
}

/* ---- Facts ---- */

void expect_value(const json_t *value, char *out, size_t size)
{
    if (json_is_string(value)) {
        snprintf(out, size, "%s", json_string_value(value));
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        snprintf(out, size, "%s", json_is_null(value) ? "" : text);
        free(text);
    }
}

static void write_fact(const json_t *fact, char out[FACT_TEXT])
{
    char value[FACT_TEXT / 2];
    char place[32] = "";
    const char *standing = script_text(fact, "standing", "?");
    json_int_t index = json_integer_value(json_object_get(fact, "index"));
    expect_value(json_object_get(fact, "value"), value, sizeof(value));
    if (index > 0) {
        snprintf(place, sizeof(place), ".%lld", (long long)index);
    }
    int used = snprintf(out, FACT_TEXT, "%s%s=%s", script_text(fact, "fact", "?"), place, value);
    if (strcmp(standing, "ok") != 0) {
        const char *reason = script_text(fact, "reason", NULL);
        snprintf(out + used, FACT_TEXT - (size_t)used, " (%s%s%s)",
                 reason != NULL ? "fault" : "not judged", reason != NULL ? " " : "",
                 reason != NULL ? reason : "");
    }
}

/* Whether this fact has the name before `mark`, and about the number behind it. */
static bool is_near(const char *fact, const char *wanted, const char *mark, long long most)
{
    size_t name = (size_t)(mark - wanted);
    return strncmp(fact, wanted, name) == 0 && fact[name] == '=' &&
           llabs(atoll(fact + name + 1) - atoll(mark + 1)) <= most;
}

static bool is_age(const char *wanted, const char *equals)
{
    bool is_named = strncmp(wanted, "recording_newest", strlen("recording_newest")) == 0 ||
                    strncmp(wanted, "recording_oldest", strlen("recording_oldest")) == 0;
    return is_named && equals != NULL && equals[1] >= '0' && equals[1] <= '9';
}

/* Whether this fact is the one that is written so. */
static bool is_fact(const char *fact, const char *wanted)
{
    size_t length = strlen(wanted);
    const char *near = strchr(wanted, '~');
    const char *equals = strchr(wanted, '=');
    if (near != NULL) {
        return is_near(fact, wanted, near, NEAR);
    }
    if (is_age(wanted, equals)) {
        return is_near(fact, wanted, equals, NEAR_AGE);
    }
    return wanted[length - 1] == '*' ? strncmp(fact, wanted, length - 1) == 0
                                     : strcmp(fact, wanted) == 0;
}

static bool has_fact(const json_t *facts, const char *wanted)
{
    size_t i;
    json_t *fact;
    json_array_foreach(facts, i, fact)
    {
        char text[FACT_TEXT];
        write_fact(fact, text);
        if (is_fact(text, wanted)) {
            return true;
        }
    }
    return false;
}

static void list_facts(const json_t *facts, struct buf *out)
{
    size_t i;
    json_t *fact;
    json_array_foreach(facts, i, fact)
    {
        char text[FACT_TEXT];
        write_fact(fact, text);
        buf_printf(out, "  %s\n", text);
    }
}

void expect_facts(const char *id, const json_t *wanted, const json_t *facts)
{
    size_t i;
    json_t *each;
    struct buf all;
    buf_init(&all);
    list_facts(facts, &all);
    json_array_foreach(wanted, i, each)
    {
        const char *text = json_string_value(each);
        bool absent = text[0] == '!';
        cr_expect_neq(has_fact(facts, text + (absent ? 1 : 0)), absent, "%s: %s%s\n%s", id, text,
                      absent ? " is there" : " is missing", buf_cstr(&all));
    }
    buf_finish(&all);
}
