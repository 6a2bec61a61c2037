/* SPDX-License-Identifier: MIT */
/* What plugins count by themselves, by the names they give. */
#ifndef MAIN_FIGURES_H
#define MAIN_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/frame.h"

struct figures;

struct figure {
    char plugin[64];
    char name[96]; /* vmm_<plugin>_… */
    double value;
    bool is_counter;
};

/* NULL without memory. */
struct figures *figures_create(void);
void figures_destroy(struct figures *figures);

/* A METRIC frame of a plugin. Names that do not begin with vmm_<plugin>_, and more than 64 names a plugin, are
 * ignored. 0, or VMM_E_PROTO for a frame that cannot be read. */
int figures_take(struct figures *figures, const char *plugin, const struct frame *frame);

/* What the figure of this name stands at. False when no plugin has told it. */
bool figures_value(const struct figures *figures, const char *name, double *value);

/* One after another; NULL past the end. */
const struct figure *figures_at(const struct figures *figures, uint32_t index);

#endif
