/* SPDX-License-Identifier: MIT */
#include "store/vault.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>
#include <sqlite3.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "base/text.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/vault_arena.h"
#include "store/vault_key.h"

#define AREA "vault"

struct entry {
    struct credential_record record; /* its texts belong to the entry */
    size_t slot;
    bool is_open;    /* its secret is in the slot */
    bool is_removed; /* kept for its generation alone */
};

struct vault {
    sqlite3 *db;
    int lock_fd;
    struct vault_keys *keys;
    struct vault_arena arena;
    struct entry **entries; /* by id; the removed ones among them */
    size_t count;
    size_t capacity;
};

/* ---- Entries in memory ---- */

static void entry_destroy(struct entry *entry)
{
    if (entry != NULL) {
        free((char *)entry->record.id);
        free((char *)entry->record.site_id);
        free((char *)entry->record.user);
        free(entry);
    }
}

static struct entry *entry_create(const struct credential_record *record)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL) {
        return NULL;
    }
    entry->record = *record;
    entry->record.id = strdup(record->id);
    entry->record.site_id = strdup(record->site_id);
    entry->record.user = strdup(record->user);
    if (entry->record.id == NULL || entry->record.site_id == NULL || entry->record.user == NULL) {
        entry_destroy(entry);
        return NULL;
    }
    return entry;
}

/* Where the id is, or belongs. */
static size_t position_of(const struct vault *vault, const char *id)
{
    size_t low = 0;
    size_t high = vault->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(vault->entries[middle]->record.id, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct entry *find_any(const struct vault *vault, const char *id)
{
    size_t i = position_of(vault, id);
    bool is_there = i < vault->count && strcmp(vault->entries[i]->record.id, id) == 0;
    return is_there ? vault->entries[i] : NULL;
}

static struct entry *find(const struct vault *vault, const char *id)
{
    struct entry *entry = find_any(vault, id);
    return entry == NULL || entry->is_removed ? NULL : entry;
}

static int make_room(struct vault *vault, size_t more)
{
    size_t capacity = vault->capacity == 0 ? 32 : vault->capacity;
    while (capacity < vault->count + more) {
        capacity *= 2;
    }
    if (capacity == vault->capacity) {
        return 0;
    }
    struct entry **entries = realloc(vault->entries, capacity * sizeof(struct entry *));
    if (entries == NULL) {
        return VMM_E_NOMEM;
    }
    vault->entries = entries;
    vault->capacity = capacity;
    return 0;
}

/* Room was made, a slot was taken: nothing here can fail. */
static void place(struct vault *vault, struct entry *entry)
{
    size_t i = position_of(vault, entry->record.id);
    bool is_there = i < vault->count && strcmp(vault->entries[i]->record.id, entry->record.id) == 0;
    if (is_there) {
        entry_destroy(vault->entries[i]);
    } else {
        memmove(&vault->entries[i + 1], &vault->entries[i],
                (vault->count - i) * sizeof(struct entry *));
        vault->count++;
    }
    vault->entries[i] = entry;
}

static void fill_slot(struct vault *vault, size_t slot, const void *secret, size_t size)
{
    vault_arena_unlock(&vault->arena);
    struct vault_slot *to = vault_arena_slot(&vault->arena, slot);
    sodium_memzero(to->secret, sizeof(to->secret));
    if (size > 0) {
        memcpy(to->secret, secret, size);
    }
    to->size = (uint16_t)size;
    vault_arena_lock(&vault->arena);
}

/* ---- Opening ---- */

/* Columns: id, site_id, user, generation, changed_at, key_id, nonce, sealed. */
static int open_secret(struct vault *vault, struct entry *entry, sqlite3_stmt *row)
{
    const struct vault_key *key = vault_key_find(vault->keys, store_db_text(row, 5));
    size_t size = (size_t)sqlite3_column_bytes(row, 7);
    if (key == NULL) {
        log_error(AREA, "credential %s is sealed with the key %s, which is not in the key file",
                  entry->record.id, store_db_text(row, 5));
        return VMM_E_CORRUPT;
    }
    int rc = VMM_E_CORRUPT;
    if (sqlite3_column_bytes(row, 6) == (int)VAULT_NONCE_SIZE && size >= VAULT_TAG_SIZE &&
        size <= VAULT_SECRET_MAX + VAULT_TAG_SIZE) {
        vault_arena_unlock(&vault->arena);
        struct vault_slot *slot = vault_arena_slot(&vault->arena, entry->slot);
        rc = vault_key_open(key, &entry->record, sqlite3_column_blob(row, 6),
                            sqlite3_column_blob(row, 7), size, (uint8_t *)slot->secret);
        slot->size = rc == 0 ? (uint16_t)(size - VAULT_TAG_SIZE) : 0;
        slot->secret[slot->size] = '\0';
        vault_arena_lock(&vault->arena);
    }
    if (rc != 0) {
        log_error(AREA, "credential %s does not open: its row was changed, or the key is another",
                  entry->record.id);
    }
    return rc;
}

static int load_row(struct vault *vault, sqlite3_stmt *row)
{
    struct credential_record record = {
        .id = store_db_text(row, 0),
        .site_id = store_db_text(row, 1),
        .user = store_db_text(row, 2),
        .generation = (uint64_t)sqlite3_column_int64(row, 3),
        .changed_at = sqlite3_column_int64(row, 4),
    };
    struct entry *entry = make_room(vault, 1) == 0 ? entry_create(&record) : NULL;
    if (entry == NULL || vault_arena_add(&vault->arena, &entry->slot) != 0) {
        entry_destroy(entry);
        return VMM_E_NOMEM;
    }
    entry->is_removed = sqlite3_column_type(row, 7) == SQLITE_NULL;
    entry->is_open = !entry->is_removed && open_secret(vault, entry, row) == 0;
    place(vault, entry);
    return 0;
}

static int load(struct vault *vault)
{
    sqlite3_stmt *row = NULL;
    int refused = 0;
    int rc = sqlite3_prepare_v2(vault->db,
                                "SELECT id, site_id, user, generation, changed_at, key_id, nonce,"
                                " sealed FROM credential ORDER BY id",
                                -1, &row, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(row);
        while (rc == SQLITE_ROW && refused == 0) {
            refused = load_row(vault, row);
            rc = sqlite3_step(row);
        }
    }
    sqlite3_finalize(row);
    return refused != 0 ? refused : store_db_error(rc);
}

static int open_file(struct vault *vault, const char *path)
{
    static const char *const areas[] = {"vault", NULL};
    char error[160];
    vault->lock_fd = store_db_lock(path);
    if (vault->lock_fd < 0) {
        return vault->lock_fd;
    }
    int rc = store_db_secure(path);
    if (rc != 0) {
        return rc;
    }
    rc = store_db_open(path, NULL, &vault->db, error);
    if (rc != 0) {
        log_error(AREA, "%s: %s", path, error);
        return rc;
    }
    /* What was overwritten or removed does not stay readable in the file. */
    rc = store_db_exec(vault->db, "PRAGMA secure_delete = ON");
    rc = rc == 0 ? store_migrate(vault->db, store_migrations, areas) : rc;
    return rc == 0 ? load(vault) : rc;
}

int vault_open(const char *path, const char *key_file, struct vault **out)
{
    *out = NULL;
    struct vault *vault = calloc(1, sizeof(*vault));
    if (vault == NULL) {
        return VMM_E_NOMEM;
    }
    vault->lock_fd = -1;
    int rc = vault_key_load(key_file, &vault->keys);
    rc = rc == 0 ? open_file(vault, path) : rc;
    if (rc != 0) {
        vault_close(vault);
        return rc;
    }
    *out = vault;
    return 0;
}

void vault_close(struct vault *vault)
{
    if (vault == NULL) {
        return;
    }
    for (size_t i = 0; i < vault->count; i++) {
        entry_destroy(vault->entries[i]);
    }
    free(vault->entries);
    vault_arena_finish(&vault->arena);
    sodium_free(vault->keys);
    sqlite3_close(vault->db);
    if (vault->lock_fd >= 0) {
        close(vault->lock_fd);
    }
    free(vault);
}

/* ---- Changing ---- */

struct sealed {
    const char *key_id;
    uint8_t nonce[VAULT_NONCE_SIZE];
    uint8_t bytes[VAULT_SECRET_MAX + VAULT_TAG_SIZE];
    size_t size;
};

/* `sealed` NULL: the row of a removed credential. */
static int write_row(struct vault *vault, const struct credential_record *record,
                     const struct sealed *sealed)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(
        vault->db,
        "INSERT INTO credential(id, site_id, user, generation, changed_at, key_id, nonce, sealed)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT(id) DO UPDATE SET site_id = excluded.site_id, user = excluded.user,"
        " generation = excluded.generation, changed_at = excluded.changed_at,"
        " key_id = excluded.key_id, nonce = excluded.nonce, sealed = excluded.sealed",
        -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, record->id, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 2, record->site_id, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 3, record->user, -1, SQLITE_STATIC);
        sqlite3_bind_int64(stmt, 4, (int64_t)record->generation);
        sqlite3_bind_int64(stmt, 5, record->changed_at);
        sqlite3_bind_text(stmt, 6, sealed == NULL ? "" : sealed->key_id, -1, SQLITE_STATIC);
        if (sealed != NULL) {
            sqlite3_bind_blob(stmt, 7, sealed->nonce, sizeof(sealed->nonce), SQLITE_STATIC);
            sqlite3_bind_blob(stmt, 8, sealed->bytes, (int)sealed->size, SQLITE_STATIC);
        }
        rc = sqlite3_step(stmt);
    }
    if (rc != SQLITE_DONE) {
        log_error(AREA, "credential %s: %s", record->id, sqlite3_errmsg(vault->db));
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? 0 : VMM_E_IO;
}

/* Rare and small: the log is emptied at once, and no old secret stays in it. */
static void empty_log(struct vault *vault)
{
    sqlite3_wal_checkpoint_v2(vault->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static int seal_and_write(struct vault *vault, const struct credential_record *record,
                          const void *secret, size_t size)
{
    const struct vault_key *key = &vault->keys->keys[0];
    struct sealed sealed = {.key_id = key->id, .size = size + VAULT_TAG_SIZE};
    int rc = vault_key_seal(key, record, secret, size, sealed.nonce, sealed.bytes);
    return rc == 0 ? write_row(vault, record, &sealed) : rc;
}

/* A new entry with its row written; it takes its place when all are. NULL with the error in *rc. */
static struct entry *write_entry(struct vault *vault, const struct vault_item *item, int *rc)
{
    if (!text_is_id(item->record.id) || item->size > VAULT_SECRET_MAX) {
        *rc = item->size > VAULT_SECRET_MAX ? VMM_E_TOOBIG : VMM_E_INVAL;
        return NULL;
    }
    const struct entry *old = find_any(vault, item->record.id);
    struct entry *entry = entry_create(&item->record);
    *rc = entry == NULL ? VMM_E_NOMEM : 0;
    if (*rc == 0) {
        entry->is_open = true;
        entry->record.generation = old == NULL ? 1 : old->record.generation + 1;
        entry->slot = old == NULL ? 0 : old->slot;
        *rc = old == NULL ? vault_arena_add(&vault->arena, &entry->slot) : 0;
    }
    *rc = *rc == 0 ? seal_and_write(vault, &entry->record, item->secret, item->size) : *rc;
    if (*rc != 0) {
        entry_destroy(entry);
        return NULL;
    }
    return entry;
}

/* All rows in one transaction. */
static int write_rows(struct vault *vault, const struct vault_item *items, struct entry **made,
                      size_t count)
{
    int rc = store_db_exec(vault->db, "BEGIN IMMEDIATE");
    if (rc != 0) {
        return rc;
    }
    for (size_t i = 0; rc == 0 && i < count; i++) {
        made[i] = write_entry(vault, &items[i], &rc);
    }
    rc = rc == 0 ? store_db_exec(vault->db, "COMMIT") : rc;
    if (rc != 0) {
        store_db_exec(vault->db, "ROLLBACK");
    }
    return rc;
}

int vault_put_all(struct vault *vault, const struct vault_item *items, size_t count)
{
    struct entry **made = calloc(count + 1, sizeof(*made));
    int rc = made != NULL ? make_room(vault, count) : VMM_E_NOMEM;
    rc = rc == 0 && count > 0 ? write_rows(vault, items, made, count) : rc;
    for (size_t i = 0; made != NULL && i < count; i++) {
        if (rc != 0) {
            entry_destroy(made[i]);
            continue;
        }
        fill_slot(vault, made[i]->slot, items[i].secret, items[i].size);
        place(vault, made[i]);
    }
    free(made);
    empty_log(vault);
    return rc;
}

int vault_put(struct vault *vault, const struct credential_record *record, const void *secret,
              size_t size, uint64_t *generation)
{
    struct vault_item item = {*record, secret, size};
    const struct entry *old = find_any(vault, record->id);
    uint64_t next = old == NULL ? 1 : old->record.generation + 1;
    int rc = vault_put_all(vault, &item, 1);
    if (rc == 0 && generation != NULL) {
        *generation = next;
    }
    return rc;
}

int vault_remove(struct vault *vault, const char *id)
{
    struct entry *entry = find(vault, id);
    if (entry == NULL) {
        return VMM_E_NOENT;
    }
    struct credential_record gone = entry->record;
    gone.user = "";
    int rc = write_row(vault, &gone, NULL);
    empty_log(vault);
    if (rc == 0) {
        entry->is_removed = true;
        entry->is_open = false;
        fill_slot(vault, entry->slot, NULL, 0);
    }
    return rc;
}

/* ---- Reading ---- */

const struct credential_record *vault_find(const struct vault *vault, const char *id)
{
    const struct entry *entry = find(vault, id);
    return entry == NULL ? NULL : &entry->record;
}

const struct credential_record *vault_after(const struct vault *vault, const char *id)
{
    size_t i = position_of(vault, id);
    bool is_there = i < vault->count && strcmp(vault->entries[i]->record.id, id) == 0;
    i += is_there ? 1 : 0;
    while (i < vault->count && vault->entries[i]->is_removed) {
        i++;
    }
    return i < vault->count ? &vault->entries[i]->record : NULL;
}

int vault_with_secret(struct vault *vault, const char *id, vault_secret_fn use, void *arg)
{
    const struct entry *entry = find(vault, id);
    if (entry == NULL) {
        return VMM_E_NOENT;
    }
    if (!entry->is_open) {
        return VMM_E_CORRUPT;
    }
    vault_arena_unlock(&vault->arena);
    const struct vault_slot *slot = vault_arena_slot(&vault->arena, entry->slot);
    use(arg, &entry->record, slot->secret, slot->size);
    vault_arena_lock(&vault->arena);
    return 0;
}

void vault_hold(struct vault *vault)
{
    vault_arena_hold(&vault->arena);
}

void vault_release(struct vault *vault)
{
    vault_arena_release(&vault->arena);
}

void vault_fingerprint(const struct vault *vault, const char *user, const char *secret,
                       uint8_t out[VAULT_FINGERPRINT_SIZE])
{
    static const char context[crypto_kdf_CONTEXTBYTES] = {'l', 'o', 'g', 'i', 'n', '-', 'i', 'd'};
    uint8_t key[crypto_generichash_KEYBYTES];
    crypto_generichash_state state;
    crypto_kdf_derive_from_key(key, sizeof(key), 1, context, vault->keys->keys[0].bytes);
    crypto_generichash_init(&state, key, sizeof(key), VAULT_FINGERPRINT_SIZE);
    crypto_generichash_update(&state, (const uint8_t *)user, strlen(user) + 1);
    crypto_generichash_update(&state, (const uint8_t *)secret, strlen(secret));
    crypto_generichash_final(&state, out, VAULT_FINGERPRINT_SIZE);
    sodium_memzero(key, sizeof(key));
    sodium_memzero(&state, sizeof(state));
}
