/* SPDX-License-Identifier: MIT */
/* Numbers as these devices write them: "0x0001F532" in a string, or plain. */
#ifndef XM_HEX_H
#define XM_HEX_H

#include <kit/json.h>

/* 0 with `*number` within 0 and `max`; VMM_E_NOENT, VMM_E_INVAL or VMM_E_RANGE. */
int xm_hex_int(const struct json_t *json, const char *pointer, int64_t max, int64_t *number);

#endif
