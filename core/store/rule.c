/* SPDX-License-Identifier: MIT */
/*
 * The SQL of each kind of operation. The numbers of the parameters are the order of values in
 * put.c.
 */
#include "store/batch.h"

#define DEVICE_COPY                                                                                \
    "SET provider = d.provider, host = d.host, port = d.port, model = d.model,"                    \
    " firmware = d.firmware, serial = d.serial, mac = d.mac FROM device AS d WHERE d.id = ?1"

#define FORGET(prefix)                                                                             \
    "DELETE FROM circuit_breaker_state WHERE site_id = ?2 AND target_service = 'device:' || ?1;"   \
    "DELETE FROM poll_state WHERE site_id = ?2 AND component = '" prefix "' || ?1;"                \
    "DELETE FROM component_state WHERE site_id = ?2 AND component = '" prefix "' || ?1;"           \
    "DELETE FROM health_day_state WHERE site_id = ?2 AND component = '" prefix "' || ?1;"          \
    "DELETE FROM device WHERE id = ?1;"

#define PUT_QUIET(table)                                                                           \
    "INSERT INTO " table "(id, site_id, owner, reason, created_at, starts_at, ends_at, ended_at,"  \
    " detail, node_id, epoch) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, NULLIF(?8, 0), ?9, ?10, ?11)"     \
    " ON CONFLICT(id) DO UPDATE SET reason = excluded.reason, ends_at = excluded.ends_at,"         \
    " ended_at = excluded.ended_at, detail = excluded.detail"

/* The oldest, of which those go that everybody has: what is still needed is not searched for more than that. */
#define OLD_EVENTS(column)                                                                         \
    "SELECT " column " FROM (SELECT seq, id FROM ai_event WHERE ts_event < ?1"                     \
    " ORDER BY ts_event LIMIT ?2) WHERE seq <= min(?3, (SELECT seq FROM health_day_place))"

#define TRIM_QUIET(table)                                                                          \
    "DELETE FROM " table " WHERE id IN (SELECT id FROM " table " WHERE ended_at < ?1 LIMIT ?2);"

static const struct store_rule rules[STORE_KIND_COUNT] = {
    [STORE_PUT_TENANT] = {.sql = "INSERT INTO tenant(id, name, enabled) VALUES(?1, ?2, ?3)"
                                 " ON CONFLICT(id) DO UPDATE"
                                 " SET name = excluded.name, enabled = excluded.enabled",
                          .keys = 1},
    [STORE_PUT_SITE] =
        /* In another zone its days are other days: they are counted anew. */
    {.sql = "UPDATE health_day_place SET version = 0 WHERE EXISTS"
            " (SELECT 1 FROM site WHERE id = ?1 AND timezone <> ?4);"
            "INSERT INTO site(id, tenant_id, name, timezone, language, profile, way, enabled,"
            " commissioned_at, owner_node, epoch, rules)"
            " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULLIF(?9, 0), ?10, ?11, ?12)"
            " ON CONFLICT(id) DO UPDATE SET tenant_id = excluded.tenant_id,"
            " name = excluded.name, timezone = excluded.timezone,"
            " language = excluded.language, profile = excluded.profile, way = excluded.way,"
            " enabled = excluded.enabled, commissioned_at = excluded.commissioned_at,"
            " owner_node = excluded.owner_node, epoch = excluded.epoch,"
            " rules = excluded.rules",
     .keys = 1},
    [STORE_PUT_NVR] = {.sql = "INSERT INTO nvr(id, site_id, name) VALUES(?1, ?2, ?3)"
                              " ON CONFLICT(id) DO UPDATE"
                              " SET site_id = excluded.site_id, name = excluded.name;"
                              "UPDATE nvr " DEVICE_COPY " AND nvr.id = ?1",
                       .keys = 1},
    [STORE_PUT_CAMERA] =
        {.sql = "INSERT INTO camera(id, site_id, nvr_id, name, nvr_channel, priority, tags_json,"
                " expected, commissioned_at, retired_at, enabled, rules) VALUES(?1, ?2, NULLIF(?3, "
                "''),"
                " ?4, NULLIF(?5, 0), ?6, ?7, ?8, NULLIF(?9, 0), NULLIF(?10, 0), ?11, ?12)"
                " ON CONFLICT(id) DO UPDATE SET site_id = excluded.site_id,"
                " nvr_id = excluded.nvr_id, name = excluded.name,"
                " nvr_channel = excluded.nvr_channel, priority = excluded.priority,"
                " tags_json = excluded.tags_json, expected = excluded.expected,"
                " commissioned_at = excluded.commissioned_at, retired_at = excluded.retired_at,"
                " enabled = excluded.enabled, rules = excluded.rules;"
                "UPDATE camera " DEVICE_COPY " AND camera.id = ?1",
         .keys = 1},
    [STORE_PUT_DEVICE] =
        {.sql = "INSERT INTO device(id, site_id, kind, provider, effective_provider, host, port,"
                " port_group, tls, auth, credential_id, options_json, enabled, connections,"
                " model, firmware, serial, mac, tls_pin, link, effective_place) VALUES(?1, ?2, ?3, "
                "?4, ?5, ?6, ?7,"
                " ?8, ?9, ?10, NULLIF(?11, ''), ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)"
                " ON CONFLICT(id) DO UPDATE SET site_id = excluded.site_id, kind = excluded.kind,"
                " provider = excluded.provider,"
                " effective_provider = excluded.effective_provider, host = excluded.host,"
                " port = excluded.port, port_group = excluded.port_group, tls = excluded.tls,"
                " auth = excluded.auth, credential_id = excluded.credential_id,"
                " options_json = excluded.options_json, enabled = excluded.enabled,"
                " connections = excluded.connections, model = excluded.model,"
                " firmware = excluded.firmware, serial = excluded.serial, mac = excluded.mac,"
                " tls_pin = excluded.tls_pin, link = excluded.link,"
                " effective_place = excluded.effective_place;"
                "UPDATE nvr " DEVICE_COPY " AND nvr.id = ?1;"
                "UPDATE camera " DEVICE_COPY " AND camera.id = ?1",
         .keys = 1},
    [STORE_DEL_SITE] = {.sql = "DELETE FROM poll_state WHERE site_id = ?1;"
                               "DELETE FROM component_state WHERE site_id = ?1;"
                               "DELETE FROM circuit_breaker_state WHERE site_id = ?1;"
                               "DELETE FROM health_day_state WHERE site_id = ?1;"
                               "DELETE FROM site WHERE id = ?1",
                        .keys = 1},
    [STORE_DEL_NVR] = {.sql = FORGET("nvr:") "DELETE FROM nvr WHERE id = ?1", .keys = 1},
    [STORE_DEL_CAMERA] = {.sql = FORGET("camera:") "DELETE FROM camera WHERE id = ?1", .keys = 1},
    [STORE_DEL_DEVICE] = {.sql = "DELETE FROM circuit_breaker_state"
                                 " WHERE site_id = ?2 AND target_service = 'device:' || ?1;"
                                 "DELETE FROM device WHERE id = ?1;"
                                 "UPDATE camera SET provider = '', host = '', port = 0, model = '',"
                                 " firmware = '', serial = '', mac = '' WHERE id = ?1",
                          .keys = 1},
    /* ?10 and ?11 are the id when the component is a camera or an NVR, else NULL: no row. */
    [STORE_PUT_COMPONENT] =
        {.sql =
             "INSERT INTO poll_state(site_id, component, severity, next_poll_at, last_latency_ms,"
             " consecutive_failures, load_shed_mode, node_id, epoch)"
             " VALUES(?1, ?2, ?3, NULLIF(?4, 0), ?5, ?6, ?7, ?8, ?9)"
             " ON CONFLICT(site_id, component) DO UPDATE SET severity = excluded.severity,"
             " next_poll_at = excluded.next_poll_at, last_latency_ms = excluded.last_latency_ms,"
             " consecutive_failures = excluded.consecutive_failures,"
             " load_shed_mode = excluded.load_shed_mode, node_id = excluded.node_id,"
             " epoch = excluded.epoch;"
             "INSERT INTO component_state(site_id, component, state) VALUES(?1, ?2, ?14)"
             " ON CONFLICT(site_id, component) DO UPDATE SET state = excluded.state;"
             "UPDATE camera SET status = ?12, last_seen_at = NULLIF(?13, 0)"
             " WHERE site_id = ?1 AND id = ?10;"
             "UPDATE nvr SET status = ?12, last_seen_at = NULLIF(?13, 0)"
             " WHERE site_id = ?1 AND id = ?11",
         .keys = 2,
         .is_replaced = true},
    [STORE_DEL_COMPONENT] =
        {.sql = "DELETE FROM poll_state WHERE site_id = ?1 AND component = ?2;"
                "DELETE FROM component_state WHERE site_id = ?1 AND component = ?2",
         .keys = 2},
    [STORE_PUT_NOTE] = {.sql =
                            "UPDATE poll_state SET note = ?3 WHERE site_id = ?1 AND component = ?2",
                        .keys = 2,
                        .is_replaced = true},
    /* Updates alone: a device that was removed meanwhile does not come back. */
    [STORE_PUT_SOFT] =
        {.sql = "UPDATE poll_state SET next_poll_at = NULLIF(?3, 0), last_latency_ms = ?5,"
                " note = coalesce(?6, note) WHERE site_id = ?1 AND component = ?2;"
                "UPDATE camera SET last_seen_at = NULLIF(?4, 0) WHERE site_id = ?1 AND id = ?7;"
                "UPDATE nvr SET last_seen_at = NULLIF(?4, 0) WHERE site_id = ?1 AND id = ?8",
         .keys = 2,
         .is_replaced = true},
    [STORE_PUT_BREAKER] =
        {.sql = "INSERT INTO circuit_breaker_state(site_id, target_service, state, failure_count,"
                " last_failure_at, last_latency_ms, opened_at, node_id, epoch)"
                " VALUES(?1, ?2, ?3, ?4, NULLIF(?5, 0), ?6, NULLIF(?7, 0), ?8, ?9)"
                " ON CONFLICT(site_id, target_service) DO UPDATE SET state = excluded.state,"
                " failure_count = excluded.failure_count,"
                " last_failure_at = excluded.last_failure_at,"
                " last_latency_ms = excluded.last_latency_ms, opened_at = excluded.opened_at,"
                " node_id = excluded.node_id, epoch = excluded.epoch",
         .keys = 2,
         .is_replaced = true},
    [STORE_DEL_BREAKER] =
        {.sql = "DELETE FROM circuit_breaker_state WHERE site_id = ?1 AND target_service = ?2",
         .keys = 2},
    [STORE_PUT_EVENT] =
        {.sql = "INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score,"
                " ts_event, dedup_key, metadata_json, node_id, epoch)"
                " VALUES(?1, ?2, NULLIF(?3, ''), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
                " ON CONFLICT DO NOTHING",
         .is_droppable = true},
    [STORE_PUT_CURSOR] = {.sql = "INSERT INTO destination_cursor(destination, seq) VALUES(?1, ?2)"
                                 " ON CONFLICT(destination) DO UPDATE SET seq = excluded.seq",
                          .keys = 1,
                          .is_replaced = true},
    [STORE_DEL_CURSOR] = {.sql = "DELETE FROM destination_cursor WHERE destination = ?1",
                          .keys = 1},
    [STORE_PUT_DELIVERY] =
        {.sql = "INSERT INTO notification_log(id, site_id, event_id, channel, severity, status,"
                " target, payload, error_message, created_at, node_id, epoch, kind)"
                " VALUES(?1, ?2, NULLIF(?3, ''), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
                " ON CONFLICT(id) DO UPDATE SET status = excluded.status,"
                " error_message = excluded.error_message, payload = excluded.payload",
         .keys = 1,
         .is_droppable = true},
    [STORE_PUT_LEDGER] = {.sql = "INSERT INTO login_ledger(key, record) VALUES(?1, ?2)"
                                 " ON CONFLICT(key) DO UPDATE SET record = excluded.record",
                          .keys = 1,
                          .is_replaced = true},
    [STORE_DEL_LEDGER] = {.sql = "DELETE FROM login_ledger WHERE key = ?1", .keys = 1},
    [STORE_PUT_OUTGOING] =
        {.sql = "INSERT INTO outbox(id, site_id, route, event_id, state, attempts, payload,"
                " next_at, content, node_id, epoch)"
                " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, NULLIF(?8, 0), ?9, ?10, ?11)"
                " ON CONFLICT(id) DO UPDATE SET site_id = excluded.site_id,"
                " event_id = excluded.event_id, state = excluded.state,"
                " attempts = excluded.attempts, payload = excluded.payload,"
                " next_at = excluded.next_at, content = excluded.content",
         .keys = 1,
         .is_replaced = true},
    [STORE_DEL_OUTGOING] = {.sql = "DELETE FROM outbox WHERE id = ?1", .keys = 1},
    [STORE_PUT_MEMORY] =
        {.sql = "INSERT INTO gateway_state(area, key, site_id, detail, node_id, epoch)"
                " VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                " ON CONFLICT(area, key) DO UPDATE SET site_id = excluded.site_id,"
                " detail = excluded.detail, node_id = excluded.node_id, epoch = excluded.epoch",
         .keys = 2,
         .is_replaced = true},
    [STORE_DEL_MEMORY] = {.sql = "DELETE FROM gateway_state WHERE area = ?1 AND key = ?2",
                          .keys = 2},
    [STORE_PUT_MAINTENANCE] = {.sql = PUT_QUIET("maintenance"), .keys = 1, .is_replaced = true},
    [STORE_PUT_SILENCE] = {.sql = PUT_QUIET("silence"), .keys = 1, .is_replaced = true},
    [STORE_PUT_ACKNOWLEDGEMENT] = {.sql = PUT_QUIET("acknowledgement"),
                                   .keys = 1,
                                   .is_replaced = true},
    [STORE_PUT_REQUEST] = {.sql = "INSERT INTO notify_request(dedup_key, answer, created_at)"
                                  " VALUES(?1, ?2, ?3) ON CONFLICT(dedup_key) DO NOTHING",
                           .keys = 1},
    [STORE_TRIM_LOG] = {.sql = "DELETE FROM notification_log WHERE id IN (SELECT id FROM (SELECT id"
                               " FROM notification_log WHERE created_at < ?1 ORDER BY created_at"
                               " LIMIT ?2) WHERE id IN (SELECT id FROM notification_rev"
                               " WHERE rev <= ?3))"},
    [STORE_TRIM_EVENTS] = {.sql = "DELETE FROM ai_artifact WHERE event_id IN (" OLD_EVENTS(
                               "id") ");"
                                     "DELETE FROM ai_event WHERE seq IN (" OLD_EVENTS("seq") ")"},
    [STORE_TRIM_QUIET] = {.sql = TRIM_QUIET("maintenance") TRIM_QUIET("silence") TRIM_QUIET(
                              "acknowledgement") "DELETE FROM notify_request WHERE dedup_key IN"
                                                 " (SELECT dedup_key FROM notify_request"
                                                 " WHERE created_at < ?1 LIMIT ?2)"},
    [STORE_TRIM_DAYS] = {.sql = "DELETE FROM health_day WHERE rev IN (SELECT rev FROM health_day"
                                " WHERE begins_at < ?1 ORDER BY begins_at LIMIT ?2);"
                                "DELETE FROM health_day_span WHERE rowid IN (SELECT rowid FROM"
                                " health_day_span WHERE until < ?1 / 1000000 ORDER BY until"
                                " LIMIT ?2)"},
    [STORE_PUT_WATCHED] = {.sql = "INSERT INTO watched(one, at) VALUES(1, ?1)"
                                  " ON CONFLICT(one) DO UPDATE SET at = excluded.at"},
    [STORE_COUNT_DAYS] = {.sql = ""},
};

const struct store_rule *store_rule(enum store_kind kind)
{
    return &rules[kind];
}
