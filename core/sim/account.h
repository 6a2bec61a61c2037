/* SPDX-License-Identifier: MIT */
/*
 * The accounts at the devices of a small fleet: somebody changes a password, hours later the operator learns of it. A device
 * sees every login that is tried, also by a node that crashes before it hears of the answer, and counts: nobody is locked
 * out by being watched.
 */
#ifndef SIM_ACCOUNT_H
#define SIM_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

struct sim;

struct account {
    int64_t wrong_from; /* the password that the node knows is wrong from then … */
    int64_t wrong_until;
    uint64_t generation; /* of the credential, as it is configured */
    int64_t refused[3];  /* the last wrong logins of this generation, the newest first; 0: none */
    int64_t excused;     /* the last one that had an excuse */
    uint32_t excuses;    /* of those, in a row */
};

/* An account at each device, if the plan has any; else sim->accounts is NULL. */
void accounts_init(struct sim *sim);
void accounts_finish(struct sim *sim);

/* A login reaches the device now; true: it is accepted. `excused`: its refusal would condemn nothing. */
bool account_login(struct sim *sim, uint32_t device, bool excused);

/* The operator sets the credential anew, and right. */
void account_renew(struct sim *sim, uint32_t device);

/* The node crashes, and nobody knows that this device refused the login which is under way. */
void account_forget(struct sim *sim, uint32_t device);

#endif
