/* SPDX-License-Identifier: MIT */
/* The record in a real PostgreSQL, under everything that happens to a database. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "equal.h"
#include "rig_plugins.h"
#include "rig_watch.h"

#define EQUAL_MS 60000

struct bench {
    struct rig rig;
    struct server server;
    char db[192];
};

static struct bench bench;

static void configure(const char *hosts, const char *more)
{
    char config[1200];
    snprintf(config, sizeof(config),
             "{\"data_dir\":\"%s\",\"plugins\":{\"postgres\":{\"own_sockets\":true,\"config\":"
             "{\"hosts\":[%s],\"tls\":\"disable\"%s}}},"
             "\"flags\":{\"FEATURE_VMM_SINK_POSTGRES\":true}}",
             bench.rig.folder, hosts, more);
    rig_plugins_config(&bench.rig, config);
}

static void open_bench(bool durable)
{
    char hosts[128];
    server_open(&bench.server, NULL, durable);
    rig_open(&bench.rig, RIG_SCENARIO(6, 1));
    rig_plugins_open(&bench.rig, "vivotek", "postgres", NULL);
    snprintf(bench.db, sizeof(bench.db), "%s/core.db", bench.rig.folder);
    snprintf(hosts, sizeof(hosts), "\"%s\"", bench.server.folder);
    configure(hosts, "");
}

static void load(void)
{
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_watch_load(&bench.rig, shares);
    rig_wait_all(&bench.rig, "OK");
}

static void set_up(void)
{
    if (!server_is_there()) {
        exit(0);
    }
    open_bench(false);
    rig_start(&bench.rig);
    load();
}

static void tear_down(void)
{
    rig_watch_close(&bench.rig);
    server_close(&bench.server);
}

TestSuite(postgres, .init = set_up, .fini = tear_down, .timeout = 300);

static void expect_equal(void)
{
    equal_wait(&bench.rig, bench.db, &bench.server, EQUAL_MS);
}

Test(postgres, both_stores_become_equal_and_stay_so)
{
    expect_equal();
    json_decref(rig_farm(&bench.rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"down\"}"));
    rig_wait_health(&bench.rig, "cam-01", "DOWN unreachable");
    expect_equal();
    cr_expect_eq(server_number(&bench.server, "SELECT count(*) FROM camera"), 6);
    cr_expect_geq(server_number(&bench.server, "SELECT count(*) FROM ai_event"), 7);
    cr_expect_geq(server_number(&bench.server, "SELECT count(*) FROM notification_log"), 1);
    cr_expect_eq(server_number(&bench.server, "SELECT count(*) FROM camera WHERE status = 'DOWN'"),
                 1);
}
