/* SPDX-License-Identifier: MIT */
/*
 * The watch: which device is looked at when, by whom, and what comes of it.
 *
 *   schedule ─▶ provider's queue ─▶ ledger ─▶ (login written down) ─▶ job ─▶ result ─▶ verdict ─▶ store
 *
 * watch.c keeps the time, devices.c the devices, providers.c who looks at them, queue.c the order in which looks start,
 * look.c a look's way to a host, job.c what the host is told of it, result.c and loss.c how it ends, probe.c who asked
 * for it, verdict.c what becomes of it; visit.c a look at an address that is not of the fleet. Deciding is done by
 * sched, ledger, health and suspects.
 */
#ifndef MAIN_WATCH_H
#define MAIN_WATCH_H

#include <jansson.h>

#include "cause/cause.h"
#include "health/beside.h"
#include "health/health.h"
#include "health/pace.h"
#include "ipc/message.h"
#include "main/daemon.h"
#include "main/journal.h"
#include "main/options.h"
#include "sched/ledger.h"
#include "sched/sched.h"
#include "supervise/suspects.h"

#define WATCH_NONE          UINT32_MAX
#define WATCH_PROVIDERS_MAX 128u
#define WATCH_TRACES_MAX    50000u /* devices up to which the last look of a healthy one is kept */

/* What the host and the plugin keep with a device from look to look. */
struct note {
    uint16_t host_size;
    uint16_t plugin_size;
    uint8_t bytes[];
};

/* The last look, for explain: the body of its RESULT frame as it came. */
struct trace {
    int64_t started_wall;
    uint32_t scope; /* HEALTH_SCOPE_* */
    uint32_t size;
    uint32_t capacity;
    uint8_t body[];
};

/* A device that is watched, beside fleet_device of the same handle. */
struct watched {
    struct health_state state; /* of its owner: the NVR, or the camera it belongs to */
    struct suspect suspect;
    struct health_beside beside;
    uint64_t id_hash;
    uint64_t address_hash; /* of host, port and provider */
    struct note *note;
    struct trace *trace;
    uint32_t endpoint;    /* of the ledger */
    uint32_t account;     /* of the ledger; LEDGER_NONE without a credential */
    uint32_t look;        /* slot of the look under way; WATCH_NONE */
    struct queue *queued; /* its provider's queue that it waits in; NULL: it waits in none */
    uint32_t queue_next;
    uint32_t queue_previous;
    uint32_t reconnects; /* changes from failing to answering looks */
    struct pace pace;    /* of its full looks */
    uint16_t provider;
    bool known;
    bool failing;               /* its last look failed */
    bool asked;                 /* for a sign of life: the next look is a trial */
    bool refused;               /* its look waits for a connection to its address */
    struct cause_member member; /* how it belonged to an incident when it was stored */
    bool leaving; /* its removal is being written: nothing is judged or written of it any more */
};

/* Devices that wait: a list through struct watched. */
struct queue {
    uint32_t head; /* WATCH_NONE: nobody waits */
    uint32_t tail;
    uint32_t count;
};

struct provider {
    char name[64];
    struct plugin *plugin; /* NULL while it is not loaded */
    uint32_t generation;   /* of the plugin, that was ready last */
    struct options_table options;
    struct queue queue;    /* devices that wait for a place */
    struct queue suspects; /* devices to be looked at alone */
    uint32_t in_flight;
    uint32_t suspect_look;  /* slot of the look in the isolation host; WATCH_NONE */
    uint64_t unready_since; /* 0: ready */
    bool failed;            /* unready for long enough that its devices are UNKNOWN */
    uint64_t outcomes[VMM_OUTCOME_COUNT];
};

/* Called once when a look asked for by watch_probe() has ended and its verdict is committed; `rc` VMM_E_IO: it has
 * ended, and nothing can be written now. */
typedef void (*watch_probed_fn)(void *arg, uint32_t device, int rc);

struct visit;
struct incidents;
struct node;
struct unwatched;
struct zone_rules;
struct policies;

enum look_state {
    LOOK_FREE,
    LOOK_COMMITTING,
    LOOK_SENT,
    LOOK_WEIGHED, /* it has ended, and plugins are asked whose device it is */
};

struct look {
    uint64_t id; /* of the job frame: slot, and a number of its own above it */
    enum look_state state;
    uint32_t device;     /* WATCH_NONE for a visit */
    struct visit *visit; /* at an address that is not of the fleet; NULL: none */
    uint16_t provider;
    uint32_t scope; /* HEALTH_SCOPE_* */
    uint64_t lease;
    struct host *host;
    uint64_t sent_us;
    int64_t started_wall;
    uint32_t deadline_ms;
    uint32_t next_free;
    bool may_login;
    bool unproven; /* its login was written down before it went out */
    bool isolated;
    bool void_;     /* the core stood still meanwhile: its result judges nobody */
    bool orphan;    /* its device was removed */
    bool cancelled; /* CANCEL was sent */
};

struct watch {
    struct daemon *daemon;
    struct sched *sched;
    struct ledger *ledger;
    struct watched *devices; /* by device handle */
    uint32_t device_room;
    struct health_state *channels; /* by camera handle: cameras that are a channel of an NVR only */
    struct health_beside *channel_beside; /* of the same */
    struct cause_before *channel_before;  /* of the same, while their recorder is down */
    uint32_t channel_room;
    struct provider *providers;
    uint32_t provider_count;
    struct look *looks;
    uint32_t look_room;
    uint32_t look_free;
    uint32_t looks_out;
    uint64_t look_number;
    struct endpoint_table *endpoints;
    struct incidents *incidents;
    struct node *node;
    struct unwatched *unwatched;
    struct zone_rules *zones;
    struct policies *policies;
    struct store_batch *durable; /* of this turn of the loop; NULL when nothing has to be written */
    struct store_batch *soft;
    struct event *due_timer;
    struct event *tick_timer;
    struct event *flush;
    struct probe_waiter *waiters;
    uint64_t pulse_us;  /* when the loop was last seen alive */
    uint64_t looked_us; /* when a host last said how a look ended; 0: none has */
    uint64_t asleep_us; /* time the machine had been suspended in all, as of then */
    uint32_t stale_cursor;
    uint64_t off_mark; /* of off.h: who was off on purpose when it was last asked */
    bool durable_has_event;
    bool started;
    /* what is counted */
    uint64_t looks_begun;
    uint64_t looks_finished;
    uint64_t looks_lost;
    uint64_t looks_void;
    uint64_t events;
};

/* ---- watch.c ---- */

struct watch *watch_create(struct daemon *daemon);
void watch_destroy(struct watch *watch);

/* Begin: overdue looks are spread. */
int watch_start(struct watch *watch);

/* Flags, policy or providers have changed: find out anew what is to be watched. */
void watch_refresh(struct watch *watch);

/* The loop is alive at `now`; finds out that it was not. Called first by everything that comes from outside. */
void watch_pulse(struct watch *watch);

/* Wake when the schedule wants it next. */
void watch_arm(struct watch *watch);

/* The batch of what must be durable, made when there is none; it goes to the store at the end of this turn. */
struct store_batch *watch_durable(struct watch *watch);
struct store_batch *watch_soft(struct watch *watch);

/* False while the store has stopped writing: then nothing waits for a commit. */
bool watch_can_write(const struct watch *watch);

/* Write what has gathered, at once: before the store stops. */
void watch_flush(struct watch *watch);

/* ---- devices.c ---- */

/* Take in a device of the fleet, with what the store knows of it; again after it was changed. */
int watch_add(struct watch *watch, uint32_t device);

/* Its removal is being written, or that failed: nothing is judged of it meanwhile. */
void watch_leave(struct watch *watch, uint32_t device, bool leaving);

/* Forget it. */
void watch_remove(struct watch *watch, uint32_t device);

/* A camera that is only a channel: has a verdict, but no look of its own. */
int watch_add_channel(struct watch *watch, uint32_t camera);

/* Its verdict is forgotten; handles without one are ignored. */
void watch_remove_channel(struct watch *watch, uint32_t camera);

/* A camera loses its own address, and may go on as a channel: the verdict it had is the channel's from now on. */
void watch_keep_as_channel(struct watch *watch, uint32_t device, uint32_t camera);

/* Enter a device into the schedule, from when it was last looked at. */
int watch_schedule(struct watch *watch, uint32_t device);

/* Something about it has changed: it is looked at soon, not only on its next slot. */
void watch_look_soon(struct watch *watch, uint32_t device);

/* The state of a camera, from its device or its channel; NULL when it has none. */
const struct health_state *watch_camera_state(const struct watch *watch,
                                              const struct fleet_camera *camera);

/* The state of an NVR; NULL when it has none. */
const struct health_state *watch_nvr_state(const struct watch *watch, const struct fleet_nvr *nvr);

/* ---- providers.c ---- */

/* A plugin of kind probe came, went, or its hosts lost what they had. */
void watch_plugin_ready(struct watch *watch, struct plugin *plugin);
void watch_plugin_unready(struct watch *watch, struct plugin *plugin);
void watch_plugin_removed(struct watch *watch, struct plugin *plugin);

/* Providers that have had no host for too long, or have one again: tell their devices. */
void watch_check_providers(struct watch *watch);

/* ---- queue.c ---- */

/* The provider of this name, added when it is new; WATCH_PROVIDERS_MAX when there are too many. */
uint16_t watch_provider(struct watch *watch, const char *name);

/* A device is due: start its look, or queue it. */
void watch_begin(struct watch *watch, uint32_t device);

/* Queue it in front: its look was lost and is made again. */
void watch_again(struct watch *watch, uint32_t device);

/* The same, to wait until a host is there: starts nothing now. */
void watch_requeue(struct watch *watch, uint32_t device);

void watch_unqueue(struct watch *watch, uint32_t device);

/* True when a look at the device could start now, as far as its provider goes. */
bool watch_has_room(const struct watch *watch, uint32_t device);

/* Start what waits, as far as there is room. */
void watch_pump(struct watch *watch, struct provider *provider);

/* The last suspect has been looked at, or is left out: end the host for suspects when none waits for it. */
void watch_release_isolation(struct provider *provider);

/* ---- look.c ---- */

/* Ask the ledger and send the job. True when the look has begun. */
bool look_begin(struct watch *watch, uint32_t device, bool isolated);

/* Logins that wait to be written down are given up, and said so to the ledger: the daemon ends. */
void look_forget_committing(struct watch *watch);

/* ---- result.c ---- */

/* A RESULT frame. Negative: the host broke the protocol. */
int look_result(struct watch *watch, struct host *host, const struct frame *frame);

/* A TRANSCRIPT frame, before the look's RESULT. Negative: the host broke the protocol. */
int look_transcript(struct watch *watch, struct host *host, const struct frame *frame);

/* The look has ended with this: its lease, its trace and its verdict follow. The slot is free then. */
void look_conclude(struct watch *watch, struct look *look, const struct frame *frame,
                   const struct result_message *result);

/* ---- loss.c ---- */

/* A host has ended with looks under way. */
void look_lost(struct watch *watch, struct host *host, bool crashed);

/* Looks past their deadline: cancel, and end the host of one that does not react. */
void look_sweep(struct watch *watch);

/* The core stood still: what is under way judges nobody. */
void look_void_all(struct watch *watch);

/* The device of a look is gone, or its look is to be forgotten. */
void look_orphan(struct watch *watch, uint32_t device);

/* ---- probe.c ---- */

/* Look once, now, out of turn; `done` comes after the verdict is committed. VMM_E_STATE: nothing can look at it
 * now; VMM_E_NOMEM. */
int watch_probe(struct watch *watch, uint32_t device, watch_probed_fn done, void *arg);

/* A look has ended: whoever waited for it is told once all it led to is on disk; at once when nothing can be written.
 * `look_id` 0: those whose look was lost and will not be made again. */
void probe_ended(struct watch *watch, uint32_t device, uint64_t look_id);

/* A look that was lost is made again under another number: whoever waited for it waits for that one. `to` 0: it has
 * not begun yet. */
void probe_moved(struct watch *watch, uint32_t device, uint64_t from, uint64_t to);

/* Forget all who wait, untold: the daemon ends. */
void probe_clear(struct watch *watch);

/* ---- verdict.c ---- */

/* Feed one input to the owner of a device. */
void verdict_step(struct watch *watch, uint32_t device, struct health_input *input);

/* The same for a camera that is only a channel. `recorder`: the event of its recorder that it follows from, or NULL. */
void verdict_step_channel(struct watch *watch, uint32_t camera, struct health_input *input,
                          const struct health_event *recorder);

/* A look has ended: judge it, for the device and for the channels behind it. `excused`: a refusal of its login is no
 * word about the credential. */
void verdict_look(struct watch *watch, const struct look *look, const struct result_message *result,
                  bool excused);

/* Only time has passed, for a share of all. */
void verdict_time(struct watch *watch, uint32_t shares);

/* Write the state of a device's owner, or of a channel, as it is: it is new, or has moved to another site. */
void verdict_write(struct watch *watch, uint32_t device);
void verdict_write_channel(struct watch *watch, uint32_t camera);

/* Feed PAUSE to all. */
void verdict_pause(struct watch *watch);

/* Why nothing looks at this device, as bits of reasons; 0: it is watched. */
uint64_t verdict_blocks(const struct watch *watch, uint32_t device);

/* Give the schedule the interval and jitter that the device's rhythm has now. */
void verdict_rhythm(struct watch *watch, uint32_t device);

/* Tell the device, and the channels behind it, what verdict_blocks() says now. */
void verdict_settings(struct watch *watch, uint32_t device);

/* The same for one camera that is only a channel: what blocks its NVR, and whether it is switched off itself. */
void verdict_settings_channel(struct watch *watch, uint32_t camera);

/* True for a camera that is only a channel of an NVR. */
bool verdict_is_channel(const struct watch *watch, uint32_t camera);

/* Who the verdict of a device, or of a channel, belongs to. */
struct journal_subject verdict_subject(const struct watch *watch,
                                       const struct fleet_device *device);
struct journal_subject verdict_channel_subject(const struct watch *watch,
                                               const struct fleet_camera *camera);

#endif
