/* SPDX-License-Identifier: MIT */
/* What every test with providers loads at its beginning and holds vmmd to at its end. */
#ifndef RIG_WATCH_H
#define RIG_WATCH_H

#include "rig.h"

/* vmmd gives looks under way 20 s when it stops; a little more for a slow machine. */
#define RIG_STOP_MS 26000

/* A scenario of cameras cam-01 … and devices bad-01 … with one small page, each behind a login. */
#define RIG_SCENARIO(CAMERAS, DEVICES)                                                             \
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\","              \
    "\"level\":\"admin\"}],\"groups\":["                                                           \
    "{\"prefix\":\"cam-\",\"count\":" #CAMERAS ",\"first\":1,\"digits\":2,\"site\":\"north\","     \
    "\"base_address\":\"127.22.0.1\",\"personality\":\"vivotek-camera\","                          \
    "\"clock\":{\"zone_min\":480}},"                                                               \
    "{\"prefix\":\"bad-\",\"count\":" #DEVICES ",\"first\":1,\"digits\":2,\"site\":\"south\","     \
    "\"base_address\":\"127.23.0.1\",\"personality\":\"http-digest\",\"override\":{\"answers\":"   \
    "{\"root\":{\"path\":\"/\",\"body\":\"model=P-1\"}}}}]}"

/* Who speaks to the devices whose ids begin so; the first that fits. */
struct rig_share {
    const char *prefix; /* NULL ends the list */
    const char *provider;
    const char *options; /* JSON object text */
};

/* Load the farm's devices as cameras, with the credential "farm". Devices that no share names are left out. */
void rig_watch_load(struct rig *rig, const struct rig_share *shares);

/* How many events a camera has. */
size_t rig_watch_events(struct rig *rig, const char *camera);

/* The cameras of this prefix (two digits, from 1) are OK and have one event each: the one that said so. */
void rig_watch_expect_untouched(struct rig *rig, const char *prefix, size_t count);

/* Wait until each camera of the prefix was looked at so many times more, by the farm's count. */
void rig_watch_wait_looks(struct rig *rig, const char *pattern, int more);

/* The looks as vmmd counts them, read in one go. */
struct rig_looks {
    double begun;
    double finished;
    double lost;
    double in_flight;
};
struct rig_looks rig_watch_looks(struct rig *rig);

/* The longest time between two looks at one of these devices, in milliseconds, from start to start. */
json_int_t rig_watch_longest_gap(struct rig *rig, const char *devices);

/* The farm counted as many looks of these devices (one connection a look) as vmmd made with this provider, give or
 * take those that were lost: they may have connected or not. */
void rig_watch_expect_same_count(struct rig *rig, const char *provider, const char *devices);

/*
 * The end of each test. vmmd is still the process that was started; every look that began has ended or is under
 * way; no device saw two connections at once, a wrong password or a write. Then vmmd stops in time and in order and
 * leaves no process, and the rig is closed.
 */
void rig_watch_close(struct rig *rig);

#endif
