/* SPDX-License-Identifier: MIT */
/* Whatever loads can be exported, and its export changes nothing. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet_export.h"
#include "fleet/fleet_load.h"

static struct fleet_errors errors;

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void expect_no_change(const struct fleet *fleet)
{
    struct buf text;
    struct fleet_plan *plan = NULL;
    buf_init(&text);
    expect(fleet_export(fleet, NULL, &text) == 0);
    expect(fleet_load(fleet, NULL, buf_cstr(&text), text.size, &plan, &errors) == 0);
    expect(plan->write_count == 0 && plan->delta_count == 0);
    fleet_plan_destroy(plan);
    buf_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fleet *fleet = fleet_create();
    struct fleet_plan *plan = NULL;
    if (fleet == NULL) {
        return 0;
    }
    if (fleet_load(fleet, NULL, (const char *)data, size, &plan, &errors) == 0) {
        expect(fleet_apply(fleet, plan) == 0);
        expect_no_change(fleet);
    } else {
        char line[1024];
        expect(errors.count > 0);
        fleet_error_text(&errors.items[0], line, sizeof(line));
    }
    fleet_plan_destroy(plan);
    fleet_destroy(fleet);
    return 0;
}
