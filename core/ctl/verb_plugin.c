/* SPDX-License-Identifier: MIT */
/* For those who write plugins: one from the template. */
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/own_folder.h"
#include "ctl/template.h"

#define NAME_MAX_LENGTH 32u

static const char *const words[] = {"new", NULL};

static const struct ctl_option options[] = {
    {"folder", "PATH", "where it goes (default: NAME in the current folder)"},
    {"template", "PATH", "another template"},
    {NULL, NULL, NULL},
};

/* Small letters, digits and underscores, a letter first: it becomes a C name and a flag. */
static bool is_name(const char *name)
{
    return name != NULL && name[0] >= 'a' && name[0] <= 'z' && strlen(name) <= NAME_MAX_LENGTH &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
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

static int run(struct ctl *ctl)
{
    const char *word = ctl_operand(ctl, 0);
    if (word == NULL || strcmp(word, "new") != 0 || ctl_operand(ctl, 2) != NULL) {
        return ctl_usage(ctl, "plugin needs: new NAME");
    }
    return run_new(ctl, ctl_operand(ctl, 1));
}

const struct ctl_verb verb_plugin = {
    .name = "plugin",
    .summary = "write a plugin: begin one from the template",
    .usage = "new NAME [--folder PATH] [--template PATH]",
    .words = words,
    .options = options,
    .text = "A new plugin is a folder that builds by itself, with a test, a fuzz target and a\n"
            "package. It needs the package vmm-dev and nothing of vmm's own tree. NAME becomes\n"
            "the provider's name and, in capitals, its flag FEATURE_PLUGIN_NAME.",
    .run = run,
};
