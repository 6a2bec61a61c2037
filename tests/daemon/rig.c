/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
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
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 32

/* ---- files ---- */

static const char *path_in(const struct rig *rig, const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", rig->folder, name);
    return path;
}

static void write_file(const struct rig *rig, const char *name, const char *text, mode_t mode)
{
    char path[256];
    int fd = open(path_in(rig, name, path), O_WRONLY | O_CREAT | O_TRUNC, mode);
    cr_assert_geq(fd, 0, "%s: %s", path, strerror(errno));
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void read_line(int fd, struct buf *out)
{
    while (out->size == 0 || out->data[out->size - 1] != '\n') {
        uint8_t *room = buf_reserve(out, 65536);
        ssize_t got = read(fd, room, 65536);
        if (got <= 0) {
            return;
        }
        buf_grow(out, (size_t)got);
    }
}

static void read_all(int fd, struct buf *out)
{
    for (;;) {
        uint8_t *room = buf_reserve(out, 65536);
        ssize_t got = read(fd, room, 65536);
        if (got <= 0) {
            return;
        }
        buf_grow(out, (size_t)got);
    }
}

void rig_copy(const char *from, const char *to)
{
    struct buf content;
    buf_init(&content);
    int in = open(from, O_RDONLY);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    cr_assert(in >= 0 && out >= 0, "%s to %s: %s", from, to, strerror(errno));
    read_all(in, &content);
    cr_assert_eq(write(out, content.data, content.size), (ssize_t)content.size);
    close(in);
    close(out);
    buf_finish(&content);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* ---- processes ---- */

size_t rig_soak(size_t quick, size_t full, const char *what)
{
    if (getenv("VMM_SOAK") == NULL) {
        return quick;
    }
    fprintf(stderr, "soak: %zu %s\n", full, what);
    return full;
}

void rig_soak_note(const char *format, ...)
{
    if (getenv("VMM_SOAK") == NULL) {
        return;
    }
    va_list args;
    va_start(args, format);
    fputs("soak: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

uint64_t rig_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static pid_t start(char *const argv[], int in, int out, int errors)
{
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        dup2(in, 0);
        dup2(out, 1);
        dup2(errors, 2);
        /* A test that fails leaves nothing running. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        /* Settings of whoever runs the tests would go over the test's own. */
        unsetenv("VMM_RUN_DIR");
        unsetenv("VMM_PLUGIN_DIR");
        setenv("ASAN_OPTIONS", "detect_leaks=0:abort_on_error=0", 0);
        execv(argv[0], argv);
        _exit(127);
    }
    return pid;
}

static int wait_status(pid_t pid)
{
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int open_log(const struct rig *rig, const char *name)
{
    char path[256];
    int fd = open(path_in(rig, name, path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    return fd;
}

void rig_open(struct rig *rig, const char *scenario)
{
    *rig = (struct rig){0};
    snprintf(rig->folder, sizeof(rig->folder), "/tmp/vmm-rig-XXXXXX");
    cr_assert_not_null(mkdtemp(rig->folder));
    chmod(rig->folder, 0700);
    if (scenario == NULL) {
        return;
    }
    char scenario_path[256];
    char control[256];
    int ends[2];
    write_file(rig, "scenario.json", scenario, 0600);
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    int log = open_log(rig, "farm.log");
    char *const argv[] = {(char *)VMM_BIN_DIR "/vmm-farm",
                          (char *)"--scenario",
                          (char *)path_in(rig, "scenario.json", scenario_path),
                          (char *)"--personalities",
                          (char *)VMM_PERSONALITIES,
                          (char *)"--port-file",
                          (char *)"-",
                          (char *)"--control",
                          (char *)path_in(rig, "farm.sock", control),
                          NULL};
    rig->farm = start(argv, open("/dev/null", O_RDONLY | O_CLOEXEC), ends[1], log);
    close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    char *line = NULL;
    size_t room = 0;
    cr_assert_gt(getline(&line, &room, said), 0, "the farm did not start: see farm.log");
    rig->ready = json_loads(line, 0, NULL);
    cr_assert_not_null(rig->ready);
    free(line);
    fclose(said);
    close(log);
}

void rig_config(struct rig *rig, const char *config)
{
    json_error_t error;
    json_t *settings = json_pack(
        "{s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}, s:{s:b, s:b, s:b, s:b}}",
        "run_dir", rig->folder, "plugin_dir", VMM_PLUGINS, "node_id", "rig", "watch", "interval",
        "1s", "jitter", "100ms", "suspect_interval", "1s", "trial_interval", "1s", "deadline", "5s",
        "connect_timeout", "2s", "confirm_step", "200ms", "sustain_time", "1s", "spread", "500ms",
        "flags", "FEATURE_VMS_HEALTH_MONITOR", 1, "FEATURE_VMS_VIVOTEK_CGI", 1,
        "FEATURE_VMS_GENERIC_CGI", 1, "FEATURE_VMS_RTSP_PROBE", 1);
    json_t *more = json_loads(config, 0, &error);
    cr_assert_not_null(more, "%s", error.text);
    json_object_update_recursive(settings, more);
    char *text = json_dumps(settings, JSON_INDENT(2));
    write_file(rig, "vmmd.json", text, 0600);
    free(text);
    json_decref(more);
    json_decref(settings);
}

static pid_t start_vmmd(struct rig *rig, int out)
{
    char path[256];
    char *const argv[] = {(char *)VMM_BIN_DIR "/vmmd", (char *)"--config",
                          (char *)path_in(rig, "vmmd.json", path), NULL};
    return start(argv, open("/dev/null", O_RDONLY | O_CLOEXEC), out, out);
}

bool rig_answers(struct rig *rig, const void *arg)
{
    (void)arg;
    cr_assert_eq(waitpid(rig->vmmd, NULL, WNOHANG), 0, "vmmd ended: see %s/vmmd.log", rig->folder);
    return rig_ctl(rig, NULL, NULL, "flags", NULL) == 0;
}

void rig_launch(struct rig *rig)
{
    int log = open_log(rig, "vmmd.log");
    rig->vmmd = start_vmmd(rig, log);
    close(log);
}

void rig_start(struct rig *rig)
{
    rig_launch(rig);
    rig_until(rig, RIG_WAIT_MS, "vmmd to answer", rig_answers, NULL);
}

static size_t count_lines(struct rig *rig, const char *log, const char *text)
{
    char path[256];
    char *line = NULL;
    size_t room = 0;
    size_t count = 0;
    FILE *file = fopen(path_in(rig, log, path), "r");
    cr_assert_not_null(file, "%s", path);
    while (getline(&line, &room, file) > 0) {
        count += strstr(line, text) != NULL;
    }
    free(line);
    fclose(file);
    return count;
}

size_t rig_log_count(struct rig *rig, const char *text)
{
    return count_lines(rig, "vmmd.log", text);
}

size_t rig_ctl_count(struct rig *rig, const char *text)
{
    return count_lines(rig, "ctl.log", text);
}

int rig_start_refused(struct rig *rig, struct buf *said)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = start_vmmd(rig, ends[1]);
    close(ends[1]);
    read_all(ends[0], said);
    close(ends[0]);
    return wait_status(pid);
}

int rig_stop(struct rig *rig)
{
    kill(rig->vmmd, SIGTERM);
    int status = wait_status(rig->vmmd);
    rig->vmmd = 0;
    return status;
}

void rig_kill(struct rig *rig)
{
    kill(rig->vmmd, SIGKILL);
    wait_status(rig->vmmd);
    rig->vmmd = 0;
}

void rig_close(struct rig *rig)
{
    if (rig->vmmd != 0) {
        cr_expect_eq(rig_stop(rig), 0, "vmmd stops in order");
    }
    if (rig->farm != 0) {
        kill(rig->farm, SIGTERM);
        cr_expect_eq(wait_status(rig->farm), 0, "the farm stops in order");
    }
    json_decref(rig->ready);
    nftw(rig->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- vmmctl ---- */

static int run_ctl(struct rig *rig, struct buf *out, const char *input, const char *const *words)
{
    char *argv[WORDS_MAX + 4] = {(char *)VMM_BIN_DIR "/vmmctl", (char *)"--socket", rig->folder};
    size_t count = 3;
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[count++] = (char *)words[i];
    }
    int to[2];
    int from[2];
    cr_assert_eq(pipe2(to, O_CLOEXEC), 0);
    cr_assert_eq(pipe2(from, O_CLOEXEC), 0);
    int log = open_log(rig, "ctl.log");
    pid_t pid = start(argv, to[0], from[1], log);
    close(to[0]);
    close(from[1]);
    close(log);
    if (input != NULL) {
        cr_assert_eq(write(to[1], input, strlen(input)), (ssize_t)strlen(input));
    }
    close(to[1]);
    struct buf ignored;
    buf_init(&ignored);
    read_all(from[0], out != NULL ? out : &ignored);
    buf_finish(&ignored);
    close(from[0]);
    return wait_status(pid);
}

static size_t take_words(va_list list, const char *words[WORDS_MAX + 1])
{
    size_t count = 0;
    for (const char *word = va_arg(list, const char *); word != NULL && count < WORDS_MAX;
         word = va_arg(list, const char *)) {
        words[count++] = word;
    }
    words[count] = NULL;
    return count;
}

int rig_ctl(struct rig *rig, struct buf *out, const char *input, ...)
{
    const char *words[WORDS_MAX + 1];
    va_list list;
    va_start(list, input);
    take_words(list, words);
    va_end(list);
    return run_ctl(rig, out, input, words);
}

json_t *rig_json(struct rig *rig, ...)
{
    const char *words[WORDS_MAX + 2];
    va_list list;
    va_start(list, rig);
    size_t count = take_words(list, words);
    va_end(list);
    words[count] = "--json";
    words[count + 1] = NULL;
    struct buf out;
    buf_init(&out);
    int status = run_ctl(rig, &out, NULL, words);
    json_error_t error;
    json_t *value = json_loadb((const char *)out.data, out.size, 0, &error);
    cr_assert(status <= 1 && value != NULL, "vmmctl %s: status %d, %s", words[0], status,
              error.text);
    buf_finish(&out);
    return value;
}

/* ---- the farm ---- */

json_t *rig_farm(struct rig *rig, const char *format, ...)
{
    struct buf line;
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%.90s/farm.sock", rig->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    dprintf(fd, "%s\n", text);
    buf_init(&line);
    read_line(fd, &line);
    close(fd);
    json_t *answer = json_loadb((const char *)line.data, line.size, JSON_DISABLE_EOF_CHECK, NULL);
    cr_assert_not_null(answer, "the farm did not understand %s", text);
    cr_assert(json_is_true(json_object_get(answer, "ok")), "%s: %.*s", text, (int)line.size,
              (const char *)line.data);
    buf_finish(&line);
    return answer;
}

json_int_t rig_count(struct rig *rig, const char *devices, const char *what)
{
    json_t *answer =
        rig_farm(rig, "{\"do\":\"report\",\"device\":\"%s\",\"devices\":false}", devices);
    json_t *report = json_object_get(answer, "report");
    json_t *totals = json_object_get(report != NULL ? report : answer, "totals");
    json_t *value = json_object_get(totals, what);
    cr_assert(json_is_integer(value), "the farm counts no %s", what);
    json_int_t count = json_integer_value(value);
    json_decref(answer);
    return count;
}

void rig_wait_count(struct rig *rig, const char *devices, const char *what, int count)
{
    json_decref(rig_farm(
        rig, "{\"do\":\"wait\",\"device\":\"%s\",\"what\":\"%s\",\"count\":%d,\"timeout_ms\":%d}",
        devices, what, count, RIG_WAIT_MS));
}

/* Of an id like "dahua-1" the part before the "-". */
static json_t *provider_of(const char *provider, const json_t *device)
{
    const char *id = json_string_value(json_object_get(device, "id"));
    return provider != NULL ? json_string(provider) : json_stringn(id, strcspn(id, "-"));
}

static json_t *fleet_of(const struct rig *rig, const char *provider, const char *options)
{
    json_t *sites = json_array();
    json_t *cameras = json_array();
    json_t *seen = json_object();
    size_t i;
    json_t *device;
    json_array_foreach(json_object_get(rig->ready, "devices"), i, device)
    {
        const char *site = json_string_value(json_object_get(device, "site"));
        if (json_object_get(seen, site) == NULL) {
            json_object_set_new(seen, site, json_true());
            json_array_append_new(sites, json_pack("{s:s, s:s}", "id", site, "name", site));
        }
        json_array_append_new(cameras, json_pack("{s:O, s:s, s:o, s:O, s:O, s:s, s:o}", "id",
                                                 json_object_get(device, "id"), "site", site,
                                                 "provider", provider_of(provider, device), "host",
                                                 json_object_get(device, "address"), "port",
                                                 json_object_get(device, "port"), "credential",
                                                 "farm", "options", json_loads(options, 0, NULL)));
    }
    json_decref(seen);
    return json_pack("{s:o, s:o}", "sites", sites, "cameras", cameras);
}

void rig_load_farm(struct rig *rig, const char *provider, const char *options)
{
    char path[256];
    json_t *fleet = fleet_of(rig, provider, options);
    char *text = json_dumps(fleet, 0);
    write_file(rig, "fleet.json", text, 0600);
    free(text);
    json_decref(fleet);
    rig_ctl(rig, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
            "--password-stdin", NULL);
    struct buf out;
    buf_init(&out);
    int status = rig_ctl(rig, &out, NULL, "fleet", "load", path_in(rig, "fleet.json", path), NULL);
    cr_assert_eq(status, 0, "fleet load: %s", buf_cstr(&out));
    buf_finish(&out);
}

/* ---- what vmmd says ---- */

static json_t *cameras(struct rig *rig)
{
    json_t *status = rig_json(rig, "status", "--all", NULL);
    json_t *list = json_incref(json_object_get(status, "cameras"));
    json_decref(status);
    return list;
}

static void describe(const json_t *camera, char text[64])
{
    snprintf(text, 64, "%s %s", json_string_value(json_object_get(camera, "health")),
             json_string_value(json_object_get(camera, "reason")));
}

const char *rig_health(struct rig *rig, const char *id)
{
    static char text[64];
    size_t i;
    json_t *camera;
    json_t *list = cameras(rig);
    snprintf(text, sizeof(text), "none");
    json_array_foreach(list, i, camera)
    {
        if (strcmp(json_string_value(json_object_get(camera, "id")), id) == 0) {
            describe(camera, text);
        }
    }
    json_decref(list);
    return text;
}

struct wanted {
    const char *id;
    const char *health;
};

static bool has_health(struct rig *rig, const void *arg)
{
    const struct wanted *wanted = arg;
    return strcmp(rig_health(rig, wanted->id), wanted->health) == 0;
}

void rig_wait_health(struct rig *rig, const char *camera, const char *health)
{
    struct wanted wanted = {camera, health};
    char what[160];
    snprintf(what, sizeof(what), "%s to be %s (it is %s)", camera, health, rig_health(rig, camera));
    rig_until(rig, RIG_WAIT_MS, what, has_health, &wanted);
}

static bool all_have(struct rig *rig, const void *health)
{
    size_t i;
    json_t *camera;
    json_t *list = cameras(rig);
    bool all = json_array_size(list) > 0;
    json_array_foreach(list, i, camera)
    {
        all = all && strcmp(json_string_value(json_object_get(camera, "health")), health) == 0;
    }
    json_decref(list);
    return all;
}

void rig_wait_all(struct rig *rig, const char *health)
{
    char what[64];
    snprintf(what, sizeof(what), "all cameras to be %s", health);
    rig_until(rig, RIG_WAIT_MS, what, all_have, health);
}

void rig_written(struct rig *rig)
{
    rig_ctl(rig, NULL, NULL, "events", "--limit", "1", NULL);
}

json_t *rig_events(struct rig *rig)
{
    struct buf out;
    buf_init(&out);
    cr_assert_eq(rig_ctl(rig, &out, NULL, "events", "--jsonl", "--limit", "0", NULL), 0);
    json_t *events = json_array();
    char *save = NULL;
    char *text = strdup(buf_cstr(&out));
    for (char *line = strtok_r(text, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        json_t *event = json_loads(line, 0, NULL);
        cr_assert_not_null(event, "%s", line);
        json_array_append_new(events, event);
    }
    free(text);
    buf_finish(&out);
    return events;
}

double rig_metric(struct rig *rig, const char *name)
{
    struct buf out;
    buf_init(&out);
    cr_assert_eq(rig_ctl(rig, &out, NULL, "metrics", NULL), 0);
    double sum = 0;
    char *save = NULL;
    char *text = strdup(buf_cstr(&out));
    for (char *line = strtok_r(text, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        char *value = strrchr(line, ' ');
        if (strncmp(line, name, strlen(name)) == 0 && value != NULL) {
            sum += strtod(value, NULL);
        }
    }
    free(text);
    buf_finish(&out);
    return sum;
}

pid_t rig_host(struct rig *rig, const char *name, char state[16])
{
    size_t i;
    json_t *plugin;
    pid_t pid = 0;
    json_t *all = rig_json(rig, "plugins", NULL);
    snprintf(state, 16, "none");
    json_array_foreach(json_object_get(all, "plugins"), i, plugin)
    {
        if (strcmp(json_string_value(json_object_get(plugin, "name")), name) == 0) {
            pid = (pid_t)json_integer_value(json_object_get(plugin, "pid"));
            snprintf(state, 16, "%.15s", json_string_value(json_object_get(plugin, "state")));
        }
    }
    json_decref(all);
    return pid;
}

static bool has_state(struct rig *rig, const void *arg)
{
    const struct wanted *wanted = arg;
    char state[16];
    rig_host(rig, wanted->id, state);
    return strcmp(state, wanted->health) == 0;
}

void rig_wait_plugin(struct rig *rig, const char *plugin, const char *state)
{
    struct wanted wanted = {plugin, state};
    rig_until(rig, RIG_WAIT_MS, "the plugin's state", has_state, &wanted);
}

void rig_until(struct rig *rig, int ms, const char *what,
               bool (*check)(struct rig *rig, const void *arg), const void *arg)
{
    uint64_t end = rig_now_ms() + (uint64_t)ms;
    while (!check(rig, arg)) {
        cr_assert_lt(rig_now_ms(), end, "waited %d ms for %s; see %s", ms, what, rig->folder);
        /* What is waited for is in another process that tells nobody: look again in a moment. */
        poll(NULL, 0, 20);
    }
}
