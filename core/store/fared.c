/* SPDX-License-Identifier: MIT */
#include "store/fared.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "store/days.h"
#include "store/db.h"
#include "store/internal.h"

#define SECOND 1000000ll

/* ---- on the reader thread ---- */

#define SUMS                                                                                       \
    " count(d.day), coalesce(sum(d.ok_s), 0), coalesce(sum(d.degraded_s), 0),"                     \
    " coalesce(sum(d.blackframe_s), 0), coalesce(sum(d.down_s), 0),"                               \
    " coalesce(sum(d.unknown_s), 0), coalesce(sum(d.disabled_s), 0),"                              \
    " coalesce(sum(d.recording_fault_s), 0), coalesce(sum(d.clock_fault_s), 0),"                   \
    " coalesce(sum(d.changes), 0), coalesce(sum(d.outages), 0),"                                   \
    " coalesce(max(d.longest_outage_s), 0), coalesce(min(d.first_failure_at), 0),"                 \
    " coalesce(max(d.last_failure_at), 0)"

static const char sums_sql[] =
    "SELECT s.site_id, s.component, ''," SUMS ", s.written, s.state FROM health_day_state AS s"
    " LEFT JOIN health_day AS d ON d.site_id = s.site_id AND d.component = s.component"
    " AND d.day >= :since AND d.begins_at < s.written * 1000000"
    " WHERE (:site = '' OR s.site_id = :site) AND (:component = '' OR s.component = :component)"
    " GROUP BY s.site_id, s.component"
    " ORDER BY sum(d.down_s + d.blackframe_s) DESC, sum(d.outages) DESC, s.site_id, s.component"
    " LIMIT :limit";

static const char days_sql[] =
    "SELECT d.site_id, d.component, d.day, 1, d.ok_s, d.degraded_s, d.blackframe_s, d.down_s,"
    " d.unknown_s, d.disabled_s, d.recording_fault_s, d.clock_fault_s, d.changes, d.outages,"
    " d.longest_outage_s, coalesce(d.first_failure_at, 0), coalesce(d.last_failure_at, 0), 0, NULL"
    " FROM health_day AS d WHERE d.site_id = :site AND d.component = :component AND d.day >= :since"
    " UNION ALL SELECT s.site_id, s.component, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,"
    " s.written, s.state FROM health_day_state AS s"
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
        .written = v[17].number,
        .state = v[18].bytes,
        .state_size = v[18].type == SQLITE_BLOB ? v[18].size : 0,
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

static void add_day(void *arg, const struct day_row *day)
{
    struct store_fared *row = arg;
    for (uint32_t i = 0; i < VMM_HEALTH_COUNT; i++) {
        row->health_s[i] += day->health_s[i];
    }
    for (uint32_t i = 0; i < DAY_FAULTS; i++) {
        row->fault_s[i] += day->fault_s[i];
    }
    row->changes += day->changes;
    row->outages += day->outages;
    row->longest_s = day->longest_s > row->longest_s ? day->longest_s : row->longest_s;
    row->first_failure = earlier(row->first_failure, day->first_failure * SECOND);
    row->last_failure = day->last_failure != 0 ? day->last_failure * SECOND : row->last_failure;
}

void store_fared_add(struct store_fared *row, const struct zone *zone, int64_t now)
{
    struct stored_day state;
    if (row->state_size != sizeof(state)) {
        return;
    }
    memcpy(&state, row->state, sizeof(state));
    if (state.day.health >= VMM_HEALTH_COUNT || state.day.fault >= DAY_FAULTS) {
        return;
    }
    day_skip_to(&state.day, zone, row->written);
    day_advance(&state.day, zone, now / SECOND, add_day, row);
    add_day(row, &state.day.row);
}
