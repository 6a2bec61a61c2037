/* SPDX-License-Identifier: MIT */
/*
 * Answering a device's challenge: Digest (RFC 7616, with RFC 2617 and RFC 2069 devices in mind) and
 * Basic (RFC 7617), for HTTP and RTSP alike.
 *
 * Pure: no I/O, no clock, no randomness of its own. One struct vmm_auth belongs to one device and
 * is used by one exchange at a time:
 *
 *   init, or decode the note of the last look
 *     └▶ begin ─▶ (authorize, if is_login) ─▶ send ─▶ step(status, challenges)
 *                       ▲                                 │ DONE, REFUSED, NO_SCHEME: over
 *                       └─────────── send again ◀─────────┘ ANSWER, REFRESH
 *
 * The rules that step() keeps: the first request goes out without a credential, or with a nonce
 * that is remembered; a fresh challenge is answered exactly once; a remembered nonce that has gone
 * stale is renewed once; a 401 to a nonce issued in this exchange is a refusal. So a wrong password is
 * sent at most once to a device that is asked afresh, and at most twice to one whose nonce was
 * remembered, whatever the device answers.
 *
 * Nothing derived from the password is ever kept in a struct vmm_auth or in its note.
 */
#ifndef VMM_KIT_AUTH_H
#define VMM_KIT_AUTH_H

#include <stddef.h>
#include <stdint.h>

enum vmm_auth_scheme {
    VMM_AUTH_NONE = 0,
    VMM_AUTH_BASIC = 1,
    VMM_AUTH_DIGEST = 2,
};

/* Digest algorithms, weakest first. The numbers are kept in notes. */
enum vmm_auth_algorithm {
    VMM_AUTH_MD5 = 1,
    VMM_AUTH_SHA_256 = 2,
    VMM_AUTH_SHA_512_256 = 3,
};

/* vmm_auth_challenge.flags; kept in notes. */
#define VMM_AUTH_SESS     0x01u /* an algorithm of the "-sess" form */
#define VMM_AUTH_QOP      0x02u /* qop=auth; without it the answer has the form of RFC 2069 */
#define VMM_AUTH_USERHASH 0x04u /* the user name is sent hashed */
#define VMM_AUTH_UTF8     0x08u /* charset=UTF-8 */
#define VMM_AUTH_OPAQUE   0x10u /* there is an opaque, perhaps an empty one */
#define VMM_AUTH_STALE                                                                             \
    0x20u /* stale=true: the password was right, the nonce too old; not in notes */
#define VMM_AUTH_FLAGS_NOTE 0x1fu

/* What the values offered, for findings such as "only SHA-256" or "Basic only". */
#define VMM_AUTH_OFFERED_BASIC       0x01u
#define VMM_AUTH_OFFERED_MD5         0x02u
#define VMM_AUTH_OFFERED_SHA_256     0x04u
#define VMM_AUTH_OFFERED_SHA_512_256 0x08u
#define VMM_AUTH_OFFERED_OTHER       0x10u /* another scheme, or a Digest that cannot be done */

/* vmm_auth_begin() and vmm_auth_choose(): Basic may be answered when no Digest we can do is
 * offered. */
#define VMM_AUTH_ALLOW_BASIC 0x01u

#define VMM_AUTH_REALM_MAX                                                                         \
    160u /* buffer sizes, the NUL included; a longer one is a challenge we skip */
#define VMM_AUTH_NONCE_MAX   256u
#define VMM_AUTH_OPAQUE_MAX  256u
#define VMM_AUTH_CNONCE_SIZE 16u   /* random bytes the caller gives */
#define VMM_AUTH_USER_MAX    256u  /* longest user name and password, the NUL included */
#define VMM_AUTH_URI_MAX     2048u /* longest request target, the NUL included */
#define VMM_AUTH_HEADER_MAX  5120u /* room for any header value that authorize can write */
#define VMM_AUTH_HASH_MAX    65u   /* a digest in hexadecimal, the NUL included */
#define VMM_AUTH_NOTE_MAX    320u  /* longest note */
#define VMM_AUTH_VALUES_MAX  16u   /* WWW-Authenticate values that are read; the rest is ignored */
#define VMM_AUTH_VALUE_MAX   4096u /* a longer value is ignored as a whole */

/* One challenge, its strings unquoted and ended by NUL. Free of control characters. */
struct vmm_auth_challenge {
    uint8_t scheme;           /* enum vmm_auth_scheme */
    uint8_t algorithm;        /* enum vmm_auth_algorithm; 0 for Basic */
    uint8_t flags;            /* VMM_AUTH_SESS … */
    char algorithm_token[20]; /* as the device spelled it; empty when it named none */
    char realm[VMM_AUTH_REALM_MAX];
    char nonce[VMM_AUTH_NONCE_MAX];
    char opaque[VMM_AUTH_OPAQUE_MAX];
};

/* The state of one device. Read the fields freely, change them only through the functions below. */
struct vmm_auth {
    struct vmm_auth_challenge challenge; /* scheme VMM_AUTH_NONE: nothing is known */
    uint32_t nonce_count;                /* answers made with this nonce */
    uint8_t
        cnonce[VMM_AUTH_CNONCE_SIZE]; /* of the first answer with this nonce, kept as long as it */
    uint8_t phase;                    /* of the exchange under way */
    uint8_t policy;                   /* of the exchange under way */
    uint8_t offered;                  /* VMM_AUTH_OFFERED_* of the last 401 */
};

/* What is to be authorized. All strings end in NUL and are borrowed for the call. */
struct vmm_auth_request {
    const char *method; /* as in the request line */
    const char *uri; /* the request target, byte for byte as in the request line, query included */
    const char *user;
    const char *password; /* UTF-8; any character */
};

enum vmm_auth_action {
    VMM_AUTH_DONE =
        0, /* the request was answered; 403 and other errors are for the caller to judge */
    VMM_AUTH_ANSWER,    /* send the request again, authorized: the answer to a fresh challenge */
    VMM_AUTH_REFRESH,   /* the same, because the remembered nonce was no longer good */
    VMM_AUTH_REFUSED,   /* the credential is refused: no further login in this look */
    VMM_AUTH_NO_SCHEME, /* the device offers nothing that we can do, or are allowed to */
};

/* Set to "nothing is known". No memory is held, there is nothing to finish. */
void vmm_auth_init(struct vmm_auth *auth);

/*
 * Choose the best of all challenges in the WWW-Authenticate values: `values` ends in NULL, each
 * value may hold several challenges. The strongest Digest we can do wins (SHA-512-256, SHA-256,
 * MD5; the plain form before "-sess"; of equals the first), then Basic if `policy` allows it.
 * `offered` may be NULL. 0, or VMM_E_NOTSUP when there is none, the challenge then being of scheme
 * VMM_AUTH_NONE.
 */
int vmm_auth_choose(const char *const *values, uint32_t policy,
                    struct vmm_auth_challenge *challenge, uint8_t *offered);

/* Start the exchange of one request. `policy` is VMM_AUTH_ALLOW_BASIC or 0. */
void vmm_auth_begin(struct vmm_auth *auth, uint32_t policy);

/* 1 when the next request of the exchange carries the credential, that is, is a login attempt which
 * the device may count; 0 when it goes out bare. */
int vmm_auth_is_login(const struct vmm_auth *auth);

/*
 * Take the answer to the request that was sent. `values` are the WWW-Authenticate values of a 401,
 * ended by NULL; not looked at (and may be NULL) for any other status. A refusal forgets what was
 * remembered.
 */
enum vmm_auth_action vmm_auth_step(struct vmm_auth *auth, int status, const char *const *values);

/*
 * Write the value of the Authorization header, ended by NUL, and count the use of the nonce.
 * `cnonce` holds fresh random bytes; they are used when the nonce is new. The length; VMM_E_STATE
 * when nothing is known or the nonce is used up; VMM_E_INVAL for a user name or uri that cannot be
 * sent; VMM_E_TOOBIG when `out` (or a limit above) is too small; VMM_E_NOTSUP when the crypto
 * library does not offer the algorithm. On error `out` is wiped and nothing is counted.
 * `out` holds the password in clear when the scheme is Basic: wipe it after use.
 */
int vmm_auth_authorize(struct vmm_auth *auth, const struct vmm_auth_request *request,
                       const uint8_t cnonce[VMM_AUTH_CNONCE_SIZE], char *out, size_t size);

/* Take the value of an Authentication-Info header: its nextnonce, if any, is used from now on. */
void vmm_auth_info(struct vmm_auth *auth, const char *value);

/*
 * Write what is worth remembering for the next look: at most VMM_AUTH_NOTE_MAX bytes, little
 * endian, no secret in it. The length, 0 when there is nothing to remember; VMM_E_TOOBIG when it
 * does not fit (realm, nonce and opaque of more than about 270 bytes together): the device is then
 * asked afresh each time.
 */
int vmm_auth_note_encode(const struct vmm_auth *auth, uint8_t *note, size_t size);

/*
 * Read a note; `size` may be larger than the note. The length of the note; 0 for size 0;
 * VMM_E_VERSION or VMM_E_CORRUPT, `auth` then being as after init.
 */
int vmm_auth_note_decode(struct vmm_auth *auth, const uint8_t *note, size_t size);

/*
 * The response of RFC 7616, section 3.4.1, in lower-case hexadecimal: for authorize and for other
 * protocols with the same digest. `nc` and `cnonce` are used where the challenge asks for them. 0
 * or VMM_E_NOTSUP.
 */
int vmm_auth_response(const struct vmm_auth_challenge *challenge,
                      const struct vmm_auth_request *request, uint32_t nc, const char *cnonce,
                      char out[VMM_AUTH_HASH_MAX]);

/* The hashed user name of RFC 7616, section 3.4.4. 0 or VMM_E_NOTSUP. */
int vmm_auth_userhash(const struct vmm_auth_challenge *challenge, const char *user,
                      char out[VMM_AUTH_HASH_MAX]);

/* 1 when the crypto library can do the algorithm (MD5 is missing where only FIPS algorithms are
 * allowed). */
int vmm_auth_can(uint8_t algorithm);

#endif
