/* SPDX-License-Identifier: MIT */
#include "ctl/help.h"

#include <stdbool.h>
#include <string.h>

#include "ctl/options.h"

static const char *const exits[] = {
    "done",
    "done, and the answer is no: not there, not OK, not reached",
    "the command line, or an argument, is wrong",
    "no vmmd listens, or its socket may not be opened",
    "understood and not done; the message says why",
    "not finished in time",
};

const char *help_exit(int code)
{
    return code >= 0 && (size_t)code < sizeof(exits) / sizeof(exits[0]) ? exits[code] : NULL;
}

static void write_options(FILE *out, const struct ctl_option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        char left[64];
        snprintf(left, sizeof(left), "--%s%s%s", options->name, options->value != NULL ? " " : "",
                 options->value != NULL ? options->value : "");
        fprintf(out, "  %-26s %s\n", left, options->help);
    }
}

/* Each form of the usage behind the verb's name. */
static void write_usage(FILE *out, const char *indent, const struct ctl_verb *verb)
{
    const char *form = verb->usage;
    do {
        size_t length = strcspn(form, "\n");
        fprintf(out, "%svmmctl %s%s%.*s\n", indent, verb->name, length > 0 ? " " : "", (int)length,
                form);
        form += length + (form[length] == '\n' ? 1 : 0);
    } while (*form != '\0');
}

void help_all(FILE *out)
{
    fprintf(out, "vmmctl: see and change what vmmd watches\n\nusage: vmmctl VERB [ARGUMENT...] "
                 "[OPTION...]\n\nverbs\n");
    for (size_t i = 0; ctl_verbs[i] != NULL; i++) {
        fprintf(out, "  %-12s %s\n", ctl_verbs[i]->name, ctl_verbs[i]->summary);
    }
    fprintf(out, "\noptions of every verb\n");
    write_options(out, options_common);
    fprintf(out, "\nexit codes\n");
    for (int code = 0; help_exit(code) != NULL; code++) {
        fprintf(out, "  %d  %s\n", code, help_exit(code));
    }
    fprintf(out, "\nvmmctl help VERB tells more.\n");
}

void help_verb(FILE *out, const struct ctl_verb *verb)
{
    fprintf(out, "vmmctl %s: %s\n\n", verb->name, verb->summary);
    write_usage(out, "  ", verb);
    if (verb->text != NULL) {
        fprintf(out, "\n%s\n", verb->text);
    }
    if (verb->options != NULL) {
        fprintf(out, "\noptions\n");
        write_options(out, verb->options);
    }
    if (verb->negative != NULL) {
        fprintf(out, "\nexits with %d when %s\n", EXIT_NEGATIVE, verb->negative);
    }
}

/* ---- the man page ---- */

/* In roff a line must not begin with a dot or a quote, and a minus that is typed is "\-". */
static void roff(FILE *out, const char *text, size_t size)
{
    bool first = true;
    for (size_t i = 0; i < size; i++) {
        if (first && (text[i] == '.' || text[i] == '\'')) {
            fputs("\\&", out);
        }
        first = text[i] == '\n';
        if (text[i] == '-') {
            fputs("\\-", out);
        } else if (text[i] == '\\') {
            fputs("\\e", out);
        } else {
            fputc(text[i], out);
        }
    }
}

static void roff_text(FILE *out, const char *text)
{
    roff(out, text, strlen(text));
}

static void man_options(FILE *out, const struct ctl_option *options)
{
    for (; options != NULL && options->name != NULL; options++) {
        fputs(".TP\n\\fB\\-\\-", out);
        roff_text(out, options->name);
        fputs("\\fR", out);
        if (options->value != NULL) {
            fprintf(out, " \\fI%s\\fR", options->value);
        }
        fputc('\n', out);
        roff_text(out, options->help);
        fputs(".\n", out);
    }
}

static void man_usage(FILE *out, const struct ctl_verb *verb)
{
    const char *form = verb->usage;
    do {
        size_t length = strcspn(form, "\n");
        fputs(".br\n\\fBvmmctl ", out);
        roff_text(out, verb->name);
        fputs("\\fR ", out);
        roff(out, form, length);
        fputc('\n', out);
        form += length + (form[length] == '\n' ? 1 : 0);
    } while (*form != '\0');
}

static void man_verb(FILE *out, const struct ctl_verb *verb)
{
    fprintf(out, ".SS %s\n", verb->name);
    roff_text(out, verb->summary);
    fputs(".\n", out);
    man_usage(out, verb);
    if (verb->text != NULL) {
        fputs(".PP\n", out);
        roff_text(out, verb->text);
        fputc('\n', out);
    }
    man_options(out, verb->options);
    if (verb->negative != NULL) {
        fprintf(out, ".PP\nExits with %d when ", EXIT_NEGATIVE);
        roff_text(out, verb->negative);
        fputs(".\n", out);
    }
}

void help_man(FILE *out)
{
    fputs(".TH VMMCTL 1\n.SH NAME\nvmmctl \\- see and change what vmmd watches\n"
          ".SH SYNOPSIS\n\\fBvmmctl\\fR \\fIVERB\\fR [\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n"
          ".SH VERBS\n",
          out);
    for (size_t i = 0; ctl_verbs[i] != NULL; i++) {
        man_verb(out, ctl_verbs[i]);
    }
    fputs(".SH OPTIONS\nEvery verb takes these.\n", out);
    man_options(out, options_common);
    fputs(".SH EXIT STATUS\n", out);
    for (int code = 0; help_exit(code) != NULL; code++) {
        fprintf(out, ".TP\n%d\n", code);
        roff_text(out, help_exit(code));
        fputs(".\n", out);
    }
    fputs(".SH ENVIRONMENT\n.TP\nVMM_RUN_DIR\nThe folder of the sockets.\n"
          ".TP\nNO_COLOR\nNo colours, if it is set.\n.SH SEE ALSO\nvmmd(8)\n",
          out);
}
