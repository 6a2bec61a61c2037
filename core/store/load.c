/* SPDX-License-Identifier: MIT */
/* Reading at the start everything that vmmd keeps in memory. */
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "base/log.h"
#include "store/db.h"
#include "store/internal.h"

#define AREA "store"

typedef int (*row_fn)(const struct store_loader *loader, sqlite3_stmt *row);

static uint32_t health_number(const char *text)
{
#define WORD(number, NAME, word) word,
    static const char *const words[] = {VMM_HEALTHS(WORD)};
    for (uint32_t i = 0; i < VMM_HEALTH_COUNT; i++) {
        if (strcmp(words[i], text) == 0) {
            return i;
        }
    }
    return VMM_HEALTH_UNKNOWN;
}

uint32_t store_severity_number(const char *text)
{
    static const char *const words[] = {VMM_SEVERITIES(WORD)};
#undef WORD
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        if (strcmp(words[i], text) == 0) {
            return i;
        }
    }
    return VMM_SEVERITY_NORMAL;
}

static uint32_t number(sqlite3_stmt *row, int column)
{
    return (uint32_t)sqlite3_column_int64(row, column);
}

static int load_tenant(const struct store_loader *loader, sqlite3_stmt *row)
{
    return loader->tenant(loader->arg, store_db_text(row, 0), store_db_text(row, 1),
                          number(row, 2) != 0);
}

static int load_site(const struct store_loader *loader, sqlite3_stmt *row)
{
    struct site_record site = {
        .id = store_db_text(row, 0),
        .tenant_id = store_db_text(row, 1),
        .name = store_db_text(row, 2),
        .timezone = store_db_text(row, 3),
        .language = store_db_text(row, 4),
        .profile = store_db_text(row, 5),
        .way = store_db_text(row, 6),
        .enabled = number(row, 7) != 0,
        .commissioned_at = sqlite3_column_int64(row, 8),
        .owner_node = store_db_text(row, 9),
        .epoch = (uint64_t)sqlite3_column_int64(row, 10),
        .rules = store_db_text(row, 11),
    };
    return loader->site(loader->arg, &site);
}

static int load_nvr(const struct store_loader *loader, sqlite3_stmt *row)
{
    struct nvr_record nvr = {
        .id = store_db_text(row, 0),
        .site_id = store_db_text(row, 1),
        .name = store_db_text(row, 2),
    };
    return loader->nvr(loader->arg, &nvr);
}

static int load_camera(const struct store_loader *loader, sqlite3_stmt *row)
{
    struct camera_record camera = {
        .id = store_db_text(row, 0),
        .site_id = store_db_text(row, 1),
        .nvr_id = store_db_text(row, 2),
        .name = store_db_text(row, 3),
        .nvr_channel = number(row, 4),
        .priority = number(row, 5),
        .tags = store_db_text(row, 6),
        .expected = store_db_text(row, 7),
        .commissioned_at = sqlite3_column_int64(row, 8),
        .retired_at = sqlite3_column_int64(row, 9),
        .enabled = number(row, 10) != 0,
        .rules = store_db_text(row, 11),
    };
    return loader->camera(loader->arg, &camera);
}

static int load_device(const struct store_loader *loader, sqlite3_stmt *row)
{
    struct device_record device = {
        .id = store_db_text(row, 0),
        .site_id = store_db_text(row, 1),
        .kind = number(row, 2),
        .provider = store_db_text(row, 3),
        .effective_provider = store_db_text(row, 4),
        .host = store_db_text(row, 5),
        .port = (uint16_t)number(row, 6),
        .port_group = store_db_text(row, 7),
        .tls = number(row, 8),
        .auth = number(row, 9),
        .credential_id = store_db_text(row, 10),
        .options = store_db_text(row, 11),
        .enabled = number(row, 12) != 0,
        .connections = number(row, 13),
        .model = store_db_text(row, 14),
        .firmware = store_db_text(row, 15),
        .serial = store_db_text(row, 16),
        .mac = store_db_text(row, 17),
        .has_tls_pin = sqlite3_column_bytes(row, 18) == TLS_PIN_SIZE,
        .link = store_db_text(row, 19),
        .effective_place = store_db_text(row, 20),
    };
    if (device.has_tls_pin) {
        memcpy(device.tls_pin, sqlite3_column_blob(row, 18), TLS_PIN_SIZE);
    }
    return loader->device(loader->arg, &device);
}

static int load_component(const struct store_loader *loader, sqlite3_stmt *row)
{
    struct store_component component = {
        .site_id = store_db_text(row, 0),
        .component = store_db_text(row, 1),
        .severity = store_severity_number(store_db_text(row, 2)),
        .next_poll_at = sqlite3_column_int64(row, 3),
        .last_latency_ms = number(row, 4),
        .consecutive_failures = number(row, 5),
        .load_shed_mode = number(row, 6) != 0,
        .node_id = store_db_text(row, 7),
        .epoch = (uint64_t)sqlite3_column_int64(row, 8),
        .state = sqlite3_column_blob(row, 10),
        .state_size = (size_t)sqlite3_column_bytes(row, 10),
        .health = health_number(store_db_text(row, 11)),
        .last_seen_at = sqlite3_column_int64(row, 12),
    };
    const void *note = sqlite3_column_blob(row, 9);
    return loader->component(loader->arg, &component, note, (size_t)sqlite3_column_bytes(row, 9));
}

static int load_breaker(const struct store_loader *loader, sqlite3_stmt *row)
{
    struct store_breaker breaker = {
        .site_id = store_db_text(row, 0),
        .target_service = store_db_text(row, 1),
        .state = store_db_text(row, 2),
        .failure_count = number(row, 3),
        .last_failure_at = sqlite3_column_int64(row, 4),
        .last_latency_ms = number(row, 5),
        .opened_at = sqlite3_column_int64(row, 6),
        .node_id = store_db_text(row, 7),
        .epoch = (uint64_t)sqlite3_column_int64(row, 8),
    };
    return loader->breaker(loader->arg, &breaker);
}

static int load_ledger(const struct store_loader *loader, sqlite3_stmt *row)
{
    const void *bytes = sqlite3_column_blob(row, 1);
    return loader->ledger(loader->arg, store_db_text(row, 0), bytes,
                          (size_t)sqlite3_column_bytes(row, 1));
}

static int load_cursor(const struct store_loader *loader, sqlite3_stmt *row)
{
    return loader->cursor(loader->arg, store_db_text(row, 0), sqlite3_column_int64(row, 1));
}

static int load_watched(const struct store_loader *loader, sqlite3_stmt *row)
{
    return loader->watched(loader->arg, sqlite3_column_int64(row, 0));
}

static int load_table(struct store *store, const struct store_loader *loader, const char *sql,
                      row_fn load_row)
{
    sqlite3 *db = store->writer.db;
    sqlite3_stmt *row = NULL;
    int refused = 0;
    int rc = sqlite3_prepare_v2(db, sql, -1, &row, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(row);
        while (rc == SQLITE_ROW && refused == 0) {
            refused = load_row(loader, row);
            rc = sqlite3_step(row);
        }
    }
    sqlite3_finalize(row);
    if (refused != 0) {
        return refused;
    }
    int error = store_db_error(rc);
    if (error != 0) {
        log_error(AREA, "%s: loading: %s", store->path, sqlite3_errmsg(db));
    }
    if (error == VMM_E_CORRUPT) {
        store_suspect(store);
    }
    return error;
}

int store_load(struct store *store, const struct store_loader *loader)
{
    /* The columns are in the order in which the load_ functions read them. */
    const struct {
        bool is_wanted;
        row_fn load_row;
        const char *sql;
    } tables[] = {
        {loader->tenant != NULL, load_tenant, "SELECT id, name, enabled FROM tenant"},
        {loader->site != NULL, load_site,
         "SELECT id, tenant_id, name, timezone, language, profile, way, enabled, commissioned_at,"
         " owner_node, epoch, rules FROM site"},
        {loader->nvr != NULL, load_nvr, "SELECT id, site_id, name FROM nvr"},
        {loader->camera != NULL, load_camera,
         "SELECT id, site_id, nvr_id, name, nvr_channel, priority, tags_json, expected,"
         " commissioned_at, retired_at, enabled, rules FROM camera"},
        {loader->device != NULL, load_device,
         "SELECT id, site_id, kind, provider, effective_provider, host, port, port_group, tls,"
         " auth, credential_id, options_json, enabled, connections, model, firmware, serial, mac,"
         " tls_pin, link, effective_place FROM device"},
        {loader->component != NULL, load_component,
         "SELECT p.site_id, p.component, p.severity, p.next_poll_at, p.last_latency_ms,"
         " p.consecutive_failures, p.load_shed_mode, p.node_id, p.epoch, p.note, s.state,"
         " coalesce(c.status, n.status, ''), coalesce(c.last_seen_at, n.last_seen_at)"
         " FROM poll_state AS p"
         " JOIN component_state AS s ON s.site_id = p.site_id AND s.component = p.component"
         " LEFT JOIN camera AS c ON p.component LIKE 'camera:%'"
         " AND c.site_id = p.site_id AND c.id = substr(p.component, 8)"
         " LEFT JOIN nvr AS n ON p.component LIKE 'nvr:%'"
         " AND n.site_id = p.site_id AND n.id = substr(p.component, 5)"},
        {loader->breaker != NULL, load_breaker,
         "SELECT site_id, target_service, state, failure_count, last_failure_at, last_latency_ms,"
         " opened_at, node_id, epoch FROM circuit_breaker_state"},
        {loader->ledger != NULL, load_ledger, "SELECT key, record FROM login_ledger"},
        {loader->cursor != NULL, load_cursor, "SELECT destination, seq FROM destination_cursor"},
        {loader->watched != NULL, load_watched, "SELECT at FROM watched"},
    };
    int rc = store->is_started ? VMM_E_STATE : 0;
    for (size_t i = 0; rc == 0 && i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (tables[i].is_wanted) {
            rc = load_table(store, loader, tables[i].sql, tables[i].load_row);
        }
    }
    return rc;
}
