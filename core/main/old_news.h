/* SPDX-License-Identifier: MIT */
/* What kept looks from confirming a verdict that is UNKNOWN, as it is now: STALE_BY_* of health/stale.h. */
#ifndef MAIN_OLD_NEWS_H
#define MAIN_OLD_NEWS_H

#include "health/stale.h"
#include "main/watch.h"

/* Of a device's owner. */
uint32_t old_news_of_device(const struct watch *watch, uint32_t device);

/* Of a camera that is only a channel. */
uint32_t old_news_of_channel(const struct watch *watch, uint32_t camera);

#endif
