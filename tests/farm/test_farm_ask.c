/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "farm/test_farm_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* The exit status of "vmm-farm OPTIONS" in the rig's folder, and the first line it printed. */
static int run(const struct rig *rig, const char *options, char line[256])
{
    char command[512];
    snprintf(command, sizeof(command), "cd %s && %s %s 2>/dev/null", rig->folder, FARM_PROGRAM,
             options);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    line[0] = '\0';
    if (fgets(line, 256, pipe) == NULL) {
        line[0] = '\0';
    }
    return WEXITSTATUS(pclose(pipe));
}

Test(farm_ask, a_line_is_sent_and_its_answer_printed)
{
    struct rig rig;
    char line[256];
    rig_start_one(&rig, "http-plain", "");
    cr_assert_eq(run(&rig, "--control control --ask '{\"do\":\"report\",\"devices\":false}'", line),
                 0);
    cr_assert_not_null(strstr(line, "\"totals\""), "%s", line);
    rig_end(&rig);
}

Test(farm_ask, what_is_refused_or_not_there_is_an_error)
{
    struct rig rig;
    char line[256];
    rig_start_one(&rig, "http-plain", "");
    cr_assert_eq(run(&rig, "--control control --ask '{\"do\":\"dance\"}'", line), 1);
    cr_assert_not_null(strstr(line, "\"ok\":false"), "%s", line);
    cr_assert_eq(run(&rig, "--control nowhere --ask '{}'", line), 1);
    cr_assert_eq(run(&rig, "--ask '{}'", line), 2);
    cr_assert_eq(run(&rig, "--scenario x --ask '{}'", line), 2);
    rig_end(&rig);
}
