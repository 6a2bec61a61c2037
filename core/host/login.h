/* SPDX-License-Identifier: MIT */
/*
 * The credential of a job: whether it may be used, what became of it, and the challenge that is
 * remembered from one look to the next. HTTP and other protocols share it, so that a look counts
 * its logins once.
 */
#ifndef HOST_LOGIN_H
#define HOST_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kit/auth.h>

#include "ipc/message.h"

struct login {
    struct vmm_auth auth;
    const char *user;                 /* borrowed from the job's frame */
    char password[VMM_AUTH_USER_MAX]; /* ended by NUL; wiped by login_finish() */
    struct frame_bytes note;          /* of the last look, read when it is first needed */
    uint32_t flags;                   /* RESULT_LOGIN_* */
    bool has_credential;
    bool may_login;
    bool has_read_note;
    bool in_exchange; /* login_begin() was called, and the exchange uses the credential */
    bool
        is_answered; /* something that showed the credential had an answer: the outcome may tell of it */
};

/* What a 401 means for the request. */
enum login_answer {
    LOGIN_DONE,     /* no 401, or one that is the answer */
    LOGIN_AGAIN,    /* send it again with an authorization */
    LOGIN_MISSING,  /* a credential is asked for and there is none */
    LOGIN_BARRED,   /* the allowance forbids it now */
    LOGIN_REFUSED,  /* refused now, or earlier in this look */
    LOGIN_NO_SCHEME /* nothing is offered that can be done, or is allowed */
};

/* Take the credential of a job; texts and note are borrowed. VMM_E_TOOBIG for a password too long
 * to send. */
int login_init(struct login *login, const struct job_message *order);

/* Wipe everything. */
void login_finish(struct login *login);

/* Start the exchange of one request, `allow_basic` in the state its channel is in. True when it has
 * to carry an authorization, by a nonce that is remembered. */
bool login_begin(struct login *login, bool allow_basic);

/* The same for a request that went out without one before it was known here. */
void login_begin_bare(struct login *login, bool allow_basic);

/* Write the authorization of the next request into `out`, ended by NUL. Its length or VMM_E_*. The
 * caller calls login_sent() when it has gone out. */
int login_write(struct login *login, const char *method, const char *uri, char *out, size_t size);
void login_sent(struct login *login);

/* What carried the credential has an answer, so that the outcome may tell what became of it. */
void login_answered(struct login *login);

/* Take the status of the answer, and of a 401 its WWW-Authenticate values, ended by NULL. */
enum login_answer login_take(struct login *login, int status, const char *const *challenges);

/* How that is told behind a status in a trace; "" for LOGIN_DONE. */
const char *login_said(enum login_answer answer);

/* Do not answer the challenge after all: what it offers must not be used here. */
void login_withdraw(struct login *login);

/* The credential was accepted, or refused, by what the plugin knows. */
void login_accepted(struct login *login);
void login_refused(struct login *login);

/* Whether a request that shows the credential itself may go out: 0, VMM_E_AUTH (none, or refused),
 * VMM_E_DENIED. */
int login_may_show(struct login *login);

/* The note for the next look into `note` (NOTE_HOST_MAX bytes). Its size. */
size_t login_note(struct login *login, uint8_t *note);

#endif
