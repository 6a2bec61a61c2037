/* SPDX-License-Identifier: MIT */
/*
 * What the peers share: programs that look at the same devices as vmmd does, at the same pace, each in its own
 * way. The bench starts a peer with
 *
 *     peer_NAME FLEET PERIOD_MS [OPTION=VALUE …]
 *
 * and speaks with it over standard input and output, a line each way:
 *
 *     prepare   look at each device once, as fast as may be     ready LOOKS
 *     go        look at each device once a period               going
 *     stop      end what is under way                           stopped BEGUN GOOD FAILED
 *     cpu       user and system time, finished children too        cpu MICROSECONDS
 *
 * The end of standard input ends the peer.
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PEER_TIMEOUT_US   10000000u /* of one look, as the bench sets it for vmmd */
#define PEER_IMPATIENT_US 2000000u  /* of one look while preparing: some devices never answer */
#define PEER_PREPARE      512u      /* looks at once while preparing */
#define PEER_NONE         UINT32_MAX

struct peer_device {
    struct sockaddr_in address;
    char host[24]; /* ADDRESS:PORT */
    bool busy;     /* a look is under way */
};

/* The devices, and what to ask of them. From a file: "user password path", then lines "address port". */
struct peer_fleet {
    char user[64];
    char password[64];
    char path[128];
    struct peer_device *devices;
    uint32_t count;
};

/* 0, or -1 with a line on standard error. */
int peer_fleet_read(struct peer_fleet *fleet, const char *file);
void peer_fleet_finish(struct peer_fleet *fleet);

/*
 * Which device is due when: each once a period, at a time drawn at random and the same in each period, as the
 * schedule of vmmd has it. Times are multiples of a millisecond, as there.
 */
struct pacer {
    uint32_t *at_ms; /* ascending, within the period */
    uint32_t *device;
    uint32_t count;
    uint32_t period_ms;
    uint32_t next;
    uint64_t base_us; /* when the present period began */
};

int pacer_init(struct pacer *pacer, uint32_t count, uint32_t period_ms);
void pacer_finish(struct pacer *pacer);

/* Go on where it stopped, with the next device due now. */
void pacer_start(struct pacer *pacer, uint64_t now_us);

/* The device that is due, once; PEER_NONE: none is. */
uint32_t pacer_take(struct pacer *pacer, uint64_t now_us);

/* Microseconds until the next is due; 0: now. */
uint64_t pacer_wait_us(const struct pacer *pacer, uint64_t now_us);

/* Monotonic microseconds. */
uint64_t peer_now_us(void);

/* What the commands see and drive. */
struct peer {
    struct peer_fleet fleet;
    struct pacer pacer;
    bool going;
    uint32_t to_prepare; /* the next device to prepare; PEER_NONE: not preparing */
    uint32_t in_flight;
    uint64_t begun;
    uint64_t good;
    uint64_t failed;
    /* Set by the program: begin a look (false: it could not be), and end all that are under way. */
    bool (*look)(struct peer *peer, uint32_t device);
    void (*abort)(struct peer *peer);
};

/* Read the command line and the fleet; what is left of the options is the program's. 0 or an exit status. */
int peer_init(struct peer *peer, int argc, char **argv);
void peer_finish(struct peer *peer);

/* The value of OPTION=VALUE on the command line, or `otherwise`. */
const char *peer_option(int argc, char **argv, const char *name, const char *otherwise);

/* Read and carry out commands; false at the end of standard input. */
bool peer_command(struct peer *peer);

/* Begin what is due, or is still to be prepared. */
void peer_begin_due(struct peer *peer);

/* A look has ended; says "ready" when it was the last to be prepared. */
void peer_look_done(struct peer *peer, uint32_t device, bool good);

/* How long a look that begins now may take, in microseconds. */
uint64_t peer_timeout_us(const struct peer *peer);

/* Milliseconds until something is due, rounded up; -1: nothing. */
int peer_wait_ms(const struct peer *peer);

#endif
