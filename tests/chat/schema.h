/* SPDX-License-Identifier: MIT */
/* What a message of Google Chat may look like, by the API's reference: strict, for a test. Pure. */
#ifndef CHAT_SCHEMA_H
#define CHAT_SCHEMA_H

#include <jansson.h>

#define CHAT_WHY_SIZE 200

/* NULL when the message is one that the API would create and show whole; else what is wrong, with its place. Unknown
 * fields, wrong types, empty sections, more than 100 widgets on a card (the API ignores the rest), and cards without
 * an id beside others are faults. */
const char *chat_schema_fault(const json_t *message, char why[CHAT_WHY_SIZE]);

#endif
