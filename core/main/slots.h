/* SPDX-License-Identifier: MIT */
/* What a look's way shares: its slot and its lease. Used by look.c, result.c, loss.c and visit.c alone. */
#ifndef MAIN_SLOTS_H
#define MAIN_SLOTS_H

#include "main/watch.h"

/* ---- slots.c ---- */

/* A free slot with an id of its own. NULL: too many, or no memory. Pointers to slots taken before are void. */
struct look *slot_take(struct watch *watch);

/* Which slot it is: what struct watched and struct provider keep. */
uint32_t slot_number(const struct watch *watch, const struct look *look);

/* The look of this id, NULL when it has ended. */
struct look *slot_find(struct watch *watch, uint64_t id);

/* Take the look off its device and provider; the slot stays until slot_free(). */
void slot_detach(struct watch *watch, struct look *look);
void slot_free(struct watch *watch, struct look *look);

/* ---- look.c ---- */

/* Ask the ledger, now. */
void look_ask(struct watch *watch, const struct ledger_ask *ask, struct ledger_answer *answer);

/* Give its lease back, and write down what that changed. */
void look_settle(struct watch *watch, const struct look *look, const struct ledger_result *result);

/* Nothing can be written down: the look is made without its login, which waits for better times. */
void look_without_login(struct watch *watch, struct look *look);

/* True when sessions that a lost host leaves at a device stay there for a while. */
bool look_keeps_sessions(const struct provider *provider);

/* ---- result.c ---- */

/* What a result says of the login. `may_boot`: a refusal may come from a device that boots. */
struct ledger_result look_ledger_result(const struct result_message *result, bool may_boot);

#endif
