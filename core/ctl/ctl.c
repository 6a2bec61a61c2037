/* SPDX-License-Identifier: MIT */
#include "ctl/ctl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/help.h"
#include "ctl/run_dir.h"
#include "ctl/terminal.h"

const struct ctl_verb *ctl_find_verb(const char *name)
{
    for (size_t i = 0; ctl_verbs[i] != NULL; i++) {
        if (strcmp(ctl_verbs[i]->name, name) == 0) {
            return ctl_verbs[i];
        }
    }
    return NULL;
}

const char *ctl_operand(const struct ctl *ctl, size_t n)
{
    return n < ctl->options.operand_count ? ctl->options.operands[n] : NULL;
}

bool ctl_has(const struct ctl *ctl, const char *option)
{
    return options_value(&ctl->options, option) != NULL;
}

const char *ctl_value(const struct ctl *ctl, const char *option)
{
    return options_value(&ctl->options, option);
}

__attribute__((format(printf, 2, 0))) static void complain(struct ctl *ctl, const char *format,
                                                           va_list args)
{
    char text[2048];
    vsnprintf(text, sizeof(text), format, args);
    fputs("vmmctl: ", ctl->err);
    terminal_write(ctl->err, text);
    fputc('\n', ctl->err);
}

void ctl_complain(struct ctl *ctl, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(ctl, format, args);
    va_end(args);
}

int ctl_usage(struct ctl *ctl, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(ctl, format, args);
    va_end(args);
    fprintf(ctl->err, "vmmctl: see: vmmctl help%s%s\n", ctl->verb != NULL ? " " : "",
            ctl->verb != NULL ? ctl->verb->name : "");
    return EXIT_USAGE;
}

static bool wants_colour(FILE *out)
{
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR"); /* no-color.org */
    return isatty(fileno(out)) == 1 && (no_colour == NULL || no_colour[0] == '\0') &&
           term != NULL && strcmp(term, "dumb") != 0;
}

/* Turn the common options into what verbs read. */
static int apply_common(struct ctl *ctl)
{
    const char *dir = ctl_value(ctl, "socket");
    if (!text_format(ctl->run_dir, sizeof(ctl->run_dir), "%s", dir != NULL ? dir : run_dir())) {
        return ctl_usage(ctl, "the folder's path is too long");
    }
    if (ctl_has(ctl, "json") && ctl_has(ctl, "jsonl")) {
        return ctl_usage(ctl, "--json and --jsonl exclude one another");
    }
    ctl->format = ctl_has(ctl, "json") ? CTL_JSON : ctl_has(ctl, "jsonl") ? CTL_JSONL : CTL_HUMAN;
    ctl->colour = ctl->format == CTL_HUMAN && wants_colour(ctl->out);
    long seconds = 0;
    if (!options_number(&ctl->options, "timeout", 1, 86400, 0, &seconds)) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    ctl->timeout_ms = (uint32_t)seconds * 1000;
    return EXIT_OK;
}

static int run_verb(struct ctl *ctl, int argc, char **argv, int at)
{
    ctl->verb = ctl_find_verb(argv[at]);
    if (ctl->verb == NULL) {
        return ctl_usage(ctl, "there is no verb \"%.60s\"", argv[at]);
    }
    ctl->options.own = ctl->verb->options;
    if (options_read(&ctl->options, argc, argv, at + 1, false) < 0) {
        return ctl_usage(ctl, "%s", ctl->options.problem);
    }
    if (ctl_has(ctl, "help")) {
        help_verb(ctl->out, ctl->verb);
        return EXIT_OK;
    }
    int code = apply_common(ctl);
    return code == EXIT_OK ? ctl->verb->run(ctl) : code;
}

/* An answer that could not be written is no answer. */
static int flushed(struct ctl *ctl, int code)
{
    if (fflush(ctl->out) != 0 || ferror(ctl->out)) {
        ctl_complain(ctl, "the answer could not be written");
        return code == EXIT_OK ? EXIT_REFUSED : code;
    }
    return code;
}

int ctl_run(int argc, char **argv, FILE *out, FILE *err)
{
    struct ctl ctl = {.out = out, .err = err, .program = argc > 0 ? argv[0] : "vmmctl"};
    int at = options_read(&ctl.options, argc, argv, 1, true);
    int code = EXIT_OK;
    if (at < 0) {
        code = ctl_usage(&ctl, "%s", ctl.options.problem);
    } else if (ctl_has(&ctl, "help")) {
        help_all(out);
    } else if (at >= argc) {
        help_all(err);
        code = EXIT_USAGE;
    } else {
        code = run_verb(&ctl, argc, argv, at);
    }
    ctl_client_close(ctl.status);
    ctl_client_close(ctl.control);
    return flushed(&ctl, code);
}
