/* SPDX-License-Identifier: MIT */
/* What the days ask the database and tell it. */
#include "store/days_sql.h"

#include "base/clock.h"

/* Of an event: whose it is, "" when it is of nobody who has days. That it flaps is no change of its health. */
#define SUBJECT                                                                                    \
    "CASE WHEN event_type LIKE '%.flapping' OR event_type LIKE '%.stable' THEN ''"                 \
    " WHEN camera_id IS NOT NULL THEN 'camera:' || camera_id"                                      \
    " WHEN event_type LIKE 'nvr.%' THEN 'nvr:' || json_extract(said, '$.nvr_id')"                  \
    " WHEN event_type LIKE 'site.%' THEN 'site' ELSE '' END"

#define EVENT                                                                                      \
    " (SELECT seq, site_id, ts_event, iif(json_valid(metadata_json), metadata_json, '{}') AS said" \
    " FROM ai_event WHERE seq = ?1)"

/* The end of a maintenance at a site, and the span that it ends. */
#define ENDED                                                                                      \
    " (SELECT site_id, ts_event / 1000000 AS at, json_extract(said, '$.maintenance_id') AS name"   \
    " FROM" EVENT ") AS e"
#define IS_ENDED                                                                                   \
    " h.kind = 'maintenance' AND h.site_id = e.site_id AND h.name = e.name AND h.until > e.at"

/* Whose a span is. */
#define IS_OF                                                                                      \
    " AND s.site_id IN ('', health_day_state.site_id)"                                             \
    " AND s.component IN ('', health_day_state.component)"

static const char *const statements[DAYS_SQL_COUNT] = {
    [DAYS_NEED] = "SELECT EXISTS (SELECT 1 FROM ai_event WHERE seq > p.seq) OR p.version <> ?2 OR"
                  " EXISTS (SELECT 1 FROM health_day_state WHERE due <= ?1)"
                  " FROM health_day_place AS p",
    [DAYS_PLACE] = "SELECT seq, version FROM health_day_place",
    [DAYS_EVENTS] = "SELECT seq, site_id, " SUBJECT ", ts_event, json_extract(said, '$.from'),"
                    " json_extract(said, '$.to'), json_extract(said, '$.reason'), event_type,"
                    " json_extract(said, '$.recording'), json_extract(said, '$.clock_offset_ms'),"
                    " json_extract(said, '$.is_new'),"
                    " unixepoch(json_extract(said, '$.received_at')),"
                    " json_extract(said, '$.health') FROM"
                    " (SELECT *, iif(json_valid(metadata_json), metadata_json, '{}') AS said"
                    " FROM ai_event WHERE seq > ?1 ORDER BY seq LIMIT ?2)",
    [DAYS_DUE] = "SELECT site_id, component FROM health_day_state"
                 " WHERE due <= ?1 ORDER BY due LIMIT ?2",
    /* The site of one who is in the fleet. */
    [DAYS_SITE] = "SELECT timezone, epoch FROM site AS s WHERE id = ?1 AND (?2 = 'site'"
                  " OR EXISTS (SELECT 1 FROM camera WHERE site_id = s.id AND 'camera:' || id = ?2"
                  " AND id = substr(?2, 8))"
                  " OR EXISTS (SELECT 1 FROM nvr WHERE site_id = s.id AND 'nvr:' || id = ?2"
                  " AND id = substr(?2, 5)))",
    [DAYS_GET] =
        "SELECT written, redo, state FROM health_day_state WHERE site_id = ?1 AND component = ?2",
    [DAYS_PUT] = "INSERT INTO health_day_state(site_id, component, written, due, state)"
                 " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(site_id, component) DO UPDATE"
                 " SET written = excluded.written, due = excluded.due, state = excluded.state,"
                 " redo = NULL",
    [DAYS_ALL] = "SELECT site_id, 'camera:' || id, status FROM camera UNION ALL"
                 " SELECT site_id, 'nvr:' || id, status FROM nvr UNION ALL"
                 " SELECT id, 'site', 'OK' FROM site",
    [DAYS_DEL] = "DELETE FROM health_day_state WHERE site_id = ?1 AND component = ?2",
    /* A replaced row gets a new rev; one that is already so stays, and no copy gets it again. */
    [DAYS_ROW] =
        "INSERT OR REPLACE INTO health_day(id, site_id, component, day, begins_at, length_s, ok_s,"
        " degraded_s, blackframe_s, down_s, unknown_s, disabled_s, recording_fault_s,"
        " clock_fault_s, changes, outages, longest_outage_s, first_failure_at, last_failure_at,"
        " epoch, unwatched_s, maintenance_s, commissioning_s, recording_proven_s,"
        " recording_missing_s, recording_unjudged_s, clock_offset_ms)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27 WHERE NOT EXISTS (SELECT 1 FROM"
        " health_day WHERE id = ?1 AND (begins_at, length_s, ok_s, degraded_s, blackframe_s,"
        " down_s, unknown_s, disabled_s, recording_fault_s, clock_fault_s, changes, outages,"
        " longest_outage_s, first_failure_at, last_failure_at, epoch, unwatched_s, maintenance_s,"
        " commissioning_s, recording_proven_s, recording_missing_s, recording_unjudged_s,"
        " clock_offset_ms) IS (?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
        " ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27))",
    [DAYS_UNDO] =
        "DELETE FROM health_day WHERE site_id = ?1 AND component = ?2 AND begins_at >= ?3",
    [DAYS_MOVE] = "UPDATE health_day_place SET seq = ?1",
    [DAYS_RESET] = "UPDATE health_day_place SET seq = 0, version = ?1",
    [DAYS_FIRST] = "SELECT seq, ts_event FROM ai_event ORDER BY seq LIMIT 1",
    [DAYS_LATEST] = "SELECT coalesce(max(until), 0) FROM health_day_span WHERE kind = 'unwatched'",
    [DAYS_SPANS] = "SELECT kind, since, until FROM health_day_span WHERE site_id IN ('', ?1)"
                   " AND component IN ('', ?2) AND until > ?3 ORDER BY since, until",
    [DAYS_SPAN_UNWATCHED] =
        "INSERT INTO health_day_span(seq, kind, name, site_id, component, since,"
        " until) SELECT seq, 'unwatched', '', '', '', since, until FROM"
        " (SELECT seq, unixepoch(json_extract(said, '$.since')) AS since,"
        " unixepoch(json_extract(said, '$.until')) AS until FROM" EVENT ") WHERE until > since",
    [DAYS_SPAN_BEGIN] =
        "INSERT INTO health_day_span(seq, kind, name, site_id, component, since, until)"
        " SELECT e.seq, 'maintenance', e.name, e.site_id, coalesce(d.value, ''), e.since, e.until"
        " FROM (SELECT seq, site_id, said, coalesce(json_extract(said, '$.maintenance_id'), '')"
        " AS name, unixepoch(json_extract(said, '$.since')) AS since,"
        " unixepoch(json_extract(said, '$.until')) AS until FROM" EVENT ") AS e"
        " LEFT JOIN json_each(e.said, '$.devices') AS d WHERE e.until > e.since",
    /* What is over before its time ends when it was ended, and not before it began. */
    [DAYS_SPAN_END] =
        "UPDATE health_day_span AS h SET until = max(since, e.at) FROM" ENDED " WHERE" IS_ENDED,
    [DAYS_SPAN_CUT] = "UPDATE health_day_span SET until = max(since, ?1)"
                      " WHERE kind = 'unwatched' AND until > ?1",
    [DAYS_SPAN_REDO] = "UPDATE health_day_state SET due = 0, redo = min(coalesce(redo, s.since),"
                       " s.since) FROM (SELECT site_id, component, since FROM health_day_span"
                       " WHERE seq = ?1) AS s WHERE written > s.since" IS_OF,
    [DAYS_SPAN_REDO_END] =
        "UPDATE health_day_state SET due = 0, redo = min(coalesce(redo, s.at), s.at) FROM"
        " (SELECT h.site_id, h.component, e.at FROM health_day_span AS h JOIN" ENDED " ON" IS_ENDED
        ") AS s WHERE written > s.at" IS_OF,
    [DAYS_SPAN_REDO_CUT] = "UPDATE health_day_state SET due = 0, redo = min(coalesce(redo, ?1), ?1)"
                           " WHERE written > ?1",
    [DAYS_SPAN_RESET] = "DELETE FROM health_day_span WHERE seq >= ?1",
};

sqlite3_stmt *days_use(struct store_days *days, enum store_days_sql which)
{
    sqlite3_stmt **stmt = &days->sql[which];
    if (*stmt == NULL) {
        int rc = sqlite3_prepare_v3(days->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                                    stmt, NULL);
        days->rc = days->rc == SQLITE_OK ? rc : days->rc;
    }
    return *stmt;
}

bool days_step(struct store_days *days, sqlite3_stmt *stmt)
{
    int rc = days->rc == SQLITE_OK ? sqlite3_step(stmt) : SQLITE_DONE;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        days->rc = rc;
    }
    return rc == SQLITE_ROW;
}

void days_run(struct store_days *days, sqlite3_stmt *stmt)
{
    days_step(days, stmt);
    sqlite3_reset(stmt);
}

void days_bind_subject(sqlite3_stmt *stmt, const char *site, const char *component)
{
    sqlite3_bind_text(stmt, 1, site, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, component, -1, SQLITE_STATIC);
}

void days_bind_row(sqlite3_stmt *stmt, const struct day_row *row, int64_t epoch)
{
    const struct {
        int64_t number;
        bool is_none;
    } values[] = {{row->begins * (int64_t)CLOCK_S, false},
                  {row->ends - row->begins, false},
                  {row->health_s[VMM_HEALTH_OK], false},
                  {row->health_s[VMM_HEALTH_DEGRADED], false},
                  {row->health_s[VMM_HEALTH_BLACKFRAME], false},
                  {row->health_s[VMM_HEALTH_DOWN], false},
                  {row->health_s[VMM_HEALTH_UNKNOWN], false},
                  {row->health_s[VMM_HEALTH_DISABLED], false},
                  {row->fault_s[DAY_FAULT_RECORDING], false},
                  {row->fault_s[DAY_FAULT_CLOCK], false},
                  {row->changes, false},
                  {row->outages, false},
                  {row->longest_s, false},
                  {row->first_failure * (int64_t)CLOCK_S, row->first_failure == 0},
                  {row->last_failure * (int64_t)CLOCK_S, row->last_failure == 0},
                  {epoch, false},
                  {row->unwatched_s, false},
                  {row->maintenance_s, false},
                  {row->commissioning_s, false},
                  {row->recording_s[DAY_RECORDING_PROVEN], false},
                  {row->recording_s[DAY_RECORDING_MISSING], false},
                  {row->recording_s[DAY_RECORDING_UNJUDGED], false},
                  {row->clock_ms, row->has_clock == 0}};
    for (int i = 0; i < (int)(sizeof(values) / sizeof(values[0])); i++) {
        if (values[i].is_none) {
            sqlite3_bind_null(stmt, 5 + i);
        } else {
            sqlite3_bind_int64(stmt, 5 + i, values[i].number);
        }
    }
}
