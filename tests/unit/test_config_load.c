/* SPDX-License-Identifier: MIT */
#include "config_files.h"

#include "base/log.h"
#include "config/config.h"
#include "config/config_check.h"
#include "config/config_diff.h"
#include "config_samples.h"

static void begin(void)
{
    files_begin();
    files_mkdir("conf.d");
    files_mkdir("plugins");
}

TestSuite(config, .init = begin, .fini = files_end);

static char *no_environment[] = {NULL};

static int load_with(char *const *environment, struct config **config, struct config_error *error)
{
    const struct config_sources sources = {
        .file = files_path("vmmd.json"),
        .plugin_dir = files_path("plugins"),
        .host_name = "node-a",
        .environment = environment,
    };
    *config = NULL;
    return config_load(&sources, config, error);
}

static struct config *good(char *const *environment)
{
    struct config *config = NULL;
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    int rc = load_with(environment, &config, &error);
    cr_assert_eq(rc, 0, "%s", config_error_text(&error, line));
    return config;
}

/* The error as a line, the test's folder left out. */
static const char *bad(char *const *environment)
{
    static char line[CONFIG_ERROR_LINE];
    char full[CONFIG_ERROR_LINE];
    struct config *config = NULL;
    struct config_error error;
    cr_assert_eq(load_with(environment, &config, &error), VMM_E_INVAL);
    config_error_text(&error, full);
    size_t skip =
        strncmp(full, files_folder, strlen(files_folder)) == 0 ? strlen(files_folder) + 1 : 0;
    text_format(line, sizeof(line), "%s", full + skip);
    return line;
}

static void fragment(const char *name, const char *flag, const char *more)
{
    char path[96];
    char text[512];
    text_format(path, sizeof(path), "plugins/%s.json", name);
    text_format(text, sizeof(text), "{\"name\": \"%s\", \"flag\": \"%s\", \"kind\": \"probe\"%s}",
                name, flag, more);
    files_write(path, text);
    text_format(path, sizeof(path), "plugins/%s.so", name);
    files_write(path, "code");
}

Test(config, defaults)
{
    files_write("vmmd.json", "{}");
    struct config *config = good(no_environment);
    cr_expect_str_eq(config->core.node_id, "node-a");
    cr_expect_str_eq(config->core.run_dir, ".run");
    cr_expect_str_eq(config->core.store_path, ".run/core.db");
    cr_expect_str_eq(config->core.status_socket, ".run/status.sock");
    cr_expect_str_eq(config->core.vault_key_file, ".run/vault.key");
    cr_expect_str_eq(config->core.log_file, "");
    cr_expect_eq(config->core.log_level, LOG_INFO);
    cr_expect_eq(config->core.watch.interval_ms, 240000);
    cr_expect_eq(config->core.watch.jitter_ms, 60000);
    cr_expect_eq(config->core.watch.deadline_ms, 30000);
    cr_expect_eq(config->core.watch.fail_count, 5);
    cr_expect(config->core.watch.confirm);
    cr_expect_eq(config->core.limits.looks_per_provider, 256);
    cr_expect_eq(config->plugin_count, 0);
    cr_expect_null(config->warnings[0]);
    config_destroy(config);
    config_destroy(NULL);
}

Test(config, files_are_merged_in_order_of_their_names)
{
    char out[320];
    files_write("vmmd.json", "{\"watch\": {\"interval\": \"10s\",\n \"jitter\": \"1s\"}}");
    files_write("conf.d/10-log.json", "{\"log\": {\"level\": \"debug\"}}");
    files_write("conf.d/20-watch.json", "{\"watch\": {\"fail_count\": 3}}");
    files_write("conf.d/readme.txt", "not read");
    struct config *config = good(no_environment);
    cr_expect_eq(config->core.watch.interval_ms, 10000);
    cr_expect_eq(config->core.watch.fail_count, 3);
    cr_expect_eq(config->core.log_level, LOG_DEBUG);
    config_origin(config, "/watch/jitter", out, sizeof(out));
    cr_expect_str_eq(out + strlen(files_folder), "/vmmd.json:2");
    cr_expect_str_eq(config_origin(config, "/watch/deadline", out, sizeof(out)), "default");
    config_destroy(config);
}

Test(config, errors_name_file_line_and_column)
{
    files_write("vmmd.json", "{\n  \"watch\": {\n    \"interval\": \"4x\"\n  }\n}\n");
    cr_expect_str_eq(bad(no_environment),
                     "vmmd.json:3:5: /watch/interval: \"4x\" is no duration; write a number with "
                     "ms, s, m, h or d, for example \"4m\"");
    files_write("vmmd.json", "{\n  \"wacth\": {}\n}\n");
    cr_expect_str_eq(bad(no_environment),
                     "vmmd.json:2:3: /wacth: no such setting; did you mean \"watch\"?");
    files_write("vmmd.json", "{\n  \"watch\": {,}\n}\n");
    cr_expect_not_null(
        strstr(bad(no_environment), "vmmd.json:2:13: /watch: a key in double quotes"));
    files_write("vmmd.json", "[]");
    cr_expect_str_eq(bad(no_environment), "vmmd.json: the file holds no object");
    files_write("vmmd.json", "{\"watch\": {\"jitter\": \"5m\"}}");
    cr_expect_not_null(
        strstr(bad(no_environment), "vmmd.json:1:12: /watch/jitter: the jitter is not below"));
    files_write("vmmd.json", "{\"references\": [\"10.0.0.1:53\", \"router:53\"]}");
    cr_expect_not_null(strstr(bad(no_environment), "/references/1: this is no literal address"));
    files_write("vmmd.json", "{\"flags\": 1}");
    cr_expect_not_null(strstr(bad(no_environment), "vmmd.json:1:2: /flags: this is no object"));
    files_write("vmmd.json", "{\"plugins\": {\"x\": 1}}");
    struct config *config = good(no_environment);
    config_destroy(config);
    remove(files_path("vmmd.json"));
    cr_expect_str_eq(bad(no_environment), "vmmd.json: No such file or directory");
}

Test(config, the_same_key_in_two_files_names_both)
{
    files_write("vmmd.json", "{\n  \"log\": {\"level\": \"warn\"}}");
    files_write("conf.d/50.json", "{\"log\": {\"level\": \"warn\"}}");
    const char *line = bad(no_environment);
    cr_expect_not_null(strstr(line, "conf.d/50.json:1:10: /log/level: this is set already in "),
                       "%s", line);
    cr_expect_not_null(strstr(line, "/vmmd.json:2; keep one of them"), "%s", line);
    files_write("conf.d/50.json", "{\"log\": 5}");
    cr_expect_not_null(strstr(bad(no_environment), "/log: this is set already"));
}

Test(config, the_environment_overrides)
{
    char out[320];
    files_write("vmmd.json", "{\"watch\": {\"interval\": \"10m\"}}");
    char *environment[] = {"VMM_WATCH_INTERVAL=20s",
                           "VMM_WATCH_JITTER=1s",
                           "VMM_WATCH_CONFIRM=off",
                           "VMM_WATCH_FAIL_COUNT=7",
                           "VMM_RUN_DIR=/run/x",
                           "VMM_LOG_LEVEL=error",
                           "VMM_OTHER=1",
                           NULL};
    struct config *config = good(environment);
    cr_expect_eq(config->core.watch.interval_ms, 20000);
    cr_expect_eq(config->core.watch.fail_count, 7);
    cr_expect_not(config->core.watch.confirm);
    cr_expect_str_eq(config->core.control_socket, "/run/x/control.sock");
    cr_expect_eq(config->core.log_level, LOG_ERROR);
    cr_expect_str_eq(config_origin(config, "/watch/interval", out, sizeof(out)), "environment");
    config_destroy(config);
    char *wrong[] = {"VMM_WATCH_INTERVAL=fast", NULL};
    cr_expect_not_null(
        strstr(bad(wrong), "environment VMM_WATCH_INTERVAL: /watch/interval: \"fast\" is no"));
}

Test(config, plugins_are_known_from_their_fragments)
{
    files_write("vmmd.json", "{\"plugins\": {\"vivotek\": {\"hosts\": 3, \"own_sockets\": true,"
                             " \"config\": {\"count\": 9}}}}");
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI",
             ", \"summary\": \"VIVOTEK\", \"config\": {\"count\": 5, \"ratio\": 1}");
    files_write("plugins/acme-cam.so", "code");
    struct config *config = good(no_environment);
    cr_expect_eq(config->plugin_count, 2);
    const struct config_plugin *bare = config_find_plugin(config, "acme_cam");
    cr_assert_not_null(bare);
    cr_expect_str_eq(bare->fragment->flag, "FEATURE_PLUGIN_ACME_CAM");
    cr_expect_eq(bare->fragment->kind, 0);
    const struct config_plugin *plugin = config_find_plugin(config, "vivotek");
    cr_assert_not_null(plugin);
    cr_expect_eq(plugin->hosts, 3);
    cr_expect(plugin->own_sockets);
    cr_expect_eq(plugin->fragment->kind, VMM_KIND_PROBE);
    cr_expect_neq(plugin->fragment->file.inode, 0);
    cr_expect_null(config_find_plugin(config, "sampo"));
    struct buf out;
    struct config_error error;
    buf_init(&out);
    cr_assert_eq(config_plugin_settings(config, plugin, sample_items, &out, &error), 0);
    cr_expect_not_null(strstr(buf_cstr(&out), "\"count\":9"));
    cr_expect_not_null(strstr(buf_cstr(&out), "\"ratio\":1"));
    buf_wipe(&out);
    config_destroy(config);
}

Test(config, settings_of_a_plugin_are_judged_by_its_declaration)
{
    char *environment[] = {"TOKEN=s3cret", NULL};
    struct buf out;
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    buf_init(&out);
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", ",\n \"config\": {\"count\": 99}");
    files_write("vmmd.json", "{\"plugins\": {\"vivotek\": {\"config\": {\n\"wait\": \"1h\"}}}}");
    struct config *config = good(environment);
    const struct config_plugin *plugin = config_find_plugin(config, "vivotek");
    cr_expect_eq(config_plugin_settings(config, plugin, sample_items, &out, &error), VMM_E_INVAL);
    cr_expect_not_null(
        strstr(config_error_text(&error, line), "vivotek.json:2:13: /plugins/vivotek/config/count"),
        "%s", line);
    config_destroy(config);
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", "");
    config = good(environment);
    plugin = config_find_plugin(config, "vivotek");
    cr_expect_eq(config_plugin_settings(config, plugin, sample_items, &out, &error), VMM_E_INVAL);
    cr_expect_not_null(
        strstr(config_error_text(&error, line), "vmmd.json:2:1: /plugins/vivotek/config/wait"),
        "%s", line);
    config_destroy(config);
    files_write("vmmd.json",
                "{\"plugins\": {\"vivotek\": {\"config\": {\"token\": {\"env\": \"TOKEN\"}}}}}");
    config = good(environment);
    plugin = config_find_plugin(config, "vivotek");
    cr_expect_eq(config_plugin_settings(config, plugin, sample_items, &out, &error), 0);
    cr_expect_not_null(strstr(buf_cstr(&out), "\"token\":\"s3cret\""));
    config_destroy(config);
    config = good(no_environment);
    plugin = config_find_plugin(config, "vivotek");
    cr_expect_eq(config_plugin_settings(config, plugin, sample_items, &out, &error), VMM_E_INVAL);
    cr_expect_not_null(
        strstr(config_error_text(&error, line), "vmmd.json:1:37: /plugins/vivotek/config/token"),
        "%s", line);
    config_destroy(config);
    buf_wipe(&out);
}

Test(config, bad_fragments_and_collisions)
{
    files_write("vmmd.json", "{}");
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", ", \"hosts\": 9");
    cr_expect_not_null(strstr(bad(no_environment), "plugins/vivotek.json:1:"));
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", ", \"file\": \"../x.so\"");
    cr_expect_not_null(strstr(bad(no_environment), "no .so beside"));
    fragment("vivotek", "VIVOTEK_FLAG_X", "");
    cr_expect_not_null(strstr(bad(no_environment), "/flag: this is no name of a flag"));
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", "");
    files_write("plugins/other.json",
                "{\"name\": \"vivotek\", \"flag\": \"FEATURE_PLUGIN_O\", \"kind\": \"probe\"}");
    cr_expect_not_null(strstr(bad(no_environment), "two plugins of one name"));
    files_write(
        "plugins/other.json",
        "{\"name\": \"other\", \"flag\": \"FEATURE_VMS_VIVOTEK_CGI\", \"kind\": \"probe\"}");
    cr_expect_not_null(strstr(bad(no_environment), "two plugins of one flag"));
    cr_expect_not_null(strstr(bad(no_environment), ".json:1:"), "%s", bad(no_environment));
    cr_expect_not_null(strstr(bad(no_environment), ": /flag: "), "%s", bad(no_environment));
    files_write("plugins/other.json",
                "{\"name\": \"other\", \"flag\": \"" FLAGS_MASTER "\", \"kind\": \"probe\"}");
    cr_expect_not_null(strstr(bad(no_environment), "is the flag of something else"));
    files_write("plugins/other.json", "{\"name\": \"other\", \"flag\": \"FEATURE_PLUGIN_O\", "
                                      "\"kind\": \"probe\", \"file\": \"vivotek.so\"}");
    cr_expect_not_null(strstr(bad(no_environment), "two plugins of one file"));
    files_write("plugins/other.json", "{\"name\": \"other\"}");
    cr_expect_not_null(
        strstr(bad(no_environment), "plugins/other.json:1:1: /flag: this setting is missing"));
    remove(files_path("plugins/other.json"));
    files_write("plugins/9lives.so", "");
    cr_expect_not_null(strstr(bad(no_environment), "cannot be a plugin's name"));
}

Test(config, flags_have_their_origin)
{
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", "");
    files_write("vmmd.json",
                "{\"flags\": {\n\"FEATURE_VMS_HEALTH_MONITOR\": true,\n"
                "\"FEATURE_VMS_VIVOTEK_CGI\": [\"tpe1\"],\n\"FEATURE_PLUGIN_GONE\": true}}");
    struct config *config = good(no_environment);
    cr_expect(flags_state(config->flags, "FEATURE_VMS_HEALTH_MONITOR", "tpe1"));
    cr_expect(flags_state(config->flags, "FEATURE_VMS_VIVOTEK_CGI", "tpe1"));
    const char *origin = flags_find(config->flags, "FEATURE_VMS_VIVOTEK_CGI")->origin;
    cr_expect_str_eq(origin + strlen(files_folder), "/vmmd.json:3");
    cr_assert_not_null(config->warnings[0]);
    cr_expect_not_null(strstr(config->warnings[0], "FEATURE_PLUGIN_GONE"));
    cr_expect_null(config->warnings[1]);
    config_destroy(config);
    char *environment[] = {"FEATURE_VMS_VIVOTEK_CGI=off", NULL};
    config = good(environment);
    cr_expect_not(flags_state(config->flags, "FEATURE_VMS_VIVOTEK_CGI", NULL));
    config_destroy(config);
    files_write("vmmd.json", "{\"flags\": {\"FEATURE_VMS_VIVOTEK\": true}}");
    cr_expect_str_eq(bad(no_environment),
                     "vmmd.json:1:12: /flags/FEATURE_VMS_VIVOTEK: no such flag; did "
                     "you mean \"FEATURE_VMS_VIVOTEK_CGI\"?");
}

Test(config, other_modules_declare_settings_of_their_own)
{
    const struct vmm_config_item *const sinks[] = {&sample_inner, NULL};
    const config_items modules[] = {sinks, NULL};
    struct config_sources sources = {.file = files_path("vmmd.json"), .modules = modules};
    struct config *config = NULL;
    struct config_error error;
    files_write("vmmd.json", "{\"inner\": {\"mode\": \"udp\"}}");
    cr_assert_eq(config_load(&sources, &config, &error), 0, "%s", error.problem);
    cr_expect_str_eq(
        json_string_value(json_object_get(json_object_get(config->settings, "inner"), "mode")),
        "udp");
    config_destroy(config);
    sources.modules = NULL;
    cr_expect_eq(config_load(&sources, &config, &error), VMM_E_INVAL);
}

Test(config, check_prints_the_error_or_a_summary)
{
    char text[2048] = "";
    char file[256];
    char plugins[256];
    text_format(file, sizeof(file), "%s", files_path("vmmd.json"));
    text_format(plugins, sizeof(plugins), "%s", files_path("plugins"));
    struct config_sources sources = {.file = file, .plugin_dir = plugins};
    FILE *out = fmemopen(text, sizeof(text), "w");
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", "");
    files_write("vmmd.json",
                "{\"flags\": {\"FEATURE_VMS_VIVOTEK_CGI\": true}, \"plugins\": {\"vivtek\": {}}}");
    struct config *config = NULL;
    cr_expect_eq(config_check(&sources, out, &config), 0);
    config_print_summary(config, out);
    config_destroy(config);
    files_write("vmmd.json", "{\"watch\": 1}");
    cr_expect_eq(config_check(&sources, out, &config), 1);
    fclose(out);
    cr_expect_not_null(strstr(text, "no plugin vivtek is installed; did you mean \"vivotek\"?"),
                       "%s", text);
    cr_expect_not_null(strstr(text, "good: 1 plugins in "), "%s", text);
    cr_expect_not_null(strstr(text, "1 of them on"), "%s", text);
    cr_expect_not_null(strstr(text, "error: /tmp/"), "%s", text);
    cr_expect_not_null(strstr(text, "vmmd.json:1:2: /watch: 1 is no object"), "%s", text);
}

/* ---- What a reload changes ---- */

static const char *changes(const struct config *old, const struct config *new, unsigned *kinds)
{
    static char text[2048];
    struct config_diff diff;
    cr_assert_eq(config_diff_init(&diff, old, new), 0);
    text[0] = '\0';
    *kinds = 0;
    for (size_t i = 0; i < diff.count; i++) {
        size_t used = strlen(text);
        text_format(text + used, sizeof(text) - used, "%s\n", diff.items[i].text);
        *kinds |= 1u << diff.items[i].what;
    }
    config_diff_finish(&diff);
    return text;
}

static const char *change_to(struct config **config, unsigned *kinds)
{
    struct config *next = good(no_environment);
    const char *text = changes(*config, next, kinds);
    config_destroy(*config);
    *config = next;
    return text;
}

Test(config, a_reload_is_compared)
{
    unsigned kinds = 0;
    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", "");
    fragment("rtsp", "FEATURE_VMS_RTSP_PROBE", "");
    files_write("vmmd.json", "{}");
    struct config *config = good(no_environment);
    cr_expect_str_eq(change_to(&config, &kinds), "");

    files_write("vmmd.json", "{\"watch\": {\"interval\": \"10m\"}, \"log\": {\"file\": \"/x\"}}");
    const char *text = change_to(&config, &kinds);
    cr_expect_not_null(strstr(text, "/watch/interval: 240000 -> 600000\n"), "%s", text);
    cr_expect_not_null(strstr(text, "/log/file: nothing -> \"/x\"\n"), "%s", text);
    cr_expect_eq(kinds, 1u << CHANGE_SETTING);

    files_write("vmmd.json", "{\"watch\": {\"interval\": \"10m\"}, \"log\": {\"file\": \"/x\"},"
                             "\"flags\": {\"FEATURE_VMS_RTSP_PROBE\": [\"a\"]}}");
    cr_expect_str_eq(change_to(&config, &kinds), "FEATURE_VMS_RTSP_PROBE: off -> a\n");

    files_write("plugins/vivotek.so", "newer code");
    text = change_to(&config, &kinds);
    cr_expect_eq(kinds, 1u << CHANGE_PLUGIN_FILE, "%s", text);

    fragment("vivotek", "FEATURE_VMS_VIVOTEK_CGI", ", \"config\": {\"wait\": \"hunter2\"}");
    files_write("plugins/vivotek.so", "newer code");
    text = change_to(&config, &kinds);
    cr_expect_not_null(strstr(text, "plugin vivotek: settings changed: wait\n"), "%s", text);
    cr_expect_null(strstr(text, "hunter2"));

    remove(files_path("plugins/vivotek.json"));
    remove(files_path("plugins/vivotek.so"));
    files_write("plugins/acme.so", "code");
    text = change_to(&config, &kinds);
    cr_expect_not_null(strstr(text, "plugin vivotek: removed\n"), "%s", text);
    cr_expect_not_null(strstr(text, "plugin acme: added\n"), "%s", text);
    cr_expect_eq(kinds, 1u << CHANGE_PLUGIN_REMOVED | 1u << CHANGE_PLUGIN_ADDED);
    config_destroy(config);
}

Test(config, asks_of_all_plugins_are_the_settings_of_the_one_that_collects_them)
{
    files_write("vmmd.json", "{}");
    fragment("acme", "FEATURE_VMS_ACME", ", \"asks\": [{\"target\": \"/acme\", \"order\": 9}]");
    fragment("other", "FEATURE_VMS_OTHER",
             ", \"own_port\": true, \"asks\": [{\"target\": \"/x\", \"send\": \"{}\"}]");
    fragment("whose", "FEATURE_VMS_WHOSE", ", \"collects_asks\": true");
    struct config *config = good(no_environment);
    const json_t *asks = json_object_get(config_find_plugin(config, "whose")->given, "asks");
    cr_assert_eq(json_array_size(asks), 2);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(asks, 0), "target")),
                     "/acme");
    cr_expect_eq(json_integer_value(json_object_get(json_array_get(asks, 0), "order")), 9);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(asks, 1), "send")), "{}");
    cr_expect_null(json_object_get(config_find_plugin(config, "acme")->given, "asks"));
    cr_expect(config_find_plugin(config, "other")->fragment->own_port);
    cr_expect_not(config_find_plugin(config, "acme")->fragment->own_port);
    config_destroy(config);
    fragment("acme", "FEATURE_VMS_ACME", ", \"asks\": [{\"port\": 81}]");
    cr_expect_not_null(strstr(bad(no_environment), "/asks/0"));
    fragment("acme", "FEATURE_VMS_ACME", ", \"asks\": [{\"target\": \"/\", \"prot\": 81}]");
    cr_expect_not_null(strstr(bad(no_environment), "prot"));
}
