/* SPDX-License-Identifier: MIT */
/* The examples of PLUGINS.md are the files they name, and these are plugins that work. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <dlfcn.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mock/mock_host.h>

#define FOLDER "plugin-api/examples/"

/* ---- The text ---- */

/* A whole file, ended by NUL; the caller frees it. */
static char *read_file(const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", VMM_ROOT, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    char *text = NULL;
    size_t size = 0;
    cr_assert_geq(getdelim(&text, &size, '\0', file), 0, "%s is empty", path);
    fclose(file);
    return text;
}

/* The name in "FOLDER/NAME" of a line, into `name`; false when the line has none. */
static bool name_in(const char *line, size_t size, char name[64])
{
    const char *at = memmem(line, size, "`" FOLDER, strlen("`" FOLDER));
    if (at == NULL) {
        return false;
    }
    at += strlen("`" FOLDER);
    const char *end = memchr(at, '`', (size_t)(line + size - at));
    cr_assert(end != NULL && end - at < 64);
    snprintf(name, 64, "%.*s", (int)(end - at), at);
    return true;
}

/* Call `fn` for each fenced block: its language, the file named on the last line before it, and its text. */
static size_t each_block(char *text,
                         void (*fn)(const char *language, const char *name, const char *body))
{
    size_t count = 0;
    char name[64] = "";
    for (char *line = text; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        if (strncmp(line, "```", 3) != 0) {
            if (size > 0 && !name_in(line, size, name)) {
                name[0] = '\0';
            }
            line += size + (line[size] == '\n');
            continue;
        }
        char *body = line + size + 1;
        char *end = strstr(body, "\n```");
        cr_assert_not_null(end, "a block is not closed");
        line[size] = '\0';
        end[1] = '\0';
        fn(line + 3, name, body);
        count++;
        line = end + strlen("\n```");
        name[0] = '\0';
    }
    return count;
}

static char shown[512]; /* names of the files that stand in the text, each between blanks */

static void compare(const char *language, const char *name, const char *body)
{
    if (name[0] == '\0') {
        cr_expect_str_neq(language, "c", "code that no file proves:\n%.80s", body);
        return;
    }
    char path[128];
    snprintf(path, sizeof(path), FOLDER "%s", name);
    char *file = read_file(path);
    cr_expect_str_eq(body, file, "PLUGINS.md shows another %s", name);
    free(file);
    snprintf(shown + strlen(shown), sizeof(shown) - strlen(shown), " %s ", name);
}

Test(plugins_md, shows_every_example_as_it_is)
{
    char *text = read_file("PLUGINS.md");
    cr_assert_geq(each_block(text, compare), 5);
    free(text);
    DIR *folder = opendir(VMM_ROOT "/" FOLDER);
    cr_assert_not_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char word[300];
        snprintf(word, sizeof(word), " %s ", entry->d_name);
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "CMakeLists.txt") != 0) {
            cr_expect_not_null(strstr(shown, word), "%s is not shown", entry->d_name);
        }
    }
    closedir(folder);
}

Test(plugins_md, fits_a_reader)
{
    char *text = read_file("PLUGINS.md");
    size_t lines = 0;
    for (const char *at = strchr(text, '\n'); at != NULL; at = strchr(at + 1, '\n')) {
        lines++;
    }
    free(text);
    cr_assert_leq(lines, 500);
}

/* ---- The plugins ---- */

/* Load an example as a host would; it stays loaded. */
static const struct vmm_descriptor *load(const char *name)
{
    char path[512];
    const struct vmm_descriptor *(*entry)(void) = NULL;
    snprintf(path, sizeof(path), "%s/%s.so", VMM_EXAMPLES, name);
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(module, "%s", dlerror());
    void *symbol = dlsym(module, VMM_PLUGIN_ENTRY);
    cr_assert_not_null(symbol);
    memcpy(&entry, &symbol, sizeof(symbol));
    return entry();
}

static void close_clean(struct vmm_mock *mock)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

Test(plugins_md, the_plugin_in_ten_lines_looks_at_a_device)
{
    struct vmm_mock *mock = vmm_mock_create(load("page"));
    cr_assert_eq(vmm_mock_open(mock), 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/status", .body = "well"});
    cr_assert_eq(vmm_mock_look(mock, &(struct vmm_mock_ask){0})->outcome, VMM_OUTCOME_OK);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/status", .status = 404});
    cr_assert_eq(vmm_mock_look(mock, &(struct vmm_mock_ask){0})->outcome, VMM_OUTCOME_UNSUPPORTED);
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.target = "/status", .outcome = VMM_OUTCOME_UNREACHABLE});
    cr_assert_eq(vmm_mock_look(mock, &(struct vmm_mock_ask){0})->outcome, VMM_OUTCOME_UNREACHABLE);
    close_clean(mock);
}

Test(plugins_md, the_plugin_in_ten_lines_has_ten)
{
    char *text = read_file(FOLDER "page.c");
    size_t lines = 0;
    char *rest = text;
    for (const char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        lines += line[0] != '\0' && strncmp(line, "/*", 2) != 0;
    }
    free(text);
    cr_assert_leq(lines, 10);
}

Test(plugins_md, the_sink_counts_and_settles)
{
    struct vmm_mock *mock = vmm_mock_create(load("tally"));
    struct vmm_message messages[2] = {
        {.struct_size = sizeof(messages[0]), .id = "a", .json = "{}", .json_size = 2},
        {.struct_size = sizeof(messages[0]), .id = "b", .json = "{}", .json_size = 2}};
    cr_assert_eq(vmm_mock_open(mock), 0);
    cr_assert_eq(vmm_mock_deliver(mock, messages, 2), 0);
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_DELIVERED);
    cr_assert_eq(vmm_mock_settled(mock, 1)->verdict, VMM_SINK_DELIVERED);
    cr_assert_float_eq(vmm_mock_metric(mock, "vmm_tally_events_total"), 2, 0);
    vmm_mock_drain(mock);
    close_clean(mock);
}

Test(plugins_md, the_sink_refuses_a_host_without_sinks)
{
    struct vmm_mock *mock = vmm_mock_create(load("tally"));
    vmm_mock_withhold(mock, VMM_SINK_HOST);
    cr_assert_eq(vmm_mock_open(mock), VMM_E_NOTSUP);
    vmm_mock_destroy(mock);
}

Test(plugins_md, the_sink_for_people_posts_the_text)
{
    static const char document[] = "{\"title\":\"T\",\"text\":\"Dock 1 is down\\nsince 9\"}";
    struct vmm_mock *mock = vmm_mock_create(load("pager"));
    struct vmm_message message = {.struct_size = sizeof(message),
                                  .id = "a",
                                  .json = document,
                                  .json_size = sizeof(document) - 1,
                                  .kind = VMM_MESSAGE_NOTIFICATION,
                                  .target = ""};
    vmm_mock_config(mock, "{\"url\":\"https://pager.example/x\"}");
    cr_assert_eq(vmm_mock_open(mock), 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "https://pager.example/x"});
    cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_DELIVERED);
    cr_assert_str_eq(vmm_mock_request(mock, 0)->body, "Dock 1 is down\nsince 9");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 503});
    cr_assert_eq(vmm_mock_deliver(mock, &message, 1), 0);
    cr_assert_eq(vmm_mock_settled(mock, 0)->verdict, VMM_SINK_RETRY);
    close_clean(mock);
}

static const struct vmm_mock_result *look_at(struct vmm_mock *mock, const char *body)
{
    cr_assert_eq(vmm_mock_open(mock), 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/cgi-bin/status.cgi", .body = body});
    return vmm_mock_look(mock, &(struct vmm_mock_ask){0});
}

Test(plugins_md, the_probe_reads_model_and_signal)
{
    struct vmm_mock *mock = vmm_mock_create(load("acme"));
    const struct vmm_mock_result *seen = look_at(mock, "model=A1\nvideo.signal=1\n");
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK);
    cr_assert_str_eq(vmm_mock_find(seen, VMM_FACT_MODEL, 0)->text, "A1");
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 1)->standing, VMM_STANDING_OK);
    close_clean(mock);
}

Test(plugins_md, the_probe_judges_no_word_it_does_not_know)
{
    struct vmm_mock *mock = vmm_mock_create(load("acme"));
    const struct vmm_mock_result *seen = look_at(mock, "model=A1\nvideo.signal=perhaps\n");
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK);
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 1)->standing, VMM_STANDING_NOT_JUDGED);
    close_clean(mock);
}

Test(plugins_md, the_probe_tells_another_page_from_its_own)
{
    struct vmm_mock *mock = vmm_mock_create(load("acme"));
    const struct vmm_mock_result *seen = look_at(mock, "<html>router</html>");
    cr_assert_eq(seen->outcome, VMM_OUTCOME_BAD_REPLY);
    cr_assert_eq(seen->rung, VMM_RUNG_PARSE);
    close_clean(mock);
}

static void look_once(struct vmm_mock *mock, void *arg)
{
    (void)arg;
    if (vmm_mock_open(mock) == 0) {
        vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = "model=A1\nvideo.signal=1\n"});
        vmm_mock_look(mock, &(struct vmm_mock_ask){0});
    }
}

Test(plugins_md, the_probe_bears_every_failing_call_and_every_cancel)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(load("acme"), look_once, NULL, report, sizeof(report)), 0);
    cr_assert_str_empty(report);
    cr_assert_gt(vmm_mock_each_cancel(load("acme"), look_once, NULL, report, sizeof(report)), 0);
    cr_assert_str_empty(report);
}

Test(plugins_md, the_fragment_says_what_the_descriptor_says)
{
    const struct vmm_descriptor *descriptor = load("acme");
    json_t *fragment = json_load_file(VMM_EXAMPLES "/acme.json", 0, NULL);
    cr_assert_not_null(fragment);
    cr_assert_str_eq(json_string_value(json_object_get(fragment, "name")), descriptor->name);
    cr_assert_str_eq(json_string_value(json_object_get(fragment, "flag")), descriptor->flag);
    cr_assert_str_eq(json_string_value(json_object_get(fragment, "summary")), descriptor->summary);
    cr_assert_str_eq(json_string_value(json_object_get(fragment, "kind")), "probe");
    json_decref(fragment);
}
