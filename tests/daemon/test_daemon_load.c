/* SPDX-License-Identifier: MIT */
/* A fleet from a file: wholly or not at all, its credentials among it, whoever else loads one and whoever goes away. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ipc/ctl_client.h"
#include "rig.h"

static struct rig it;

static void set_up(void)
{
    rig_open(&it, NULL);
    rig_config(&it, "{\"flags\":{\"FEATURE_VMS_VIVOTEK_CGI\":false}}");
    rig_start(&it);
}

static void tear_down(void)
{
    rig_close(&it);
}

TestSuite(load, .init = set_up, .fini = tear_down, .timeout = 90);

static const char *write_file(const char *name, const char *text)
{
    static char path[2][256];
    static int turn;
    char *out = path[turn++ % 2];
    snprintf(out, 256, "%s/%s", it.folder, name);
    FILE *file = fopen(out, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    return out;
}

/* Load this text; {P} in it becomes the path of a file with the password. */
static int load(const char *text, json_t **said)
{
    char whole[2048] = "";
    struct buf out;
    const char *secret = write_file("password", "first-password\n");
    const char *mark = strstr(text, "{P}");
    buf_init(&out);
    if (mark != NULL) {
        snprintf(whole, sizeof(whole), "%.*s%s%s", (int)(mark - text), text, secret, mark + 3);
    } else {
        snprintf(whole, sizeof(whole), "%s", text);
    }
    int status =
        rig_ctl(&it, &out, NULL, "fleet", "load", write_file("fleet.json", whole), "--json", NULL);
    *said = json_loadb((const char *)out.data, out.size, 0, NULL);
    buf_finish(&out);
    return status;
}

static size_t count_of(const char *verb, const char *list)
{
    json_t *all = rig_json(&it, verb, "list", NULL);
    size_t count = json_array_size(json_object_get(all, list));
    json_decref(all);
    return count;
}

static json_int_t number(const json_t *said, const char *key)
{
    return json_integer_value(json_object_get(said, key));
}

static json_int_t generation(void)
{
    json_t *all = rig_json(&it, "credential", "list", NULL);
    const json_t *row = json_array_get(json_object_get(all, "credentials"), 0);
    json_int_t value = number(row, "generation");
    json_decref(all);
    return value;
}

#define WHOLE                                                                                      \
    "{\"sites\":[{\"id\":\"a\"}],\"credentials\":[{\"id\":\"main\",\"user\":\"u\",\"site\":\"a\"," \
    "\"password_file\":\"{P}\"}],\"cameras\":[{\"id\":\"c1\",\"site\":\"a\",\"provider\":"         \
    "\"vivotek\",\"host\":\"127.44.0.1\",\"credential\":\"main\"}]}"

Test(load, sites_credentials_and_cameras_come_together_and_twice_is_once)
{
    json_t *said = NULL;
    cr_assert_eq(load(WHOLE, &said), 0);
    cr_expect_eq(number(said, "added"), 3);
    json_decref(said);
    cr_expect_eq(count_of("credential", "credentials"), 1);
    cr_assert_eq(load(WHOLE, &said), 0);
    cr_expect_eq(number(said, "added"), 0);
    cr_expect_eq(number(said, "changed"), 0);
    cr_expect_eq(number(said, "same"), 3);
    json_decref(said);
    cr_expect_eq(generation(), 1, "the same password is no new one, and is not tried anew");
    cr_assert_eq(load("{\"credentials\":[{\"id\":\"main\",\"user\":\"v\"}]}", &said), 0);
    cr_expect_eq(number(said, "changed"), 1);
    cr_expect_eq(generation(), 2);
    json_decref(said);
    cr_expect_eq(rig_log_count(&it, "first-password"), 0);
}

Test(load, one_mistake_leaves_no_credential_behind)
{
    static const char *const wrong[] = {
        "{\"sites\":[{\"id\":\"a\"}],\"credentials\":[{\"id\":\"main\",\"user\":\"u\","
        "\"password_file\":\"{P}\"}],\"cameras\":[{\"id\":\"c1\",\"site\":\"a\",\"provider\":"
        "\"vivotek\",\"host\":\"127.44.0.1\",\"port\":-1}]}",
        "{\"sites\":[{\"id\":\"a\"}],\"credentials\":[{\"id\":\"main\",\"user\":\"u\",\"site\":"
        "\"nowhere\",\"password_file\":\"{P}\"}]}",
        "{\"sites\":[{\"id\":\"a\"}],\"credentials\":[{\"id\":\"main\",\"user\":\"u\"}]}",
        "{\"sites\":[{\"id\":\"a\"}],\"credentials\":[{\"id\":\"x\",\"user\":\"u\","
        "\"password_file\":\"{P}\"},{\"id\":\"bad id\",\"user\":\"u\"}]}",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        json_t *said = NULL;
        cr_expect_eq(load(wrong[i], &said), 2, "%s", wrong[i]);
        cr_expect_geq(json_array_size(json_object_get(said, "problems")), 1, "%s", wrong[i]);
        json_decref(said);
        cr_expect_eq(count_of("credential", "credentials"), 0, "%s", wrong[i]);
        cr_expect_eq(count_of("site", "sites"), 0, "%s", wrong[i]);
    }
    json_t *said = NULL;
    cr_assert_eq(load(wrong[0], &said), 2);
    json_decref(said);
}

/* One part of a load over a connection; `more` or the last. Returns how many are staged, or were added. */
static json_int_t send_part(struct ctl_client *client, const char *site, bool more)
{
    json_t *result = NULL;
    json_t *args = json_pack("{s:[{s:s}], s:b}", "sites", "id", site, "more", more);
    cr_assert_eq(ctl_client_call(client, "fleet.load", args, NULL, NULL, 10000, &result), 0);
    json_int_t count = number(result, more ? "staged" : "added");
    json_decref(result);
    return count;
}

static struct ctl_client *connect_control(void)
{
    char path[256];
    struct ctl_client *client = NULL;
    snprintf(path, sizeof(path), "%s/control.sock", it.folder);
    cr_assert_eq(ctl_client_open(path, &client), 0, "%s", path);
    return client;
}

Test(load, two_at_once_do_not_mix_and_one_that_goes_away_leaves_nothing)
{
    struct ctl_client *clients[3];
    for (size_t i = 0; i < 3; i++) {
        clients[i] = connect_control();
    }
    cr_expect_eq(send_part(clients[0], "a", true), 1);
    cr_expect_eq(send_part(clients[1], "b", true), 1);
    cr_expect_eq(send_part(clients[2], "gone", true), 1);
    cr_expect_eq(send_part(clients[0], "a2", true), 2);
    ctl_client_close(clients[2]);
    cr_expect_eq(send_part(clients[1], "b2", false), 2);
    cr_expect_eq(count_of("site", "sites"), 2, "b and b2");
    cr_expect_eq(send_part(clients[0], "a3", false), 3);
    cr_expect_eq(count_of("site", "sites"), 5);
    ctl_client_close(clients[0]);
    ctl_client_close(clients[1]);
}

Test(load, a_part_that_is_wrong_forgets_those_before_it)
{
    struct ctl_client *client = connect_control();
    json_t *result = NULL;
    cr_expect_eq(send_part(client, "a", true), 1);
    json_t *args = json_pack("{s:s}", "sites", "no list");
    cr_assert_eq(ctl_client_call(client, "fleet.load", args, NULL, NULL, 10000, &result), 0);
    cr_expect_not_null(json_object_get(result, "error"));
    json_decref(result);
    cr_expect_eq(send_part(client, "b", false), 1);
    cr_expect_eq(count_of("site", "sites"), 1);
    ctl_client_close(client);
}
