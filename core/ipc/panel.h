/* SPDX-License-Identifier: MIT */
/*
 * What all plugins think of a transcript: each is asked in a describing host of its own, a process that loads the plugin
 * and never opens it, behind the walls of any other host. So those that are off are asked as well, and one that crashes,
 * hangs or lies costs its own opinion and nothing else.
 *
 *   panel_ask() ─▶ hosts, a few at a time ─▶ WEIGH, OPINION ─▶ ranked ─▶ `done`
 *
 * One question after another. Hosts stay for a while after the last one, for a fleet that is being added; a plugin that
 * has failed is left alone for a minute (rest.h), and one that cannot be loaded is not asked. A question has its answer
 * within a limit, whatever is before it: who has said nothing by then is missing, and may be asked again.
 */
#ifndef IPC_PANEL_H
#define IPC_PANEL_H

#include <event2/event.h>

#include "ipc/opinion.h"

struct panel;

struct panel_setup {
    struct event_base *base;
    int program_fd; /* an open vmm-host; borrowed */
    /* Open the .so of a plugin: a descriptor, which the panel closes; VMM_E_NOENT: it is not there, and is not asked;
     * or another negative error. */
    int (*open)(void *arg, const char *name);
    void *arg;
    uint32_t limit_ms; /* of a question, from panel_ask() on; 0: OPINIONS_MAX_MS */
};

/* The opinions, ranked, of the question's transcript; borrowed for the call. Called from the loop. */
typedef void (*panel_done_fn)(void *arg, const struct opinion *opinions, size_t count,
                              const struct vmm_transcript *seen);

/* NULL without memory. */
struct panel *panel_create(const struct panel_setup *setup);

/* Questions that are not answered are forgotten. NULL is allowed. Not from `done`. */
void panel_destroy(struct panel *panel);

/* Who is asked from now on. Hosts that run are ended, a question under way begins anew. 0; VMM_E_TOOBIG past
 * OPINIONS_MAX; VMM_E_NOMEM: then nobody is asked. */
int panel_set(struct panel *panel, const char *const *names, size_t count);

/* The loop stood still, so that nobody is to blame: who rests is asked again, who is asked and each question has its time anew. */
void panel_forgive(struct panel *panel);

/* Ask about the transcript in this frame, which is copied. 0: `done` is called once. VMM_E_PROTO: it holds none;
 * VMM_E_NOMEM. */
int panel_ask(struct panel *panel, const struct frame *frame, panel_done_fn done, void *arg);

#endif
