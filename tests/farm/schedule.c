/* SPDX-License-Identifier: MIT */
#include "farm/schedule.h"

#include "farm/farm.h"

#include <string.h>

static void run_fire(struct loop_timer *timer)
{
    struct schedule_run *run = (struct schedule_run *)timer;
    fault_set(run->farm, run->device, &run->entry.fault, run->entry.for_us);
    if (run->entry.every_us > 0) {
        loop_timer_set(&run->farm->loop, &run->timer, run->entry.every_us);
    }
}

/* Grows by doubling; the old half stays in the arena until the end. */
static void grow(struct farm *farm)
{
    size_t count = farm->schedule_count;
    if ((count & (count - 1)) != 0 && count != 0) {
        return;
    }
    size_t cap = count == 0 ? 1 : count * 2;
    struct schedule_run *runs = arena_take(&farm->arena, cap, sizeof *runs);
    if (count > 0) {
        memcpy(runs, farm->schedule, count * sizeof *runs);
    }
    farm->schedule = runs;
}

void schedule_add(struct farm *farm, struct device *device, const struct schedule_entry *entry)
{
    grow(farm);
    farm->schedule[farm->schedule_count++] = (struct schedule_run){
        .timer = {.fire = run_fire}, .farm = farm, .device = device, .entry = *entry};
}

void schedule_start(struct farm *farm)
{
    for (size_t i = 0; i < farm->schedule_count; i++) {
        struct schedule_run *run = &farm->schedule[i];
        loop_timer_set(&farm->loop, &run->timer, run->entry.at_us);
    }
}
