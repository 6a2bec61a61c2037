/* SPDX-License-Identifier: MIT */
#include "ctl_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

struct fixture it;

/* ---- the server ---- */

static const struct answer *find_answer(const char *verb)
{
    const struct answer *last = NULL;
    for (size_t i = 0; it.script[i].verb != NULL; i++) {
        if (strcmp(it.script[i].verb, verb) == 0) {
            last = &it.script[i];
            if (!it.used[i]) {
                it.used[i] = true;
                return last;
            }
        }
    }
    return last;
}

static void add_file(struct buf *out, pid_t pid, const char *name)
{
    char path[64];
    char bytes[65536];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY);
    for (ssize_t got = read(fd, bytes, sizeof(bytes)); got > 0;
         got = read(fd, bytes, sizeof(bytes))) {
        buf_add(out, bytes, (size_t)got);
    }
    close(fd);
}

static void note_request(const char *verb, const json_t *args, const char *socket)
{
    char *text = json_dumps(args, JSON_COMPACT);
    cr_assert_lt(it.asked, ASKED_MAX);
    cr_assert_gt(asprintf(&it.requests[it.asked++], "%c %s %s", socket[0], verb, text), 0);
    free(text);
}

static void on_request(void *arg, struct ctl_call *call, const char *verb, json_t *args,
                       const struct ctl_peer *peer)
{
    note_request(verb, args, arg);
    add_file(&it.argv_seen, peer->pid, "cmdline");
    add_file(&it.argv_seen, peer->pid, "environ");
    const struct answer *answer = find_answer(verb);
    if (answer == NULL) {
        ctl_fail(call, CTL_UNKNOWN_VERB, verb, NULL);
        return;
    }
    if (answer->rows != NULL) {
        json_t *rows = json_loads(answer->rows, 0, NULL);
        cr_assert_not_null(rows, "%s", answer->rows);
        ctl_rows(call, rows);
    }
    if (answer->error != NULL) {
        ctl_fail(call, answer->error, "it is \x1b[31mso", "do this");
    } else {
        ctl_done(call, answer->result != NULL ? json_loads(answer->result, 0, NULL) : NULL);
    }
}

void ctl_rig_open(void)
{
    log_setup("test", LOG_ERROR);
    it = (struct fixture){.folder = "/tmp/vmm-ctl-XXXXXX"};
    cr_assert_not_null(mkdtemp(it.folder));
    it.base = event_base_new();
}

void ctl_rig_listen(void)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/status.sock", it.folder);
    it.status = ctl_server_create(it.base, path, 0660, (gid_t)-1, on_request, "status");
    snprintf(path, sizeof(path), "%s/control.sock", it.folder);
    it.control = ctl_server_create(it.base, path, 0660, (gid_t)-1, on_request, "control");
    cr_assert(it.status != NULL && it.control != NULL);
}

void ctl_rig_close(void)
{
    ctl_server_destroy(it.status);
    ctl_server_destroy(it.control);
    event_base_free(it.base);
    for (size_t i = 0; i < it.asked; i++) {
        free(it.requests[i]);
    }
    buf_finish(&it.argv_seen);
    buf_finish(&it.out);
    buf_finish(&it.err);
    cr_expect_eq(rmdir(it.folder), 0);
}

/* ---- the program ---- */

bool ctl_rig_read(int fd, struct buf *into)
{
    uint8_t *room = buf_reserve(into, 4096);
    ssize_t got = read(fd, room, 4096);
    if (got > 0) {
        buf_grow(into, (size_t)got);
    }
    return got > 0 || (got < 0 && errno == EAGAIN);
}

void ctl_rig_serve(pid_t pid, int out, int err)
{
    uint64_t give_up = clock_mono_us() + PATIENCE_US;
    bool more_out = true;
    bool more_err = err >= 0;
    fcntl(out, F_SETFL, O_NONBLOCK);
    fcntl(err, F_SETFL, O_NONBLOCK);
    while (more_out || more_err) {
        struct timeval pause = {.tv_usec = 2000};
        event_base_loopexit(it.base, &pause);
        event_base_dispatch(it.base);
        more_out = more_out && ctl_rig_read(out, &it.out);
        more_err = more_err && ctl_rig_read(err, &it.err);
        if (clock_mono_us() > give_up) {
            kill(pid, SIGKILL);
            cr_assert_fail("vmmctl does not end");
        }
    }
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status), "vmmctl was killed by %d", WTERMSIG(status));
    it.code = WEXITSTATUS(status);
}

void ctl_rig_run(const char *input, char *const *words)
{
    char *argv[32] = {"vmmctl", "--socket", it.folder};
    char *environment[] = {"PATH=/usr/bin:/bin", "LANG=C", "ASAN_OPTIONS=detect_leaks=1", NULL};
    int pipes[3][2];
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[3 + i] = words[i];
    }
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(pipe2(pipes[i], O_CLOEXEC), 0);
        posix_spawn_file_actions_adddup2(&actions, pipes[i][i == 0 ? 0 : 1], i);
    }
    cr_assert_eq(posix_spawn(&pid, VMMCTL, &actions, NULL, argv, environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(pipes[0][0]);
    close(pipes[1][1]);
    close(pipes[2][1]);
    cr_assert_eq(write(pipes[0][1], input, strlen(input)), (ssize_t)strlen(input));
    close(pipes[0][1]);
    buf_clear(&it.out);
    buf_clear(&it.err);
    ctl_rig_serve(pid, pipes[1][0], pipes[2][0]);
    close(pipes[1][0]);
    close(pipes[2][0]);
}

void ctl_rig_asked(size_t n, const char *request)
{
    cr_assert_lt(n, it.asked, "it asked %zu times", it.asked);
    cr_expect_str_eq(it.requests[n], request);
}

void ctl_rig_nowhere(const char *secret)
{
    cr_expect_null(memmem(it.argv_seen.data, it.argv_seen.size, secret, strlen(secret)),
                   "in argv or environment");
    cr_expect_null(strstr(OUT, secret), "in the answer");
    cr_expect_null(strstr(ERR, secret), "among the complaints");
}
