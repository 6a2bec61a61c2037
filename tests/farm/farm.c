/* SPDX-License-Identifier: MIT */
#include "farm/farm.h"

#include "farm/conn.h"
#include "farm/listener.h"

int farm_init(struct farm *farm)
{
    *farm = (struct farm){.look_quiet_us = 250000};
    int failed = loop_init(&farm->loop);
    if (failed == 0) {
        farm->pool = conn_pool_create();
    }
    return failed;
}

void farm_finish(struct farm *farm)
{
    listener_close_all(farm);
    for (size_t i = 0; i < farm->device_count; i++) {
        conn_drop_all(farm, &farm->devices[i]);
    }
    conn_pool_destroy(farm->pool);
    out_finish(&farm->head);
    out_finish(&farm->body);
    loop_finish(&farm->loop);
    arena_finish(&farm->arena);
}

size_t farm_each(struct farm *farm, const char *pattern,
                 void (*visit)(struct farm *farm, struct device *device, void *data), void *data)
{
    size_t count = 0;
    for (size_t i = 0; i < farm->device_count; i++) {
        if (device_matches(&farm->devices[i], pattern)) {
            visit(farm, &farm->devices[i], data);
            count++;
        }
    }
    return count;
}
