/* SPDX-License-Identifier: MIT */
/*
 * A device that follows a script, byte for byte, on a thread: what it answers to the first request
 * on its first connection, to the second, and so on. It keeps what it was asked.
 */
#ifndef SCRIPT_SERVER_H
#define SCRIPT_SERVER_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define SCRIPT_STEPS_MAX 16
#define SCRIPT_ASKED_MAX 8192

/* In place of an answer. */
#define SCRIPT_CLOSE  ((const char *)1) /* close at once, in order */
#define SCRIPT_RESET  ((const char *)2) /* close with a reset */
#define SCRIPT_HANG   ((const char *)3) /* say nothing, wait for the client to close */
#define SCRIPT_NEXT   ((const char *)4) /* close, and go on with the next connection */
#define SCRIPT_SECURE ((const char *)5) /* encrypt from here on; without a request */

struct script_server {
    const char *steps
        [SCRIPT_STEPS_MAX]; /* ended by NULL: the connection is closed, then no more is accepted */
    size_t sizes[SCRIPT_STEPS_MAX]; /* of answers that hold NUL; 0: a text */
    int listener;
    uint16_t port;
    pthread_t thread;
    SSL_CTX *tls;      /* NULL: none */
    bool begins_clear; /* it is encrypted by SCRIPT_SECURE only */
    char folder[32];   /* of script_server_start_trusted(), or "" */
    uint8_t key[32];   /* SHA-256 of the public key, with TLS */
    int connections;   /* accepted; read it after script_server_end() */
    int requests;
    char asked[SCRIPT_STEPS_MAX][SCRIPT_ASKED_MAX]; /* the requests */
};

/* Listen on a free port of 127.0.0.1 and follow `steps` (ended by NULL). */
void script_server_start(struct script_server *server, const char *const *steps);

/* The same with answers of these sizes, 0 for a text. */
void script_server_start_sized(struct script_server *server, const char *const *steps,
                               const size_t *sizes);

/* The same inside TLS with a key of `bits` bits and versions up to `max_version` (0: all). */
void script_server_start_tls(struct script_server *server, const char *const *steps, int bits,
                             int max_version);

/* The same with a certificate for 127.0.0.1 and door.test. Returns a folder, there until script_server_end(), with ca.pem that
 * trusts it, and client.pem with client.key, which a client has to show when `wants_client`. */
const char *script_server_start_trusted(struct script_server *server, const char *const *steps,
                                        bool wants_client);

/* Wait until the script is done and nothing is open. */
void script_server_end(struct script_server *server);

/* The same for a script that will not be done, as no connection comes any more. */
void script_server_stop(struct script_server *server);

/* A port of 127.0.0.1 on which nobody listens. */
uint16_t script_server_dead_port(void);

#endif
