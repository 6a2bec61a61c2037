/* SPDX-License-Identifier: MIT */
/*
 * Some recorders answer code 3 to plain digest. They want a login of two steps: PUT Login by digest,
 * then PUT KeepAlive, whose answer names the nonce that signs what follows. The cookie is a number
 * that the client chooses. Whether one nonce signs one request or several is not known: it is used
 * until it is refused, and then once only.
 */
#include <stdio.h>
#include <string.h>

#include "uniview_look.h"

#define CLOSED "code 3 to plain digest, and no session begins"

#define COOKIE "Cookie: WebLoginHandle=10081124\r\n"
#define REALM  "NVRDVR" /* of these recorders */

bool session_wants_login(const void *state)
{
    const struct uniview_look *look = state;
    return look->session && !look->logged_in && !look->tried_login;
}

bool session_wants_nonce(const void *state)
{
    const struct uniview_look *look = state;
    return look->session && look->logged_in && !look->has_nonce;
}

int session_cookie(void *state, char *headers, size_t size)
{
    (void)state;
    int made = snprintf(headers, size, "%s", COOKIE);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

/* The first request answers the nonce as if a challenge had brought it; the next ones go on with it. */
int session_sign(void *state, char *headers, size_t size)
{
    struct uniview_look *look = state;
    char challenge[NONCE_SIZE + 64];
    char value[1024];
    snprintf(challenge, sizeof(challenge), "Digest realm=\"%s\", qop=\"auth\", nonce=\"%s\"", REALM,
             look->nonce);
    const char *const challenges[] = {challenge, NULL};
    if (!look->was_signed) {
        look->auth->accepted(look->job);
    }
    int rc = look->auth->authorize(look->job, look->was_signed ? NULL : challenges, "GET",
                                   look->target, value, sizeof(value));
    if (rc != 0) {
        return rc;
    }
    look->was_signed = true;
    int made = snprintf(headers, size, "%sAuthorization: %s\r\n", COOKIE, value);
    explicit_bzero(value, sizeof(value));
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

/* What refuses plain digest is not judged in this look; the others are read by it. */
static void leave_part(struct uniview_look *look)
{
    look->session = false;
    look->gave_up = true;
    look->done |= look->closed_part;
}

int session_open(void *state, char *headers, size_t size)
{
    struct uniview_look *look = state;
    look->tried_login = true;
    if (look->read_plain) {
        leave_part(
            look); /* until it is answered: some firmware may hang up on what it does not know */
    }
    return session_cookie(state, headers, size);
}

bool session_begin(struct uniview_look *look, const char *name, uint32_t closed,
                   struct vmm_part *part)
{
    if (look->read_plain && (look->no_session || look->gave_up)) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, CLOSED);
        return false;
    }
    look->session = true;
    look->closed = name;
    look->closed_part = closed;
    return true;
}

/* No session begins. Where plain digest was good for others, that costs the part alone that wanted one: nothing is said
 * of the password. False where it was not, or where the answer is about the login as a whole. */
static bool give_up(struct uniview_look *look, struct vmm_part *part)
{
    char detail[VMM_PART_DETAIL_MAX];
    if (!look->read_plain || part->outcome == VMM_OUTCOME_AUTH ||
        part->outcome == VMM_OUTCOME_LIMIT) {
        return false;
    }
    leave_part(look);
    snprintf(detail, sizeof(detail), "%s: " CLOSED, look->closed);
    vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, detail);
    return true;
}

/* The part that was left until the login was answered is asked for once more. */
static void take_up(struct uniview_look *look)
{
    look->session = true;
    look->gave_up = false;
    look->done &= ~look->closed_part;
}

static void begin_anew(struct uniview_look *look)
{
    look->has_nonce = false;
    look->was_signed = false;
}

void session_read_login(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *http, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct uniview_look *look = state;
    struct uniview_answer answer;
    (void)row;
    look->job = to->job;
    uint32_t kind = uniview_answer_init(&answer, http, part);
    uniview_answer_finish(&answer);
    look->logged_in = kind == UNIVIEW_ANSWERED;
    if (look->logged_in) {
        take_up(look);
    } else if (give_up(look, part)) {
        look->no_session = kind == UNIVIEW_NO_SESSION || kind == UNIVIEW_NOT_OFFERED;
        look->found |= look->no_session ? look->closed_part : 0;
    } else if (kind == UNIVIEW_NO_SESSION) {
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
                     "code 3 to the login");
    } else if (kind == UNIVIEW_NOT_OFFERED) {
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0, CLOSED);
    }
}

void session_read_nonce(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *http, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct uniview_look *look = state;
    struct uniview_answer answer;
    (void)row;
    (void)to;
    begin_anew(look);
    uint32_t kind = uniview_answer_init(&answer, http, part);
    look->has_nonce = kind == UNIVIEW_ANSWERED &&
                      uniview_read_nonce(answer.data, look->nonce, sizeof(look->nonce));
    uniview_answer_finish(&answer);
    if (look->has_nonce || give_up(look, part)) {
        return;
    }
    if (part->outcome == VMM_OUTCOME_OK || kind == UNIVIEW_NO_SESSION) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     "the login tells no nonce for what follows");
    }
}

void session_take(struct uniview_look *look, uint32_t kind, const struct vmm_http_answer *http,
                  struct vmm_part *part)
{
    bool refused = kind == UNIVIEW_NO_SESSION || http->status == 401;
    if (look->one_request || refused) {
        begin_anew(look);
    }
    if (refused) {
        /* The login was good a moment ago: this is no matter of the password. */
        look->one_request = true;
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_ANSWER, 0,
                     "refused in the session that has just begun");
    }
}
