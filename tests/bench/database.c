/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <ftw.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIN            "/usr/lib/postgresql/15/bin/"
#define START_LIMIT_MS 30000u
#define STOP_LIMIT_MS  10000u

static struct database *running; /* to be stopped at the end, however that comes */

/* The server refuses root: then it runs as the user of its package. */
static bool needs_other_user(void)
{
    return geteuid() == 0;
}

static void make_folder(struct database *database)
{
    const struct passwd *user = getpwnam("postgres");
    snprintf(database->folder, sizeof(database->folder), "/tmp/vmm-bench-pg-XXXXXX");
    if (mkdtemp(database->folder) == NULL || chmod(database->folder, 0755) != 0) {
        bench_fail("%s cannot be made", database->folder);
    }
    if (needs_other_user() &&
        (user == NULL || chown(database->folder, user->pw_uid, user->pw_gid) != 0)) {
        bench_fail("there is no user postgres to run a server as");
    }
}

static void start_program(struct database *database, const char *const *words, const char *log)
{
    static const char *const as_other[] = {"/usr/bin/setpriv", "--reuid=postgres",
                                           "--regid=postgres", "--init-groups",
                                           "--pdeathsig=QUIT", NULL};
    const char *arguments[24];
    size_t count = 0;
    for (size_t i = 0; needs_other_user() && as_other[i] != NULL; i++) {
        arguments[count++] = as_other[i];
    }
    for (size_t i = 0; words[i] != NULL; i++) {
        arguments[count++] = words[i];
    }
    arguments[count] = NULL;
    child_start(&database->child,
                &(struct child_order){.arguments = arguments, .log = log, .side = CHILD_HELPING});
}

static void make_cluster(struct database *database, const char *log)
{
    char path[96];
    int status = 0;
    snprintf(path, sizeof(path), "%s/data", database->folder);
    const char *const words[] = {BIN "initdb", "-D",    path, "-U",   "postgres",
                                 "-A",         "trust", "-E", "UTF8", "--locale=C.UTF-8",
                                 NULL};
    start_program(database, words, log);
    if (waitpid(database->child.pid, &status, 0) < 0 || status != 0) {
        bench_fail("initdb failed, see %s (Debian package postgresql-15)", log);
    }
    snprintf(path, sizeof(path), "%s/data/postgresql.conf", database->folder);
    FILE *file = fopen(path, "a");
    if (file == NULL) {
        bench_fail("%s cannot be written", path);
    }
    fprintf(
        file,
        "listen_addresses = ''\nunix_socket_directories = '%s'\nunix_socket_permissions = 0777\n"
        "track_commit_timestamp = on\nautovacuum = off\nmax_wal_size = 8GB\n"
        "checkpoint_timeout = 1h\n",
        database->folder);
    fclose(file);
}

static PGconn *connect_to(const struct database *database, const char *name)
{
    char conninfo[160];
    snprintf(conninfo, sizeof(conninfo), "host=%s dbname=%s user=postgres", database->folder, name);
    PGconn *conn = PQconnectdb(conninfo);
    for (uint32_t waited = 0; PQstatus(conn) != CONNECTION_OK; waited += 50) {
        if (waited > START_LIMIT_MS) {
            bench_fail("%s", PQerrorMessage(conn));
        }
        bench_sleep_ms(50);
        PQreset(conn);
    }
    return conn;
}

static void stop_running(void)
{
    if (running != NULL) {
        database_stop(running);
    }
}

void database_start(struct database *database, const char *log)
{
    char data[96];
    *database = (struct database){0};
    make_folder(database);
    make_cluster(database, log);
    snprintf(data, sizeof(data), "%s/data", database->folder);
    const char *const words[] = {BIN "postgres", "-D", data, NULL};
    start_program(database, words, log);
    running = database;
    atexit(stop_running);
    PGconn *conn = connect_to(database, "postgres");
    database_sql(conn, "CREATE ROLE vmm LOGIN");
    database_sql(conn, "CREATE DATABASE vmm OWNER vmm");
    PQfinish(conn);
    database->conn = connect_to(database, "vmm");
    database_sql(database->conn, "ALTER SCHEMA public OWNER TO vmm");
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void database_stop(struct database *database)
{
    PQfinish(database->conn);
    database->conn = NULL;
    kill(database->child.pid, SIGQUIT);
    for (uint32_t waited = 0;
         waited < STOP_LIMIT_MS && waitpid(database->child.pid, NULL, WNOHANG) == 0; waited += 10) {
        bench_sleep_ms(10);
    }
    nftw(database->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    running = NULL;
}

void database_sql(PGconn *conn, const char *sql)
{
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        bench_fail("%s: %s", sql, PQerrorMessage(conn));
    }
    PQclear(result);
}

void database_text(PGconn *conn, const char *sql, char *out, size_t size)
{
    PGresult *result = PQexec(conn, sql);
    bool has_row = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0;
    snprintf(out, size, "%s", has_row ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
}

double database_number(PGconn *conn, const char *sql)
{
    char text[64];
    database_text(conn, sql, text, sizeof(text));
    return text[0] != '\0' ? strtod(text, NULL) : -1;
}
