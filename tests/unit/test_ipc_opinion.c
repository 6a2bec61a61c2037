/* SPDX-License-Identifier: MIT */
/* Whose device it is, by opinions that are given, missing, and lies; and the frames that carry them. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "ipc/opinion.h"

/* ---- Ranking ---- */

static struct opinion maker(const char *family, uint32_t certainty)
{
    struct opinion opinion = {.certainty = certainty, .why = "because"};
    snprintf(opinion.family, sizeof(opinion.family), "%s", family);
    return opinion;
}

static struct opinion general(const char *family, uint32_t certainty)
{
    struct opinion opinion = maker(family, certainty);
    opinion.is_general = true;
    return opinion;
}

static struct opinion missing(const char *family, bool is_due)
{
    struct opinion opinion;
    opinion_miss(family, is_due, "it did not answer in time", &opinion);
    return opinion;
}

/* "" when nobody is known. */
static const char *best_of(struct opinion *opinions, size_t count)
{
    opinion_rank(opinions, count);
    const struct opinion *best = opinion_best(opinions, count);
    return best != NULL ? best->family : "";
}

#define BEST(...)                                                                                  \
    best_of((struct opinion[]){__VA_ARGS__},                                                       \
            sizeof((struct opinion[]){__VA_ARGS__}) / sizeof(struct opinion))

Test(opinion, a_maker_is_known_from_60_on)
{
    cr_expect_str_eq(BEST(maker("alpha", 60)), "alpha");
    cr_expect_str_eq(BEST(maker("alpha", 59)), "");
    cr_expect_str_eq(BEST(maker("alpha", 0)), "");
}

Test(opinion, a_maker_has_to_lead_the_next_one_by_20)
{
    cr_expect_str_eq(BEST(maker("alpha", 61), maker("beta", 81)), "beta");
    cr_expect_str_eq(BEST(maker("alpha", 62), maker("beta", 81)), "");
    cr_expect_str_eq(BEST(maker("alpha", 90), general("omni", 90)), "alpha",
                     "a protocol is no rival");
}

Test(opinion, a_protocol_is_named_from_50_on_where_no_maker_has_30)
{
    cr_expect_str_eq(BEST(general("omni", 50), maker("alpha", 29)), "omni");
    cr_expect_str_eq(BEST(general("omni", 100), maker("alpha", 30)), "");
    cr_expect_str_eq(BEST(general("omni", 49)), "");
    cr_expect_str_eq(BEST(general("stream", 50), general("omni", 60)), "omni");
}

Test(opinion, nobody_is_named_while_an_opinion_is_due)
{
    cr_expect_str_eq(BEST(general("omni", 60), missing("alpha", true)), "",
                     "it could be the maker's");
    cr_expect_str_eq(BEST(maker("beta", 90), missing("alpha", true)), "");
    cr_expect_str_eq(BEST(general("omni", 60), missing("alpha", false)), "omni",
                     "one that is broken for good holds nobody up");
    cr_expect_str_eq(BEST(maker("beta", 90), missing("alpha", false)), "beta");
}

Test(opinion, one_that_is_missing_is_ranked_last_and_is_nobody)
{
    struct opinion opinions[3] = {maker("zeta", 0), maker("alpha", 70), maker("beta", 0)};
    opinion_miss("zeta", false, "its process ended over it", &opinions[0]);
    cr_expect_str_eq(best_of(opinions, 3), "alpha");
    cr_expect(opinions[2].is_missing || opinions[1].is_missing);
}

/* ---- What is believed ---- */

static struct opinion taken;

static int take(uint8_t certainty, const char *family, uint8_t answer, const char *why)
{
    struct opinion_message said = {
        .certainty = certainty, .answer = answer, .family = family, .why = why};
    return opinion_take(&said, "alpha", 3, &taken);
}

Test(opinion, what_is_in_bounds_is_taken)
{
    cr_assert_eq(take(100, "alpha", 3, "its \x1b[31m realm\nand more"), 0);
    cr_expect_eq(taken.certainty, 100);
    cr_expect_eq(taken.answer, 3);
    cr_expect_null(strpbrk(taken.why, "\x1b\n"), "what is told is one clean line");
    cr_expect_eq(take(0, "alpha", 0, ""), 0);
}

Test(opinion, a_lie_is_thrown_away_and_told)
{
    static const struct {
        uint8_t certainty;
        const char *family;
        uint8_t answer;
        const char *why;
    } lies[] = {{101, "alpha", 1, "x"}, {90, "beta", 1, "x"}, {90, "", 1, "x"},
                {90, "alpha", 4, "x"},  {90, "alpha", 1, ""}, {0, "beta", 0, ""}};
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        cr_expect_eq(take(lies[i].certainty, lies[i].family, lies[i].answer, lies[i].why),
                     VMM_E_INVAL, "%zu", i);
        cr_expect(taken.is_missing && taken.certainty == 0 && taken.why[0] != '\0');
        cr_expect_str_eq(taken.family, "alpha", "it is the plugin's that was asked");
    }
    struct opinion_message odd = {
        .certainty = 90, .flags = 2, .family = "alpha", .answer = 1, .why = "x"};
    cr_expect_eq(opinion_take(&odd, "alpha", 3, &taken), VMM_E_INVAL);
}

/* ---- What is told ---- */

static const struct vmm_answer at_tls = {.number = 1, .place = "https:443"};
static const struct vmm_answer *const answers[] = {&at_tls};
static const struct vmm_transcript seen = {.count = 1, .answers = answers};
static struct opinion_told told;

static const char *text_of(uint16_t fact, size_t nth)
{
    for (uint32_t i = 0; i < told.count; i++) {
        if (told.facts[i].fact == fact && nth-- == 0) {
            return told.facts[i].text;
        }
    }
    return "";
}

Test(opinion, who_is_known_is_told_with_the_place_of_what_told_most)
{
    struct opinion opinions[3] = {maker("beta", 30), maker("alpha", 90), maker("zeta", 0)};
    opinions[1].answer = 1;
    opinion_miss("zeta", false, "it did not answer in time", &opinions[2]);
    opinion_rank(opinions, 3);
    opinion_tell(opinions, 3, &seen, &told);
    cr_expect_str_eq(text_of(VMM_FACT_PROVIDER, 0), "alpha");
    cr_expect_str_eq(text_of(VMM_FACT_PROVIDER_PLACE, 0), "https:443");
    cr_expect_str_eq(text_of(VMM_FACT_VENDOR, 0), "candidate=alpha, 90 of 100: because");
    cr_expect_str_eq(text_of(VMM_FACT_VENDOR, 1), "candidate=beta, 30 of 100: because");
    cr_expect_str_eq(text_of(VMM_FACT_VENDOR, 2), "no_opinion=zeta: it did not answer in time");
    cr_expect_not_null(strstr(told.detail, "the provider alpha"));
}

Test(opinion, nobody_is_told_in_words_that_tell_doubt_from_ignorance)
{
    struct opinion opinions[2] = {maker("alpha", 60), maker("beta", 60)};
    opinion_rank(opinions, 2);
    opinion_tell(opinions, 2, &seen, &told);
    cr_expect_str_eq(text_of(VMM_FACT_PROVIDER, 0), "");
    cr_expect_not_null(strstr(told.detail, "cannot be told for sure"));
    opinion_tell(NULL, 0, &seen, &told);
    cr_expect_eq(told.count, 0);
    cr_expect_not_null(strstr(told.detail, "is not known"));
}

Test(opinion, that_are_due_are_told_beside_the_candidates)
{
    struct opinion opinions[2] = {missing("alpha", true), general("omni", 60)};
    opinion_rank(opinions, 2);
    opinion_tell(opinions, 2, &seen, &told);
    cr_expect_str_eq(text_of(VMM_FACT_PROVIDER, 0), "");
    cr_expect_str_eq(text_of(VMM_FACT_VENDOR, 0), "candidate=omni, 60 of 100: because");
    cr_expect_str_eq(text_of(VMM_FACT_VENDOR, 1), "no_opinion=alpha: it did not answer in time");
    cr_expect_not_null(strstr(told.detail, "cannot be told yet"));
}

Test(opinion, as_many_as_there_may_be_are_told_as_far_as_there_is_room)
{
    static struct opinion opinions[OPINIONS_MAX];
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    struct result_message result = {.facts = facts, .fact_count = MESSAGE_FACTS_MAX - 2};
    for (size_t i = 0; i < OPINIONS_MAX; i++) {
        opinions[i] = maker("alpha", 90);
        memset(opinions[i].why, 'x', sizeof(opinions[i].why) - 1);
    }
    opinion_tell(opinions, OPINIONS_MAX, &seen, &told);
    cr_expect_eq(told.count, OPINION_TOLD_MAX);
    opinion_add(&told, &result);
    cr_expect_eq(result.fact_count, MESSAGE_FACTS_MAX);
    cr_expect_str_eq(result.detail, told.detail);
}

/* ---- Frames ---- */

static struct buf out;
static struct buf body;
static struct transcript transcript;

static void set_up(void)
{
    buf_init(&out);
    buf_init(&body);
}

static void tear_down(void)
{
    buf_finish(&out);
    buf_finish(&body);
}

TestSuite(transcript, .init = set_up, .fini = tear_down);

static struct frame sent(uint32_t count)
{
    struct frame frame;
    cr_assert_eq(message_put_transcript(&out, FRAME_WEIGH, 7, count, &body), 0);
    cr_assert_eq(frame_parse(out.data, out.size, &frame), (int)out.size);
    return frame;
}

static struct vmm_answer sample(void)
{
    return (struct vmm_answer){.way = VMM_WAY_HTTP,
                               .port = 443,
                               .tls = 1,
                               .status = 401,
                               .target = "/x",
                               .headers = "A: b\r\n",
                               .headers_size = 6,
                               .body = "bo\0dy",
                               .body_size = 5,
                               .certificate = "O=Acme",
                               .place = "https:443"};
}

Test(transcript, comes_as_it_went)
{
    struct vmm_answer answer = sample();
    transcript_add(&body, &answer);
    answer = (struct vmm_answer){.way = VMM_WAY_OPEN,
                                 .port = 8000,
                                 .target = "",
                                 .headers = "",
                                 .body = "",
                                 .certificate = "",
                                 .place = ""};
    transcript_add(&body, &answer);
    struct frame frame = sent(2);
    cr_assert_eq(message_get_transcript(&frame, &transcript), 0);
    cr_assert_eq(transcript.seen.count, 2);
    const struct vmm_answer *first = transcript.seen.answers[0];
    cr_expect_eq(first->number, 1);
    cr_expect_eq(first->status, 401);
    cr_expect_eq(first->tls, 1);
    cr_expect_eq(first->port, 443);
    cr_expect_str_eq(first->target, "/x");
    cr_expect_eq(first->body_size, 5);
    cr_expect_arr_eq(first->body, "bo\0dy", 5);
    cr_expect_str_eq(first->place, "https:443");
    cr_expect_eq(transcript.seen.answers[1]->way, VMM_WAY_OPEN);
}

Test(transcript, that_is_out_of_bounds_is_a_breach)
{
    static char large[VMM_TRANSCRIPT_TEXT_MAX + 1];
    struct vmm_answer wrong[5] = {sample(), sample(), sample(), sample(), sample()};
    char long_target[VMM_TRANSCRIPT_TARGET_MAX + 2];
    memset(long_target, 'x', sizeof(long_target) - 1);
    long_target[sizeof(long_target) - 1] = '\0';
    wrong[0].way = VMM_WAY_OPEN + 1;
    wrong[1].status = 1000;
    wrong[2].body = large;
    wrong[2].body_size = sizeof(large);
    wrong[3].target = long_target;
    wrong[4].way = 0;
    for (size_t i = 0; i < 5; i++) {
        buf_clear(&body);
        buf_clear(&out);
        transcript_add(&body, &wrong[i]);
        struct frame frame = sent(1);
        cr_expect_eq(message_get_transcript(&frame, &transcript), VMM_E_PROTO, "%zu", i);
    }
}

Test(transcript, of_another_count_than_it_says_is_a_breach)
{
    struct vmm_answer answer = sample();
    transcript_add(&body, &answer);
    static const uint32_t counts[] = {0, 2, VMM_TRANSCRIPT_ANSWERS_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        buf_clear(&out);
        struct frame frame = sent(counts[i]);
        cr_expect_eq(message_get_transcript(&frame, &transcript), VMM_E_PROTO, "%zu", i);
    }
}

Test(transcript, an_opinion_comes_as_it_went)
{
    struct frame frame;
    struct opinion_message came;
    struct opinion_message said = {
        .certainty = 90, .flags = 1, .answer = 2, .family = "alpha", .why = "x"};
    cr_assert_eq(message_put_opinion(&out, 9, &said), 0);
    cr_assert_eq(frame_parse(out.data, out.size, &frame), (int)out.size);
    cr_assert_eq(message_get_opinion(&frame, &came), 0);
    cr_expect_eq(frame.id, 9);
    cr_expect_eq(came.certainty, 90);
    cr_expect_eq(came.flags, 1);
    cr_expect_eq(came.answer, 2);
    cr_expect_str_eq(came.family, "alpha");
}
