/* SPDX-License-Identifier: MIT */
/*
 * Asks a prometheus-blackbox-exporter to probe the devices, over connections that are kept open as a
 * Prometheus server keeps them. What the exporter uses is measured, not what this driver does.
 *
 *     via=PORT   of the exporter on 127.0.0.1
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"
#include "peer_reply.h"

#define EVENTS   64
#define ANSWER   16384
#define STDIN_ID UINT64_MAX
#define NONE     UINT32_MAX

/* A connection to the exporter: with a look under way, or waiting for one. */
struct line {
    uint32_t device; /* PEER_NONE: idle */
    uint32_t next_idle;
    int fd;
    size_t used;
    char answer[ANSWER + 1];
};

static struct peer peer;
static struct line *lines;
static uint32_t line_count;
static uint32_t idle = NONE;
static struct sockaddr_in exporter = {.sin_family = AF_INET};
static int epoll_fd;

static struct line *open_line(void)
{
    uint32_t number = line_count;
    struct line *line = &lines[number];
    line->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = number};
    if (line->fd < 0 ||
        connect(line->fd, (const struct sockaddr *)&exporter, sizeof(exporter)) != 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, line->fd, &event) != 0) {
        return NULL;
    }
    line_count++;
    return line;
}

static struct line *take_line(void)
{
    if (idle == NONE) {
        return line_count < peer.fleet.count ? open_line() : NULL;
    }
    struct line *line = &lines[idle];
    idle = line->next_idle;
    return line;
}

static bool begin_look(struct peer *of, uint32_t number)
{
    char request[512];
    struct line *line = take_line();
    if (line == NULL) {
        return false;
    }
    line->device = number;
    line->used = 0;
    int size =
        snprintf(request, sizeof(request),
                 "GET /probe?module=http_2xx&target=http://%s%s HTTP/1.1\r\nHost: blackbox\r\n\r\n",
                 of->fleet.devices[number].host, of->fleet.path);
    return send(line->fd, request, (size_t)size, MSG_NOSIGNAL) == size;
}

static void end_look(struct line *line, bool good)
{
    uint32_t device = line->device;
    line->device = PEER_NONE;
    line->next_idle = idle;
    idle = (uint32_t)(line - lines);
    peer_look_done(&peer, device, good);
}

/* The exporter finishes what it has begun; what it still does belongs to nobody's window. */
static void abort_all(struct peer *of)
{
    (void)of;
}

static void on_ready(struct line *line)
{
    ssize_t got = recv(line->fd, line->answer + line->used, ANSWER - line->used, MSG_DONTWAIT);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) {
            fprintf(stderr, "the exporter has closed a connection\n");
            exit(1);
        }
        return;
    }
    line->used += (size_t)got;
    line->answer[line->used] = '\0';
    struct peer_reply reply;
    if (line->device != PEER_NONE && peer_reply_read(line->answer, line->used, &reply)) {
        end_look(line, reply.status == 200 && strstr(reply.body, "\nprobe_success 1") != NULL);
    } else if (line->used == ANSWER) {
        fprintf(stderr, "an answer of the exporter is too long\n");
        exit(1);
    }
}

static void run(void)
{
    struct epoll_event events[EVENTS];
    bool open = true;
    while (open) {
        int count = epoll_wait(epoll_fd, events, EVENTS, peer_wait_ms(&peer));
        for (int i = 0; i < count; i++) {
            if (events[i].data.u64 == STDIN_ID) {
                open = peer_command(&peer);
            } else {
                on_ready(&lines[events[i].data.u64]);
            }
        }
        peer_begin_due(&peer);
    }
}

int main(int argc, char **argv)
{
    int rc = peer_init(&peer, argc, argv);
    if (rc != 0) {
        return rc;
    }
    peer.look = begin_look;
    peer.abort = abort_all;
    exporter.sin_port = htons((uint16_t)atoi(peer_option(argc, argv, "via", "9115")));
    exporter.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    lines = calloc(peer.fleet.count, sizeof(*lines));
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = STDIN_ID};
    if (lines == NULL || epoll_fd < 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0) {
        return 1;
    }
    run();
    free(lines);
    peer_finish(&peer);
    return 0;
}
