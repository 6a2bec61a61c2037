/* SPDX-License-Identifier: MIT */
#include "ctl/ctl.h"
#include "ctl/help.h"

static const struct ctl_option options[] = {
    {"man", NULL, "the man page, in roff"},
    {NULL, NULL, NULL},
};

static int run(struct ctl *ctl)
{
    const char *name = ctl_operand(ctl, 0);
    if (ctl_has(ctl, "man")) {
        help_man(ctl->out);
        return EXIT_OK;
    }
    if (name == NULL) {
        help_all(ctl->out);
        return EXIT_OK;
    }
    const struct ctl_verb *verb = ctl_find_verb(name);
    if (verb == NULL) {
        return ctl_usage(ctl, "there is no verb \"%.60s\"", name);
    }
    help_verb(ctl->out, verb);
    return EXIT_OK;
}

const struct ctl_verb verb_help = {
    .name = "help",
    .summary = "what there is, or one verb",
    .usage = "[VERB]\n--man",
    .options = options,
    .run = run,
};
