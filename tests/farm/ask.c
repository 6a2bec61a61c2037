/* SPDX-License-Identifier: MIT */
#include "farm/ask.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *path, struct problem *problem)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        problem_note(problem, "%s: the path is too long for a socket", path);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        problem_note(problem, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

static bool is_ok(const char *answer)
{
    json_t *json = json_loads(answer, 0, NULL);
    bool ok = json_is_true(json_object_get(json, "ok"));
    json_decref(json);
    return ok;
}

bool ask_farm(const char *path, const char *line, struct problem *problem)
{
    int fd = connect_to(path, problem);
    FILE *stream = fd >= 0 ? fdopen(fd, "r+") : NULL;
    if (stream == NULL) {
        return false;
    }
    char *answer = NULL;
    size_t size = 0;
    bool came = fprintf(stream, "%s\n", line) > 0 && fflush(stream) == 0 &&
                getline(&answer, &size, stream) > 0;
    bool good = came ? is_ok(answer) : problem_note(problem, "%s: no answer", path);
    if (came) {
        fputs(answer, stdout);
        good = good || problem_note(problem, "refused");
    }
    free(answer);
    fclose(stream);
    return good;
}
