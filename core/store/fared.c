/* SPDX-License-Identifier: MIT */
#include "store/fared.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "store/days.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/spans.h"

#define SECOND    1000000ll
#define SPANS_MAX 64u /* of a kind, in what is not written yet: some days at most */

/* ---- on the reader thread ---- */

#define SUMS                                                                                       \
    " count(d.day), coalesce(sum(d.ok_s), 0), coalesce(sum(d.degraded_s), 0),"                     \
    " coalesce(sum(d.blackframe_s), 0), coalesce(sum(d.down_s), 0),"                               \
    " coalesce(sum(d.unknown_s), 0), coalesce(sum(d.disabled_s), 0),"                              \
    " coalesce(sum(d.recording_fault_s), 0), coalesce(sum(d.clock_fault_s), 0),"                   \
    " coalesce(sum(d.changes), 0), coalesce(sum(d.outages), 0),"                                   \
    " coalesce(max(d.longest_outage_s), 0), coalesce(min(d.first_failure_at), 0),"                 \
    " coalesce(max(d.last_failure_at), 0)"

/* Beside the healths; of the clock the offset that is farthest from 0. */
#define SUMS_BESIDE                                                                                \
    " coalesce(sum(d.recording_unjudged_s), 0), coalesce(sum(d.recording_proven_s), 0),"           \
    " coalesce(sum(d.recording_missing_s), 0), coalesce(sum(d.unwatched_s), 0),"                   \
    " coalesce(sum(d.maintenance_s), 0), coalesce(sum(d.commissioning_s), 0),"                     \
    " iif(max(d.clock_offset_ms) > -min(d.clock_offset_ms), max(d.clock_offset_ms),"               \
    " min(d.clock_offset_ms))"

/* What lies over the days that are not written: see store_spans_parse(). */
#define SPANS                                                                                      \
    " coalesce((SELECT group_concat(x.line) FROM (SELECT substr(kind, 1, 1) || ' ' || since || ' " \
    "'"                                                                                            \
    " || until AS line FROM health_day_span WHERE site_id IN ('', s.site_id)"                      \
    " AND component IN ('', s.component) AND until > s.written ORDER BY since, until) AS x), '')"

static const char sums_sql[] =
    "SELECT s.site_id, s.component, ''," SUMS "," SUMS_BESIDE ", s.written, s.state," SPANS
    " FROM health_day_state AS s"
    " LEFT JOIN health_day AS d ON d.site_id = s.site_id AND d.component = s.component"
    " AND d.day >= :since AND d.begins_at < s.written * 1000000"
    " WHERE (:site = '' OR s.site_id = :site) AND (:component = '' OR s.component = :component)"
    " GROUP BY s.site_id, s.component"
    " ORDER BY sum(d.down_s + d.blackframe_s) DESC, sum(d.outages) DESC, s.site_id, s.component"
    " LIMIT :limit";

static const char days_sql[] =
    "SELECT d.site_id, d.component, d.day, 1, d.ok_s, d.degraded_s, d.blackframe_s, d.down_s,"
    " d.unknown_s, d.disabled_s, d.recording_fault_s, d.clock_fault_s, d.changes, d.outages,"
    " d.longest_outage_s, coalesce(d.first_failure_at, 0), coalesce(d.last_failure_at, 0),"
    " coalesce(d.recording_unjudged_s, 0), coalesce(d.recording_proven_s, 0),"
    " coalesce(d.recording_missing_s, 0), coalesce(d.unwatched_s, 0), coalesce(d.maintenance_s, 0),"
    " coalesce(d.commissioning_s, 0), d.clock_offset_ms, 0, NULL, ''"
    " FROM health_day AS d WHERE d.site_id = :site AND d.component = :component AND d.day >= :since"
    " UNION ALL SELECT s.site_id, s.component, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,"
    " 0, 0, 0, 0, 0, 0, NULL, s.written, s.state," SPANS " FROM health_day_state AS s"
    " WHERE s.site_id = :site AND s.component = :component"
    " LIMIT :limit";

static sqlite3_stmt *prepare_fared(sqlite3 *db, const struct store_query *query)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db, query->is_by_day ? days_sql : sums_sql, -1, &stmt, NULL);
    if (stmt != NULL) {
        store_bind_text(stmt, ":site", query->filter.site_id);
        store_bind_text(stmt, ":component", query->filter.camera_id);
        store_bind_text(stmt, ":since", query->filter.type);
        store_bind_number(stmt, ":limit", query->filter.limit);
    }
    return stmt;
}

/* ---- on the loop ---- */

static void read_fared(const struct store_op *op, struct store_fared *row)
{
    const struct store_value *v = op->values;
    *row = (struct store_fared){
        .site_id = v[0].bytes,
        .component = v[1].bytes,
        .day = v[2].bytes,
        .days = v[3].number,
        .health_s = {[VMM_HEALTH_OK] = v[4].number,
                     [VMM_HEALTH_DEGRADED] = v[5].number,
                     [VMM_HEALTH_BLACKFRAME] = v[6].number,
                     [VMM_HEALTH_DOWN] = v[7].number,
                     [VMM_HEALTH_UNKNOWN] = v[8].number,
                     [VMM_HEALTH_DISABLED] = v[9].number},
        .fault_s = {[DAY_FAULT_RECORDING] = v[10].number, [DAY_FAULT_CLOCK] = v[11].number},
        .changes = v[12].number,
        .outages = v[13].number,
        .longest_s = v[14].number,
        .first_failure = v[15].number,
        .last_failure = v[16].number,
        .recording_s = {[DAY_RECORDING_UNJUDGED] = v[17].number,
                        [DAY_RECORDING_PROVEN] = v[18].number,
                        [DAY_RECORDING_MISSING] = v[19].number},
        .unwatched_s = v[20].number,
        .maintenance_s = v[21].number,
        .commissioning_s = v[22].number,
        .clock_ms = v[23].number,
        .has_clock = v[23].type == SQLITE_INTEGER,
        .written = v[24].number,
        .state = v[25].bytes,
        .state_size = v[25].type == SQLITE_BLOB ? v[25].size : 0,
        .spans = v[26].bytes,
    };
}

static void deliver_fared(struct store_answer *answer)
{
    struct store_query *query = (struct store_query *)answer;
    size_t count = answer->rc == 0 ? query->rows->op_count : 0;
    struct store_fared *rows = calloc(count + 1, sizeof(*rows));
    int rc = rows == NULL ? VMM_E_NOMEM : answer->rc;
    struct store_op op;
    size_t offset = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        store_op_next(query->rows, &offset, &op);
        read_fared(&op, &rows[i]);
    }
    query->fared(query->arg, rc, rows, rc == 0 ? count : 0);
    free(rows);
    store_query_destroy(query);
}

int store_query_fared(struct store *store, const struct store_fared_filter *filter,
                      store_fared_fn answer, void *arg)
{
    if (filter->limit == 0 || filter->limit > STORE_PAGE_MAX) {
        return VMM_E_RANGE;
    }
    struct store_query *query = store_query_create(deliver_fared, arg);
    if (query == NULL) {
        return VMM_E_NOMEM;
    }
    size_t site = store_query_keep(query, filter->site_id);
    size_t component = store_query_keep(query, filter->component);
    size_t since = store_query_keep(query, filter->since);
    if (query->rows == NULL || buf_failed(&query->texts)) {
        store_query_destroy(query);
        return VMM_E_NOMEM;
    }
    const char *texts = buf_cstr(&query->texts);
    query->prepare = prepare_fared;
    query->fared = answer;
    query->is_by_day = filter->by_day;
    query->filter = (struct store_event_filter){.site_id = texts + site,
                                                .camera_id = texts + component,
                                                .type = texts + since,
                                                .limit = filter->limit};
    return store_query_ask(store, query);
}

/* ---- the day in progress ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static void add_clock(struct store_fared *row, int64_t ms)
{
    if (!row->has_clock ||
        (ms < 0 ? -ms : ms) > (row->clock_ms < 0 ? -row->clock_ms : row->clock_ms)) {
        row->clock_ms = ms;
    }
    row->has_clock = true;
}

static void add_day(void *arg, const struct day_row *day)
{
    struct store_fared *row = arg;
    for (uint32_t i = 0; i < VMM_HEALTH_COUNT; i++) {
        row->health_s[i] += day->health_s[i];
    }
    for (uint32_t i = 0; i < DAY_FAULTS; i++) {
        row->fault_s[i] += day->fault_s[i];
    }
    for (uint32_t i = 0; i < DAY_RECORDINGS; i++) {
        row->recording_s[i] += day->recording_s[i];
    }
    row->unwatched_s += day->unwatched_s;
    row->maintenance_s += day->maintenance_s;
    row->commissioning_s += day->commissioning_s;
    row->changes += day->changes;
    row->outages += day->outages;
    row->longest_s = day->longest_s > row->longest_s ? day->longest_s : row->longest_s;
    row->first_failure = earlier(row->first_failure, day->first_failure * SECOND);
    row->last_failure = day->last_failure != 0 ? day->last_failure * SECOND : row->last_failure;
    if (day->has_clock != 0) {
        add_clock(row, day->clock_ms);
    }
}

void store_fared_add(struct store_fared *row, const struct zone *zone, int64_t now)
{
    struct day_span unwatched[SPANS_MAX];
    struct day_span maintenance[SPANS_MAX];
    struct day_frame frame = {.zone = zone};
    struct stored_day state;
    if (row->state_size != sizeof(state)) {
        return;
    }
    memcpy(&state, row->state, sizeof(state));
    if (!day_state_is_good(&state.day)) {
        return;
    }
    store_spans_parse(row->spans, unwatched, maintenance, SPANS_MAX, &frame);
    day_skip_to(&state.day, zone, row->written);
    day_advance(&state.day, &frame, now / SECOND, add_day, row);
    add_day(row, &state.day.row);
}
