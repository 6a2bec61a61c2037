/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/auth.h>

#include <string.h>

#include <vmm/errors.h>

static const uint8_t cnonce[VMM_AUTH_CNONCE_SIZE] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                     8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t other_cnonce[VMM_AUTH_CNONCE_SIZE] = {0xff};

static const struct vmm_auth_request get_x = {"GET", "/x", "admin", "pass"};

#define VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct vmm_auth_challenge choose(const char *value)
{
    struct vmm_auth_challenge challenge;
    cr_assert_eq(vmm_auth_choose(VALUES(value), 0, &challenge, NULL), 0, "not usable: %s", value);
    return challenge;
}

static void assert_unusable(const char *value)
{
    struct vmm_auth_challenge challenge;
    cr_assert_eq(vmm_auth_choose(VALUES(value), VMM_AUTH_ALLOW_BASIC, &challenge, NULL),
                 VMM_E_NOTSUP, "usable: %s", value);
    cr_assert_eq(challenge.scheme, VMM_AUTH_NONE);
}

static void assert_response(const char *value, const struct vmm_auth_request *request,
                            const char *client_nonce, const char *expected)
{
    struct vmm_auth_challenge challenge = choose(value);
    char response[VMM_AUTH_HASH_MAX];
    cr_assert_eq(vmm_auth_response(&challenge, request, 1, client_nonce, response), 0);
    cr_assert_str_eq(response, expected);
}

/* Take the challenge as a fresh 401 and return the header that answers it. */
static const char *answer(const char *value, const struct vmm_auth_request *request)
{
    static char header[VMM_AUTH_HEADER_MAX];
    struct vmm_auth auth;
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, VMM_AUTH_ALLOW_BASIC);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(value)), VMM_AUTH_ANSWER);
    int len = vmm_auth_authorize(&auth, request, cnonce, header, sizeof(header));
    cr_assert_eq(len, (int)strlen(header));
    return header;
}

static void assert_has(const char *header, const char *part)
{
    cr_assert_not_null(strstr(header, part), "'%s' is not in: %s", part, header);
}

static void assert_lacks(const char *header, const char *part)
{
    cr_assert_null(strstr(header, part), "'%s' is in: %s", part, header);
}

/* ---- published vectors ---- */

#define RFC7616_PARAMETERS                                                                         \
    "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "                                    \
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "                                     \
    "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
#define RFC7616_CNONCE "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"

static const struct vmm_auth_request mufasa = {"GET", "/dir/index.html", "Mufasa",
                                               "Circle of Life"};

Test(vectors, rfc7616_3_9_1_md5)
{
    assert_response("Digest " RFC7616_PARAMETERS ", algorithm=MD5", &mufasa, RFC7616_CNONCE,
                    "8ca523f5e9506fed4657c9700eebdbec");
}

Test(vectors, rfc7616_3_9_1_sha_256)
{
    assert_response("Digest " RFC7616_PARAMETERS ", algorithm=SHA-256", &mufasa, RFC7616_CNONCE,
                    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

/* RFC 7616 section 3.9.2 with the values of its erratum 4897; the printed ones are not of its
 * inputs. */
#define RFC7616_UTF8                                                                               \
    "Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, "                      \
    "nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", "                                     \
    "opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8"

static const struct vmm_auth_request doe = {"GET", "/doe.json", "J\xc3\xa4s\xc3\xb8n Doe",
                                            "Secret, or not?"};

Test(vectors, rfc7616_3_9_2_sha_512_256)
{
    assert_response(RFC7616_UTF8 ", userhash=true", &doe,
                    "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
                    "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
}

Test(vectors, rfc7616_3_9_2_userhash)
{
    const char *header = answer(RFC7616_UTF8 ", userhash=true", &doe);
    assert_has(header,
               "username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b\"");
    assert_has(header, ", userhash=true");
    assert_has(header, ", algorithm=SHA-512-256");
}

Test(vectors, rfc7616_3_9_2_extended_user_name)
{
    const char *header = answer(RFC7616_UTF8, &doe);
    assert_has(header, "Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, ");
    assert_lacks(header, "userhash");
}

#define RFC2617_PARAMETERS                                                                         \
    "realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""

Test(vectors, rfc2617_3_5)
{
    const struct vmm_auth_request request = {"GET", "/dir/index.html", "Mufasa", "Circle Of Life"};
    assert_response("Digest " RFC2617_PARAMETERS ", qop=\"auth,auth-int\"", &request, "0a4f113b",
                    "6629fae49393a05397450978507c4ef1");
}

/* RFC 2069 section 2.4 with the value of its erratum 749. */
Test(vectors, rfc2069_without_qop)
{
    const struct vmm_auth_request request = {"GET", "/dir/index.html", "Mufasa", "CircleOfLife"};
    assert_response("Digest " RFC2617_PARAMETERS, &request, "", "1949323746fe6a43ef61f9606e7febea");
}

Test(vectors, rfc7617_2_basic)
{
    const struct vmm_auth_request request = {"GET", "/", "Aladdin", "open sesame"};
    cr_assert_str_eq(answer("Basic realm=\"WallyWorld\"", &request),
                     "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

Test(vectors, rfc7617_2_1_basic_utf_8)
{
    const struct vmm_auth_request request = {"GET", "/", "test", "123\xc2\xa3"};
    cr_assert_str_eq(answer("Basic realm=\"foo\", charset=\"UTF-8\"", &request),
                     "Basic dGVzdDoxMjPCow==");
}

/* ---- reading challenges ---- */

Test(parse, names_and_algorithm_in_any_case)
{
    struct vmm_auth_challenge c = choose(
        "dIGEST REALM=\"cam\", NONCE=\"n\", Qop=\"AUTH\", ALGORITHM=\"sha-256-SESS\", StAlE=TRUE");
    cr_assert_eq(c.algorithm, VMM_AUTH_SHA_256);
    cr_assert_eq(c.flags, VMM_AUTH_SESS | VMM_AUTH_QOP | VMM_AUTH_STALE);
    cr_assert_str_eq(c.algorithm_token, "sha-256-SESS");
}

Test(parse, tokens_without_quotes_and_spaces_around_equals)
{
    struct vmm_auth_challenge c =
        choose("Digest   realm = cam ,nonce=\t\"a b\",qop=auth , stale = false");
    cr_assert_str_eq(c.realm, "cam");
    cr_assert_str_eq(c.nonce, "a b");
    cr_assert_eq(c.flags, VMM_AUTH_QOP);
}

Test(parse, escapes_are_undone_when_read_and_put_back_when_sent)
{
    const char *value = "Digest realm=\"say \\\"hi\\\"\", nonce=\"n1\"";
    const struct vmm_auth_request request = {"GET", "/x", "ad\"m\\in", "pass"};
    struct vmm_auth_challenge c = choose(value);
    cr_assert_str_eq(c.realm, "say \"hi\"");
    const char *header = answer(value, &request);
    assert_has(header, "username=\"ad\\\"m\\\\in\", realm=\"say \\\"hi\\\"\", nonce=\"n1\"");
    assert_has(header, "response=\"129544fc47cbd17dad6473f397b55f38\"");
}

Test(parse, several_challenges_in_one_value)
{
    struct vmm_auth_challenge c =
        choose("Negotiate, NTLM TlRMTVNTUAAC=, Digest realm=\"a, Basic b\", "
               "nonce=\"n\", algorithm=MD5, Basic realm=\"c\"");
    cr_assert_eq(c.scheme, VMM_AUTH_DIGEST);
    cr_assert_str_eq(c.realm, "a, Basic b");
    cr_assert_str_eq(c.nonce, "n");
}

Test(parse, strongest_digest_wins_in_either_order)
{
    static const char *const md5 = "Digest realm=\"r\", nonce=\"m\", algorithm=MD5";
    static const char *const sha = "Digest realm=\"r\", nonce=\"s\", algorithm=SHA-256";
    static const char *const sha512 = "Digest realm=\"r\", nonce=\"5\", algorithm=SHA-512-256";
    struct vmm_auth_challenge c;
    cr_assert_eq(vmm_auth_choose(VALUES(md5, sha), 0, &c, NULL), 0);
    cr_assert_str_eq(c.nonce, "s");
    cr_assert_eq(vmm_auth_choose(VALUES(sha, md5), 0, &c, NULL), 0);
    cr_assert_str_eq(c.nonce, "s");
    cr_assert_eq(vmm_auth_choose(VALUES(sha, sha512, md5), 0, &c, NULL), 0);
    cr_assert_str_eq(c.nonce, "5");
}

Test(parse, plain_form_wins_over_sess_of_the_same_algorithm)
{
    struct vmm_auth_challenge c =
        choose("Digest nonce=s, algorithm=MD5-sess, Digest nonce=p, algorithm=MD5");
    cr_assert_str_eq(c.nonce, "p");
    c = choose("Digest nonce=p, algorithm=MD5, Digest nonce=s, algorithm=SHA-256-sess");
    cr_assert_str_eq(c.nonce, "s");
}

Test(parse, unknown_algorithm_hides_nothing)
{
    struct vmm_auth_challenge c;
    uint8_t offered = 0;
    const char *const *values =
        VALUES("Digest realm=\"r\", nonce=\"x\", algorithm=SHA3-512",
               "Digest realm=\"r\", nonce=\"m\", algorithm=MD5, Basic realm=\"r\"");
    cr_assert_eq(vmm_auth_choose(values, 0, &c, &offered), 0);
    cr_assert_str_eq(c.nonce, "m");
    cr_assert_eq(offered, VMM_AUTH_OFFERED_OTHER | VMM_AUTH_OFFERED_MD5 | VMM_AUTH_OFFERED_BASIC);
}

Test(parse, basic_only_when_allowed_and_no_digest_can_be_done)
{
    static const char *const both = "Basic realm=\"r\", Digest realm=\"r\", nonce=\"n\"";
    static const char *const basic = "Basic realm=\"r\"";
    struct vmm_auth_challenge c;
    uint8_t offered = 0;
    cr_assert_eq(vmm_auth_choose(VALUES(both), VMM_AUTH_ALLOW_BASIC, &c, NULL), 0);
    cr_assert_eq(c.scheme, VMM_AUTH_DIGEST);
    cr_assert_eq(vmm_auth_choose(VALUES(basic), VMM_AUTH_ALLOW_BASIC, &c, NULL), 0);
    cr_assert_eq(c.scheme, VMM_AUTH_BASIC);
    cr_assert_eq(vmm_auth_choose(VALUES(basic), 0, &c, &offered), VMM_E_NOTSUP);
    cr_assert_eq(offered, VMM_AUTH_OFFERED_BASIC);
}

Test(parse, parameters_of_digest_mean_nothing_to_basic)
{
    struct vmm_auth_challenge c;
    const char *const *values = VALUES("Basic realm=r, algorithm=MD5, nonce=n, qop=auth-int, opaque=o");
    cr_assert_eq(vmm_auth_choose(values, VMM_AUTH_ALLOW_BASIC, &c, NULL), 0);
    cr_assert_eq(c.algorithm, 0);
    cr_assert_eq(c.flags, 0);
    cr_assert_str_eq(c.nonce, "");
}

Test(parse, no_values_no_challenge)
{
    struct vmm_auth_challenge c;
    cr_assert_eq(vmm_auth_choose(NULL, VMM_AUTH_ALLOW_BASIC, &c, NULL), VMM_E_NOTSUP);
    assert_unusable("");
    assert_unusable("Digest");
    assert_unusable("Digest realm=\"no nonce\"");
    assert_unusable("realm=\"r\", nonce=\"parameters of no scheme\"");
    assert_unusable("Bearer realm=\"r\", nonce=\"n\"");
}

Test(parse, qop_forms)
{
    cr_assert_eq(choose("Digest nonce=n").flags, 0);
    cr_assert_eq(choose("Digest nonce=n, qop=\"\"").flags, 0);
    cr_assert_eq(choose("Digest nonce=n, qop=\"auth-int,auth\"").flags, VMM_AUTH_QOP);
    cr_assert_eq(choose("Digest nonce=n, qop=\"auth-int auth\"").flags, VMM_AUTH_QOP);
    assert_unusable("Digest nonce=n, qop=\"auth-int\"");
}

Test(parse, list_without_quotes_does_not_end_the_challenge)
{
    struct vmm_auth_challenge c = choose("Digest qop=auth,auth-int, realm=IP Camera, nonce=n");
    cr_assert_eq(c.flags, VMM_AUTH_QOP);
    cr_assert_str_eq(c.nonce, "n");
}

Test(parse, missing_and_doubled_commas)
{
    struct vmm_auth_challenge c = choose("Digest realm=\"r\" nonce=\"n\",, ,qop=\"auth\",");
    cr_assert_str_eq(c.realm, "r");
    cr_assert_str_eq(c.nonce, "n");
    cr_assert_eq(c.flags, VMM_AUTH_QOP);
}

Test(parse, quote_that_never_closes)
{
    cr_assert_str_eq(choose("Digest realm=\"r\", nonce=\"abc").nonce, "abc");
    cr_assert_str_eq(choose("Digest realm=\"r\", nonce=\"abc\\").nonce, "abc\\");
}

Test(parse, first_of_repeated_parameters_counts)
{
    struct vmm_auth_challenge c = choose("Digest realm=a, realm=b, nonce=1, nonce=2");
    cr_assert_str_eq(c.realm, "a");
    cr_assert_str_eq(c.nonce, "1");
}

Test(parse, realm_keeps_utf_8_and_latin_1_bytes)
{
    cr_assert_str_eq(choose("Digest realm=\"C\xc3\xa2mera\", nonce=n").realm, "C\xc3\xa2mera");
    cr_assert_str_eq(choose("Digest realm=\"C\xe2mera\", nonce=n").realm, "C\xe2mera");
    assert_has(answer("Digest realm=\"C\xe2mera\", nonce=n", &get_x), "realm=\"C\xe2mera\"");
}

Test(parse, empty_opaque_is_echoed_and_absent_opaque_is_not)
{
    assert_has(answer("Digest nonce=n, opaque=\"\", domain=\"/\"", &get_x), ", opaque=\"\"");
    assert_lacks(answer("Digest nonce=n", &get_x), "opaque");
}

Test(parse, control_characters_make_a_challenge_unusable)
{
    assert_unusable("Digest realm=\"r\r\nX: y\", nonce=n");
    assert_unusable("Digest realm=r, nonce=\"a\\\rb\"");
    assert_unusable("Digest nonce=n, opaque=\"\x7f\"");
}

Test(parse, hostile_sizes_are_capped)
{
    static char value[VMM_AUTH_VALUE_MAX + 64];
    struct vmm_auth_challenge c;
    memset(value, 'a', sizeof(value) - 1);
    memcpy(value, "Digest nonce=", 13);
    assert_unusable(value); /* longer than a value may be */
    value[13 + VMM_AUTH_NONCE_MAX] = '\0';
    assert_unusable(value); /* a nonce too long */
    value[13 + VMM_AUTH_NONCE_MAX - 1] = '\0';
    cr_assert_eq(strlen(choose(value).nonce), VMM_AUTH_NONCE_MAX - 1);

    const char *many[VMM_AUTH_VALUES_MAX + 2] = {NULL};
    for (size_t i = 0; i < VMM_AUTH_VALUES_MAX; i++) {
        many[i] = "Bearer";
    }
    many[VMM_AUTH_VALUES_MAX] = "Digest nonce=n";
    cr_assert_eq(vmm_auth_choose(many, 0, &c, NULL), VMM_E_NOTSUP);
}

Test(parse, long_domain_is_no_obstacle)
{
    static char value[2048] = "Digest nonce=n, domain=\"";
    memset(value + 24, 'd', 1000);
    memcpy(value + 1024, "\", realm=r", 11);
    cr_assert_str_eq(choose(value).realm, "r");
}

/* ---- the header ---- */

Test(header, with_qop)
{
    const struct vmm_auth_request request = {"GET", "/x?a=1&b=%20", "admin", "pass"};
    cr_assert_str_eq(
        answer("Digest realm=\"cam\", nonce=\"n1\", qop=\"auth\", algorithm=md5", &request),
        "Digest username=\"admin\", realm=\"cam\", nonce=\"n1\", uri=\"/x?a=1&b=%20\", "
        "cnonce=\"000102030405060708090a0b0c0d0e0f\", nc=00000001, qop=auth, "
        "response=\"66d587a02c47ac174b66c5de4ce20f47\", algorithm=md5");
}

Test(header, without_qop_has_the_form_of_rfc_2069)
{
    const struct vmm_auth_request request = {"DESCRIBE", "rtsp://192.0.2.1/Streaming/Channels/101",
                                             "admin", "p\"a\\ss"};
    cr_assert_str_eq(answer("Digest realm=\"IP Camera(1)\", nonce=\"n1\"", &request),
                     "Digest username=\"admin\", realm=\"IP Camera(1)\", nonce=\"n1\", "
                     "uri=\"rtsp://192.0.2.1/Streaming/Channels/101\", "
                     "response=\"2f4da77c014b1ca9316c21a786deedc1\"");
}

Test(header, session_key_stays_with_its_nonce)
{
    struct vmm_auth auth;
    char header[VMM_AUTH_HEADER_MAX];
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, 0);
    vmm_auth_step(&auth, 401, VALUES("Digest realm=cam, nonce=abc, qop=auth, algorithm=MD5-sess"));
    vmm_auth_authorize(&auth, &get_x, cnonce, header, sizeof(header));
    assert_has(header, "response=\"4be648089094e9fc4efd6b11847741b7\"");
    vmm_auth_authorize(&auth, &get_x, other_cnonce, header, sizeof(header));
    assert_has(header, "cnonce=\"000102030405060708090a0b0c0d0e0f\", nc=00000002");
    assert_has(header, "response=\"92b3580922f7be8760859daf8c1d026e\"");
}

Test(header, sess_with_sha_256_and_without_qop)
{
    assert_has(answer("Digest realm=cam, nonce=abc, qop=auth, algorithm=SHA-256-sess", &get_x),
               "response=\"9182fd63620bb05b8f47ab0a325af731faec3417cd13f1f98ac400956c549a15\"");
    const char *header = answer("Digest realm=cam, nonce=abc, algorithm=MD5-sess", &get_x);
    assert_has(header, "response=\"e7a8c189de60cbeae3756a65c9c6968c\"");
    assert_has(header, "cnonce=\"000102030405060708090a0b0c0d0e0f\"");
    assert_lacks(header, "nc=00000001");
}

static int authorize(const char *value, const char *uri, const char *user, char *out, size_t size)
{
    const struct vmm_auth_request request = {"GET", uri, user, "pass"};
    struct vmm_auth auth;
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, VMM_AUTH_ALLOW_BASIC);
    vmm_auth_step(&auth, 401, VALUES(value));
    int rc = vmm_auth_authorize(&auth, &request, cnonce, out, size);
    cr_assert_eq(auth.nonce_count, rc > 0 && auth.challenge.scheme == VMM_AUTH_DIGEST ? 1 : 0);
    return rc;
}

Test(header, what_would_break_the_line_is_refused)
{
    char out[VMM_AUTH_HEADER_MAX];
    cr_assert_eq(authorize("Digest nonce=n", "/a b", "u", out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(authorize("Digest nonce=n", "/a\r\nX:", "u", out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(authorize("Digest nonce=n", "/\"", "u", out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(authorize("Digest nonce=n", "/", "u\n", out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(authorize("Basic realm=r", "/", "a:b", out, sizeof(out)), VMM_E_INVAL);
    cr_assert_eq(authorize("Digest nonce=n", "/", "a:b", out, sizeof(out)) > 0, 1);
}

Test(header, too_small_a_buffer_is_wiped)
{
    char out[64];
    char long_user[VMM_AUTH_USER_MAX + 1];
    memset(out, 'x', sizeof(out));
    cr_assert_eq(authorize("Digest nonce=n", "/", "u", out, sizeof(out)), VMM_E_TOOBIG);
    for (size_t i = 0; i < sizeof(out); i++) {
        cr_assert_eq(out[i], 0);
    }
    memset(long_user, 'u', sizeof(long_user) - 1);
    long_user[sizeof(long_user) - 1] = '\0';
    cr_assert_eq(authorize("Digest nonce=n", "/", long_user, out, sizeof(out)), VMM_E_TOOBIG);
    cr_assert_eq(authorize("Digest nonce=n", "/", "u", out, 0), VMM_E_TOOBIG);
}

Test(header, the_longest_of_everything_fits_the_stated_room)
{
    static char value[1024] = "Digest qop=auth, algorithm=SHA-512-256-sess, realm=\"";
    static char uri[VMM_AUTH_URI_MAX];
    static char user[VMM_AUTH_USER_MAX];
    char *at = value + strlen(value);
    char out[VMM_AUTH_HEADER_MAX];
    for (size_t i = 0; i < VMM_AUTH_REALM_MAX - 1; i++) {
        *at++ = '\\';
        *at++ = '"';
    }
    memcpy(at, "\", nonce=\"", 10);
    at += 10;
    memset(at, 'n', VMM_AUTH_NONCE_MAX - 1);
    memset(uri, '/', sizeof(uri) - 1);
    memset(user, '"', sizeof(user) - 1);
    cr_assert_eq(authorize(value, uri, user, out, sizeof(out)) > 0, 1);
}

Test(header, nothing_known_nothing_sent)
{
    struct vmm_auth auth;
    char out[VMM_AUTH_HEADER_MAX];
    vmm_auth_init(&auth);
    cr_assert_eq(vmm_auth_authorize(&auth, &get_x, cnonce, out, sizeof(out)), VMM_E_STATE);
}

/* ---- the exchange ---- */

static const char *const n1 = "Digest realm=\"cam\", nonce=\"n1\", qop=\"auth\"";
static const char *const n2 = "Digest realm=\"cam\", nonce=\"n2\", qop=\"auth\"";
static const char *const n1_stale = "Digest realm=\"cam\", nonce=\"n1\", qop=\"auth\", stale=true";
static const char *const n3_stale = "Digest realm=\"cam\", nonce=\"n3\", qop=\"auth\", stale=true";

static void authorize_ok(struct vmm_auth *auth)
{
    char out[VMM_AUTH_HEADER_MAX];
    cr_assert_eq(vmm_auth_is_login(auth), 1);
    cr_assert_eq(vmm_auth_authorize(auth, &get_x, cnonce, out, sizeof(out)) > 0, 1);
}

/* A device whose nonce n1 was answered and accepted in an earlier exchange. */
static struct vmm_auth remembered(const char *value)
{
    struct vmm_auth auth;
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, VMM_AUTH_ALLOW_BASIC);
    cr_assert_eq(vmm_auth_is_login(&auth), 0);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(value)), VMM_AUTH_ANSWER);
    authorize_ok(&auth);
    cr_assert_eq(vmm_auth_step(&auth, 200, NULL), VMM_AUTH_DONE);
    cr_assert_eq(vmm_auth_is_login(&auth), 0);
    vmm_auth_begin(&auth, VMM_AUTH_ALLOW_BASIC);
    authorize_ok(&auth);
    return auth;
}

Test(exchange, first_request_goes_out_bare)
{
    struct vmm_auth auth;
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, VMM_AUTH_ALLOW_BASIC);
    cr_assert_eq(vmm_auth_is_login(&auth), 0);
    cr_assert_eq(vmm_auth_step(&auth, 200, NULL), VMM_AUTH_DONE);
    cr_assert_eq(auth.challenge.scheme, VMM_AUTH_NONE);
}

Test(exchange, fresh_challenge_is_answered_exactly_once)
{
    struct vmm_auth auth;
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, 0);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n1)), VMM_AUTH_ANSWER);
    authorize_ok(&auth);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n2)), VMM_AUTH_REFUSED);
    cr_assert_eq(vmm_auth_is_login(&auth), 0);
    cr_assert_eq(auth.challenge.scheme, VMM_AUTH_NONE);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n2)), VMM_AUTH_REFUSED);
}

Test(exchange, stale_on_a_nonce_of_this_exchange_is_refused_all_the_same)
{
    struct vmm_auth auth;
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, 0);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n1)), VMM_AUTH_ANSWER);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n3_stale)), VMM_AUTH_REFUSED);
}

Test(exchange, remembered_nonce_saves_the_round_trip_and_counts_on)
{
    struct vmm_auth auth = remembered(n1);
    cr_assert_eq(auth.nonce_count, 2);
    cr_assert_eq(vmm_auth_step(&auth, 200, NULL), VMM_AUTH_DONE);
}

Test(exchange, stale_nonce_is_renewed_once)
{
    struct vmm_auth auth = remembered(n1);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n3_stale)), VMM_AUTH_REFRESH);
    cr_assert_eq(auth.nonce_count, 0);
    authorize_ok(&auth);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n1_stale)), VMM_AUTH_REFUSED);
}

Test(exchange, stale_with_the_same_nonce_is_renewed)
{
    struct vmm_auth auth = remembered(n1);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n1_stale)), VMM_AUTH_REFRESH);
}

Test(exchange, another_nonce_without_stale_is_a_renewal)
{
    struct vmm_auth auth = remembered(n1);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n2)), VMM_AUTH_REFRESH);
    authorize_ok(&auth);
    cr_assert_eq(vmm_auth_step(&auth, 200, NULL), VMM_AUTH_DONE);
    cr_assert_str_eq(auth.challenge.nonce, "n2");
}

Test(exchange, same_nonce_without_stale_is_a_refusal)
{
    struct vmm_auth auth = remembered(n1);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n1)), VMM_AUTH_REFUSED);
}

Test(exchange, wrong_password_costs_one_answer_per_challenge_at_most)
{
    struct vmm_auth auth = remembered(n1);
    int logins = 1;
    enum vmm_auth_action action = vmm_auth_step(&auth, 401, VALUES(n2));
    while (action == VMM_AUTH_ANSWER || action == VMM_AUTH_REFRESH) {
        authorize_ok(&auth);
        logins++;
        action = vmm_auth_step(&auth, 401, VALUES(n3_stale));
    }
    cr_assert_eq(action, VMM_AUTH_REFUSED);
    cr_assert_eq(logins, 2);
}

Test(exchange, nothing_we_can_do)
{
    struct vmm_auth auth;
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, 0);
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES("Basic realm=\"r\"")), VMM_AUTH_NO_SCHEME);
    cr_assert_eq(auth.offered, VMM_AUTH_OFFERED_BASIC);
    cr_assert_eq(vmm_auth_is_login(&auth), 0);
    vmm_auth_begin(&auth, 0);
    cr_assert_eq(vmm_auth_step(&auth, 401, NULL), VMM_AUTH_NO_SCHEME);
}

Test(exchange, forbidden_is_not_a_question_of_login)
{
    struct vmm_auth auth = remembered(n1);
    cr_assert_eq(vmm_auth_step(&auth, 403, VALUES(n2)), VMM_AUTH_DONE);
    cr_assert_str_eq(auth.challenge.nonce, "n1");
}

Test(exchange, remembered_basic)
{
    struct vmm_auth auth = remembered("Basic realm=\"r\"");
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES("Basic realm=\"r\"")), VMM_AUTH_REFUSED);

    auth = remembered("Basic realm=\"r\"");
    cr_assert_eq(vmm_auth_step(&auth, 401, VALUES(n1)), VMM_AUTH_REFRESH);
    cr_assert_eq(auth.challenge.scheme, VMM_AUTH_DIGEST);

    auth = remembered("Basic realm=\"r\"");
    vmm_auth_step(&auth, 200, NULL);
    vmm_auth_begin(&auth, 0); /* Basic is no longer allowed */
    cr_assert_eq(vmm_auth_is_login(&auth), 0);
}

Test(exchange, used_up_nonce_is_not_used_again)
{
    struct vmm_auth auth = remembered(n1);
    auth.nonce_count = UINT32_MAX;
    vmm_auth_begin(&auth, 0);
    cr_assert_eq(vmm_auth_is_login(&auth), 0);
}

Test(exchange, next_nonce_replaces_the_nonce)
{
    struct vmm_auth auth = remembered(n1);
    vmm_auth_step(&auth, 200, NULL);
    vmm_auth_info(&auth, "rspauth=\"00\", qop=auth, nextnonce=\"n\\\"9\", nc=00000002");
    cr_assert_str_eq(auth.challenge.nonce, "n\"9");
    cr_assert_eq(auth.nonce_count, 0);
    vmm_auth_info(&auth, "nextnonce=\"a\nb\"");
    vmm_auth_info(&auth, "rspauth=\"nextnonce=1\"");
    cr_assert_str_eq(auth.challenge.nonce, "n\"9");
}

Test(exchange, next_nonce_with_a_session_key_starts_afresh)
{
    struct vmm_auth auth = remembered("Digest realm=r, nonce=n, qop=auth, algorithm=MD5-sess");
    vmm_auth_step(&auth, 200, NULL);
    vmm_auth_info(&auth, "nextnonce=\"n2\"");
    vmm_auth_begin(&auth, 0);
    cr_assert_eq(vmm_auth_is_login(&auth), 0);
}

/* ---- the note ---- */

Test(note, carries_a_nonce_to_the_next_look)
{
    struct vmm_auth auth = remembered(
        "Digest realm=cam, nonce=abc, qop=auth, algorithm=MD5-sess, opaque=\"\", stale=true");
    struct vmm_auth next;
    uint8_t note[VMM_AUTH_NOTE_MAX];
    int len = vmm_auth_note_encode(&auth, note, sizeof(note));
    cr_assert_eq(len, 28 + 8 + 3 + 3);
    cr_assert_eq(vmm_auth_note_decode(&next, note, (size_t)len), len);
    cr_assert_str_eq(next.challenge.realm, "cam");
    cr_assert_str_eq(next.challenge.nonce, "abc");
    cr_assert_str_eq(next.challenge.algorithm_token, "MD5-sess");
    cr_assert_eq(next.challenge.flags, VMM_AUTH_SESS | VMM_AUTH_QOP | VMM_AUTH_OPAQUE);
    cr_assert_eq(next.nonce_count, 2);
    vmm_auth_begin(&next, 0);
    cr_assert_eq(vmm_auth_is_login(&next), 1);
    char header[VMM_AUTH_HEADER_MAX];
    cr_assert_eq(vmm_auth_authorize(&next, &get_x, other_cnonce, header, sizeof(header)) > 0, 1);
    assert_has(header, "cnonce=\"000102030405060708090a0b0c0d0e0f\", nc=00000003");
}

Test(note, is_little_endian_with_a_fixed_layout)
{
    struct vmm_auth auth = remembered("Digest realm=r, nonce=n, qop=auth");
    uint8_t note[VMM_AUTH_NOTE_MAX];
    auth.nonce_count = 0x01020304;
    int len = vmm_auth_note_encode(&auth, note, sizeof(note));
    static const uint8_t expected[] = {1, 2, 1, 2,  4,  3,  2,  1,  0,  1, 2, 3, 4, 5,   6,
                                       7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 1, 0, 'r', 'n'};
    cr_assert_eq(len, (int)sizeof(expected));
    cr_assert_arr_eq(note, expected, sizeof(expected));
}

Test(note, holds_nothing_of_the_password)
{
    const struct vmm_auth_request request = {"GET", "/", "zz-user", "zz-password"};
    struct vmm_auth auth;
    uint8_t note[VMM_AUTH_NOTE_MAX];
    char header[VMM_AUTH_HEADER_MAX];
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, VMM_AUTH_ALLOW_BASIC);
    vmm_auth_step(&auth, 401, VALUES("Basic realm=\"r\""));
    cr_assert_eq(vmm_auth_authorize(&auth, &request, cnonce, header, sizeof(header)) > 0, 1);
    int len = vmm_auth_note_encode(&auth, note, sizeof(note));
    cr_assert_eq(len, 29);
    cr_assert_null(memmem(&auth, sizeof(auth), "zz-", 3));
    cr_assert_null(memmem(&auth, sizeof(auth), header + 6, 8));
}

Test(note, nothing_known_nothing_written)
{
    struct vmm_auth auth;
    uint8_t note[VMM_AUTH_NOTE_MAX];
    vmm_auth_init(&auth);
    cr_assert_eq(vmm_auth_note_encode(&auth, note, sizeof(note)), 0);
    cr_assert_eq(vmm_auth_note_decode(&auth, NULL, 0), 0);
}

Test(note, what_does_not_fit_is_not_remembered)
{
    static char value[1024] = "Digest realm=0123456789, opaque=\"";
    uint8_t note[VMM_AUTH_NOTE_MAX];
    size_t at = strlen(value);
    memset(value + at, 'o', 200);
    memcpy(value + at + 200, "\", nonce=", 9);
    memset(value + at + 209, 'n', 200);
    struct vmm_auth auth = remembered(value);
    cr_assert_eq(vmm_auth_note_encode(&auth, note, sizeof(note)), VMM_E_TOOBIG);
    auth = remembered(n1);
    cr_assert_eq(vmm_auth_note_encode(&auth, note, 30), VMM_E_TOOBIG);
}

static int decode_with(size_t at, uint8_t byte)
{
    struct vmm_auth auth = remembered("Digest realm=r, nonce=n, algorithm=MD5");
    uint8_t note[VMM_AUTH_NOTE_MAX];
    int len = vmm_auth_note_encode(&auth, note, sizeof(note));
    note[at] = byte;
    int rc = vmm_auth_note_decode(&auth, note, (size_t)len);
    cr_assert_eq(auth.challenge.scheme == VMM_AUTH_NONE, rc < 0);
    return rc;
}

Test(note, hostile_notes_are_refused)
{
    cr_assert_eq(decode_with(0, 2), VMM_E_VERSION);
    cr_assert_eq(decode_with(1, 3), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(1, 0), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(1, 1), VMM_E_CORRUPT); /* Basic has no algorithm */
    cr_assert_eq(decode_with(2, 0), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(2, 4), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(3, 0x20), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(24, 20), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(25, 200), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(26, 255), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(27, 1), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(28, ','), VMM_E_CORRUPT); /* the token is sent without quotes */
    cr_assert_eq(decode_with(31, '\n'), VMM_E_CORRUPT);
    cr_assert_eq(decode_with(32, 'N') > 0, 1);
}

Test(note, every_cut_is_refused_and_a_tail_is_left_alone)
{
    struct vmm_auth auth = remembered(n1);
    uint8_t note[VMM_AUTH_NOTE_MAX + 8] = {0};
    int len = vmm_auth_note_encode(&auth, note, sizeof(note));
    for (int cut = 1; cut < len; cut++) {
        cr_assert_eq(vmm_auth_note_decode(&auth, note, (size_t)cut), VMM_E_CORRUPT);
    }
    cr_assert_eq(vmm_auth_note_decode(&auth, note, sizeof(note)), len);
}
