/* SPDX-License-Identifier: MIT */
/* notify.send: a message from outside, answered when it is durable. notify.noise: what makes the most messages. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/uuid.h"
#include "health/words.h"
#include "main/control.h"
#include "main/notify.h"
#include "store/notify.h"

#define LINES_MAX 20u
#define NOISE_US  (7ll * 86400 * 1000000)

/* ---- sending ---- */

struct request {
    struct daemon *daemon;
    struct ctl_call *call;
    char key[TEXT_MAX + 1];
    char site[72];
    uint32_t severity;
    enum notice_kind kind;
    json_t *extra;
    const char *channels[POLICY_CHANNELS_MAX];
    json_t *channel_texts; /* that `channels` points into; NULL: those of the site */
};

static void destroy(struct request *request)
{
    json_decref(request->extra);
    json_decref(request->channel_texts);
    free(request);
}

static json_t *clean_text(const char *text)
{
    char clean[TEXT_MAX + 1];
    text_clean(text, strlen(text), clean);
    return json_string(clean);
}

/* The text of the caller, a line a line; the first is the title unless one is given. */
static json_t *extra_of(const json_t *args)
{
    json_t *lines = json_array();
    char *copy = strdup(control_text(args, "text"));
    char *rest = copy;
    const char *title = control_text(args, "title");
    for (char *line = strsep(&rest, "\n"); line != NULL && json_array_size(lines) <= LINES_MAX;
         line = strsep(&rest, "\n")) {
        json_array_append_new(lines, clean_text(line));
    }
    free(copy);
    json_t *head = title[0] != '\0' ? clean_text(title) : json_incref(json_array_get(lines, 0));
    if (title[0] == '\0') {
        json_array_remove(lines, 0);
    }
    return json_pack("{s:o, s:o}", "title", head, "lines", lines);
}

static void answer(struct request *request)
{
    struct policy_list channels = {.items = request->channels,
                                   .count = json_array_size(request->channel_texts)};
    struct gateway_note note = {.kind = request->kind,
                                .site_id = request->site,
                                .severity = request->severity,
                                .extra = request->extra,
                                .channels = request->channel_texts != NULL ? &channels : NULL};
    char id[UUID_TEXT_SIZE];
    struct notify *notify = request->daemon->notify;
    int64_t now = clock_wall_us();
    int count = gateway_note(notify->gateway, &note, notify_now());
    if (count <= 0) {
        ctl_fail(request->call, count == 0 ? CTL_REFUSED : CTL_INTERNAL,
                 count == 0
                     ? "there is nobody to tell: no sink for people is on, or gateway.json keeps"
                       " the site silent"
                     : "no memory",
                 count == 0 ? "switch one on, or name a channel" : NULL);
        destroy(request);
        return;
    }
    json_t *result = json_pack("{s:s, s:i, s:o}", "id", uuid_new(now, id), "channels", count,
                               "accepted_at", control_time(now));
    char *text = request->key[0] != '\0' ? json_dumps(result, JSON_COMPACT) : NULL;
    struct store_batch *batch = text != NULL ? notify_batch(notify) : NULL;
    if (batch != NULL) {
        store_put_request(batch, request->key, text, now);
    }
    free(text);
    gateway_tick(notify->gateway, notify_now());
    verb_quiet_answer(request->daemon, request->call, result);
    destroy(request);
}

/* The same key gets the first answer, and nothing is sent again. */
static void on_request(void *arg, int rc, const char *first)
{
    struct request *request = arg;
    json_t *result = first != NULL ? json_loads(first, 0, NULL) : NULL;
    if (rc != 0) {
        ctl_fail(request->call, CTL_UNAVAILABLE, "the store does not answer", NULL);
        destroy(request);
    } else if (result != NULL) {
        ctl_done(request->call, result);
        destroy(request);
    } else {
        answer(request);
    }
}

static bool read_channels(struct request *request, const json_t *args)
{
    const json_t *given = json_object_get(args, "channels");
    if (given == NULL || json_is_null(given)) {
        return true;
    }
    if (!json_is_array(given) || json_array_size(given) == 0 ||
        json_array_size(given) > POLICY_CHANNELS_MAX) {
        return false;
    }
    request->channel_texts = json_deep_copy(given);
    for (size_t i = 0; i < json_array_size(given); i++) {
        request->channels[i] = json_string_value(json_array_get(request->channel_texts, i));
        if (request->channels[i] == NULL ||
            !notify_has_channel(request->daemon->notify, request->channels[i])) {
            return false;
        }
    }
    return true;
}

static const char *read_request(struct request *request, const json_t *args)
{
    const char *severity = control_text(args, "severity");
    int number = severity[0] != '\0' ? severity_number(severity) : VMM_SEVERITY_NORMAL;
    const char *site = control_text(args, "site");
    const char *key = control_text(args, "dedup_key");
    request->severity = number >= 0 ? (uint32_t)number : 0;
    request->kind = json_is_true(json_object_get(args, "test")) ? NOTICE_TEST : NOTICE_NOTE;
    text_format(request->site, sizeof(request->site), "%s", site);
    if (strlen(key) > TEXT_MAX || number < 0) {
        return number < 0 ? "severity is normal, suspect or critical" : "dedup_key is too long";
    }
    text_clean(key, strlen(key), request->key);
    if (site[0] != '\0' && fleet_find_site(request->daemon->fleet, site) == NULL) {
        return "there is no such site";
    }
    if (control_text(args, "text")[0] == '\0' && control_text(args, "title")[0] == '\0') {
        return "there is nothing to say: text is missing";
    }
    if (!read_channels(request, args)) {
        return "channels is a list of sinks for people that are on, \"gchat\" or \"gchat:room\"";
    }
    request->extra = extra_of(args);
    return request->extra != NULL ? NULL : "no memory";
}

void verb_notify_send(struct daemon *daemon, struct ctl_call *call, json_t *args,
                      const struct ctl_peer *peer)
{
    static const char *const names[] = {"site",      "title", "text",     "severity",
                                        "dedup_key", "test",  "channels", NULL};
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    struct request *request = calloc(1, sizeof(*request));
    if (request == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        return;
    }
    request->daemon = daemon;
    request->call = call;
    const char *wrong = read_request(request, args);
    if (wrong != NULL) {
        ctl_fail(call, CTL_INVALID, wrong, NULL);
        destroy(request);
    } else if (request->key[0] == '\0') {
        answer(request);
    } else if (store_query_request(daemon->store, request->key, on_request, request) != 0) {
        on_request(request, VMM_E_IO, NULL);
    }
}

/* ---- noise ---- */

static void on_noise(void *arg, int rc, const struct store_noise *rows, size_t count)
{
    struct ctl_call *call = arg;
    json_t *list = json_array();
    if (rc != 0) {
        json_decref(list);
        ctl_fail(call, CTL_UNAVAILABLE, "the notification log cannot be read now", NULL);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct store_noise *row = &rows[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:o, s:o, s:o, s:s, s:I, s:o}", "site_id", row->site_id, "camera",
                      control_string(row->camera_id), "type", control_string(row->event_type),
                      "reason", control_string(row->reason), "status", row->status, "count",
                      (json_int_t)row->count, "last_at", control_time(row->last_at)));
    }
    ctl_rows(call, list);
    ctl_done(call, NULL);
}

void verb_notify_noise(struct daemon *daemon, struct ctl_call *call, json_t *args,
                       const struct ctl_peer *peer)
{
    static const char *const names[] = {"site", "since", "limit", NULL};
    bool bad = false;
    int64_t since = clock_wall_us() - NOISE_US;
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    int64_t limit = control_number(args, "limit", 1, STORE_PAGE_MAX, 20, &bad);
    const char *text = control_text(args, "since");
    if (bad || (text[0] != '\0' && clock_parse(text, &since) != 0)) {
        ctl_fail(call, CTL_INVALID, bad ? "limit is 1 to 1000" : "since is no time",
                 bad ? NULL : "write it like 2026-11-21T22:49:01Z");
        return;
    }
    if (store_query_noise(daemon->store, control_text(args, "site"), since, (uint32_t)limit,
                          on_noise, call) != 0) {
        ctl_fail(call, CTL_UNAVAILABLE, "the notification log cannot be read now", NULL);
    }
}
