/* SPDX-License-Identifier: MIT */
/*
 * Answers made of lines `key=value`, the commonest language of camera CGIs.
 *
 *   system_info_modelname='IB8369A'
 *
 * Lines end in LF or CR LF; spaces around key and value do not count; a value may stand in single
 * or double quotes. A line without '=', with an empty key, or with a quote that is not closed is
 * passed over: half a value of an answer that was cut off is no value. A line in brackets (an INI
 * section) is passed over too. Nothing is copied: keys and values are views of the answer.
 */
#ifndef VMM_KIT_KEYVALUE_H
#define VMM_KIT_KEYVALUE_H

#include <kit/text.h>

#define VMM_KEYVALUE_ANY_CASE 1u /* keys are the same in any case of ASCII letters */
#define VMM_KEYVALUE_LAST                                                                          \
    2u /* of a key that stands there more than once, the last; else the first */

/* Take the next key and value off `rest`. False when none is left. Duplicate keys come as they
 * stand. */
bool vmm_keyvalue_next(struct vmm_text *rest, struct vmm_text *key, struct vmm_text *value);

/* Find the value of one key in `answer`. `flags` are VMM_KEYVALUE_*. 0 or VMM_E_NOENT. */
int vmm_keyvalue_find(struct vmm_text answer, const char *key, uint32_t flags,
                      struct vmm_text *value);

/* The number in a key of the form <before><number><after>, `status_c12_signal_detect` for example.
 * 0; VMM_E_INVAL when the key is another one; VMM_E_RANGE when the number is over `max`. */
int vmm_keyvalue_index(struct vmm_text key, const char *before, const char *after, uint32_t max,
                       uint32_t *number);

#endif
