/* SPDX-License-Identifier: MIT */
#include "integration/script_server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 15000

struct connection {
    int fd;
    SSL *tls;
};

static ssize_t read_some(const struct connection *connection, char *bytes, size_t size)
{
    struct pollfd readable = {.fd = connection->fd, .events = POLLIN};
    if (connection->tls != NULL) {
        return SSL_read(connection->tls, bytes, (int)size);
    }
    return poll(&readable, 1, WAIT_MS) > 0 ? recv(connection->fd, bytes, size, 0) : -1;
}

static void write_all(const struct connection *connection, const char *text, size_t size)
{
    if (connection->tls != NULL) {
        SSL_write(connection->tls, text, (int)size);
        return;
    }
    while (size > 0) {
        ssize_t sent = send(connection->fd, text, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        text += sent;
        size -= (size_t)sent;
    }
}

/* True when `asked` holds a whole request: an empty line and as much body as was promised, or one
 * line that is no HTTP. */
static bool is_whole(const char *asked)
{
    const char *end = strstr(asked, "\r\n\r\n");
    if (end == NULL) {
        return strstr(asked, "HTTP/1") == NULL && strstr(asked, "\r\n") != NULL;
    }
    const char *length = strcasestr(asked, "\r\nContent-Length:");
    size_t body = length != NULL && length < end ? (size_t)atoi(length + 17) : 0;
    return strlen(end + 4) >= body;
}

/* One request into `asked`. False at the end of the connection. */
static bool read_request(const struct connection *connection, char *asked)
{
    size_t used = 0;
    asked[0] = '\0';
    while (!is_whole(asked)) {
        ssize_t got = read_some(connection, asked + used, SCRIPT_ASKED_MAX - 1 - used);
        if (got <= 0) {
            return false;
        }
        used += (size_t)got;
        asked[used] = '\0';
    }
    return true;
}

static void end_connection(struct connection *connection, bool reset)
{
    if (reset) {
        struct linger now = {.l_onoff = 1};
        setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    if (connection->tls != NULL) {
        SSL_shutdown(connection->tls);
        SSL_free(connection->tls);
    }
    close(connection->fd);
}

static void secure_connection(const struct script_server *server, struct connection *connection)
{
    connection->tls = SSL_new(server->tls);
    SSL_set_fd(connection->tls, connection->fd);
    SSL_accept(connection->tls);
}

static bool begin_connection(struct script_server *server, struct connection *connection)
{
    struct pollfd readable = {.fd = server->listener, .events = POLLIN};
    *connection = (struct connection){.fd = -1};
    if (poll(&readable, 1, WAIT_MS) <= 0) {
        return false;
    }
    connection->fd = accept(server->listener, NULL, NULL);
    if (connection->fd < 0) {
        return false; /* script_server_stop() */
    }
    server->connections++;
    if (server->tls != NULL && !server->begins_clear) {
        secure_connection(server, connection);
    }
    return true;
}

/* Follow the script on one connection; the number of the next step. */
static int follow(struct script_server *server, struct connection *connection, int step)
{
    char rest[512];
    while (server->steps[step] != NULL) {
        const char *answer = server->steps[step];
        if (answer == SCRIPT_NEXT) {
            return step + 1;
        }
        if (answer == SCRIPT_SECURE) {
            secure_connection(server, connection);
            step++;
            continue;
        }
        if (!read_request(connection, server->asked[server->requests])) {
            return step; /* the client has closed: the same step on its next connection */
        }
        server->requests++;
        step++;
        if (answer == SCRIPT_CLOSE || answer == SCRIPT_RESET) {
            return step;
        }
        if (answer == SCRIPT_HANG) {
            while (read_some(connection, rest, sizeof(rest)) > 0) {
            }
            return step;
        }
        size_t size = server->sizes[step - 1];
        write_all(connection, answer, size > 0 ? size : strlen(answer));
    }
    return step;
}

static void *run(void *arg)
{
    struct script_server *server = arg;
    int step = 0;
    while (server->steps[step] != NULL) {
        struct connection connection;
        if (!begin_connection(server, &connection)) {
            break;
        }
        int before = step;
        step = follow(server, &connection, step);
        end_connection(&connection, step > before && server->steps[step - 1] == SCRIPT_RESET);
    }
    return NULL;
}

static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void start(struct script_server *server, const char *const *steps)
{
    for (size_t i = 0; steps[i] != NULL; i++) {
        cr_assert_lt(i + 1, SCRIPT_STEPS_MAX);
        server->steps[i] = steps[i];
    }
    signal(SIGPIPE, SIG_IGN);
    server->listener = listen_somewhere(&server->port);
    cr_assert_eq(listen(server->listener, 16), 0);
    cr_assert_eq(pthread_create(&server->thread, NULL, run, server), 0);
}

void script_server_start_sized(struct script_server *server, const char *const *steps,
                               const size_t *sizes)
{
    memset(server, 0, sizeof(*server));
    for (size_t i = 0; steps[i] != NULL; i++) {
        server->sizes[i] = sizes[i];
    }
    start(server, steps);
}

void script_server_start(struct script_server *server, const char *const *steps)
{
    memset(server, 0, sizeof(*server));
    start(server, steps);
}

/* Its address and a name, so that a client that verifies finds whom it asked for. */
static void add_address(X509 *certificate)
{
    X509_EXTENSION *address =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1,DNS:door.test");
    cr_assert_eq(X509_add_ext(certificate, address, -1), 1);
    X509_EXTENSION_free(address);
}

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    X509_NAME *name = X509_get_subject_name(certificate);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"camera", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    add_address(certificate);
    cr_assert_gt(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}

static void hash_key(EVP_PKEY *key, uint8_t hash[32])
{
    unsigned char *der = NULL;
    int size = i2d_PUBKEY(key, &der);
    EVP_Digest(der, (size_t)size, hash, NULL, EVP_sha256(), NULL);
    OPENSSL_free(der);
}

void script_server_start_tls(struct script_server *server, const char *const *steps, int bits,
                             int max_version)
{
    memset(server, 0, sizeof(*server));
    EVP_PKEY *key = EVP_RSA_gen((unsigned int)bits);
    X509 *certificate = make_certificate(key);
    hash_key(key, server->key);
    server->tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(server->tls, 0);
    SSL_CTX_set_min_proto_version(server->tls, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(server->tls, max_version);
    SSL_CTX_set_cipher_list(server->tls, "ALL:@SECLEVEL=0");
    cr_assert_eq(SSL_CTX_use_certificate(server->tls, certificate), 1);
    cr_assert_eq(SSL_CTX_use_PrivateKey(server->tls, key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
    start(server, steps);
}

static FILE *open_file(const struct script_server *server, const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "%s/%s", server->folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    return file;
}

static void write_certificate(const struct script_server *server, const char *name,
                              X509 *certificate)
{
    FILE *file = open_file(server, name);
    PEM_write_X509(file, certificate);
    fclose(file);
}

/* A key and certificate of the client's own, in the folder; the server trusts that one alone. */
static void make_client(struct script_server *server)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = make_certificate(key);
    FILE *file = open_file(server, "client.key");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    write_certificate(server, "client.pem", certificate);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(server->tls), certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

const char *script_server_start_trusted(struct script_server *server, const char *const *steps,
                                        bool wants_client)
{
    memset(server, 0, sizeof(*server));
    snprintf(server->folder, sizeof(server->folder), "/tmp/script-XXXXXX");
    cr_assert_not_null(mkdtemp(server->folder));
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *certificate = make_certificate(key);
    server->tls = SSL_CTX_new(TLS_server_method());
    cr_assert_eq(SSL_CTX_use_certificate(server->tls, certificate), 1);
    cr_assert_eq(SSL_CTX_use_PrivateKey(server->tls, key), 1);
    write_certificate(server, "ca.pem", certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    make_client(server);
    if (wants_client) {
        SSL_CTX_set_verify(server->tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    }
    server->begins_clear = false;
    for (size_t i = 0; steps[i] != NULL; i++) {
        server->begins_clear = server->begins_clear || steps[i] == SCRIPT_SECURE;
    }
    start(server, steps);
    return server->folder;
}

static void remove_folder(const struct script_server *server)
{
    static const char *const names[] = {"ca.pem", "client.pem", "client.key"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[64];
        snprintf(path, sizeof(path), "%s/%s", server->folder, names[i]);
        unlink(path);
    }
    rmdir(server->folder);
}

void script_server_stop(struct script_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    script_server_end(server);
}

void script_server_end(struct script_server *server)
{
    pthread_join(server->thread, NULL);
    close(server->listener);
    SSL_CTX_free(server->tls);
    if (server->folder[0] != '\0') {
        remove_folder(server);
    }
}

uint16_t script_server_dead_port(void)
{
    uint16_t port = 0;
    int fd = listen_somewhere(&port);
    close(fd);
    return port;
}
