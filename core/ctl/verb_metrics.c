/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "ctl/call.h"
#include "ctl/show.h"

static int add_piece(void *arg, json_t *row)
{
    buf_text(arg, show_text(row, "text"));
    return 0;
}

static void write_metrics(struct ctl *ctl, struct buf *text)
{
    if (ctl->format == CTL_HUMAN) {
        fwrite(text->data, 1, text->size, ctl->out);
        return;
    }
    json_t *all = json_pack("{ss}", "metrics", buf_cstr(text));
    show_json(ctl->out, all);
    json_decref(all);
}

static int run(struct ctl *ctl)
{
    if (ctl_operand(ctl, 0) != NULL) {
        return ctl_usage(ctl, "metrics takes no argument");
    }
    struct buf text;
    buf_init(&text);
    struct call call = {.verb = "metrics", .on_row = add_piece, .arg = &text};
    int code = call_vmmd(ctl, &call, NULL);
    if (code == EXIT_OK && buf_failed(&text)) {
        ctl_complain(ctl, "no memory");
        code = EXIT_REFUSED;
    } else if (code == EXIT_OK) {
        write_metrics(ctl, &text);
    }
    buf_finish(&text);
    return code;
}

const struct ctl_verb verb_metrics = {
    .name = "metrics",
    .summary = "all metrics, as Prometheus text",
    .usage = "",
    .run = run,
};
