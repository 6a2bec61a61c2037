/* SPDX-License-Identifier: MIT */
/* What is asked of the gateway's tables while vmmd runs: by the reader thread. */
#include <stdlib.h>

#include <vmm/errors.h>

#include "store/db.h"
#include "store/internal.h"
#include "store/notify.h"

/* ---- the answer to a request ---- */

static sqlite3_stmt *prepare_request(sqlite3 *db, const struct store_query *query)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db, "SELECT answer FROM notify_request WHERE dedup_key = :key", -1, &stmt,
                       NULL);
    if (stmt != NULL) {
        store_bind_text(stmt, ":key", query->event_id);
    }
    return stmt;
}

static void deliver_request(struct store_answer *answer)
{
    struct store_query *query = (struct store_query *)answer;
    struct store_op op;
    size_t offset = 0;
    bool found =
        answer->rc == 0 && query->rows->op_count > 0 && store_op_next(query->rows, &offset, &op);
    query->request(query->arg, answer->rc, found ? op.values[0].bytes : NULL);
    store_query_destroy(query);
}

int store_query_request(struct store *store, const char *dedup_key, store_request_fn answer,
                        void *arg)
{
    struct store_query *query = store_query_create(deliver_request, arg);
    if (query == NULL) {
        return VMM_E_NOMEM;
    }
    store_query_keep(query, dedup_key);
    if (query->rows == NULL || buf_failed(&query->texts)) {
        store_query_destroy(query);
        return VMM_E_NOMEM;
    }
    query->prepare = prepare_request;
    query->request = answer;
    query->event_id = buf_cstr(&query->texts);
    return store_query_ask(store, query);
}

/* ---- noise ---- */

static sqlite3_stmt *prepare_noise(sqlite3 *db, const struct store_query *query)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(
        db,
        "SELECT l.site_id, coalesce(e.camera_id, json_extract(e.metadata_json, '$.nvr_id'), ''),"
        " coalesce(e.event_type, l.kind), coalesce(json_extract(e.metadata_json, '$.reason'), ''),"
        " l.status, count(*) AS n, max(l.created_at) FROM notification_log AS l"
        " LEFT JOIN ai_event AS e ON e.id = l.event_id AND l.kind = ''"
        " WHERE l.created_at >= :since AND (:site = '' OR l.site_id = :site)"
        " GROUP BY 1, 2, 3, 4, 5 ORDER BY n DESC, 1, 2, 3, 4, 5 LIMIT :limit",
        -1, &stmt, NULL);
    if (stmt != NULL) {
        store_bind_number(stmt, ":since", query->filter.since);
        store_bind_text(stmt, ":site", query->event_id);
        store_bind_number(stmt, ":limit", query->filter.limit);
    }
    return stmt;
}

static void deliver_noise(struct store_answer *answer)
{
    struct store_query *query = (struct store_query *)answer;
    size_t count = answer->rc == 0 ? query->rows->op_count : 0;
    struct store_noise *rows = calloc(count + 1, sizeof(*rows));
    int rc = rows == NULL ? VMM_E_NOMEM : answer->rc;
    struct store_op op;
    size_t offset = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        store_op_next(query->rows, &offset, &op);
        const struct store_value *v = op.values;
        rows[i] = (struct store_noise){.site_id = v[0].bytes,
                                       .camera_id = v[1].bytes,
                                       .event_type = v[2].bytes,
                                       .reason = v[3].bytes,
                                       .status = v[4].bytes,
                                       .count = v[5].number,
                                       .last_at = v[6].number};
    }
    query->noise(query->arg, rc, rows, rc == 0 ? count : 0);
    free(rows);
    store_query_destroy(query);
}

int store_query_noise(struct store *store, const char *site_id, int64_t since, uint32_t limit,
                      store_noise_fn answer, void *arg)
{
    if (limit == 0 || limit > STORE_PAGE_MAX) {
        return VMM_E_RANGE;
    }
    struct store_query *query = store_query_create(deliver_noise, arg);
    if (query == NULL) {
        return VMM_E_NOMEM;
    }
    store_query_keep(query, site_id);
    if (query->rows == NULL || buf_failed(&query->texts)) {
        store_query_destroy(query);
        return VMM_E_NOMEM;
    }
    query->prepare = prepare_noise;
    query->noise = answer;
    query->filter = (struct store_event_filter){.since = since, .limit = limit};
    query->event_id = buf_cstr(&query->texts);
    return store_query_ask(store, query);
}

/* ---- ranking ---- */

/* The verdict that held when the time began counts from then on. */
static const char ranking_sql[] =
    "WITH of_site AS (SELECT seq, camera_id, event_type, ts_event, metadata_json FROM ai_event"
    " WHERE site_id = :site AND camera_id IS NOT NULL AND ts_event < :until"
    " AND event_type IN ('camera.ok', 'camera.degraded', 'camera.down', 'camera.blackframe',"
    " 'camera.unknown', 'camera.disabled')),"
    " relevant AS (SELECT * FROM of_site WHERE ts_event >= :since OR seq IN"
    " (SELECT max(seq) FROM of_site WHERE ts_event < :since GROUP BY camera_id)),"
    " spans AS (SELECT camera_id, ts_event >= :since AND"
    " json_extract(metadata_json, '$.incident') = 'opened' AND"
    " json_extract(metadata_json, '$.role') = 'cause' AS opened,"
    " CASE WHEN event_type IN ('camera.down', 'camera.blackframe') THEN"
    " lead(ts_event, 1, :until) OVER (PARTITION BY camera_id ORDER BY seq) - max(ts_event, :since)"
    " ELSE 0 END AS down FROM relevant),"
    " sums AS (SELECT camera_id, sum(opened) AS n, sum(max(down, 0)) AS down FROM spans"
    " GROUP BY camera_id)"
    " SELECT camera_id, n, down, sum(n) OVER (), sum(down) OVER () FROM sums"
    " WHERE n > 0 OR down > 0 ORDER BY down DESC, n DESC, camera_id LIMIT :limit";

static sqlite3_stmt *prepare_ranking(sqlite3 *db, const struct store_query *query)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db, ranking_sql, -1, &stmt, NULL);
    if (stmt != NULL) {
        store_bind_text(stmt, ":site", query->event_id);
        store_bind_number(stmt, ":since", query->filter.since);
        store_bind_number(stmt, ":until", query->until);
        store_bind_number(stmt, ":limit", query->filter.limit);
    }
    return stmt;
}

static void deliver_ranking(struct store_answer *answer)
{
    struct store_query *query = (struct store_query *)answer;
    size_t count = answer->rc == 0 ? query->rows->op_count : 0;
    struct store_rank *rows = calloc(count + 1, sizeof(*rows));
    int rc = rows == NULL ? VMM_E_NOMEM : answer->rc;
    struct store_op op;
    size_t offset = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        store_op_next(query->rows, &offset, &op);
        const struct store_value *v = op.values;
        rows[i] =
            (struct store_rank){v[0].bytes, v[1].number, v[2].number, v[3].number, v[4].number};
    }
    query->rank(query->arg, rc, rows, rc == 0 ? count : 0);
    free(rows);
    store_query_destroy(query);
}

int store_query_ranking(struct store *store, const char *site_id, int64_t since, int64_t until,
                        uint32_t limit, store_rank_fn answer, void *arg)
{
    if (limit == 0 || limit > STORE_PAGE_MAX) {
        return VMM_E_RANGE;
    }
    struct store_query *query = store_query_create(deliver_ranking, arg);
    if (query == NULL) {
        return VMM_E_NOMEM;
    }
    store_query_keep(query, site_id);
    if (query->rows == NULL || buf_failed(&query->texts)) {
        store_query_destroy(query);
        return VMM_E_NOMEM;
    }
    query->prepare = prepare_ranking;
    query->rank = answer;
    query->filter = (struct store_event_filter){.since = since, .limit = limit};
    query->until = until;
    query->event_id = buf_cstr(&query->texts);
    return store_query_ask(store, query);
}
