/* SPDX-License-Identifier: MIT */
/*
 * The life of one host process, decided without a clock or a process: the shell feeds what happened and does
 * what the answer says.
 *
 *   IDLE ─spawn─▶ LOADING ─described─▶ OPENING ─ready─▶ READY ─drain─▶ DRAINING ─▶ GONE
 *    ▲                │                   │               │               │
 *    └── backoff ◀────┴───── exit ◀───────┴──── PARTED, KILLED ◀──────────┘
 */
#ifndef SUPERVISE_LIFE_H
#define SUPERVISE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

enum life_state {
    LIFE_IDLE,     /* no process; one is started when its time has come */
    LIFE_LOADING,  /* LOAD was sent, the descriptor is awaited */
    LIFE_OPENING,  /* CONFIGURE was sent, READY is awaited */
    LIFE_READY,    /* takes work */
    LIFE_DRAINING, /* takes no more work, finishes what it has */
    LIFE_PARTED,   /* its stream has ended: its exit is awaited, which tells why */
    LIFE_KILLED,   /* SIGKILL was sent, the exit is awaited */
    LIFE_GONE,     /* over for good */
};

enum life_input {
    LIFE_TICK,         /* time has passed */
    LIFE_SPAWNED,      /* the process runs and LOAD was sent */
    LIFE_SPAWN_FAILED, /* it could not be started */
    LIFE_DESCRIBED,    /* its descriptor is one we can use, CONFIGURE was sent */
    LIFE_UNUSABLE,     /* its descriptor or its open() failed: starting again at once is no use */
    LIFE_UP,           /* READY came */
    LIFE_PONG,         /* it answered the ping */
    LIFE_BREACH,       /* it broke the protocol */
    LIFE_HANGUP,       /* its stream ended; a process that dies closes it before its exit is seen */
    LIFE_DRAIN,        /* it shall end in order */
    LIFE_DRAINED,      /* it has nothing left */
    LIFE_EXIT_KILLED, /* the process was ended by a signal that others send: KILL, TERM, INT, HUP, QUIT */
    LIFE_EXIT_OTHER, /* the process ended in any other way */
};

#define LIFE_DO_SPAWN   1u  /* start the process */
#define LIFE_DO_PING    2u  /* send PING */
#define LIFE_DO_DRAIN   4u  /* send DRAIN */
#define LIFE_DO_KILL    8u  /* send SIGKILL */
#define LIFE_TELL_LOST  16u /* what it had under way is lost; run it again elsewhere */
#define LIFE_TELL_CRASH 32u /* with LOST: by its own fault, so what was under way is suspect */
#define LIFE_TELL_GONE  64u /* the host will not come back */

struct life_policy {
    uint64_t load_us;       /* from start to DESCRIBED, and from there to READY */
    uint64_t ping_every_us; /* between pings */
    uint64_t ping_limit_us; /* from PING to PONG */
    uint64_t drain_us;      /* from DRAIN to DRAINED */
    uint64_t part_us;       /* from the end of its stream to its exit */
    uint64_t backoff_us;    /* after the first crash; doubles with each one */
    uint64_t backoff_max_us;
    uint64_t well_us; /* a process that lived this long starts the count of crashes anew */
};

struct life {
    enum life_state state;
    bool killed_by_us;
    bool crash_seen;      /* the kill was for a fault of its own */
    bool ping_out;        /* a PING is not answered yet */
    bool ending;          /* drain was asked for */
    uint32_t crashes;     /* in a row */
    uint64_t since_us;    /* when the state was entered */
    uint64_t started_us;  /* when the process was started */
    uint64_t ping_us;     /* when the last PING was sent */
    uint64_t start_at_us; /* IDLE: when to start */
};

/* Limits fit for a daemon with a camera fleet. */
struct life_policy life_policy_default(void);

/* A life that begins with a start at once. */
void life_init(struct life *life, uint64_t now_us);

/* Feed one input; returns what to do, LIFE_DO_* and LIFE_TELL_*. */
uint32_t life_step(const struct life_policy *policy, struct life *life, enum life_input input,
                   uint64_t now_us);

/* When the next LIFE_TICK is due; UINT64_MAX when none is. */
uint64_t life_next(const struct life_policy *policy, const struct life *life);

/* The core itself was stopped for a while: limits that ran meanwhile start anew. */
void life_forgive(struct life *life, uint64_t now_us);

#endif
