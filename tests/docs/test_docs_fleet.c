/* SPDX-License-Identifier: MIT */
/* What docs/fleet.md says to type works as it is typed, and its table names each field that there is. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

static const char farm[] =
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\"}],"
    "\"groups\":[{\"prefix\":\"cam-\",\"count\":2,\"first\":1,\"digits\":1,\"site\":\"x\","
    "\"base_address\":\"127.78.0.1\",\"personality\":\"vivotek-camera\"}]}";

static void read_page(struct buf *page)
{
    int fd = open(VMM_ROOT "/docs/fleet.md", O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    for (ssize_t got = 1; got > 0;) {
        got = read(fd, buf_reserve(page, 4096), 4096);
        cr_assert_geq(got, 0);
        buf_grow(page, (size_t)got);
    }
    close(fd);
}

/* Copy with each `what` replaced. */
static void replace(const char *text, const char *what, const char *with, struct buf *out)
{
    for (const char *at = strstr(text, what); at != NULL; at = strstr(text, what)) {
        buf_add(out, text, (size_t)(at - text));
        buf_text(out, with);
        text = at + strlen(what);
    }
    buf_text(out, text);
}

/* The page as it stands, but that its two devices are the farm's. */
static void read_page_for(const struct rig *rig, struct buf *page)
{
    static const char *const hosts[] = {"192.168.1.64", "192.168.1.5"};
    struct buf pages[5];
    char with[2][2][64];
    json_t *devices = json_object_get(rig->ready, "devices");
    buf_init(&pages[0]);
    read_page(&pages[0]);
    for (size_t i = 0; i < 2; i++) {
        json_t *device = json_array_get(devices, i);
        const char *address = json_string_value(json_object_get(device, "address"));
        int port = (int)json_integer_value(json_object_get(device, "port"));
        snprintf(with[i][0], sizeof(with[i][0]), "host=%s port=%d ", address, port);
        snprintf(with[i][1], sizeof(with[i][1]), "\"%s\", \"port\": %d", address, port);
        char plain[32];
        char quoted[32];
        snprintf(plain, sizeof(plain), "host=%s ", hosts[i]);
        snprintf(quoted, sizeof(quoted), "\"%s\"", hosts[i]);
        buf_init(&pages[1 + 2 * i]);
        buf_init(&pages[2 + 2 * i]);
        replace(buf_cstr(&pages[2 * i]), plain, with[i][0], &pages[1 + 2 * i]);
        replace(buf_cstr(&pages[1 + 2 * i]), quoted, with[i][1], &pages[2 + 2 * i]);
    }
    buf_text(page, buf_cstr(&pages[4]));
    cr_assert_null(strstr(buf_cstr(page), "192.168."), "a test talks to nobody else");
    for (size_t i = 0; i < 5; i++) {
        buf_finish(&pages[i]);
    }
}

/* Run one line in a shell, as a person would: `secret` is typed where it asks. */
static void type(const struct rig *rig, const char *line)
{
    char command[1024];
    const char *how = strstr(line, " --user ") != NULL ? " --password-stdin" : "";
    const char *end = strchr(line, '#');
    int size = end != NULL ? (int)(end - line) : (int)strlen(line);
    snprintf(command, sizeof(command),
             "VMM_RUN_DIR=%s PATH=%s:$PATH; export VMM_RUN_DIR PATH; "
             "echo secret | %.*s%s >%s/typed.log 2>&1",
             rig->folder, VMM_BIN_DIR, size, line, how, rig->folder);
    cr_expect_eq(system(command), 0, "%s: see %s/typed.log", line, rig->folder);
}

/* Type each indented vmmctl line of the page; returns how many there were. */
static size_t type_lines(const struct rig *rig, const char *page)
{
    size_t count = 0;
    char *copy = strdup(page);
    char *save = NULL;
    for (char *line = strtok_r(copy, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "    vmmctl ", 11) == 0) {
            type(rig, line + 4);
            count++;
        }
    }
    free(copy);
    return count;
}

/* Write the page's example of a file. */
static void write_example(const struct rig *rig, const char *page, char path[256])
{
    const char *begin = strstr(page, "    {\"sites\"");
    const char *end = begin != NULL ? strstr(begin, "\n\n") : NULL;
    cr_assert_not_null(end);
    snprintf(path, 256, "%s/example.json", rig->folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_eq(write(fd, begin, (size_t)(end - begin)), end - begin);
    close(fd);
}

Test(docs_fleet, what_the_page_says_to_type_works)
{
    struct rig rig;
    struct buf page;
    struct buf said;
    char path[256];
    rig_open(&rig, farm);
    rig_config(&rig, "{}");
    rig_start(&rig);
    buf_init(&page);
    buf_init(&said);
    read_page_for(&rig, &page);
    cr_assert_geq(type_lines(&rig, buf_cstr(&page)), 8);
    write_example(&rig, buf_cstr(&page), path);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "fleet", "load", "--dry-run", path, NULL), 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "fleet", "load", path, NULL), 0);
    cr_assert_eq(rig_ctl(&rig, &said, NULL, "fleet", "load", path, NULL), 0);
    cr_assert_str_eq(buf_cstr(&said), "0 new, 0 changed, 4 the same\n");
    rig_wait_health(&rig, "lobby-1", "OK none");
    buf_finish(&said);
    buf_finish(&page);
    rig_close(&rig);
}

Test(docs_fleet, the_table_names_each_field)
{
    struct rig rig;
    struct buf page;
    const char *key = NULL;
    json_t *value = NULL;
    rig_open(&rig, NULL);
    rig_config(&rig, "{}");
    rig_start(&rig);
    buf_init(&page);
    read_page(&page);
    const char *table = strstr(buf_cstr(&page), "| field |");
    cr_assert_not_null(table);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "site", "add", "north", NULL), 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "camera", "add", "a", "site=north", "provider=vivotek",
                         "host=127.78.0.9", "enabled=false", NULL),
                 0);
    json_t *fleet = rig_json(&rig, "fleet", "export", NULL);
    json_t *camera = json_array_get(json_object_get(fleet, "cameras"), 0);
    cr_assert_gt(json_object_size(camera), 10);
    json_object_foreach(camera, key, value)
    {
        char word[64];
        snprintf(word, sizeof(word), "`%s`", key);
        cr_expect(strcmp(key, "id") == 0 || strstr(table, word) != NULL, "%s is not told", key);
    }
    json_decref(fleet);
    buf_finish(&page);
    rig_close(&rig);
}
