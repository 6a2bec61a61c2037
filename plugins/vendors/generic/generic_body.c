/* SPDX-License-Identifier: MIT */
#include "generic_body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX 512u /* bytes of a path with its NUL */

/* What is there of a file, EFBIG when it is too much. A pipe or a device, which could keep the loop waiting, is none. */
static int read_all(int fd, char **bytes, size_t *size)
{
    struct stat about;
    size_t used = 0;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        return EINVAL;
    }
    char *room = malloc(GENERIC_BODY_MAX + 1);
    ssize_t got = room == NULL ? -1 : 1;
    while (got > 0 && used <= GENERIC_BODY_MAX) {
        got = read(fd, room + used, GENERIC_BODY_MAX + 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (got < 0 || used > GENERIC_BODY_MAX) {
        free(room);
        return room == NULL ? ENOMEM : got < 0 ? EIO : EFBIG;
    }
    *bytes = room;
    *size = used;
    return 0;
}

/* 0, or an errno. */
static int read_file(const char *folder, const char *name, char **bytes, size_t *size)
{
    char path[FILE_MAX];
    snprintf(path, sizeof(path), "%.440s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return errno;
    }
    int rc = read_all(fd, bytes, size);
    close(fd);
    return rc;
}

int generic_bodies_read(struct generic_bodies *bodies, const struct generic_plan *plan,
                        const char *folder, char *why, size_t why_size)
{
    for (size_t i = 0; i < plan->request_count; i++) {
        const char *name = plan->requests[i]->body_file;
        int rc = name == NULL ? 0 : read_file(folder, name, &bodies->bytes[i], &bodies->sizes[i]);
        if (rc == ENOMEM) {
            return VMM_E_NOMEM;
        }
        if (rc != 0) {
            snprintf(why, why_size, "requests[%zu]: body_file %.64s: %.60s", i, name,
                     rc == EFBIG    ? "it has more than 65536 bytes"
                     : rc == EINVAL ? "it is no file"
                                    : strerror(rc));
            return VMM_E_NOENT;
        }
    }
    return 0;
}

void generic_bodies_finish(struct generic_bodies *bodies)
{
    for (size_t i = 0; i < GENERIC_REQUESTS_MAX; i++) {
        free(bodies->bytes[i]);
    }
    *bodies = (struct generic_bodies){0};
}
