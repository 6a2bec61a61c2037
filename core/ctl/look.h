/* SPDX-License-Identifier: MIT */
/* One look at a device as it is shown: its steps, what it observed, and the verdict that came of
 * it. */
#ifndef CTL_LOOK_H
#define CTL_LOOK_H

#include <jansson.h>
#include <stdbool.h>

#include "ctl/ctl.h"
#include "ctl/table.h"

/* The rows of an answer of `explain` or `probe`, by kind. */
struct look_rows {
    json_t *steps;
    json_t *facts;
    json_t *events;
};

void look_rows_init(struct look_rows *rows);
void look_rows_finish(struct look_rows *rows);

/* Takes a row: as on_row of a call, `arg` is a struct look_rows. A row of an unknown kind is left
 * out. */
int look_row(void *arg, json_t *row);

/* The answer as one object: the members of `result`, then "steps", "facts" and, when wanted,
 * "events". */
json_t *look_json(const struct look_rows *rows, const json_t *result, bool with_events);

/* "Last look …" with steps and facts, for a person. `look` may be null: there was none yet. */
void look_write(struct ctl *ctl, const json_t *look, const struct look_rows *rows);

/* Whose language it speaks, where that is not the provider that is set. Nothing when `handover` is null. */
void look_write_handover(struct ctl *ctl, const json_t *handover);

/* Health, severity, reasons and what to do, for a person. Nothing when `verdict` is null. */
void look_write_verdict(struct ctl *ctl, const json_t *verdict);

/* True when the look reached the device and was answered: its outcome is ok or partial. */
bool look_is_good(const json_t *look);

#endif
