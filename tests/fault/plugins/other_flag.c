/* SPDX-License-Identifier: MIT */
/* Its fragment, other_flag.json, names another flag. */
#include "asks.h"

FAULT_ASKS("other_flag", asks_answered)
