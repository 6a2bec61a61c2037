/* SPDX-License-Identifier: MIT */
/* Names pong, which names it back. */
#include "names.h"

NAMES_PLUGIN("ping", "pong")
