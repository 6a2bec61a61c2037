/* SPDX-License-Identifier: MIT */
/*
 * Answers in sections, and lines of `key: value`:
 *
 *   [disk1]
 *   state = ok        ; a comment stands on a line of its own
 *   Serial No: 123
 *
 * What stands before the first section has an empty one. Key and value are parted by the first '='
 * or ':' of the line; spaces around them do not count, a value may stand in single or double quotes.
 * A line that begins with ';' or '#' is a comment; a line that is nothing of this is passed over.
 * Nothing is copied. For lines without sections, see kit/keyvalue.h.
 */
#ifndef VMM_KIT_INI_H
#define VMM_KIT_INI_H

#include <kit/text.h>

/* Where reading stands. To begin: {.rest = the answer}. */
struct vmm_ini {
    struct vmm_text rest;
    struct vmm_text section;
};

/* Views of the answer. */
struct vmm_ini_entry {
    struct vmm_text section;
    struct vmm_text key;
    struct vmm_text value;
};

/* The next entry. False when none is left. */
bool vmm_ini_next(struct vmm_ini *ini, struct vmm_ini_entry *entry);

/* The first value of `key` in `section`, both in any case; "" is what stands before the first
 * section. 0 or VMM_E_NOENT. */
int vmm_ini_find(struct vmm_text answer, const char *section, const char *key,
                 struct vmm_text *value);

#endif
