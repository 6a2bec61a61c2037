/* SPDX-License-Identifier: MIT */
/*
 * Logins whose credentials stand in fields of the query or of a form, as they are (ACTi's USER= and
 * PWD=) or as salted sums (GeoVision's umd5= and pmd5=).
 */
#ifndef FARM_FIELDS_H
#define FARM_FIELDS_H

#include "farm/arena.h"
#include "farm/message.h"
#include "farm/problem.h"

struct auth_user;
struct auth_users;

struct auth_fields {
    const char *user; /* names of the fields; NULL: no login of this kind */
    const char *password;
    bool in_form;
    bool in_json; /* of the body: members of any object in it */
    bool sums;         /* MD5 of salts and value in large hexadecimal digits */
    const char *a, *b; /* the salts: a user b, b password a, all small letters */
};

/* Reads the "fields" object of a login; NULL is none. False: a problem is noted. */
bool fields_read(struct arena *arena, const json_t *object, struct auth_fields *fields,
                 struct problem *problem);

/* Does the message bring a login of this kind, right or wrong? */
bool fields_are_in(const struct auth_fields *fields, const struct message *message);

/* The account whose login this is, or NULL. */
const struct auth_user *fields_check(const struct auth_fields *fields,
                                     const struct auth_users *users, const struct message *message);

#endif
