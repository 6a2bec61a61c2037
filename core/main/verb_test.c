/* SPDX-License-Identifier: MIT */
/* site.test, nvr.test, camera.test, credential.test: full looks one after another, each through the ledger. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "health/words.h"
#include "main/control.h"
#include "main/explain.h"
#include "main/fleet_words.h"
#include "main/watch.h"

struct test {
    struct daemon *daemon;
    struct ctl_call *call;
    uint32_t *devices;
    size_t count;
    size_t at;
    uint32_t good;
};

static void test_next(struct test *test);

static void on_tested(void *arg, uint32_t handle, int rc)
{
    (void)rc;
    struct test *test = arg;
    const struct fleet_device *device = fleet_device(test->daemon->fleet, handle);
    if (device != NULL) {
        json_t *row = explain_look(test->daemon, device);
        const char *outcome = json_string_value(json_object_get(row, "outcome"));
        test->good += outcome != NULL && strcmp(outcome, "ok") == 0;
        if (row != NULL && json_is_object(row)) {
            json_object_set_new(row, "device", json_string(device->record.id));
            json_object_set_new(row, "provider", json_string(fleet_speaker(&device->record)));
            json_object_set(row, "took_ms", json_object_get(row, "total_ms"));
            ctl_rows(test->call, json_pack("[o]", row));
        } else {
            json_decref(row);
        }
    }
    test_next(test);
}

/* Everything that keeps a device from being looked at, each with what to do about it. */
static void write_blocks(const struct daemon *daemon, const struct fleet_device *device,
                         struct buf *out)
{
    uint64_t blocks = verdict_blocks(daemon->watch, device->handle);
    buf_text(out, "it is not watched now");
    const char *between = ": ";
    for (uint32_t reason = reason_take(&blocks); reason != 0; reason = reason_take(&blocks)) {
        const struct explain_words words = explain_words(daemon, device, reason);
        bool is_asked_for = reason == VMM_REASON_DISABLED;
        buf_printf(out, "%s%s%s%s%s", between, words.seen, is_asked_for ? "" : " (",
                   is_asked_for ? "" : words.remedy, is_asked_for ? "" : ")");
        between = "; ";
    }
}

/* One that could not be looked at is told too. */
static void tell_skipped(struct test *test, const struct fleet_device *device, int rc)
{
    struct buf why;
    buf_init(&why);
    if (rc == VMM_E_AGAIN) {
        buf_text(&why, "its connections are in use, or its provider is starting");
    } else {
        write_blocks(test->daemon, device, &why);
    }
    ctl_rows(test->call,
             json_pack("[{s:s, s:s, s:n, s:n, s:n, s:s, s:s, s:n}]", "device", device->record.id,
                       "provider", device->record.provider, "outcome", "rung", "reason", "detail",
                       buf_cstr(&why), "login", "none", "took_ms"));
    buf_finish(&why);
}

static void test_next(struct test *test)
{
    while (test->at < test->count && !ctl_cancelled(test->call)) {
        const struct fleet_device *device =
            fleet_device(test->daemon->fleet, test->devices[test->at++]);
        int rc = device != NULL ? watch_probe(test->daemon->watch, device->handle, on_tested, test)
                                : VMM_E_NOENT;
        if (rc == 0) {
            return;
        }
        if (device != NULL) {
            tell_skipped(test, device, rc);
        }
    }
    ctl_done(test->call,
             json_pack("{s:i, s:i}", "tested", (int)test->count, "ok", (int)test->good));
    free(test->devices);
    free(test);
}

static bool is_tested(const struct daemon *daemon, unsigned kind, const char *id, uint32_t handle,
                      bool seen[WATCH_PROVIDERS_MAX])
{
    const struct fleet_device *device = fleet_device(daemon->fleet, handle);
    if (device == NULL) {
        return false;
    }
    if (kind == FLEET_SITE) {
        return device->record.enabled && strcmp(device->record.site_id, id) == 0;
    }
    if (kind != FLEET_CREDENTIAL) {
        return strcmp(device->record.id, id) == 0;
    }
    uint16_t provider = daemon->watch->devices[handle].provider;
    bool first = strcmp(device->record.credential_id, id) == 0 && !seen[provider];
    seen[provider] = seen[provider] || first;
    return first;
}

void verb_fleet_test(struct daemon *daemon, struct ctl_call *call, const char *verb, json_t *args)
{
    static const char *const names[] = {"id", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    bool seen[WATCH_PROVIDERS_MAX] = {false};
    struct test *test = calloc(1, sizeof(*test));
    uint32_t *devices = calloc(fleet_device_end(daemon->fleet) + 1, sizeof(*devices));
    if (test == NULL || devices == NULL) {
        free(test);
        free(devices);
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    *test = (struct test){.daemon = daemon, .call = call, .devices = devices};
    for (uint32_t i = 0; i < fleet_device_end(daemon->fleet); i++) {
        if (is_tested(daemon, fleet_words_kind(verb), control_text(args, "id"), i, seen)) {
            devices[test->count++] = i;
        }
    }
    if (test->count == 0) {
        free(test);
        free(devices);
        ctl_fail(call, CTL_NOT_FOUND, "there is nothing of this id to be looked at", NULL);
        return;
    }
    watch_pulse(daemon->watch);
    test_next(test);
}
