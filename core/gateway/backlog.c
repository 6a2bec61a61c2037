/* SPDX-License-Identifier: MIT */
#include "gateway/backlog.h"

void backlog_begin(struct backlog *backlog, int64_t settled, int64_t newest)
{
    backlog->over = newest - settled - BACKLOG_MAX;
}

bool backlog_skips(const struct backlog *backlog, uint32_t weight, int64_t age_us)
{
    if (age_us > BACKLOG_MONTH_US) {
        return true;
    }
    if (weight >= VMM_SEVERITY_CRITICAL) {
        return false;
    }
    return age_us > BACKLOG_WEEK_US || (weight == VMM_SEVERITY_NORMAL && backlog->over > 0);
}

void backlog_skip(struct backlog *backlog, uint32_t weight)
{
    backlog->over--;
    backlog->dropped[weight < VMM_SEVERITY_COUNT ? weight : VMM_SEVERITY_CRITICAL]++;
}

uint64_t backlog_dropped(const struct backlog *backlog)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        sum += backlog->dropped[i];
    }
    return sum;
}

void backlog_told(struct backlog *backlog)
{
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        backlog->dropped[i] = 0;
    }
}
