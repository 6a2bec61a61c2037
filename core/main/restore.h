/* SPDX-License-Identifier: MIT */
/* From the store into memory, at start. */
#ifndef MAIN_RESTORE_H
#define MAIN_RESTORE_H

#include "main/daemon.h"

/* Load fleet, states, ledger and cursors. 0, or an error that has been logged. */
int restore_fleet(struct daemon *daemon);

#endif
