/* SPDX-License-Identifier: MIT */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define AREA           "store"
#define PATH_MAX_BYTES 4096

int store_db_lock(const char *path)
{
    char lock[PATH_MAX_BYTES];
    if (!text_format(lock, sizeof(lock), "%s.lock", path)) {
        return VMM_E_IO;
    }
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        log_error(AREA, "%s: %s", lock, strerror(errno));
        return VMM_E_IO;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        log_error(AREA, "%s is in use by another process", path);
        close(fd);
        return VMM_E_STATE;
    }
    return fd;
}

int store_db_secure(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_error(AREA, "%s: %s", path, strerror(errno));
        return errno == EACCES || errno == EPERM ? VMM_E_DENIED : VMM_E_IO;
    }
    struct stat st;
    int rc = 0;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
        log_error(AREA, "%s does not belong to the user that vmmd runs as", path);
        rc = VMM_E_DENIED;
    } else if ((st.st_mode & 0777) != 0600) {
        log_warn(AREA, "%s was open to others (mode %03o), now 600", path, st.st_mode & 0777u);
        rc = fchmod(fd, 0600) == 0 ? 0 : VMM_E_IO;
    }
    close(fd);
    return rc;
}

int store_db_open(const char *path, const char *vfs, sqlite3 **out, char error[160])
{
    /* auto_vacuum comes first: it holds for a database that is made now, and only then. */
    static const char settings[] = "PRAGMA auto_vacuum = INCREMENTAL;"
                                   "PRAGMA journal_mode = WAL;"
                                   "PRAGMA synchronous = FULL;"
                                   "PRAGMA foreign_keys = ON;"
                                   "PRAGMA temp_store = MEMORY;"
                                   "PRAGMA trusted_schema = OFF;"
                                   "PRAGMA cell_size_check = ON;"
                                   "PRAGMA wal_autocheckpoint = 0;"
                                   "PRAGMA journal_size_limit = 4194304;"
                                   "PRAGMA cache_size = -8192;";
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    *out = NULL;
    int rc = sqlite3_open_v2(path, out, flags, vfs);
    if (rc == SQLITE_OK) {
        sqlite3_extended_result_codes(*out, 1);
        sqlite3_busy_timeout(*out, 5000);
        rc = sqlite3_exec(*out, settings, NULL, NULL, NULL);
    }
    if (rc != SQLITE_OK) {
        text_format(error, 160, "%s", *out != NULL ? sqlite3_errmsg(*out) : sqlite3_errstr(rc));
        sqlite3_close(*out);
        *out = NULL;
    }
    return store_db_error(rc);
}

struct time_limit {
    uint64_t until;
    bool passed;
};

static int check_time(void *arg)
{
    struct time_limit *limit = arg;
    limit->passed = limit->until != 0 && clock_mono_us() >= limit->until;
    return limit->passed;
}

bool store_db_is_sound(sqlite3 *db, unsigned seconds)
{
    struct time_limit limit = {seconds == 0 ? 0 : clock_mono_us() + seconds * CLOCK_S, false};
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &stmt, NULL) != SQLITE_OK) {
        return false;
    }
    sqlite3_progress_handler(db, 1000, check_time, &limit);
    bool sound = sqlite3_step(stmt) == SQLITE_ROW && strcmp(store_db_text(stmt, 0), "ok") == 0;
    sqlite3_progress_handler(db, 0, NULL, NULL);
    sqlite3_finalize(stmt);
    return sound || limit.passed;
}

static int rename_part(const char *path, const char *aside, const char *suffix)
{
    char from[PATH_MAX_BYTES];
    char to[PATH_MAX_BYTES];
    if (!text_format(from, sizeof(from), "%s%s", path, suffix) ||
        !text_format(to, sizeof(to), "%s%s", aside, suffix)) {
        return VMM_E_IO;
    }
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0 && errno != ENOENT) {
        log_error(AREA, "cannot set %s aside: %s", from, strerror(errno));
        return VMM_E_IO;
    }
    return 0;
}

static bool name_aside(const char *path, char *aside, size_t size)
{
    time_t now = (time_t)(clock_wall_us() / (int64_t)CLOCK_S);
    struct tm utc;
    char when[32] = "";
    if (gmtime_r(&now, &utc) != NULL) {
        strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &utc);
    }
    if (!text_format(aside, size, "%s.damaged-%s", path, when)) {
        return false;
    }
    for (unsigned n = 2; access(aside, F_OK) == 0 && n < 100; n++) {
        if (!text_format(aside, size, "%s.damaged-%s-%u", path, when, n)) {
            return false;
        }
    }
    return true;
}

int store_db_set_aside(const char *path, char *aside, size_t size)
{
    if (!name_aside(path, aside, size)) {
        return VMM_E_IO;
    }
    /* The database itself goes last: a new one must never meet the write-ahead log of the old. */
    int rc = rename_part(path, aside, "-wal");
    rc = rc == 0 ? rename_part(path, aside, "-shm") : rc;
    return rc == 0 ? rename_part(path, aside, "") : rc;
}

int store_db_exec(sqlite3 *db, const char *sql)
{
    return store_db_error(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int store_db_error(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_NOMEM:
        return VMM_E_NOMEM;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return VMM_E_CORRUPT;
    case SQLITE_TOOBIG:
        return VMM_E_TOOBIG;
    case SQLITE_INTERRUPT:
        return VMM_E_TIMEOUT;
    default:
        return store_db_is_refusal(rc) ? VMM_E_INVAL : VMM_E_IO;
    }
}

bool store_db_is_refusal(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
    case SQLITE_ERROR:
        return true;
    default:
        return false;
    }
}

const char *store_db_text(sqlite3_stmt *stmt, int column)
{
    const unsigned char *text = sqlite3_column_text(stmt, column);
    return text == NULL ? "" : (const char *)text;
}
