/* SPDX-License-Identifier: MIT */
#include "ctl/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct ctl_option options_common[] = {
    {"socket", "DIR",
     "folder of vmmd's sockets (default: $VMM_RUN_DIR, else ./.run, else /run/vmm)"},
    {"json", NULL, "answer as one JSON object"},
    {"jsonl", NULL, "answer as one JSON object a line"},
    {"timeout", "SECONDS", "how long to wait for vmmd"},
    {"help", NULL, "what the verb does and takes"},
    {NULL, NULL, NULL},
};

static const struct ctl_option *find_in(const struct ctl_option *table, const char *name,
                                        size_t length)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (strlen(table->name) == length && strncmp(table->name, name, length) == 0) {
            return table;
        }
    }
    return NULL;
}

static const struct ctl_option *find(const struct options *options, const char *name, size_t length)
{
    const struct ctl_option *own = find_in(options->own, name, length);
    return own != NULL ? own : find_in(options_common, name, length);
}

static bool note(struct options *options, const char *name, const char *value)
{
    if (options->given_count == OPTIONS_MAX) {
        text_format(options->problem, sizeof(options->problem), "too many options");
        return false;
    }
    options->given[options->given_count].name = name;
    options->given[options->given_count].value = value;
    options->given_count++;
    return true;
}

/* Reads "--name", "--name=value" or "--name value". Returns how many arguments it took, 0 when it
 * is wrong. */
static int read_option(struct options *options, const char *argument, const char *next)
{
    const char *name = argument + 2;
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct ctl_option *option = find(options, name, length);
    if (option == NULL) {
        text_format(options->problem, sizeof(options->problem), "there is no option --%.*s",
                    (int)(length < 40 ? length : 40), name);
        return 0;
    }
    if (option->value == NULL && equals != NULL) {
        text_format(options->problem, sizeof(options->problem), "--%s takes no value",
                    option->name);
        return 0;
    }
    const char *value = equals != NULL ? equals + 1 : next;
    if (option->value != NULL && value == NULL) {
        text_format(options->problem, sizeof(options->problem), "--%s needs a value: %s",
                    option->name, option->value);
        return 0;
    }
    if (!note(options, option->name, option->value != NULL ? value : "")) {
        return 0;
    }
    return option->value != NULL && equals == NULL ? 2 : 1;
}

static bool read_operand(struct options *options, const char *argument)
{
    if (options->operand_count == OPERANDS_MAX) {
        text_format(options->problem, sizeof(options->problem), "too many arguments");
        return false;
    }
    options->operands[options->operand_count++] = argument;
    return true;
}

int options_read(struct options *options, int argc, char **argv, int at, bool stop_at_operand)
{
    bool only_operands = false;
    while (at < argc) {
        const char *argument = argv[at];
        if (!only_operands && strcmp(argument, "--") == 0) {
            only_operands = true;
            at++;
        } else if (!only_operands && strcmp(argument, "-h") == 0) {
            if (!note(options, "help", "")) {
                return -1;
            }
            at++;
        } else if (!only_operands && strncmp(argument, "--", 2) == 0) {
            int took = read_option(options, argument, at + 1 < argc ? argv[at + 1] : NULL);
            if (took == 0) {
                return -1;
            }
            at += took;
        } else if (stop_at_operand) {
            return at;
        } else if (!only_operands && argument[0] == '-' && argument[1] != '\0') {
            text_format(options->problem, sizeof(options->problem), "there is no option %.40s",
                        argument);
            return -1;
        } else if (!read_operand(options, argument)) {
            return -1;
        } else {
            at++;
        }
    }
    return at;
}

const char *options_value(const struct options *options, const char *name)
{
    for (size_t i = options->given_count; i > 0; i--) {
        if (strcmp(options->given[i - 1].name, name) == 0) {
            return options->given[i - 1].value;
        }
    }
    return NULL;
}

bool options_number(struct options *options, const char *name, long least, long most,
                    long otherwise, long *number)
{
    *number = otherwise;
    const char *text = options_value(options, name);
    if (text == NULL) {
        return true;
    }
    char *end = NULL;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < least || value > most) {
        text_format(options->problem, sizeof(options->problem),
                    "--%s needs a whole number from %ld to %ld", name, least, most);
        return false;
    }
    *number = value;
    return true;
}
