/* SPDX-License-Identifier: MIT */
/* Logs in with the password in the address, for everybody on the way to read. */
#include "asks.h"

FAULT_LOGS_IN("tells_password", "/login?password={pass}", asks_answered)
