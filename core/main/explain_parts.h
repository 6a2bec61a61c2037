/* SPDX-License-Identifier: MIT */
/* What explain.c puts together of other files. */
#ifndef MAIN_EXPLAIN_PARTS_H
#define MAIN_EXPLAIN_PARTS_H

#include "main/explain.h"

/* ---- explain.c ---- */

/* The words of the vocabulary for a subject (VMM_SUBJECT_*). */
const char *explain_subject_word(uint32_t subject);

/* ---- explain_reason.c ---- */

/* The reasons that hold, each with what it is about: of `result`, the last look, NULL when there is none. `history` as
 * explain_history() makes it, or NULL. */
json_t *explain_reasons(const struct daemon *daemon, const struct explain_subject *subject,
                        const struct result_message *result, const json_t *history);

/* ---- explain_message.c ---- */

/* Who was told of an incident, who is next, and what keeps a message about it back; null when there is no incident,
 * and none would be kept back. */
json_t *explain_message(const struct daemon *daemon, const struct explain_subject *subject,
                        const json_t *incident);

#endif
