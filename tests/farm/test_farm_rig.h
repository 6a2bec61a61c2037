/* SPDX-License-Identifier: MIT */
/* A running vmm-farm for tests, and clients that are not ours: curl, and bare sockets. */
#ifndef FARM_TEST_RIG_H
#define FARM_TEST_RIG_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct rig {
    pid_t pid;
    int control;
    char folder[64];
    json_t *places;
};

/* What curl saw. */
struct rig_look {
    int exit;   /* curl's exit code */
    int status; /* 0: none */
    double seconds;
    char body[8192];
};

/* Starts the farm on a scenario given as text and waits until it listens. */
void rig_start(struct rig *rig, const char *scenario);

/* A scenario of one device "d1" at 127.77.0.1 with the user admin:right, of this personality, with
 * this text of further keys of the group (", \"override\": {…}"), or "". */
void rig_start_one(struct rig *rig, const char *personality, const char *further);

/* SIGTERM; the farm has to exit with 0. Returns the report it wrote (a new reference). */
json_t *rig_stop(struct rig *rig);

/* rig_stop, without a look at the report. */
void rig_end(struct rig *rig);

/* Sends one line to the control socket and returns the reply (a new reference). */
json_t *rig_ask(struct rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* rig_ask, which has to answer ok. */
void rig_do(struct rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A number of the device's report; -1 when it has none. */
long rig_count(struct rig *rig, const char *device, const char *name);

/* curl with OPTIONS (may be "") for PATH at DEVICE. The limit of time is 10 s unless OPTIONS say so. */
struct rig_look rig_curl(const struct rig *rig, const char *device, const char *path,
                         const char *options);

/* A connection to DEVICE; fails the test when there is none. */
int rig_connect(const struct rig *rig, const char *device);

/* Writes TEXT and reads until END stands in the answer or the connection ends (at most 5 s).
 * Returns the number of bytes in ANSWER, which is NUL-terminated; -1 for a reset. */
ssize_t rig_exchange(int fd, const char *text, const char *end, char *answer, size_t size);

/* Runs the farm on a scenario that it has to refuse; its message goes to MESSAGE. */
int rig_refused(const char *scenario, char *message, size_t size);

#endif
