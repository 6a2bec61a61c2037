/* SPDX-License-Identifier: MIT */
/* Which question comes next. Pure. */
#ifndef XM_PLAN_H
#define XM_PLAN_H

#include "xm_ask.h"
#include "xm_take.h"

#define XM_SETTINGS_TURN 12u /* settings are read at every so many looks */

/* The question behind `asked` in a full look, by what is known by then; XM_ASK_COUNT: there is none. */
enum xm_ask xm_plan_next(const struct xm_device *device, enum xm_ask asked);

/* Begin with the footage of a channel: the one whose turn it is. False when there is none to be asked for. */
bool xm_plan_footage(const struct xm_device *device, struct xm_span *span);

/*
 * Go on with it after an answer with `rows` rows whose newest ends at `newest_s` (0: none): a longer span when
 * nothing was found, that by the other Type when there is nothing in it either, the rest of it when not all was listed.
 * False when nothing is left to ask.
 */
bool xm_plan_footage_more(const struct xm_device *device, size_t rows, int64_t newest_s,
                          struct xm_span *span);

/*
 * Some firmware lists its files by the Type "*" alone and some by "h264" alone, and says that there are none by the other.
 * What a device is asked by is what it was found by last. Ask the same by the other; false when that was done.
 */
bool xm_plan_other(const struct xm_device *device, struct xm_span *span);

/* Files were listed: the Type they were asked by is kept. */
void xm_plan_found(struct xm_device *device, const struct xm_span *span);

/* How far back the longest span reaches, in seconds. */
#define XM_LONG_SPAN_S (72 * 3600)

/*
 * Fill in the page of a channel's last day that is asked for in this look, where xm_plan_next() says XM_ASK_DAY. Each day the
 * channels that are recorded all the time come one after another, a page a look, and none with the settings.
 */
void xm_plan_day(struct xm_device *device, struct xm_span *span);

/* That channel is looked through, or cannot be: the next one is due. */
void xm_plan_day_done(struct xm_device *device);

/* What the next look has to know. */
void xm_plan_keep(struct xm_device *device, const struct xm_span *asked);

#endif
