/* SPDX-License-Identifier: MIT */
#include "test_hikvision.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vmm_mock *mock;

/* Everything this plugin may ever send, but for the id of a track. */
static const char *const allowed[] = {
    "GET /ISAPI/Security/userCheck",
    "GET /ISAPI/System/deviceInfo",
    "GET /System/deviceInfo",
    "GET /ISAPI/System/time",
    "GET /ISAPI/System/time/ntpServers",
    "GET /ISAPI/System/status",
    "GET /ISAPI/System/Video/inputs/channels",
    "GET /ISAPI/ContentMgmt/InputProxy/channels/status",
    "GET /ISAPI/ContentMgmt/InputProxy/channels",
    "GET /ISAPI/ContentMgmt/Storage",
    "GET /ISAPI/ContentMgmt/Storage/hdd",
    "GET /ISAPI/System/workingstatus/chanStatus?format=json",
    "GET /ISAPI/ContentMgmt/record/tracks/*",
    "POST /ISAPI/ContentMgmt/search",
    "POST /ISAPI/ContentMgmt/record/tracks/*/dailyDistribution",
};

static bool matches(const char *pattern, const char *text)
{
    const char *star = strchr(pattern, '*');
    if (star == NULL) {
        return strcmp(pattern, text) == 0;
    }
    size_t head = (size_t)(star - pattern);
    size_t tail = strlen(star + 1);
    size_t size = strlen(text);
    return size > head + tail && strncmp(pattern, text, head) == 0 &&
           strcmp(text + size - tail, star + 1) == 0 &&
           strspn(text + head, "0123456789") == size - head - tail;
}

static bool is_allowed(const struct vmm_mock_request *request)
{
    char text[512];
    const char *target = request->target;
    bool old = strncmp(target, "/ISAPI", 6) != 0; /* the same paths without the prefix */
    snprintf(text, sizeof(text), "%s %s%s", request->method, old ? "/ISAPI" : "", target);
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        if (matches(allowed[i], text)) {
            /* A POST that only reads says so, and its body is one of the two searches. */
            return strcmp(request->method, "GET") == 0 ||
                   ((request->flags & VMM_HTTP_SAFE) != 0 &&
                    (strstr(request->body, "<CMSearchDescription>") != NULL ||
                     strstr(request->body, "<trackDailyParam>") != NULL));
        }
    }
    return false;
}

void begin(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

void done(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const struct vmm_mock_request *request = vmm_mock_request(mock, i);
        cr_assert(is_allowed(request), "%s %s", request->method, request->target);
    }
    vmm_mock_destroy(mock);
}

const char *fixture(const char *name)
{
    static struct {
        char name[64];
        char text[8192];
    } kept[64];
    size_t at = 0;
    while (at < 64 && kept[at].name[0] != '\0' && strcmp(kept[at].name, name) != 0) {
        at++;
    }
    cr_assert_lt(at, 64);
    if (kept[at].name[0] != '\0') {
        return kept[at].text;
    }
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", FIXTURES, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    (void)!fread(kept[at].text, 1, sizeof(kept[at].text) - 1, file);
    fclose(file);
    snprintf(kept[at].name, sizeof(kept[at].name), "%s", name);
    return kept[at].text;
}

void serve_status(const char *path, uint32_t status, const char *body)
{
    char target[256];
    bool any_query = strchr(path, '?') == NULL && strstr(path, "chanStatus") != NULL;
    snprintf(target, sizeof(target), "%s%s", path, any_query ? "*" : "");
    vmm_mock_serve(mock,
                   &(struct vmm_mock_answer){.target = target, .status = status, .body = body});
}

void serve(const char *path, const char *body)
{
    serve_status(path, 200, body);
}

/* What is served first is answered: these are served last. */
static void serve_rest(void)
{
    serve_status("/*", 403, fixture("response-notsupport.xml"));
}

void serve_recorder(void)
{
    serve("/ISAPI/Security/userCheck", fixture("check-good.xml"));
    serve("/ISAPI/System/deviceInfo", fixture("identity-nvr.xml"));
    serve("/ISAPI/System/time", fixture("time-taipei.xml"));
    serve("/ISAPI/System/time/ntpServers", fixture("ntp.xml"));
    serve("/ISAPI/System/status", fixture("status.xml"));
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", fixture("proxies.xml"));
    serve("/ISAPI/ContentMgmt/InputProxy/channels", fixture("names.xml"));
    serve("/ISAPI/ContentMgmt/Storage", fixture("storage-nvr.xml"));
    serve("/ISAPI/ContentMgmt/search", fixture("search-found.xml"));
    serve("/ISAPI/ContentMgmt/record/tracks/101", fixture("track.xml"));
    serve("/ISAPI/ContentMgmt/record/tracks/201", fixture("track.xml"));
    serve("/ISAPI/ContentMgmt/record/tracks/301", fixture("track.xml"));
    serve("/ISAPI/ContentMgmt/record/tracks/401", fixture("track.xml"));
    serve("/ISAPI/ContentMgmt/record/tracks/*", fixture("days.xml"));
    serve_rest();
}

void serve_camera(void)
{
    serve("/ISAPI/Security/userCheck", fixture("check-good.xml"));
    serve("/ISAPI/System/deviceInfo", fixture("identity-camera.xml"));
    serve("/ISAPI/System/time", fixture("time-taipei.xml"));
    serve("/ISAPI/System/time/ntpServers", fixture("ntp.xml"));
    serve("/ISAPI/System/status", fixture("status.xml"));
    serve("/ISAPI/System/Video/inputs/channels", fixture("inputs-camera.xml"));
    serve("/ISAPI/ContentMgmt/Storage", fixture("storage-none.xml"));
    serve_rest();
}

/* What each look has to keep to: a channel is lost, or live, or off, and that is told once. */
static void assert_told_once(const struct vmm_mock_result *seen)
{
    for (size_t i = 0; i < seen->observation_count; i++) {
        const struct vmm_observation *o = &seen->observations[i];
        bool is_state = o->fact == VMM_FACT_SIGNAL || o->fact == VMM_FACT_CHANNEL_ENABLED ||
                        o->fact == VMM_FACT_CHANNEL_STATE;
        cr_assert(!is_state || vmm_mock_find(seen, o->fact, o->index) == o,
                  "fact %u of %u is told twice", o->fact, o->index);
        cr_assert(o->fact != VMM_FACT_SIGNAL ||
                      vmm_mock_find(seen, VMM_FACT_CHANNEL_ENABLED, o->index) == NULL,
                  "channel %u is off, and has a signal or none", o->index);
    }
}

static uint8_t kept_note[VMM_NOTE_MAX];
static size_t kept_size;

static const struct vmm_mock_result *ask(const char *options, const void *note, size_t size)
{
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.options = options, .note = note, .note_size = size});
    if (seen->note != NULL) {
        kept_size = seen->note_size;
        memcpy(kept_note, seen->note, kept_size);
    }
    assert_told_once(seen);
    return seen;
}

const struct vmm_mock_result *look_with(const char *options)
{
    return ask(options, NULL, 0);
}

const struct vmm_mock_result *look(void)
{
    return look_with("{}");
}

const struct vmm_mock_result *look_again(void)
{
    return ask("{}", kept_note, kept_size);
}

size_t count_asked(const char *path)
{
    size_t count = 0;
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const char *target = vmm_mock_request(mock, i)->target;
        size_t size = strlen(path);
        count += strncmp(target, path, size) == 0 && (target[size] == '\0' || target[size] == '?');
    }
    return count;
}

const struct vmm_observation *fact(const struct vmm_mock_result *seen, uint32_t number,
                                   uint32_t index)
{
    const struct vmm_observation *o = vmm_mock_find(seen, number, index);
    cr_assert_not_null(o, "fact %u of %u", number, index);
    return o;
}

void assert_text(const struct vmm_mock_result *seen, uint32_t number, uint32_t index,
                 const char *text)
{
    const struct vmm_observation *o = fact(seen, number, index);
    cr_assert_eq(o->standing, VMM_STANDING_OK, "fact %u of %u", number, index);
    cr_assert_str_eq(o->text, text);
}

void assert_absent(const struct vmm_mock_result *seen, uint32_t number, uint32_t index)
{
    cr_assert_null(vmm_mock_find(seen, number, index), "fact %u of %u", number, index);
}

void assert_fault(const struct vmm_mock_result *seen, uint32_t number, uint32_t index,
                  uint32_t reason)
{
    const struct vmm_observation *o = fact(seen, number, index);
    cr_assert_eq(o->standing, VMM_STANDING_FAULT, "fact %u of %u", number, index);
    cr_assert_eq(o->reason, reason, "fact %u of %u: %u", number, index, o->reason);
}

void assert_unjudged(const struct vmm_mock_result *seen, uint32_t number, uint32_t index)
{
    cr_assert_eq(fact(seen, number, index)->standing, VMM_STANDING_NOT_JUDGED, "fact %u of %u",
                 number, index);
}

void assert_outcome(const struct vmm_mock_result *seen, uint32_t outcome, uint32_t reason)
{
    cr_assert_eq(seen->accepted, 0);
    cr_assert(seen->finished);
    cr_assert_eq(seen->outcome, outcome, "outcome %u: %s", seen->outcome, seen->detail);
    cr_assert_eq(seen->reason, reason, "reason %u: %s", seen->reason, seen->detail);
}
