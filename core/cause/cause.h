/* SPDX-License-Identifier: MIT */
/*
 * Which of many failures is the cause, and which only follow from it.
 *
 *   look, verdict, time ─▶ cause_*() ─▶ devices to ask, incidents that begin, change or end
 *
 * A storm of a site begins with the first device that stops to answer. Up to four others are asked for a sign of
 * life; when one of those fails too, or the first one keeps failing, a sweep asks them all. Before anything is said
 * of any of them the storm is decided:
 *
 *   nobody, or one in twenty, still answers       the site
 *   one device, and what lies behind it           that device; what lies behind it follows from it
 *   some others                                   those devices together, a group; named by the switch or line that
 *                                                 they share, when nobody on it answers
 *
 * A group is told with the first verdict against one of them. When more goes minutes later the incident grows,
 * from a group to the site where it has to. Nobody is judged here: health does that, look by look. What is known of a
 * device is whether it answered, and its verdict; a device that never was well is no evidence.
 *
 * An incident ends when all have come back, or when nobody has for a while: a few that stay dead are then told as
 * their own; many go on as a group.
 *
 * Pure but for memory: no clock, no I/O; equal calls give equal results. Devices and sites are dense handles of the
 * caller's. After each call the caller takes what there is to do with cause_next_change() and cause_next_ask().
 */
#ifndef CAUSE_CAUSE_H
#define CAUSE_CAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "health/policy.h"

#define CAUSE_NONE     UINT32_MAX
#define CAUSE_OPEN_MAX 8u /* incidents of a site that are open at once */

struct cause;

struct cause_policy {
    uint64_t decide_us; /* a storm is decided so long after its first failed look: 50 s */
    uint64_t settle_us; /* nobody has come back for so long: who has not is on its own: 5.5 min */
    uint64_t join_us;   /* what goes within this after a group grew belongs to it: 10 min */
    uint64_t sweep_gap_us; /* between sweeps that found nothing: 10 min */
};

/* The times that fit these rules of judging. */
void cause_policy_of(const struct health_policy *health, struct cause_policy *policy);

struct cause_time {
    int64_t wall_us;
    int64_t mono_us;
};

#define CAUSE_FREE   0u
#define CAUSE_GROUP  1u /* devices that were lost together */
#define CAUSE_SITE   2u
#define CAUSE_DEVICE 3u /* `root`, with others behind it; its own verdict tells it */

/* An incident that is open. Plain numbers: it can be written down and read back. */
struct cause_incident {
    int64_t
        start_wall; /* the first failed look of its storm; with the site and opened_as it is the incident's name */
    int64_t grown_mono;    /* it last grew */
    int64_t returned_mono; /* somebody last came back; 0: nobody has */
    uint32_t root;         /* CAUSE_DEVICE: the device */
    uint32_t members;      /* that were lost to it in all, since it last changed its kind */
    uint32_t lost;         /* of them, not back yet */
    uint32_t link;         /* CAUSE_GROUP: the switch or line they share; 0: none */
    uint32_t opened_link;  /* the same as it was at first: part of the incident's name */
    uint8_t kind;          /* CAUSE_*; CAUSE_FREE: this one is not open */
    uint8_t opened_as;     /* CAUSE_GROUP or CAUSE_SITE: the kind it had at first */
    uint8_t told;          /* it was told; a group that nobody's verdict confirms never is */
    uint8_t pad;
};

/* A million devices when nothing happens cost nothing; the rest is a pass over one site. */
struct cause *cause_create(void);
void cause_destroy(struct cause *cause);

/* The rules, before anything else and again when they change. */
void cause_set_policy(struct cause *cause, const struct cause_policy *policy);

/* ---- What there is ---- */

/* What a device hangs on. */
struct cause_ties {
    uint32_t parent; /* a device of the same site, its recorder; or CAUSE_NONE */
    uint32_t
        link; /* a number for its switch or line, the same for all that share it; 0: none is known */
};

/* A device of a site. Known ones are changed. VMM_E_NOMEM. */
int cause_put(struct cause *cause, uint32_t device, uint32_t site, struct cause_ties ties);
void cause_remove(struct cause *cause, uint32_t device, struct cause_time now);

/* Whether it is expected to answer: not switched off, not blocked on our side. Not expected, it is no evidence and
 * belongs to no incident. */
void cause_expect(struct cause *cause, uint32_t device, bool expected, struct cause_time now);

/* A device will be told of soon: bring it near. */
void cause_fetch(const struct cause *cause, uint32_t device);

/* ---- What comes in ---- */

/* A look said whether the device answers: a full one, or any that failed. Looks that judge nobody are not told. */
void cause_heard(struct cause *cause, uint32_t device, bool answered, struct cause_time now);

/* The same of a look that failed at the cheapest rung: one that lost some packets only is asked again. */
void cause_silent(struct cause *cause, uint32_t device, struct cause_time now);

/* The cheapest rung of a device answered, a trial or a repeat: it is there, which does not make it one that was well. */
void cause_alive(struct cause *cause, uint32_t device, struct cause_time now);

/* A device's verdict: `lost` when it holds that it cannot be reached. To be told before the verdict's event is
 * written when it is lost, after that when it is back, so that both events find their incident. */
void cause_verdict(struct cause *cause, uint32_t device, bool lost, struct cause_time now);

/* What was told of a device before it was lost: of an incident of its own, which is still open. All zero: of none. */
struct cause_before {
    uint8_t health; /* VMM_HEALTH_* */
    uint8_t reason; /* VMM_REASON_* */
};

/* To be told before the verdict that it is lost; of one that is lost already the first stays. */
void cause_keep_before(struct cause *cause, uint32_t device, struct cause_before before);

/* Time has passed for a site with something under way. */
void cause_time(struct cause *cause, uint32_t site, struct cause_time now);

/* The sites with something under way: the one after `site`, from CAUSE_NONE to CAUSE_NONE. */
uint32_t cause_next_busy(struct cause *cause, uint32_t site);

/* ---- What comes out ---- */

#define CAUSE_OPENED 0u
#define CAUSE_GREW   1u /* or shrank: it goes on as another kind, or with more devices */
#define CAUSE_CLOSED 2u /* `lost` stay dead, if any */
#define CAUSE_OWN                                                                                  \
    3u /* `device` followed from an incident that is over and is still lost: tell it as its own */

struct cause_change {
    uint32_t what; /* CAUSE_OPENED … */
    uint32_t site;
    uint32_t slot;   /* of the incident; CAUSE_NONE with CAUSE_OWN */
    uint32_t device; /* CAUSE_OWN */
    struct cause_incident
        incident; /* as it is now; with CAUSE_CLOSED as it was; CAUSE_OWN: only when it began */
};

bool cause_next_change(struct cause *cause, struct cause_change *change);

/* A device to be asked now for its cheapest rung. */
bool cause_next_ask(struct cause *cause, uint32_t *device);

/* The open incident that a device belongs to, NULL: none, it is its own cause. `slot` may be NULL. */
const struct cause_incident *cause_of(const struct cause *cause, uint32_t device, uint32_t *slot);

/* How a device belongs to it, for its stored row. */
struct cause_member {
    uint32_t slot; /* CAUSE_NONE: it belongs to none */
    struct cause_before before;
};
struct cause_member cause_member_of(const struct cause *cause, uint32_t device);

/* Whether a device is lost, by the verdicts that were told here. */
bool cause_is_lost(const struct cause *cause, uint32_t device);

/* Whether a device is lost and was left by the incident that began then, when that closed. */
bool cause_is_left(const struct cause *cause, uint32_t device, int64_t start_wall);

/* An open incident of a site, NULL when the slot is free or was never told. */
const struct cause_incident *cause_incident(const struct cause *cause, uint32_t site,
                                            uint32_t slot);

/* A storm of the site is not decided yet. */
bool cause_is_undecided(const struct cause *cause, uint32_t site);

/* How many devices of the site cannot be reached, by their verdicts. */
uint32_t cause_lost(const struct cause *cause, uint32_t site);

/* A number that is another one when what has to be stored of the site's incidents is; 0: none is open. */
uint64_t cause_mark(const struct cause *cause, uint32_t site);

/* Whether no device of any site has answered since the site's storm began: then the machine that watches may be the
 * one that is cut off. */
bool cause_is_total(const struct cause *cause, uint32_t site);

/* When any device last answered; 0: none has. */
int64_t cause_answered(const struct cause *cause);

/* What has failed and is not decided yet is no evidence: it was our own side, or is too long ago. */
void cause_void(struct cause *cause);

/* ---- What was stored ---- */

/* Put an incident back into its slot, before its members. VMM_E_INVAL, VMM_E_NOMEM. */
int cause_restore(struct cause *cause, uint32_t site, uint32_t slot,
                  const struct cause_incident *incident, struct cause_time now);

/* A device as it was: its verdict, and the slot it belongs to (CAUSE_NONE: none). After cause_put(), and after
 * cause_keep_before(). `well`: its verdict was one of a device that answers. */
void cause_restore_device(struct cause *cause, uint32_t device, bool lost, bool well,
                          uint32_t slot);

#endif
