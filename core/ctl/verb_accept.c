/* SPDX-License-Identifier: MIT */
#include "ctl/call.h"
#include "ctl/show.h"

static int run(struct ctl *ctl)
{
    const char *id = ctl_operand(ctl, 0);
    if (id == NULL || ctl_operand(ctl, 1) != NULL) {
        return ctl_usage(ctl, "accept needs one camera, recorder or site");
    }
    struct call call = {
        .verb = "quiet.accept", .args = json_pack("{s:s}", "id", id), .changes = true};
    json_t *result = NULL;
    int code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK && ctl->format == CTL_HUMAN) {
        fprintf(ctl->out, "accepted: %lld\n", (long long)show_number(result, "accepted"));
    } else if (code == EXIT_OK) {
        show_json(ctl->out, result);
    }
    json_decref(result);
    return code;
}

const struct ctl_verb verb_accept = {
    .name = "accept",
    .summary = "new devices that are as they should be",
    .usage = "CAMERA | SITE",
    .text = "A new device is looked at and shown, and nobody is told of it before it was OK for an "
            "hour.\n"
            "Accepted, it is a device like any other at once: what is wrong with it is told.",
    .negative = "nothing of this id is new",
    .run = run,
};
