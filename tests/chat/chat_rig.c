/* SPDX-License-Identifier: MIT */
#include "chat/chat_rig.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_MS    15000
#define STEP_MS    5
#define ANSWER_MAX (4 << 20)

static pid_t spawn(int out, const char *quota, const char *window)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out, STDOUT_FILENO);
        if (getppid() == parent) {
            execl(CHAT_PROGRAM, "vmm-chat", "--quota", quota, "--window-ms", window, (char *)NULL);
        }
        _exit(127);
    }
    cr_assert_gt(pid, 0);
    return pid;
}

void chat_rig_start(struct chat_rig *chat, uint32_t quota, uint32_t window_ms)
{
    int ends[2];
    char words[2][16];
    char line[16] = "";
    snprintf(words[0], sizeof(words[0]), "%u", quota > 0 ? quota : 60);
    snprintf(words[1], sizeof(words[1]), "%u", window_ms > 0 ? window_ms : 60000);
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    chat->pid = spawn(ends[1], words[0], words[1]);
    close(ends[1]);
    struct pollfd readable = {.fd = ends[0], .events = POLLIN};
    cr_assert_eq(poll(&readable, 1, WAIT_MS), 1, "vmm-chat does not start");
    cr_assert_gt(read(ends[0], line, sizeof(line) - 1), 1);
    close(ends[0]);
    chat->port = (uint16_t)atoi(line);
}

void chat_rig_stop(struct chat_rig *chat)
{
    int status = 0;
    kill(chat->pid, SIGTERM);
    cr_assert_eq(waitpid(chat->pid, &status, 0), chat->pid);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "vmm-chat: wait status %d", status);
    chat->pid = 0;
}

const char *chat_rig_url(const struct chat_rig *chat, const char *room)
{
    static char url[256];
    snprintf(url, sizeof(url),
             "http://127.0.0.1:%u/v1/spaces/%s/messages?key=" CHAT_RIG_KEY "&token=" CHAT_RIG_TOKEN,
             chat->port, room);
    return url;
}

/* ---- Asking it ---- */

static int connect_to(uint16_t port)
{
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    return fd;
}

/* All there is until the peer closes; the caller frees it. */
static char *read_all(int fd)
{
    char *text = malloc(ANSWER_MAX);
    size_t used = 0;
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    while (used < ANSWER_MAX - 1 && poll(&readable, 1, WAIT_MS) > 0) {
        ssize_t got = read(fd, text + used, ANSWER_MAX - 1 - used);
        if (got <= 0) {
            break;
        }
        used += (size_t)got;
    }
    text[used] = '\0';
    return text;
}

static void write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return;
        }
        text += sent;
        size -= (size_t)sent;
    }
}

int chat_rig_post(const struct chat_rig *chat, const char *path, const char *body, char *answer,
                  size_t size)
{
    char head[512];
    int status = 0;
    int fd = connect_to(chat->port);
    int length = snprintf(head, sizeof(head),
                          "POST %s HTTP/1.1\r\nHost: chat\r\nConnection: close\r\n"
                          "Content-Length: %zu\r\n\r\n",
                          path, strlen(body));
    write_all(fd, head, (size_t)length);
    write_all(fd, body, strlen(body));
    char *text = read_all(fd);
    close(fd);
    const char *end = strstr(text, "\r\n\r\n");
    sscanf(text, "HTTP/1.1 %d", &status);
    snprintf(answer, size, "%s", end != NULL ? end + 4 : "");
    free(text);
    return status;
}

void chat_rig_faults(const struct chat_rig *chat, const char *words)
{
    char answer[64];
    cr_assert_eq(chat_rig_post(chat, "/faults", words, answer, sizeof(answer)), 200, "%s", words);
}

unsigned chat_rig_sender(const struct chat_rig *chat, const char *room, unsigned count)
{
    char words[128];
    char answer[64];
    snprintf(words, sizeof(words), "%s %u", room, count);
    cr_assert_eq(chat_rig_post(chat, "/sender", words, answer, sizeof(answer)), 200);
    return (unsigned)atoi(answer);
}

json_t *chat_rig_room(const struct chat_rig *chat, const char *room)
{
    char *answer = malloc(ANSWER_MAX);
    cr_assert_eq(chat_rig_post(chat, "/report", "", answer, ANSWER_MAX), 200);
    json_t *report = json_loads(answer, 0, NULL);
    cr_assert_not_null(report);
    json_t *found = json_incref(json_object_get(report, room));
    json_decref(report);
    free(answer);
    return found;
}

long chat_rig_count(const struct chat_rig *chat, const char *room, const char *name)
{
    json_t *found = chat_rig_room(chat, room);
    const json_t *value = json_object_get(found, name);
    long count =
        json_is_array(value) ? (long)json_array_size(value) : (long)json_integer_value(value);
    json_decref(found);
    return count;
}

void chat_rig_wait(const struct chat_rig *chat, const char *room, const char *name, long count)
{
    for (int waited = 0; chat_rig_count(chat, room, name) < count; waited += STEP_MS) {
        cr_assert_lt(waited, WAIT_MS, "room %s has %ld %s", room, chat_rig_count(chat, room, name),
                     name);
        poll(NULL, 0, STEP_MS);
    }
}
