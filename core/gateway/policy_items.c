/* SPDX-License-Identifier: MIT */
/* What can stand in gateway.json. The schema and the errors with line and column come from these declarations. */
#include "gateway/policy.h"

#define DAY 86400000ll

#define ITEM(name_, type_, default_, min_, max_, summary_)                                         \
    {                                                                                              \
        .struct_size = sizeof(struct vmm_config_item), .type = VMM_CONFIG_##type_, .name = name_,  \
        .summary = summary_, .default_json = default_, .min = min_, .max = max_                    \
    }
#define NEEDED(name_, summary_)                                                                    \
    {                                                                                              \
        .struct_size = sizeof(struct vmm_config_item), .type = VMM_CONFIG_TEXT, .name = name_,     \
        .summary = summary_, .min = 1, .max = 128, .flags = VMM_CONFIG_REQUIRED                    \
    }
#define WORD(name_, words_, default_, summary_)                                                    \
    {                                                                                              \
        .struct_size = sizeof(struct vmm_config_item), .type = VMM_CONFIG_WORD, .name = name_,     \
        .summary = summary_, .default_json = default_, .words = words_                             \
    }
#define GROUP(name_, type_, default_, items_, summary_)                                            \
    {                                                                                              \
        .struct_size = sizeof(struct vmm_config_item), .type = VMM_CONFIG_##type_, .name = name_,  \
        .summary = summary_, .default_json = default_, .items = items_                             \
    }

#define SEVERITIES "normal|suspect|critical"
#define LANGUAGES  "en|zh-TW|pt-BR"
#define TIME_HELP  "as the site's clock shows it, for example \"08:00\"; \"\" for never"

static const struct vmm_config_item schema = ITEM("$schema", TEXT, NULL, 0, 0, "for editors");

/* ---- of all sites, and of one ---- */

static const struct vmm_config_item enabled =
    ITEM("enabled", BOOL, "true", 0, 0, "false: nobody is told anything");
static const struct vmm_config_item channels = ITEM(
    "channels", LIST, NULL, 0, POLICY_CHANNELS_MAX,
    "who is told: sinks for people, \"gchat\" or \"gchat:room\"; default: every one that is on");
static const struct vmm_config_item rate =
    ITEM("rateLimitPerSitePerMin", INT, "20", 1, 6000,
         "messages a minute about one site at one destination; what exceeds it is merged");
static const struct vmm_config_item language =
    WORD("language", LANGUAGES, NULL, "of the messages; default: the site's");
static const struct vmm_config_item calendar =
    ITEM("calendar", TEXT, NULL, 1, 128,
         "one of `calendars`: when people are there; routes name it as \"site\"");

static const struct vmm_config_item mode =
    WORD("mode", "text|cards", "\"cards\"", "how messages look at Google Chat");
static const struct vmm_config_item buttons =
    ITEM("buttonsPerCard", INT, "6", 1, 50, "most links on one card");
static const struct vmm_config_item *const gchat_items[] = {&mode, &buttons, NULL};
static const struct vmm_config_item gchat =
    GROUP("gchat", OBJECT, NULL, gchat_items, "for Google Chat");

static const struct vmm_config_item daily =
    ITEM("daily", TEXT, "\"08:00\"", 0, 5, "summary of the site, " TIME_HELP);
static const struct vmm_config_item weekly = ITEM(
    "weekly", TEXT, "\"\"", 0, 9, "ranking of the week, for example \"mon 08:00\"; \"\" for never");
static const struct vmm_config_item monthly = ITEM(
    "monthly", TEXT, "\"\"", 0, 5, "availability of the month before, on the first, " TIME_HELP);
static const struct vmm_config_item inventory = ITEM(
    "inventory", TEXT, "\"\"", 0, 5, "what the site has and what changed, each day, " TIME_HELP);
static const struct vmm_config_item *const summary_items[] = {&daily, &weekly, &monthly, &inventory,
                                                              NULL};
static const struct vmm_config_item summaries =
    GROUP("summaries", OBJECT, NULL, summary_items, "messages that come at their time");

/* Of a site the same without defaults: what is absent is as for all sites. */
static const struct vmm_config_item site_pattern =
    NEEDED("site", "id of the site, or a pattern of * and ?; the first entry that fits counts");
static const struct vmm_config_item site_enabled =
    ITEM("enabled", BOOL, NULL, 0, 0, "false: nobody is told anything of this site");
static const struct vmm_config_item site_observe =
    ITEM("observe", BOOL, "false", 0, 0, "true: all is judged and logged, nothing goes out");
static const struct vmm_config_item site_rate =
    ITEM("rateLimitPerSitePerMin", INT, NULL, 1, 6000, "as above, for this site");
static const struct vmm_config_item site_mode = WORD("mode", "text|cards", NULL, "as above");
static const struct vmm_config_item site_buttons =
    ITEM("buttonsPerCard", INT, NULL, 1, 50, "as above");
static const struct vmm_config_item *const site_gchat_items[] = {&site_mode, &site_buttons, NULL};
static const struct vmm_config_item site_gchat =
    GROUP("gchat", OBJECT, NULL, site_gchat_items, "for Google Chat");
static const struct vmm_config_item site_daily = ITEM("daily", TEXT, NULL, 0, 5, "as above");
static const struct vmm_config_item site_weekly = ITEM("weekly", TEXT, NULL, 0, 9, "as above");
static const struct vmm_config_item site_monthly = ITEM("monthly", TEXT, NULL, 0, 5, "as above");
static const struct vmm_config_item site_inventory =
    ITEM("inventory", TEXT, NULL, 0, 5, "as above");
static const struct vmm_config_item *const site_summary_items[] = {
    &site_daily, &site_weekly, &site_monthly, &site_inventory, NULL};
static const struct vmm_config_item site_summaries =
    GROUP("summaries", OBJECT, NULL, site_summary_items, "messages that come at their time");
static const struct vmm_config_item *const site_items[] = {
    &site_pattern, &site_enabled, &site_observe, &channels,       &site_rate,
    &language,     &calendar,     &site_gchat,   &site_summaries, NULL};
static const struct vmm_config_item sites =
    GROUP("sites", LIST, "[]", site_items, "what is different for some sites");

/* ---- routes ---- */

static const struct vmm_config_item level_after =
    ITEM("after", DURATION, "\"15m\"", 60000, 90 * DAY, "nobody has acknowledged for so long");
static const struct vmm_config_item route_channels =
    ITEM("channels", LIST, NULL, 1, POLICY_CHANNELS_MAX, "who is told");
static const struct vmm_config_item level_calendar = ITEM(
    "calendar", TEXT, NULL, 1, 128, "only while this calendar is open; \"site\": that of the site");
static const struct vmm_config_item *const level_items[] = {&level_after, &route_channels,
                                                            &level_calendar, NULL};

static const struct vmm_config_item route_name = NEEDED("name", "shown by explain");
static const struct vmm_config_item route_sites =
    ITEM("sites", LIST, "[]", 0, 0, "ids of sites, or patterns; empty: any");
static const struct vmm_config_item route_cameras =
    ITEM("cameras", LIST, "[]", 0, 0, "ids of cameras and recorders, or patterns; empty: any");
static const struct vmm_config_item route_reasons =
    ITEM("reasons", LIST, "[]", 0, 0, "reasons, for example \"auth\"; empty: any");
static const struct vmm_config_item route_tags =
    ITEM("tags", LIST, "[]", 0, 0, "a camera with one of these tags; empty: any");
static const struct vmm_config_item route_severity =
    WORD("minSeverity", SEVERITIES, "\"normal\"", "what is less is not for this route");
static const struct vmm_config_item route_calendar = ITEM(
    "calendar", TEXT, NULL, 1, 128, "only while this calendar is open; \"site\": that of the site");
static const struct vmm_config_item route_closed =
    ITEM("whileClosed", BOOL, "false", 0, 0, "only while it is closed, instead");
static const struct vmm_config_item route_stop =
    ITEM("stop", BOOL, "false", 0, 0, "no later route is looked at when this one fits");
static const struct vmm_config_item route_levels =
    GROUP("escalate", LIST, "[]", level_items, "who is told when nobody acknowledges");
static const struct vmm_config_item *const route_items[] = {
    &route_name,     &route_sites,  &route_cameras, &route_reasons,  &route_tags,   &route_severity,
    &route_calendar, &route_closed, &route_stop,    &route_channels, &route_levels, NULL};
static const struct vmm_config_item routes =
    GROUP("routes", LIST, "[]", route_items,
          "who is told what; what fits no route goes to the channels of its site");

/* ---- destinations, calendars ---- */

static const struct vmm_config_item destination_channel = NEEDED("channel", "\"gchat:room\"");
static const struct vmm_config_item destination_quota =
    ITEM("quotaPerMin", INT, "50", 1, 60000,
         "messages a minute it takes; Google Chat takes 60 of all who write into the space");
static const struct vmm_config_item destination_quiet_from =
    ITEM("quietFrom", TEXT, NULL, 5, 5, "quiet hours begin, as the site's clock shows it");
static const struct vmm_config_item destination_quiet_to =
    ITEM("quietTo", TEXT, NULL, 5, 5, "and end");
static const struct vmm_config_item destination_quiet_severity =
    WORD("quietSeverity", SEVERITIES, "\"critical\"", "what is at least this comes all the same");
static const struct vmm_config_item *const destination_items[] = {
    &destination_channel,  &destination_quota,          &language, &destination_quiet_from,
    &destination_quiet_to, &destination_quiet_severity, NULL};
static const struct vmm_config_item destinations =
    GROUP("destinations", LIST, "[]", destination_items, "what is special about a destination");

static const struct vmm_config_item calendar_name = NEEDED("name", "how others refer to it");
static const struct vmm_config_item calendar_open =
    ITEM("open", LIST, "[]", 0, 0, "\"mon-fri 08:00-18:00\" …; empty: always, but for closed days");
static const struct vmm_config_item calendar_closed =
    ITEM("closed", LIST, "[]", 0, 0, "\"2026-12-25\", or \"2026-12-24..2027-01-02\"");
static const struct vmm_config_item calendar_special =
    ITEM("special", LIST, "[]", 0, 0, "days of their own hours, \"2026-12-24 08:00-12:00\"");
static const struct vmm_config_item calendar_holidays =
    ITEM("holidays", PATH, NULL, 0, 0, "an iCalendar file; its days are closed days");
static const struct vmm_config_item *const calendar_items[] = {
    &calendar_name, &calendar_open, &calendar_closed, &calendar_special, &calendar_holidays, NULL};
static const struct vmm_config_item calendars =
    GROUP("calendars", LIST, "[]", calendar_items, "opening hours");

/* ---- the rest ---- */

static const struct vmm_config_item link_base =
    ITEM("linkBase", URL, NULL, 0, 0, "where people reach the pages; messages link to it");
static const struct vmm_config_item group_wait =
    ITEM("groupWait", DURATION, "\"30s\"", 0, DAY,
         "what is not critical waits so long for more of its kind");
static const struct vmm_config_item update_wait =
    ITEM("updateWait", DURATION, "\"5m\"", 0, DAY, "between two updates about one incident");
static const struct vmm_config_item repeat = ITEM("repeat", DURATION, "\"24h\"", 0, 90 * DAY,
                                                  "a reminder of what is still open; \"0s\": none");
static const struct vmm_config_item commissioning =
    ITEM("commissioning", DURATION, "\"1h\"", 0, 90 * DAY,
         "a new device is not told of before it was OK for so long; \"0s\": at once");
static const struct vmm_config_item flap_count =
    ITEM("changes", INT, "6", 0, 100,
         "so many incidents of one device, site or group within `within` are flapping; 0: never");
static const struct vmm_config_item flap_within =
    ITEM("within", DURATION, "\"1h\"", 60000, DAY, "see changes");
static const struct vmm_config_item flap_stable = ITEM(
    "stable", DURATION, "\"30m\"", 60000, DAY, "without a change for so long it is stable again");
static const struct vmm_config_item flap_digest =
    ITEM("digest", DURATION, "\"4h\"", 0, 90 * DAY,
         "while it flaps it is told so often what it did; \"0s\": not");
static const struct vmm_config_item *const flap_items[] = {&flap_count, &flap_within, &flap_stable,
                                                           &flap_digest, NULL};
static const struct vmm_config_item flapping =
    GROUP("flapping", OBJECT, NULL, flap_items, "what comes and goes");
static const struct vmm_config_item heartbeat_every =
    ITEM("every", DURATION, "\"0s\"", 0, DAY, "between two heartbeats; \"0s\": none");
static const struct vmm_config_item heartbeat_channels =
    ITEM("channels", LIST, "[]", 0, POLICY_CHANNELS_MAX, "where they go");
static const struct vmm_config_item *const heartbeat_items[] = {&heartbeat_every,
                                                                &heartbeat_channels, NULL};
static const struct vmm_config_item heartbeat =
    GROUP("heartbeat", OBJECT, NULL, heartbeat_items,
          "a message that stops when the watch stops, for a dead-man switch");
static const struct vmm_config_item keep_log =
    ITEM("notificationLog", DURATION, "\"90d\"", DAY, 3650 * DAY, "rows of the notification log");
static const struct vmm_config_item keep_events =
    ITEM("events", DURATION, "\"400d\"", 31 * DAY, 3650 * DAY, "events of the journal");
static const struct vmm_config_item keep_days =
    ITEM("days", DURATION, "\"762d\"", 31 * DAY, 3650 * DAY, "daily rows: 25 months");
static const struct vmm_config_item *const keep_items[] = {&keep_log, &keep_events, &keep_days,
                                                           NULL};
static const struct vmm_config_item keep =
    GROUP("keep", OBJECT, NULL, keep_items, "how long rows stay");

config_items policy_items(void)
{
    static const struct vmm_config_item *const items[] = {
        &schema,      &enabled, &channels,      &rate,         &language,  &calendar,  &gchat,
        &summaries,   &sites,   &routes,        &destinations, &calendars, &link_base, &group_wait,
        &update_wait, &repeat,  &commissioning, &flapping,     &heartbeat, &keep,      NULL,
    };
    return items;
}
