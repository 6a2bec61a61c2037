/* SPDX-License-Identifier: MIT */
/* metrics: the Prometheus text, piece by piece. */
#include <stdlib.h>

#include "main/control.h"
#include "main/metrics.h"

static void next_metrics(void *arg, struct ctl_call *call)
{
    struct metrics *metrics = arg;
    struct buf text;
    buf_init(&text);
    if (metrics_next(metrics, &text)) {
        json_t *rows =
            text.size > 0 ? json_pack("[{s:s%}]", "text", text.data, text.size) : json_array();
        ctl_rows(call, rows); /* none: the next turn goes on */
    } else {
        free(metrics);
        ctl_done(call, NULL);
    }
    buf_finish(&text);
}

static void gone_metrics(void *arg, struct ctl_call *call)
{
    free(arg);
    ctl_done(call, NULL);
}

void verb_metrics(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer)
{
    (void)peer;
    if (control_arguments(call, args)) {
        return;
    }
    struct metrics *metrics = calloc(1, sizeof(*metrics));
    if (metrics == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    metrics->daemon = daemon;
    ctl_set_source(call, next_metrics, gone_metrics, metrics);
}
