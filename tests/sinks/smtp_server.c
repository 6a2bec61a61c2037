/* SPDX-License-Identifier: MIT */
#include "sinks/smtp_server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sinks/certificate.h"

#define WAIT_MS        15000
#define LINE_MAX_BYTES 2048

struct line_reader {
    int fd;
    SSL *tls;
    char bytes[8192];
    size_t used;
};

static void say(const struct line_reader *peer, const char *text)
{
    char line[512];
    int size = snprintf(line, sizeof(line), "%s\r\n", text);
    if (peer->tls != NULL) {
        SSL_write(peer->tls, line, size);
    } else {
        (void)!send(peer->fd, line, (size_t)size, MSG_NOSIGNAL);
    }
}

static ssize_t receive(struct line_reader *peer)
{
    char *to = peer->bytes + peer->used;
    size_t room = sizeof(peer->bytes) - peer->used;
    struct pollfd readable = {.fd = peer->fd, .events = POLLIN};
    if (peer->tls != NULL) {
        return SSL_read(peer->tls, to, (int)room);
    }
    return poll(&readable, 1, WAIT_MS) > 0 ? recv(peer->fd, to, room, 0) : -1;
}

/* One line without its end; false when the connection is over. */
static bool read_line(struct line_reader *peer, char line[LINE_MAX_BYTES])
{
    for (;;) {
        char *end = memmem(peer->bytes, peer->used, "\r\n", 2);
        if (end != NULL) {
            size_t size = (size_t)(end - peer->bytes);
            snprintf(line, LINE_MAX_BYTES, "%.*s", (int)size, peer->bytes);
            peer->used -= size + 2;
            memmove(peer->bytes, end + 2, peer->used);
            return true;
        }
        ssize_t got = receive(peer);
        if (got <= 0) {
            return false;
        }
        peer->used += (size_t)got;
    }
}

static void keep(char *kept, const char *line)
{
    size_t used = strlen(kept);
    snprintf(kept + used, SMTP_KEPT_MAX - used, "%s\n", line);
}

/* The usual answer. */
static const char *usual(const struct smtp_server *server, const struct line_reader *peer,
                         const char *line)
{
    if (strncasecmp(line, "EHLO", 4) == 0) {
        return server->offers_tls && peer->tls == NULL ? "250-mail.test\r\n250 STARTTLS"
                                                       : "250-mail.test\r\n250 AUTH PLAIN";
    }
    return strncasecmp(line, "STARTTLS", 8) == 0 ? "220 go on"
           : strncasecmp(line, "AUTH", 4) == 0   ? "334 "
           : strcasecmp(line, "DATA") == 0       ? "354 go on"
           : strcasecmp(line, "QUIT") == 0       ? "221 bye"
                                                 : "250 ok";
}

static const char *answer_to(const struct smtp_server *server, const struct line_reader *peer,
                             const char *line)
{
    for (size_t i = 0; i < SMTP_REPLIES_MAX && server->replies[i].to != NULL; i++) {
        if (strncasecmp(line, server->replies[i].to, strlen(server->replies[i].to)) == 0) {
            return server->replies[i].reply;
        }
    }
    return usual(server, peer, line);
}

static void begin_tls(struct smtp_server *server, struct line_reader *peer)
{
    peer->tls = SSL_new(server->tls);
    SSL_set_fd(peer->tls, peer->fd);
    server->was_tls = SSL_accept(peer->tls) == 1;
}

/* The text of a mail, to the line with a dot. False when the connection is to end. */
static bool take_text(struct smtp_server *server, struct line_reader *peer)
{
    char line[LINE_MAX_BYTES];
    while (read_line(peer, line) && strcmp(line, ".") != 0) {
        keep(server->texts, line[0] == '.' ? line + 1 : line);
    }
    if (server->drops_taken) {
        return false;
    }
    say(peer, answer_to(server, peer, "."));
    return true;
}

static void serve(struct smtp_server *server, struct line_reader *peer)
{
    char line[LINE_MAX_BYTES];
    say(peer, answer_to(server, peer, "(greeting)"));
    while (read_line(peer, line)) {
        const char *answer = answer_to(server, peer, line);
        keep(server->said, line);
        if (answer == NULL) {
            return;
        }
        say(peer, answer);
        if (strncmp(answer, "334", 3) == 0 && read_line(peer, line)) {
            say(peer, "235 welcome"); /* whatever the credential is; it is not kept */
        } else if (strncasecmp(line, "STARTTLS", 8) == 0 && answer[0] == '2') {
            begin_tls(server, peer);
        } else if (strcasecmp(line, "DATA") == 0 && answer[0] == '3' && !take_text(server, peer)) {
            return;
        } else if (strcasecmp(line, "QUIT") == 0) {
            return;
        }
    }
}

static void *run(void *arg)
{
    struct smtp_server *server = arg;
    for (; server->served < server->connections; server->served++) {
        struct line_reader peer = {.fd = -1};
        struct pollfd readable = {.fd = server->listener, .events = POLLIN};
        if (poll(&readable, 1, WAIT_MS) <= 0) {
            break;
        }
        peer.fd = accept(server->listener, NULL, NULL);
        if (server->begins_tls) {
            begin_tls(server, &peer);
        }
        serve(server, &peer);
        SSL_free(peer.tls);
        close(peer.fd);
    }
    return NULL;
}

static void make_tls(struct smtp_server *server)
{
    char path[64];
    certificate_make(server->folder);
    server->tls = SSL_CTX_new(TLS_server_method());
    snprintf(path, sizeof(path), "%s/ca.pem", server->folder);
    cr_assert_eq(SSL_CTX_use_certificate_file(server->tls, path, SSL_FILETYPE_PEM), 1);
    snprintf(path, sizeof(path), "%s/key.pem", server->folder);
    cr_assert_eq(SSL_CTX_use_PrivateKey_file(server->tls, path, SSL_FILETYPE_PEM), 1);
}

void smtp_server_start(struct smtp_server *server)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(name);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(server->listener, (struct sockaddr *)&name, sizeof(name)), 0);
    cr_assert_eq(listen(server->listener, 8), 0);
    cr_assert_eq(getsockname(server->listener, (struct sockaddr *)&name, &size), 0);
    server->port = ntohs(name.sin_port);
    if (server->offers_tls || server->begins_tls) {
        make_tls(server);
    }
    cr_assert_eq(pthread_create(&server->thread, NULL, run, server), 0);
}

void smtp_server_end(struct smtp_server *server)
{
    pthread_join(server->thread, NULL);
    close(server->listener);
    SSL_CTX_free(server->tls);
    if (server->folder[0] != '\0') {
        certificate_remove(server->folder);
    }
}
