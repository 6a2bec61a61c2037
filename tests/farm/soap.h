/* SPDX-License-Identifier: MIT */
/*
 * What the farm has to know of a SOAP message: which operation it asks for, and the UsernameToken
 * that it brings. One pass over the tags, all text left where it is; no validation, for the devices
 * that are played here do none either.
 */
#ifndef FARM_SOAP_H
#define FARM_SOAP_H

#include "farm/text.h"

struct soap {
    struct slice operation; /* local name of the first element of the body; empty: no SOAP */
    struct slice space;     /* its namespace, or empty */
    struct slice user;      /* of a UsernameToken, as written; empty: none */
    struct slice password;
    struct slice type; /* the password's Type attribute */
    struct slice nonce;
    struct slice created;
};

/* Reads the message TEXT. False: it is none, and *SOAP is empty. */
bool soap_read(struct slice text, struct soap *soap);

#endif
