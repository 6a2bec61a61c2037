/* SPDX-License-Identifier: MIT */
/*
 * Whether a plugin keeps the rules of the ABI: each rule is tried on it in processes of its own, against devices that
 * misbehave on a loopback port.
 */
#ifndef CTL_VERIFY_H
#define CTL_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "ctl/ctl.h"

#define VERIFY_DETAIL_SIZE 320

enum verify_verdict {
    VERIFY_NOT_TRIED, /* with why in the detail: of another kind, or what it needs is not given */
    VERIFY_KEPT,
    VERIFY_BROKEN,
};

struct verify {
    struct ctl *ctl;
    struct event_base *base;
    const char *plugin;  /* path of the .so */
    const char *program; /* path of vmm-host */
    char name[64];       /* of the file, without .so */
    const json_t *
        fields; /* texts FIELD=VALUE: config.NAME of the plugin, options.NAME of its devices; borrowed */
    uint32_t kind; /* VMM_KIND_*, once the rule "describes" was kept */
    uint32_t traits;
    char flag[128];
    char *config;                    /* JSON the plugin is opened with */
    char *options;                   /* JSON of the device */
    bool opens;                      /* the rule "opens" was kept */
    char detail[VERIFY_DETAIL_SIZE]; /* of the rule under trial: what was seen */
    uint32_t deadline_ms;            /* of a look */
    uint64_t starved_us; /* that we were ready to run in this rule, and the machine had no time */
};

struct verify_rule {
    const char *name; /* one or two words, stable */
    const char *text; /* what a plugin has to do */
    uint32_t kind;    /* VMM_KIND_* it is for, 0 all */
    bool needs_open;  /* not tried on a plugin that does not open */
    enum verify_verdict (*try)(struct verify *verify);
};

/* All rules in the order in which they are tried, NULL-named at the end. */
extern const struct verify_rule verify_rules[];

/* Try one. A rule that is broken while the machine had no time for it is tried again, with more. */
enum verify_verdict verify_try(struct verify *verify, const struct verify_rule *rule);

/* Write the detail; returns the verdict, so that a rule can end with it. */
enum verify_verdict verify_say(struct verify *verify, enum verify_verdict verdict,
                               const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The rules, by what they look at. */
enum verify_verdict verify_file(struct verify *verify);
enum verify_verdict verify_entry(struct verify *verify);
enum verify_verdict verify_imports(struct verify *verify);
enum verify_verdict verify_describes(struct verify *verify);
enum verify_verdict verify_fragment(struct verify *verify);
enum verify_verdict verify_opens(struct verify *verify);
enum verify_verdict verify_options(struct verify *verify);
enum verify_verdict verify_identify(struct verify *verify);
enum verify_verdict verify_process(struct verify *verify);
enum verify_verdict verify_ends(struct verify *verify);
enum verify_verdict verify_prompt(struct verify *verify);
enum verify_verdict verify_refused(struct verify *verify);
enum verify_verdict verify_silent(struct verify *verify);
enum verify_verdict verify_closes(struct verify *verify);
enum verify_verdict verify_garbage(struct verify *verify);
enum verify_verdict verify_missing(struct verify *verify);
enum verify_verdict verify_empty(struct verify *verify);
enum verify_verdict verify_endless(struct verify *verify);
enum verify_verdict verify_login(struct verify *verify);
enum verify_verdict verify_cancel(struct verify *verify);
enum verify_verdict verify_many(struct verify *verify);
enum verify_verdict verify_leaks(struct verify *verify);
enum verify_verdict verify_settles(struct verify *verify);

#endif
