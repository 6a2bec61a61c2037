/* SPDX-License-Identifier: MIT */
/*
 * What is on its way to the disk. Verdicts are told from memory, their events from the disk: who is to find the event of
 * a verdict that he has seen waits until all that was handed to the store before his question is there.
 */
#ifndef MAIN_WRITTEN_H
#define MAIN_WRITTEN_H

struct daemon;
struct written;

/* It is there, or the disk takes nothing and the wait has lasted a second. Called once. */
typedef void (*written_fn)(void *arg);

/* NULL: there is nothing to wait for, or no memory; `done` is not called. */
struct written *written_wait(struct daemon *daemon, written_fn done, void *arg);

/* Nobody waits any more: `done` will not be called. NULL is allowed. */
void written_forget(struct written *written);

#endif
