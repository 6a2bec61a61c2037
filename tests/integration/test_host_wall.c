/* SPDX-License-Identifier: MIT */
/* The walls: what a plugin finds around it. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integration/host_client.h"

static struct host_client client;
static struct host_result result;

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_wall, .fini = end);

/* The facts of the plugin "wall" as lines. */
static void look(struct buf *text, const char *const *words, int inherit)
{
    struct frame frame;
    host_client_start_with(&client, "wall", words, inherit);
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    host_client_configure(&client, "{}", 10);
    host_client_expect(&client, FRAME_READY, &frame);
    struct job_message job = host_client_order(1, "{}");
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    for (uint32_t i = 0; i < result.message.fact_count; i++) {
        buf_printf(text, "%s\n", result.facts[i].text);
    }
}

Test(host_wall, the_environment_is_fixed)
{
    struct buf text = {0};
    setenv("HTTP_PROXY", "http://proxy.example/", 1);
    setenv("VMM_SECRET", "hidden", 1);
    look(&text, NULL, -1);
    cr_assert(strstr(buf_cstr(&text), "env PATH=/usr/bin:/bin\n") != NULL);
    cr_assert(strstr(buf_cstr(&text), "env LANG=C.UTF-8\n") != NULL);
    cr_assert(strstr(buf_cstr(&text), "env TZ=UTC\n") != NULL);
    size_t count = 0;
    for (const char *at = strstr(buf_cstr(&text), "env "); at != NULL;
         at = strstr(at + 1, "\nenv ")) {
        count++;
    }
    cr_assert_eq(count, 3, "%s", buf_cstr(&text));
    buf_finish(&text);
}

Test(host_wall, a_descriptor_that_was_inherited_is_closed)
{
    struct buf text = {0};
    int file = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
    cr_assert_geq(file, 0);
    look(&text, NULL, file);
    cr_assert(strstr(buf_cstr(&text), "/etc/hostname") == NULL, "%s", buf_cstr(&text));
    cr_assert(strstr(buf_cstr(&text), "fd 3=socket:") != NULL);
    cr_assert(strstr(buf_cstr(&text), ".so") == NULL);
    close(file);
    buf_finish(&text);
}

Test(host_wall, a_descriptor_to_keep_is_kept)
{
    struct buf text = {0};
    int file = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
    look(&text, (const char *const[]){"--keep", "5", NULL}, file);
    cr_assert(strstr(buf_cstr(&text), "fd 5=/etc/hostname\n") != NULL, "%s", buf_cstr(&text));
    close(file);
    buf_finish(&text);
}

Test(host_wall, dies_with_its_parent_leaves_no_core_and_gains_nothing_by_exec)
{
    struct buf text = {0};
    look(&text, NULL, -1);
    cr_assert(strstr(buf_cstr(&text), "pdeathsig=9 dumpable=0 no_new_privs=1 core=0\n") != NULL,
              "%s", buf_cstr(&text));
    buf_finish(&text);
}

/* A parent that is killed right after it has started a host: the host has to go too. */
Test(host_wall, a_killed_parent_takes_the_host_along)
{
    int pids[2];
    cr_assert_eq(pipe2(pids, O_CLOEXEC), 0);
    pid_t parent = fork();
    if (parent == 0) {
        host_client_ready(&client, "echo", "{}");
        (void)!write(pids[1], &client.pid, sizeof(client.pid));
        raise(SIGKILL);
    }
    pid_t host = 0;
    cr_assert_eq(read(pids[0], &host, sizeof(host)), (ssize_t)sizeof(host));
    waitpid(parent, NULL, 0);
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)host);
    for (int i = 0; i < 5000; i++) {
        char line[64] = "";
        int file = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t size = file >= 0 ? read(file, line, sizeof(line)) : 0;
        if (file >= 0) {
            close(file);
        }
        if (size <= 0) {
            close(pids[0]);
            close(pids[1]);
            return; /* gone, or a zombie without a command line */
        }
        usleep(1000);
    }
    cr_assert_fail("the host outlived its parent");
}

Test(host_wall, a_wrong_command_line_is_refused)
{
    host_client_start_with(&client, "echo", (const char *const[]){"--files", "many", NULL}, -1);
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 64);
}
