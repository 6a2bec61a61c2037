/* SPDX-License-Identifier: MIT */
#include "sinks/tls_receiver.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define REQUEST_MAX 65536
#define WAIT_S      15

/* The value of a header up to its end of line; "" where there is none. */
static void header(const char *request, const char *name, char *out, size_t room)
{
    out[0] = '\0';
    for (const char *line = strstr(request, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, strlen(name)) == 0) {
            line += strlen(name);
            line += strspn(line, ": ");
            snprintf(out, room, "%.*s", (int)strcspn(line, "\r\n"), line);
            return;
        }
    }
}

/* The whole request; false when the connection ends before. */
static bool read_request(SSL *peer, char *request)
{
    size_t used = 0;
    while (used + 1 < REQUEST_MAX) {
        int got = SSL_read(peer, request + used, (int)(REQUEST_MAX - used - 1));
        if (got <= 0) {
            return false;
        }
        used += (size_t)got;
        request[used] = '\0';
        const char *body = strstr(request, "\r\n\r\n");
        char length[24];
        header(request, "Content-Length", length, sizeof(length));
        if (body != NULL && used >= (size_t)(body + 4 - request) + strtoul(length, NULL, 10)) {
            return true;
        }
    }
    return false;
}

static void keep(struct tls_receiver *receiver, SSL *peer, const char *request)
{
    unsigned at = atomic_load(&receiver->taken);
    X509 *shown = SSL_get1_peer_certificate(peer);
    if (at < TLS_RECEIVER_MAX && shown != NULL) {
        header(request, "webhook-id", receiver->ids[at], sizeof(receiver->ids[0]));
        X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, receiver->peers[at],
                                  sizeof(receiver->peers[0]));
        atomic_store(&receiver->taken, at + 1);
    }
    X509_free(shown);
}

/* What is closed with something unread is reset, and the alert on its way is lost. */
static void drain(int fd)
{
    char bytes[4096];
    shutdown(fd, SHUT_WR);
    while (recv(fd, bytes, sizeof(bytes), 0) > 0) {
    }
}

static void serve(struct tls_receiver *receiver, int fd)
{
    static const char answer[] =
        "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    const struct timeval limit = {.tv_sec = WAIT_S};
    char *request = malloc(REQUEST_MAX);
    SSL *peer = SSL_new(receiver->tls);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    SSL_set_fd(peer, fd);
    if (SSL_accept(peer) != 1) {
        atomic_fetch_add(&receiver->refused, 1);
        drain(fd);
    } else if (read_request(peer, request)) {
        keep(receiver, peer, request);
        SSL_write(peer, answer, (int)strlen(answer));
        SSL_shutdown(peer);
    }
    SSL_free(peer);
    free(request);
}

static void *run(void *arg)
{
    struct tls_receiver *receiver = arg;
    for (;;) {
        int fd = accept(receiver->listener, NULL, NULL);
        if (fd < 0) {
            return NULL;
        }
        serve(receiver, fd);
        close(fd);
    }
}

static void make_tls(struct tls_receiver *receiver, const struct authority *authority)
{
    receiver->tls = SSL_CTX_new(TLS_server_method());
    cr_assert_eq(SSL_CTX_use_certificate_file(
                     receiver->tls, authority_path(authority, "server.pem"), SSL_FILETYPE_PEM),
                 1);
    cr_assert_eq(SSL_CTX_use_PrivateKey_file(receiver->tls, authority_path(authority, "server.key"),
                                             SSL_FILETYPE_PEM),
                 1);
    cr_assert_eq(
        SSL_CTX_load_verify_locations(receiver->tls, authority_path(authority, "ca.pem"), NULL), 1);
    SSL_CTX_set_verify(receiver->tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

void tls_receiver_start(struct tls_receiver *receiver, const struct authority *authority)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(name);
    memset(receiver, 0, sizeof(*receiver));
    make_tls(receiver, authority);
    receiver->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(receiver->listener, (struct sockaddr *)&name, sizeof(name)), 0);
    cr_assert_eq(listen(receiver->listener, 8), 0);
    cr_assert_eq(getsockname(receiver->listener, (struct sockaddr *)&name, &size), 0);
    receiver->port = ntohs(name.sin_port);
    cr_assert_eq(pthread_create(&receiver->thread, NULL, run, receiver), 0);
}

void tls_receiver_stop(struct tls_receiver *receiver)
{
    shutdown(receiver->listener, SHUT_RDWR);
    pthread_join(receiver->thread, NULL);
    close(receiver->listener);
    SSL_CTX_free(receiver->tls);
}
