/* SPDX-License-Identifier: MIT */
/* vmmctl: what changes something, and how passwords get to it. */
#include <fcntl.h>
#include <pty.h>
#include <string.h>
#include <unistd.h>

#include "ctl_rig.h"

TestSuite(ctl_changes, .init = ctl_rig_open, .fini = ctl_rig_close, .timeout = 60);

/* ---- what changes ---- */

Test(ctl_changes, fields_go_as_they_are_typed)
{
    SCRIPT({"camera.add", NULL, "{\"id\":\"g\",\"changed\":[\"host\"]}"},
           {"camera.set", NULL, "{\"id\":\"g\",\"changed\":[\"name\",\"enabled\"]}"},
           {"camera.set", NULL, "{\"id\":\"g\",\"changed\":[]}"},
           {"site.rm", NULL, "{\"removed\":[\"site north\",\"camera g\"]}"},
           {"nvr.list", "[{\"id\":\"n1\",\"port\":80,\"enabled\":false}]", NULL});
    RUN("camera", "add", "g", "host=10.0.0.7", "options.path=/a=b", "name=\xe5\xa4\xa7 x");
    cr_expect_str_eq(OUT, "added g\n");
    ctl_rig_asked(0, "c camera.add {\"id\":\"g\",\"set\":[\"host=10.0.0.7\","
                     "\"options.path=/a=b\",\"name=\xe5\xa4\xa7 x\"]}");
    RUN("camera", "set", "g", "enabled=false");
    cr_expect_str_eq(OUT, "changed: name, enabled\n");
    RUN("camera", "set", "g", "enabled=false");
    cr_expect_str_eq(OUT, "nothing has changed\n");
    RUN("site", "rm", "north", "--cascade");
    cr_expect_str_eq(OUT, "removed: site north, camera g\n");
    ctl_rig_asked(3, "c site.rm {\"id\":\"north\",\"cascade\":true}");
    RUN("nvr", "list", "--site", "north", "--jsonl");
    cr_expect_str_eq(OUT, "{\"id\":\"n1\",\"port\":80,\"enabled\":false}\n");
    ctl_rig_asked(4, "s nvr.list {\"site\":\"north\"}");
}

Test(ctl_changes, a_test_that_fails_exits_with_1)
{
    SCRIPT({"camera.test",
            "[{\"device\":\"g\",\"provider\":\"rtsp\",\"outcome\":\"auth\",\"rung\":"
            "\"authenticate\",\"login\":\"refused\",\"took_ms\":31,\"detail\":\"401\"}]",
            "{\"tested\":1,\"ok\":0}"},
           {"site.test", NULL, "{\"tested\":0,\"ok\":0}"},
           {"nvr.test", NULL, "{\"tested\":2,\"ok\":2}"});
    RUN("camera", "test", "g");
    cr_expect_eq(it.code, 1);
    cr_expect_not_null(strstr(OUT, "g       rtsp      auth     authenticate  refused  31 ms  401"),
                       "%s", OUT);
    RUN("site", "test", "s");
    cr_expect_eq(it.code, 1, "nothing was tested");
    RUN("nvr", "test", "n", "--json");
    cr_expect_eq(it.code, 0);
    cr_expect_str_eq(OUT, "{\"tests\":[],\"tested\":2,\"ok\":2}\n");
}

/* ---- secrets ---- */

Test(ctl_changes, a_password_comes_from_standard_input_and_is_seen_nowhere)
{
    SCRIPT({"credential.add", NULL, "{\"id\":\"main\",\"changed\":[\"user\",\"password\"]}"},
           {"credential.set", NULL, "{\"id\":\"main\",\"changed\":[\"password\"]}"});
    RUN_INPUT(CANARY "\nnext line\n", "credential", "add", "main", "--user", "admin", "--site",
              "north", "--password-stdin");
    cr_expect_eq(it.code, 0, "%s", ERR);
    ctl_rig_asked(0, "c credential.add {\"id\":\"main\",\"user\":\"admin\",\"site_id\":\"north\","
                     "\"password\":\"" CANARY_JSON "\"}");
    RUN_INPUT(CANARY, "credential", "set", "main", "--password-stdin", "--json");
    cr_expect_eq(it.code, 0);
    ctl_rig_asked(1, "c credential.set {\"id\":\"main\",\"password\":\"" CANARY_JSON "\"}");
    RUN("credential", "set", "main", "--user", "root", "--keep-password");
    ctl_rig_asked(2, "c credential.set {\"id\":\"main\",\"user\":\"root\"}");
    cr_expect_gt(it.argv_seen.size, 0);
    ctl_rig_nowhere("c4n4ry");
}

Test(ctl_changes, a_password_on_the_command_line_is_refused)
{
    SCRIPT({0});
    RUN("camera", "add", "g", "host=h", "password=c4n4ry");
    cr_expect_eq(it.code, 2);
    cr_expect_null(strstr(ERR, "c4n4ry"));
    RUN("camera", "set", "g", "options.password=c4n4ry");
    cr_expect_eq(it.code, 2);
    RUN("watch", "rtsp://admin:c4n4ry@10.0.0.7/");
    cr_expect_eq(it.code, 2);
    cr_expect_null(strstr(ERR, "c4n4ry"));
    cr_expect_eq(it.asked, 0);
}

Test(ctl_changes, no_password_is_no_credential)
{
    SCRIPT({0});
    RUN_INPUT("", "credential", "add", "x", "--user", "u", "--password-stdin");
    cr_expect_eq(it.code, 2);
    cr_expect_not_null(strstr(ERR, "no password was given"));
    RUN_INPUT("\xff\xfe\n", "credential", "add", "x", "--user", "u", "--password-stdin");
    cr_expect_eq(it.code, 2);
    char longer[301];
    memset(longer, 'x', 300);
    longer[300] = '\0';
    RUN_INPUT(longer, "credential", "add", "x", "--user", "u", "--password-stdin");
    cr_expect_eq(it.code, 2);
    cr_expect_eq(it.asked, 0);
}

/* The program on a terminal of its own; `keys` are typed when it has asked. */
static void run_on_terminal(const char *keys, char *const *words)
{
    char *argv[32] = {"vmmctl", "--socket", it.folder};
    int terminal = -1;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[3 + i] = words[i];
    }
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        execv(VMMCTL, argv);
        _exit(127);
    }
    fcntl(terminal, F_SETFL, O_NONBLOCK);
    uint64_t give_up = clock_mono_us() + PATIENCE_US;
    buf_clear(&it.out);
    while (strstr(OUT, ": ") == NULL) {
        cr_assert_lt(clock_mono_us(), give_up, "it did not ask: %s", OUT);
        ctl_rig_read(terminal, &it.out);
    }
    cr_assert_eq(write(terminal, keys, strlen(keys)), (ssize_t)strlen(keys));
    ctl_rig_serve(pid, terminal, -1);
    close(terminal);
}

Test(ctl_changes, a_password_typed_on_a_terminal_is_not_echoed)
{
    SCRIPT({"credential.add", NULL, "{\"id\":\"main\",\"changed\":[]}"});
    run_on_terminal("c4n4ry\n", (char *[]){"credential", "add", "main", "--user", "admin", NULL});
    cr_expect_eq(it.code, 0, "%s", OUT);
    cr_expect_not_null(strstr(OUT, "password of credential main: "), "%s", OUT);
    cr_expect_not_null(strstr(OUT, "added main"));
    ctl_rig_asked(0, "c credential.add {\"id\":\"main\",\"user\":\"admin\",\"password\":"
                     "\"c4n4ry\"}");
    ctl_rig_nowhere("c4n4ry");
}

Test(ctl_changes, an_interrupted_prompt_gives_up)
{
    SCRIPT({0});
    run_on_terminal("c4n\x03", (char *[]){"credential", "add", "main", "--user", "admin", NULL});
    cr_expect_eq(it.code, 2);
    cr_expect_not_null(strstr(OUT, "no password was given"), "%s", OUT);
    cr_expect_eq(it.asked, 0);
}
