/* SPDX-License-Identifier: MIT */
/*
 * What plugins say of options that only they can judge ("vmm.options/1"), while a change of the fleet is planned.
 *
 *   plan ─▶ options_check_find() … ─▶ options_check_ask() ─▶ CHECK, CHECKED ─▶ `done` ─▶ plan again, all is known
 *
 * Each distinct text is asked once. A plugin that ends or is silent over a question has refused those options: looks
 * with them would end it as well.
 */
#ifndef MAIN_OPTIONS_CHECK_H
#define MAIN_OPTIONS_CHECK_H

#include <jansson.h>

#include "main/daemon.h"

struct options_check;

/* For one change; `serial` is another for each; `done` is called from the loop. NULL without memory. */
struct options_check *options_check_create(struct daemon *daemon, uint32_t serial,
                                           void (*done)(void *arg), void *arg);
void options_check_destroy(struct options_check *check);

/* What the plugin has said of these options, whole and valid by what it declares: 0, or VMM_E_INVAL with one line in
 * `why`. 0 as well when it is not known: it is asked next, where the plugin is ready. VMM_E_NOMEM. */
int options_check_find(struct options_check *check, const struct plugin *plugin,
                       const json_t *options, char *why, size_t size);

/* Ask what was not known. False: nothing was, and `done` is not called. */
bool options_check_ask(struct options_check *check);

/* A CHECKED frame. VMM_E_PROTO: it answers nothing. */
int options_check_answer(struct options_check *check, const struct host *host,
                         const struct frame *frame);

/* The host is gone. */
void options_check_lost(struct options_check *check, const struct host *host);

#endif
