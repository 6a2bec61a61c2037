/* SPDX-License-Identifier: MIT */
/* Every operation, written, closed, opened again and loaded. */
#include "store_help.h"

TestSuite(store_records, .init = help_dir_create, .fini = help_dir_remove);

/* What the loader was given, as one line a row. */
struct seen {
    char text[4096];
    size_t size;
    int rows;
};

static void say(struct seen *seen, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct seen *seen, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(seen->text + seen->size, sizeof(seen->text) - seen->size, format, args);
    va_end(args);
    cr_assert(n > 0 && seen->size + (size_t)n < sizeof(seen->text));
    seen->size += (size_t)n;
    seen->rows++;
}

static int on_tenant(void *arg, const char *id, const char *name, bool enabled)
{
    say(arg, "tenant %s %s %d\n", id, name, enabled);
    return 0;
}

static int on_site(void *arg, const struct site_record *s)
{
    say(arg, "site %s %s %s %s %s %s %s %d %lld %s %llu %s\n", s->id, s->tenant_id, s->name,
        s->timezone, s->language, s->profile, s->way, s->enabled, (long long)s->commissioned_at,
        s->owner_node, (unsigned long long)s->epoch, s->rules);
    return 0;
}

static int on_nvr(void *arg, const struct nvr_record *n)
{
    say(arg, "nvr %s %s %s\n", n->id, n->site_id, n->name);
    return 0;
}

static int on_camera(void *arg, const struct camera_record *c)
{
    say(arg, "camera %s %s [%s] %s %u %u %s %s %lld %lld %d %s\n", c->id, c->site_id, c->nvr_id,
        c->name, c->nvr_channel, c->priority, c->tags, c->expected, (long long)c->commissioned_at,
        (long long)c->retired_at, c->enabled, c->rules);
    return 0;
}

static int on_device(void *arg, const struct device_record *d)
{
    say(arg, "device %s %s %u %s [%s %s] %s %u [%s/%s] %u %u [%s] %s %d %u %s %s %s %s %d %02x\n",
        d->id, d->site_id, d->kind, d->provider, d->effective_provider, d->effective_place, d->host,
        d->port, d->port_group, d->link, d->tls, d->auth, d->credential_id, d->options, d->enabled,
        d->connections, d->model, d->firmware, d->serial, d->mac, d->has_tls_pin, d->tls_pin[31]);
    return 0;
}

static int on_component(void *arg, const struct store_component *c, const void *note,
                        size_t note_size)
{
    say(arg, "component %s %s %u %u %lld %lld %u %u %d %s %llu <%.*s> <%.*s>\n", c->site_id,
        c->component, c->health, c->severity, (long long)c->next_poll_at,
        (long long)c->last_seen_at, c->last_latency_ms, c->consecutive_failures, c->load_shed_mode,
        c->node_id, (unsigned long long)c->epoch, (int)c->state_size, (const char *)c->state,
        (int)note_size, note == NULL ? "" : (const char *)note);
    return 0;
}

static int on_breaker(void *arg, const struct store_breaker *b)
{
    say(arg, "breaker %s %s %s %u %lld %u %lld %s %llu\n", b->site_id, b->target_service, b->state,
        b->failure_count, (long long)b->last_failure_at, b->last_latency_ms,
        (long long)b->opened_at, b->node_id, (unsigned long long)b->epoch);
    return 0;
}

static int on_ledger(void *arg, const char *key, const void *bytes, size_t size)
{
    say(arg, "ledger %s <%.*s>\n", key, (int)size, (const char *)bytes);
    return 0;
}

static int on_cursor(void *arg, const char *destination, int64_t seq)
{
    say(arg, "cursor %s %lld\n", destination, (long long)seq);
    return 0;
}

/* Stop, close, open again, load. */
static void reload(struct store *store, struct seen *seen)
{
    *seen = (struct seen){0};
    cr_assert_eq(store_stop(store), 0);
    store_dispatch(store);
    store_close(store);
    struct store_loader loader = {seen,      on_tenant, on_site,      on_nvr,
                                  on_camera, on_device, on_component, on_breaker,
                                  on_ledger, on_cursor, NULL};
    struct store *again = help_open();
    cr_assert_eq(store_load(again, &loader), 0);
    store_close(again);
}

static void put_fleet(struct store_batch *batch)
{
    struct site_record site = help_site("s1");
    struct nvr_record nvr = {.id = "n1", .site_id = "s1", .name = "recorder"};
    struct camera_record camera = {.id = "c1",
                                   .site_id = "s1",
                                   .nvr_id = "n1",
                                   .name = "Tür 1",
                                   .nvr_channel = 4,
                                   .priority = 1,
                                   .tags = "[\"cash\"]",
                                   .expected = "{\"recording\":\"off\"}",
                                   .rules = "{\"ok_count\":4}",
                                   .enabled = true,
                                   .commissioned_at = 5,
                                   .retired_at = 6};
    struct device_record device = {.id = "c1",
                                   .site_id = "s1",
                                   .kind = DEVICE_CAMERA,
                                   .provider = "rtsp",
                                   .effective_provider = "onvif",
                                   .effective_place = "https:443",
                                   .host = "10.0.0.7",
                                   .port = 554,
                                   .port_group = "a",
                                   .link = "switch-3",
                                   .tls = TLS_PIN,
                                   .auth = AUTH_BASIC,
                                   .credential_id = "k1",
                                   .options = "{\"path\":\"/x\"}",
                                   .enabled = true,
                                   .connections = 2,
                                   .model = "M1",
                                   .firmware = "F2",
                                   .serial = "S3",
                                   .mac = "00:11",
                                   .tls_pin = {[31] = 0xab},
                                   .has_tls_pin = true};
    store_put_tenant(batch, "t1", "Tenant", true);
    store_put_site(batch, &site);
    store_put_nvr(batch, &nvr);
    store_put_camera(batch, &camera);
    store_put_device(batch, &device);
}

static void put_state(struct store_batch *batch)
{
    struct store_component component = {.site_id = "s1",
                                        .component = "camera:c1",
                                        .health = VMM_HEALTH_DOWN,
                                        .severity = VMM_SEVERITY_CRITICAL,
                                        .next_poll_at = 100,
                                        .last_seen_at = 90,
                                        .last_latency_ms = 12,
                                        .consecutive_failures = 5,
                                        .load_shed_mode = true,
                                        .node_id = "n1",
                                        .epoch = 3,
                                        .state = "opaque",
                                        .state_size = 6};
    struct store_breaker breaker = {.site_id = "s1",
                                    .target_service = "device:c1",
                                    .state = "half_open",
                                    .failure_count = 5,
                                    .last_failure_at = 80,
                                    .last_latency_ms = 7,
                                    .opened_at = 70,
                                    .node_id = "n1",
                                    .epoch = 3};
    store_put_component(batch, &component);
    store_put_note(batch, "s1", "camera:c1", "nonce", 5);
    store_put_breaker(batch, &breaker);
    store_put_ledger(batch, "10.0.0.7/admin", "proven", 6);
    store_put_cursor(batch, "jsonl", 42);
}

static const char everything[] =
    "tenant t1 Tenant 1\n"
    "site s1 t1 Taipei 1 Asia/Taipei zh-TW lan direct 1 11 n1 1 {}\n"
    "nvr n1 s1 recorder\n"
    "camera c1 s1 [n1] Tür 1 4 1 [\"cash\"] {\"recording\":\"off\"} 5 6 1 {\"ok_count\":4}\n"
    "device c1 s1 1 rtsp [onvif https:443] 10.0.0.7 554 [a/switch-3] 2 2 [k1] {\"path\":\"/x\"} 1 "
    "2 M1 F2 S3 "
    "00:11 1 "
    "ab\n"
    "component s1 camera:c1 3 2 100 90 12 5 1 n1 3 <opaque> <nonce>\n"
    "breaker s1 device:c1 half_open 5 80 7 70 n1 3\n"
    "ledger 10.0.0.7/admin <proven>\n"
    "cursor jsonl 42\n";

Test(store_records, all_come_back)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    put_fleet(batch);
    put_state(batch);
    cr_assert_eq(help_commit(store, batch), 0);
    struct seen seen;
    reload(store, &seen);
    cr_expect_str_eq(seen.text, everything);
}

Test(store_records, a_put_writes_over)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    put_fleet(batch);
    put_state(batch);
    put_fleet(batch);
    put_state(batch);
    store_put_cursor(batch, "jsonl", 43);
    store_put_ledger(batch, "10.0.0.7/admin", "refused", 7);
    cr_assert_eq(help_commit(store, batch), 0);
    struct seen seen;
    reload(store, &seen);
    cr_expect_eq(seen.rows, 9);
    cr_expect_not_null(strstr(seen.text, "cursor jsonl 43\n"));
    cr_expect_not_null(strstr(seen.text, "ledger 10.0.0.7/admin <refused>\n"));
    cr_expect_not_null(strstr(seen.text, "component s1 camera:c1 3 2"));
}

Test(store_records, device_columns_are_copied_whatever_comes_first)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    struct site_record site = help_site("s1");
    struct device_record device = {.id = "c1",
                                   .site_id = "s1",
                                   .kind = DEVICE_CAMERA,
                                   .provider = "rtsp",
                                   .effective_provider = "",
                                   .effective_place = "",
                                   .host = "10.0.0.7",
                                   .port = 554,
                                   .port_group = "",
                                   .link = "",
                                   .credential_id = "",
                                   .options = "{}",
                                   .model = "M",
                                   .firmware = "",
                                   .serial = "",
                                   .mac = "aa"};
    struct camera_record camera = help_camera("c1", "s1");
    struct nvr_record nvr = {.id = "n1", .site_id = "s1", .name = "recorder"};
    store_put_site(batch, &site);
    store_put_device(batch, &device);
    store_put_camera(batch, &camera);
    store_put_nvr(batch, &nvr);
    device.id = "n1";
    device.kind = DEVICE_NVR;
    store_put_device(batch, &device);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(help_number("SELECT count(*) FROM camera WHERE provider = 'rtsp' AND port = 554"
                             " AND host = '10.0.0.7' AND model = 'M' AND mac = 'aa'"),
                 1);
    cr_expect_eq(help_number("SELECT count(*) FROM nvr WHERE provider = 'rtsp' AND port = 554"), 1);
    store_close(store);
}

Test(store_records, status_and_last_seen_are_the_cameras)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    put_fleet(batch);
    put_state(batch);
    struct camera_record moved = help_camera("c1", "s1");
    store_put_camera(batch, &moved);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(
        help_number("SELECT count(*) FROM camera WHERE status = 'DOWN' AND last_seen_at = 90"
                    " AND nvr_channel IS NULL"),
        1);
    cr_expect_eq(help_number("SELECT count(*) FROM poll_state WHERE severity = 'critical'"), 1);
    store_close(store);
}

Test(store_records, removals)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    put_fleet(batch);
    put_state(batch);
    cr_assert_eq(help_commit(store, batch), 0);
    batch = store_batch_create();
    store_del_camera(batch, "s1", "c1");
    store_del_nvr(batch, "s1", "n1");
    store_del_ledger(batch, "10.0.0.7/admin");
    store_del_cursor(batch, "jsonl");
    store_del_site(batch, "s1");
    cr_assert_eq(help_commit(store, batch), 0);
    struct seen seen;
    reload(store, &seen);
    cr_expect_str_eq(seen.text, "tenant t1 Tenant 1\n");
}

Test(store_records, a_device_alone_goes)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    put_fleet(batch);
    put_state(batch);
    store_del_device(batch, "s1", "c1");
    store_del_component(batch, "s1", "camera:c1");
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(help_number("SELECT count(*) FROM camera WHERE provider = '' AND host = ''"), 1);
    struct seen seen;
    reload(store, &seen);
    cr_expect_null(strstr(seen.text, "device"));
    cr_expect_null(strstr(seen.text, "component"));
    cr_expect_null(strstr(seen.text, "breaker"));
}

Test(store_records, a_refused_batch_leaves_nothing_and_spoils_no_other)
{
    struct store *store = help_start();
    struct store_batch *good = store_batch_create();
    put_fleet(good);
    struct store_batch *bad = store_batch_create();
    store_put_tenant(bad, "t2", "half", true);
    struct camera_record twice = help_camera("c2", "s1");
    twice.nvr_id = "n1";
    twice.nvr_channel = 4;
    store_put_camera(bad, &twice);
    struct store_batch *after = store_batch_create();
    store_put_tenant(after, "t3", "whole", true);
    struct help_commit results[3] = {0};
    store_submit(store, good, help_committed, &results[0]);
    store_submit(store, bad, help_committed, &results[1]);
    store_submit(store, after, help_committed, &results[2]);
    help_wait(store, &results[2].done, 1);
    cr_expect_eq(results[0].rc, 0);
    cr_expect_eq(results[1].rc, VMM_E_INVAL);
    cr_expect_eq(results[2].rc, 0);
    cr_expect_eq(help_number("SELECT count(*) FROM tenant WHERE id = 't2'"), 0);
    cr_expect_eq(help_number("SELECT count(*) FROM tenant"), 2);
    struct store_batch *in_use = store_batch_create();
    store_del_site(in_use, "s1");
    cr_expect_eq(help_commit(store, in_use), VMM_E_INVAL);
    struct store_batch *nowhere = store_batch_create();
    struct camera_record lost = help_camera("c3", "no-such-site");
    store_put_camera(nowhere, &lost);
    cr_expect_eq(help_commit(store, nowhere), VMM_E_INVAL);
    store_close(store);
}

Test(store_records, over_the_limits)
{
    struct store *store = help_start();
    char big[STORE_STATE_MAX + 1] = {0};
    struct store_component component = help_component("s1", "camera:c1");
    component.state = big;
    component.state_size = sizeof(big);
    struct store_batch *batch = store_batch_create();
    store_put_component(batch, &component);
    cr_expect_eq(help_commit(store, batch), VMM_E_TOOBIG);
    component.state_size = STORE_STATE_MAX;
    component.severity = VMM_SEVERITY_COUNT;
    batch = store_batch_create();
    store_put_component(batch, &component);
    cr_expect_eq(help_commit(store, batch), VMM_E_RANGE);
    cr_expect_eq(help_number("SELECT count(*) FROM poll_state"), 0);
    store_close(store);
}

static int stop_loading(void *arg, const char *id, const char *name, bool enabled)
{
    (void)arg;
    (void)id;
    (void)name;
    (void)enabled;
    return VMM_E_NOMEM;
}

Test(store_records, a_callback_ends_the_loading)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    store_put_tenant(batch, "t1", "a", true);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(store_load(store, &(struct store_loader){.tenant = stop_loading}), VMM_E_STATE);
    store_close(store);
    store = help_open();
    cr_expect_eq(store_load(store, &(struct store_loader){.tenant = stop_loading}), VMM_E_NOMEM);
    store_close(store);
}
