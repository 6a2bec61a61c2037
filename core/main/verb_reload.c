/* SPDX-License-Identifier: MIT */
/* reload: everything is read anew, and the answer waits for the end. */
#include "main/control.h"
#include "main/reload.h"

static void on_reloaded(void *arg, const char *refused, const char *const *changed)
{
    struct ctl_call *call = arg;
    if (refused != NULL) {
        ctl_rows(call, json_pack("[{s:s, s:s}]", "name", "configuration", "why", refused));
        ctl_fail(call, CTL_REFUSED, "refused; nothing has changed", "correct it and reload again");
        return;
    }
    json_t *lines = json_array();
    for (size_t i = 0; changed != NULL && changed[i] != NULL; i++) {
        json_array_append_new(lines, json_string(changed[i]));
    }
    ctl_done(call, json_pack("{s:o}", "changed", lines));
}

void verb_reload(struct daemon *daemon, struct ctl_call *call, json_t *args,
                 const struct ctl_peer *peer)
{
    (void)peer;
    if (!control_arguments(call, args)) {
        reload_request(daemon->reload, on_reloaded, call);
    }
}
