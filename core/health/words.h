/* SPDX-License-Identifier: MIT */
/*
 * Words and numbers of the vocabulary: what the tables of <vmm/observation.h> say, both ways.
 * A number outside its list has the word "?"; a word outside its list gives a negative number.
 */
#ifndef VMM_HEALTH_WORDS_H
#define VMM_HEALTH_WORDS_H

#include <stdint.h>

const char *health_word(uint32_t health);
const char *severity_word(uint32_t severity);
const char *reason_word(uint32_t reason);
const char *rung_word(uint32_t rung);
const char *outcome_word(uint32_t outcome);
const char *breaker_word(uint32_t breaker); /* closed, open, half-open */
const char *fact_word(uint32_t fact);

/* The number, or VMM_E_NOENT. Words are compared exactly. */
int health_number(const char *word);
int severity_number(const char *word);
int reason_number(const char *word);
int rung_number(const char *word);
int outcome_number(const char *word);
int breaker_number(const char *word);

/* What was seen, and what to do about it: one English sentence each; "" outside the list. */
const char *reason_seen(uint32_t reason);
const char *reason_remedy(uint32_t reason);

/* What the reason leads to once its evidence is complete: VMM_HEALTH_*, VMM_SEVERITY_*. */
uint32_t reason_health(uint32_t reason);
uint32_t reason_severity(uint32_t reason);

/* The rung whose failure the reason names: VMM_RUNG_*. */
uint32_t reason_rung(uint32_t reason);

/* Take the lowest reason out of a mask of them; VMM_REASON_NONE when none is left. */
uint32_t reason_take(uint64_t *mask);

#endif
