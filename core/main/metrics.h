/* SPDX-License-Identifier: MIT */
/* The figures of vmmd as Prometheus text (exposition format 0.0.4), in pieces: with many cameras it is more than one turn
 * of the loop should take. */
#ifndef MAIN_METRICS_H
#define MAIN_METRICS_H

#include <stdbool.h>

#include "base/buf.h"
#include "main/daemon.h"

/* How far the text has come. Begin with the daemon and zeros. */
struct metrics {
    const struct daemon *daemon;
    uint32_t section;
    uint32_t at;
};

/* Append the next piece: whole lines, about 24 KB at most, maybe none. False when there is nothing more. */
bool metrics_next(struct metrics *metrics, struct buf *out);

#endif
