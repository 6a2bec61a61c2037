/* SPDX-License-Identifier: MIT */
/* One run of vmmctl: what it was asked, where it writes, and its connections to vmmd. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ctl/options.h"
#include "ctl/run_dir.h"
#include "ctl/verb.h"
#include "ipc/ctl_client.h"

enum ctl_format {
    CTL_HUMAN,
    CTL_JSON,
    CTL_JSONL,
};

struct ctl {
    const struct ctl_verb *verb;
    struct options options;
    enum ctl_format format;
    FILE *out;
    FILE *err;
    bool colour;
    const char *program;       /* argv[0] */
    char run_dir[RUN_DIR_MAX]; /* where the sockets are */
    uint32_t timeout_ms;       /* the operator's, else 0 */
    struct ctl_client *status;
    struct ctl_client *control;
};

/* Run a command line, answer on `out`, complain on `err`. Returns the exit code. */
int ctl_run(int argc, char **argv, FILE *out, FILE *err);

/* The verb of this name, or NULL. */
const struct ctl_verb *ctl_find_verb(const char *name);

/* Operand n, or NULL. */
const char *ctl_operand(const struct ctl *ctl, size_t n);

/* Whether an option was given; and its value, or NULL. */
bool ctl_has(const struct ctl *ctl, const char *option);
const char *ctl_value(const struct ctl *ctl, const char *option);

/* Complain about the command line; returns EXIT_USAGE. */
int ctl_usage(struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "vmmctl: …" on the error stream: one line, escaped. */
void ctl_complain(struct ctl *ctl, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
