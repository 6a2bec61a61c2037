/* SPDX-License-Identifier: MIT */
#include "host/facts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "host/sized.h"

#define FIRST_CAPACITY 16u
#define KEEP_CAPACITY  64u
#define KEEP_TEXTS     4096u

/* The first fields of VMM_FACTS by number: the subject and the type each fact must have. */
struct word {
    uint8_t subject;
    uint8_t type;
};

#define WORD(number, NAME, word, subject, type, unit, meaning)                                     \
    [number] = {VMM_SUBJECT_##subject, VMM_TYPE_##type},
static const struct word words[VMM_FACT_COUNT] = {VMM_FACTS(WORD)};
#undef WORD

void facts_init(struct facts *facts)
{
    *facts = (struct facts){0};
}

void facts_finish(struct facts *facts)
{
    free(facts->list);
    buf_finish(&facts->texts);
    facts_init(facts);
}

void facts_clear(struct facts *facts)
{
    if (facts->capacity > KEEP_CAPACITY || facts->texts.capacity > KEEP_TEXTS) {
        facts_finish(facts);
        return;
    }
    facts->count = 0;
    facts->overflow = false;
    buf_clear(&facts->texts);
}

static bool is_index(const struct vmm_observation *seen)
{
    return seen->subject == VMM_SUBJECT_DEVICE ? seen->index == 0
                                               : seen->index >= 1 && seen->index <= UINT16_MAX;
}

static bool is_standing(const struct vmm_observation *seen)
{
    if (seen->standing > VMM_STANDING_FAULT || seen->reason >= VMM_REASON_COUNT) {
        return false;
    }
    return seen->standing != VMM_STANDING_FAULT || seen->reason != VMM_REASON_NONE;
}

static bool is_value(const struct vmm_observation *seen)
{
    switch (seen->type) {
    case VMM_TYPE_BOOL:
        return seen->number == 0 || seen->number == 1;
    case VMM_TYPE_FLOAT:
        return isfinite(seen->real) != 0;
    case VMM_TYPE_TEXT:
        return seen->text != NULL || seen->text_size == 0;
    default:
        return true;
    }
}

static bool is_word(const struct vmm_observation *seen)
{
    if (seen->fact == 0 || seen->fact >= VMM_FACT_COUNT) {
        return false;
    }
    const struct word *word = &words[seen->fact];
    return word->subject == seen->subject &&
           (seen->type == VMM_TYPE_NONE || seen->type == word->type);
}

static struct result_fact *make_room(struct facts *facts)
{
    if (facts->count == facts->capacity) {
        uint32_t capacity = facts->capacity > 0 ? facts->capacity * 2 : FIRST_CAPACITY;
        struct result_fact *list = realloc(facts->list, capacity * sizeof(*list));
        if (list == NULL) {
            return NULL;
        }
        facts->list = list;
        facts->capacity = capacity;
    }
    return &facts->list[facts->count];
}

/* A text is kept as its offset until the list is viewed. More than four bytes a character are not
 * needed. */
static uint64_t keep_text(struct facts *facts, const char *text, size_t size)
{
    char clean[TEXT_MAX + 1];
    size_t offset = facts->texts.size;
    size_t length = text_clean(text, size, clean);
    buf_add(&facts->texts, clean, length + 1);
    return offset;
}

static uint64_t keep_value(struct facts *facts, const struct vmm_observation *seen)
{
    uint64_t value = 0;
    switch (seen->type) {
    case VMM_TYPE_TEXT:
        return keep_text(facts, seen->text, seen->text_size);
    case VMM_TYPE_FLOAT:
        memcpy(&value, &seen->real, sizeof(value));
        return value;
    case VMM_TYPE_NONE:
        return 0;
    default:
        return (uint64_t)seen->number;
    }
}

int facts_add(struct facts *facts, const struct vmm_observation *observation)
{
    struct vmm_observation seen;
    sized_copy(&seen, sizeof(seen), observation);
    if (!is_word(&seen) || !is_index(&seen) || !is_standing(&seen) || !is_value(&seen)) {
        return VMM_E_INVAL;
    }
    if (facts->count == VMM_OBSERVATIONS_MAX) {
        facts->overflow = true;
        return VMM_E_TOOBIG;
    }
    struct result_fact *fact = make_room(facts);
    if (fact == NULL) {
        return VMM_E_NOMEM;
    }
    *fact = (struct result_fact){
        .subject = (uint8_t)seen.subject,
        .standing = (uint8_t)seen.standing,
        .type = (uint8_t)seen.type,
        .index = (uint16_t)seen.index,
        .fact = (uint16_t)seen.fact,
        .reason = (uint16_t)(seen.standing == VMM_STANDING_FAULT ? seen.reason : VMM_REASON_NONE),
        .value = keep_value(facts, &seen)};
    if (buf_failed(&facts->texts)) {
        facts->texts.failed = false;
        return VMM_E_NOMEM;
    }
    facts->count++;
    return 0;
}

void facts_mask(struct facts *facts, const struct mask *mask)
{
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct result_fact *fact = &facts->list[i];
        if (fact->type == VMM_TYPE_TEXT) {
            mask_text(mask, (char *)facts->texts.data + fact->value, TEXT_MAX + 1);
        }
    }
}

struct result_fact *facts_view(struct facts *facts)
{
    for (uint32_t i = 0; i < facts->count; i++) {
        struct result_fact *fact = &facts->list[i];
        if (fact->type == VMM_TYPE_TEXT) {
            fact->text = (const char *)facts->texts.data + fact->value;
        }
    }
    return facts->list;
}
