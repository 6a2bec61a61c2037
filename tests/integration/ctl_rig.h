/* SPDX-License-Identifier: MIT */
/* vmmctl as a process, against a server that answers by a script: what it asks, what it prints, how it exits. */
#ifndef CTL_RIG_H
#define CTL_RIG_H

#include <criterion/criterion.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ipc/ctl_server.h"

/* Entries of a script leave out what they do not need. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define VMMCTL      VMM_BIN_DIR "/vmmctl"
#define CANARY      "c4n4ry \"% $(x) \xc3\xa9"
#define CANARY_JSON "c4n4ry \\\"% $(x) \xc3\xa9"
#define ASKED_MAX   128

/* One line of the script: what is answered to a verb. It is used once, unless it is the verb's
 * last. */
struct answer {
    const char *verb;
    const char *rows;   /* JSON list, or NULL */
    const char *result; /* JSON object, or NULL */
    const char *error;  /* a code, or NULL */
};

struct fixture {
    char folder[64];
    struct event_base *base;
    struct ctl_server *status;
    struct ctl_server *control;
    const struct answer *script; /* ended by a verb of NULL */
    bool used[32];
    size_t asked;
    char *requests[ASKED_MAX]; /* "VERB ARGS" in JSON, with the socket's first letter in front */
    struct buf argv_seen;      /* the command line and environment of the asking process */
    struct buf out;
    struct buf err;
    int code;
};

extern struct fixture it;

#define PATIENCE_US (20 * CLOCK_S)

/* Of each test; a suite is TestSuite(NAME, .init = ctl_rig_open, .fini = ctl_rig_close). */
void ctl_rig_open(void);
void ctl_rig_close(void);

/* Listen at both sockets; before that, nobody does. */
void ctl_rig_listen(void);

/* Run "vmmctl --socket FOLDER …" with this standard input. */
void ctl_rig_run(const char *input, char *const *words);

/* Read what is there; false when the stream has ended. */
bool ctl_rig_read(int fd, struct buf *into);

/* Serve until both streams of a program that was started have ended (`err` -1: there is one), and take its exit code. */
void ctl_rig_serve(pid_t pid, int out, int err);

/* The request of this number was this one. */
void ctl_rig_asked(size_t n, const char *request);

/* The secret stood in no argument, environment, answer or complaint. */
void ctl_rig_nowhere(const char *secret);

#define RUN(...)              ctl_rig_run("", (char *[]){__VA_ARGS__, NULL})
#define RUN_INPUT(input, ...) ctl_rig_run(input, (char *[]){__VA_ARGS__, NULL})
#define OUT                   buf_cstr(&it.out)
#define ERR                   buf_cstr(&it.err)
#define SCRIPT(...)           (it.script = (const struct answer[]){__VA_ARGS__, {0}}, ctl_rig_listen())

#endif
