/* SPDX-License-Identifier: MIT */
/*
 * What the rules do with a host of their own: begin it, open the plugin, look, and say how it went away. Each answers
 * VERIFY_KEPT while the host runs, for the caller to finish; else the detail is written and the host has ended.
 */
#ifndef CTL_VERIFY_STEP_H
#define CTL_VERIFY_STEP_H

#include "ctl/verify.h"
#include "ctl/verify_host.h"

#define VERIFY_START_MS    10000u
#define VERIFY_END_MS      5000u
#define VERIFY_GRACE_MS    1500u /* the host ends a look itself 1 s after it was cancelled */
#define VERIFY_MANY        16u   /* looks at once */
#define VERIFY_CONNECTIONS 2u    /* the budget of a look */

/* The host did not do what it had to: it is ended, and the detail says how it went. Always VERIFY_BROKEN. */
enum verify_verdict verify_gone(struct verify *verify, struct verify_host *host, const char *when);

/* Started and described. */
enum verify_verdict verify_describe(struct verify *verify, struct verify_host *host);

/* In a host that never opens it. */
enum verify_verdict verify_describe_only(struct verify *verify, struct verify_host *host);

/* And opened. */
enum verify_verdict verify_open(struct verify *verify, struct verify_host *host);

/* Ask for a look at a device on this loopback port; `may_login`: with a credential. */
void verify_put_look(struct verify *verify, struct verify_host *host, uint64_t id, uint16_t port,
                     bool may_login);

/* Looks `from` to `to` at once; false when not all end. */
bool verify_look_at_once(struct verify *verify, struct verify_host *host, uint16_t port,
                         uint32_t from, uint32_t to);

#endif
