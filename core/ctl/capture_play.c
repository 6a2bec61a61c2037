/* SPDX-License-Identifier: MIT */
#include "ctl/capture_play.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "ctl/own_folder.h"

#define START_MS  10000
#define LINE_SIZE 4096
#define PASSWORD  "played"

struct farm {
    pid_t pid;
    int out; /* its standard output */
    char folder[64];
    char scenario[128];
};

/* ---- The farm ---- */

/* FILE as the folder that holds it and the name of its personality. */
static void split(const char *file, char folder[LINE_SIZE], char name[256])
{
    const char *slash = strrchr(file, '/');
    text_format(folder, LINE_SIZE, "%.*s", slash != NULL ? (int)(slash - file) : 1,
                slash != NULL ? file : ".");
    text_format(name, 256, "%.200s", slash != NULL ? slash + 1 : file);
    char *end = strrchr(name, '.');
    if (end != NULL) {
        *end = '\0';
    }
}

static bool write_scenario(struct farm *farm, const char *name, const char *user)
{
    json_t *scenario = json_pack(
        "{s:{s:i, s:i, s:i}, s:[{s:s, s:s}], s:[{s:s, s:s, s:s}]}", "ports", "http", 0, "rtsp", 0,
        "dvrip", 0, "users", "name", user[0] != '\0' ? user : "nobody", "password", PASSWORD,
        "groups", "prefix", "played", "base_address", "127.93.0.1", "personality", name);
    text_format(farm->folder, sizeof(farm->folder), "/tmp/vmm-capture-XXXXXX");
    bool good = scenario != NULL && mkdtemp(farm->folder) != NULL;
    text_format(farm->scenario, sizeof(farm->scenario), "%s/scenario.json", farm->folder);
    good = good && json_dump_file(scenario, farm->scenario, 0) == 0;
    json_decref(scenario);
    return good;
}

static int spawn(struct farm *farm, const char *program, char *folder)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    char *const argv[] = {(char[]){"vmm-farm"},
                          (char[]){"--scenario"},
                          farm->scenario,
                          (char[]){"--personalities"},
                          folder,
                          (char[]){"--port-file"},
                          (char[]){"-"},
                          NULL};
    char *const envp[] = {NULL};
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int rc = posix_spawn(&farm->pid, program, &actions, NULL, argv, envp);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    farm->out = ends[0];
    return rc;
}

/* The first line of its output: where the devices are. */
static json_t *read_places(const struct farm *farm)
{
    char line[LINE_SIZE];
    size_t used = 0;
    uint64_t end = clock_mono_us() + START_MS * CLOCK_MS;
    while (used + 1 < sizeof(line) && clock_mono_us() < end) {
        struct pollfd look = {.fd = farm->out, .events = POLLIN};
        if (poll(&look, 1, START_MS) <= 0) {
            break;
        }
        ssize_t got = read(farm->out, line + used, sizeof(line) - 1 - used);
        if (got <= 0) {
            break;
        }
        used += (size_t)got;
        if (memchr(line, '\n', used) != NULL) {
            return json_loadb(line, used, JSON_DISABLE_EOF_CHECK, NULL);
        }
    }
    return NULL;
}

static void stop(struct farm *farm)
{
    if (farm->pid > 0) {
        kill(farm->pid, SIGTERM);
        while (waitpid(farm->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    if (farm->out >= 0) {
        close(farm->out);
    }
    if (farm->scenario[0] != '\0') {
        unlink(farm->scenario);
        rmdir(farm->folder);
    }
}

/* ---- The look ---- */

/* The fields of the first look at the farm's device. */
static json_t *fields_for(const json_t *given, const json_t *place)
{
    json_t *fields = json_array();
    size_t i;
    json_t *field;
    json_array_foreach(given, i, field)
    {
        const char *text = json_string_value(field);
        if (strncmp(text, "host=", 5) != 0 && strncmp(text, "port=", 5) != 0 &&
            strncmp(text, "tls=", 4) != 0) {
            json_array_append(fields, field);
        }
    }
    json_array_append_new(
        fields, json_sprintf("host=%s", json_string_value(json_object_get(place, "address"))));
    json_array_append_new(
        fields, json_sprintf("port=%d", (int)json_integer_value(json_object_get(place, "port"))));
    return fields;
}

static int look_again(struct ctl *ctl, const json_t *places, const struct solo_target *target,
                      struct capture_look *played)
{
    const json_t *place = json_array_get(json_object_get(places, "devices"), 0);
    json_t *fields = fields_for(target->fields, place);
    struct solo_target again = *target;
    again.fields = fields;
    again.password = target->user[0] != '\0' ? PASSWORD : "";
    again.on_capture = NULL;
    text_format(played->address, sizeof(played->address), "%s:%d",
                json_string_value(json_object_get(place, "address")),
                (int)json_integer_value(json_object_get(place, "port")));
    int code = solo_look(ctl, &again, look_row, &played->rows, &played->result);
    json_decref(fields);
    return code;
}

int capture_play(struct ctl *ctl, const char *file, const struct solo_target *target,
                 struct capture_look *played)
{
    char own[LINE_SIZE];
    char program[2 * LINE_SIZE];
    char folder[LINE_SIZE];
    char name[256];
    struct farm farm = {.out = -1};
    json_t *places = NULL;
    int code = EXIT_REFUSED;
    own_folder(own, sizeof(own));
    text_format(program, sizeof(program), "%.4000s/vmm-farm", own);
    split(file, folder, name);
    if (write_scenario(&farm, name, target->user) && spawn(&farm, program, folder) == 0) {
        places = read_places(&farm);
    }
    if (places != NULL) {
        code = look_again(ctl, places, target, played);
    } else {
        ctl_complain(ctl, "%s could not play %s", program, file);
    }
    json_decref(places);
    stop(&farm);
    return code;
}
