/* SPDX-License-Identifier: MIT */
/* The vault: sealed one by one, bound to their rows, readable inside one call only. */
#include <signal.h>
#include <sys/wait.h>

#include "store_help.h"

#include "store/vault.h"

static void setup(void)
{
    help_dir_create();
    cr_assert_eq(vault_create_key(help_path("key")), 0);
}

TestSuite(store_vault, .init = setup, .fini = help_dir_remove, .timeout = 60);

#define CANARY "canary%\"\\:@/#'$( )& 密碼"

static struct vault *open_vault(void)
{
    struct vault *vault = NULL;
    cr_assert_eq(vault_open(help_path("vault.db"), help_path("key"), &vault), 0);
    return vault;
}

static int open_rc(void)
{
    struct vault *vault = NULL;
    int rc = vault_open(help_path("vault.db"), help_path("key"), &vault);
    vault_close(vault);
    return rc;
}

static uint64_t put(struct vault *vault, const char *id, const char *site_id, const char *secret)
{
    struct credential_record record = {
        .id = id, .site_id = site_id, .user = "admin", .changed_at = 5};
    uint64_t generation = 0;
    cr_assert_eq(vault_put(vault, &record, secret, strlen(secret), &generation), 0);
    return generation;
}

static void keep_secret(void *arg, const struct credential_record *record, const char *secret,
                        size_t size)
{
    cr_assert_eq(strlen(secret), size, "ended by a NUL");
    snprintf(arg, 600, "%s/%s/%llu/%s", record->site_id, record->user,
             (unsigned long long)record->generation, secret);
}

static const char *secret_of(struct vault *vault, const char *id)
{
    static char text[600];
    text[0] = '\0';
    int rc = vault_with_secret(vault, id, keep_secret, text);
    if (rc != 0) {
        snprintf(text, sizeof(text), "error %d", rc);
    }
    return text;
}

Test(store_vault, round_trip)
{
    struct vault *vault = open_vault();
    cr_expect_eq(put(vault, "k1", "s1", CANARY), 1);
    cr_expect_eq(put(vault, "k0", "", ""), 1);
    cr_expect_str_eq(secret_of(vault, "k1"), "s1/admin/1/" CANARY);
    vault_close(vault);
    vault = open_vault();
    cr_expect_str_eq(secret_of(vault, "k1"), "s1/admin/1/" CANARY);
    cr_expect_str_eq(secret_of(vault, "k0"), "/admin/1/");
    cr_expect_eq(vault_with_secret(vault, "k2", keep_secret, NULL), VMM_E_NOENT);
    cr_expect_str_eq(vault_after(vault, "")->id, "k0");
    cr_expect_str_eq(vault_after(vault, "k0")->id, "k1");
    cr_expect_str_eq(vault_after(vault, "k00")->id, "k1", "also behind one that is not there");
    cr_expect_null(vault_after(vault, "k1"));
    cr_expect_eq(vault_find(vault, "k1")->changed_at, 5);
    vault_close(vault);
}

Test(store_vault, generations_grow_and_never_come_again)
{
    struct vault *vault = open_vault();
    cr_expect_eq(put(vault, "k1", "s1", "a"), 1);
    cr_expect_eq(put(vault, "k1", "s1", "b"), 2);
    cr_expect_eq(vault_remove(vault, "k1"), 0);
    cr_expect_eq(vault_remove(vault, "k1"), VMM_E_NOENT);
    cr_expect_null(vault_find(vault, "k1"));
    cr_expect_null(vault_after(vault, ""));
    vault_close(vault);
    vault = open_vault();
    cr_expect_null(vault_find(vault, "k1"));
    cr_expect_str_eq(secret_of(vault, "k1"), "error -9");
    cr_expect_eq(put(vault, "k1", "s1", "c"), 3);
    cr_expect_str_eq(secret_of(vault, "k1"), "s1/admin/3/c");
    vault_close(vault);
}

Test(store_vault, many_keep_apart)
{
    struct vault *vault = open_vault();
    for (int i = 0; i < 100; i++) {
        char id[16];
        char secret[16];
        snprintf(id, sizeof(id), "k%d", i * 37 % 100);
        snprintf(secret, sizeof(secret), "secret-%d", i * 37 % 100);
        put(vault, id, "s1", secret);
    }
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 100; i++) {
            char id[16];
            char expected[64];
            snprintf(id, sizeof(id), "k%d", i);
            snprintf(expected, sizeof(expected), "s1/admin/1/secret-%d", i);
            cr_assert_str_eq(secret_of(vault, id), expected);
        }
        vault_close(vault);
        vault = open_vault();
    }
    vault_close(vault);
}

Test(store_vault, limits)
{
    struct vault *vault = open_vault();
    char big[VAULT_SECRET_MAX + 1];
    memset(big, 'x', sizeof(big));
    struct credential_record record = {.id = "k1", .site_id = "", .user = ""};
    cr_expect_eq(vault_put(vault, &record, big, sizeof(big), NULL), VMM_E_TOOBIG);
    cr_expect_null(vault_find(vault, "k1"));
    cr_expect_eq(vault_put(vault, &record, big, VAULT_SECRET_MAX, NULL), 0);
    record.id = "no id";
    cr_expect_eq(vault_put(vault, &record, "x", 1, NULL), VMM_E_INVAL);
    vault_close(vault);
}

/* ---- The key file ---- */

static void read_file(const char *name, char *text, size_t size)
{
    int fd = open(help_path(name), O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    ssize_t n = read(fd, text, size - 1);
    cr_assert_geq(n, 0);
    text[n] = '\0';
    close(fd);
}

static void write_file(const char *name, const char *text)
{
    int fd = open(help_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

Test(store_vault, a_key_file_is_private_and_never_overwritten)
{
    struct stat st;
    cr_assert_eq(stat(help_path("key"), &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    cr_expect_eq(vault_create_key(help_path("key")), VMM_E_EXIST);
    chmod(help_path("key"), 0640);
    cr_expect_eq(open_rc(), VMM_E_DENIED);
    chmod(help_path("key"), 0604);
    cr_expect_eq(open_rc(), VMM_E_DENIED);
    chmod(help_path("key"), 0400);
    cr_expect_eq(open_rc(), 0);
    unlink(help_path("key"));
    cr_expect_eq(open_rc(), VMM_E_NOENT);
}

Test(store_vault, what_is_no_key_file_is_refused)
{
    static const char *const bad[] = {
        "",
        "\n",
        "k1",
        "k1 ",
        " AAAA",
        "k1 AAAA",
        "k1 not base64 at all!",
        "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= more",
        "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ("k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
         "k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        "a-key-id-that-is-longer-than-32-bytes AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        write_file("key", bad[i]);
        cr_expect_eq(open_rc(), VMM_E_CORRUPT, "%s", bad[i]);
    }
    write_file("key", "# ours\n\nk1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    cr_expect_eq(open_rc(), 0);
}

Test(store_vault, another_key_opens_nothing_and_spoils_nothing)
{
    char old[256];
    char both[600];
    char fresh[256];
    struct vault *vault = open_vault();
    put(vault, "k1", "s1", "first");
    vault_close(vault);
    read_file("key", old, sizeof(old));
    unlink(help_path("key"));
    cr_assert_eq(vault_create_key(help_path("key")), 0);
    read_file("key", fresh, sizeof(fresh));
    vault = open_vault();
    cr_expect_str_eq(secret_of(vault, "k1"), "error -16");
    cr_expect_not_null(vault_find(vault, "k1"), "its record is still known");
    put(vault, "k2", "s1", "second");
    vault_close(vault);
    snprintf(both, sizeof(both), "%s%s", fresh, old);
    write_file("key", both);
    vault = open_vault();
    cr_expect_str_eq(secret_of(vault, "k1"), "s1/admin/1/first");
    cr_expect_str_eq(secret_of(vault, "k2"), "s1/admin/1/second");
    cr_expect_eq(put(vault, "k1", "s1", "third"), 2);
    vault_close(vault);
    write_file("key", fresh);
    vault = open_vault();
    cr_expect_str_eq(secret_of(vault, "k1"), "s1/admin/2/third",
                     "sealed with the first key of the file");
    vault_close(vault);
}

Test(store_vault, the_same_id_with_other_bytes_is_no_key)
{
    struct vault *vault = open_vault();
    put(vault, "k1", "s1", "first");
    vault_close(vault);
    char key[256];
    read_file("key", key, sizeof(key));
    char *base64 = strchr(key, ' ') + 1;
    base64[0] = base64[0] == 'A' ? 'B' : 'A';
    write_file("key", key);
    vault = open_vault();
    cr_expect_str_eq(secret_of(vault, "k1"), "error -16");
    vault_close(vault);
}

/* ---- Changed rows ---- */

static void change(const char *sql)
{
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(help_path("vault.db"), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_gt(sqlite3_changes(db), 0);
    sqlite3_close(db);
}

Test(store_vault, a_changed_row_does_not_open)
{
    static const char *const changes[] = {
        "UPDATE credential SET generation = 2 WHERE id = 'k1'",
        "UPDATE credential SET site_id = 's2' WHERE id = 'k1'",
        "UPDATE credential SET user = 'root' WHERE id = 'k1'",
        "UPDATE credential SET nonce = zeroblob(24) WHERE id = 'k1'",
        "UPDATE credential SET nonce = x'00' WHERE id = 'k1'",
        "UPDATE credential SET sealed = zeroblob(length(sealed)) WHERE id = 'k1'",
        "UPDATE credential SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE id = 'k1'",
        "UPDATE credential SET sealed = x'01' WHERE id = 'k1'",
        "UPDATE credential SET sealed = zeroblob(100000) WHERE id = 'k1'",
        "UPDATE credential SET key_id = 'other' WHERE id = 'k1'",
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct vault *vault = open_vault();
        put(vault, "k1", "s1", "first");
        put(vault, "k2", "s1", "second");
        vault_close(vault);
        change(changes[i]);
        vault = open_vault();
        cr_expect_str_eq(secret_of(vault, "k1"), "error -16", "%s", changes[i]);
        cr_expect_not_null(strstr(secret_of(vault, "k2"), "/second"), "the others open");
        vault_close(vault);
        change("DELETE FROM credential");
    }
}

Test(store_vault, swapped_secrets_do_not_open)
{
    struct vault *vault = open_vault();
    put(vault, "k1", "s1", "first");
    put(vault, "k2", "s1", "second");
    vault_close(vault);
    change("UPDATE credential SET id = 'k3' WHERE id = 'k1';"
           "UPDATE credential SET id = 'k1' WHERE id = 'k2';"
           "UPDATE credential SET id = 'k2' WHERE id = 'k3'");
    vault = open_vault();
    cr_expect_str_eq(secret_of(vault, "k1"), "error -16");
    cr_expect_str_eq(secret_of(vault, "k2"), "error -16");
    vault_close(vault);
}

/* ---- What others see ---- */

static bool file_has(const char *name, const char *text)
{
    static char bytes[1 << 20];
    int fd = open(help_path(name), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t size = read(fd, bytes, sizeof(bytes));
    close(fd);
    return size > 0 && memmem(bytes, (size_t)size, text, strlen(text)) != NULL;
}

Test(store_vault, no_secret_in_any_file)
{
    struct vault *vault = open_vault();
    put(vault, "k1", "s1", CANARY);
    put(vault, "k1", "s1", CANARY);
    cr_expect(!file_has("vault.db", "canary"));
    cr_expect(!file_has("vault.db-wal", "canary"));
    cr_expect(file_has("vault.db", "admin"), "the search finds what is there");
    struct stat st;
    cr_assert_eq(stat(help_path("vault.db"), &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    vault_close(vault);
    cr_expect(!file_has("vault.db", "canary"));
}

static const char *kept;

static void keep_pointer(void *arg, const struct credential_record *record, const char *secret,
                         size_t size)
{
    (void)arg;
    (void)record;
    (void)size;
    kept = secret;
}

/* A child that reads it may die of SIGSEGV: how it ended. */
static int read_kept(void)
{
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        _exit(*(const volatile char *)kept == 'f' ? 0 : 1);
    }
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static void expect_unreadable(void)
{
    int status = read_kept();
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

/* Out of the call the memory allows no access. */
Test(store_vault, a_kept_pointer_is_of_no_use)
{
    struct vault *vault = open_vault();
    put(vault, "k1", "s1", "first");
    cr_assert_eq(vault_with_secret(vault, "k1", keep_pointer, NULL), 0);
    expect_unreadable();
    vault_close(vault);
}

Test(store_vault, held_memory_is_readable_until_it_is_released)
{
    struct vault *vault = open_vault();
    vault_hold(vault);
    vault_release(vault);
    put(vault, "k1", "s1", "first");
    vault_hold(vault);
    cr_assert_eq(vault_with_secret(vault, "k1", keep_pointer, NULL), 0);
    cr_expect_eq(read_kept(), 0);
    for (char i = 'a'; i < 'z'; i++) {
        put(vault, (char[]){'k', i, '\0'}, "s1", "of more than one page");
    }
    cr_assert_eq(vault_with_secret(vault, "k1", keep_pointer, NULL), 0);
    cr_expect_eq(read_kept(), 0, "the arena has grown meanwhile");
    vault_release(vault);
    expect_unreadable();
    vault_hold(vault);
    expect_unreadable(); /* nothing was asked for so far */
    vault_release(vault);
    vault_close(vault);
}

Test(store_vault, a_damaged_vault_is_refused_and_left_alone)
{
    char text[64];
    write_file("vault.db", "this is no database, and it has more bytes than a head of one has: "
                           "0123456789012345678901234567890123456789");
    cr_expect_eq(open_rc(), VMM_E_CORRUPT);
    read_file("vault.db", text, sizeof(text));
    cr_expect_eq(strncmp(text, "this is no database", 19), 0);
}

Test(store_vault, one_process_at_a_time)
{
    struct vault *vault = open_vault();
    cr_expect_eq(open_rc(), VMM_E_STATE);
    vault_close(vault);
    cr_expect_eq(open_rc(), 0);
}

static void print_of(const char *user, const char *secret, uint8_t out[VAULT_FINGERPRINT_SIZE])
{
    struct vault *vault = open_vault();
    vault_fingerprint(vault, user, secret, out);
    vault_close(vault);
}

Test(store_vault, a_fingerprint_tells_logins_apart_and_hangs_on_the_key)
{
    uint8_t first[VAULT_FINGERPRINT_SIZE];
    uint8_t other[VAULT_FINGERPRINT_SIZE];
    print_of("admin", CANARY, first);
    print_of("admin", CANARY, other);
    cr_expect_arr_eq(first, other, sizeof(first), "the same after it was opened again");
    print_of("admin", CANARY "x", other);
    cr_expect_arr_neq(first, other, sizeof(first));
    print_of("adminc", &CANARY[1], other);
    cr_expect_arr_neq(first, other, sizeof(first), "where the user ends counts");
    cr_assert_eq(unlink(help_path("key")), 0);
    cr_assert_eq(vault_create_key(help_path("key")), 0);
    print_of("admin", CANARY, other);
    cr_expect_arr_neq(first, other, sizeof(first), "nobody else can make it");
}

static struct vault_item item(const char *id, const char *secret)
{
    return (struct vault_item){.record = {.id = id, .site_id = "", .user = "admin"},
                               .secret = secret,
                               .size = strlen(secret)};
}

Test(store_vault, several_are_written_or_none)
{
    struct vault *vault = open_vault();
    put(vault, "b", "", "old");
    struct vault_item good[] = {item("c", "3"), item("a", "1"), item("b", "2")};
    cr_assert_eq(vault_put_all(vault, good, 3), 0);
    struct vault_item bad[] = {item("d", "4"), item("b", "5"), item("no id", "6")};
    cr_assert_eq(vault_put_all(vault, bad, 3), VMM_E_INVAL);
    cr_assert_eq(vault_put_all(vault, NULL, 0), 0);
    for (int round = 0; round < 2; round++) {
        cr_expect_str_eq(secret_of(vault, "a"), "/admin/1/1");
        cr_expect_str_eq(secret_of(vault, "b"), "/admin/2/2");
        cr_expect_str_eq(secret_of(vault, "c"), "/admin/1/3");
        cr_expect_null(vault_find(vault, "d"));
        vault_close(vault);
        vault = open_vault();
    }
    vault_close(vault);
}
