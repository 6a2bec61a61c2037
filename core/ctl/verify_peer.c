/* SPDX-License-Identifier: MIT */
#include "ctl/verify_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>

#define HEAD_MAX     65536u
#define ENDLESS_PART 16384u

struct guest {
    struct verify_peer *peer;
    struct guest *next;
    struct bufferevent *stream;
    bool answered; /* its first request */
};

struct verify_peer {
    struct event_base *base;
    enum verify_manner manner;
    struct evconnlistener *listener;
    struct guest *guests;
    unsigned at_once;
    uint16_t port;
    struct verify_peer_report report;
};

static void leave(struct guest *guest)
{
    struct guest **at = &guest->peer->guests;
    while (*at != guest) {
        at = &(*at)->next;
    }
    *at = guest->next;
    guest->peer->at_once--;
    bufferevent_free(guest->stream);
    free(guest);
}

/* Methods that change nothing at a device of either protocol; POST may be a query. */
static bool is_reading(const char *method)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "OPTIONS", "DESCRIBE"};
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (strcmp(methods[i], method) == 0) {
            return true;
        }
    }
    return false;
}

static void note_request(struct verify_peer *peer, const char *head)
{
    char method[16] = "";
    size_t length = strspn(head, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    if (length < sizeof(method) && head[length] == ' ') {
        memcpy(method, head, length);
    }
    if (method[0] != '\0' && !is_reading(method) && peer->report.writing[0] == '\0') {
        memcpy(peer->report.writing, method, sizeof(method));
    }
    peer->report.login_seen |= strcasestr(head, "\nauthorization:") != NULL;
    peer->report.secret_seen |= strstr(head, VERIFY_SECRET) != NULL;
}

static void answer(struct guest *guest, const char *head)
{
    static const char part[ENDLESS_PART] = "";
    bool rtsp = strstr(head, " RTSP/1.") != NULL;
    const char *protocol = rtsp ? "RTSP/1.0" : "HTTP/1.1";
    const char *sequence = strcasestr(head, "\ncseq:");
    struct evbuffer *out = bufferevent_get_output(guest->stream);
    int number = sequence != NULL ? atoi(sequence + 6) : 0;
    switch (guest->peer->manner) {
    case PEER_GARBAGE:
        evbuffer_add(out, "\x01\xff\x00\xfe%n%s<<<{\r\r\n\n\r\n\r\n", 20);
        break;
    case PEER_REFUSES:
        evbuffer_add_printf(
            out,
            "%s 401 Unauthorized\r\nCSeq: %d\r\nContent-Length: 0\r\n"
            "WWW-Authenticate: Digest realm=\"d\", nonce=\"n\", qop=\"auth\"\r\n\r\n",
            protocol, number);
        break;
    case PEER_MISSES:
        evbuffer_add_printf(out, "%s 404 Not Found\r\nCSeq: %d\r\nContent-Length: 0\r\n\r\n",
                            protocol, number);
        break;
    case PEER_EMPTY:
        evbuffer_add_printf(out, "%s 200 OK\r\nCSeq: %d\r\nContent-Length: 0\r\n\r\n", protocol,
                            number);
        break;
    case PEER_ENDLESS:
        evbuffer_add_printf(out, "%s 200 OK\r\nCSeq: %d\r\nContent-Length: 2000000000\r\n\r\n",
                            protocol, number);
        evbuffer_add(out, part, sizeof(part));
        break;
    default:
        break;
    }
}

static void on_read(struct bufferevent *stream, void *arg)
{
    struct guest *guest = arg;
    struct evbuffer *in = bufferevent_get_input(stream);
    if (guest->peer->manner == PEER_SILENT) {
        return;
    }
    struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
    bool text = evbuffer_get_length(in) > 0 && *evbuffer_pullup(in, 1) >= 'A';
    if (end.pos < 0 && text && evbuffer_get_length(in) < HEAD_MAX) {
        return;
    }
    size_t size = end.pos >= 0 ? (size_t)end.pos + 4 : evbuffer_get_length(in);
    char *head = calloc(1, size + 1);
    if (head != NULL) {
        evbuffer_remove(in, head, size);
        evbuffer_drain(in, evbuffer_get_length(in)); /* a body is nothing this device reads */
        note_request(guest->peer, head);
        answer(guest, head);
        guest->answered = true;
    }
    free(head);
}

/* What was sent has left: a body without an end goes on. Before an answer there is none: it is called at once, too. */
static void on_written(struct bufferevent *stream, void *arg)
{
    static const char part[ENDLESS_PART] = "";
    struct guest *guest = arg;
    if (guest->peer->manner == PEER_ENDLESS && guest->answered) {
        evbuffer_add(bufferevent_get_output(stream), part, sizeof(part));
    }
}

static void on_event(struct bufferevent *stream, short what, void *arg)
{
    (void)stream;
    (void)what;
    leave(arg);
}

static void on_guest(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                     int size, void *arg)
{
    (void)listener;
    (void)address;
    (void)size;
    struct verify_peer *peer = arg;
    peer->report.connections++;
    struct guest *guest = peer->manner != PEER_CLOSES ? calloc(1, sizeof(*guest)) : NULL;
    if (guest == NULL) {
        evutil_closesocket(fd);
        return;
    }
    *guest = (struct guest){.peer = peer, .next = peer->guests};
    guest->stream = bufferevent_socket_new(peer->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (guest->stream == NULL) {
        evutil_closesocket(fd);
        free(guest);
        return;
    }
    peer->guests = guest;
    peer->at_once++;
    if (peer->at_once > peer->report.most_at_once) {
        peer->report.most_at_once = peer->at_once;
    }
    bufferevent_setcb(guest->stream, on_read, on_written, on_event, guest);
    bufferevent_enable(guest->stream, EV_READ | EV_WRITE);
}

struct verify_peer *verify_peer_create(struct event_base *base, enum verify_manner manner)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct verify_peer *peer = calloc(1, sizeof(*peer));
    if (peer == NULL) {
        return NULL;
    }
    peer->base = base;
    peer->manner = manner;
    peer->listener =
        evconnlistener_new_bind(base, on_guest, peer, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                                64, (struct sockaddr *)&any, sizeof(any));
    socklen_t size = sizeof(any);
    if (peer->listener == NULL ||
        getsockname(evconnlistener_get_fd(peer->listener), (struct sockaddr *)&any, &size) != 0) {
        verify_peer_destroy(peer);
        return NULL;
    }
    peer->port = ntohs(any.sin_port);
    return peer;
}

void verify_peer_destroy(struct verify_peer *peer)
{
    if (peer == NULL) {
        return;
    }
    while (peer->guests != NULL) {
        leave(peer->guests);
    }
    if (peer->listener != NULL) {
        evconnlistener_free(peer->listener);
    }
    free(peer);
}

uint16_t verify_peer_port(const struct verify_peer *peer)
{
    return peer->port;
}

struct verify_peer_report verify_peer_report(const struct verify_peer *peer)
{
    return peer->report;
}
