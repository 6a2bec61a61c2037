/* SPDX-License-Identifier: MIT */
/* The catalogue is complete in each language, and what is put together of it reads well. */
#include <criterion/criterion.h>

#include <string.h>

#include <vmm/observation.h>

#include "gateway/scrub.h"
#include "gateway/words.h"
#include "health/words.h"

Test(words, every_text_is_there_in_every_language)
{
    for (uint32_t language = 0; language < WORDS_COUNT; language++) {
        for (uint32_t key = 0; key < WORDS_KEYS; key++) {
            cr_expect_str_not_empty(words_text(language, key), "key %u in %s", key,
                                    words_tag(language));
        }
        for (uint32_t reason = 0; reason < VMM_REASON_COUNT; reason++) {
            cr_expect_str_not_empty(words_reason_seen(language, reason), "%s in %s",
                                    reason_word(reason), words_tag(language));
            cr_expect_str_not_empty(words_reason_remedy(language, reason), "%s in %s",
                                    reason_word(reason), words_tag(language));
        }
    }
}

/* The places of a text, as a set of bits of their first letters; a place that is not closed fails. */
static uint32_t places(const char *text)
{
    uint32_t found = 0;
    for (const char *p = strchr(text, '{'); p != NULL; p = strchr(p + 1, '{')) {
        cr_assert_not_null(strchr(p, '}'), "%s", text);
        found |= 1u << (p[1] - 'a') % 32;
    }
    return found;
}

Test(words, a_translation_names_what_the_original_names)
{
    for (uint32_t key = 0; key < WORDS_KEYS; key++) {
        for (uint32_t language = 1; language < WORDS_COUNT; language++) {
            cr_expect_eq(places(words_text(language, key)), places(words_text(WORDS_EN, key)),
                         "%s and %s", words_text(language, key), words_text(WORDS_EN, key));
        }
    }
}

Test(words, languages_are_told_apart_by_their_tags)
{
    cr_assert_eq(words_language("zh-TW"), WORDS_ZH_TW);
    cr_assert_eq(words_language("pt-BR"), WORDS_PT_BR);
    cr_assert_eq(words_language("de"), WORDS_EN);
    for (uint32_t i = 0; i < WORDS_COUNT; i++) {
        cr_assert_eq(words_language(words_tag(i)), i);
    }
}

static void expect_fill(const char *text, const char *expected)
{
    struct buf out = {0};
    words_fill(&out, text,
               (struct words_place[]){{"name", "A {health} camera"}, {"n", "3"}, {NULL, NULL}});
    cr_assert_str_eq(buf_cstr(&out), expected);
    buf_finish(&out);
}

Test(words, places_are_filled_once)
{
    expect_fill("{name}: {n} of {n}", "A {health} camera: 3 of 3");
    expect_fill("{other}.", ".");
    expect_fill("", "");
}

static void expect_counted(enum words_key key, uint32_t language, const char *count,
                           const char *expected)
{
    struct buf out = {0};
    words_fill(&out, words_text(language, key),
               (struct words_place[]){{"site", "Lab"},
                                      {"count", count},
                                      {"bad", "1"},
                                      {"cameras", count},
                                      {"nvrs", "1"},
                                      {"duration", "2 min"},
                                      {NULL, NULL}});
    cr_expect_str_eq(buf_cstr(&out), expected, "%s", buf_cstr(&out));
    buf_finish(&out);
}

Test(words, one_is_no_plural)
{
    expect_counted(WORDS_DAILY_GOOD, WORDS_EN, "1", "Lab: 1 camera OK");
    expect_counted(WORDS_DAILY_GOOD, WORDS_EN, "30", "Lab: all 30 cameras OK");
    expect_counted(WORDS_DAILY_GOOD, WORDS_PT_BR, "1", "Lab: 1 câmera OK");
    expect_counted(WORDS_DAILY_GOOD, WORDS_ZH_TW, "1", "Lab：1 台攝影機正常");
    expect_counted(WORDS_DAILY, WORDS_EN, "1", "Lab: 1 of 1 camera not OK");
    expect_counted(WORDS_DAILY, WORDS_PT_BR, "2", "Lab: 1 de 2 câmeras com problema");
    expect_counted(WORDS_RANK, WORDS_EN, "1", "1 incident, down for 2 min");
    expect_counted(WORDS_RANK, WORDS_EN, "11", "11 incidents, down for 2 min");
    expect_counted(WORDS_INVENTORY, WORDS_PT_BR, "1",
                   "Lab: inventário: 1 câmera, 1 gravador; mudanças: 1");
}

static void expect_scrubbed(const char *text, const char *expected)
{
    struct buf out = {0};
    scrub_text(&out, text);
    cr_assert_str_eq(buf_cstr(&out), expected, "%s: %s", text, buf_cstr(&out));
    buf_finish(&out);
}

Test(scrub, urls_and_secrets_are_cut_out)
{
    expect_scrubbed(
        "429 from https://chat.googleapis.com/v1/spaces/A/messages?key=K&token=T, later",
        "429 from <url> later");
    expect_scrubbed("see <postgres://user:pass@db/x>!", "see <<url>>!");
    expect_scrubbed("token=abc&key=def rest", "token=<cut>&key=<cut> rest");
    expect_scrubbed("password=\"x\" y", "password=<cut>\"x\" y");
    expect_scrubbed("at 10:30 one camera", "at 10:30 one camera");
    expect_scrubbed("line\nhttp://a/b\nend", "line\n<url>\nend");
}
