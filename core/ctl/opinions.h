/* SPDX-License-Identifier: MIT */
/* What the plugins of a folder think of a transcript, where no vmmd runs to ask them. */
#ifndef CTL_OPINIONS_H
#define CTL_OPINIONS_H

#include "ctl/ctl.h"
#include "ipc/panel.h"

struct opinions;

/* Ask the plugins of all fragments in the folders, in hosts of this open vmm-host (borrowed), about the transcript in this
 * frame; `done` comes from the loop. NULL, with a complaint, when they cannot be asked. */
struct opinions *opinions_ask(struct ctl *ctl, struct event_base *base, int program_fd,
                              const struct frame *frame, panel_done_fn done, void *arg);

/* NULL is allowed. Not from `done`. */
void opinions_finish(struct opinions *opinions);

#endif
