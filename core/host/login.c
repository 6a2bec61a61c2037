/* SPDX-License-Identifier: MIT */
#include "host/login.h"

#include <string.h>
#include <sys/random.h>

#include <vmm/errors.h>

int login_init(struct login *login, const struct job_message *order)
{
    if (order->password.size >= sizeof(login->password)) {
        return VMM_E_TOOBIG;
    }
    login->user = order->user;
    login->note = order->host_note;
    login->flags = 0;
    login->may_login = order->may_login != 0;
    login->has_credential =
        order->auth != AUTH_NONE && (order->user[0] != '\0' || order->password.size > 0);
    login->has_read_note = false;
    login->in_exchange = false;
    login->is_answered = false;
    if (order->password.size > 0) {
        memcpy(login->password, order->password.data, order->password.size);
    }
    login->password[order->password.size] = '\0';
    return 0;
}

void login_finish(struct login *login)
{
    explicit_bzero(login, sizeof(*login));
}

static void read_note(struct login *login)
{
    if (!login->has_read_note) {
        login->has_read_note = true;
        /* A note that cannot be read is one that is not there: decode() leaves `auth` as after
         * init. */
        (void)vmm_auth_note_decode(&login->auth, login->note.data, login->note.size);
    }
}

static bool enter(struct login *login)
{
    login->in_exchange =
        login->has_credential && login->may_login && (login->flags & RESULT_LOGIN_REFUSED) == 0;
    return login->in_exchange;
}

void login_begin_bare(struct login *login, bool allow_basic)
{
    if (enter(login)) {
        login->has_read_note = true;
        vmm_auth_init(&login->auth);
        vmm_auth_begin(&login->auth, allow_basic ? VMM_AUTH_ALLOW_BASIC : 0);
    }
}

bool login_begin(struct login *login, bool allow_basic)
{
    if (!enter(login)) {
        return false;
    }
    read_note(login);
    vmm_auth_begin(&login->auth, allow_basic ? VMM_AUTH_ALLOW_BASIC : 0);
    return vmm_auth_is_login(&login->auth) != 0;
}

int login_write(struct login *login, const char *method, const char *uri, char *out, size_t size)
{
    uint8_t cnonce[VMM_AUTH_CNONCE_SIZE] = {0};
    if (login->auth.nonce_count == 0 && getrandom(cnonce, sizeof(cnonce), 0) < 0) {
        return VMM_E_IO;
    }
    struct vmm_auth_request request = {
        .method = method, .uri = uri, .user = login->user, .password = login->password};
    return vmm_auth_authorize(&login->auth, &request, cnonce, out, size);
}

void login_sent(struct login *login)
{
    login->flags |= RESULT_LOGIN_TRIED;
}

void login_answered(struct login *login)
{
    login->is_answered = true;
}

/* A 401 that is not to be answered, and why. */
static enum login_answer unanswered(struct login *login)
{
    if (!login->has_credential) {
        return LOGIN_MISSING;
    }
    if ((login->flags & RESULT_LOGIN_REFUSED) != 0) {
        return LOGIN_REFUSED;
    }
    login->flags |= RESULT_LOGIN_BARRED;
    return LOGIN_BARRED;
}

/* Statuses that a device gives only to a request it has let in. Others (403, 429, 503 …) may come
 * before the credential was looked at. */
static bool is_let_in(int status)
{
    return (status >= 200 && status < 400) || status == 404;
}

enum login_answer login_take(struct login *login, int status, const char *const *challenges)
{
    if (!login->in_exchange) {
        return status == 401 ? unanswered(login) : LOGIN_DONE;
    }
    bool carried = vmm_auth_is_login(&login->auth) != 0;
    switch (vmm_auth_step(&login->auth, status, challenges)) {
    case VMM_AUTH_ANSWER:
    case VMM_AUTH_REFRESH:
        return LOGIN_AGAIN;
    case VMM_AUTH_REFUSED:
        login_refused(login);
        return LOGIN_REFUSED;
    case VMM_AUTH_NO_SCHEME:
        return LOGIN_NO_SCHEME;
    default:
        if (carried && is_let_in(status)) {
            login_accepted(login);
        }
        return LOGIN_DONE;
    }
}

void login_withdraw(struct login *login)
{
    uint8_t offered = login->auth.offered;
    vmm_auth_init(&login->auth);
    login->auth.offered = offered;
    login->in_exchange = false;
}

void login_accepted(struct login *login)
{
    login->flags |= RESULT_LOGIN_ACCEPTED;
}

void login_refused(struct login *login)
{
    login->flags |= RESULT_LOGIN_REFUSED;
}

int login_may_show(struct login *login)
{
    if (!login->has_credential || (login->flags & RESULT_LOGIN_REFUSED) != 0) {
        return VMM_E_AUTH;
    }
    if (!login->may_login) {
        login->flags |= RESULT_LOGIN_BARRED;
        return VMM_E_DENIED;
    }
    return 0;
}

size_t login_note(struct login *login, uint8_t *note)
{
    if (!login->has_read_note) {
        if (login->note.size > 0) {
            memcpy(note, login->note.data, login->note.size);
        }
        return login->note.size;
    }
    int size = vmm_auth_note_encode(&login->auth, note, NOTE_HOST_MAX);
    return size > 0 ? (size_t)size : 0;
}

const char *login_said(enum login_answer answer)
{
    static const char *const words[] = {[LOGIN_DONE] = "",
                                        [LOGIN_AGAIN] = ", answered",
                                        [LOGIN_MISSING] = ", no credential",
                                        [LOGIN_BARRED] = ", no login allowed now",
                                        [LOGIN_REFUSED] = ", refused",
                                        [LOGIN_NO_SCHEME] = ", no known scheme"};
    return words[answer];
}
