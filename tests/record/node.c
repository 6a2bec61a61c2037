/* SPDX-License-Identifier: MIT */
#include "node.h"

#include <criterion/criterion.h>

#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "equal.h"
#include "rig_plugins.h"
#include "rig_watch.h"

struct node node;

void node_configure(const char *hosts, const char *more)
{
    char config[1200];
    snprintf(config, sizeof(config),
             "{\"data_dir\":\"%s\",\"plugins\":{\"postgres\":{\"own_sockets\":true,\"config\":"
             "{\"hosts\":[%s],\"tls\":\"disable\"%s}}},"
             "\"flags\":{\"FEATURE_VMM_SINK_POSTGRES\":true}}",
             node.rig.folder, hosts, more);
    rig_plugins_config(&node.rig, config);
}

void node_open(bool durable)
{
    char hosts[128];
    server_open(&node.server, NULL, durable);
    rig_open(&node.rig, RIG_SCENARIO(6, 1));
    rig_plugins_open(&node.rig, "vivotek", "postgres", NULL);
    snprintf(node.db, sizeof(node.db), "%s/core.db", node.rig.folder);
    snprintf(hosts, sizeof(hosts), "\"%s\"", node.server.folder);
    node_configure(hosts, "");
}

void node_load(void)
{
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_watch_load(&node.rig, shares);
    rig_wait_all(&node.rig, "OK");
}

void node_set_up(void)
{
    if (!server_is_there()) {
        exit(0);
    }
    node_open(false);
    rig_start(&node.rig);
    node_load();
}

void node_tear_down(void)
{
    rig_watch_close(&node.rig);
    server_close(&node.server);
    server_close(&node.standby);
}

void node_expect_equal(void)
{
    equal_wait(&node.rig, node.db, &node.server, NODE_EQUAL_MS);
}

void node_make_event(void)
{
    static int turn;
    char camera[16];
    snprintf(camera, sizeof(camera), "cam-%02d", turn % 4 + 1);
    cr_assert_eq(rig_ctl(&node.rig, NULL, NULL, "camera", "set", camera,
                         turn / 4 % 2 == 0 ? "enabled=false" : "enabled=true", NULL),
                 0);
    turn++;
}

void node_make_events(int count)
{
    for (int i = 0; i < count; i++) {
        node_make_event();
    }
}

void node_wait(const char *count, long long least)
{
    uint64_t until = rig_now_ms() + NODE_EQUAL_MS;
    while (node_number(count) < least) {
        cr_assert_lt(rig_now_ms(), until, "%s", count);
        poll(NULL, 0, 100);
    }
}

void node_make_days(void)
{
    sqlite3 *db = NULL;
    node_wait("SELECT count(*) FROM ai_event WHERE camera_id = 'cam-01'", 1);
    node_expect_equal();
    cr_assert_eq(sqlite3_open_v2(node.db, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    cr_assert_eq(sqlite3_exec(db,
                              "INSERT INTO ai_event(id, site_id, camera_id, event_type, severity,"
                              " score, ts_event, dedup_key, metadata_json, node_id, epoch)"
                              " SELECT '018bcfe5-687b-7fff-bfff-ffffffffffff', site_id, camera_id,"
                              " event_type, severity, score, ts_event - 3 * 86400000000, 'of old',"
                              " metadata_json, node_id, epoch FROM ai_event"
                              " WHERE camera_id = 'cam-01' ORDER BY seq LIMIT 1",
                              NULL, NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_changes(db), 1);
    sqlite3_close(db);
    node_make_event(); /* whoever wrote that one did not tell vmmd */
    node_wait("SELECT count(*) FROM health_day WHERE component = 'camera:cam-01'", 3);
}

long long node_number(const char *sql)
{
    return server_number(&node.server, sql);
}

void node_expect_nothing_twice(const struct server *server)
{
    cr_expect_eq(server_number(server, "SELECT count(*) - count(DISTINCT id) FROM ai_event"), 0);
    cr_expect_eq(server_number(server, "SELECT count(*) - count(DISTINCT dedup_key) FROM ai_event"),
                 0);
}
