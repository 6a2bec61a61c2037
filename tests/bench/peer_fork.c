/* SPDX-License-Identifier: MIT */
/*
 * Starts a process of check_http for each look, as Nagios and its kin do. What the processes use is measured, and
 * what starting them costs.
 *
 *     program=PATH   of check_http
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"

static struct peer peer;
static const char *program;
static pid_t *pids; /* by device; 0: none */
static posix_spawn_file_actions_t actions;
static posix_spawnattr_t attributes;
static int epoll_fd;
static int signal_fd;

static bool begin_look(struct peer *of, uint32_t number)
{
    const struct peer_device *device = &of->fleet.devices[number];
    char host[24];
    char timeout[8];
    snprintf(host, sizeof(host), "%s", device->host);
    snprintf(timeout, sizeof(timeout), "%u", PEER_TIMEOUT_US / 1000000);
    char *colon = strchr(host, ':');
    *colon = '\0';
    const char *arguments[] = {program, "-I",           host, "-p",    colon + 1,
                               "-u",    of->fleet.path, "-t", timeout, NULL};
    char *const environment[] = {NULL};
    return posix_spawn(&pids[number], program, &actions, &attributes, (char *const *)arguments,
                       environment) == 0;
}

static void end_look(pid_t pid, bool good)
{
    for (uint32_t i = 0; i < peer.fleet.count; i++) {
        if (pids[i] == pid) {
            pids[i] = 0;
            peer_look_done(&peer, i, good);
            return;
        }
    }
}

static void reap(void)
{
    struct signalfd_siginfo info;
    while (read(signal_fd, &info, sizeof(info)) > 0) {
    }
    int status = 0;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
        end_look(pid, WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

static void abort_all(struct peer *of)
{
    for (uint32_t i = 0; i < of->fleet.count; i++) {
        if (pids[i] != 0) {
            kill(pids[i], SIGKILL);
        }
    }
}

static bool set_up(void)
{
    sigset_t child;
    sigset_t none;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigemptyset(&none);
    sigprocmask(SIG_BLOCK, &child, NULL);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, &none);
    pids = calloc(peer.fleet.count, sizeof(*pids));
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    struct epoll_event command = {.events = EPOLLIN, .data.fd = STDIN_FILENO};
    struct epoll_event ended = {.events = EPOLLIN, .data.fd = signal_fd};
    return pids != NULL && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &command) == 0 &&
           epoll_ctl(epoll_fd, EPOLL_CTL_ADD, signal_fd, &ended) == 0;
}

static void run(void)
{
    bool open = true;
    while (open) {
        struct epoll_event events[2];
        int count = epoll_wait(epoll_fd, events, 2, peer_wait_ms(&peer));
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == STDIN_FILENO) {
                open = peer_command(&peer);
            } else {
                reap();
            }
        }
        peer_begin_due(&peer);
    }
    abort_all(&peer);
}

int main(int argc, char **argv)
{
    int rc = peer_init(&peer, argc, argv);
    if (rc != 0) {
        return rc;
    }
    program = peer_option(argc, argv, "program", "/usr/lib/nagios/plugins/check_http");
    peer.look = begin_look;
    peer.abort = abort_all;
    if (!set_up()) {
        return 1;
    }
    run();
    free(pids);
    peer_finish(&peer);
    return 0;
}
