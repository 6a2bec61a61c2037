/* SPDX-License-Identifier: MIT */
/* A look held against what its row says; with Criterion. */
#ifndef PLAYS_EXPECT_H
#define PLAYS_EXPECT_H

#include <jansson.h>

/* An outcome and a reason in words ("none" for none); `wanted` is the row's "look". */
void expect_outcome(const char *id, const char *wanted, const char *outcome, const char *reason,
                    const char *detail);

/* Facts as vmmctl writes them: objects of "fact", "index", "value", "standing", "reason". */
void expect_facts(const char *id, const json_t *wanted, const json_t *facts);

/* The value as the line of a fact has it. */
void expect_value(const json_t *value, char *out, size_t size);

#endif
