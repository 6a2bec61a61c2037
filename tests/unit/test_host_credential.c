/* SPDX-License-Identifier: MIT */
/* The credential of a look: how often it is shown, and what the core is told. */
#include <criterion/criterion.h>
#include <string.h>

#include <vmm/errors.h>

#include "host/login.h"

static struct login login;
static const uint8_t password[] = "right";
static const char *const first[] = {"Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"", NULL};
static const char *const second[] = {"Digest realm=\"r\", nonce=\"n2\", qop=\"auth\"", NULL};
static const char *const basic[] = {"Basic realm=\"r\"", NULL};

static struct job_message order(void)
{
    return (struct job_message){.may_login = 1,
                                .auth = AUTH_DIGEST,
                                .user = "admin",
                                .password = {password, sizeof(password) - 1}};
}

static void begin(const struct job_message *given)
{
    cr_assert_eq(login_init(&login, given), 0);
}

/* A login that was made and accepted; its note is written to `note`. */
static size_t log_in(uint8_t note[NOTE_HOST_MAX])
{
    char header[VMM_AUTH_HEADER_MAX];
    struct job_message given = order();
    begin(&given);
    cr_assert_not(login_begin(&login, false));
    cr_assert_eq(login_take(&login, 401, first), LOGIN_AGAIN);
    cr_assert_gt(login_write(&login, "GET", "/", header, sizeof(header)), 0);
    login_sent(&login);
    cr_assert_eq(login_take(&login, 200, NULL), LOGIN_DONE);
    cr_assert_eq(login.flags, RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED);
    return login_note(&login, note);
}

Test(host_credential, is_remembered_by_its_note)
{
    uint8_t note[NOTE_HOST_MAX];
    size_t size = log_in(note);
    cr_assert_gt(size, 0);
    struct job_message given = order();
    given.host_note = (struct frame_bytes){note, (uint32_t)size};
    begin(&given);
    cr_assert(login_begin(&login, false));
}

Test(host_credential, a_note_that_was_not_looked_at_goes_back_as_it_came)
{
    uint8_t note[NOTE_HOST_MAX];
    static const uint8_t kept[] = {9, 8, 7};
    struct job_message given = order();
    given.host_note = (struct frame_bytes){kept, sizeof(kept)};
    begin(&given);
    cr_assert_eq(login_note(&login, note), sizeof(kept));
    cr_assert_eq(memcmp(note, kept, sizeof(kept)), 0);
}

Test(host_credential, a_broken_note_is_none)
{
    uint8_t note[NOTE_HOST_MAX];
    static const uint8_t broken[] = {255, 255, 255};
    struct job_message given = order();
    given.host_note = (struct frame_bytes){broken, sizeof(broken)};
    begin(&given);
    cr_assert_not(login_begin(&login, false));
    cr_assert_eq(login_note(&login, note), 0);
}

Test(host_credential, is_refused_once_and_then_kept_back)
{
    struct job_message given = order();
    begin(&given);
    login_begin(&login, false);
    cr_assert_eq(login_take(&login, 401, first), LOGIN_AGAIN);
    login_sent(&login);
    cr_assert_eq(login_take(&login, 401, second), LOGIN_REFUSED);
    cr_assert_eq(login.flags, RESULT_LOGIN_TRIED | RESULT_LOGIN_REFUSED);
    cr_assert_not(login_begin(&login, false));
    cr_assert_eq(login_take(&login, 401, first), LOGIN_REFUSED);
    cr_assert_eq(login_may_show(&login), VMM_E_AUTH);
}

Test(host_credential, is_barred_without_allowance_and_missing_without_one)
{
    struct job_message given = order();
    given.may_login = 0;
    begin(&given);
    cr_assert_not(login_begin(&login, false));
    cr_assert_eq(login_take(&login, 401, first), LOGIN_BARRED);
    cr_assert_eq(login.flags, RESULT_LOGIN_BARRED);
    cr_assert_eq(login_may_show(&login), VMM_E_DENIED);
    given = order();
    given.auth = AUTH_NONE;
    begin(&given);
    cr_assert_eq(login_take(&login, 401, first), LOGIN_MISSING);
    given = order();
    given.user = "";
    given.password.size = 0;
    begin(&given);
    cr_assert_eq(login_take(&login, 401, first), LOGIN_MISSING);
    cr_assert_eq(login_may_show(&login), VMM_E_AUTH);
}

Test(host_credential, basic_only_where_it_is_allowed)
{
    struct job_message given = order();
    begin(&given);
    login_begin(&login, false);
    cr_assert_eq(login_take(&login, 401, basic), LOGIN_NO_SCHEME);
    login_begin(&login, true);
    cr_assert_eq(login_take(&login, 401, basic), LOGIN_AGAIN);
    login_withdraw(&login);
    cr_assert_not(login_begin(&login, true));
    cr_assert_eq(login.flags, 0);
}

Test(host_credential, statuses_before_the_door_prove_nothing)
{
    static const struct {
        int status;
        bool proves;
    } cases[] = {{200, true},  {302, true},  {404, true},  {400, false}, {403, false},
                 {429, false}, {453, false}, {500, false}, {503, false}};
    uint8_t note[NOTE_HOST_MAX];
    size_t size = log_in(note);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct job_message given = order();
        given.host_note = (struct frame_bytes){note, (uint32_t)size};
        begin(&given);
        cr_assert(login_begin(&login, false));
        login_sent(&login);
        cr_assert_eq(login_take(&login, cases[i].status, NULL), LOGIN_DONE);
        cr_assert_eq((login.flags & RESULT_LOGIN_ACCEPTED) != 0, cases[i].proves, "%d",
                     cases[i].status);
    }
}

Test(host_credential, is_wiped)
{
    struct job_message given = order();
    begin(&given);
    login_finish(&login);
    const uint8_t *bytes = (const uint8_t *)&login;
    for (size_t i = 0; i < sizeof(login); i++) {
        cr_assert_eq(bytes[i], 0);
    }
}
