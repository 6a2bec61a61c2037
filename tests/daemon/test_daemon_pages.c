/* SPDX-License-Identifier: MIT */
/* Answers about more cameras than one page, or one turn of the loop, holds. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "prom.h"
#include "rig.h"

#define CAMERAS 2600 /* more than one turn goes through */

static struct rig it;

/* Cameras c0000 … of sites a, b and c in turn; nothing looks at them. */
static void write_fleet(const char *path)
{
    json_t *cameras = json_array();
    for (int i = 0; i < CAMERAS; i++) {
        char site[2] = {(char)('a' + i % 3), '\0'};
        json_array_append_new(cameras, json_pack("{s:o, s:s, s:s, s:s, s:o, s:s}", "id",
                                                 json_sprintf("c%04d", i), "site", site, "provider",
                                                 "vivotek", "host", "127.43.0.1", "port",
                                                 json_integer(1 + i), "credential", "farm"));
    }
    json_t *all = json_pack("{s:[{s:s}, {s:s}, {s:s}], s:o}", "sites", "id", "a", "id", "b", "id",
                            "c", "cameras", cameras);
    cr_assert_eq(json_dump_file(all, path, 0), 0);
    json_decref(all);
}

static void set_up(void)
{
    char path[256];
    rig_open(&it, NULL);
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_VIVOTEK_CGI\":false}}");
    rig_start(&it);
    cr_assert_eq(rig_ctl(&it, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    snprintf(path, sizeof(path), "%s/many.json", it.folder);
    write_fleet(path);
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "fleet", "load", path, NULL), 0);
}

static void tear_down(void)
{
    rig_close(&it);
}

TestSuite(pages, .init = set_up, .fini = tear_down, .timeout = 120);

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    return text != NULL ? text : "";
}

/* The rows are in order of site and id behind `last`, which becomes the last of them. */
static size_t check_order(const json_t *rows, char last[140])
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        char place[140];
        const char *site = text_of(row, "site_id");
        snprintf(place, sizeof(place), "%s/%s", site[0] != '\0' ? site : text_of(row, "site"),
                 text_of(row, "id"));
        cr_assert_lt(strcmp(last, place), 0, "%s comes behind %s", place, last);
        strcpy(last, place);
    }
    return json_array_size(rows);
}

Test(pages, status_goes_on_at_its_cursor_and_counts_all_each_time)
{
    char last[140] = "";
    char cursor[140] = "";
    size_t seen = 0;
    for (int page = 0; page < 4; page++) {
        json_t *all = cursor[0] != '\0' ? rig_json(&it, "status", "--all", "--limit", "700",
                                                   "--cursor", cursor, NULL)
                                        : rig_json(&it, "status", "--all", "--limit", "700", NULL);
        const json_t *summary = json_object_get(all, "summary");
        cr_assert_eq(json_integer_value(json_object_get(summary, "cameras")), CAMERAS);
        cr_assert_eq(json_integer_value(json_object_get(summary, "UNKNOWN")), CAMERAS);
        seen += check_order(json_object_get(all, "cameras"), last);
        snprintf(cursor, sizeof(cursor), "%s", text_of(summary, "next_cursor"));
        cr_assert_eq(cursor[0] == '\0', page == 3, "page %d ends at \"%s\"", page, cursor);
        json_decref(all);
    }
    cr_assert_eq(seen, CAMERAS);
}

Test(pages, status_of_a_site_is_of_that_site)
{
    char last[140] = "";
    json_t *all = rig_json(&it, "status", "--all", "--site", "b", NULL);
    cr_assert_eq(check_order(json_object_get(all, "cameras"), last), 867);
    cr_assert_eq(strncmp(last, "b/", 2), 0);
    cr_assert_eq(json_integer_value(json_object_get(json_object_get(all, "summary"), "cameras")),
                 867);
    json_decref(all);
    all = rig_json(&it, "status", "--site", "b", "--health", "OK", NULL);
    cr_assert_eq(json_array_size(json_object_get(all, "cameras")), 0);
    json_decref(all);
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "status", "--cursor", "nonsense", NULL), 2);
}

Test(pages, lists_have_each_thing_once_and_count_what_uses_a_credential)
{
    char last[140] = "";
    json_t *all = rig_json(&it, "camera", "list", NULL);
    cr_assert_eq(check_order(json_object_get(all, "cameras"), last), CAMERAS);
    json_decref(all);
    last[0] = '\0';
    all = rig_json(&it, "camera", "list", "--site", "c", NULL);
    cr_assert_eq(check_order(json_object_get(all, "cameras"), last), 866);
    json_decref(all);
    all = rig_json(&it, "credential", "list", NULL);
    const json_t *row = json_array_get(json_object_get(all, "credentials"), 0);
    cr_assert_eq(json_integer_value(json_object_get(row, "devices")), CAMERAS);
    json_decref(all);
}

Test(pages, metrics_come_in_pieces_that_make_one_text)
{
    struct buf text;
    size_t count = 0;
    buf_init(&text);
    cr_assert_eq(rig_ctl(&it, &text, NULL, "metrics", NULL), 0);
    cr_assert_null(prom_problem(buf_cstr(&text)), "%s", prom_problem(buf_cstr(&text)));
    for (const char *at = strstr(buf_cstr(&text), "\nvmm_camera_status{"); at != NULL;
         at = strstr(at + 1, "\nvmm_camera_status{")) {
        count++;
    }
    cr_assert_eq(count, CAMERAS);
    buf_finish(&text);
}
