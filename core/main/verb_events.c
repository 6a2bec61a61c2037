/* SPDX-License-Identifier: MIT */
/* events: a page of the journal, or the journal as it grows. Nobody misses the event of a verdict that he has seen. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "health/words.h"
#include "main/control.h"
#include "main/journal.h"
#include "main/written.h"

#define PAGE_ROWS       100u
#define FOLLOW_EVERY_US 500000

struct events {
    struct daemon *daemon;
    struct ctl_call *call;
    struct event *timer;     /* with follow: when to look again */
    struct written *written; /* what is on its way is waited for; NULL: it is not */
    char *site;
    char *camera;
    char *type;
    int64_t since;
    int64_t after;
    size_t left; /* rows still to be sent; SIZE_MAX: no limit */
    bool follow;
    bool asking;  /* a query is under way, whose answer ends the call of a client that has gone */
    bool waited;  /* what was handed to the store before is written, or takes too long */
    bool started; /* the first row to be sent is known */
};

static void destroy(struct events *events)
{
    written_forget(events->written);
    if (events->timer != NULL) {
        event_free(events->timer);
    }
    free(events->site);
    free(events->camera);
    free(events->type);
    free(events);
}

static void set_timer(struct events *events, suseconds_t us)
{
    struct timeval tv = {.tv_usec = us};
    event_add(events->timer, &tv);
}

static void fail(struct events *events, const char *code, const char *message)
{
    ctl_fail(events->call, code, message, NULL);
    destroy(events);
}

static void on_page(void *arg, int rc, const struct store_event *rows, size_t count)
{
    struct events *events = arg;
    events->asking = false;
    if (ctl_cancelled(events->call) || rc != 0) {
        fail(events, CTL_UNAVAILABLE, "the journal cannot be read now");
        return;
    }
    json_t *page = json_array();
    for (size_t i = 0; i < count && events->left > 0; i++) {
        json_array_append_new(page, journal_event_row(&rows[i]));
        events->after = rows[i].seq;
        events->left -= events->left != SIZE_MAX && !events->follow;
    }
    if (json_array_size(page) > 0) {
        ctl_rows(events->call, page);
        return;
    }
    json_decref(page);
    if (events->follow) {
        set_timer(events, FOLLOW_EVERY_US);
        return;
    }
    ctl_done(events->call, NULL);
    destroy(events);
}

static void query(struct events *events, bool descending, uint32_t limit, store_events_fn answer)
{
    struct store_event_filter filter = {.site_id = events->site,
                                        .camera_id = events->camera,
                                        .type = events->type,
                                        .since = events->since,
                                        .after_seq = descending ? 0 : events->after,
                                        .limit = limit,
                                        .descending = descending};
    events->asking = true;
    if (store_query_events(events->daemon->store, &filter, answer, events) != 0) {
        fail(events, CTL_UNAVAILABLE, "the journal cannot be read now");
    }
}

/* The newest so many: go back that far, then forward. */
static void on_newest(void *arg, int rc, const struct store_event *rows, size_t count)
{
    struct events *events = arg;
    events->asking = false;
    events->started = true;
    if (rc != 0 || count == 0 || ctl_cancelled(events->call)) {
        on_page(events, rc, rows, 0);
        return;
    }
    events->after = rows[count - 1].seq - 1;
    query(events, false, PAGE_ROWS, on_page);
}

static void ask(struct events *events)
{
    if (!events->started && events->left != SIZE_MAX) {
        query(events, true, (uint32_t)events->left, on_newest);
        return;
    }
    query(events, false, PAGE_ROWS, on_page);
}

static void on_written(void *arg)
{
    struct events *events = arg;
    events->written = NULL;
    ask(events);
}

static void next_page(void *arg, struct ctl_call *call)
{
    (void)call;
    struct events *events = arg;
    if (!events->waited) {
        events->waited = true;
        events->written = written_wait(events->daemon, on_written, events);
    }
    if (events->written == NULL) {
        ask(events);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    ask(arg);
}

/* The client has gone. A query under way ends the call itself. */
static void gone(void *arg, struct ctl_call *call)
{
    struct events *events = arg;
    if (!events->asking) {
        ctl_done(call, NULL);
        destroy(events);
    }
}

void verb_events(struct daemon *daemon, struct ctl_call *call, json_t *args,
                 const struct ctl_peer *peer)
{
    (void)peer;
    static const char *const names[] = {"site", "camera", "type", "since", "limit", "follow", NULL};
    if (control_unknown(call, args, names)) {
        return;
    }
    bool bad = false;
    int64_t since = 0;
    int64_t limit = control_number(args, "limit", 0, STORE_PAGE_MAX, 100, &bad);
    const char *text = control_text(args, "since");
    if (bad || (text[0] != '\0' && clock_parse(text, &since) != 0)) {
        ctl_fail(call, CTL_INVALID, bad ? "limit is 0 to 1000" : "since is no time",
                 bad ? NULL : "write it like 2026-11-21T22:49:01Z");
        return;
    }
    struct events *events = calloc(1, sizeof(*events));
    if (events != NULL) {
        *events = (struct events){.daemon = daemon,
                                  .call = call,
                                  .site = strdup(control_text(args, "site")),
                                  .camera = strdup(control_text(args, "camera")),
                                  .type = strdup(control_text(args, "type")),
                                  .since = since,
                                  .left = limit > 0 ? (size_t)limit : SIZE_MAX,
                                  .follow = json_is_true(json_object_get(args, "follow"))};
        events->timer = event_new(daemon->base, -1, 0, on_timer, events);
    }
    if (events == NULL || events->timer == NULL) {
        ctl_fail(call, CTL_INTERNAL, "no memory", NULL);
        free(events);
        return;
    }
    ctl_set_source(call, next_page, gone, events);
}
