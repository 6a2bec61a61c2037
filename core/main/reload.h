/* SPDX-License-Identifier: MIT */
/*
 * SIGHUP and `vmmctl reload`: read everything anew, and take it up wholly or not at all.
 *
 * A storm of requests is coalesced: what comes while a reload is under way leads to one more after it.
 */
#ifndef MAIN_RELOAD_H
#define MAIN_RELOAD_H

#include "main/daemon.h"

struct reload;

/* Told when the reload that was asked for has ended. `refused` NULL: done, and `changed` are the lines of what
 * changed, ended by NULL; else one line that says why nothing changed. Borrowed for the call. */
typedef void (*reload_done_fn)(void *arg, const char *refused, const char *const *changed);

struct reload *reload_create(struct daemon *daemon);
void reload_destroy(struct reload *reload);

/* Ask for one; `done` NULL: the log is told. */
void reload_request(struct reload *reload, reload_done_fn done, void *arg);

/* The configuration that new generations are started with: the candidate during a reload. */
const struct config *reload_config(const struct reload *reload);

/* The plugin set has ended its part; `refused` as above. */
void reload_plugins_done(struct reload *reload, const char *refused);

#endif
