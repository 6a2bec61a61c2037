/* SPDX-License-Identifier: MIT */
#include "ctl/run_dir.h"

#include <stdlib.h>
#include <sys/stat.h>

#define RUN_DIR_SYSTEM "/run/vmm"
#define RUN_DIR_LOCAL  ".run"

const char *run_dir(void)
{
    const char *set = getenv("VMM_RUN_DIR");
    if (set != NULL && set[0] != '\0') {
        return set;
    }
    struct stat there;
    return stat(RUN_DIR_LOCAL, &there) == 0 && S_ISDIR(there.st_mode) ? RUN_DIR_LOCAL
                                                                      : RUN_DIR_SYSTEM;
}
