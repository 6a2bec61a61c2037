/* SPDX-License-Identifier: MIT */
/*
 * The vault: vault.db, the credentials, each sealed by itself with XChaCha20-Poly1305.
 *
 * What binds a sealed secret to its row is the associated data: site, credential id, generation and
 * user. A row that was changed, or a secret that was moved to another row, does not open. The keys
 * are in a file of their own, one a line, "<key id> <base64 of 32 bytes>": the first seals, all of
 * them open, so that a key is changed by adding a line on top.
 *
 * Opened secrets lie in one locked arena that no access is allowed to, except inside
 * vault_with_secret() and between vault_hold() and vault_release(). All calls belong to one thread. Those that change something write to the
 * disk and wait for it: they are commands of an operator. The others never touch the disk.
 */
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "fleet/records.h"

#define VAULT_SECRET_MAX       510u /* bytes of a secret */
#define VAULT_FINGERPRINT_SIZE 16u

struct vault;

/* Make a key file with one new key, mode 0600. 0, VMM_E_EXIST when there is a file, VMM_E_IO. */
int vault_create_key(const char *key_file);

/*
 * Open or create the vault (mode 0600) and open every secret. A secret that does not open is logged
 * by its id, stays in the file, and answers VMM_E_CORRUPT when asked for. 0, VMM_E_DENIED (a file
 * that belongs to another user, or a key file that others can read), VMM_E_CORRUPT (no key file as
 * described above, or a damaged database, which is left as it is), VMM_E_VERSION, VMM_E_NOENT (no
 * key file), VMM_E_IO, VMM_E_NOMEM; each logged in one line.
 */
int vault_open(const char *path, const char *key_file, struct vault **out);

/* Wipes and releases. NULL is accepted. */
void vault_close(struct vault *vault);

/*
 * Write a credential, new or over the old one of the same id. Of the record id, site_id, user and
 * changed_at are read; the generation becomes 1, or the old one plus 1, and is told in `generation`
 * (may be NULL). A generation is never used twice for one id, not even after vault_remove(). 0,
 * VMM_E_TOOBIG, VMM_E_INVAL (the id), VMM_E_IO, VMM_E_NOMEM; after an error the old one is in
 * force.
 */
int vault_put(struct vault *vault, const struct credential_record *record, const void *secret,
              size_t size, uint64_t *generation);

struct vault_item {
    struct credential_record record; /* as vault_put() reads it */
    const void *secret;
    size_t size;
};

/* Write several, no id twice: all of them or none. The errors of vault_put(). */
int vault_put_all(struct vault *vault, const struct vault_item *items, size_t count);

/* 0, VMM_E_NOENT or VMM_E_IO. */
int vault_remove(struct vault *vault, const char *id);

/* The record of a credential, or NULL. Valid until the next vault_put() or vault_remove(). */
const struct credential_record *vault_find(const struct vault *vault, const char *id);

/* The first one behind an id in the order of ids, "" is before all; NULL: there is none. Validity as above. */
const struct credential_record *vault_after(const struct vault *vault, const char *id);

/* `secret` is readable for the call only, is followed by a NUL, and must not be kept. */
typedef void (*vault_secret_fn)(void *arg, const struct credential_record *record,
                                const char *secret, size_t size);

/* 0, VMM_E_NOENT, or VMM_E_CORRUPT when the secret does not open; then `use` was not called. */
int vault_with_secret(struct vault *vault, const char *id, vault_secret_fn use, void *arg);

/* Several calls of vault_with_secret() may follow: from the first on the memory stays readable, because making it so and
 * undoing that costs more than a call. For one piece of work that ends before anything else runs. */
void vault_hold(struct vault *vault);
void vault_release(struct vault *vault);

/* A keyed hash of a user and a secret, by which they are known again without being kept. Only who has the key file can
 * make or check one; it is another one when the first key of the file is. */
void vault_fingerprint(const struct vault *vault, const char *user, const char *secret,
                       uint8_t out[VAULT_FINGERPRINT_SIZE]);

#endif
