/* SPDX-License-Identifier: MIT */
#include "sim/operator.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "health/words.h"
#include "sim/memory.h"
#include "sim/people.h"

#define REVIEW_US   (11 * PLAN_S)  /* what begins by itself is noticed within */
#define SETTLED_US  (2 * PLAN_MIN) /* and everything is in order within */
#define CHECK_US    (7 * PLAN_MIN) /* between two looks whether something is owed */
#define SPAN_MIN_US (5 * PLAN_MIN) /* of a wish */
#define SPAN_MAX_US (3 * PLAN_H)
#define AHEAD_US    PLAN_H /* one that does not begin at once begins within */
#define DAY_MIN     1440u
#define WEEK_DAYS   7u
#define WEEKLY_MAX  32u
#define BACK_ONE_IN 4u /* of what it does takes something back */

/* ---- what is asked for ---- */

static bool is_of_incident(enum quiet_kind kind)
{
    return kind == QUIET_ACK || kind == QUIET_SNOOZE;
}

static struct wish *find(struct operator_desk *desk, const char *id)
{
    for (size_t i = 0; i < desk->count; i++) {
        if (strcmp(desk->wishes[i].id, id) == 0) {
            return &desk->wishes[i];
        }
    }
    return NULL;
}

static void forget(struct operator_desk *desk, size_t number)
{
    free(desk->wishes[number].incident);
    desk->wishes[number] = desk->wishes[--desk->count];
}

/* Open ones, one after the other from a random place. */
static const struct alarm *draw_alarm(struct sim *sim)
{
    const struct shelf *alarms = &sim->people->gateway->alarms;
    uint32_t first = alarms->room > 0 ? (uint32_t)rng_below(&sim->desk.rng, alarms->room) : 0;
    for (uint32_t i = 0; i < alarms->room; i++) {
        const struct alarm *alarm = alarms->items[(first + i) % alarms->room];
        if (alarm != NULL && alarm->closed_at == 0) {
            return alarm;
        }
    }
    return NULL;
}

static uint32_t untold_of(const struct alarm *alarm)
{
    uint32_t untold = 0;
    for (size_t i = 0; i < RECEIVERS_COUNT; i++) {
        const struct told *told = alarm_told(alarm, receiver_names[i]);
        untold |= told == NULL || told->state == TOLD_NOTHING ? 1u << i : 0;
    }
    return untold;
}

static uint32_t weekday_of(int64_t wall)
{
    return (uint32_t)(wall / PLAN_DAY + 4) % WEEK_DAYS; /* the first of them all was a Thursday */
}

/* It comes each day, or for longer on one or two weekdays, from the minute after its start on. */
static void repeat(struct rng *rng, struct wish *wish)
{
    bool is_daily = rng_below(rng, 2) == 0;
    uint32_t day = weekday_of(wish->starts) + WEEK_DAYS - 1 + (uint32_t)rng_below(rng, 3);
    wish->from_min = (uint32_t)(wish->starts / PLAN_MIN + 1) % DAY_MIN;
    wish->span_min =
        is_daily ? 5 + (uint32_t)rng_below(rng, 120) : 60 + (uint32_t)rng_below(rng, 900);
    wish->first_day = is_daily ? 0 : day % WEEK_DAYS;
    wish->day_count = is_daily ? WEEK_DAYS : 1 + (uint32_t)rng_below(rng, 2);
    wish->ends = wish->starts + PLAN_H + (int64_t)rng_below(rng, 2 * PLAN_DAY);
    wish->at_once = false;
}

/* Within its hours, as the clock of the sites has them, which is UTC; they belong to the day on which they begin. */
static bool is_its_time(const struct wish *wish, int64_t wall)
{
    uint32_t minute = (uint32_t)(wall / PLAN_MIN % DAY_MIN);
    uint32_t since = (minute + DAY_MIN - wish->from_min) % DAY_MIN;
    uint32_t day = weekday_of(wall - (int64_t)since * PLAN_MIN) + WEEK_DAYS - wish->first_day;
    return wish->span_min == 0 || (since < wish->span_min && day % WEEK_DAYS < wish->day_count);
}

static const char *weekly_of(const struct wish *wish, char out[WEEKLY_MAX])
{
    static const char *const days[WEEK_DAYS] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    const char *last = days[(wish->first_day + wish->day_count + WEEK_DAYS - 1) % WEEK_DAYS];
    uint32_t end = (wish->from_min + wish->span_min) % DAY_MIN;
    out[0] = '\0';
    if (wish->span_min > 0) {
        bool is_daily = wish->day_count == WEEK_DAYS;
        text_format(out, WEEKLY_MAX, "%s%s%s %02u:%02u-%02u:%02u",
                    is_daily ? "daily" : days[wish->first_day], is_daily ? "" : "-",
                    is_daily ? "" : last, wish->from_min / 60, wish->from_min % 60, end / 60,
                    end % 60);
    }
    return out;
}

static const char *draw_cause(struct rng *rng)
{
    static const char *const causes[] = {"timeout", "unreachable", "auth"};
    return causes[rng_below(rng, sizeof(causes) / sizeof(causes[0]))];
}

bool operator_is_tagged(const char *subject)
{
    size_t length = strlen(subject);
    return length > 0 && (subject[length - 1] - '0') % 2 == 1;
}

static bool draw(struct sim *sim, struct wish *wish)
{
    struct rng *rng = &sim->desk.rng;
    uint32_t device = (uint32_t)rng_below(rng, sim->world.device_count);
    *wish = (struct wish){.kind = (enum quiet_kind)rng_below(rng, QUIET_KINDS),
                          .site = sim->world.devices[device].site,
                          .device = WORLD_NONE,
                          .cause = ""};
    wish->at_once = is_of_incident(wish->kind) || rng_below(rng, 3) != 0;
    wish->starts = sim_wall(sim) + (wish->at_once ? 0 : (int64_t)rng_below(rng, AHEAD_US));
    wish->ends = wish->starts + SPAN_MIN_US + (int64_t)rng_below(rng, SPAN_MAX_US - SPAN_MIN_US);
    if (is_of_incident(wish->kind)) {
        const struct alarm *alarm = draw_alarm(sim);
        if (alarm == NULL) {
            return false;
        }
        wish->incident = memory_text(alarm->id);
        wish->untold = untold_of(alarm);
        return true;
    }
    if (wish->kind == QUIET_OFF || rng_below(rng, 3) == 0) {
        wish->device = device;
    } else {
        wish->is_tagged = rng_below(rng, 3) == 0;
    }
    if (wish->kind == QUIET_MAINTENANCE && rng_below(rng, 3) == 0) {
        repeat(rng, wish);
    }
    if (wish->kind == QUIET_SILENCE && rng_below(rng, 3) == 0) {
        wish->cause = draw_cause(rng);
    }
    return true;
}

static void ask(struct sim *sim)
{
    struct operator_desk *desk = &sim->desk;
    struct wish wish;
    if (!draw(sim, &wish)) {
        return;
    }
    text_format(wish.id, sizeof(wish.id), "q-%06u", desk->asked++);
    desk->wishes = memory_grow(desk->wishes, &desk->room, desk->count + 1, sizeof(wish));
    desk->wishes[desk->count++] = wish;
    bool is_device = wish.device != WORLD_NONE;
    const char *why = "";
    char weekly[WEEKLY_MAX];
    struct quiet_draft draft = {.kind = wish.kind,
                                .id = wish.id,
                                .site =
                                    is_of_incident(wish.kind) ? "" : sim->world.sites[wish.site].id,
                                .camera = is_device ? sim->world.devices[wish.device].id : "",
                                .cause = wish.cause,
                                .tag = wish.is_tagged ? OPERATOR_TAG : "",
                                .incident = wish.incident != NULL ? wish.incident : "",
                                .owner = "operator",
                                .reason = "it is known",
                                .weekly = weekly_of(&wish, weekly),
                                .created_at = sim_wall(sim),
                                .starts_at = wish.starts,
                                .ends_at = wish.ends};
    sim_trace(sim, "the operator asks for %s %s of %s%s %s, %s, for %lld s",
              quiet_kind_word(wish.kind), wish.id,
              draft.incident[0] != '\0' ? draft.incident : draft.site, draft.camera, draft.cause,
              draft.weekly, (long long)((wish.ends - sim_wall(sim)) / PLAN_S));
    if (gateway_quiet_add(sim->people->gateway, &draft, &why, sim_gateway_now(sim)) != 0) {
        check_fail(&sim->check, sim, "%s is not taken: %s", wish.id, why);
    }
}

static void take_back(struct sim *sim)
{
    struct operator_desk *desk = &sim->desk;
    struct wish *wish = &desk->wishes[rng_below(&desk->rng, desk->count)];
    char id[QUIET_ID_MAX];
    if (wish->is_over) {
        return;
    }
    text_format(id, sizeof(id), "%s", wish->id);
    sim_trace(sim, "the operator takes %s back", id);
    wish->taken_back = sim->now;
    if (gateway_quiet_end(sim->people->gateway, id, sim_gateway_now(sim)) != 0) {
        check_fail(&sim->check, sim, "%s was answered and is not there", id);
    }
}

void operator_act(struct sim *sim)
{
    struct operator_desk *desk = &sim->desk;
    if (sim->people == NULL) {
        return;
    }
    if (desk->count > 0 && rng_below(&desk->rng, BACK_ONE_IN) == 0) {
        take_back(sim);
    } else {
        ask(sim);
    }
}

/* ---- what becomes of it ---- */

void operator_answered(struct sim *sim)
{
    struct operator_desk *desk = &sim->desk;
    for (size_t i = desk->count; i > 0; i--) {
        desk->wishes[i - 1].is_answered = true;
        if (desk->wishes[i - 1].is_over) {
            forget(desk, i - 1);
        }
    }
}

void operator_lost(struct sim *sim)
{
    struct operator_desk *desk = &sim->desk;
    for (size_t i = desk->count; i > 0; i--) {
        struct wish *wish = &desk->wishes[i - 1];
        wish->is_over = false;
        wish->taken_back = 0;
        if (!wish->is_answered) {
            forget(desk, i - 1);
        }
    }
}

void operator_unsettle(struct sim *sim)
{
    sim->desk.unsettled = sim->now;
}

void operator_hears_end(struct sim *sim, const struct quiet_entry *entry)
{
    struct wish *wish = find(&sim->desk, entry->id);
    if (wish == NULL) {
        check_fail(&sim->check, sim, "%s ends, and nobody asked for it", entry->id);
        return;
    }
    if (wish->taken_back == 0 && sim_wall(sim) < wish->ends) {
        check_fail(&sim->check, sim, "%s ends before its time", entry->id);
    }
    wish->is_over = true;
    sim->desk.changed = sim->now;
}

/* ---- what is spared ---- */

/* What begins by itself is noticed some time later. */
static bool is_in_force(const struct sim *sim, const struct wish *wish)
{
    int64_t wall = sim_wall(sim);
    return !wish->is_over && wall < wish->ends &&
           wall >= wish->starts + (wish->at_once ? 0 : REVIEW_US) && is_its_time(wish, wall) &&
           is_its_time(wish, wall - (wish->at_once ? 0 : REVIEW_US));
}

/* What a wish is held against: an incident, as a message or the gateway has it. */
struct meant {
    const char *incident;
    const char *site_id;
    const char *subject;   /* "": of more than one device … */
    const json_t *devices; /* … of which these are named … */
    uint32_t lost;         /* … and so many are lost */
    uint32_t reason;
};

static struct meant meant_of_item(const struct notice_item *item)
{
    return (struct meant){.incident = item->alarm,
                          .site_id = item->site_id,
                          .subject = item->subject,
                          .devices = item->devices,
                          .lost = item->lost.cameras + item->lost.nvrs,
                          .reason = item->reason};
}

static struct meant meant_of_alarm(const struct alarm *alarm)
{
    return (struct meant){.incident = alarm->id,
                          .site_id = alarm->site_id,
                          .subject = alarm->subject,
                          .devices = alarm->devices,
                          .lost = alarm->lost.cameras + alarm->lost.nvrs,
                          .reason = alarm->reason};
}

static bool is_device_meant(const struct sim *sim, const struct wish *wish, const char *id)
{
    return (!wish->is_tagged || operator_is_tagged(id)) &&
           (wish->device == WORLD_NONE || strcmp(sim->world.devices[wish->device].id, id) == 0);
}

/* Of devices that were lost together it has to be each one. */
static bool are_devices_meant(const struct sim *sim, const struct wish *wish,
                              const struct meant *what)
{
    size_t named = json_array_size(what->devices);
    bool all = named > 0 && named >= what->lost;
    if (what->subject[0] != '\0' || (wish->device == WORLD_NONE && !wish->is_tagged)) {
        return is_device_meant(sim, wish, what->subject);
    }
    for (size_t i = 0; all && i < named; i++) {
        all = is_device_meant(sim, wish, json_string_value(json_array_get(what->devices, i)));
    }
    return all;
}

static bool is_meant(const struct sim *sim, const struct wish *wish, const struct meant *what)
{
    if (wish->incident != NULL) {
        return strcmp(wish->incident, what->incident) == 0;
    }
    return strcmp(sim->world.sites[wish->site].id, what->site_id) == 0 &&
           (wish->cause[0] == '\0' || strcmp(wish->cause, reason_word(what->reason)) == 0) &&
           are_devices_meant(sim, wish, what);
}

/* What somebody cares for may be told further where it was told, without reminders. */
static bool spares(const struct wish *wish, size_t receiver, enum notice_kind kind)
{
    return !is_of_incident(wish->kind) || kind == NOTICE_REMINDER ||
           ((kind == NOTICE_ALERT || kind == NOTICE_CATCHUP) &&
            (wish->untold & 1u << receiver) != 0);
}

static bool is_of_incidents(enum notice_kind kind)
{
    return kind == NOTICE_ALERT || kind == NOTICE_UPDATE || kind == NOTICE_REMINDER ||
           kind == NOTICE_CATCHUP;
}

static void check_item(struct sim *sim, size_t receiver, const struct notice *notice,
                       const struct notice_item *item)
{
    const struct meant meant = meant_of_item(item);
    for (size_t i = 0; i < sim->desk.count; i++) {
        const struct wish *wish = &sim->desk.wishes[i];
        if (is_in_force(sim, wish) && spares(wish, receiver, notice->kind) &&
            is_meant(sim, wish, &meant)) {
            check_fail(&sim->check, sim, "%s: %s of %s is told in spite of %s %s",
                       receiver_names[receiver], notice_kind_word(notice->kind), item->alarm,
                       quiet_kind_word(wish->kind), wish->id);
        }
    }
}

/* What was over before it could be told is no matter of what somebody asked for since. */
static bool is_open(const struct sim *sim, const struct notice_item *item)
{
    return item->over == 0 && json_object_get(sim->check.open, item->alarm) != NULL;
}

void operator_check_notice(struct sim *sim, size_t receiver, const struct notice *notice)
{
    bool is_settled = sim->now - sim->desk.unsettled > REVIEW_US;
    if (!is_settled || notice->attempts > 1 || !is_of_incidents(notice->kind)) {
        return;
    }
    for (size_t i = 0; i < notice->item_count; i++) {
        if (is_open(sim, &notice->items[i])) {
            check_item(sim, receiver, notice, &notice->items[i]);
        }
    }
}

/* ---- what is owed ---- */

static bool is_near_its_time(const struct sim *sim, const struct wish *wish)
{
    int64_t wall = sim_wall(sim);
    return is_its_time(wish, wall) || is_its_time(wish, wall - SETTLED_US);
}

/* Now, or until shortly before. */
static bool is_spared(const struct sim *sim, const struct alarm *alarm)
{
    const struct meant meant = meant_of_alarm(alarm);
    for (size_t i = 0; i < sim->desk.count; i++) {
        const struct wish *wish = &sim->desk.wishes[i];
        bool is_near = !wish->is_over && sim_wall(sim) >= wish->starts &&
                       sim_wall(sim) - SETTLED_US < wish->ends && is_near_its_time(sim, wish);
        if (is_near && is_meant(sim, wish, &meant)) {
            return true;
        }
    }
    return false;
}

/* Rules that nobody asked for. */
static bool is_held_by_policy(const struct alarm *alarm)
{
    return strncmp(alarm->hold, "commissioning", 13) == 0 ||
           strncmp(alarm->hold, "flapping", 8) == 0;
}

static bool is_on_its_way(const struct lane *lane, const struct alarm *alarm)
{
    for (size_t i = 0; i < lane->count; i++) {
        if (notice_find(lane->notices[i], alarm->id) != NULL) {
            return true;
        }
    }
    return false;
}

static void check_alarm(struct sim *sim, const struct alarm *alarm)
{
    for (size_t i = 0; i < RECEIVERS_COUNT; i++) {
        const struct lane *lane = gateway_lane(sim->people->gateway, receiver_names[i]);
        bool is_told = receiver_knows(&sim->receivers.all[i], alarm->id) ||
                       (lane != NULL && (lane->catch_up || is_on_its_way(lane, alarm)));
        if (!is_told) {
            check_fail(&sim->check, sim, "%s is owed %s, which nobody asked to be spared",
                       receiver_names[i], alarm->id);
        }
    }
}

void operator_check_owed(struct sim *sim)
{
    const struct operator_desk *desk = &sim->desk;
    bool is_settled =
        sim->now - desk->unsettled > SETTLED_US && sim->now - desk->changed > SETTLED_US;
    if (sim->people == NULL || !is_settled) {
        return;
    }
    const struct shelf *alarms = &sim->people->gateway->alarms;
    for (uint32_t i = 0; i < alarms->room; i++) {
        const struct alarm *alarm = alarms->items[i];
        if (alarm != NULL && alarm->closed_at == 0 && alarm_is_tellable(alarm) &&
            !is_held_by_policy(alarm) && !is_spared(sim, alarm)) {
            check_alarm(sim, alarm);
        }
    }
}

/* ---- life ---- */

void operator_init(struct sim *sim)
{
    struct operator_desk *desk = &sim->desk;
    *desk = (struct operator_desk){.unsettled = sim->now};
    rng_init(&desk->rng, sim->plan.seed ^ UINT64_C(0x6f70657261746f72));
    for (uint32_t i = 0; i < sim->plan.wishes; i++) {
        int64_t at = SIM_BEGIN + (int64_t)rng_below(&desk->rng, (uint64_t)sim->plan.span_us);
        agenda_put(&sim->agenda, (struct happening){.at = at, .kind = HAPPENING_WISH});
    }
    for (int64_t at = CHECK_US; sim->plan.wishes > 0 && at < sim->plan.span_us; at += CHECK_US) {
        agenda_put(&sim->agenda, (struct happening){.at = SIM_BEGIN + at, .kind = HAPPENING_OWED});
    }
}

void operator_finish(struct sim *sim)
{
    while (sim->desk.count > 0) {
        forget(&sim->desk, sim->desk.count - 1);
    }
    free(sim->desk.wishes);
}
