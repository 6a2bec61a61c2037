/* SPDX-License-Identifier: MIT */
/*
 * The gateway from inside: gateway.c keeps the alarms, gateway_lane.c the lanes, gateway_route.c says who is told,
 * gateway_tell.c what has to be told, gateway_send.c what goes out; gateway_note.c takes what is no incident.
 */
#ifndef GATEWAY_GATEWAY_PARTS_H
#define GATEWAY_GATEWAY_PARTS_H

#include "gateway/gateway.h"

/* ---- gateway_lane.c ---- */

/* The lane of a channel, made when it is new; NULL without memory or when there are too many. */
struct lane *gateway_lane_of(struct gateway *gateway, const char *channel, struct gateway_now now);

/* A lane for every channel of the policy and every sink that is on, each with the quota that it has now. */
void gateway_name_lanes(struct gateway *gateway, struct gateway_now now);

/* Store what is dirty. */
void gateway_keep_lane(struct gateway *gateway, struct lane *lane);

/* ---- gateway.c ---- */

/* A number for a row of outbox or log, above all before. */
int64_t gateway_row(struct gateway *gateway, int64_t wall);

/* Say it to the notification log. */
void gateway_say(struct gateway *gateway, const struct alarm *alarm, const char *channel,
                 const char *status, const char *why, struct gateway_now now);
void gateway_say_notice(struct gateway *gateway, const struct notice *notice, const char *status,
                        const char *why, struct gateway_now now);

/* Store what is dirty, forget what is done. */
void gateway_keep_alarm(struct gateway *gateway, struct alarm *alarm);

/* Take a notice out of its lane and of the store, and release it. */
void gateway_forget_notice(struct gateway *gateway, struct lane *lane, struct notice *notice);

/* ---- gateway_route.c ---- */

struct route {
    const char *channels[POLICY_CHANNELS_MAX];
    size_t count;
    const struct policy_route *levels; /* whose escalation counts; NULL: none */
};

/* Who is to hear of the alarm now. */
void route_of(const struct gateway *gateway, const struct alarm *alarm, int64_t wall,
              struct route *out);

/* The channels of a site, whatever the routes say. */
void route_of_site(const struct gateway *gateway, const char *site_id, struct route *out);

/* True while a calendar of the policy is open at the site. */
bool route_is_open(const struct gateway *gateway, uint32_t calendar, const char *site_id,
                   int64_t wall);

/* The rule of the destination that keeps the alarm back now; NULL: none does. */
const char *route_hold(const struct gateway *gateway, const struct lane *lane,
                       const struct alarm *alarm, int64_t wall);

/* ---- gateway_quiet.c ---- */

/* The rule that keeps the alarm back from everybody; NULL: none does. */
const char *gateway_rule(const struct gateway *gateway, const struct alarm *alarm, int64_t wall,
                         char rule[QUIET_RULE_MAX]);

/* The rule of the policy that keeps everything about a site back; NULL: none does. */
const char *gateway_site_rule(const struct gateway *gateway, const char *site_id);

/* Who has taken charge of it, in words; NULL: nobody has. */
const char *gateway_taken(const struct gateway *gateway, const struct alarm *alarm, int64_t wall,
                          char rule[QUIET_RULE_MAX]);

/* What an event means for new devices and for what comes and goes; before its alarm is told. `opens`: an incident of
 * its own begins. */
void gateway_watch(struct gateway *gateway, const struct gateway_event *event, bool opens,
                   struct gateway_now now);

/* A message whose words are chosen when it is frozen: places are pairs of texts, ended by NULL. A new reference. */
json_t *gateway_worded(const char *key, const char *const *places);

/* Tell it to the channels of a site, unless its policy says otherwise; takes `extra` over. */
void gateway_tell_words(struct gateway *gateway, const char *site_id, uint32_t severity,
                        const char *thread, json_t *extra, struct gateway_now now);

/* What lapses, settles or has become stable. */
void gateway_review_quiet(struct gateway *gateway, struct gateway_now now);

void gateway_quiet_init(struct gateway *gateway);
void gateway_quiet_finish(struct gateway *gateway);

/* ---- gateway_flap.c ---- */

/* An incident of its own has begun (`opens`), or its verdict has changed. */
void gateway_watch_flap(struct gateway *gateway, const struct gateway_event *event, bool opens,
                        struct gateway_now now);

/* What has become stable, or is still not. */
void gateway_review_flaps(struct gateway *gateway, struct gateway_now now);

/* The rule that keeps an alarm back because it was told that it comes and goes; NULL: it does not. */
const char *gateway_flaps(const struct gateway *gateway, const struct alarm *alarm);

/* ---- gateway_heartbeat.c ---- */

/* Send the heartbeat when it is due and the watch works. */
void gateway_review_heartbeat(struct gateway *gateway, struct gateway_now now);

/* ---- gateway_schedule.c ---- */

void gateway_schedule_init(struct gateway *gateway);
void gateway_schedule_finish(struct gateway *gateway);
bool gateway_restore_schedule(struct gateway *gateway, const json_t *json);

/* Send what is due. */
void gateway_review_schedule(struct gateway *gateway, struct gateway_now now);

/* Figures have come, or could not be had: then the next review asks again, and the answer is false. */
bool gateway_answered(struct gateway *gateway, const struct gateway_span *span, bool failed);

/* Tell the figures of a site that were asked for, once; takes `extra` over. */
void gateway_tell_figures(struct gateway *gateway, const struct gateway_span *span, json_t *extra,
                          struct gateway_now now);

/* ---- gateway_inventory.c ---- */

void gateway_inventory_init(struct gateway *gateway);
void gateway_inventory_finish(struct gateway *gateway);
bool gateway_restore_inventory(struct gateway *gateway, const json_t *json);

/* ---- gateway_tell.c ---- */

/* Compare what is so with what each destination knows, and queue what is missing. May forget the alarm. */
void tell_alarm(struct gateway *gateway, struct alarm *alarm, struct gateway_now now);

/* ---- gateway_send.c ---- */

/* Send what may go in this lane now. */
void send_pump(struct gateway *gateway, struct lane *lane, struct gateway_now now);

/* This machine is connected again: what waits goes out now, but where a destination itself asked for time. */
void send_reconnect(struct gateway *gateway, struct gateway_now now);

/* From now on the destination hears of everything in one message when it is back. */
void send_begin_catch_up(struct gateway *gateway, struct lane *lane, struct gateway_now now);

#endif
