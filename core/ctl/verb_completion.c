/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "ctl/ctl.h"

static const char *const words[] = {"bash", NULL};

static void write_options(FILE *out, const struct ctl_option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        fprintf(out, " --%s", options->name);
    }
}

static void write_verb(FILE *out, const struct ctl_verb *verb)
{
    fprintf(out, "    %s) words=\"", verb->name);
    for (const char *const *word = verb->words; word != NULL && *word != NULL; word++) {
        fprintf(out, "%s%s", word == verb->words ? "" : " ", *word);
    }
    fputs("\" options=\"", out);
    write_options(out, verb->options);
    fputs("\" ;;\n", out);
}

/* The first word is a verb, the second one of the verb's words; what begins with a minus is an
 * option. */
static void write_bash(FILE *out)
{
    fputs("# bash completion of vmmctl: source <(vmmctl completion bash)\n"
          "_vmmctl() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words= options=\n"
          "    local common=\"",
          out);
    write_options(out, options_common);
    fputs("\" verbs=\"", out);
    for (size_t i = 0; ctl_verbs[i] != NULL; i++) {
        fprintf(out, "%s%s", i == 0 ? "" : " ", ctl_verbs[i]->name);
    }
    fputs("\"\n    case $verb in\n", out);
    for (size_t i = 0; ctl_verbs[i] != NULL; i++) {
        write_verb(out, ctl_verbs[i]);
    }
    fputs("    esac\n"
          "    if [[ $word == -* ]]; then words=\"$options $common\"\n"
          "    elif [[ $COMP_CWORD -eq 1 || $verb == help ]]; then words=$verbs\n"
          "    elif [[ $COMP_CWORD -ne 2 ]]; then words=\n"
          "    fi\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
          "}\n"
          "complete -o default -F _vmmctl vmmctl\n",
          out);
}

static int run(struct ctl *ctl)
{
    const char *shell = ctl_operand(ctl, 0);
    if (shell == NULL || strcmp(shell, "bash") != 0) {
        return ctl_usage(ctl, "completion is made for bash alone");
    }
    write_bash(ctl->out);
    return EXIT_OK;
}

const struct ctl_verb verb_completion = {
    .name = "completion",
    .summary = "completion for a shell: source <(vmmctl completion bash)",
    .usage = "bash",
    .words = words,
    .run = run,
};
