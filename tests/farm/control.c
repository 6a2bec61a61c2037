/* SPDX-License-Identifier: MIT */
#include "farm/control.h"

#include "farm/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES 65536

struct client {
    struct loop_watch watch; /* first member: the watch is the client */
    struct loop_timer timer; /* of a wait */
    struct control *control;
    struct client *next;
    struct out in;
    struct out out;
    size_t sent;
    struct command_wait wait;
    bool gone;
};

struct control {
    struct loop_watch watch; /* first member: the watch is the control */
    struct farm *farm;
    struct client *clients;
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
};

static void client_flush(struct client *client)
{
    while (client->sent < client->out.len) {
        ssize_t sent = send(client->watch.fd, client->out.data + client->sent,
                            client->out.len - client->sent, MSG_NOSIGNAL);
        if (sent <= 0) {
            client->gone = client->gone || (sent < 0 && errno != EAGAIN && errno != EINTR);
            return;
        }
        client->sent += (size_t)sent;
    }
    client->sent = 0;
    client->out.len = 0;
}

static void client_reply(struct client *client, json_t *reply)
{
    char *text = json_dumps(reply, JSON_COMPACT);
    json_decref(reply);
    if (text == NULL) {
        client->gone = true;
        return;
    }
    out_text(&client->out, text);
    out_text(&client->out, "\n");
    free(text);
    client_flush(client);
}

/* Carries out the complete lines, one after the other; a wait holds up those behind it. */
static void client_run(struct client *client)
{
    size_t at = 0;
    while (!client->wait.active && at < client->in.len) {
        char *line = client->in.data + at;
        char *end = memchr(line, '\n', client->in.len - at);
        if (end == NULL) {
            break;
        }
        at += (size_t)(end - line) + 1;
        json_t *reply =
            command_run(client->control->farm, line, (size_t)(end - line), &client->wait);
        if (reply != NULL) {
            client_reply(client, reply);
        } else {
            loop_timer_set(&client->control->farm->loop, &client->timer, client->wait.timeout_us);
        }
    }
    if (at > 0) {
        memmove(client->in.data, client->in.data + at, client->in.len - at);
        client->in.len -= at;
    }
}

static void client_check(struct client *client, bool over)
{
    if (!client->wait.active) {
        return;
    }
    json_t *reply = command_check(client->control->farm, &client->wait, over);
    if (reply != NULL) {
        client->wait.active = false;
        loop_timer_clear(&client->control->farm->loop, &client->timer);
        client_reply(client, reply);
        client_run(client);
    }
}

static void client_fire(struct loop_timer *timer)
{
    client_check((struct client *)((char *)timer - offsetof(struct client, timer)), true);
}

static void client_ready(struct loop_watch *watch)
{
    struct client *client = (struct client *)watch;
    client_flush(client);
    for (;;) {
        out_reserve(&client->in, 4096);
        ssize_t got = recv(watch->fd, client->in.data + client->in.len, 4096, 0);
        if (got <= 0) {
            client->gone = client->gone || got == 0 || (errno != EAGAIN && errno != EINTR);
            break;
        }
        client->in.len += (size_t)got;
        if (client->in.len > LINE_MAX_BYTES) {
            client->gone = true;
            break;
        }
    }
    client_run(client);
}

static void client_destroy(struct client *client)
{
    loop_timer_clear(&client->control->farm->loop, &client->timer);
    close(client->watch.fd);
    out_finish(&client->in);
    out_finish(&client->out);
    free(client);
}

/* After each turn: waits whose time has come, clients that left. Freed here and not in their own
 * handler, because the turn may still hold an event for them. */
static void control_after_turn(void *data)
{
    struct control *control = data;
    bool changed = control->farm->changed;
    control->farm->changed = false;
    struct client **link = &control->clients;
    while (*link != NULL) {
        struct client *client = *link;
        if (changed) {
            client_check(client, false);
        }
        if (client->gone) {
            *link = client->next;
            client_destroy(client);
        } else {
            link = &client->next;
        }
    }
}

static void control_ready(struct loop_watch *watch)
{
    struct control *control = (struct control *)watch;
    int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL) {
        close(fd);
        return;
    }
    client->watch = (struct loop_watch){.fd = fd, .ready = client_ready};
    client->timer.fire = client_fire;
    client->control = control;
    client->next = control->clients;
    control->clients = client;
    client->gone = loop_watch_edges(&control->farm->loop, &client->watch) != 0;
}

static int listen_at(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    struct stat old = {0};
    if (lstat(path, &old) == 0 && S_ISSOCK(old.st_mode)) {
        unlink(path); /* of a farm that was killed; anything else makes bind fail */
    }
    mode_t mask = umask(0177);
    int failed = bind(fd, (struct sockaddr *)&name, sizeof name) != 0 || listen(fd, 16) != 0;
    umask(mask);
    if (failed != 0) {
        failed = -errno;
        close(fd);
        return failed;
    }
    return fd;
}

struct control *control_create(struct farm *farm, const char *path, struct problem *problem)
{
    struct control *control = calloc(1, sizeof *control);
    if (control == NULL || strlen(path) >= sizeof control->path) {
        problem_note(problem, "%s: too long for a socket's path", path);
        free(control);
        return NULL;
    }
    int fd = listen_at(path);
    control->watch = (struct loop_watch){.fd = fd, .ready = control_ready};
    control->farm = farm;
    if (fd < 0 || loop_watch_read(&farm->loop, &control->watch) != 0) {
        problem_note(problem, "%s: %s", path, strerror(fd < 0 ? -fd : EIO));
        free(control);
        return NULL;
    }
    memcpy(control->path, path, strlen(path) + 1);
    farm->loop.after_turn = control_after_turn;
    farm->loop.after_turn_data = control;
    return control;
}

void control_destroy(struct control *control)
{
    if (control == NULL) {
        return;
    }
    while (control->clients != NULL) {
        struct client *next = control->clients->next;
        client_destroy(control->clients);
        control->clients = next;
    }
    close(control->watch.fd);
    unlink(control->path);
    control->farm->loop.after_turn = NULL;
    free(control);
}
