/* SPDX-License-Identifier: MIT */
/*
 * The note in which a challenge outlives a look. Little endian:
 *
 *   0  version, 1
 *   1  scheme
 *   2  algorithm
 *   3  flags
 *   4  nonce count, 4 bytes
 *   8  cnonce, 16 bytes
 *  24  lengths of algorithm token, realm, nonce and opaque, one byte each
 *  28  these four texts, without NUL
 */
#include <kit/auth.h>

#include <stdbool.h>
#include <string.h>

#include <vmm/errors.h>

#define NOTE_VERSION 1u
#define NOTE_COUNT   4u
#define NOTE_CNONCE  8u
#define NOTE_LENGTHS 24u
#define NOTE_TEXTS   28u
#define TEXT_COUNT   4u

struct field {
    char *text;
    size_t size;
};

static void fields_of(struct vmm_auth_challenge *challenge, struct field fields[TEXT_COUNT])
{
    fields[0] = (struct field){challenge->algorithm_token, sizeof(challenge->algorithm_token)};
    fields[1] = (struct field){challenge->realm, sizeof(challenge->realm)};
    fields[2] = (struct field){challenge->nonce, sizeof(challenge->nonce)};
    fields[3] = (struct field){challenge->opaque, sizeof(challenge->opaque)};
}

int vmm_auth_note_encode(const struct vmm_auth *auth, uint8_t *note, size_t size)
{
    struct vmm_auth_challenge challenge = auth->challenge;
    struct field fields[TEXT_COUNT];
    size_t len = NOTE_TEXTS;
    if (challenge.scheme == VMM_AUTH_NONE) {
        return 0;
    }
    fields_of(&challenge, fields);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        len += strlen(fields[i].text);
    }
    if (len > size || len > VMM_AUTH_NOTE_MAX) {
        return VMM_E_TOOBIG;
    }
    note[0] = NOTE_VERSION;
    note[1] = challenge.scheme;
    note[2] = challenge.algorithm;
    note[3] = challenge.flags & VMM_AUTH_FLAGS_NOTE;
    for (unsigned i = 0; i < 4; i++) {
        note[NOTE_COUNT + i] = (uint8_t)(auth->nonce_count >> (8 * i));
    }
    memcpy(note + NOTE_CNONCE, auth->cnonce, VMM_AUTH_CNONCE_SIZE);
    uint8_t *at = note + NOTE_TEXTS;
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        size_t text_len = strlen(fields[i].text);
        note[NOTE_LENGTHS + i] = (uint8_t)text_len;
        memcpy(at, fields[i].text, text_len);
        at += text_len;
    }
    return (int)len;
}

static bool is_clean(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20 || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

/* The length of the note; VMM_E_CORRUPT when a text does not fit. */
static int read_texts(struct vmm_auth_challenge *challenge, const uint8_t *note, size_t size)
{
    struct field fields[TEXT_COUNT];
    size_t at = NOTE_TEXTS;
    fields_of(challenge, fields);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        size_t len = note[NOTE_LENGTHS + i];
        if (len >= fields[i].size || len > size - at || at + len > VMM_AUTH_NOTE_MAX) {
            return VMM_E_CORRUPT;
        }
        memcpy(fields[i].text, note + at, len);
        fields[i].text[len] = '\0';
        if (!is_clean(fields[i].text, len)) {
            return VMM_E_CORRUPT;
        }
        at += len;
    }
    return (int)at;
}

/* The token is sent as it stands, so it must be one of ours: letters, digits and '-'. */
static bool is_token(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] ==
           '\0';
}

static bool is_sound(const struct vmm_auth_challenge *challenge)
{
    bool known = false;
    if (challenge->scheme == VMM_AUTH_DIGEST) {
        known =
            challenge->algorithm >= VMM_AUTH_MD5 && challenge->algorithm <= VMM_AUTH_SHA_512_256;
    } else if (challenge->scheme == VMM_AUTH_BASIC) {
        known = challenge->algorithm == 0;
    }
    return known && (challenge->flags & ~VMM_AUTH_FLAGS_NOTE) == 0 &&
           is_token(challenge->algorithm_token);
}

static int decode(struct vmm_auth *auth, const uint8_t *note, size_t size)
{
    struct vmm_auth_challenge *challenge = &auth->challenge;
    if (size < NOTE_TEXTS) {
        return VMM_E_CORRUPT;
    }
    challenge->scheme = note[1];
    challenge->algorithm = note[2];
    challenge->flags = note[3];
    for (unsigned i = 0; i < 4; i++) {
        auth->nonce_count |= (uint32_t)note[NOTE_COUNT + i] << (8 * i);
    }
    memcpy(auth->cnonce, note + NOTE_CNONCE, VMM_AUTH_CNONCE_SIZE);
    int len = read_texts(challenge, note, size);
    return len < 0 || is_sound(challenge) ? len : VMM_E_CORRUPT;
}

int vmm_auth_note_decode(struct vmm_auth *auth, const uint8_t *note, size_t size)
{
    vmm_auth_init(auth);
    if (size == 0) {
        return 0;
    }
    int rc = note[0] == NOTE_VERSION ? decode(auth, note, size) : VMM_E_VERSION;
    if (rc < 0) {
        vmm_auth_init(auth);
    }
    return rc;
}
