/* SPDX-License-Identifier: MIT */
/*
 * What tells a maker's devices: the signs that plugins declare, and what a device's answers make of them. Pure.
 *
 *   signs_read() ─▶ [ answer ─▶ evidence_take() ] … ─▶ evidence_rank() ─▶ evidence_best()
 *
 * A sign is a test of one answer, with a weight. The weights of a provider's signs that fit are added, up to 100.
 */
#ifndef IDENTIFY_SIGN_H
#define IDENTIFY_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kit/text.h>

#define SIGNS_MAX      256u
#define QUESTIONS_MAX  24u
#define CANDIDATES_MAX 64u
#define SCORE_MAX      100u
#define SCORE_CERTAIN  90u /* of a maker: nothing more is asked */
#define SCORE_KNOWN    60u /* of a maker: less is a guess */
#define SCORE_LEAD     20u /* over the next maker: less is a guess, too */
#define SCORE_GENERAL  50u /* of a protocol that many makers speak, where no maker is near */
#define SCORE_NEAR     30u /* of a maker: it may be this one */

enum sign_by { BY_HTTP, BY_RTSP, BY_DVRIP };

struct sign {
    const char *provider;
    enum sign_by by;
    const char *target; /* of HTTP; "": any answer */
    const char *send;   /* the body of a POST; "": a GET */
    const char *scheme; /* of the first challenge; "": not tested, as all below */
    const char *realm;  /* within the realm of a challenge, in any case of letters */
    const char
        *header;      /* "Name: text": such a header has this text in it, in any case of letters */
    const char *body; /* within the body, in any case of letters */
    const char *certificate; /* within whom the certificate names */
    uint32_t port;           /* that `target` is asked for at; 0: where the device's pages are */
    uint32_t status;         /* 0: any */
    uint32_t weight;         /* 1 to SCORE_MAX */
    bool is_general;         /* a protocol that many makers speak */
};

/* A request that signs ask for. */
struct question {
    const char *target;
    const char *send;
    uint32_t port; /* 0: where the device's pages are */
};

struct json_t;

struct signs {
    struct json_t *config; /* holds the texts */
    struct sign items[SIGNS_MAX];
    size_t count;
    struct question questions[QUESTIONS_MAX]; /* each once, in the order of the signs */
    size_t question_count;
    bool has_refusals;
};

/* Read the plugin's settings, {"signs": [...]}. 0, VMM_E_INVAL, VMM_E_NOMEM, VMM_E_TOOBIG. */
int signs_read(struct signs *signs, const char *config);
void signs_finish(struct signs *signs);

/* True when a sign is told in this way, apart from HTTP. */
bool signs_want(const struct signs *signs, enum sign_by by);

/* Where an answer came from. */
enum place {
    PLACE_OWN,   /* the device's pages, where the operator says they are, or at the usual port */
    PLACE_TLS,   /* its pages inside TLS, which nobody has said */
    PLACE_PORT,  /* the port that a sign names */
    PLACE_OTHER, /* a protocol of its own */
};

struct answer {
    enum sign_by by;
    enum place place;
    uint32_t port;      /* of PLACE_PORT */
    const char *target; /* of HTTP */
    const char *send;
    uint32_t status;
    struct vmm_text headers;
    struct vmm_text body;
    const char *certificate; /* whom it names; "": no TLS */
};

struct evidence {
    bool fits[SIGNS_MAX];
    uint8_t places[SIGNS_MAX]; /* enum place, of those that fit, where they did first */
    bool is_walled;            /* it refuses any path: a refusal tells nothing */
};

void evidence_take(struct evidence *evidence, const struct signs *signs,
                   const struct answer *answer);

/* Whether an answer to the question could tell anything still. */
bool evidence_wants(const struct evidence *evidence, const struct signs *signs,
                    const struct question *question);

/* Where a provider is spoken: the place of the weightiest of its signs that fit. */
struct evidence_place {
    enum place place;
    enum sign_by by;
    uint32_t port; /* of PLACE_PORT */
};

struct evidence_place evidence_place(const struct evidence *evidence, const struct signs *signs,
                                     const char *provider);

struct candidate {
    const char *provider;
    uint32_t score;
    bool is_general;
};

/* Those with a score, the highest first. Returns how many. */
size_t evidence_rank(const struct evidence *evidence, const struct signs *signs,
                     struct candidate out[CANDIDATES_MAX]);

/* Whose it is, NULL when that is not known. */
const char *evidence_best(const struct candidate *candidates, size_t count);

/* True when a maker is known so well that nothing more has to be asked. */
bool evidence_is_certain(const struct evidence *evidence, const struct signs *signs);

/* Write the signs of a provider that fit, joined by "; ", cut to `size`. Returns `out`. */
const char *evidence_describe(const struct evidence *evidence, const struct signs *signs,
                              const char *provider, char *out, size_t size);

#endif
