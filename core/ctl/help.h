/* SPDX-License-Identifier: MIT */
/* Help, man page and completion, all made from the table of verbs. */
#ifndef CTL_HELP_H
#define CTL_HELP_H

#include <stdio.h>

#include "ctl/verb.h"

/* All verbs, the common options, the exit codes. */
void help_all(FILE *out);

/* One verb. */
void help_verb(FILE *out, const struct ctl_verb *verb);

/* The man page vmmctl(1) in roff. */
void help_man(FILE *out);

/* What the exit codes mean, in order; NULL past the last. */
const char *help_exit(int code);

#endif
