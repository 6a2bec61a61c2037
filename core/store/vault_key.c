/* SPDX-License-Identifier: MIT */
#include "store/vault_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "store/vault.h"

#define AREA     "vault"
#define FILE_MAX 8192u

int vault_create_key(const char *key_file)
{
    if (sodium_init() < 0) {
        return VMM_E_IO;
    }
    int fd = open(key_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        int why = errno;
        if (why != EEXIST) {
            log_error(AREA, "%s: %s", key_file, strerror(why));
        }
        return why == EEXIST ? VMM_E_EXIST : VMM_E_IO;
    }
    uint8_t id[8];
    uint8_t key[VAULT_KEY_SIZE];
    char id_text[sizeof(id) * 2 + 1];
    char key_text[sodium_base64_ENCODED_LEN(VAULT_KEY_SIZE, sodium_base64_VARIANT_ORIGINAL)];
    char line[128];
    randombytes_buf(id, sizeof(id));
    randombytes_buf(key, sizeof(key));
    sodium_bin2hex(id_text, sizeof(id_text), id, sizeof(id));
    sodium_bin2base64(key_text, sizeof(key_text), key, sizeof(key), sodium_base64_VARIANT_ORIGINAL);
    int length = snprintf(line, sizeof(line), "%s %s\n", id_text, key_text);
    bool ok = write(fd, line, (size_t)length) == length && fsync(fd) == 0;
    ok = close(fd) == 0 && ok;
    sodium_memzero(key, sizeof(key));
    sodium_memzero(key_text, sizeof(key_text));
    sodium_memzero(line, sizeof(line));
    if (!ok) {
        log_error(AREA, "%s could not be written", key_file);
        unlink(key_file);
    }
    return ok ? 0 : VMM_E_IO;
}

/* Open the file, and refuse one that anybody else could have read or written. */
static int open_private(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        int why = errno;
        log_error(AREA, "%s: %s", path, strerror(why));
        return why == ENOENT ? VMM_E_NOENT : VMM_E_IO;
    }
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077) != 0 ||
        (st.st_uid != geteuid() && st.st_uid != 0)) {
        log_error(AREA, "%s has to be a file that its owner alone can read (chmod 600)", path);
        close(fd);
        return VMM_E_DENIED;
    }
    return fd;
}

/* One line, "<id> <base64>". */
static bool parse_line(char *line, struct vault_key *key)
{
    char *space = strchr(line, ' ');
    if (space == NULL || space == line || (size_t)(space - line) >= sizeof(key->id)) {
        return false;
    }
    memcpy(key->id, line, (size_t)(space - line));
    key->id[space - line] = '\0';
    size_t size = 0;
    const char *end = NULL;
    const char *text = space + 1;
    return text_is_id(key->id) &&
           sodium_base642bin(key->bytes, sizeof(key->bytes), text, strlen(text), NULL, &size, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           size == VAULT_KEY_SIZE && *end == '\0';
}

static bool parse(char *text, struct vault_keys *keys)
{
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        if (line[0] == '\0' || line[0] == '#') {
            continue;
        }
        struct vault_key *key = &keys->keys[keys->count];
        if (keys->count == VAULT_KEYS_MAX || !parse_line(line, key) ||
            vault_key_find(keys, key->id) != NULL) {
            return false;
        }
        keys->count++;
    }
    return keys->count > 0;
}

static int read_keys(int fd, const char *path, struct vault_keys *keys)
{
    char *text = sodium_malloc(FILE_MAX);
    if (text == NULL) {
        return VMM_E_NOMEM;
    }
    ssize_t size = read(fd, text, FILE_MAX - 1);
    int rc = size < 0 ? VMM_E_IO : 0;
    if (rc == 0) {
        text[size] = '\0';
        rc = parse(text, keys) ? 0 : VMM_E_CORRUPT;
    }
    if (rc != 0) {
        log_error(AREA, "%s is no key file: lines of \"<key id> <base64 of 32 bytes>\"", path);
    }
    sodium_free(text);
    return rc;
}

int vault_key_load(const char *path, struct vault_keys **out)
{
    *out = NULL;
    if (sodium_init() < 0) {
        return VMM_E_IO;
    }
    int fd = open_private(path);
    if (fd < 0) {
        return fd;
    }
    struct vault_keys *keys = sodium_malloc(sizeof(*keys));
    int rc = VMM_E_NOMEM;
    if (keys != NULL) {
        keys->count = 0;
        rc = read_keys(fd, path, keys);
    }
    close(fd);
    if (rc != 0) {
        sodium_free(keys);
        return rc;
    }
    sodium_mprotect_readonly(keys);
    *out = keys;
    return 0;
}

const struct vault_key *vault_key_find(const struct vault_keys *keys, const char *id)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (strcmp(keys->keys[i].id, id) == 0) {
            return &keys->keys[i];
        }
    }
    return NULL;
}

static void add_part(struct buf *data, const char *text)
{
    uint8_t size[4];
    size_t length = strlen(text);
    for (int i = 0; i < 4; i++) {
        size[i] = (uint8_t)(length >> 8 * i);
    }
    buf_add(data, size, sizeof(size));
    buf_add(data, text, length);
}

/* The associated data. Each text has its length before it: no two records make the same bytes. */
static void bind_record(struct buf *data, const struct credential_record *record)
{
    uint8_t generation[8];
    for (int i = 0; i < 8; i++) {
        generation[i] = (uint8_t)(record->generation >> 8 * i);
    }
    buf_init(data);
    add_part(data, record->site_id);
    add_part(data, record->id);
    buf_add(data, generation, sizeof(generation));
    add_part(data, record->user);
}

int vault_key_seal(const struct vault_key *key, const struct credential_record *record,
                   const uint8_t *secret, size_t size, uint8_t nonce[VAULT_NONCE_SIZE],
                   uint8_t *sealed)
{
    struct buf data;
    bind_record(&data, record);
    int rc = buf_failed(&data) ? VMM_E_NOMEM : 0;
    if (rc == 0) {
        randombytes_buf(nonce, VAULT_NONCE_SIZE);
        crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, secret, size, data.data, data.size,
                                                   NULL, nonce, key->bytes);
    }
    buf_finish(&data);
    return rc;
}

int vault_key_open(const struct vault_key *key, const struct credential_record *record,
                   const uint8_t nonce[VAULT_NONCE_SIZE], const uint8_t *sealed, size_t size,
                   uint8_t *secret)
{
    struct buf data;
    bind_record(&data, record);
    int rc = buf_failed(&data) ? VMM_E_NOMEM : 0;
    if (rc == 0 && (size < VAULT_TAG_SIZE || crypto_aead_xchacha20poly1305_ietf_decrypt(
                                                 secret, NULL, NULL, sealed, size, data.data,
                                                 data.size, nonce, key->bytes) != 0)) {
        rc = VMM_E_CORRUPT;
    }
    buf_finish(&data);
    return rc;
}
