/* SPDX-License-Identifier: MIT */
/* What one line on the control socket asks for. */
#ifndef FARM_COMMAND_H
#define FARM_COMMAND_H

#include "farm/farm.h"

/* A line that has to wait: until the matching devices' COUNT reaches it. */
struct command_wait {
    bool active;
    char pattern[128];
    char what[32];
    uint64_t count;
    bool each; /* every device has to reach it; else their sum */
    uint64_t timeout_us;
};

/* Carries LINE out. The reply is a new reference, or NULL: then *WAIT says what for. */
json_t *command_run(struct farm *farm, const char *line, size_t length, struct command_wait *wait);

/* The reply if what WAIT is for has come, or if its time is OVER; else NULL. */
json_t *command_check(const struct farm *farm, const struct command_wait *wait, bool over);

#endif
