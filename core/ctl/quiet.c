/* SPDX-License-Identifier: MIT */
#include "ctl/quiet.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "ctl/call.h"
#include "ctl/listing.h"
#include "ctl/moment.h"
#include "ctl/terminal.h"

const char *const quiet_words[] = {"list", "add", "end", NULL};

/* ---- listing ---- */

static const char *cell_about(const json_t *row, char out[SHOW_SIZE])
{
    static const char *const keys[] = {"site_id", "camera", "cause", "tag", "incident", "weekly"};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *text = show_text(row, keys[i]);
        if (text[0] != '\0') {
            text_format(out + used, SHOW_SIZE - used, "%s%s%.120s", used > 0 ? " " : "",
                        strcmp(keys[i], "tag") == 0 ? "tag=" : "", text);
            used += strlen(out + used);
        }
    }
    return out;
}

static const struct listing_column columns[] = {
    {"ID", "id", false, NULL},           {"ABOUT", "site_id", false, cell_about},
    {"OWNER", "owner", false, NULL},     {"REASON", "reason", false, NULL},
    {"SINCE", "starts_at", false, NULL}, {"UNTIL", "ends_at", false, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec spec = {
    .key = "quiet",
    .columns = columns,
    .empty = "nothing holds",
};

static int list(struct ctl *ctl, const struct quiet_verb *verb)
{
    return listing_call(ctl, &spec, "quiet.list", json_pack("{s:s}", "kind", verb->kind));
}

/* ---- beginning ---- */

/* Who asks, when nobody is named. */
static const char *own_name(void)
{
    const struct passwd *user = getpwuid(getuid());
    return user != NULL ? user->pw_name : "somebody";
}

/* An option with a time, put into the arguments. */
static int put_time(struct ctl *ctl, json_t *args, const char *option)
{
    char text[CLOCK_TEXT_SIZE];
    const char *given = ctl_value(ctl, option);
    if (given == NULL) {
        return EXIT_OK;
    }
    if (!moment_read(given, 1, clock_wall_us(), text)) {
        return ctl_usage(
            ctl, "--%s needs a time such as 2026-11-21T08:00:00Z, or a span such as 2h", option);
    }
    call_put_text(args, option, text);
    return EXIT_OK;
}

static int put_options(struct ctl *ctl, json_t *args)
{
    static const char *const plain[] = {"site", "camera", "cause", "tag", "weekly", "reason"};
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        call_put_text(args, plain[i], ctl_value(ctl, plain[i]));
    }
    const char *owner = ctl_value(ctl, "owner");
    call_put_text(args, "owner", owner != NULL ? owner : own_name());
    int code = put_time(ctl, args, "from");
    return code == EXIT_OK ? put_time(ctl, args, "until") : code;
}

static int add(struct ctl *ctl, const struct quiet_verb *verb, const char *target)
{
    json_t *args = json_pack("{s:s}", "kind", verb->kind);
    if (ctl_value(ctl, "reason") == NULL) {
        json_decref(args);
        return ctl_usage(ctl, "it needs a reason: --reason TEXT");
    }
    call_put_text(args, verb->target != NULL ? verb->target : "camera", target);
    int code = put_options(ctl, args);
    if (code != EXIT_OK) {
        json_decref(args);
        return code;
    }
    json_t *result = NULL;
    struct call call = {.verb = "quiet.add", .args = args, .changes = true};
    code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        fprintf(ctl->out, "%s until %s\n", show_text(result, "id"), show_text(result, "ends_at"));
    } else if (code == EXIT_OK) {
        show_json(ctl->out, result);
    }
    json_decref(result);
    return code;
}

static int end(struct ctl *ctl, const char *id)
{
    struct call call = {.verb = "quiet.end", .args = json_pack("{s:s}", "id", id), .changes = true};
    json_t *result = NULL;
    int code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        fprintf(ctl->out, "ended\n");
    } else if (code == EXIT_OK) {
        show_json(ctl->out, result);
    }
    json_decref(result);
    return code;
}

int quiet_run(struct ctl *ctl, const struct quiet_verb *verb)
{
    const char *word = ctl_operand(ctl, 0);
    const char *operand = ctl_operand(ctl, 1);
    bool is_add = word != NULL && strcmp(word, "add") == 0;
    if (word == NULL || (strcmp(word, "list") == 0 && operand == NULL)) {
        return list(ctl, verb);
    }
    if (strcmp(word, "end") == 0 && operand != NULL && ctl_operand(ctl, 2) == NULL) {
        return end(ctl, operand);
    }
    if (verb->target == NULL) {
        return is_add && operand == NULL
                   ? add(ctl, verb, NULL)
                   : ctl_usage(ctl, "%s knows list, add and end ID", verb->kind);
    }
    const char *target = is_add ? operand : word;
    if (target == NULL || ctl_operand(ctl, is_add ? 2 : 1) != NULL) {
        return ctl_usage(ctl, "%s needs one %s", verb->kind, verb->what);
    }
    return add(ctl, verb, target);
}
