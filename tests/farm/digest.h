/* SPDX-License-Identifier: MIT */
/*
 * The server's half of HTTP digest access authentication: RFC 7616, and RFC 2069 for devices that
 * offer no qop. Written for the farm alone, so that a client is not tested against itself.
 */
#ifndef FARM_DIGEST_H
#define FARM_DIGEST_H

#include "farm/text.h"

#define DIGEST_HEX_MAX 64

struct digest_algorithm {
    const char *name; /* the token of RFC 7616 section 3.3 */
    int family;       /* which hash */
    bool session;     /* a "-sess" variant */
};

/* What an Authorization header says after "Digest"; absent parts are empty. Text is as written
 * between its quotes: backslash escapes still stand (see digest_unquoted_equal). */
struct digest_login {
    struct slice user;
    struct slice realm;
    struct slice nonce;
    struct slice uri;
    struct slice response;
    struct slice algorithm;
    struct slice cnonce;
    struct slice opaque;
    struct slice qop;
    struct slice nc;
};

/* What a response is computed from. */
struct digest_question {
    const struct digest_algorithm *algorithm;
    struct slice user; /* plain */
    struct slice password;
    struct slice method;
    struct slice session_cnonce; /* the cnonce that opened the session (-sess only) */
    const struct digest_login *login;
};

/* Fetches the hashes from OpenSSL once. 0, or -1 when one that is needed is missing. */
int digest_init(void);

/* Frees what digest_init took. */
void digest_finish(void);

/* The algorithm of a token, in any case; the empty token is MD5. NULL: unknown. */
const struct digest_algorithm *digest_algorithm(struct slice token);

/* Takes the comma-separated name=value list apart. False: not such a list, or a name twice. */
bool digest_parse(struct slice list, struct digest_login *login);

/* Is the quoted text QUOTED (with escapes) the plain text PLAIN? */
bool digest_unquoted_equal(struct slice quoted, struct slice plain);

/* Writes the response in lower-case hex, NUL-terminated, and returns its length; 0 on failure. */
size_t digest_response(const struct digest_question *question, char hex[DIGEST_HEX_MAX + 1]);

#endif
