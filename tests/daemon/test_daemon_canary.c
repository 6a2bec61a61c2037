/* SPDX-License-Identifier: MIT */
/*
 * A password that is easy to find, in every shape it could leak in, looked for in everything that vmmd writes, says or
 * shows: it is in none of it. Devices log in by digest, by Basic, over RTSP and by a URL that holds the password; one
 * refuses it and one repeats what it was asked.
 */
#include <criterion/criterion.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "procs.h"
#include "rig.h"

/* Characters that each encoding writes in its own way. */
#define PASSWORD      "Ca\"na\\ry %7\xc3\xa9/+&'<"
#define PASSWORD_JSON "Ca\\\"na\\\\ry %7\xc3\xa9/+&'<"

static const char scenario[] =
    "{\"ports\":{\"http\":0,\"rtsp\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"" PASSWORD_JSON "\",\"level\":\"admin\"}],"
    "\"personalities\":{\"echo\":{\"extends\":\"http-plain\",\"answers\":{\"echo\":{\"path\":\"/q/"
    "*\","
    "\"headers\":{\"Content-Type\":\"text/plain\"},\"body\":[\"echo={path}\",\"state=ok\"]}}}},"
    "\"groups\":["
    "{\"prefix\":\"digest-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_"
    "address\":"
    "\"127.37.0.1\",\"personality\":\"vivotek-camera\",\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"basic-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_"
    "address\":"
    "\"127.37.0.2\",\"personality\":\"generic-cgi\"},"
    "{\"prefix\":\"rtsp-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_"
    "address\":"
    "\"127.37.0.3\",\"personality\":\"rtsp-camera\"},"
    "{\"prefix\":\"echo-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_"
    "address\":"
    "\"127.37.0.4\",\"personality\":\"echo\"},"
    "{\"prefix\":\"refuses-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\",\"base_"
    "address\":"
    "\"127.37.0.5\",\"personality\":\"vivotek-camera\",\"users\":[{\"name\":\"admin\",\"password\":"
    "\"another\",\"level\":\"admin\"}]}]}";

static const struct {
    const char *id;
    const char *provider;
    const char *options;
} cameras[] = {
    {"digest-1", "vivotek", "{\"level\":\"admin\"}"},
    {"basic-1", "generic",
     "{\"basic\":true,\"requests\":[{\"name\":\"status\",\"path\":\"/cgi-bin/"
     "status.cgi\",\"match\":"
     "[\"^model=\"]}]}"},
    {"rtsp-1", "rtsp", "{\"path\":\"/live.sdp\"}"},
    {"echo-1", "generic",
     "{\"requests\":[{\"name\":\"q\",\"path\":\"/q/{user}/{pass}/{pass_md5}?p={pass}\",\"headers\":"
     "[\"X-Password: "
     "{pass}\"],\"match\":[\"^state=ok\"],\"extract\":[{\"from\":\"keyvalue\",\"key\":"
     "\"echo\",\"fact\":\"model\"}]}]}"},
    {"refuses-1", "vivotek", "{\"level\":\"admin\"}"},
};

#define CAMERAS (sizeof(cameras) / sizeof(cameras[0]))

/* ---- what is looked for ------------------------------------------------------------------------------------ */

#define NEEDLES_MAX 16

struct needles {
    char texts[NEEDLES_MAX][256];
    size_t count;
};

static void add(struct needles *needles, const char *text)
{
    cr_assert_lt(needles->count, NEEDLES_MAX);
    cr_assert_gt(strlen(text), 5, "too short to mean anything: %s", text);
    snprintf(needles->texts[needles->count++], sizeof(needles->texts[0]), "%s", text);
}

/* What a program of the system makes of a text; without the line end and what follows a blank. */
static void add_made(struct needles *needles, const char *folder, const char *program,
                     const char *text)
{
    char command[300];
    char made[256] = "";
    snprintf(command, sizeof(command), "%s/needle", folder);
    FILE *file = fopen(command, "w");
    fputs(text, file);
    fclose(file);
    snprintf(command, sizeof(command), "%s < %s/needle; rm %s/needle", program, folder, folder);
    FILE *said = popen(command, "r");
    cr_assert_not_null(fgets(made, sizeof(made), said), "%s", program);
    pclose(said);
    made[strcspn(made, " =\n")] = '\0';
    add(needles, made);
}

static void add_percent(struct needles *needles, bool upper)
{
    char text[256] = "";
    for (const char *p = PASSWORD; *p != '\0'; p++) {
        bool plain =
            (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        size_t at = strlen(text);
        snprintf(text + at, sizeof(text) - at,
                 plain   ? "%c"
                 : upper ? "%%%02X"
                         : "%%%02x",
                 (unsigned char)*p);
    }
    add(needles, text);
}

static struct needles make_needles(const char *folder)
{
    struct needles needles = {.count = 0};
    add(&needles, PASSWORD);
    add(&needles, PASSWORD_JSON);
    add(&needles,
        "Ca\\\"na\\\\ry %7\\u00e9");    /* JSON in ASCII; what follows may be written in two ways */
    add(&needles, "Ca&quot;na\\ry %7"); /* HTML */
    add_percent(&needles, true);
    add_percent(&needles, false);
    add_made(&needles, folder, "base64 -w0", PASSWORD);
    add_made(&needles, folder, "base64 -w0", "admin:" PASSWORD); /* an Authorization of Basic */
    add_made(&needles, folder, "md5sum", PASSWORD);
    add_made(&needles, folder, "md5sum", "admin:streaming_server:" PASSWORD); /* HA1 of digest */
    add_made(&needles, folder, "md5sum", "admin:IP Camera:" PASSWORD);
    add_made(&needles, folder, "xxd -p -c 256", PASSWORD);
    return needles;
}

static void look_through(const struct needles *needles, const char *where, const void *bytes,
                         size_t size)
{
    for (size_t i = 0; i < needles->count; i++) {
        const char *text = needles->texts[i];
        cr_expect_null(memmem(bytes, size, text, strlen(text)), "%s holds the password as %s",
                       where, text);
    }
}

/* ---- where it is looked for -------------------------------------------------------------------------------- */

static void look_through_file(const struct needles *needles, const char *path)
{
    struct buf content;
    buf_init(&content);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return; /* the process has ended, or it is a socket */
    }
    size_t got = 1;
    while (got > 0) {
        uint8_t *room = buf_reserve(&content, 65536);
        got = fread(room, 1, 65536, file);
        buf_grow(&content, got);
    }
    fclose(file);
    look_through(needles, path, content.data, content.size);
    buf_finish(&content);
}

/* All but what the test itself has written there. */
static void look_through_folder(const struct needles *needles, const char *folder)
{
    DIR *list = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        char path[512];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
            strcmp(entry->d_name, "scenario.json") != 0) {
            look_through_file(needles, path);
            count++;
        }
    }
    closedir(list);
    cr_assert_gt(count, 5, "databases, log and file are there");
}

static void look_through_processes(const struct needles *needles, const struct rig *rig)
{
    struct procs all;
    procs_children(rig->vmmd, &all);
    cr_assert_gt(all.count, 0);
    all.pids[all.count++] = rig->vmmd;
    for (size_t i = 0; i < all.count; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)all.pids[i]);
        look_through_file(needles, path);
        snprintf(path, sizeof(path), "/proc/%d/environ", (int)all.pids[i]);
        look_through_file(needles, path);
    }
}

static void look_through_answer(const struct needles *needles, struct rig *rig, const char *verb,
                                const char *word)
{
    struct buf out;
    buf_init(&out);
    cr_expect_leq(rig_ctl(rig, &out, NULL, verb, word, NULL), 1, "vmmctl %s %s", verb, word);
    cr_expect_gt(out.size, 0, "vmmctl %s says nothing", verb);
    look_through(needles, verb, out.data, out.size);
    buf_finish(&out);
    buf_init(&out);
    rig_ctl(rig, &out, NULL, verb, word, "--json", NULL);
    look_through(needles, verb, out.data, out.size);
    buf_finish(&out);
}

/* ---- the test ------------------------------------------------------------------------------------------------ */

static void load_cameras(struct rig *rig)
{
    char path[256];
    json_t *list = json_array();
    for (size_t i = 0; i < CAMERAS; i++) {
        const json_t *device = NULL;
        for (size_t k = 0; k < CAMERAS; k++) {
            const json_t *at = json_array_get(json_object_get(rig->ready, "devices"), k);
            if (strcmp(json_string_value(json_object_get(at, "id")), cameras[i].id) == 0) {
                device = at;
            }
        }
        json_t *options = json_loads(cameras[i].options, 0, NULL);
        cr_assert(device != NULL && options != NULL, "%s", cameras[i].id);
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:O, s:O, s:s, s:s, s:o}", "id", cameras[i].id, "site",
                            "north", "provider", cameras[i].provider, "host",
                            json_object_get(device, "address"), "port",
                            json_object_get(device, "port"), "credential", "canary", "auth",
                            strcmp(cameras[i].id, "basic-1") == 0 ? "basic" : "digest", "options",
                            options));
    }
    json_t *fleet = json_pack("{s:[{s:s}], s:o}", "sites", "id", "north", "cameras", list);
    snprintf(path, sizeof(path), "%s/fleet.json", rig->folder);
    cr_assert_eq(json_dump_file(fleet, path, 0), 0);
    json_decref(fleet);
    cr_assert_eq(rig_ctl(rig, NULL, PASSWORD "\n", "credential", "add", "canary", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "fleet", "load", path, NULL), 0);
}

static void look_everywhere(const struct needles *needles, struct rig *rig)
{
    static const char *const asked[][2] = {
        {"status", "--all"}, {"events", NULL},       {"metrics", NULL},   {"plugins", NULL},
        {"flags", NULL},     {"credential", "list"}, {"fleet", "export"}, {"camera", "list"},
    };
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        look_through_answer(needles, rig, asked[i][0], asked[i][1]);
    }
    for (size_t i = 0; i < CAMERAS; i++) {
        look_through_answer(needles, rig, "explain", cameras[i].id);
        look_through_answer(needles, rig, "probe", cameras[i].id);
    }
    look_through_processes(needles, rig);
    look_through_folder(needles, rig->folder);
}

Test(canary, the_password_is_nowhere_in_any_shape)
{
    struct rig rig;
    char config[600];
    rig_open(&rig, scenario);
    snprintf(
        config, sizeof(config),
        "{\"log\":{\"level\":\"debug\"},\"flags\":{\"FEATURE_VMM_SINK_JSONL\":true},\"plugins\":"
        "{\"jsonl\":{\"config\":{\"path\":\"%s/events.jsonl\"}}}}",
        rig.folder);
    rig_config(&rig, config);
    rig_start(&rig);
    struct needles needles = make_needles(rig.folder);
    load_cameras(&rig);
    for (size_t i = 0; i + 1 < CAMERAS; i++) {
        rig_wait_health(&rig, cameras[i].id, "OK none");
    }
    rig_wait_health(&rig, "refuses-1", "DEGRADED auth");
    look_everywhere(&needles, &rig);
    /* Once more when each device breaks, and what is kept of it is another text. */
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"*\",\"fault\":\"garbage\"}"));
    rig_wait_health(&rig, "echo-1", "DEGRADED bad_reply");
    look_everywhere(&needles, &rig);
    cr_assert_eq(rig_stop(&rig), 0);
    look_through_folder(&needles, rig.folder);
    rig_close(&rig);
}
