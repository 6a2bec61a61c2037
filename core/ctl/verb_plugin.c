/* SPDX-License-Identifier: MIT */
/* For those who write plugins: one from the template, and whether one keeps the rules. */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/own_folder.h"
#include "ctl/plugin_folder.h"
#include "ctl/table.h"
#include "ctl/template.h"
#include "ctl/verify.h"

#define NAME_MAX_LENGTH 32u

static const char *const words[] = {"new", "verify", NULL};

static const struct ctl_option options[] = {
    {"folder", "PATH", "new: where it goes (default: NAME in the current folder)"},
    {"template", "PATH", "new: another template"},
    {NULL, NULL, NULL},
};

/* Small letters, digits and underscores, a letter first: it becomes a C name and a flag. */
static bool is_name(const char *name)
{
    return name != NULL && name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= NAME_MAX_LENGTH &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

/* The plugin is a target of its build file, which CMake or the kit would have for itself. */
static bool is_taken(const char *name)
{
    static const char *const taken[] = {
        "all",           "clean", "edit_cache", "help",    "install",  "package", "package_source",
        "rebuild_cache", "test",  "vmm_api",    "vmm_kit", "vmm_mock", NULL};
    for (size_t i = 0; taken[i] != NULL; i++) {
        if (strcmp(taken[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Installed it is in /usr/share/vmm; in a build folder beside bin. */
static void find_template(struct ctl *ctl, char *out, size_t size)
{
    char own[4096];
    const char *given = ctl_value(ctl, "template");
    own_folder(own, sizeof(own));
    if (given != NULL) {
        text_format(out, size, "%s", given);
    } else {
        text_format(out, size, "%.4000s/../share/vmm/template", own);
    }
}

static int run_new(struct ctl *ctl, const char *name)
{
    char from[8192];
    char why[TEMPLATE_WHY_SIZE] = "";
    const char *to = ctl_has(ctl, "folder") ? ctl_value(ctl, "folder") : name;
    if (!is_name(name)) {
        return ctl_usage(ctl, "a plugin's name is a small letter, then up to 31 small letters, "
                              "digits and underscores");
    }
    if (is_taken(name)) {
        return ctl_usage(
            ctl, "a plugin called %s could not be built: CMake takes that name for itself", name);
    }
    if (plugin_is_installed(name)) {
        return ctl_usage(
            ctl, "a plugin called %s is installed: two of one name cannot be, take another", name);
    }
    find_template(ctl, from, sizeof(from));
    if (access(from, R_OK) != 0) {
        ctl_complain(ctl, "there is no template at %s; it comes with the package vmm-dev", from);
        return EXIT_REFUSED;
    }
    if (template_copy(from, to, name, ctl->out, why) != 0) {
        ctl_complain(ctl, "%s", why);
        return EXIT_REFUSED;
    }
    fprintf(ctl->out,
            "\nBuild and test it:  cmake -S %s -B %s/build && cmake --build %s/build && "
            "ctest --test-dir %s/build\n",
            to, to, to, to);
    return EXIT_OK;
}

/* ---- verify ---- */

static const char *const verdicts[] = {"not tried", "kept", "BROKEN"};

struct verdict_counts {
    unsigned of[3];
};

static void try_rules(struct verify *verify, struct table *table, json_t *rows,
                      struct verdict_counts *counts)
{
    for (const struct verify_rule *rule = verify_rules; rule->name != NULL; rule++) {
        verify->detail[0] = '\0';
        bool tried = !rule->needs_open || verify->opens;
        if (rule->kind != 0 && rule->kind != verify->kind) {
            continue; /* a rule for another kind of plugin */
        }
        enum verify_verdict verdict =
            tried ? verify_try(verify, rule)
                  : verify_say(verify, VERIFY_NOT_TRIED, "it does not open");
        counts->of[verdict]++;
        table_row(table,
                  (const char *const[]){rule->name, verdicts[verdict], rule->text, verify->detail});
        json_array_append_new(rows, json_pack("{ssssssss}", "rule", rule->name, "verdict",
                                              verdicts[verdict], "text", rule->text, "detail",
                                              verify->detail));
    }
}

static void show_verdicts(struct ctl *ctl, const struct table *table, json_t *rows,
                          const struct verdict_counts *counts)
{
    if (ctl->format == CTL_HUMAN) {
        table_write(table, ctl->out, "", false);
        fprintf(ctl->out, "\n%u kept, %u broken, %u not tried\n", counts->of[VERIFY_KEPT],
                counts->of[VERIFY_BROKEN], counts->of[VERIFY_NOT_TRIED]);
        return;
    }
    char *text = json_dumps(rows, JSON_INDENT(2));
    fprintf(ctl->out, "%s\n", text != NULL ? text : "[]");
    free(text);
}

/* The name of the file without folder and .so; false when it is no such name. */
static bool read_name(struct verify *verify)
{
    const char *slash = strrchr(verify->plugin, '/');
    const char *file = slash != NULL ? slash + 1 : verify->plugin;
    size_t length = strlen(file);
    return length > 3 && strcmp(file + length - 3, ".so") == 0 &&
           text_format(verify->name, sizeof(verify->name), "%.*s", (int)(length - 3), file) &&
           is_name(verify->name);
}

/* The operands behind the file, each FIELD=VALUE. NULL when one is not. */
static json_t *read_fields(struct ctl *ctl)
{
    json_t *fields = json_array();
    for (size_t i = 2; ctl_operand(ctl, i) != NULL; i++) {
        if (strchr(ctl_operand(ctl, i), '=') == NULL) {
            json_decref(fields);
            return NULL;
        }
        json_array_append_new(fields, json_string(ctl_operand(ctl, i)));
    }
    return fields;
}

static int verify_with(struct verify *verify)
{
    struct verdict_counts counts = {0};
    struct table table;
    json_t *rows = json_array();
    table_init(&table);
    table_column(&table, "RULE", false);
    table_column(&table, "VERDICT", false);
    table_column(&table, "WHAT IT ASKS", false);
    table_column(&table, "SEEN", false);
    try_rules(verify, &table, rows, &counts);
    show_verdicts(verify->ctl, &table, rows, &counts);
    table_finish(&table);
    json_decref(rows);
    return counts.of[VERIFY_BROKEN] == 0 ? EXIT_OK : EXIT_NEGATIVE;
}

static int run_verify(struct ctl *ctl, const char *path)
{
    char own[4096];
    char program[8192];
    struct verify verify = {.ctl = ctl, .plugin = path, .program = program};
    if (path == NULL || !read_name(&verify)) {
        return ctl_usage(ctl, "plugin verify needs a file NAME.so");
    }
    if (access(path, R_OK) != 0) {
        ctl_complain(ctl, "%s: %s", path, errno == ENOENT ? "no such file" : strerror(errno));
        return EXIT_USAGE;
    }
    json_t *fields = read_fields(ctl);
    if (fields == NULL) {
        return ctl_usage(ctl, "behind the file stand config.NAME=VALUE and options.NAME=VALUE");
    }
    own_folder(own, sizeof(own));
    text_format(program, sizeof(program), "%.4000s/vmm-host", own);
    verify.fields = fields;
    verify.base = event_base_new();
    int code = EXIT_REFUSED;
    if (verify.base != NULL) {
        code = verify_with(&verify);
        event_base_free(verify.base);
    }
    free(verify.config);
    free(verify.options);
    json_decref(fields);
    return code;
}

static int run(struct ctl *ctl)
{
    const char *word = ctl_operand(ctl, 0);
    if (word != NULL && strcmp(word, "verify") == 0) {
        return run_verify(ctl, ctl_operand(ctl, 1));
    }
    if (word == NULL || strcmp(word, "new") != 0 || ctl_operand(ctl, 2) != NULL) {
        return ctl_usage(ctl, "plugin needs: new NAME, or verify FILE.so");
    }
    return run_new(ctl, ctl_operand(ctl, 1));
}

const struct ctl_verb verb_plugin = {
    .name = "plugin",
    .summary = "write a plugin: begin one from the template, try one against the rules",
    .usage = "new NAME [--folder PATH] [--template PATH]\n"
             "verify FILE.so [config.NAME=VALUE …] [options.NAME=VALUE …]",
    .words = words,
    .options = options,
    .text = "A new plugin is a folder that builds by itself, with a test, a fuzz target and a\n"
            "package. It needs the package vmm-dev and nothing of vmm's own tree. NAME becomes\n"
            "the provider's name and, in capitals, its flag FEATURE_PLUGIN_NAME.\n"
            "\n"
            "verify tries each rule of the ABI on a plugin, in processes of its own and against\n"
            "devices that misbehave on the loopback interface: nothing of yours is looked at.",
    .negative = "a rule is broken",
    .run = run,
};
