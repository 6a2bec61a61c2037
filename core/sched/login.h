/* SPDX-License-Identifier: MIT */
/* The rules of one account: when it may log in, and what the answer makes of it. Pure. */
#ifndef VMM_SCHED_LOGIN_H
#define VMM_SCHED_LOGIN_H

#include "sched/ledger.h"

#define LOGIN_FREE  0u /* proven: go */
#define LOGIN_BEGUN 1u /* not proven: go, once the record is written */
#define LOGIN_BUSY  2u /* another job is trying */
#define LOGIN_LATER 3u /* not before login_at() */

/* What a login left behind that is to be undone when it was never sent. */
struct login_before {
    int64_t retry_wall[2];
};

/* Fill in the defaults for zeros. */
void login_limits(struct ledger_limits *limits);

/* The earliest time of the next login; not later than the rules' own waits seen from now. */
int64_t login_at(const struct ledger_record *record, const struct ledger_limits *limits,
                 int64_t now_wall);

/* Ask for a login; LOGIN_BEGUN marks the record as in use. */
uint32_t login_enter(struct ledger_record *record, const struct ledger_limits *limits,
                     int64_t now_wall, struct login_before *before);

/* The job with the login has ended; `begun` when it was LOGIN_BEGUN. True when the record has
 * changed. */
bool login_settle(struct ledger_record *record, const struct ledger_limits *limits,
                  const struct ledger_result *result, bool begun, const struct login_before *before,
                  int64_t now_wall);

/* A login that was open when the record was written: it counts as lost. True when the record has
 * changed. */
bool login_recover(struct ledger_record *record, int64_t now_wall);

#endif
