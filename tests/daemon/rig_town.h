/* SPDX-License-Identifier: MIT */
/*
 * Sites as they are, and a room of people who are told of them: cameras, recorders and their channels, looked at by vmmd
 * at its default intervals, all divided by one number. So what is promised at the default intervals can be tested
 * in a minute, and in a soak at those intervals themselves.
 */
#ifndef RIG_TOWN_H
#define RIG_TOWN_H

#include "chat/chat_rig.h"
#include "rig.h"

#define TOWN_ROOM     "ops"
#define TOWN_ALARM    "🔴"
#define TOWN_WARNING  "🟠"
#define TOWN_RECOVERY "✅"

/* A site "ID" has the cameras ID-c01 …, the recorders ID-n1 …, and of each of those the channels ID-n1-ch1 … */
struct town_site {
    const char *id; /* NULL ends the list */
    const char *name;
    int cameras;
    int nvrs;
    int channels; /* of each recorder, at most 4 */
};

struct town {
    struct rig rig;
    struct chat_rig chat;
    int pace; /* so many times faster than the defaults */
};

/* Farm, room and vmmd, everything looked at and OK. `policy` is gateway.json over the defaults, in which nothing is new
 * for long (commissioning) and no summary is made. */
void town_open(struct town *town, int pace, const struct town_site *sites, const char *policy);

/* No message had a wrong shape, no secret is in the log; then stop everything. */
void town_close(struct town *town);

/* The configuration that town_open() wrote is what vmmd starts with again: kill it and start it. */
void town_kill(struct town *town);

/* So many seconds of the default intervals, in milliseconds of this town. */
int town_ms(const struct town *town, int seconds);

/* Cut devices off by a fault of the farm, and bring them back. */
void town_cut(struct town *town, const char *devices, const char *fault);
void town_mend(struct town *town, const char *devices);

/* What the room has, in order: a new reference to an array of {"title", "thread", "text", "at_ms"}; `text` is the whole
 * body as JSON. */
json_t *town_messages(const struct town *town);

/* How many of them have `sign` in the title and `thread` in the key of their thread ("" any). */
size_t town_count(const struct town *town, const char *sign, const char *thread);

/* Wait so many seconds of the default intervals at most until there are so many. */
void town_wait(struct town *town, const char *sign, const char *thread, size_t count, int seconds);

/* The title and the whole text of the first message of such a sign and thread, in static memory. */
const char *town_title(const struct town *town, const char *sign, const char *thread);
const char *town_text(const struct town *town, const char *sign, const char *thread);

/* Seconds of the default intervals from the first failed look of the incident, which its thread names, to that message. */
double town_delay(const struct town *town, const char *sign, const char *thread);

/* Wait until all cameras and recorders of a site have this health. */
void town_wait_site(struct town *town, const char *site, const char *health, int seconds);

#endif
