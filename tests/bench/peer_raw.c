/* SPDX-License-Identifier: MIT */
/*
 * The limit that others are measured against: one epoll loop, a connection a look, and nothing more than sending
 * ready-made requests and reading the answers to their end.
 *
 *     mode=plain    one GET without login
 *     mode=steady   one GET with a ready-made Authorization
 *     mode=cold     the same with one whose nonce has expired: 401, and the answer on the same connection
 *     mode=rtsp     OPTIONS, then DESCRIBE with a ready-made Authorization
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"
#include "peer_digest.h"
#include "peer_reply.h"

#define EVENTS   256
#define ANSWER   8192
#define REQUEST  1024
#define STDIN_ID UINT64_MAX

struct look {
    struct look *older; /* all that are under way, oldest first */
    struct look *newer; /* also the list of free ones */
    uint64_t begin_us;
    uint32_t device;
    int fd;
    int leg; /* requests sent so far */
    size_t used;
    char answer[ANSWER + 1];
};

static struct peer peer;
static struct look *looks;
static struct look *oldest;
static struct look *newest;
static struct look *unused;
static uint32_t look_count;
static char (*authorizations)[PEER_AUTHORIZATION_MAX];
static int epoll_fd;
static bool is_rtsp;
static bool has_login;

/* ---- requests ------------------------------------------------------------------------------------------ */

static int write_http(const struct peer_device *device, const char *authorization, char *out)
{
    return snprintf(
        out, REQUEST,
        "GET %s HTTP/1.1\r\nHost: %s\r\n%s%s%sUser-Agent: vmm/0.1\r\nAccept: */*\r\n\r\n",
        peer.fleet.path, device->host, authorization[0] != '\0' ? "Authorization: " : "",
        authorization, authorization[0] != '\0' ? "\r\n" : "");
}

static void rtsp_uri(const struct peer_device *device, char *out, size_t size)
{
    snprintf(out, size, "rtsp://%s%s", device->host, peer.fleet.path);
}

static int write_rtsp(const struct peer_device *device, const char *authorization, int leg,
                      char *out)
{
    char uri[200];
    rtsp_uri(device, uri, sizeof(uri));
    if (leg == 0) {
        return snprintf(out, REQUEST, "OPTIONS %s RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: vmm\r\n\r\n",
                        uri);
    }
    return snprintf(
        out, REQUEST,
        "DESCRIBE %s RTSP/1.0\r\nCSeq: %d\r\nUser-Agent: vmm\r\nAccept: application/sdp\r\n"
        "%s%s%s\r\n",
        uri, leg + 1, authorization[0] != '\0' ? "Authorization: " : "", authorization,
        authorization[0] != '\0' ? "\r\n" : "");
}

static bool send_request(struct look *look)
{
    char request[REQUEST];
    const struct peer_device *device = &peer.fleet.devices[look->device];
    const char *authorization = has_login ? authorizations[look->device] : "";
    int size = is_rtsp ? write_rtsp(device, authorization, look->leg, request)
                       : write_http(device, authorization, request);
    look->leg++;
    look->used = 0;
    return send(look->fd, request, (size_t)size, MSG_NOSIGNAL) == size;
}

/* ---- looks --------------------------------------------------------------------------------------------- */

static void take_out(struct look *look)
{
    *(look->older != NULL ? &look->older->newer : &oldest) = look->newer;
    *(look->newer != NULL ? &look->newer->older : &newest) = look->older;
    look->newer = unused;
    unused = look;
}

static void end_look(struct look *look, bool good)
{
    uint32_t device = look->device;
    close(look->fd);
    take_out(look);
    peer_look_done(&peer, device, good);
}

static struct look *take_look(uint32_t device)
{
    struct look *look = unused;
    if (look == NULL) {
        look = &looks[look_count++];
    } else {
        unused = look->newer;
    }
    look->device = device;
    look->leg = 0;
    look->begin_us = peer_now_us();
    look->older = newest;
    look->newer = NULL;
    *(newest != NULL ? &newest->newer : &oldest) = look;
    newest = look;
    return look;
}

static bool watch(struct look *look, int how, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u64 = (uint64_t)(look - looks)};
    return epoll_ctl(epoll_fd, how, look->fd, &event) == 0;
}

/* On loopback a connection mostly stands when connect() returns. */
static bool begin_look(struct peer *of, uint32_t number)
{
    const struct sockaddr_in *address = &of->fleet.devices[number].address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    struct look *look = take_look(number);
    look->fd = fd;
    int rc = connect(fd, (const struct sockaddr *)address, sizeof(*address));
    bool good = rc == 0 ? send_request(look) && watch(look, EPOLL_CTL_ADD, EPOLLIN)
                        : errno == EINPROGRESS && watch(look, EPOLL_CTL_ADD, EPOLLOUT);
    if (!good) {
        close(fd);
        take_out(look);
    }
    return good;
}

static void abort_all(struct peer *of)
{
    (void)of;
    while (oldest != NULL) {
        end_look(oldest, false);
    }
}

/* ---- answers ------------------------------------------------------------------------------------------- */

static bool take_challenge(struct look *look, const struct peer_reply *reply)
{
    size_t length = 0;
    const char *challenge =
        peer_reply_header(look->answer, reply->body, "WWW-Authenticate", &length);
    if (challenge == NULL) {
        return false;
    }
    char uri[200];
    struct peer_request request = {.method = is_rtsp ? "DESCRIBE" : "GET", .uri = peer.fleet.path};
    if (is_rtsp) {
        rtsp_uri(&peer.fleet.devices[look->device], uri, sizeof(uri));
        request.uri = uri;
    }
    peer_digest(&peer.fleet, &request, challenge, length, authorizations[look->device]);
    return authorizations[look->device][0] != '\0';
}

static void take_reply(struct look *look, const struct peer_reply *reply)
{
    int most = is_rtsp ? 3 : 2;
    if (reply->status == 401 && has_login && look->leg < most) {
        if (!take_challenge(look, reply) || !send_request(look)) {
            end_look(look, false);
        }
    } else if (reply->status == 200 && is_rtsp && look->leg == 1) {
        if (!send_request(look)) {
            end_look(look, false);
        }
    } else {
        end_look(look, reply->status == 200);
    }
}

static void on_ready(struct look *look, uint32_t events)
{
    if (look->leg == 0) {
        if ((events & EPOLLERR) != 0 || !send_request(look) ||
            !watch(look, EPOLL_CTL_MOD, EPOLLIN)) {
            end_look(look, false);
        }
        return;
    }
    ssize_t got = recv(look->fd, look->answer + look->used, ANSWER - look->used, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) {
            end_look(look, false);
        }
        return;
    }
    look->used += (size_t)got;
    look->answer[look->used] = '\0';
    struct peer_reply reply;
    if (peer_reply_read(look->answer, look->used, &reply)) {
        take_reply(look, &reply);
    } else if (look->used == ANSWER) {
        end_look(look, false);
    }
}

static void expire(void)
{
    uint64_t now = oldest != NULL ? peer_now_us() : 0;
    while (oldest != NULL && now - oldest->begin_us > peer_timeout_us(&peer)) {
        end_look(oldest, false);
    }
}

/* ---- the loop ------------------------------------------------------------------------------------------ */

/* Nothing but time passes at a device that never answers. */
static int wait_ms(void)
{
    int wait = peer_wait_ms(&peer);
    return wait < 0 && oldest != NULL ? 100 : wait;
}

static void run(void)
{
    struct epoll_event events[EVENTS];
    bool open = true;
    while (open) {
        int count = epoll_wait(epoll_fd, events, EVENTS, wait_ms());
        bool commanded = false;
        for (int i = 0; i < count; i++) {
            if (events[i].data.u64 == STDIN_ID) {
                commanded = true;
            } else {
                on_ready(&looks[events[i].data.u64], events[i].events);
            }
        }
        /* Last: it may end looks that this turn still has events of. */
        open = !commanded || peer_command(&peer);
        expire();
        peer_begin_due(&peer);
    }
}

int main(int argc, char **argv)
{
    int rc = peer_init(&peer, argc, argv);
    if (rc != 0) {
        return rc;
    }
    const char *mode = peer_option(argc, argv, "mode", "steady");
    is_rtsp = strcmp(mode, "rtsp") == 0;
    has_login = strcmp(mode, "plain") != 0;
    peer.look = begin_look;
    peer.abort = abort_all;
    looks = calloc(peer.fleet.count, sizeof(*looks));
    authorizations = calloc(peer.fleet.count, sizeof(*authorizations));
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = STDIN_ID};
    if (looks == NULL || authorizations == NULL || epoll_fd < 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0) {
        return 1;
    }
    run();
    free(looks);
    free(authorizations);
    peer_finish(&peer);
    return 0;
}
