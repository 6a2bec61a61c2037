/* SPDX-License-Identifier: MIT */
/*
 * Whose device it is, by the opinions of all plugins: who is near, who is known, and what is told of it. Pure.
 *
 * A maker is known from 60 on, and only with 20 more than the next one; less is told and never guessed. A protocol that
 * many makers speak is named from 50 on, where no maker has 30. What is named is kept, so that it waits for who is due.
 */
#ifndef IPC_OPINION_H
#define IPC_OPINION_H

#include <stdbool.h>

#include <vmm/plugin.h>

#include "base/text.h"
#include "ipc/message.h"
#include "ipc/transcript.h"

#define OPINIONS_MAX  256u
#define OPINION_KNOWN 60u /* of a maker */
#define OPINION_LEAD  20u /* over the next one of its kind */

#define OPINIONS_MAX_MS                                                                            \
    60000u /* all of them together are waited for, then the look ends with those that came */

struct opinion {
    char family[VMM_PLUGIN_NAME_MAX + 1];
    uint32_t certainty; /* 0: none */
    bool is_general;
    uint32_t answer; /* number of the one that told most; 0: none */
    bool is_missing; /* it was asked, and `why` says what became of that */
    bool is_due;     /* it is missing, and may well come when it is asked again */
    char why[TEXT_MAX + 1];
};

/*
 * Take what the plugin `name` says. VMM_E_INVAL: the certainty is out of bounds, the family is not its own, the answer
 * is none of the transcript, or it is certain without a word; then `out` is missing, with that as its `why`.
 */
int opinion_take(const struct opinion_message *said, const char *name, uint32_t answers,
                 struct opinion *out);

/* No opinion came of this plugin, and why; `is_due`: one may come when it is asked again. */
void opinion_miss(const char *name, bool is_due, const char *why, struct opinion *out);

/* Makers before protocols, the most certain first, then by name; what is missing and what is none last. */
void opinion_rank(struct opinion *opinions, size_t count);

/* Whose it is, of those that are ranked; NULL when that is not known: nobody is named while one is due, because it could
 * be the one that knows. */
const struct opinion *opinion_best(const struct opinion *opinions, size_t count);

#define OPINION_TOLD_MAX 24u

/* What is told of it, as facts behind those of the look. */
struct opinion_told {
    uint32_t count;
    struct result_fact facts[OPINION_TOLD_MAX];
    char texts[OPINION_TOLD_MAX][TEXT_MAX + 1];
    char detail[160];
};

/* Ranked opinions on a transcript in words: the provider and where it is spoken, each candidate with its why, who gave no
 * opinion. Points into itself. */
void opinion_tell(const struct opinion *opinions, size_t count, const struct vmm_transcript *seen,
                  struct opinion_told *told);

/* Add it to the result of the look, whose list has room for MESSAGE_FACTS_MAX. */
void opinion_add(const struct opinion_told *told, struct result_message *result);

#endif
