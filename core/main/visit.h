/* SPDX-License-Identifier: MIT */
/*
 * A visit: one look at an address that is not of the fleet, for a person who asks for it.
 *
 *   ask ─▶ ledger ─▶ (login written down) ─▶ job ─▶ result ─▶ told
 *
 * It holds to the same endpoint budgets and login memory as the looks of the fleet, and is one attempt: what cannot
 * be done now is told, nothing waits and nothing is made again. It judges nobody, and nothing of it is kept but what
 * the ledger has to remember.
 */
#ifndef MAIN_VISIT_H
#define MAIN_VISIT_H

#include "main/visit_order.h"
#include "main/watch.h"

/* It has ended. `result` (borrowed) is what was seen, by a look that began at `started_wall`; NULL: there is none, and
 * `why` says so in one line. */
typedef void (*visit_done_fn)(void *arg, const struct result_message *result, int64_t started_wall,
                              const char *why);

struct visit {
    struct visit_order order;
    uint32_t endpoint; /* of the ledger */
    uint32_t account;  /* of the ledger; LEDGER_NONE without a login */
    visit_done_fn done;
    void *arg;
};

/*
 * Begin one; the order is taken over in any case. 0: `done` will be called, once. VMM_E_AGAIN: its endpoint or its
 * provider has no place now; VMM_E_STATE: its provider takes no work; VMM_E_NOMEM; then `why` says it in one line, and
 * `done` is not called.
 */
int visit_begin(struct watch *watch, struct visit_order *order, visit_done_fn done, void *arg,
                char why[VISIT_WHY_MAX]);

/* How the look of a visit ends: by its result; with its host; because its login cannot be written down in time. */
void visit_result(struct watch *watch, struct look *look, const struct result_message *result);
void visit_lost(struct watch *watch, struct look *look);
void visit_late(struct watch *watch, struct look *look);

/* All that are under way are told that the daemon ends. */
void visit_end_all(struct watch *watch);

#endif
