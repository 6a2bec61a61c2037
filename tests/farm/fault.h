/* SPDX-License-Identifier: MIT */
/*
 * What can be wrong with a device: set for a time or until cleared, by a schedule or over the
 * control socket. Several may act at once. Written "name" or "name:argument[,argument]".
 */
#ifndef FARM_FAULT_H
#define FARM_FAULT_H

#include "farm/device.h"
#include "farm/loop.h"

struct farm;

enum fault_kind {
    FAULT_DOWN,           /* connections are refused (own listener) or reset (shared listener) */
    FAULT_UNREACHABLE,    /* packets to it are dropped: a connect times out */
    FAULT_BLACKHOLE,      /* takes the connection, never answers */
    FAULT_SLOW,           /* :MS (6000) before each answer */
    FAULT_GARBAGE,        /* random bytes instead of an answer, then closes */
    FAULT_TRUNCATE,       /* :head or :body (body): half of it, then closes */
    FAULT_CLOSE,          /* accepts, closes at once */
    FAULT_RESET,          /* half of the body, then a reset */
    FAULT_WRONG_LENGTH,   /* Content-Length is :N (100) too large; below 0: too small */
    FAULT_ENDLESS,        /* a body that never ends, without Content-Length */
    FAULT_WRONG_PASSWORD, /* 401 to every login, counted as bad ones */
    FAULT_BUSY,           /* 503 (HTTP) or 453 (RTSP), or :STATUS */
    FAULT_LIMIT,          /* at most :N (0) connections; then as the personality says */
    FAULT_REBOOT,         /* :DOWN_S,STARTING_S (30,20): down, then starting; nonces forgotten */
    FAULT_HTTP_ERROR,     /* :STATUS (500) */
    FAULT_WRONG_CLOCK,    /* :SECONDS (-86400) added to the device's clock */
    FAULT_HUGE,           /* a body of :MB (100) */
    FAULT_SLOWLORIS,      /* one byte every :MS (1000) */
    FAULT_STARTING,       /* 401 to everything, credentials unchecked: the end of a reboot */
    FAULT_COUNT
};

/* A fault as it was asked for. */
struct fault {
    enum fault_kind kind;
    int64_t value;
    int64_t second; /* of a reboot */
};

/* Reads "name:argument". False: a problem is noted. */
bool fault_read(const char *text, struct fault *fault, struct problem *problem);

/* The kind of a name without argument; FAULT_COUNT: none has it. */
enum fault_kind fault_kind_of(const char *name);

/* Its name. */
const char *fault_name(enum fault_kind kind);

/* Does it act now? */
static inline bool fault_is_on(const struct device *device, enum fault_kind kind)
{
    return (device->faults >> kind & 1) != 0;
}

/* The argument of a fault that acts now. */
int64_t fault_value(const struct device *device, enum fault_kind kind);

/* Sets FAULT on DEVICE for FOR_US, 0: until cleared. */
void fault_set(struct farm *farm, struct device *device, const struct fault *fault,
               uint64_t for_us);

/* Takes one kind away, or all. */
void fault_clear(struct farm *farm, struct device *device, enum fault_kind kind);
void fault_clear_all(struct farm *farm, struct device *device);

#endif
