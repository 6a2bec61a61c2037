/* SPDX-License-Identifier: MIT */
#include "main/deliver.h"

#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include <vmm/errors.h>
#include <vmm/sink.h>

#include "base/clock.h"
#include "base/log.h"
#include "gateway/json_text.h"
#include "main/destination.h"

/* ---- the batch ---- */

static void lost(struct destination *destination)
{
    destination->host = NULL;
    if (destination->held != UINT32_MAX) {
        deliver_log_held(destination);
    }
    deliver_act(destination, outbox_lost(&destination->outbox, clock_mono_us(),
                                         rng_next(&destination->deliver->rng)));
}

static void send_batch(struct destination *destination)
{
    struct batch_item items[BATCH_ITEMS_MAX];
    struct batch_message message = {.count = destination->outbox.count, .items = items};
    deliver_items(destination, items, message.count);
    destination->host = destination->plugin != NULL ? plugin_pick(destination->plugin, 0) : NULL;
    struct buf *out = destination->host != NULL ? host_out(destination->host) : NULL;
    destination->batch_id = ++destination->deliver->batches;
    if (out == NULL || message_put_batch(out, destination->batch_id, &message) != 0) {
        lost(destination);
        return;
    }
    host_flush(destination->host);
}

static void arm(struct destination *destination)
{
    uint64_t next = outbox_next(&destination->outbox);
    if (next == UINT64_MAX) {
        event_del(destination->timer);
        return;
    }
    uint64_t now = clock_mono_us();
    uint64_t wait = next > now ? next - now : 0;
    struct timeval tv = clock_span(wait);
    event_add(destination->timer, &tv);
}

void deliver_act(struct destination *destination, uint32_t todo)
{
    if (todo & OUTBOX_DO_SAVE) {
        deliver_log_save(destination);
    }
    if (destination->outbox.state != OUTBOX_SENDING || destination->outbox.open == 0 || todo != 0) {
        deliver_log_submit(destination);
    }
    if (todo & OUTBOX_DO_SEND) {
        send_batch(destination);
    }
    if (todo & OUTBOX_DO_FETCH) {
        deliver_fetch(destination);
    }
    arm(destination);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct destination *destination = arg;
    deliver_act(destination, outbox_tick(&destination->outbox, clock_mono_us()));
}

/* ---- destinations ---- */

static struct destination *find(const struct deliver *deliver, const char *name)
{
    for (size_t i = 0; i < deliver->count; i++) {
        if (strcmp(deliver->destinations[i]->name, name) == 0) {
            return deliver->destinations[i];
        }
    }
    return NULL;
}

static struct destination *add(struct deliver *deliver, const char *name)
{
    struct destination *destination =
        deliver->count < DESTINATIONS_MAX ? calloc(1, sizeof(*destination)) : NULL;
    if (destination == NULL) {
        return NULL;
    }
    destination->deliver = deliver;
    destination->held = UINT32_MAX;
    text_format(destination->name, sizeof(destination->name), "%s", name);
    outbox_init(&destination->outbox, 0);
    backlog_init(&destination->backlog);
    destination->timer = event_new(deliver->daemon->base, -1, 0, on_timer, destination);
    if (destination->timer == NULL) {
        free(destination);
        return NULL;
    }
    deliver->destinations[deliver->count++] = destination;
    return destination;
}

int deliver_restore(struct deliver *deliver, const char *name, int64_t seq)
{
    struct destination *destination = add(deliver, name);
    if (destination == NULL) {
        return VMM_E_NOMEM;
    }
    outbox_init(&destination->outbox, seq);
    return 0;
}

bool deliver_restore_cut(struct deliver *deliver, const json_t *json)
{
    struct destination *destination = find(deliver, json_text(json, "sink"));
    if (destination != NULL) {
        backlog_restore(&destination->backlog, json_text(json, "subject"));
    }
    return destination != NULL;
}

bool deliver_restore_dropped(struct deliver *deliver, const json_t *json)
{
    struct destination *destination = find(deliver, json_text(json, "sink"));
    uint64_t dropped[VMM_SEVERITY_COUNT] = {[VMM_SEVERITY_NORMAL] = json_count(json, "normal"),
                                            [VMM_SEVERITY_SUSPECT] = json_count(json, "suspect"),
                                            [VMM_SEVERITY_CRITICAL] = json_count(json, "critical")};
    if (destination != NULL) {
        backlog_restore_dropped(&destination->backlog, dropped);
    }
    return destination != NULL;
}

void deliver_grown(struct deliver *deliver)
{
    for (size_t i = 0; i < deliver->count; i++) {
        deliver_act(deliver->destinations[i], outbox_grown(&deliver->destinations[i]->outbox));
    }
}

void deliver_plugin_ready(struct deliver *deliver, struct plugin *plugin)
{
    struct destination *destination = find(deliver, plugin_name(plugin));
    destination = destination != NULL ? destination : add(deliver, plugin_name(plugin));
    if (destination == NULL) {
        log_error("deliver", "%s: there are too many destinations", plugin_name(plugin));
        return;
    }
    destination->plugin = plugin;
    deliver_act(destination, outbox_ready(&destination->outbox, true));
}

void deliver_plugin_unready(struct deliver *deliver, struct plugin *plugin)
{
    struct destination *destination = find(deliver, plugin_name(plugin));
    if (destination != NULL) {
        destination->measured_us = 0;
        deliver_act(destination, outbox_ready(&destination->outbox, false));
    }
}

void deliver_plugin_removed(struct deliver *deliver, struct plugin *plugin)
{
    struct destination *destination = find(deliver, plugin_name(plugin));
    if (destination != NULL && destination->plugin == plugin) {
        destination->plugin = NULL;
        deliver_act(destination, outbox_ready(&destination->outbox, false));
    }
}

/* ---- what hosts say ---- */

static uint32_t outbox_verdict(uint32_t verdict)
{
    return verdict == VMM_SINK_DELIVERED ? OUTBOX_DELIVERED
           : verdict == VMM_SINK_DROP    ? OUTBOX_DROPPED
                                         : OUTBOX_RETRY;
}

static struct destination *with_batch(const struct deliver *deliver, const struct host *host,
                                      uint64_t batch_id)
{
    for (size_t i = 0; i < deliver->count; i++) {
        struct destination *destination = deliver->destinations[i];
        if (destination->host == host && destination->batch_id == batch_id) {
            return destination;
        }
    }
    return NULL;
}

int deliver_settled(struct deliver *deliver, struct host *host, const struct frame *frame)
{
    struct settled_message message;
    if (message_get_settled(frame, &message) != 0 || message.verdict < VMM_SINK_DELIVERED ||
        message.verdict > VMM_SINK_DROP) {
        return VMM_E_PROTO;
    }
    struct destination *destination = with_batch(deliver, host, frame->id);
    if (destination == NULL || message.index >= destination->outbox.count ||
        destination->outbox.verdict[message.index] != OUTBOX_OPEN) {
        return VMM_E_PROTO;
    }
    deliver_log(destination, message.index, message.verdict, message.why);
    if (destination->outbox.open == 1 && destination->held != UINT32_MAX) {
        deliver_log_held(destination);
    }
    deliver_act(destination,
                outbox_settle(&destination->outbox, message.index, outbox_verdict(message.verdict),
                              (uint64_t)message.retry_after_ms * CLOCK_MS, clock_mono_us(),
                              rng_next(&deliver->rng)));
    return 0;
}

void deliver_lost(struct deliver *deliver, struct host *host)
{
    for (size_t i = 0; i < deliver->count; i++) {
        if (deliver->destinations[i]->host == host) {
            deliver_log_lost(deliver->destinations[i]);
            lost(deliver->destinations[i]);
        }
    }
}

int64_t deliver_has_to_keep(const struct deliver *deliver)
{
    int64_t seq = INT64_MAX;
    for (size_t i = 0; i < deliver->count; i++) {
        const struct destination *destination = deliver->destinations[i];
        if (plugin_set_find(deliver->daemon->plugins, destination->name) != NULL &&
            destination->outbox.settled < seq) {
            seq = destination->outbox.settled;
        }
    }
    return seq;
}

bool deliver_has(const struct deliver *deliver, const char *name)
{
    return find(deliver, name) != NULL;
}

bool deliver_view(const struct deliver *deliver, size_t index, struct deliver_view *view)
{
    if (index >= deliver->count) {
        return false;
    }
    const struct destination *destination = deliver->destinations[index];
    *view = (struct deliver_view){.name = destination->name,
                                  .settled = destination->outbox.settled,
                                  .ready = destination->outbox.sink_ready,
                                  .under_way = destination->outbox.state == OUTBOX_SENDING,
                                  .failures = destination->outbox.failures,
                                  .sent = destination->sent,
                                  .failed = destination->failed,
                                  .dropped = destination->dropped};
    return true;
}

struct deliver *deliver_create(struct daemon *daemon)
{
    struct deliver *deliver = calloc(1, sizeof(*deliver));
    if (deliver == NULL) {
        return NULL;
    }
    uint64_t seed = clock_mono_us();
    ssize_t got = getrandom(&seed, sizeof(seed), 0);
    (void)got;
    deliver->daemon = daemon;
    rng_init(&deliver->rng, seed);
    return deliver;
}

void deliver_destroy(struct deliver *deliver)
{
    if (deliver == NULL) {
        return;
    }
    for (size_t i = 0; i < deliver->count; i++) {
        deliver_free_items(deliver->destinations[i]);
        backlog_finish(&deliver->destinations[i]->backlog);
        store_batch_destroy(deliver->destinations[i]->log);
        event_free(deliver->destinations[i]->timer);
        free(deliver->destinations[i]);
    }
    free(deliver);
}
