/* SPDX-License-Identifier: MIT */
/* Crashes before anything of it was called. */
#include "fault.h"

__attribute__((constructor)) static void begin(void)
{
    fault_crash();
}

FAULT_PROBE("crash_constructor", fault_open, fault_probe_ok)
