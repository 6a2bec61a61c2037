/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define BIN     "/usr/lib/postgresql/15/bin/"
#define WAIT_MS 60000

bool server_is_there(void)
{
    if (access(BIN "initdb", X_OK) == 0) {
        return true;
    }
    fprintf(stderr, "skipped: there is no PostgreSQL 15 (Debian package postgresql-15)\n");
    return false;
}

/* ---- processes of an ordinary user ---- */

static struct passwd *owner(void)
{
    struct passwd *user = getpwnam("postgres");
    return user != NULL ? user : getpwnam("nobody");
}

static void become_owner(void)
{
    const struct passwd *user = owner();
    if (geteuid() == 0 && (user == NULL || setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 ||
                           setuid(user->pw_uid) != 0)) {
        _exit(126);
    }
}

/* Start a program as that user, what it says in FOLDER/log. */
static pid_t start(const struct server *server, const char *const *argv)
{
    char log[128];
    snprintf(log, sizeof(log), "%s/log", server->folder);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        become_owner();
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        int in = open("/dev/null", O_RDONLY);
        if (chdir("/") != 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) {
            _exit(125);
        }
        /* After the change of user, which clears it. */
        prctl(PR_SET_PDEATHSIG, SIGQUIT);
        setenv("LC_ALL", "C.UTF-8", 1);
        execv(argv[0], (char *const *)argv);
        _exit(127);
    }
    return pid;
}

static void run(const struct server *server, const char *const *argv)
{
    int status = 0;
    pid_t pid = start(server, argv);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s failed: see %s/log", argv[0],
              server->folder);
}

/* ---- the cluster ---- */

static void make_folder(struct server *server)
{
    *server = (struct server){0};
    snprintf(server->folder, sizeof(server->folder), "/tmp/vmm-pg-XXXXXX");
    cr_assert_not_null(mkdtemp(server->folder));
    const struct passwd *user = owner();
    /* The daemon under test has to reach the socket. */
    cr_assert_eq(chmod(server->folder, 0755), 0);
    cr_assert(geteuid() != 0 ||
              (user != NULL && chown(server->folder, user->pw_uid, user->pw_gid) == 0));
}

static void add_settings(const struct server *server, const char *settings)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/data/postgresql.conf", server->folder);
    FILE *file = fopen(path, "a");
    cr_assert_not_null(file, "%s", path);
    fprintf(
        file,
        "listen_addresses = ''\nunix_socket_directories = '%s'\nunix_socket_permissions = 0777\n"
        "fsync = %s\nfull_page_writes = %s\nsynchronous_commit = %s\nmax_connections = 40\n"
        "shared_buffers = 32MB\nmax_wal_size = 256MB\nlog_min_messages = warning\n"
        "wal_level = replica\nhot_standby = on\n%s\n",
        server->folder, server->is_durable ? "on" : "off", server->is_durable ? "on" : "off",
        server->is_durable ? "on" : "off", settings != NULL ? settings : "");
    fclose(file);
}

static bool takes_connections(const struct server *server)
{
    char conninfo[200];
    snprintf(conninfo, sizeof(conninfo), "host=%s dbname=postgres user=postgres", server->folder);
    return PQping(conninfo) == PQPING_OK;
}

void server_start(struct server *server)
{
    char data[128];
    snprintf(data, sizeof(data), "%s/data", server->folder);
    const char *const argv[] = {BIN "postgres", "-D", data, NULL};
    server->pid = start(server, argv);
    uint64_t until = rig_now_ms() + WAIT_MS;
    while (!takes_connections(server)) {
        cr_assert_lt(rig_now_ms(), until, "the server does not start: see %s/log", server->folder);
        cr_assert_eq(waitpid(server->pid, NULL, WNOHANG), 0, "it ended: see %s/log",
                     server->folder);
        poll(NULL, 0, 20);
    }
}

void server_open(struct server *server, const char *settings, bool durable)
{
    char data[128];
    make_folder(server);
    server->is_durable = durable;
    snprintf(data, sizeof(data), "%s/data", server->folder);
    const char *const argv[] = {BIN "initdb", "-D",    data, "-U",   "postgres",
                                "-A",         "trust", "-E", "UTF8", "--locale=C.UTF-8",
                                "--no-sync",  NULL};
    run(server, argv);
    add_settings(server, settings);
    server_start(server);
    char conninfo[200];
    snprintf(conninfo, sizeof(conninfo), "host=%s dbname=postgres user=postgres", server->folder);
    PGconn *conn = PQconnectdb(conninfo);
    PQclear(PQexec(conn, "CREATE ROLE vmm LOGIN"));
    PGresult *made = PQexec(conn, "CREATE DATABASE vmm OWNER vmm");
    cr_assert_eq(PQresultStatus(made), PGRES_COMMAND_OK, "%s", PQerrorMessage(conn));
    PQclear(made);
    PQfinish(conn);
    /* Since release 15 a role may not make tables in public unless it is told so. */
    server_sql(server, "ALTER SCHEMA public OWNER TO vmm");
}

void server_open_standby(struct server *standby, const struct server *primary)
{
    char data[128];
    char setting[200];
    make_folder(standby);
    standby->is_durable = primary->is_durable;
    snprintf(data, sizeof(data), "%s/data", standby->folder);
    const char *const argv[] = {BIN "pg_basebackup",
                                "-D",
                                data,
                                "-h",
                                primary->folder,
                                "-U",
                                "postgres",
                                "-R",
                                "-X",
                                "stream",
                                "--no-sync",
                                "-c",
                                "fast",
                                NULL};
    run(standby, argv);
    snprintf(setting, sizeof(setting), "unix_socket_directories = '%s'", standby->folder);
    add_settings(standby, setting);
    server_start(standby);
}

static void wait_end(struct server *server)
{
    uint64_t until = rig_now_ms() + WAIT_MS;
    while (waitpid(server->pid, NULL, WNOHANG) == 0) {
        cr_assert_lt(rig_now_ms(), until, "the server does not stop");
        poll(NULL, 0, 10);
    }
    server->pid = 0;
}

void server_stop(struct server *server)
{
    kill(server->pid, SIGINT);
    wait_end(server);
}

static pid_t parent_of(pid_t pid)
{
    char path[64];
    char text[512] = "";
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        size_t size = fread(text, 1, sizeof(text) - 1, file);
        text[size] = '\0';
        fclose(file);
    }
    const char *after = strrchr(text, ')');
    int parent = 0;
    return after != NULL && sscanf(after, ") %*c %d", &parent) == 1 ? parent : 0;
}

void server_kill(struct server *server)
{
    pid_t children[200];
    size_t count = 0;
    DIR *dir = opendir("/proc");
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        pid_t pid = atoi(entry->d_name);
        if (pid > 0 && count < 200 && parent_of(pid) == server->pid) {
            children[count++] = pid;
        }
    }
    closedir(dir);
    kill(server->pid, SIGKILL);
    for (size_t i = 0; i < count; i++) {
        kill(children[i], SIGKILL);
    }
    wait_end(server);
    /* The children are not ours to wait for; a new server refuses to start while one of them lives. */
    for (size_t i = 0; i < count; i++) {
        while (kill(children[i], 0) == 0) {
            poll(NULL, 0, 5);
        }
    }
}

void server_promote(struct server *standby)
{
    server_sql(standby, "SELECT pg_promote(true, 60)");
    uint64_t until = rig_now_ms() + WAIT_MS;
    while (server_number(standby, "SELECT pg_is_in_recovery()::int") != 0) {
        cr_assert_lt(rig_now_ms(), until, "it is not promoted");
        poll(NULL, 0, 20);
    }
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void server_close(struct server *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGQUIT);
        wait_end(server);
    }
    if (server->folder[0] != '\0') {
        nftw(server->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

/* ---- queries ---- */

PGconn *server_connect(const struct server *server)
{
    char conninfo[200];
    snprintf(conninfo, sizeof(conninfo), "host=%s dbname=vmm user=postgres", server->folder);
    PGconn *conn = PQconnectdb(conninfo);
    cr_assert_eq(PQstatus(conn), CONNECTION_OK, "%s", PQerrorMessage(conn));
    return conn;
}

/* Statements that drop tables lock them in another order than the sink does: then one of the two is refused. */
static bool is_deadlock(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state != NULL && strcmp(state, "40P01") == 0;
}

void server_sql(const struct server *server, const char *sql)
{
    PGconn *conn = server_connect(server);
    PGresult *result = PQexec(conn, sql);
    while (is_deadlock(result)) {
        PQclear(result);
        result = PQexec(conn, sql);
    }
    ExecStatusType status = PQresultStatus(result);
    cr_assert(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s: %s", sql,
              PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}

const char *server_text(const struct server *server, const char *sql)
{
    static char text[4096];
    PGconn *conn = server_connect(server);
    PGresult *result = PQexec(conn, sql);
    text[0] = '\0';
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0) {
        snprintf(text, sizeof(text), "%s", PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    PQfinish(conn);
    return text;
}

long long server_number(const struct server *server, const char *sql)
{
    const char *text = server_text(server, sql);
    return text[0] != '\0' ? atoll(text) : -1;
}
