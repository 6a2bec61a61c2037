/* SPDX-License-Identifier: MIT */
#include "host/wall.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "ipc/message.h"

#define LOAD_FRAME_MAX 4096

void wall_signals(void)
{
    static const int ignored[] = {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXFSZ};
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        signal(ignored[i], SIG_IGN);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int standard_files(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        return VMM_E_IO;
    }
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    if (flags >= 0) {
        fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
    }
    return close(null) == 0 ? 0 : VMM_E_IO;
}

/* Exactly `size` bytes of what waits, left in the stream. */
static int peek(int stream, uint8_t *bytes, size_t size)
{
    ssize_t got = 0;
    do {
        got = recv(stream, bytes, size, MSG_PEEK | MSG_WAITALL);
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)size ? 0 : VMM_E_IO;
}

static int peek_plugin(int stream, int *plugin)
{
    uint8_t bytes[LOAD_FRAME_MAX];
    int flags = fcntl(stream, F_GETFL);
    fcntl(stream, F_SETFL, flags & ~O_NONBLOCK);
    int rc = peek(stream, bytes, FRAME_HEAD_SIZE);
    uint32_t size =
        bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    if (rc == 0 && (size < FRAME_HEAD_SIZE || size > sizeof(bytes))) {
        rc = VMM_E_PROTO;
    }
    if (rc == 0) {
        rc = peek(stream, bytes, size);
    }
    struct frame frame = {0};
    struct load_message load;
    if (rc == 0 && (frame_parse(bytes, size, &frame) <= 0 || frame.type != FRAME_LOAD ||
                    message_get_load(&frame, &load) != 0)) {
        rc = VMM_E_PROTO;
    }
    if (rc == 0) {
        *plugin = load.plugin_fd;
    }
    return rc;
}

static bool is_kept(int fd, int stream, int plugin, const struct options *options)
{
    for (int i = 0; i < options->keep_count; i++) {
        if (options->keep[i] == fd) {
            return true;
        }
    }
    return fd <= STDERR_FILENO || fd == stream || fd == plugin;
}

int wall_descriptors(int stream, const struct options *options)
{
    int plugin = -1;
    int rc = standard_files();
    if (rc == 0) {
        rc = peek_plugin(stream, &plugin);
    }
    DIR *folder = rc == 0 ? opendir("/proc/self/fd") : NULL;
    if (folder == NULL) {
        return rc != 0 ? rc : VMM_E_IO;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        int fd = atoi(entry->d_name);
        if (fd != dirfd(folder) && !is_kept(fd, stream, plugin, options)) {
            close(fd);
        }
    }
    closedir(folder);
    return 0;
}

int wall_environment(void)
{
    if (clearenv() != 0 || setenv("PATH", "/usr/bin:/bin", 1) != 0 ||
        setenv("LANG", "C.UTF-8", 1) != 0 || setenv("TZ", "UTC", 1) != 0) {
        return VMM_E_NOMEM;
    }
    return 0;
}

/* Lower a limit to `value`; what is lower already stays. */
static int lower(int resource, uint64_t value)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0) {
        return VMM_E_IO;
    }
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > value) {
        limit.rlim_max = value;
    }
    limit.rlim_cur = limit.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &limit) == 0 ? 0 : VMM_E_IO;
}

int wall_limits(const struct options *options)
{
    struct {
        int resource;
        uint64_t value;
    } wanted[] = {{RLIMIT_AS, options->memory_mb << 20},
                  {RLIMIT_NOFILE, options->files},
                  {RLIMIT_FSIZE, options->file_mb << 20},
                  {RLIMIT_NPROC, options->processes}};
    int rc = lower(RLIMIT_CORE, 0);
    for (size_t i = 0; rc == 0 && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (wanted[i].value > 0) {
            rc = lower(wanted[i].resource, wanted[i].value);
        }
    }
    return rc;
}

int wall_parent(int stream)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        return VMM_E_IO;
    }
    struct pollfd peer = {.fd = stream, .events = POLLIN};
    if (poll(&peer, 1, 0) < 0 || (peer.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
        return VMM_E_STATE;
    }
    return 0;
}

int wall_privileges(void)
{
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return VMM_E_IO;
    }
    return 0;
}
