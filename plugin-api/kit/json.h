/* SPDX-License-Identifier: MIT */
/*
 * JSON answers, read by pointers (RFC 6901): "/Response/Data/DeviceModel", "/ChanStatus/0/online".
 *
 * The values are jansson's own, so <jansson.h> can be used beside this. Strings are views that live
 * as long as the document. Devices write numbers as strings and truths as numbers: both are taken.
 */
#ifndef VMM_KIT_JSON_H
#define VMM_KIT_JSON_H

#include <kit/charset.h>

#define VMM_JSON_MAX ((size_t)4 << 20) /* bytes of a document */

struct json_t; /* jansson's value */

/* Read a document: any value, not objects and arrays alone. `charset` is that of the Content-Type,
 * or UNKNOWN. NUL and white space behind the document do not count; where strict reading fails,
 * control characters inside strings are forgiven once. 0; VMM_E_PROTO when it is no JSON,
 * VMM_E_TOOBIG, VMM_E_NOMEM. `*json` is released by vmm_json_destroy(), and set on 0 only. */
int vmm_json_parse(struct vmm_text body, uint32_t charset, struct json_t **json);

/* Release; NULL is allowed. */
void vmm_json_destroy(struct json_t *json);

/* Each of the following takes a value that is NULL as one that has nothing. "" points to the value
 * itself. */

/* The value a pointer leads to, or NULL. */
const struct json_t *vmm_json_at(const struct json_t *json, const char *pointer);

/* The text of a string; anything else gives an empty view whose data is NULL. */
struct vmm_text vmm_json_text(const struct json_t *json, const char *pointer);

/* A whole number, also written as a string. 0; VMM_E_NOENT when there is nothing; VMM_E_INVAL when
 * it is something else; VMM_E_RANGE outside [min, max]. `*number` is set on 0 only. */
int vmm_json_int(const struct json_t *json, const char *pointer, int64_t min, int64_t max,
                 int64_t *number);

/* true or false, 0 or 1, or a word of vmm_text_bool(). 0, VMM_E_NOENT or VMM_E_INVAL. */
int vmm_json_bool(const struct json_t *json, const char *pointer, bool *truth);

/* How many items an array has. An object that stands where a list is expected is a list of one:
 * makers write it so. Anything else: 0. */
size_t vmm_json_count(const struct json_t *json, const char *pointer);

/* An item of that list, or NULL. */
const struct json_t *vmm_json_item(const struct json_t *json, const char *pointer, size_t place);

#endif
