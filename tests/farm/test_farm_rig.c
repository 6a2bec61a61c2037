/* SPDX-License-Identifier: MIT */
#include "farm/test_farm_rig.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_scenario(const struct rig *rig, const char *scenario)
{
    char path[128];
    snprintf(path, sizeof path, "%s/scenario.json", rig->folder);
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(scenario, file);
    cr_assert_eq(fclose(file), 0);
}

static void make_folder(struct rig *rig)
{
    snprintf(rig->folder, sizeof rig->folder, "/tmp/farm-test-XXXXXX");
    cr_assert_not_null(mkdtemp(rig->folder));
}

static void remove_folder(const struct rig *rig)
{
    static const char *const names[] = {"scenario.json", "control", "report.json", ""};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", rig->folder, names[i]);
        remove(path);
    }
}

/* Runs the farm in a child; its standard output and errors go to FD. */
static pid_t spawn(const struct rig *rig, int fd)
{
    char scenario[128];
    char control[128];
    char report[128];
    snprintf(scenario, sizeof scenario, "%s/scenario.json", rig->folder);
    snprintf(control, sizeof control, "%s/control", rig->folder);
    snprintf(report, sizeof report, "%s/report.json", rig->folder);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        if (getppid() == parent) {
            execl(FARM_PROGRAM, "vmm-farm", "--scenario", scenario, "--control", control,
                  "--report", report, "--port-file", "-", (char *)NULL);
        }
        _exit(127);
    }
    cr_assert_gt(pid, 0);
    return pid;
}

static int connect_control(const struct rig *rig)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s/control", rig->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
    return fd;
}

void rig_start(struct rig *rig, const char *scenario)
{
    int ends[2];
    make_folder(rig);
    write_scenario(rig, scenario);
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    rig->pid = spawn(rig, ends[1]);
    close(ends[1]);
    json_error_t error;
    rig->places = json_loadfd(ends[0], JSON_DISABLE_EOF_CHECK, &error);
    cr_assert_not_null(rig->places, "the farm did not start: %s", error.source);
    close(ends[0]);
    rig->control = connect_control(rig);
}

void rig_start_one(struct rig *rig, const char *personality, const char *further)
{
    char scenario[4096];
    int length =
        snprintf(scenario, sizeof scenario,
                 "{\"ports\": {\"http\": 0, \"rtsp\": 0}, \"groups\": [{\"prefix\": \"d\","
                 "\"base_address\": \"127.77.0.1\", \"personality\": \"%s\", \"users\": "
                 "[{\"name\": \"admin\", \"password\": \"right\"},"
                 " {\"name\": \"view\", \"password\": \"low\", \"level\": \"viewer\"}]%s}]}",
                 personality, further);
    cr_assert_lt((size_t)length, sizeof scenario);
    rig_start(rig, scenario);
}

json_t *rig_stop(struct rig *rig)
{
    int status = 0;
    char path[128];
    json_error_t error;
    kill(rig->pid, SIGTERM);
    cr_assert_eq(waitpid(rig->pid, &status, 0), rig->pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "wait status %d", status);
    snprintf(path, sizeof path, "%s/report.json", rig->folder);
    json_t *report = json_load_file(path, 0, &error);
    cr_assert_not_null(report, "%s", error.text);
    close(rig->control);
    json_decref(rig->places);
    remove_folder(rig);
    return report;
}

void rig_end(struct rig *rig)
{
    json_decref(rig_stop(rig));
}

static __attribute__((format(printf, 2, 0))) json_t *ask(struct rig *rig, const char *format,
                                                         va_list args)
{
    char line[2048];
    int length = vsnprintf(line, sizeof line - 1, format, args);
    cr_assert_lt((size_t)length, sizeof line - 1);
    line[length++] = '\n';
    cr_assert_eq(write(rig->control, line, (size_t)length), length);
    json_error_t error;
    json_t *reply = json_loadfd(rig->control, JSON_DISABLE_EOF_CHECK, &error);
    cr_assert_not_null(reply, "%s", error.text);
    char newline = 0;
    cr_assert_eq(read(rig->control, &newline, 1), 1);
    return reply;
}

json_t *rig_ask(struct rig *rig, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *reply = ask(rig, format, args);
    va_end(args);
    return reply;
}

void rig_do(struct rig *rig, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *reply = ask(rig, format, args);
    va_end(args);
    cr_assert(json_is_true(json_object_get(reply, "ok")), "%s: %s", format,
              json_string_value(json_object_get(reply, "error")));
    json_decref(reply);
}

long rig_count(struct rig *rig, const char *device, const char *name)
{
    json_t *report = rig_ask(rig, "{\"do\":\"report\",\"device\":\"%s\"}", device);
    json_t *object = json_array_get(json_object_get(report, "devices"), 0);
    json_t *value = json_object_get(object, name);
    long count = json_is_number(value) ? (long)json_number_value(value) : -1;
    json_decref(report);
    return count;
}

static const json_t *place_of(const struct rig *rig, const char *device)
{
    const json_t *list = json_object_get(rig->places, "devices");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *place = json_array_get(list, i);
        if (strcmp(json_string_value(json_object_get(place, "id")), device) == 0) {
            return place;
        }
    }
    cr_assert_fail("no device %s", device);
    return NULL;
}

struct rig_look rig_curl(const struct rig *rig, const char *device, const char *path,
                         const char *options)
{
    struct rig_look look = {0};
    const json_t *place = place_of(rig, device);
    const char *address = json_string_value(json_object_get(place, "address"));
    int port = (int)json_integer_value(json_object_get(place, "port"));
    char command[2048];
    snprintf(command, sizeof command,
             "curl -q -s -g --noproxy '*' -m 10 -w '\\n%%{http_code} %%{time_total}' %s "
             "'http://%s:%d%s'",
             options, address, port, path);
    FILE *pipe = popen(command, "re");
    cr_assert_not_null(pipe);
    size_t length = fread(look.body, 1, sizeof look.body - 1, pipe);
    look.exit = WEXITSTATUS(pclose(pipe));
    look.body[length] = '\0';
    char *last = memrchr(look.body, '\n', length);
    cr_assert_not_null(last);
    cr_assert_eq(sscanf(last, "%d %lf", &look.status, &look.seconds), 2);
    *last = '\0';
    return look;
}

int rig_connect(const struct rig *rig, const char *device)
{
    const json_t *place = place_of(rig, device);
    struct sockaddr_in name = {.sin_family = AF_INET};
    name.sin_port = htons((uint16_t)json_integer_value(json_object_get(place, "port")));
    inet_pton(AF_INET, json_string_value(json_object_get(place, "address")), &name.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&name, sizeof name), 0, "%s", strerror(errno));
    return fd;
}

ssize_t rig_exchange(int fd, const char *text, const char *end, char *answer, size_t size)
{
    size_t used = 0;
    send(fd, text, strlen(text), MSG_NOSIGNAL);
    answer[0] = '\0';
    while (used < size - 1 && (end == NULL || memmem(answer, used, end, strlen(end)) == NULL)) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        if (poll(&readable, 1, 5000) <= 0) {
            break;
        }
        ssize_t got = read(fd, answer + used, size - 1 - used);
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        used += (size_t)got;
        answer[used] = '\0';
    }
    return (ssize_t)used;
}

int rig_refused(const char *scenario, char *message, size_t size)
{
    struct rig rig = {0};
    int ends[2];
    int status = 0;
    make_folder(&rig);
    write_scenario(&rig, scenario);
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = spawn(&rig, ends[1]);
    close(ends[1]);
    size_t used = 0;
    for (ssize_t got = read(ends[0], message, size - 1); got > 0;
         got = read(ends[0], message + used, size - 1 - used)) {
        used += (size_t)got;
    }
    message[used] = '\0';
    close(ends[0]);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    remove_folder(&rig);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
