/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the store share: a folder of their own, waiting for answers, a disk that can be
 * made to fail.
 */
#ifndef TESTS_UNIT_STORE_HELP_H
#define TESTS_UNIT_STORE_HELP_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <sqlite3.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/store.h"

/* ---- A folder ---- */

static char help_dir[64];

static inline void help_dir_create(void)
{
    snprintf(help_dir, sizeof(help_dir), "/tmp/vmm-store-XXXXXX");
    cr_assert_not_null(mkdtemp(help_dir));
}

static inline void help_dir_remove(void)
{
    DIR *dir = opendir(help_dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    rmdir(help_dir);
}

static inline const char *help_path(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", help_dir, name);
    return path;
}

/* ---- A store in it ---- */

static inline struct store *help_open_with(struct store_options options)
{
    options.path = options.path == NULL ? help_path("core.db") : options.path;
    struct store *store = NULL;
    cr_assert_eq(store_open(&options, &store), 0);
    return store;
}

static inline struct store *help_open(void)
{
    return help_open_with((struct store_options){0});
}

static inline struct store *help_start(void)
{
    struct store *store = help_open();
    cr_assert_eq(store_start(store), 0);
    return store;
}

/* Dispatch until `*done` is at least `count`, at most 60 s. */
static inline void help_wait(struct store *store, const int *done, int count)
{
    uint64_t until = clock_mono_us() + 60 * CLOCK_S;
    while (*done < count && clock_mono_us() < until) {
        struct pollfd fd = {.fd = store_fd(store), .events = POLLIN};
        poll(&fd, 1, 1000);
        store_dispatch(store);
    }
    cr_assert_geq(*done, count, "no answer within 60 s");
}

struct help_commit {
    int done;
    int rc;
};

static inline void help_committed(void *arg, int rc)
{
    struct help_commit *commit = arg;
    commit->done++;
    commit->rc = rc;
}

/* Submit, wait, answer what the callback was told. */
static inline int help_commit(struct store *store, struct store_batch *batch)
{
    struct help_commit commit = {0};
    store_submit(store, batch, help_committed, &commit);
    help_wait(store, &commit.done, 1);
    return commit.rc;
}

/* One number out of the file, read by a connection of our own. */
static inline int64_t help_number(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_open_v2(help_path("core.db"), &db, SQLITE_OPEN_READWRITE, NULL),
                 SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(db));
    int rc = sqlite3_step(stmt);
    cr_assert(rc == SQLITE_ROW, "%s: %s", sql, sqlite3_errmsg(db));
    int64_t number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return number;
}

/* ---- Records ---- */

static inline struct site_record help_site(const char *id)
{
    return (struct site_record){.id = id,
                                .tenant_id = "t1",
                                .name = "Taipei 1",
                                .timezone = "Asia/Taipei",
                                .language = "zh-TW",
                                .profile = "lan",
                                .way = "direct",
                                .rules = "{}",
                                .enabled = true,
                                .commissioned_at = 11,
                                .owner_node = "n1",
                                .epoch = 1};
}

static inline struct camera_record help_camera(const char *id, const char *site_id)
{
    return (struct camera_record){.id = id,
                                  .site_id = site_id,
                                  .nvr_id = "",
                                  .name = "door",
                                  .priority = 3,
                                  .tags = "[]",
                                  .expected = "{}",
                                  .rules = "{}"};
}

static inline struct store_component help_component(const char *site_id, const char *component)
{
    return (struct store_component){.site_id = site_id,
                                    .component = component,
                                    .health = VMM_HEALTH_OK,
                                    .severity = VMM_SEVERITY_NORMAL,
                                    .node_id = "n1",
                                    .epoch = 1,
                                    .state = "state",
                                    .state_size = 5};
}

static inline struct store_event help_event(const char *id, const char *dedup_key)
{
    return (struct store_event){.id = id,
                                .site_id = "s1",
                                .camera_id = "c1",
                                .type = "camera.down",
                                .severity = VMM_SEVERITY_CRITICAL,
                                .score = 1,
                                .ts_event = 1000,
                                .dedup_key = dedup_key,
                                .metadata_json = "{}",
                                .node_id = "n1",
                                .epoch = 1};
}

/* ---- A disk that fails ---- */

static atomic_int fault_write;     /* an SQLite result for each write; 0: none */
static atomic_int fault_read;      /* the same for each read */
static atomic_int fault_sync;      /* the same for each sync */
static atomic_int fault_countdown; /* so many writes still succeed; below 0: not counted */
static atomic_llong fault_bytes;   /* written since the start */
static sqlite3_vfs fault_vfs;

struct fault_file {
    sqlite3_file base;
    sqlite3_file *real;
};

static inline sqlite3_file *fault_real(sqlite3_file *file)
{
    return ((struct fault_file *)file)->real;
}

#define FAULT_FORWARD(name, params, ...)                                                           \
    static inline int fault_##name params                                                          \
    {                                                                                              \
        sqlite3_file *real = fault_real(file);                                                     \
        return real->pMethods->x##name(__VA_ARGS__);                                               \
    }
FAULT_FORWARD(FileSize, (sqlite3_file * file, sqlite3_int64 *size), real, size)
FAULT_FORWARD(Lock, (sqlite3_file * file, int level), real, level)
FAULT_FORWARD(Unlock, (sqlite3_file * file, int level), real, level)
FAULT_FORWARD(CheckReservedLock, (sqlite3_file * file, int *out), real, out)
FAULT_FORWARD(FileControl, (sqlite3_file * file, int op, void *arg), real, op, arg)
FAULT_FORWARD(SectorSize, (sqlite3_file * file), real)
FAULT_FORWARD(DeviceCharacteristics, (sqlite3_file * file), real)
FAULT_FORWARD(ShmMap, (sqlite3_file * file, int page, int size, int extend, void volatile **out),
              real, page, size, extend, out)
FAULT_FORWARD(ShmLock, (sqlite3_file * file, int offset, int n, int flags), real, offset, n, flags)
FAULT_FORWARD(ShmUnmap, (sqlite3_file * file, int del), real, del)

static inline void fault_ShmBarrier(sqlite3_file *file)
{
    fault_real(file)->pMethods->xShmBarrier(fault_real(file));
}

static inline int fault_write_result(void)
{
    if (atomic_load(&fault_write) == 0) {
        return SQLITE_OK;
    }
    if (atomic_load(&fault_countdown) > 0 && atomic_fetch_sub(&fault_countdown, 1) > 0) {
        return SQLITE_OK;
    }
    return atomic_load(&fault_write);
}

static inline int fault_Write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    int rc = fault_write_result();
    if (rc != SQLITE_OK) {
        return rc;
    }
    atomic_fetch_add(&fault_bytes, n);
    return fault_real(file)->pMethods->xWrite(fault_real(file), bytes, n, at);
}

static inline int fault_Read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    int rc = atomic_load(&fault_read);
    return rc != 0 ? rc : fault_real(file)->pMethods->xRead(fault_real(file), out, n, at);
}

static inline int fault_Truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return fault_real(file)->pMethods->xTruncate(fault_real(file), size);
}

static inline int fault_Sync(sqlite3_file *file, int flags)
{
    int rc = atomic_load(&fault_sync);
    return rc != 0 ? rc : fault_real(file)->pMethods->xSync(fault_real(file), flags);
}

static inline int fault_Close(sqlite3_file *file)
{
    int rc = fault_real(file)->pMethods->xClose(fault_real(file));
    free(fault_real(file));
    return rc;
}

static const sqlite3_io_methods fault_methods = {
    .iVersion = 2,
    .xClose = fault_Close,
    .xRead = fault_Read,
    .xWrite = fault_Write,
    .xTruncate = fault_Truncate,
    .xSync = fault_Sync,
    .xFileSize = fault_FileSize,
    .xLock = fault_Lock,
    .xUnlock = fault_Unlock,
    .xCheckReservedLock = fault_CheckReservedLock,
    .xFileControl = fault_FileControl,
    .xSectorSize = fault_SectorSize,
    .xDeviceCharacteristics = fault_DeviceCharacteristics,
    .xShmMap = fault_ShmMap,
    .xShmLock = fault_ShmLock,
    .xShmBarrier = fault_ShmBarrier,
    .xShmUnmap = fault_ShmUnmap,
};

static inline int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                             int *out)
{
    struct fault_file *mine = (struct fault_file *)file;
    sqlite3_vfs *real = vfs->pAppData;
    *mine = (struct fault_file){.real = calloc(1, (size_t)real->szOsFile)};
    int rc = real->xOpen(real, name, mine->real, flags, out);
    if (rc != SQLITE_OK) {
        free(mine->real);
        return rc;
    }
    mine->base.pMethods = &fault_methods;
    return SQLITE_OK;
}

/* Register the VFS "fault" over the system's, with no fault yet. */
static inline void fault_init(void)
{
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    fault_vfs = *real;
    fault_vfs.zName = "fault";
    fault_vfs.szOsFile = sizeof(struct fault_file);
    fault_vfs.pAppData = real;
    fault_vfs.xOpen = fault_open;
    atomic_store(&fault_write, 0);
    atomic_store(&fault_read, 0);
    atomic_store(&fault_sync, 0);
    atomic_store(&fault_countdown, -1);
    atomic_store(&fault_bytes, 0);
    cr_assert_eq(sqlite3_vfs_register(&fault_vfs, 0), SQLITE_OK);
}

#endif
