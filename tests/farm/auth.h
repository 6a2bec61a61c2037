/* SPDX-License-Identifier: MIT */
/*
 * Logins at one device: the challenges it offers, the check of what comes back, the lock after too
 * many bad ones. Deciding only; counting and answering are the server's.
 */
#ifndef FARM_AUTH_H
#define FARM_AUTH_H

#include "farm/arena.h"
#include "farm/digest.h"
#include "farm/fields.h"
#include "farm/message.h"
#include "farm/nonce.h"
#include "farm/problem.h"
#include "farm/wsse.h"

/* Levels of accounts, as VIVOTEK numbers them (get/set levels of its URL API). */
enum auth_level { LEVEL_ANONYMOUS = 0, LEVEL_VIEWER = 1, LEVEL_OPERATOR = 4, LEVEL_ADMIN = 6 };

struct auth_user {
    const char *name;
    const char *password;
    int level;
};

struct auth_users {
    const struct auth_user *list;
    size_t count;
};

/* One challenge of a 401. A digest's text is FRONT, the nonce, BACK; basic is all FRONT. */
struct auth_challenge {
    const struct digest_algorithm *algorithm; /* NULL: basic */
    struct slice realm;
    struct slice opaque;
    bool qop;
    const char *front;
    const char *back;
};

struct auth_policy {
    const struct auth_challenge *challenges;
    size_t count;
    struct auth_fields fields; /* credentials in the query or a form, beside or instead of them */
    struct wsse_policy wsse;   /* credentials in the SOAP message */
    bool dvrip;                /* DVRIP's own login */
    bool one_header;           /* all challenges in one WWW-Authenticate, comma-separated */
    bool stale_flag;           /* says stale=true for a nonce that has expired */
    bool digest;               /* any digest is offered: nonces are needed */
    bool locks_all;      /* while locked, requests without credentials get the locked answer too */
    uint32_t lock_after; /* bad logins in a row; 0: never */
    uint64_t lock_us;
    struct nonce_policy nonce;
};

struct auth_lock {
    uint32_t bad_in_row;
    uint64_t until_us;
};

enum auth_verdict {
    AUTH_ABSENT, /* no credentials were sent */
    AUTH_GOOD,
    AUTH_BAD,
    AUTH_STALE, /* the right password on a nonce that is no good: ask again with a new one */
    AUTH_LOCKED /* not checked */
};

/* All that a check looks at. RING may be NULL when no digest is offered. */
struct auth_check {
    const struct auth_policy *policy;
    const struct auth_users *users;
    struct nonce_ring *ring;
    struct auth_lock *lock;
    struct wsse_seen *seen; /* may be NULL when no token is asked for */
    const struct clock *clock;
    int64_t wall_us;
    const struct message *message;
    uint64_t connection;
    uint64_t now_us;
};

struct auth_result {
    enum auth_verdict verdict;
    const struct auth_user *user; /* of a good login */
    const char *why;              /* of a bad one, for the report; never any secret */
    enum nonce_state nonce;
    bool in_session; /* a good login by a nonce that a body has told */
    bool basic_unoffered;
    bool locked_now; /* this bad login locked the device */
};

/* Reads the "auth" object of a personality; NULL is "no login". False: a problem is noted. */
bool auth_policy_read(struct arena *arena, const json_t *object, struct auth_policy *policy,
                      struct problem *problem);

/* Does the device ask for logins at all? */
bool auth_is_asked(const struct auth_policy *policy);

/* Does the message bring credentials, in a header, in fields or in a token? */
bool auth_is_brought(const struct auth_policy *policy, const struct message *message);

/* A level's number: "anonymous", "viewer", "operator", "admin". False: no such level. */
bool auth_level_read(const char *name, int *level);

/* Checks a request's credentials and moves the nonce and lock state on. */
struct auth_result auth_check(const struct auth_check *check);

/* Is the device locked? A lock whose time is over is taken off. */
bool auth_is_locked(struct auth_lock *lock, uint64_t now_us);

#endif
