/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "ctl/ctl.h"
#include "ipc/json_memory.h"

int main(int argc, char **argv)
{
    json_memory_wipe();
    /* Widths of characters come from the locale; what is shown is always UTF-8. */
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    return ctl_run(argc, argv, stdout, stderr);
}
