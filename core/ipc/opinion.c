/* SPDX-License-Identifier: MIT */
#include "ipc/opinion.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#define GENERAL 50u /* of a protocol, where no maker is near */
#define NEAR    30u /* of a maker: it may be this one */

/* ---- Taking one ---- */

void opinion_miss(const char *name, bool is_due, const char *why, struct opinion *out)
{
    *out = (struct opinion){.is_missing = true, .is_due = is_due};
    text_format(out->family, sizeof(out->family), "%s", name);
    text_format(out->why, sizeof(out->why), "%s", why);
}

int opinion_take(const struct opinion_message *said, const char *name, uint32_t answers,
                 struct opinion *out)
{
    const char *wrong = said->certainty > VMM_OPINION_CERTAIN ? "it is more than certain"
                        : strcmp(said->family, name) != 0     ? "it speaks for another than itself"
                        : said->answer > answers ? "it goes by an answer that there is not"
                        : (said->flags & ~VMM_OPINION_GENERAL) != 0
                            ? "it has a flag that there is not"
                        : said->certainty > 0 && said->why[0] == '\0' ? "it does not say why"
                                                                      : NULL;
    if (wrong != NULL) {
        opinion_miss(name, false, wrong, out);
        return VMM_E_INVAL;
    }
    *out = (struct opinion){.certainty = said->certainty,
                            .is_general = (said->flags & VMM_OPINION_GENERAL) != 0,
                            .answer = said->answer};
    text_format(out->family, sizeof(out->family), "%s", name);
    text_clean(said->why, strlen(said->why), out->why);
    return 0;
}

/* ---- Ranking ---- */

static int compare(const void *a, const void *b)
{
    const struct opinion *left = a;
    const struct opinion *right = b;
    if ((left->certainty == 0) != (right->certainty == 0)) {
        return left->certainty == 0 ? 1 : -1;
    }
    if (left->is_general != right->is_general) {
        return left->is_general ? 1 : -1;
    }
    if (left->certainty != right->certainty) {
        return left->certainty < right->certainty ? 1 : -1;
    }
    return strcmp(left->family, right->family);
}

void opinion_rank(struct opinion *opinions, size_t count)
{
    if (count > 1) {
        qsort(opinions, count, sizeof(opinions[0]), compare);
    }
}

/* The most certain of its kind, of those that are ranked; NULL when there is none. */
static const struct opinion *first_of(const struct opinion *opinions, size_t count, bool is_general)
{
    for (size_t i = 0; i < count && opinions[i].certainty > 0; i++) {
        if (opinions[i].is_general == is_general) {
            return &opinions[i];
        }
    }
    return NULL;
}

static bool is_one_due(const struct opinion *opinions, size_t count)
{
    bool is_due = false;
    for (size_t i = 0; i < count; i++) {
        is_due = is_due || opinions[i].is_due;
    }
    return is_due;
}

const struct opinion *opinion_best(const struct opinion *opinions, size_t count)
{
    if (is_one_due(opinions, count)) {
        return NULL;
    }
    const struct opinion *maker = first_of(opinions, count, false);
    const struct opinion *general = first_of(opinions, count, true);
    if (maker == NULL || maker->certainty < NEAR) {
        return general != NULL && general->certainty >= GENERAL ? general : NULL;
    }
    const struct opinion *next = maker + 1;
    bool has_rival = next < opinions + count && next->certainty > 0 && !next->is_general;
    bool leads = !has_rival || maker->certainty >= next->certainty + OPINION_LEAD;
    return maker->certainty >= OPINION_KNOWN && leads ? maker : NULL;
}

/* ---- In words ---- */

__attribute__((format(printf, 3, 4))) static void tell(struct opinion_told *told, uint16_t fact,
                                                       const char *format, ...)
{
    char text[2 * TEXT_MAX];
    va_list args;
    if (told->count == OPINION_TOLD_MAX) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    char *kept = told->texts[told->count];
    text_clean(text, strlen(text), kept);
    told->facts[told->count++] = (struct result_fact){.subject = VMM_SUBJECT_DEVICE,
                                                      .standing = VMM_STANDING_OK,
                                                      .type = VMM_TYPE_TEXT,
                                                      .fact = fact,
                                                      .text = kept};
}

static const char *place_of(const struct opinion *best, const struct vmm_transcript *seen)
{
    bool is_there = best->answer > 0 && best->answer <= seen->count;
    return is_there ? seen->answers[best->answer - 1]->place : "";
}

void opinion_tell(const struct opinion *opinions, size_t count, const struct vmm_transcript *seen,
                  struct opinion_told *told)
{
    const struct opinion *best = opinion_best(opinions, count);
    told->count = 0;
    if (best != NULL) {
        tell(told, VMM_FACT_PROVIDER, "%s", best->family);
        if (place_of(best, seen)[0] != '\0') {
            tell(told, VMM_FACT_PROVIDER_PLACE, "%s", place_of(best, seen));
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (opinions[i].certainty > 0) {
            tell(told, VMM_FACT_VENDOR, "candidate=%s, %u of %u: %s", opinions[i].family,
                 (unsigned)opinions[i].certainty, VMM_OPINION_CERTAIN, opinions[i].why);
        } else if (opinions[i].is_missing) {
            tell(told, VMM_FACT_VENDOR, "no_opinion=%s: %s", opinions[i].family, opinions[i].why);
        }
    }
    const char *unknown = is_one_due(opinions, count)
                              ? "whose device it is cannot be told yet: a plugin gave no opinion"
                          : count > 0 && opinions[0].certainty > 0
                              ? "whose device it is cannot be told for sure: see the candidates"
                              : "whose device it is is not known: no plugin knows its answers";
    if (best != NULL) {
        text_format(told->detail, sizeof(told->detail), "the provider %s speaks to such a device",
                    best->family);
    } else {
        text_format(told->detail, sizeof(told->detail), "%s", unknown);
    }
}

void opinion_add(const struct opinion_told *told, struct result_message *result)
{
    for (uint32_t i = 0; i < told->count && result->fact_count < MESSAGE_FACTS_MAX; i++) {
        result->facts[result->fact_count++] = told->facts[i];
    }
    result->detail = told->detail;
}
