/* SPDX-License-Identifier: MIT */
#include "sched/login.h"

#include <string.h>

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

#define RETRIES_KEPT 2u

static uint64_t or_default(uint64_t value, uint64_t fallback)
{
    return value != 0 ? value : fallback;
}

void login_limits(struct ledger_limits *limits)
{
    limits->lost_hold_us = or_default(limits->lost_hold_us, 60 * SECOND);
    limits->retry_us = or_default(limits->retry_us, 30 * MINUTE);
    limits->excuse_wait_us = or_default(limits->excuse_wait_us, 90 * SECOND);
    limits->day_us = or_default(limits->day_us, 24 * HOUR);
    limits->busy_wait_us = or_default(limits->busy_wait_us, SECOND / 4);
    limits->retries_a_day = (uint32_t)or_default(limits->retries_a_day, RETRIES_KEPT);
    limits->excuses = (uint32_t)or_default(limits->excuses, 2);
    limits->leases = (uint32_t)or_default(limits->leases, 4096);
    if (limits->retries_a_day > RETRIES_KEPT) {
        limits->retries_a_day = RETRIES_KEPT;
    }
}

/* A time of the past that lies ahead, because the wall clock was set back, was now at the latest.
 */
static int64_t past(int64_t wall, int64_t now_wall)
{
    return wall < now_wall ? wall : now_wall;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t after_refusal(const struct ledger_record *record, const struct ledger_limits *limits,
                             int64_t now_wall)
{
    int64_t at = past(record->refused_wall, now_wall) + (int64_t)limits->retry_us;
    int64_t counted = record->retry_wall[RETRIES_KEPT - limits->retries_a_day];
    if (counted != 0) {
        at = later(at, past(counted, now_wall) + (int64_t)limits->day_us);
    }
    return at;
}

int64_t login_at(const struct ledger_record *record, const struct ledger_limits *limits,
                 int64_t now_wall)
{
    int64_t at = record->not_before_wall;
    if (at > now_wall + (int64_t)limits->day_us) {
        at = now_wall + (int64_t)limits->day_us;
    }
    if (record->state == LEDGER_REFUSED) {
        at = later(at, after_refusal(record, limits, now_wall));
    }
    return at;
}

/* What a wall clock set back has left in the future is brought back to now, so that the waits run
 * from now. */
static void rebase(struct ledger_record *record, const struct ledger_limits *limits,
                   int64_t now_wall)
{
    int64_t furthest = now_wall + (int64_t)limits->day_us;
    record->refused_wall = past(record->refused_wall, now_wall);
    record->retry_wall[0] = past(record->retry_wall[0], now_wall);
    record->retry_wall[1] = past(record->retry_wall[1], now_wall);
    record->not_before_wall = past(record->not_before_wall, furthest);
}

uint32_t login_enter(struct ledger_record *record, const struct ledger_limits *limits,
                     int64_t now_wall, struct login_before *before)
{
    memcpy(before->retry_wall, record->retry_wall, sizeof(before->retry_wall));
    rebase(record, limits, now_wall);
    if (record->begun_wall != 0) {
        return LOGIN_BUSY;
    }
    if (login_at(record, limits, now_wall) > now_wall) {
        return LOGIN_LATER;
    }
    if (record->state == LEDGER_PROVEN) {
        return LOGIN_FREE;
    }
    if (record->state == LEDGER_REFUSED) {
        record->retry_wall[0] = record->retry_wall[1];
        record->retry_wall[1] = now_wall;
    }
    record->begun_wall = now_wall;
    return LOGIN_BEGUN;
}

static void refuse(struct ledger_record *record, int64_t now_wall, bool lost)
{
    record->state = LEDGER_REFUSED;
    record->refused_wall = now_wall;
    record->lost = lost;
    record->excuses = 0;
}

/* The retry was sent some time between its beginning and now: it counts from now. */
static void date_retry(struct ledger_record *record, int64_t now_wall)
{
    if (record->state == LEDGER_REFUSED) {
        record->retry_wall[RETRIES_KEPT - 1] = now_wall;
    }
}

static void accept(struct ledger_record *record)
{
    record->state = LEDGER_PROVEN;
    record->refused_wall = 0;
    record->retry_wall[0] = 0;
    record->retry_wall[1] = 0;
    record->not_before_wall = 0;
    record->excuses = 0;
    record->lost = 0;
}

/* A refusal with an excuse, or no answer at all: it condemns nothing, but a device that goes on
 * like this is left alone as long as after a refusal. */
static void excuse(struct ledger_record *record, const struct ledger_limits *limits,
                   int64_t now_wall)
{
    uint64_t wait = record->excuses < limits->excuses ? limits->excuse_wait_us : limits->retry_us;
    if (record->excuses < UINT8_MAX) {
        record->excuses++;
    }
    record->not_before_wall = later(record->not_before_wall, now_wall + (int64_t)wait);
}

static void answer(struct ledger_record *record, const struct ledger_limits *limits,
                   const struct ledger_result *result, bool begun,
                   const struct login_before *before, int64_t now_wall)
{
    bool proven = record->state == LEDGER_PROVEN;
    if (begun && (result->lost || result->login_tried)) {
        date_retry(record, now_wall);
    }
    if (result->lost) {
        if (begun && !proven) {
            refuse(record, now_wall, true);
        }
    } else if (result->login_accepted) {
        accept(record);
    } else if (result->login_refused && result->excused) {
        excuse(record, limits, now_wall);
    } else if (result->login_refused) {
        refuse(record, now_wall, false);
    } else if (result->login_tried) {
        if (!proven) {
            excuse(record, limits, now_wall);
        }
    } else if (begun) {
        memcpy(record->retry_wall, before->retry_wall, sizeof(record->retry_wall));
    }
}

bool login_settle(struct ledger_record *record, const struct ledger_limits *limits,
                  const struct ledger_result *result, bool begun, const struct login_before *before,
                  int64_t now_wall)
{
    struct ledger_record old = *record;
    if (begun) {
        record->begun_wall = 0;
    }
    answer(record, limits, result, begun, before, now_wall);
    if (result->locked_until_wall > now_wall) {
        int64_t furthest = now_wall + (int64_t)limits->day_us;
        record->not_before_wall =
            later(record->not_before_wall, past(result->locked_until_wall, furthest));
    }
    return memcmp(&old, record, sizeof(old)) != 0;
}

bool login_recover(struct ledger_record *record, int64_t now_wall)
{
    if (record->begun_wall == 0) {
        return false;
    }
    record->begun_wall = 0;
    if (record->state != LEDGER_PROVEN) {
        date_retry(record, now_wall);
        refuse(record, now_wall, true);
    }
    return true;
}
