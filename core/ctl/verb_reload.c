/* SPDX-License-Identifier: MIT */
#include "ctl/call.h"
#include "ctl/show.h"
#include "ctl/terminal.h"

#define RELOAD_MS 120000u /* plugins that start and drain take their time */

static int keep_row(void *arg, json_t *row)
{
    return json_array_append(arg, row);
}

static void write_changed(struct ctl *ctl, const json_t *changed)
{
    size_t index = 0;
    json_t *line = NULL;
    json_array_foreach(changed, index, line)
    {
        const char *text = json_string_value(line);
        terminal_write(ctl->out, text != NULL ? text : "");
        fputc('\n', ctl->out);
    }
    if (json_array_size(changed) == 0) {
        fprintf(ctl->out, "nothing has changed\n");
    }
}

static void write_refused(struct ctl *ctl, const json_t *refused)
{
    if (ctl->format != CTL_HUMAN) {
        json_t *all = json_pack("{sO}", "refused", refused);
        show_json(ctl->out, all);
        json_decref(all);
        return;
    }
    size_t index = 0;
    json_t *row = NULL;
    json_array_foreach(refused, index, row)
    {
        ctl_complain(ctl, "%s: %s", show_text(row, "name"), show_text(row, "why"));
    }
}

static int run(struct ctl *ctl)
{
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "reload takes no argument");
    }
    json_t *refused = json_array();
    struct call call = {.verb = "reload",
                        .on_row = keep_row,
                        .arg = refused,
                        .timeout_ms = RELOAD_MS,
                        .changes = true};
    json_t *result = NULL;
    int code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        write_changed(ctl, json_object_get(result, "changed"));
    } else if (code == EXIT_OK) {
        show_json(ctl->out, result);
    } else if (code == EXIT_REFUSED) {
        write_refused(ctl, refused);
    }
    json_decref(result);
    json_decref(refused);
    return code;
}

const struct ctl_verb verb_reload = {
    .name = "reload",
    .summary = "read configuration and plugins again, and wait until it is done",
    .usage = "",
    .text =
        "Prints what has changed. When anything is wrong nothing is changed, each fault is named,\n"
        "and the exit code is 4.",
    .run = run,
};
