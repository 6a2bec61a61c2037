/* SPDX-License-Identifier: MIT */
/* The digest against the examples of RFC 7616 and RFC 2069, and its parser. */
#include "farm/digest.h"

#include <criterion/criterion.h>

static void set_up(void)
{
    cr_assert_eq(digest_init(), 0);
}

TestSuite(part_digest, .init = set_up, .fini = digest_finish);

static struct slice S(const char *text) {
    return slice_of(text);
}

static const char *
respond(const char *algorithm, const char *password, struct digest_login *login,
        const char *session_cnonce)
{
    static char hex[DIGEST_HEX_MAX + 1];
    struct digest_question question = {.algorithm = digest_algorithm(S(algorithm)),
                                       .user = login->user,
                                       .password = S(password),
                                       .method = S("GET"),
                                       .session_cnonce = S(session_cnonce),
                                       .login = login};
    cr_assert_neq(digest_response(&question, hex), 0);
    return hex;
}

/* RFC 7616 section 3.9.1. */
static struct digest_login mufasa(void)
{
    return (struct digest_login){.user = S("Mufasa"),
                                 .realm = S("http-auth@example.org"),
                                 .nonce = S("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
                                 .uri = S("/dir/index.html"),
                                 .cnonce = S("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
                                 .nc = S("00000001"),
                                 .qop = S("auth")};
}

Test(part_digest, md5_example)
{
    struct digest_login login = mufasa();
    cr_expect_str_eq(respond("MD5", "Circle of Life", &login, ""),
                     "8ca523f5e9506fed4657c9700eebdbec");
}

Test(part_digest, sha256_example)
{
    struct digest_login login = mufasa();
    cr_expect_str_eq(respond("SHA-256", "Circle of Life", &login, ""),
                     "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

/* The names of RFC 7616 section 3.9.2, whose printed response is of another hash; this one was made
 * with openssl dgst -sha512-256. */
Test(part_digest, sha512_256_example)
{
    struct digest_login login = {.user = S("J\xc3\xa4s\xc3\xb8n Doe"),
                                 .realm = S("api@example.org"),
                                 .nonce = S("5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK"),
                                 .uri = S("/doe.json"),
                                 .cnonce = S("NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm"),
                                 .nc = S("00000001"),
                                 .qop = S("auth")};
    cr_expect_str_eq(respond("SHA-512-256", "Secret, or not?", &login, ""),
                     "7a4e1192babbba02e91182d2895bfdbf7adafc6e48d4e517ca301974843d840c");
}

/* RFC 2069 section 2.4, with the response its errata give. */
Test(part_digest, without_qop)
{
    struct digest_login login = {.user = S("Mufasa"),
                                 .realm = S("testrealm@host.com"),
                                 .nonce = S("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
                                 .uri = S("/dir/index.html")};
    cr_expect_str_eq(respond("", "CircleOfLife", &login, ""), "1949323746fe6a43ef61f9606e7febea");
}

Test(part_digest, session_takes_the_cnonce_that_opened_it)
{
    struct digest_login login = mufasa();
    char first[DIGEST_HEX_MAX + 1] = "";
    strcpy(first, respond("MD5-sess", "Circle of Life", &login, "one"));
    cr_expect_str_neq(first, respond("MD5-sess", "Circle of Life", &login, "two"));
    cr_expect_str_neq(first, respond("MD5", "Circle of Life", &login, "one"));
}

Test(part_digest, algorithms_are_known_in_any_case)
{
    cr_expect_str_eq(digest_algorithm(S(""))->name, "MD5");
    cr_expect_str_eq(digest_algorithm(S("sha-256-SESS"))->name, "SHA-256-sess");
    cr_expect_str_eq(digest_algorithm(S("SHA-512-256"))->name, "SHA-512-256");
    cr_expect_null(digest_algorithm(S("SHA-1")));
}

Test(part_digest, parses_quotes_commas_and_blanks)
{
    struct digest_login login;
    cr_assert(
        digest_parse(S(" username=\"a,\\\"b\" , realm=\"r\",nc=00000001 ,qop=auth,\tx=1"), &login));
    cr_expect(slice_equal(login.user, S("a,\\\"b")));
    cr_expect(digest_unquoted_equal(login.user, S("a,\"b")));
    cr_expect(slice_equal(login.nc, S("00000001")));
    cr_expect(slice_equal(login.qop, S("auth")));
    cr_expect_eq(login.opaque.len, 0);
}

Test(part_digest, refuses_what_is_no_list)
{
    static const char *const wrong[] = {"username", "username=\"a", "username=\"a\" realm=\"b\"",
                                        "=x",       "nc=1,nc=2",    "uri="};
    struct digest_login login;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_not(digest_parse(S(wrong[i]), &login), "%s", wrong[i]);
    }
}

Test(part_digest, unquoting_compares_whole_text)
{
    cr_expect(digest_unquoted_equal(S(""), S("")));
    cr_expect_not(digest_unquoted_equal(S("abc"), S("ab")));
    cr_expect_not(digest_unquoted_equal(S("ab"), S("abc")));
}
