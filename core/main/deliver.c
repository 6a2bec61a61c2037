/* SPDX-License-Identifier: MIT */
#include "main/deliver.h"

#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include <vmm/errors.h>
#include <vmm/sink.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rng.h"
#include "base/text.h"
#include "gateway/outbox.h"
#include "main/journal.h"

#define DESTINATIONS_MAX 64u

struct item {
    char *id;
    char *site_id;
    char *dedup_key;
    char *json;
    uint32_t severity;
};

struct destination {
    struct deliver *deliver;
    char name[64];
    struct outbox outbox;
    struct plugin *plugin;
    struct host *host; /* that has the batch */
    uint64_t batch_id;
    struct item items[OUTBOX_BATCH_MAX];
    struct event *timer;
    bool failing; /* it did not take the last message; said once */
    uint64_t sent;
    uint64_t failed;
    uint64_t dropped;
};

struct deliver {
    struct daemon *daemon;
    struct destination *destinations[DESTINATIONS_MAX];
    size_t count;
    uint64_t batches;
    struct rng rng;
};

static void act(struct destination *destination, uint32_t todo);

/* ---- the batch ---- */

static void free_items(struct destination *destination)
{
    for (uint32_t i = 0; i < OUTBOX_BATCH_MAX; i++) {
        struct item *item = &destination->items[i];
        free(item->id);
        free(item->site_id);
        free(item->dedup_key);
        free(item->json);
        *item = (struct item){0};
    }
}

static char *event_text(const struct store_event *event)
{
    json_t *object = journal_event_json(event);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

static bool copy_item(struct item *item, const struct store_event *event)
{
    *item = (struct item){.id = strdup(event->id),
                          .site_id = strdup(event->site_id),
                          .dedup_key = strdup(event->dedup_key),
                          .json = event_text(event),
                          .severity = event->severity};
    return item->id != NULL && item->site_id != NULL && item->dedup_key != NULL &&
           item->json != NULL;
}

static void on_page(void *arg, int rc, const struct store_event *events, size_t count)
{
    struct destination *destination = arg;
    int64_t seq[OUTBOX_BATCH_MAX];
    bool whole = rc == 0 && count <= OUTBOX_BATCH_MAX;
    free_items(destination);
    for (size_t i = 0; whole && i < count; i++) {
        seq[i] = events[i].seq;
        whole = copy_item(&destination->items[i], &events[i]);
    }
    uint64_t random = rng_next(&destination->deliver->rng);
    act(destination, whole ? outbox_page(&destination->outbox, seq, (uint32_t)count)
                           : outbox_page_failed(&destination->outbox, clock_mono_us(), random));
}

static void fetch(struct destination *destination)
{
    struct store_event_filter filter = {.after_seq = destination->outbox.settled,
                                        .limit = OUTBOX_BATCH_MAX};
    int rc = store_query_events(destination->deliver->daemon->store, &filter, on_page, destination);
    if (rc != 0) {
        on_page(destination, rc, NULL, 0);
    }
}

static void lost(struct destination *destination)
{
    destination->host = NULL;
    act(destination,
        outbox_lost(&destination->outbox, clock_mono_us(), rng_next(&destination->deliver->rng)));
}

static void send_batch(struct destination *destination)
{
    struct batch_item items[BATCH_ITEMS_MAX];
    struct batch_message message = {.count = destination->outbox.count, .items = items};
    for (uint32_t i = 0; i < message.count; i++) {
        const struct item *item = &destination->items[i];
        items[i] = (struct batch_item){.id = item->id,
                                       .dedup_key = item->dedup_key,
                                       .site_id = item->site_id,
                                       .severity = (uint8_t)item->severity,
                                       .json = item->json};
    }
    destination->host = destination->plugin != NULL ? plugin_pick(destination->plugin, 0) : NULL;
    struct buf *out = destination->host != NULL ? host_out(destination->host) : NULL;
    destination->batch_id = ++destination->deliver->batches;
    if (out == NULL || message_put_batch(out, destination->batch_id, &message) != 0) {
        lost(destination);
        return;
    }
    host_flush(destination->host);
}

/* ---- what the outbox wants ---- */

static void save(struct destination *destination)
{
    struct store_batch *batch = store_batch_create();
    if (batch == NULL) {
        return; /* the next save carries a later cursor */
    }
    store_put_cursor(batch, destination->name, destination->outbox.settled);
    store_submit(destination->deliver->daemon->store, batch, NULL, NULL);
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

static void act(struct destination *destination, uint32_t todo)
{
    if (todo & OUTBOX_DO_SAVE) {
        save(destination);
    }
    if (todo & OUTBOX_DO_SEND) {
        send_batch(destination);
    }
    if (todo & OUTBOX_DO_FETCH) {
        fetch(destination);
    }
    arm(destination);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct destination *destination = arg;
    act(destination, outbox_tick(&destination->outbox, clock_mono_us()));
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
    text_format(destination->name, sizeof(destination->name), "%s", name);
    outbox_init(&destination->outbox, 0);
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

void deliver_grown(struct deliver *deliver)
{
    for (size_t i = 0; i < deliver->count; i++) {
        act(deliver->destinations[i], outbox_grown(&deliver->destinations[i]->outbox));
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
    act(destination, outbox_ready(&destination->outbox, true));
}

void deliver_plugin_unready(struct deliver *deliver, struct plugin *plugin)
{
    struct destination *destination = find(deliver, plugin_name(plugin));
    if (destination != NULL) {
        act(destination, outbox_ready(&destination->outbox, false));
    }
}

void deliver_plugin_removed(struct deliver *deliver, struct plugin *plugin)
{
    struct destination *destination = find(deliver, plugin_name(plugin));
    if (destination != NULL && destination->plugin == plugin) {
        destination->plugin = NULL;
        act(destination, outbox_ready(&destination->outbox, false));
    }
}

/* ---- what hosts say ---- */

static void log_attempt(struct destination *destination, uint32_t index, const char *status,
                        const char *why)
{
    const struct item *item = &destination->items[index];
    struct store_batch *batch = store_batch_create();
    if (batch == NULL) {
        return;
    }
    int64_t now = clock_wall_us();
    const struct daemon *daemon = destination->deliver->daemon;
    const struct fleet_site *site = fleet_find_site(daemon->fleet, item->site_id);
    struct store_delivery row = {
        .id = store_delivery_id(now, (uint32_t)rng_next(&destination->deliver->rng)),
        .site_id = item->site_id,
        .event_id = item->id,
        .channel = destination->name,
        .severity = item->severity,
        .status = status,
        .target = destination->name,
        .payload = "",
        .error_message = why,
        .created_at = now,
        .node_id = daemon->config->core.node_id,
        .epoch = site != NULL ? site->record.epoch : 1};
    store_put_delivery(batch, &row);
    store_submit(daemon->store, batch, NULL, NULL);
}

static void count(struct destination *destination, uint32_t index, uint32_t verdict,
                  const char *why)
{
    char clean[TEXT_MAX + 1];
    text_clean(why, strlen(why), clean);
    if (verdict == VMM_SINK_DELIVERED) {
        destination->sent++;
        destination->failing = false;
        log_attempt(destination, index, "sent", "");
        return;
    }
    if (verdict == VMM_SINK_DROP) {
        destination->dropped++;
    }
    destination->failed++;
    log_attempt(destination, index, "failed", clean);
    if (!destination->failing) {
        log_warn("deliver", "%s: %s", destination->name, clean);
    }
    destination->failing = true;
}

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
    count(destination, message.index, message.verdict, message.why);
    act(destination,
        outbox_settle(&destination->outbox, message.index, outbox_verdict(message.verdict),
                      (uint64_t)message.retry_after_ms * CLOCK_MS, clock_mono_us(),
                      rng_next(&deliver->rng)));
    return 0;
}

void deliver_lost(struct deliver *deliver, struct host *host)
{
    for (size_t i = 0; i < deliver->count; i++) {
        if (deliver->destinations[i]->host == host) {
            lost(deliver->destinations[i]);
        }
    }
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
        free_items(deliver->destinations[i]);
        event_free(deliver->destinations[i]->timer);
        free(deliver->destinations[i]);
    }
    free(deliver);
}
