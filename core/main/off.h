/* SPDX-License-Identifier: MIT */
/*
 * Devices that somebody said are off on purpose, until when: they are DISABLED for that time and nothing looks at them.
 * What was said is the only record of it; `enabled` of the fleet stays as it is.
 */
#ifndef MAIN_OFF_H
#define MAIN_OFF_H

#include "gateway/quiet.h"
#include "main/watch.h"

/* Who keeps the camera or recorder off now; NULL: nobody does. */
const struct quiet_entry *off_of(const struct daemon *daemon, const char *site_id, const char *id);

/* Judge everybody anew if one has begun or ended since this was asked last. */
void off_turn(struct watch *watch);

/* The same at a start, where everybody is judged anew in any case. */
void off_begin(struct watch *watch);

#endif
