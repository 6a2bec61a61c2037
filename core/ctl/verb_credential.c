/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/text.h"
#include "ctl/ask.h"
#include "ctl/call.h"
#include "ctl/object.h"

static const struct ctl_option options[] = {
    {"user", "NAME", "add, set: the user to log in as"},
    {"site", "ID", "add: for this site alone; list: of this site alone"},
    ASK_OPTION,
    {"keep-password", NULL, "set: change the user alone"},
    {NULL, NULL, NULL},
};

static const struct listing_column columns[] = {
    {"CREDENTIAL", "id", false, NULL},  {"USER", "user", false, NULL},
    {"SITE", "site_id", false, NULL},   {"GENERATION", "generation", true, NULL},
    {"DEVICES", "devices", true, NULL}, {"CHANGED", "changed_at", false, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec list = {
    .key = "credentials",
    .columns = columns,
    .empty = "no credential yet: vmmctl credential add ID --user NAME",
};

static const struct object credential = {.name = "credential", .list = &list};

static json_t *arguments(struct ctl *ctl, const char *id)
{
    json_t *args = json_pack("{ss}", "id", id);
    call_put_text(args, "user", ctl_value(ctl, "user"));
    call_put_text(args, "site_id", ctl_value(ctl, "site"));
    return args;
}

static int with_password(struct ctl *ctl, const char *word, const char *id)
{
    char prompt[128];
    char secret[ASK_MAX];
    text_format(prompt, sizeof(prompt), "password of credential %.64s", id);
    int code = ask_password(ctl, prompt, secret);
    if (code == EXIT_OK) {
        json_t *args = arguments(ctl, id);
        call_put_text(args, "password", secret);
        code = object_change(ctl, &credential, word, args);
    }
    explicit_bzero(secret, sizeof(secret));
    return code;
}

static int add(struct ctl *ctl, const char *id)
{
    if (ctl_value(ctl, "user") == NULL) {
        return ctl_usage(ctl, "credential add needs --user NAME");
    }
    return with_password(ctl, "add", id);
}

static int set(struct ctl *ctl, const char *id)
{
    if (!ctl_has(ctl, "keep-password")) {
        return with_password(ctl, "set", id);
    }
    if (ctl_value(ctl, "user") == NULL) {
        return ctl_usage(ctl, "there is nothing to change: --user NAME");
    }
    return object_change(ctl, &credential, "set", arguments(ctl, id));
}

static int run(struct ctl *ctl)
{
    const char *word = ctl_operand(ctl, 0);
    const char *id = ctl_operand(ctl, 1);
    if (word == NULL || (strcmp(word, "list") == 0 && id == NULL)) {
        return object_list(ctl, &credential);
    }
    if (id == NULL) {
        return ctl_usage(ctl, "credential %.40s needs an id", word);
    }
    if (ctl_operand(ctl, 2) != NULL) {
        return ctl_usage(ctl, "credential %.40s takes one id; the password is asked for", word);
    }
    if (strcmp(word, "add") == 0) {
        return add(ctl, id);
    }
    if (strcmp(word, "set") == 0) {
        return set(ctl, id);
    }
    if (strcmp(word, "rm") == 0) {
        return object_remove(ctl, &credential, id);
    }
    if (strcmp(word, "test") == 0) {
        return object_test(ctl, &credential, id);
    }
    return ctl_usage(ctl, "credential knows list, add, set, rm and test, not \"%.40s\"", word);
}

const struct ctl_verb verb_credential = {
    .name = "credential",
    .summary = "users and passwords that devices refer to",
    .usage = "[list] [--site ID]\nadd ID --user NAME [--site ID] [--password-stdin]\n"
             "set ID [--user NAME] [--password-stdin | --keep-password]\nrm ID\ntest ID",
    .words = object_words,
    .options = options,
    .text =
        "The password is asked for without echo, or read from standard input. It is kept sealed\n"
        "and never shown again. test makes one full look at one device of each provider that\n"
        "uses the credential, within the rules against locking an account.",
    .negative = "there is no such credential, or a test failed",
    .run = run,
};
