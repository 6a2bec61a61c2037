/* SPDX-License-Identifier: MIT */
/* stability: how cameras, recorders and sites fared over days, the one in progress included. */
#include <stdlib.h>
#include <string.h>

#include "base/civil.h"
#include "base/clock.h"
#include "base/text.h"
#include "main/control.h"
#include "main/journal.h"
#include "main/notify.h"
#include "main/watch.h"
#include "store/fared.h"

#define DAYS_MAX 800 /* more than are kept */

struct request {
    struct daemon *daemon;
    struct ctl_call *call;
};

/* ---- a row ---- */

/* Whose row it is: the id behind "camera:" or "nvr:", or "". */
static const char *id_of(const char *component)
{
    const char *colon = strchr(component, ':');
    return colon != NULL ? colon + 1 : "";
}

static const struct fleet_device *device_of(const struct fleet *fleet, const char *component)
{
    const struct fleet_nvr *nvr = fleet_find_nvr(fleet, id_of(component));
    const struct fleet_camera *camera = fleet_find_camera(fleet, id_of(component));
    uint32_t device = strncmp(component, "nvr:", 4) == 0
                          ? (nvr != NULL ? nvr->device : FLEET_NONE)
                          : (camera != NULL ? camera->device : FLEET_NONE);
    return fleet_device(fleet, device);
}

static json_t *ms_json(uint32_t us, bool known)
{
    return known ? json_real(us / 1000.0) : json_null();
}

/* How fast and how steadily it answers: the latest looks, whatever days were asked for. */
static void add_latency(const struct daemon *daemon, const char *component, json_t *row)
{
    const struct fleet_device *device = device_of(daemon->fleet, component);
    uint32_t handle = device != NULL ? device->handle : FLEET_NONE;
    const struct watched *watched =
        handle < daemon->watch->device_room ? &daemon->watch->devices[handle] : NULL;
    bool known = watched != NULL && watched->known && watched->pace.looks > 0;
    json_object_set_new(row, "latency_ms", ms_json(known ? watched->pace.smooth_us : 0, known));
    json_object_set_new(
        row, "jitter_ms",
        ms_json(known ? watched->pace.jitter_us : 0, known && watched->pace.looks > 1));
    json_object_set_new(row, "looks", json_integer(known ? watched->pace.looks : 0));
}

/* Of a part in a whole; null without a whole. */
static json_t *share_json(int64_t part, int64_t whole, double times)
{
    return whole > 0 ? json_real((double)part * times / (double)whole) : json_null();
}

/* Only time counts in which it was watched and wanted: neither unknown nor switched off. */
static void add_figures(const struct store_fared *fared, json_t *row)
{
    int64_t well = fared->health_s[VMM_HEALTH_OK] + fared->health_s[VMM_HEALTH_DEGRADED];
    int64_t ill = fared->health_s[VMM_HEALTH_DOWN] + fared->health_s[VMM_HEALTH_BLACKFRAME];
    json_object_set_new(row, "availability_pct", share_json(well, well + ill, 100));
    json_object_set_new(row, "mean_outage_s", share_json(ill, fared->outages, 1));
    json_object_set_new(row, "mean_between_s", share_json(well, fared->outages, 1));
}

/* What goes beside the healths. */
static void add_beside(const struct store_fared *fared, json_t *row)
{
    const struct {
        const char *name;
        int64_t seconds;
    } members[] = {{"unwatched_s", fared->unwatched_s},
                   {"maintenance_s", fared->maintenance_s},
                   {"commissioning_s", fared->commissioning_s},
                   {"recording_proven_s", fared->recording_s[DAY_RECORDING_PROVEN]},
                   {"recording_missing_s", fared->recording_s[DAY_RECORDING_MISSING]},
                   {"recording_unjudged_s", fared->recording_s[DAY_RECORDING_UNJUDGED]}};
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_object_set_new(row, members[i].name, json_integer(members[i].seconds));
    }
    json_object_set_new(row, "clock_offset_ms",
                        fared->has_clock ? json_integer(fared->clock_ms) : json_null());
}

static json_t *row_of(const struct store_fared *fared, const char *name)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
                     "s:I, s:o, s:o}",
                     "site_id", fared->site_id, "component", fared->component, "name",
                     control_string(name), "day", control_string(fared->day), "days",
                     (json_int_t)fared->days, "ok_s", (json_int_t)fared->health_s[VMM_HEALTH_OK],
                     "degraded_s", (json_int_t)fared->health_s[VMM_HEALTH_DEGRADED], "blackframe_s",
                     (json_int_t)fared->health_s[VMM_HEALTH_BLACKFRAME], "down_s",
                     (json_int_t)fared->health_s[VMM_HEALTH_DOWN], "unknown_s",
                     (json_int_t)fared->health_s[VMM_HEALTH_UNKNOWN], "disabled_s",
                     (json_int_t)fared->health_s[VMM_HEALTH_DISABLED], "recording_fault_s",
                     (json_int_t)fared->fault_s[DAY_FAULT_RECORDING], "clock_fault_s",
                     (json_int_t)fared->fault_s[DAY_FAULT_CLOCK], "changes",
                     (json_int_t)fared->changes, "outages", (json_int_t)fared->outages,
                     "longest_outage_s", (json_int_t)fared->longest_s, "first_failure_at",
                     control_time(fared->first_failure), "last_failure_at",
                     control_time(fared->last_failure));
}

static const char *name_of(const struct fleet *fleet, const struct store_fared *fared)
{
    const struct fleet_camera *camera = fleet_find_camera(fleet, id_of(fared->component));
    const struct fleet_nvr *nvr = fleet_find_nvr(fleet, id_of(fared->component));
    const struct fleet_site *site = fleet_find_site(fleet, fared->site_id);
    if (strcmp(fared->component, "site") == 0) {
        return site != NULL ? site->record.name : "";
    }
    if (strncmp(fared->component, "nvr:", 4) == 0) {
        return nvr != NULL ? nvr->record.name : "";
    }
    return camera != NULL ? camera->record.name : "";
}

static json_t *answer_row(const struct daemon *daemon, const struct store_fared *fared)
{
    struct store_fared sum = *fared;
    const struct fleet_site *site = fleet_find_site(daemon->fleet, fared->site_id);
    const struct zone *zone =
        zones_get(daemon->notify->zones, site != NULL ? site->record.timezone : "");
    store_fared_add(&sum, zone, clock_wall_us());
    json_t *row = row_of(&sum, name_of(daemon->fleet, fared));
    add_figures(&sum, row);
    add_beside(&sum, row);
    if (fared->day[0] == '\0') {
        add_latency(daemon, fared->component, row);
    }
    return row;
}

static void on_fared(void *arg, int rc, const struct store_fared *rows, size_t count)
{
    struct request *request = arg;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, answer_row(request->daemon, &rows[i]));
    }
    if (rc == 0) {
        ctl_rows(request->call, list);
        ctl_done(request->call, NULL);
    } else {
        json_decref(list);
        ctl_fail(request->call, CTL_UNAVAILABLE, "the daily rows cannot be read now", NULL);
    }
    free(request);
}

/* ---- the call ---- */

/* The first of so many days before today. Sites are in other zones: theirs may begin a day earlier or later. */
static void first_day(int64_t days, char out[16])
{
    struct civil civil;
    civil_split(clock_wall_us() / (int64_t)CLOCK_S - days * CIVIL_DAY, &civil);
    text_format(out, 16, "%04d-%02d-%02d", (int)civil.year, civil.month, civil.day);
}

/* A camera or recorder by its id: its site and component. */
static bool find_one(const struct fleet *fleet, const char *id, const char **site,
                     char component[JOURNAL_COMPONENT_MAX])
{
    const struct fleet_camera *camera = fleet_find_camera(fleet, id);
    const struct fleet_nvr *nvr = fleet_find_nvr(fleet, id);
    if (camera == NULL && nvr == NULL) {
        return false;
    }
    *site = camera != NULL ? camera->record.site_id : nvr->record.site_id;
    return text_format(component, JOURNAL_COMPONENT_MAX, "%s:%s", camera != NULL ? "camera" : "nvr",
                       id);
}

static void ask(struct daemon *daemon, struct ctl_call *call,
                const struct store_fared_filter *filter)
{
    struct request *request = malloc(sizeof(*request));
    if (request == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *request = (struct request){.daemon = daemon, .call = call};
    int rc = store_query_fared(daemon->store, filter, on_fared, request);
    if (rc != 0) {
        on_fared(request, rc, NULL, 0);
    }
}

void verb_stability(struct daemon *daemon, struct ctl_call *call, json_t *args,
                    const struct ctl_peer *peer)
{
    static const char *const names[] = {"id", "site", "days", "limit", NULL};
    char component[JOURNAL_COMPONENT_MAX] = "";
    char since[16];
    bool bad = false;
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    const char *id = control_text(args, "id");
    const char *site = control_text(args, "site");
    int64_t days = control_number(args, "days", 0, DAYS_MAX, 30, &bad);
    int64_t limit = control_number(args, "limit", 1, STORE_PAGE_MAX, 50, &bad);
    if (bad) {
        ctl_fail(call, CTL_INVALID, "days is 0 to 800, limit 1 to 1000", NULL);
        return;
    }
    if (id[0] != '\0' && !find_one(daemon->fleet, id, &site, component)) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such camera or recorder", NULL);
        return;
    }
    if (site[0] != '\0' && fleet_find_site(daemon->fleet, site) == NULL) {
        ctl_fail(call, CTL_NOT_FOUND, "there is no such site", NULL);
        return;
    }
    first_day(days, since);
    struct store_fared_filter filter = {.site_id = site,
                                        .component = component,
                                        .since = since,
                                        .limit = id[0] != '\0' ? STORE_PAGE_MAX : (uint32_t)limit,
                                        .by_day = id[0] != '\0'};
    ask(daemon, call, &filter);
}
