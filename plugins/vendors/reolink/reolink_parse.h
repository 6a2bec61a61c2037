/* SPDX-License-Identifier: MIT */
/*
 * What the answers of api.cgi mean: lists of {"cmd", "code", "value"} or, with "error", refusals.
 * Bytes in, facts out; no I/O.
 */
#ifndef REOLINK_PARSE_H
#define REOLINK_PARSE_H

#include <vmm/http.h>

#include <kit/datetime.h>
#include <kit/json.h>
#include <kit/observe.h>
#include <kit/wallclock.h>

#define REOLINK_CHANNELS_MAX 64u
#define REOLINK_TOKEN_MAX    128u

/* What the device says to one command. */
enum reolink_word {
    REOLINK_DONE,
    REOLINK_ABSENT,  /* the answer does not mention the command */
    REOLINK_REFUSED, /* the credential */
    REOLINK_LOCKED,
    REOLINK_BUSY,    /* too many sessions or logins */
    REOLINK_UNKNOWN, /* the device does not know the command */
    REOLINK_FAILED   /* any other error */
};

struct reolink_device {
    bool is_recorder;
    uint32_t channel_count; /* as the device counts them, at most REOLINK_CHANNELS_MAX */
    bool is_used[REOLINK_CHANNELS_MAX]; /* a camera is set up there */
    bool expect_disk;                   /* set before: a recorder without any is a fault */
    bool has_no_disk;                   /* the list of disks was read, and is empty */
    bool has_clock;
    struct vmm_datetime clock; /* the device's wall clock */
};

/* Read an answer. VMM_E_PROTO when it is no list of answers to commands. */
int reolink_parse(struct vmm_text body, struct json_t **reply);

/* What stands for the command in the `place`th of its answers; `*value` is set on DONE. */
enum reolink_word reolink_find(const struct json_t *reply, const char *command, size_t place,
                               const struct json_t **value);

/* The token of a login, ended by NUL. */
enum reolink_word reolink_read_login(const struct json_t *reply, char token[REOLINK_TOKEN_MAX + 1]);

/* Report identity, clock, time server, ports, disks and channels. ABSENT, and nothing told, when the
 * identity is not there. */
enum reolink_word reolink_read_device(const struct json_t *reply,
                                      const struct vmm_wallclock_zone *zone,
                                      const struct vmm_http_answer *answer,
                                      struct reolink_device *device, const struct vmm_observer *to);

/* Report how each channel is recorded. */
void reolink_read_schedules(const struct json_t *reply, const struct vmm_observer *to);

/* A moment as {"year", "mon", "day", "hour", "min", "sec"}. */
bool reolink_read_time(const struct json_t *time, struct vmm_datetime *at);

/* ---- reolink_footage.c ---- */

/* By the device's wall clock, milliseconds as if UTC. */
struct reolink_footage {
    bool has_begin;
    bool has_end;
    int64_t oldest_ms;
    int64_t newest_ms;
};

/* The files that a Search found. False when the answer says nothing of them, not even that there are none. */
bool reolink_read_footage(const struct json_t *reply, struct reolink_footage *footage);

/* The days of a month with footage that a Search for days found, bit n for day n; likewise. */
bool reolink_read_days(const struct json_t *reply, int32_t year, int32_t month, uint32_t *days);

#endif
