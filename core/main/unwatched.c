/* SPDX-License-Identifier: MIT */
#include "main/unwatched.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "main/journal.h"
#include "main/watch.h"

#define SIGN_S 30
#define LEAST_US                                                                                   \
    (60ll * 1000000) /* between two lives; a shorter time may only be that no sign was due */

struct unwatched {
    struct watch *watch;
    struct event *timer;
    int64_t last; /* wall time; 0: it never watched */
    bool started;
};

/* ---- the sign ---- */

static void put_sign(struct unwatched *unwatched)
{
    unwatched->last = clock_wall_us();
    store_put_watched(watch_durable(unwatched->watch), unwatched->last);
}

/* While nothing can be written there is no news either: the last sign stands. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct unwatched *unwatched = arg;
    (void)fd;
    (void)what;
    if (watch_can_write(unwatched->watch)) {
        put_sign(unwatched);
    }
}

/* ---- the event ---- */

static json_t *metadata(const char *why, const char *node_id, int64_t since, int64_t until)
{
    char texts[2][CLOCK_TEXT_SIZE];
    return json_pack("{s:s, s:s, s:s, s:I, s:s}", "why", why, "since", clock_text(since, texts[0]),
                     "until", clock_text(until, texts[1]), "seconds",
                     (json_int_t)((until - since) / (int64_t)CLOCK_S), "node_id", node_id);
}

static void tell(struct unwatched *unwatched, const char *why, int64_t since, int64_t until)
{
    struct watch *watch = unwatched->watch;
    const char *node_id = watch->daemon->config->core.node_id;
    char site[96];
    char key[160];
    text_format(site, sizeof(site), "_node:%s", node_id);
    text_format(key, sizeof(key), "%s/unwatched/%lld>%lld", site, (long long)since,
                (long long)until);
    struct store_event row = {.site_id = site,
                              .camera_id = "",
                              .type = "node.unwatched",
                              .severity = VMM_SEVERITY_NORMAL,
                              .ts_event = since,
                              .dedup_key = key,
                              .node_id = node_id,
                              .epoch = 1};
    journal_put(watch_durable(watch), &row, metadata(why, node_id, since, until), until);
    watch->durable_has_event = true;
    watch->events++;
}

/* ---- life ---- */

void unwatched_restore(struct unwatched *unwatched, int64_t at)
{
    unwatched->last = at;
}

void unwatched_start(struct unwatched *unwatched)
{
    int64_t now = clock_wall_us();
    int64_t since = unwatched->last;
    struct timeval every = {.tv_sec = SIGN_S};
    if (since != 0 && now - since >= LEAST_US) {
        log_info("watch", "nothing was watched for %lld s before this start",
                 (long long)((now - since) / (int64_t)CLOCK_S));
        tell(unwatched, "not_running", since, now);
    }
    put_sign(unwatched);
    unwatched->started = true;
    event_add(unwatched->timer, &every);
}

void unwatched_pause(struct unwatched *unwatched, uint64_t gap_us)
{
    int64_t now = clock_wall_us();
    tell(unwatched, "stood_still", now - (int64_t)gap_us, now);
    put_sign(unwatched);
}

void unwatched_stop(struct unwatched *unwatched)
{
    if (unwatched->started) {
        put_sign(unwatched);
        event_del(unwatched->timer);
    }
}

struct unwatched *unwatched_create(struct watch *watch)
{
    struct unwatched *unwatched = calloc(1, sizeof(*unwatched));
    if (unwatched == NULL) {
        return NULL;
    }
    unwatched->watch = watch;
    unwatched->timer = event_new(watch->daemon->base, -1, EV_PERSIST, on_timer, unwatched);
    if (unwatched->timer == NULL) {
        free(unwatched);
        return NULL;
    }
    return unwatched;
}

void unwatched_destroy(struct unwatched *unwatched)
{
    if (unwatched != NULL) {
        event_free(unwatched->timer);
        free(unwatched);
    }
}
