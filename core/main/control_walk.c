/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/text.h"
#include "main/control.h"

#define PAGE_ROWS   50u
#define TURN_THINGS 2000u

struct walking {
    struct control_walk walk;
    control_next_fn next;
};

static void destroy(struct walking *walking)
{
    json_decref(walking->walk.seen);
    json_decref(walking->walk.result);
    free(walking);
}

static void on_next(void *arg, struct ctl_call *call)
{
    struct walking *walking = arg;
    json_t *rows = json_array();
    json_t *row = NULL;
    walking->walk.left = TURN_THINGS;
    while (json_array_size(rows) < PAGE_ROWS && (row = walking->next(&walking->walk)) != NULL) {
        json_array_append_new(rows, row);
    }
    if (json_array_size(rows) > 0 || walking->walk.left == 0) {
        ctl_rows(call, rows); /* none: the next turn goes on */
        return;
    }
    json_decref(rows);
    ctl_done(call, json_incref(walking->walk.result));
    destroy(walking);
}

static void on_gone(void *arg, struct ctl_call *call)
{
    destroy(arg);
    ctl_done(call, NULL);
}

void control_walk(struct daemon *daemon, struct ctl_call *call, const char *of,
                  control_next_fn next)
{
    struct walking *walking = calloc(1, sizeof(*walking));
    if (walking == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    walking->walk.daemon = daemon;
    walking->next = next;
    text_format(walking->walk.of, sizeof(walking->walk.of), "%s", of);
    ctl_set_source(call, on_next, on_gone, walking);
}
