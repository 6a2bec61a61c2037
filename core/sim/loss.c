/* SPDX-License-Identifier: MIT */
#include "sim/loss.h"

#include <math.h>

#include "base/hash.h"

#define BURST_MEAN_US ((double)(LOSS_BURST_MIN_US + LOSS_BURST_MAX_US) / 2)

static uint64_t draw(struct loss *loss)
{
    loss->seed += 0x9e3779b97f4a7c15u;
    return hash_mix(loss->seed);
}

/* From 0 to 1, never 1. */
static double part(struct loss *loss)
{
    return (double)(draw(loss) >> 11) * 0x1p-53;
}

static int64_t burst_us(struct loss *loss)
{
    return LOSS_BURST_MIN_US +
           (int64_t)(part(loss) * (double)(LOSS_BURST_MAX_US - LOSS_BURST_MIN_US));
}

/* Without memory, as the model has it. */
static int64_t gap_us(struct loss *loss, const struct loss_model *model)
{
    double share = model->mean / model->in_burst; /* of the time that is a burst */
    double mean = BURST_MEAN_US * (1 - share) / share;
    return 1 + (int64_t)(-log(1 - part(loss)) * mean);
}

void loss_init(struct loss *loss, const struct loss_model *model, uint64_t seed)
{
    *loss = (struct loss){.seed = seed, .until = INT64_MAX};
    if (model->mean > 0) {
        loss->until = gap_us(loss, model);
    }
}

static void go_to(struct loss *loss, const struct loss_model *model, int64_t at)
{
    while (loss->until <= at) {
        loss->is_bad = !loss->is_bad;
        loss->until += loss->is_bad ? burst_us(loss) : gap_us(loss, model);
    }
}

bool loss_is_clear(struct loss *loss, const struct loss_model *model, int64_t at, int64_t until)
{
    go_to(loss, model, at);
    return !loss->is_bad && loss->until > until;
}

bool loss_takes(struct loss *loss, const struct loss_model *model, int64_t at)
{
    go_to(loss, model, at);
    return loss->is_bad && part(loss) < model->in_burst;
}
