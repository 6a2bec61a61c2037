/* SPDX-License-Identifier: MIT */
/* The types of the fleet's fields; used by fields.c alone. */
#ifndef FLEET_FIELD_TYPES_H
#define FLEET_FIELD_TYPES_H

#include "fleet/fields.h"

struct field_type {
    /* Read into `at`. VMM_E_INVAL with problem and remedy; VMM_E_NOMEM. */
    int (*read)(struct field_reader *reader, const json_t *value, void *at);
    json_t *(*write)(const void *at);
};

extern const struct field_type field_text;     /* const char *: one line for people */
extern const struct field_type field_id;       /* const char *: an id, or "" */
extern const struct field_type field_host;     /* const char *: a name or an address, or "" */
extern const struct field_type field_timezone; /* const char * */
extern const struct field_type field_language; /* const char * */
extern const struct field_type field_way;      /* const char * */
extern const struct field_type field_tags;     /* const char *: JSON list of texts */
extern const struct field_type field_object;   /* const char *: JSON object */
extern const struct field_type field_rules;    /* const char *: JSON object, see rules.h */
extern const struct field_type field_enabled;  /* bool */
extern const struct field_type field_port;     /* uint16_t */
extern const struct field_type field_channel;  /* uint32_t */
extern const struct field_type field_priority; /* uint32_t */
extern const struct field_type field_budget;   /* uint32_t */
extern const struct field_type field_tls;      /* uint32_t: TLS_* */
extern const struct field_type field_auth;     /* uint32_t: AUTH_* */
extern const struct field_type field_pin;      /* struct device_record: tls_pin and has_tls_pin */

#endif
