/* SPDX-License-Identifier: MIT */
/*
 * One make on a stage: its plugin in the mock host, a device of the farm for each row of its play.json, the core's judge,
 * and a clock that only looks move.
 */
#ifndef PLAYS_STAGE_H
#define PLAYS_STAGE_H

#include <jansson.h>

#include "bridge.h"
#include "judge.h"
#include "script.h"

/* With VMM_PLAY=NAME in the environment that make alone. */
size_t stage_find(struct script_file files[SCRIPT_FILES_MAX]);

struct stage {
    const char *file;
    json_t *script;
    struct farm farm;
    const struct vmm_descriptor *plugin;
    struct bridge bridge; /* of the row */
    struct judge judge;   /* of the row */
    struct bridge_order order;
    uint64_t seen; /* bits of the reasons that the row's verdicts have had since stage_judge() */
    char *options; /* of the row */
};

/* Read the file and build the devices of its rows, and load the plugin. */
void stage_open(struct stage *stage, const char *file);
void stage_close(struct stage *stage);

/* Put a row on, whose device is this one; and take it off: nothing was done against the plugin's contract. */
void stage_begin(struct stage *stage, const json_t *row, struct device *device);
void stage_end(struct stage *stage);

/* The verdict as of a camera that was never looked at. */
void stage_judge(struct stage *stage, const json_t *row);

/* Looks until the verdict is this one, and some more that leave it; `when` is for messages. */
void stage_await(struct stage *stage, const char *wanted, const char *when);

/* One more look; the verdict after it, in static memory. */
const char *stage_look(struct stage *stage);

/* Looks until this reason holds, whichever the verdict names, and some more that leave it. */
void stage_await_reason(struct stage *stage, const char *wanted, const char *when);

/* Set a fault of the farm, or clear all. */
void stage_fault(struct stage *stage, const char *fault);
void stage_clear(struct stage *stage);

/* What the farm has counted of the row's device. */
uint64_t stage_count(const struct stage *stage, const char *name);

#endif
