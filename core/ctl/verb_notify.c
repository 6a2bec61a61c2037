/* SPDX-License-Identifier: MIT */
#include "ctl/call.h"
#include "ctl/show.h"

static const struct ctl_option options[] = {
    {"site", "ID", "to the channels of this site"},
    {"channel", "NAME", "to this channel alone, \"gchat\" or \"gchat:room\""},
    {"title", "TEXT", "the message in one line (default: the first line of the text)"},
    {"severity", "WORD", "normal, suspect or critical"},
    {"dedup-key", "KEY", "the same key again gets the first answer, and nothing is sent"},
    {"test", NULL, "say that it is a test"},
    {NULL, NULL, NULL},
};

static json_t *arguments(struct ctl *ctl, const char *text)
{
    json_t *args = json_object();
    call_put_text(args, "text", text);
    call_put_text(args, "site", ctl_value(ctl, "site"));
    call_put_text(args, "title", ctl_value(ctl, "title"));
    call_put_text(args, "severity", ctl_value(ctl, "severity"));
    call_put_text(args, "dedup_key", ctl_value(ctl, "dedup-key"));
    if (ctl_value(ctl, "channel") != NULL) {
        json_object_set_new(args, "channels", json_pack("[s]", ctl_value(ctl, "channel")));
    }
    if (ctl_has(ctl, "test")) {
        json_object_set_new(args, "test", json_true());
    }
    return args;
}

static int run(struct ctl *ctl)
{
    const char *text = ctl_operand(ctl, 0);
    if (text == NULL || ctl_operand(ctl, 1) != NULL) {
        return ctl_usage(ctl, "notify needs one text; put it in quotes");
    }
    struct call call = {.verb = "notify.send", .args = arguments(ctl, text), .changes = true};
    json_t *result = NULL;
    int code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        fprintf(ctl->out, "accepted %s for %lld channels\n", show_text(result, "id"),
                (long long)show_number(result, "channels"));
    } else if (code == EXIT_OK) {
        show_json(ctl->out, result);
    }
    json_decref(result);
    return code;
}

const struct ctl_verb verb_notify = {
    .name = "notify",
    .summary = "tell people something",
    .usage = "TEXT [--site ID | --channel NAME] [--title TEXT] [--severity WORD] [--dedup-key KEY] "
             "[--test]",
    .options = options,
    .text =
        "It is answered when the message is on disk: from then on it goes out, also after a crash.",
    .run = run,
};
