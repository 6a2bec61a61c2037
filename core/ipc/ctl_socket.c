/* SPDX-License-Identifier: MIT */
#include "ipc/ctl_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/text.h"

#define BACKLOG 64

/* An address for a path; a long one is reached through a descriptor of its folder, held until
 * release(). */
struct address {
    struct sockaddr_un un;
    int folder;
};

static int open_folder(const char *path, size_t length)
{
    char folder[4096];
    if (length >= sizeof(folder)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, length);
    folder[length] = '\0';
    return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int address_init(struct address *address, const char *path)
{
    *address = (struct address){.un = {.sun_family = AF_UNIX}, .folder = -1};
    char *out = address->un.sun_path;
    size_t size = sizeof(address->un.sun_path);
    if (text_format(out, size, "%s", path)) {
        return 0;
    }
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        errno = ENAMETOOLONG;
        return VMM_E_IO;
    }
    address->folder = open_folder(path, (size_t)(slash - path) + 1);
    if (address->folder < 0) {
        return VMM_E_IO;
    }
    if (!text_format(out, size, "/proc/self/fd/%d/%s", address->folder, slash + 1)) {
        close(address->folder);
        errno = ENAMETOOLONG;
        return VMM_E_IO;
    }
    return 0;
}

static void address_finish(struct address *address)
{
    int saved = errno;
    if (address->folder >= 0) {
        close(address->folder);
    }
    errno = saved;
}

static void close_keeping_errno(int fd)
{
    int saved = errno;
    close(fd);
    errno = saved;
}

/* True when a process accepts connections there. */
static bool is_served(const struct address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return true;
    }
    int rc = connect(fd, (const struct sockaddr *)&address->un, sizeof(address->un));
    bool served = rc == 0 || errno == EAGAIN;
    close(fd);
    return served;
}

/* Take away what a process left that has ended. 0, VMM_E_EXIST or VMM_E_IO. */
static int clear_stale(const struct address *address)
{
    struct stat left;
    if (lstat(address->un.sun_path, &left) != 0) {
        return errno == ENOENT ? 0 : VMM_E_IO;
    }
    if (!S_ISSOCK(left.st_mode) || is_served(address)) {
        errno = EADDRINUSE;
        return VMM_E_EXIST;
    }
    return unlink(address->un.sun_path) == 0 || errno == ENOENT ? 0 : VMM_E_IO;
}

/* Between bind and listen a connect is refused, so nobody comes in with the wrong permissions. */
static int bind_and_listen(const struct address *address, mode_t mode, gid_t gid)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return VMM_E_IO;
    }
    const char *path = address->un.sun_path;
    if (bind(fd, (const struct sockaddr *)&address->un, sizeof(address->un)) != 0) {
        close_keeping_errno(fd);
        return errno == EADDRINUSE ? VMM_E_EXIST : VMM_E_IO;
    }
    if ((gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) != 0) || chmod(path, mode) != 0 ||
        listen(fd, BACKLOG) != 0) {
        int saved = errno;
        unlink(path);
        close(fd);
        errno = saved;
        return VMM_E_IO;
    }
    return fd;
}

int ctl_socket_listen(const char *path, mode_t mode, gid_t gid)
{
    struct address address;
    int rc = address_init(&address, path);
    if (rc != 0) {
        return rc;
    }
    rc = clear_stale(&address);
    if (rc == 0) {
        rc = bind_and_listen(&address, mode, gid);
    }
    address_finish(&address);
    return rc;
}

static int connect_error(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED:
        return VMM_E_NOENT;
    case EACCES:
    case EPERM:
        return VMM_E_DENIED;
    default:
        return VMM_E_IO;
    }
}

int ctl_socket_connect(const char *path)
{
    struct address address;
    if (address_init(&address, path) != 0) {
        return connect_error();
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc = fd;
    if (fd < 0) {
        rc = VMM_E_IO;
    } else if (connect(fd, (const struct sockaddr *)&address.un, sizeof(address.un)) != 0) {
        rc = connect_error();
        close_keeping_errno(fd);
    }
    address_finish(&address);
    return rc;
}
