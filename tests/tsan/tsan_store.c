/* SPDX-License-Identifier: MIT */
/* The store's threads at work together: batches, soft rows, queries, health, and the stop amid all of it. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/observation.h>

#include "base/clock.h"
#include "store/store.h"

#define ROUNDS 400

static int committed;
static int answered;

static void check(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "tsan_store: %s\n", what);
        exit(1);
    }
}

static void on_committed(void *arg, int rc)
{
    (void)arg;
    check(rc == 0, "a batch was not committed");
    committed++;
}

static void on_events(void *arg, int rc, const struct store_event *events, size_t count)
{
    (void)arg;
    check(rc == 0, "a query failed");
    check(count == 0 || events[0].seq > 0, "an event without a place");
    answered++;
}

static void put_site(struct store *store)
{
    struct site_record site = {.id = "north",
                               .tenant_id = "default",
                               .name = "North",
                               .timezone = "UTC",
                               .language = "en",
                               .profile = "lan",
                               .way = "direct",
                               .rules = "{}",
                               .enabled = true,
                               .owner_node = "node",
                               .epoch = 1};
    struct store_batch *batch = store_batch_create();
    store_put_tenant(batch, "default", "default", true);
    store_put_site(batch, &site);
    store_submit(store, batch, on_committed, NULL);
}

static void put_round(struct store *store, int round)
{
    char id[40];
    char key[40];
    snprintf(id, sizeof(id), "00000000-0000-7000-8000-%012d", round);
    snprintf(key, sizeof(key), "key-%d", round);
    struct store_batch *batch = store_batch_create();
    struct store_event event = {.id = id,
                                .site_id = "north",
                                .camera_id = "",
                                .type = "site.test",
                                .severity = VMM_SEVERITY_NORMAL,
                                .score = 1,
                                .ts_event = clock_wall_us(),
                                .dedup_key = key,
                                .metadata_json = "{}",
                                .node_id = "node",
                                .epoch = 1};
    struct store_component component = {.site_id = "north",
                                        .component = "site",
                                        .health = VMM_HEALTH_OK,
                                        .node_id = "node",
                                        .epoch = 1,
                                        .state = id,
                                        .state_size = strlen(id)};
    struct store_soft soft = {.site_id = "north", .component = "site", .last_seen_at = round};
    store_put_event(batch, &event);
    store_put_component(batch, &component);
    store_put_soft(batch, &soft);
    store_put_cursor(batch, "sink", round);
    store_submit(store, batch, on_committed, NULL);
}

static void drive(struct store *store)
{
    struct store_event_filter filter = {.limit = 10, .descending = true};
    struct store_health health;
    for (int round = 1; round <= ROUNDS; round++) {
        put_round(store, round);
        check(store_query_events(store, &filter, on_events, NULL) == 0, "a query was refused");
        store_health(store, &health);
        store_dispatch(store);
    }
    while (committed < ROUNDS / 2) {
        struct pollfd ready = {.fd = store_fd(store), .events = POLLIN};
        poll(&ready, 1, 1000);
        store_dispatch(store);
    }
}

int main(void)
{
    char folder[] = "/tmp/vmm-tsan-XXXXXX";
    char path[64];
    char command[96];
    struct store *store = NULL;
    check(mkdtemp(folder) != NULL, "no folder");
    snprintf(path, sizeof(path), "%s/core.db", folder);
    struct store_options options = {
        .path = path, .reserve_bytes = 65536, .commit_interval_ms = 1, .days_period_ms = 1};
    check(store_open(&options, &store) == 0 && store_start(store) == 0, "the store did not open");
    put_site(store);
    drive(store);
    check(store_stop(store) == 0, "something was left behind");
    store_dispatch(store);
    check(committed == ROUNDS + 1 && answered == ROUNDS, "an answer is missing");
    store_close(store);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command) == 0 ? 0 : 1;
}
