/* SPDX-License-Identifier: MIT */
/* What people may be spared: maintenance, silence, off, ack, snooze. Each is listed, begun and ended alike. */
#ifndef CTL_QUIET_H
#define CTL_QUIET_H

#include "ctl/ctl.h"

#define QUIET_OPTIONS                                                                              \
    {"until", "TIME",                                                                              \
     "when it ends: RFC 3339, or a span such as 2h, 7d (default 7d, at most 90d)"},                \
        {"reason", "TEXT", "why; shown by explain"},                                               \
    {                                                                                              \
        "owner", "NAME", "who asks (default: you)"                                                 \
    }

struct quiet_verb {
    const char *kind;   /* as vmmd calls it */
    const char *target; /* the argument that the operand of add is; NULL: it takes none */
    const char *what;   /* the operand, in words */
};

/* Run `VERB [list]`, `VERB add …`, `VERB end ID`; where there is a target also `VERB TARGET …`. */
int quiet_run(struct ctl *ctl, const struct quiet_verb *verb);

extern const char *const quiet_words[]; /* list, add, end */

#endif
