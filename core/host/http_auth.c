/* SPDX-License-Identifier: MIT */
/* When a request carries the credential, and what a 401 means. */
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "host/http_exchange.h"
#include "host/http_header.h"

#define CHALLENGES_SIZE 8192

/* Basic shows the password: inside TLS to the key that is expected, or in clear by the operator's
 * word, for the device or in an option of its provider. */
static bool may_be_basic(const struct http_exchange *exchange)
{
    const struct job_message *order = &exchange->job->order;
    if (order->auth == AUTH_BASIC || (exchange->flags & VMM_HTTP_BASIC_OK) != 0) {
        return true;
    }
    return order->tls != TLS_NONE && (exchange->job->flags & RESULT_KEY_CHANGED) == 0;
}

bool http_auth_begin(struct http_exchange *exchange)
{
    if ((exchange->flags & VMM_HTTP_NO_LOGIN) != 0) {
        return false;
    }
    return login_begin(&exchange->job->login, may_be_basic(exchange));
}

int http_auth_write(struct http_exchange *exchange)
{
    static const char name[] = "Authorization: ";
    memcpy(exchange->authorization, name, sizeof(name) - 1);
    int size = login_write(&exchange->job->login, exchange->method, buf_cstr(&exchange->target),
                           exchange->authorization + sizeof(name) - 1,
                           sizeof(exchange->authorization) - sizeof(name) + 1);
    return size < 0 ? size : 0;
}

enum login_answer http_auth_take(struct http_exchange *exchange)
{
    if ((exchange->flags & VMM_HTTP_NO_LOGIN) != 0) {
        return LOGIN_DONE;
    }
    struct login *login = &exchange->job->login;
    if (exchange->leg.status != 401) {
        return login_take(login, (int)exchange->leg.status, NULL);
    }
    char room[CHALLENGES_SIZE];
    const char *values[VMM_AUTH_VALUES_MAX + 1];
    http_header_values((const char *)exchange->headers.data, exchange->headers.size,
                       "WWW-Authenticate", room, sizeof(room), values, VMM_AUTH_VALUES_MAX);
    enum login_answer answer = login_take(login, 401, values);
    /* The key of the other side is known only now. */
    if (answer == LOGIN_AGAIN && login->auth.challenge.scheme == VMM_AUTH_BASIC &&
        !may_be_basic(exchange)) {
        login_withdraw(login);
        answer = LOGIN_NO_SCHEME;
    }
    return answer;
}

void http_auth_withhold(struct http_exchange *exchange)
{
    exchange->has_authorization = false;
    login_begin_bare(&exchange->job->login, false);
}

static const char *no_scheme_detail(uint8_t offered)
{
    return offered == VMM_AUTH_OFFERED_BASIC
               ? "the device knows only Basic, which would show the password; auth=basic allows it"
               : "the device offers no kind of login that is known here";
}

struct http_verdict http_auth_verdict(const struct http_exchange *exchange)
{
    struct http_verdict verdict = {
        .outcome = VMM_OUTCOME_AUTH, .rung = VMM_RUNG_AUTHENTICATE, .reason = VMM_REASON_AUTH};
    switch (exchange->leg.login) {
    case LOGIN_MISSING:
        verdict.reason = VMM_REASON_CREDENTIAL_MISSING;
        verdict.detail = "the device asks for a login and there is no credential";
        break;
    case LOGIN_BARRED:
        verdict.reason = VMM_REASON_NONE;
        verdict.flags = VMM_HTTP_LOGIN_BARRED;
        verdict.detail = "the device asks for a login and none is allowed now";
        break;
    case LOGIN_NO_SCHEME:
        verdict.detail = no_scheme_detail(exchange->job->login.auth.offered);
        break;
    default:
        verdict.detail = "the device refuses the credential";
        break;
    }
    return verdict;
}
