/* SPDX-License-Identifier: MIT */
#include "ctl/call.h"
#include "ctl/show.h"
#include "ctl/terminal.h"

static void write_human(struct ctl *ctl, const json_t *vmmd)
{
    char text[SHOW_SIZE];
    fprintf(ctl->out, "vmmctl %s\n", VMM_VERSION);
    if (vmmd == NULL) {
        fprintf(ctl->out, "vmmd   not running\n");
        return;
    }
    fputs("vmmd   ", ctl->out);
    terminal_write(ctl->out, show_text(vmmd, "version"));
    fputs(" (", ctl->out);
    terminal_write(ctl->out, show_text(vmmd, "build_git_hash"));
    fprintf(ctl->out, "), pid %lld, up %s\n", (long long)show_number(vmmd, "pid"),
            show_duration(show_number(vmmd, "uptime_s"), text));
}

static int run(struct ctl *ctl)
{
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "version takes no argument");
    }
    json_t *vmmd = NULL;
    if (call_is_vmmd_there(ctl)) {
        struct call call = {.verb = "version"};
        int code = call_vmmd(ctl, &call, &vmmd);
        if (code != EXIT_OK) {
            return code;
        }
    }
    if (ctl->format == CTL_HUMAN) {
        write_human(ctl, vmmd);
    } else {
        json_t *all = json_pack("{s{ss}sO?}", "vmmctl", "version", VMM_VERSION, "vmmd", vmmd);
        if (vmmd == NULL) {
            json_object_set_new(all, "vmmd", json_null());
        }
        show_json(ctl->out, all);
        json_decref(all);
    }
    json_decref(vmmd);
    return EXIT_OK;
}

const struct ctl_verb verb_version = {
    .name = "version",
    .summary = "the versions of vmmctl and of the vmmd that runs",
    .usage = "",
    .run = run,
};
