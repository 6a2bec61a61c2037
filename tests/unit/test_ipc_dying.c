/* SPDX-License-Identifier: MIT */
/* Children that end when they like: who looks for them never waits, unless it wants to. */
#include <criterion/criterion.h>

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/dying.h"

static struct dying dying;
static int hold[2]; /* children end when its other end is closed */

static void set_up(void)
{
    dying = (struct dying){0};
    cr_assert_eq(pipe(hold), 0);
}

TestSuite(dying, .init = set_up, .timeout = 30);

static pid_t start(void)
{
    char byte;
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        close(hold[1]);
        _exit(read(hold[0], &byte, 1) == 0 ? 0 : 1);
    }
    return pid;
}

static void wait_ended(pid_t pid)
{
    siginfo_t info;
    cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void expect_collected(pid_t pid)
{
    cr_expect(waitpid(pid, NULL, WNOHANG) < 0 && errno == ECHILD, "%d", (int)pid);
}

Test(dying, are_not_waited_for_and_collected_once_they_ended)
{
    pid_t first = start();
    pid_t second = start();
    dying_add(&dying, first);
    dying_add(&dying, second);
    dying_reap(&dying);
    cr_expect_eq(dying.count, 2, "both run");
    cr_assert_eq(kill(first, SIGKILL), 0);
    wait_ended(first);
    dying_reap(&dying);
    cr_expect_eq(dying.count, 1);
    expect_collected(first);
    close(hold[1]);
    wait_ended(second);
    dying_reap(&dying);
    cr_expect_eq(dying.count, 0);
    expect_collected(second);
}

Test(dying, are_waited_for_where_it_is_wanted)
{
    pid_t pid = start();
    dying_add(&dying, pid);
    close(hold[1]);
    dying_wait(&dying);
    cr_expect_eq(dying.count, 0);
    expect_collected(pid);
}

Test(dying, that_are_too_many_are_waited_for_one_by_one)
{
    pid_t pid = start();
    dying_add(&dying, pid);
    while (dying.count < DYING_MAX) {
        dying_add(&dying, start());
    }
    close(hold[1]);
    dying_add(&dying, start());
    cr_expect_eq(dying.count, DYING_MAX);
    expect_collected(pid);
    dying_wait(&dying);
    cr_expect_eq(dying.count, 0);
}
