/* SPDX-License-Identifier: MIT */
/*
 * vmmd, a farm of simulated devices and vmmctl in a folder of their own. Every wait has a limit and is for
 * something that happens, never for time to pass; a test fails where the limit is reached.
 */
#ifndef RIG_H
#define RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "base/buf.h"

#define RIG_WAIT_MS 30000

struct rig {
    char folder[128];
    pid_t vmmd;
    pid_t farm;
    json_t *ready; /* what the farm said when it was ready */
};

/* A folder, and the farm with this scenario (JSON text); NULL: no farm. */
void rig_open(struct rig *rig, const char *scenario);

/* Write FOLDER/vmmd.json: `config` (JSON object text) over settings fit for tests: short intervals, the flags of
 * all built plugins on. */
void rig_config(struct rig *rig, const char *config);

/* Start vmmd and wait until it answers. */
void rig_start(struct rig *rig);

/* Start it and wait for nothing. */
void rig_launch(struct rig *rig);

/* True when it answers; a check for rig_until(). Fails the test when it has ended. */
bool rig_answers(struct rig *rig, const void *arg);

/* Lines of vmmd's log that hold this text. */
size_t rig_log_count(struct rig *rig, const char *text);

/* The same of what each vmmctl complained of. */
size_t rig_ctl_count(struct rig *rig, const char *text);

/* The same as rig_start(), for one that is expected to refuse: returns its exit status and what it said. */
int rig_start_refused(struct rig *rig, struct buf *said);

/* SIGTERM, and the exit status. */
int rig_stop(struct rig *rig);

/* SIGKILL. */
void rig_kill(struct rig *rig);

/* Stop everything, check that no process of it is left, remove the folder. */
void rig_close(struct rig *rig);

/* Run vmmctl with these words (ended by NULL); its standard input is `input` (NULL: empty). Returns the exit status;
 * `out` (may be NULL) gets what it printed. */
int rig_ctl(struct rig *rig, struct buf *out, const char *input, ...) __attribute__((sentinel));

/* Run it with --json, which has to succeed. A new reference. */
json_t *rig_json(struct rig *rig, ...) __attribute__((sentinel));

/* Load all devices of the farm as cameras of sites named as in the scenario, with the credential "farm"
 * (admin / secret). `provider` speaks to them, NULL: to each the one that its id begins with, up to a "-";
 * `options` is a JSON object text. */
void rig_load_farm(struct rig *rig, const char *provider, const char *options);

/* Say one thing to the farm's control socket (JSON text by format); a new reference of its answer. */
json_t *rig_farm(struct rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A count of the farm's report, over the devices of the pattern. */
json_int_t rig_count(struct rig *rig, const char *devices, const char *what);

/* Wait until the farm has counted so many. */
void rig_wait_count(struct rig *rig, const char *devices, const char *what, int count);

/* The health and reason of a camera, "DOWN unreachable"; static memory. */
const char *rig_health(struct rig *rig, const char *camera);

/* Wait until a camera's health and reason are these. */
void rig_wait_health(struct rig *rig, const char *camera, const char *health);

/* Wait until all cameras have this health. */
void rig_wait_all(struct rig *rig, const char *health);

/* All events, oldest first, as an array. */
json_t *rig_events(struct rig *rig);

/* Wait until the database has what status told so far; at most as long as `events` waits for it. Nothing where no vmmd
 * runs: one that stopped has written all. */
void rig_written(struct rig *rig);

/* The value of a metric line that begins with `name`; the sum where there are several. */
double rig_metric(struct rig *rig, const char *name);

/* The pid of the first host of a plugin, 0 when it has none; and its state. */
pid_t rig_host(struct rig *rig, const char *plugin, char state[16]);

/* Wait until the plugin's state is this. */
void rig_wait_plugin(struct rig *rig, const char *plugin, const char *state);

/* Milliseconds of a monotonic clock. */
uint64_t rig_now_ms(void);

/* How much of something: little in CI, `full` where VMM_SOAK is set, which `what` then tells the record of the run. */
size_t rig_soak(size_t quick, size_t full, const char *what);

/* A line for that record; nothing where VMM_SOAK is not set. */
void rig_soak_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Call `check(rig, arg)` until it is true, at most `ms` long; fails the test with `what`. */
void rig_until(struct rig *rig, int ms, const char *what,
               bool (*check)(struct rig *rig, const void *arg), const void *arg);

/* Copy a file. */
void rig_copy(const char *from, const char *to);

#endif
