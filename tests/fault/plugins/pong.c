/* SPDX-License-Identifier: MIT */
/* Names ping, which names it back. */
#include "names.h"

NAMES_PLUGIN("pong", "ping")
