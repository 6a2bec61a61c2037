/* SPDX-License-Identifier: MIT */
/* One look at a Uniview device: its state, and the session that some recorders want. */
#ifndef UNIVIEW_LOOK_H
#define UNIVIEW_LOOK_H

#include <kit/backwalk.h>
#include <vmm/net.h>

#include "uniview_parse.h"

/* Parts of a look, as bits. */
#define PART_IDENTITY 1u
#define PART_BASIC    2u
#define PART_TIME     4u
#define PART_CHANNELS 8u
#define PART_STORAGE  16u
#define PART_RECORDS  32u
#define PART_DAYS     64u
#define PART_OLDEST   128u
#define PART_NTP      256u

#define UNIVIEW_NOTE_SIZE (12u + VMM_BACKWALK_SIZE)
#define NONCE_SIZE        128u
#define TARGET_SIZE       192u

struct uniview_look {
    const struct vmm_auth_host *auth;
    bool expect_card;
    bool search;
    struct vmm_job *job; /* known once something was answered */

    /* From the note, and for it. */
    bool session;     /* plain digest is not enough: a login, and a nonce that it gives */
    bool one_request; /* that nonce signs one request, not several */
    bool no_session;  /* that login was refused where plain digest was good: not tried again */
    uint32_t refused; /* PART_*: not offered */
    uint32_t options;
    uint16_t proven; /* the channel whose footage was searched last */
    uint8_t left;    /* looks until refused parts are asked for again */
    uint8_t looks;   /* so far, as far as it matters */
    struct vmm_backwalk walk;

    uint32_t done;      /* PART_*: asked in this look */
    uint32_t found;     /* refused in this look */
    bool read_plain;    /* a part was read by plain digest: the password is right */
    const char *closed; /* the part that code 3 refused to it, for which a session begins */
    uint32_t closed_part;
    bool tried_login; /* once a look */
    bool gave_up;     /* no session began: what refuses plain digest is not judged */
    bool logged_in;   /* the session has begun */
    bool has_nonce;   /* and tells what signs the next request */
    bool was_signed;  /* the nonce has signed one already */
    bool was_read;    /* the identity was */
    bool stepped;     /* the walk back made its step of this look */
    char nonce[NONCE_SIZE];
    char target[TARGET_SIZE]; /* of the request that is built */
    uint32_t proof;           /* the channel whose footage is searched in this look */
    int64_t now_ms;           /* this machine's clock, at the last answer */
    struct uniview_device device;
};

/* ---- uniview_note.c ---- */

/* Options as JSON; 0, or VMM_E_INVAL. */
int uniview_options_read(struct uniview_look *look, const char *text);

/* The note of the look before; one that is not ours, or of other options, says nothing. */
void uniview_note_read(struct uniview_look *look, const struct vmm_look *given);
void uniview_note_write(const struct uniview_look *look, const struct vmm_observer *to);

/* ---- uniview_session.c ---- */

/* Whether a part that code 3 refuses to plain digest may begin a session; if so, it is to. Where it may not, the part is
 * not judged, which `part` is told. */
bool session_begin(struct uniview_look *look, const char *name, uint32_t closed,
                   struct vmm_part *part);

/* Whether the login, or a fresh nonce, is due. */
bool session_wants_login(const void *state);
bool session_wants_nonce(const void *state);

/* The login goes out; the cookie of the session; cookie and authorization of a request that it signs. */
int session_open(void *state, char *headers, size_t size);
int session_cookie(void *state, char *headers, size_t size);
int session_sign(void *state, char *headers, size_t size);

void session_read_login(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *http, const struct vmm_observer *to,
                        struct vmm_part *part);
void session_read_nonce(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *http, const struct vmm_observer *to,
                        struct vmm_part *part);

/* What a request that was signed by the session is answered with; `kind` is UNIVIEW_*. */
void session_take(struct uniview_look *look, uint32_t kind, const struct vmm_http_answer *http,
                  struct vmm_part *part);

#endif
