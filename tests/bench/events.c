/* SPDX-License-Identifier: MIT */
#include "events.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <vmm/observation.h>

#include "child.h"

#define BATCH       64u   /* events that are handed over at once */
#define UNDER_WAY   8192u /* that are not yet committed */
#define PATIENCE_MS 60000

/* ---- one ---- */

/* A UUID of version 7: the time, then the number, spread like random bits. */
static void write_id(char out[40], uint32_t number, int64_t at_us)
{
    uint64_t ms = (uint64_t)at_us / 1000;
    uint64_t spread = (number + 1) * 0x9e3779b97f4a7c15ull;
    snprintf(out, 40, "%08llx-%04llx-7%03llx-%04llx-%012llx", (unsigned long long)(ms >> 16),
             (unsigned long long)(ms & 0xffff), (unsigned long long)(spread >> 52),
             (unsigned long long)(0x8000 | (spread >> 38 & 0x3fff)),
             (unsigned long long)((spread & 0x3fff) << 32 | number));
}

static void write_time(char out[32], int64_t at_us)
{
    time_t seconds = at_us / 1000000;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t used = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + used, 32 - used, ".%03dZ", (int)(at_us / 1000 % 1000));
}

static void write_metadata(struct made_event *out, bool is_ok, int64_t at_us)
{
    char at[32];
    write_time(at, at_us);
    snprintf(out->metadata, sizeof(out->metadata),
             "{\"from\":\"%s\",\"to\":\"%s\",\"from_severity\":\"%s\",\"from_reason\":\"%s\","
             "\"reason\":\"%s\",\"rung\":\"%s\",\"reasons\":[%s],\"nvr_id\":null,"
             "\"node_id\":\"" EVENTS_NODE "\",\"observed_at\":\"%s\",\"received_at\":\"%s\","
             "\"incident_id\":\"" EVENTS_SITE "/camera:%s/%lld\",\"role\":\"cause\","
             "\"cause\":\"camera:%s\",\"incident\":\"%s\"}",
             is_ok ? "DOWN" : "OK", is_ok ? "OK" : "DOWN", is_ok ? "suspect" : "normal",
             is_ok ? "unreachable" : "none", is_ok ? "none" : "unreachable",
             is_ok ? "none" : "connect", is_ok ? "" : "\"unreachable\"", at, at, out->camera,
             (long long)at_us, out->camera, is_ok ? "closed" : "opened");
}

void events_make(struct made_event *out, uint32_t number, int64_t first_us)
{
    int64_t at_us = first_us + (int64_t)number * EVENTS_STEP_US;
    bool is_ok = number / 1000 % 2 == 1;
    write_id(out->id, number, at_us);
    snprintf(out->camera, sizeof(out->camera), "cam-%04u", number % 1000);
    snprintf(out->dedup_key, sizeof(out->dedup_key), EVENTS_SITE "/camera:%s/%lld/unreachable/%s/1",
             out->camera, (long long)at_us, is_ok ? "DOWN>OK" : "OK>DOWN");
    write_metadata(out, is_ok, at_us);
    out->event =
        (struct store_event){.id = out->id,
                             .site_id = EVENTS_SITE,
                             .camera_id = out->camera,
                             .type = is_ok ? "camera.ok" : "camera.down",
                             .severity = is_ok ? VMM_SEVERITY_NORMAL : VMM_SEVERITY_SUSPECT,
                             .score = 1,
                             .ts_event = at_us,
                             .dedup_key = out->dedup_key,
                             .metadata_json = out->metadata,
                             .node_id = EVENTS_NODE,
                             .epoch = 1};
}

int64_t events_begin(uint32_t count)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 - (int64_t)count * EVENTS_STEP_US;
}

/* ---- a journal of them ---- */

static void on_committed(void *arg, int rc)
{
    if (rc != 0) {
        bench_fail("the store refused a batch of events: %d", rc);
    }
    *(uint32_t *)arg += 1;
}

/* Wait until at most so many batches are not committed. */
static void drain(struct store *store, uint32_t submitted, const uint32_t *done, uint32_t most)
{
    struct pollfd fd = {.fd = store_fd(store), .events = POLLIN};
    while (submitted - *done > most) {
        if (poll(&fd, 1, PATIENCE_MS) <= 0) {
            bench_fail("the store does not commit");
        }
        store_dispatch(store);
    }
}

static void submit(struct store *store, struct store_batch *batch, uint32_t *done)
{
    if (batch == NULL) {
        bench_fail("out of memory");
    }
    store_submit(store, batch, on_committed, done);
}

static void put_site(struct store *store, uint32_t *done)
{
    struct site_record site = {.id = EVENTS_SITE,
                               .tenant_id = "default",
                               .name = "Bench",
                               .timezone = "UTC",
                               .language = "en",
                               .profile = "lan",
                               .way = "direct",
                               .rules = "{}",
                               .enabled = true,
                               .owner_node = EVENTS_NODE,
                               .epoch = 1};
    struct store_batch *batch = store_batch_create();
    if (batch != NULL) {
        store_put_site(batch, &site);
    }
    submit(store, batch, done);
    drain(store, 1, done, 0);
    *done = 0;
}

static void put_all(struct store *store, uint32_t count, int64_t first_us, uint32_t *done)
{
    struct made_event made;
    uint32_t submitted = 0;
    for (uint32_t at = 0; at < count;) {
        struct store_batch *batch = store_batch_create();
        for (uint32_t i = 0; batch != NULL && i < BATCH && at < count; i++) {
            events_make(&made, at++, first_us);
            store_put_event(batch, &made.event);
        }
        submit(store, batch, done);
        submitted++;
        drain(store, submitted, done, UNDER_WAY / BATCH - 1);
    }
    drain(store, submitted, done, 0);
}

struct events_written events_write(const char *path, uint32_t count, int64_t first_us)
{
    struct store_options options = {.path = path};
    struct store_health before;
    struct store_health after;
    struct store *store = NULL;
    uint32_t done = 0;
    if (store_open(&options, &store) != 0 || store_start(store) != 0) {
        bench_fail("%s cannot be opened", path);
    }
    put_site(store, &done);
    store_health(store, &before);
    uint64_t begun = bench_now_us();
    put_all(store, count, first_us, &done);
    struct events_written written = {.us = bench_now_us() - begun};
    store_health(store, &after);
    written.commits = after.commits - before.commits;
    if (store_stop(store) != 0) {
        bench_fail("%s cannot be written", path);
    }
    store_close(store);
    return written;
}
