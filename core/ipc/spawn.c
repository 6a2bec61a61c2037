/* SPDX-License-Identifier: MIT */
#include "ipc/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vmm/errors.h>

struct pipes {
    int channel[2];
    int error[2];
};

static void close_pipes(struct pipes *pipes)
{
    int *all[] = {&pipes->channel[0], &pipes->channel[1], &pipes->error[0], &pipes->error[1]};
    for (size_t i = 0; i < 4; i++) {
        if (*all[i] >= 0) {
            close(*all[i]);
        }
    }
}

static int open_pipes(struct pipes *pipes)
{
    *pipes = (struct pipes){{-1, -1}, {-1, -1}};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pipes->channel) != 0 ||
        pipe2(pipes->error, O_CLOEXEC) != 0 || fcntl(pipes->error[0], F_SETFL, O_NONBLOCK) != 0) {
        close_pipes(pipes);
        return VMM_E_IO;
    }
    return 0;
}

/* A descriptor that is already the number wanted would keep its close-on-exec mark, and one that lies on a
 * number still to be filled would be overwritten, the program's among them: so each goes through a number above all
 * of them. */
static int move_up(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 16);
}

static int fill_actions(posix_spawn_file_actions_t *actions, const int up[4])
{
    return posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0) |
           posix_spawn_file_actions_adddup2(actions, up[2], 1) |
           posix_spawn_file_actions_adddup2(actions, up[2], 2) |
           posix_spawn_file_actions_adddup2(actions, up[0], SPAWN_CHANNEL_FD) |
           posix_spawn_file_actions_adddup2(actions, up[1], SPAWN_PLUGIN_FD);
}

static int fill_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    return posix_spawnattr_setsigmask(attributes, &none) |
           posix_spawnattr_setsigdefault(attributes, &all) |
           posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int start(const int up[4], const char *name, pid_t *pid)
{
    char program[32];
    snprintf(program, sizeof(program), "/proc/self/fd/%d", up[3]);
    char *const argv[] = {(char[]){"vmm-host"}, (char *)(uintptr_t)name, NULL};
    char *const envp[] = {(char[]){"PATH=/usr/bin:/bin"}, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int rc = fill_actions(&actions, up) | fill_attributes(&attributes);
    if (rc == 0) {
        rc = posix_spawn(pid, program, &actions, &attributes, argv, envp);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return rc == 0 ? 0 : VMM_E_IO;
}

int spawn_host(int program_fd, int plugin_fd, const char *name, struct spawned *spawned)
{
    struct pipes pipes;
    if (open_pipes(&pipes) != 0) {
        return VMM_E_IO;
    }
    int up[4] = {move_up(pipes.channel[1]), move_up(plugin_fd), move_up(pipes.error[1]),
                 move_up(program_fd)};
    bool moved = up[0] >= 0 && up[1] >= 0 && up[2] >= 0 && up[3] >= 0;
    int rc = moved ? start(up, name, &spawned->pid) : VMM_E_IO;
    for (size_t i = 0; i < 4; i++) {
        if (up[i] >= 0) {
            close(up[i]);
        }
    }
    if (rc != 0) {
        close_pipes(&pipes);
        return rc;
    }
    spawned->channel_fd = pipes.channel[0];
    spawned->stderr_fd = pipes.error[0];
    pipes.channel[0] = -1;
    pipes.error[0] = -1;
    close_pipes(&pipes);
    return 0;
}
