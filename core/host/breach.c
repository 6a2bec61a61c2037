/* SPDX-License-Identifier: MIT */
#include "host/breach.h"

#include <stdlib.h>

#include "base/log.h"

void breach(const char *what)
{
    log_error("breach", "the plugin broke the contract: %s", what);
    abort();
}
