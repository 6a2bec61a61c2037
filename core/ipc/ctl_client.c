/* SPDX-License-Identifier: MIT */
#include "ipc/ctl_client.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "ipc/ctl_request.h"
#include "ipc/ctl_socket.h"

struct ctl_client {
    int fd;
    struct ctl_lines lines;
};

int ctl_client_open(const char *path, struct ctl_client **client)
{
    *client = NULL;
    int fd = ctl_socket_connect(path);
    if (fd < 0) {
        return fd;
    }
    *client = calloc(1, sizeof(**client));
    if (*client == NULL) {
        close(fd);
        return VMM_E_NOMEM;
    }
    (*client)->fd = fd;
    return 0;
}

void ctl_client_close(struct ctl_client *client)
{
    if (client != NULL) {
        close(client->fd);
        free(client);
    }
}

/* Wait until the socket is ready. `deadline_us` 0: for ever. */
static int wait_for(const struct ctl_client *client, short events, uint64_t deadline_us)
{
    for (;;) {
        int left_ms = -1;
        if (deadline_us != 0) {
            uint64_t now = clock_mono_us();
            if (now >= deadline_us) {
                return VMM_E_TIMEOUT;
            }
            left_ms = (int)((deadline_us - now + CLOCK_MS - 1) / CLOCK_MS);
        }
        struct pollfd wait = {.fd = client->fd, .events = events};
        int ready = poll(&wait, 1, left_ms);
        if (ready > 0) {
            return 0;
        }
        if (ready < 0 && errno != EINTR) {
            return VMM_E_IO;
        }
    }
}

static int send_all(struct ctl_client *client, const char *bytes, size_t size, uint64_t deadline_us)
{
    size_t done = 0;
    while (done < size) {
        ssize_t sent = send(client->fd, bytes + done, size - done, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            done += (size_t)sent;
            continue;
        }
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        int rc = sent < 0 && errno == EAGAIN ? wait_for(client, POLLOUT, deadline_us) : VMM_E_IO;
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int receive(struct ctl_client *client, uint64_t deadline_us)
{
    size_t room = 0;
    char *at = ctl_lines_room(&client->lines, &room);
    if (room == 0) {
        return VMM_E_PROTO;
    }
    for (;;) {
        ssize_t got = recv(client->fd, at, room, MSG_DONTWAIT);
        if (got > 0) {
            ctl_lines_grow(&client->lines, (size_t)got);
            return 0;
        }
        if (got < 0 && errno == EINTR) {
            continue;
        }
        int rc = got < 0 && errno == EAGAIN ? wait_for(client, POLLIN, deadline_us) : VMM_E_IO;
        if (rc != 0) {
            return rc;
        }
    }
}

/* The next line of the answer as JSON. */
static int next_line(struct ctl_client *client, uint64_t deadline_us, json_t **line)
{
    size_t size = ctl_lines_first(&client->lines);
    while (size == 0) {
        int rc = receive(client, deadline_us);
        if (rc != 0) {
            return rc;
        }
        size = ctl_lines_first(&client->lines);
    }
    *line = json_loadb(client->lines.bytes, size, JSON_REJECT_DUPLICATES, NULL);
    ctl_lines_drop(&client->lines, size);
    return json_is_object(*line) ? 0 : VMM_E_PROTO;
}

static int hand_out(const json_t *rows, ctl_row_fn on_row, void *arg)
{
    size_t index = 0;
    json_t *row = NULL;
    int rc = 0;
    json_array_foreach(rows, index, row)
    {
        rc = rc == 0 && on_row != NULL ? on_row(arg, row) : rc;
    }
    return rc;
}

/* The request as one line, which the caller wipes; NULL without memory. Takes over `args`. */
static char *render(const char *verb, json_t *args, size_t *size)
{
    struct ctl_request request = {.root = json_pack("{ss}", "verb", verb)};
    if (args != NULL && json_object_set_new(request.root, "args", args) != 0) {
        ctl_request_finish(&request);
        return NULL;
    }
    *size = json_dumpb(request.root, NULL, 0, JSON_COMPACT);
    char *line = *size > 0 ? malloc(*size + 1) : NULL;
    if (line != NULL) {
        json_dumpb(request.root, line, *size, JSON_COMPACT);
        line[(*size)++] = '\n';
    }
    ctl_request_finish(&request);
    return line;
}

static int send_request(struct ctl_client *client, const char *verb, json_t *args,
                        uint64_t deadline_us)
{
    size_t size = 0;
    char *line = render(verb, args, &size);
    if (line == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = size > CTL_LINE_MAX ? VMM_E_TOOBIG : send_all(client, line, size, deadline_us);
    explicit_bzero(line, size);
    free(line);
    return rc;
}

/* Read one line: hand its rows out, or keep it in `*result` when it is the last. */
static int read_line(struct ctl_client *client, ctl_row_fn on_row, void *arg, uint64_t deadline_us,
                     json_t **result)
{
    json_t *line = NULL;
    int rc = next_line(client, deadline_us, &line);
    if (rc == 0 && json_is_true(json_object_get(line, "done"))) {
        *result = line;
        return 0;
    }
    if (rc == 0) {
        const json_t *rows = json_object_get(line, "rows");
        rc = json_is_array(rows) ? hand_out(rows, on_row, arg) : VMM_E_PROTO;
    }
    json_decref(line);
    return rc;
}

int ctl_client_call(struct ctl_client *client, const char *verb, json_t *args, ctl_row_fn on_row,
                    void *arg, uint32_t timeout_ms, json_t **result)
{
    *result = NULL;
    uint64_t deadline_us = timeout_ms != CTL_FOREVER ? clock_mono_us() + timeout_ms * CLOCK_MS : 0;
    int rc = send_request(client, verb, args, deadline_us);
    if (rc == VMM_E_IO) {
        rc = 0; /* a server that refuses the connection has said why before it closed */
    }
    while (rc == 0 && *result == NULL) {
        rc = read_line(client, on_row, arg, deadline_us, result);
    }
    return rc;
}
