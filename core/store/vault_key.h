/* SPDX-License-Identifier: MIT */
/* The key file of the vault, and sealing with its keys. */
#ifndef STORE_VAULT_KEY_H
#define STORE_VAULT_KEY_H

#include <stddef.h>
#include <stdint.h>

#include <sodium.h>

#include "fleet/records.h"

#define VAULT_KEYS_MAX    16u
#define VAULT_KEY_ID_SIZE 33u /* with its NUL */
#define VAULT_NONCE_SIZE  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define VAULT_KEY_SIZE    crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define VAULT_TAG_SIZE    crypto_aead_xchacha20poly1305_ietf_ABYTES

struct vault_key {
    char id[VAULT_KEY_ID_SIZE];
    uint8_t bytes[VAULT_KEY_SIZE];
};

/* In memory of sodium_malloc(), read-only while nobody reads a file into it. */
struct vault_keys {
    size_t count;
    struct vault_key keys[VAULT_KEYS_MAX]; /* the first seals */
};

/*
 * struct vault_keys is a whole number of 8 bytes: sodium_malloc() puts the end, not the begin, on a
 * boundary.
 */
_Static_assert(sizeof(struct vault_keys) % 8 == 0, "aligned in memory of sodium_malloc()");

/*
 * Read a key file. The result is released by sodium_free(). 0 or the errors of vault_open();
 * logged.
 */
int vault_key_load(const char *path, struct vault_keys **out);

/* The key of this id, or NULL. */
const struct vault_key *vault_key_find(const struct vault_keys *keys, const char *id);

/*
 * Seal a secret for its record: `sealed` takes size + VAULT_TAG_SIZE bytes. `nonce` is made at
 * random: with 192 bits no two are equal. 0 or VMM_E_NOMEM.
 */
int vault_key_seal(const struct vault_key *key, const struct credential_record *record,
                   const uint8_t *secret, size_t size, uint8_t nonce[VAULT_NONCE_SIZE],
                   uint8_t *sealed);

/*
 * The reverse: `secret` takes size - VAULT_TAG_SIZE bytes. 0, VMM_E_NOMEM, or VMM_E_CORRUPT when
 * key, record, nonce and sealed bytes do not belong together.
 */
int vault_key_open(const struct vault_key *key, const struct credential_record *record,
                   const uint8_t nonce[VAULT_NONCE_SIZE], const uint8_t *sealed, size_t size,
                   uint8_t *secret);

#endif
