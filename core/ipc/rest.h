/* SPDX-License-Identifier: MIT */
/*
 * A plugin that failed to give its opinion rests before it is asked again, so that nobody waits for it each time. Pure.
 *
 * A failure may be of the moment: the machine was slow, the process was killed. Three in a row are not, and from then on
 * nobody waits for that opinion before a device is named.
 */
#ifndef IPC_REST_H
#define IPC_REST_H

#include <stdbool.h>
#include <stdint.h>

#define REST_US      60000000u
#define REST_LASTING 3u /* failures in a row */

struct rest {
    uint32_t failures; /* in a row */
    uint64_t until_us;
};

/* It failed now. */
void rest_begin(struct rest *rest, uint64_t now_us);

/* It is not asked now. */
bool rest_holds(const struct rest *rest, uint64_t now_us);

/* Its opinion may well come when it is asked again. */
bool rest_is_of_the_moment(const struct rest *rest);

#endif
