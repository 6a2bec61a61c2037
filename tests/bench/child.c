/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STOP_LIMIT_MS 1000u

void bench_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void bench_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

uint64_t bench_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void bench_sleep_ms(uint32_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

void child_pin(enum child_side side)
{
    cpu_set_t chosen;
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    CPU_ZERO(&chosen);
    if (count < 2) {
        return;
    }
    for (int i = 0; i < count && i < CPU_SETSIZE; i++) {
        if (side == CHILD_ANYWHERE || i == (side == CHILD_MEASURED ? 0 : 1)) {
            CPU_SET(i, &chosen);
        }
    }
    sched_setaffinity(0, sizeof(chosen), &chosen);
}

static void become(const struct child_order *order, int in, int out)
{
    int log = open(order->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(in >= 0 ? in : null, STDIN_FILENO);
    dup2(out >= 0 ? out : log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    child_pin(order->side);
    for (const char *const *at = order->variables; at != NULL && *at != NULL; at++) {
        putenv((char *)*at);
    }
    execv(order->arguments[0], (char *const *)order->arguments);
    dprintf(STDERR_FILENO, "%s: %s\n", order->arguments[0], strerror(errno));
    _exit(127);
}

void child_start(struct child *child, const struct child_order *order)
{
    int in[2] = {-1, -1};
    int out[2] = {-1, -1};
    if (order->talks && (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)) {
        bench_fail("pipe: %s", strerror(errno));
    }
    *child = (struct child){.pid = fork()};
    if (child->pid < 0) {
        bench_fail("fork: %s", strerror(errno));
    }
    if (child->pid == 0) {
        become(order, in[0], out[1]);
    }
    if (order->talks) {
        close(in[0]);
        close(out[1]);
        child->to = fdopen(in[1], "w");
        child->from = fdopen(out[0], "r");
    }
}

uint64_t child_ask(struct child *child, const char *line, const char *word)
{
    char answer[128] = "";
    fprintf(child->to, "%s\n", line);
    fflush(child->to);
    if (fgets(answer, sizeof(answer), child->from) == NULL ||
        strncmp(answer, word, strlen(word)) != 0) {
        bench_fail("a peer answered \"%s\" to %s", answer, line);
    }
    return strtoull(answer + strlen(word), NULL, 10);
}

/* True when it has ended; it is not reaped. */
static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

void child_stop(struct child *child)
{
    if (child->pid == 0) {
        return;
    }
    if (child->to != NULL) {
        fclose(child->to);
        fclose(child->from);
    }
    kill(child->pid, SIGCONT);
    kill(child->pid, SIGTERM);
    for (uint32_t waited = 0; waited < STOP_LIMIT_MS && !has_ended(child->pid); waited += 10) {
        bench_sleep_ms(10);
    }
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    *child = (struct child){0};
}
