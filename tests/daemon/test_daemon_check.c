/* SPDX-License-Identifier: MIT */
/* check_vmm against the real daemon: what a monitoring system would see. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "rig.h"

static const char fleet[] =
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":"
    "\"admin\"}],\"groups\":["
    "{\"prefix\":\"n-\",\"count\":2,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_address\":"
    "\"127.45.0.1\",\"personality\":\"vivotek-camera\",\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"s-\",\"count\":2,\"first\":1,\"digits\":1,\"site\":\"south\",\"base_address\":"
    "\"127.45.1.1\",\"personality\":\"vivotek-camera\",\"clock\":{\"zone_min\":480}}]}";

static char said[1024];

/* Run it with these words; returns the exit code, what it printed is in `said`. */
static int check(const struct rig *rig, const char *words)
{
    char command[512];
    snprintf(command, sizeof(command), "%s/check_vmm --socket %s %s 2>/dev/null", VMM_BIN_DIR,
             rig->folder, words);
    FILE *program = popen(command, "r");
    cr_assert_not_null(program);
    said[fread(said, 1, sizeof(said) - 1, program)] = '\0';
    int status = pclose(program);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

Test(check, the_state_of_a_fleet_of_a_site_and_of_a_camera)
{
    struct rig rig;
    rig_open(&rig, fleet);
    rig_config(&rig, "{}");
    cr_expect_eq(check(&rig, ""), 3, "no vmmd: %s", said);
    rig_start(&rig);
    cr_expect_eq(check(&rig, ""), 3, "no camera: %s", said);
    rig_load_farm(&rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(&rig, "OK");
    cr_expect_eq(check(&rig, ""), 0, "%s", said);
    cr_expect_eq(strncmp(said, "VMM OK - 4 of 4 cameras OK", 26), 0, "%s", said);
    cr_expect_not_null(strstr(said, " | cameras=4;;;0 ok=4;;;0;4 "), "%s", said);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"s-2\",\"fault\":\"down\"}"));
    rig_wait_health(&rig, "s-2", "DOWN unreachable");
    cr_expect_eq(check(&rig, ""), 2, "%s", said);
    cr_expect_not_null(strstr(said, "s-2 DOWN unreachable"), "%s", said);
    cr_expect_eq(check(&rig, "-w 1 -c 1"), 0, "%s", said);
    cr_expect_eq(check(&rig, "--warning 20% --critical 30%"), 1, "%s", said);
    cr_expect_eq(check(&rig, "--site north"), 0, "%s", said);
    cr_expect_eq(check(&rig, "--site south"), 2, "%s", said);
    cr_expect_eq(check(&rig, "--site nowhere"), 3, "%s", said);
    cr_expect_eq(check(&rig, "--camera s-2"), 2, "%s", said);
    cr_expect_eq(check(&rig, "--camera s-1"), 0, "%s", said);
    cr_expect_not_null(strstr(said, "s-1 is OK, since "), "%s", said);
    cr_expect_eq(check(&rig, "--camera nothing"), 3, "%s", said);
    cr_expect_eq(check(&rig, "--camera s-1 --site south"), 3, "one of both: %s", said);
    cr_expect_eq(check(&rig, "--warning many"), 3, "%s", said);
    cr_expect_eq(check(&rig, "--help"), 0);
    rig_close(&rig);
}
