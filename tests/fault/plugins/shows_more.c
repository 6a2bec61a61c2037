/* SPDX-License-Identifier: MIT */
/* Shows another function beside its entry. */
#include "asks.h"

int shows_more_helper(int value);

__attribute__((visibility("default"))) int shows_more_helper(int value)
{
    return value + 1;
}

FAULT_ASKS("shows_more", asks_answered)
