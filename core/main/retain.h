/* SPDX-License-Identifier: MIT */
/*
 * What is older than anybody asks for goes, a little at a time: rows of the journal, the notification log, the days
 * and what people asked to be spared; and what is known of logins at addresses that are no device's. A row that a
 * destination or a copy of the record still has to get stays, however old it is.
 */
#ifndef MAIN_RETAIN_H
#define MAIN_RETAIN_H

#include "main/daemon.h"

struct retain;

/* NULL without memory. */
struct retain *retain_create(struct daemon *daemon);
void retain_destroy(struct retain *retain);

/* From now on. */
void retain_start(struct retain *retain);

#endif
