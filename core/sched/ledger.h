/* SPDX-License-Identifier: MIT */
/*
 * The ledger: what may be asked of an endpoint, and who may log in.
 *
 * An endpoint is (site, host as configured, port group). It has a budget of looks and of
 * connections; each job that talks to it holds a lease. An account is one credential at one
 * endpoint; it is unproven until a login was accepted, proven after that, refused after a refusal.
 * An unproven account is used by one job at a time, and its login is written down before the job
 * goes out, so that no crash makes a second one.
 *
 * Rules:
 *   - a lost job counts as a refusal of an account that is not proven, here and nowhere else;
 *   - after a refusal no login for 30 min, and at most two in a day, until a new generation comes;
 *   - never while the device says it is locked;
 *   - a refusal with an excuse (a connection limit, a boot less than 90 s ago, a stepped clock, one
 *     path only) and a first login without any answer condemn nothing; the next login waits 90 s,
 *     after two such in a row 30 min;
 *   - a proven account logs in as it likes, until it is refused;
 *   - sessions of a lost job keep their connections for 60 s more; plain connections are free.
 * Rungs that need no login go on all the time.
 *
 * Endpoints, ways and accounts are dense handles of the caller's. Asking and settling cost the same
 * at a thousand and at a million endpoints and allocate nothing. Single-threaded.
 *
 * Times of logins survive a restart and are therefore wall-clock; leases are measured by the
 * monotonic clock. A wall clock that steps back never makes a wait longer than the rule's own.
 */
#ifndef VMM_SCHED_LEDGER_H
#define VMM_SCHED_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_NONE UINT32_MAX /* no account, no way */

#define LEDGER_UNPROVEN 0u
#define LEDGER_PROVEN   1u
#define LEDGER_REFUSED  2u

struct ledger;

/* Zero takes the default. */
struct ledger_limits {
    uint64_t lost_hold_us;   /* sessions of a lost job count for: 60 s */
    uint64_t retry_us;       /* after a refusal no login for: 30 min */
    uint64_t excuse_wait_us; /* after an excused one no login for: 90 s */
    uint64_t day_us;         /* the day in which retries are counted: 24 h */
    uint64_t busy_wait_us;   /* hint to ask again when the budget is used up: 250 ms */
    uint32_t retries_a_day;  /* 2 */
    uint32_t excuses;        /* in a row, until they too wait for retry_us: 2 */
    uint32_t leases;         /* at once, over all endpoints: 4,096 */
};

struct ledger_time {
    uint64_t mono_us;
    int64_t wall_us;
};

/* The durable part of an account: plain numbers, written down field by field. */
struct ledger_record {
    uint64_t generation;     /* of the credential */
    int64_t begun_wall;      /* a login that was not proven went out; 0: none is open */
    int64_t refused_wall;    /* the last refusal; 0: none */
    int64_t retry_wall[2];   /* the last two logins after a refusal; 0: none */
    int64_t not_before_wall; /* no login before: excuse or lock; 0: none */
    uint32_t account;        /* the caller's handle */
    uint8_t state;           /* LEDGER_UNPROVEN … */
    uint8_t excuses;         /* excused refusals in a row */
    uint8_t lost;            /* the refusal is a lost job, not an answer of the device */
    uint8_t pad;
};

/* NULL when there is no memory. `limits` may be NULL: all defaults. */
struct ledger *ledger_create(const struct ledger_limits *limits);
void ledger_destroy(struct ledger *ledger);

/* ---- What there is ---- */

/* Add an endpoint or change its budget: looks at once (0: 1) and connections at once (0: no limit),
 * and the way its site is reached by (LEDGER_NONE: none with a ceiling). Leases that are out stay.
 * VMM_E_NOMEM. */
int ledger_endpoint(struct ledger *ledger, uint32_t endpoint, uint32_t looks, uint32_t connections,
                    uint32_t way);

/* The ceiling of looks at once over a way; 0: none. VMM_E_NOMEM. */
int ledger_way(struct ledger *ledger, uint32_t way, uint32_t looks);

/* Say which generation of the credential an account uses. A new generation is unproven; the
 * generation that is known changes nothing. When it returns 1, `record` is to be written; 0:
 * nothing new. VMM_E_NOMEM. */
int ledger_account(struct ledger *ledger, uint32_t account, uint64_t generation,
                   struct ledger_record *record);

/* Read back what was written. A login that had begun counts as lost. Call it before
 * ledger_account(). When it returns 1, the record has changed by this and `changed` is to be
 * written. VMM_E_CORRUPT: not used. VMM_E_NOMEM. */
int ledger_restore(struct ledger *ledger, const struct ledger_record *record,
                   struct ledger_time now, struct ledger_record *changed);

/* Nothing is known of an account any more: it is one that was never added. Not while a lease of it is out. */
void ledger_forget(struct ledger *ledger, uint32_t account);

/* ---- Asking and settling ---- */

struct ledger_ask {
    uint32_t endpoint;
    uint32_t account;     /* LEDGER_NONE: the device has none */
    uint32_t connections; /* that the job may hold at once; at least 1 */
    bool login;           /* the job would log in if it may; false for trials and repeats */
    bool session; /* it keeps sessions at the device (RTSP, login) that outlive a lost host */
};

#define LEDGER_GRANTED     0u
#define LEDGER_WAIT_LOOKS  1u /* the endpoint's looks or connections are used up */
#define LEDGER_WAIT_WAY    2u /* the ceiling of the way is reached */
#define LEDGER_WAIT_LOGIN  3u /* another job is trying the unproven account */
#define LEDGER_WAIT_LEASES 4u /* all leases are out */
#define LEDGER_UNKNOWN     5u /* no such endpoint was added */

struct ledger_answer {
    uint64_t lease;   /* with LEDGER_GRANTED: to be settled exactly once */
    uint64_t wait_us; /* else: ask again after this, or when something of the endpoint is settled */
    int64_t login_at_wall; /* granted, but no login before; 0: not the case, INT64_MAX: unknown */
    uint32_t verdict;      /* LEDGER_GRANTED or LEDGER_WAIT_* */
    bool may_login;
    bool write; /* `record` has to be durable before the job goes out */
    struct ledger_record record;
};

/* The endpoint will be asked for soon: bring it near. */
void ledger_fetch(const struct ledger *ledger, uint32_t endpoint);

/* Ask for a lease. More connections than the endpoint has are cut to what it has. An unknown
 * account never logs in. With `write` the account counts as in use until the lease is settled. */
void ledger_ask(struct ledger *ledger, const struct ledger_ask *ask, struct ledger_time now,
                struct ledger_answer *answer);

struct ledger_result {
    bool lost;        /* the host died or was killed; what the job did is not known */
    bool login_tried; /* a credential was sent */
    bool login_accepted;
    bool login_refused;
    bool excused; /* a refusal that condemns nothing: limit, boot, stepped clock, one path only */
    int64_t locked_until_wall; /* the device says it is locked until then; 0: it does not */
};

/* Give a lease back. True when `record` is to be written (before the next login, at leisure
 * otherwise). A lease that is not out is ignored: a job settled twice frees nothing twice. */
bool ledger_settle(struct ledger *ledger, uint64_t lease, const struct ledger_result *result,
                   struct ledger_time now, struct ledger_record *record);

/* ---- Looking ---- */

/* What is known of an account. VMM_E_NOENT. */
int ledger_account_get(const struct ledger *ledger, uint32_t account, struct ledger_record *record);

/* True when its credential was refused by the device, and not merely lost. */
bool ledger_is_refused(const struct ledger *ledger, uint32_t account);

/* When the account may next log in, wall clock; 0: now, INT64_MAX: unknown account. */
int64_t ledger_login_at(const struct ledger *ledger, uint32_t account, int64_t now_wall);

/* Looks, and connections with those of lost jobs, that are out at an endpoint. */
uint32_t ledger_looks_out(const struct ledger *ledger, uint32_t endpoint);
uint32_t ledger_connections_out(struct ledger *ledger, uint32_t endpoint, struct ledger_time now);

/* Leases out over all endpoints, without those of lost jobs. */
uint32_t ledger_leases_out(const struct ledger *ledger);

#endif
