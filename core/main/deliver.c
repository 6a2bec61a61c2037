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
#include "gateway/backlog.h"
#include "gateway/outbox.h"
#include "gateway/scrub.h"
#include "health/words.h"
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
    struct backlog backlog;
    bool is_measured;        /* since it was last ready */
    struct store_batch *log; /* rows of the notification log, and the cursor, of this batch */
    bool failing;            /* it did not take the last message; said once */
    int64_t failed_row;      /* of the log: its attempts that failed in a row; 0: none */
    uint32_t attempts;       /* how many */
    uint32_t held; /* the first message of the batch that is held back; UINT32_MAX: none */
    char held_why[TEXT_MAX + 1];
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
static void log_held(struct destination *destination);

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

/* The event that tells of it is in the journal. */
static void on_told(void *arg, int rc)
{
    if (rc == 0) {
        deliver_grown(arg);
    }
}

/* What an event is, or ends. */
static uint32_t weight_of(const struct store_event *event)
{
    json_t *metadata = json_loads(event->metadata_json, 0, NULL);
    const char *from = json_string_value(json_object_get(metadata, "from_severity"));
    int before = from != NULL ? severity_number(from) : 0;
    json_decref(metadata);
    return before > (int)event->severity ? (uint32_t)before : event->severity;
}

/* How many events from the front on are alike in whether they are for the destination. */
static size_t run_of(const struct destination *destination, const struct store_event *events,
                     size_t count, bool *passed)
{
    int64_t now = clock_wall_us();
    size_t run = 0;
    for (; run < count; run++) {
        bool skips = backlog_skips(&destination->backlog, weight_of(&events[run]),
                                   now - events[run].ts_event);
        if (run > 0 && skips != *passed) {
            break;
        }
        *passed = skips;
        if (skips && destination->backlog.over == (int64_t)run + 1) {
            return run + 1; /* from the next one on it is not too much any more */
        }
    }
    return run;
}

/* The destination hears how many it does not get: as an event like any other. */
static void tell_dropped(struct destination *destination)
{
    struct store_batch *batch =
        backlog_dropped(&destination->backlog) > 0 ? store_batch_create() : NULL;
    if (batch != NULL) {
        journal_put_dropped(batch, destination->deliver->daemon->config->core.node_id,
                            destination->name, destination->backlog.dropped, clock_wall_us());
        store_submit(destination->deliver->daemon->store, batch, on_told, destination->deliver);
        backlog_told(&destination->backlog);
    }
}

static void pass_over(struct destination *destination, const struct store_event *events,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        backlog_skip(&destination->backlog, weight_of(&events[i]));
        destination->dropped++;
    }
    act(destination, outbox_pass(&destination->outbox, events[count - 1].seq));
}

static void on_page(void *arg, int rc, const struct store_event *events, size_t count)
{
    struct destination *destination = arg;
    int64_t seq[OUTBOX_BATCH_MAX];
    bool passed = false;
    bool whole = rc == 0 && count <= OUTBOX_BATCH_MAX;
    free_items(destination);
    count = whole ? run_of(destination, events, count, &passed) : 0;
    if (passed) {
        pass_over(destination, events, count);
        return;
    }
    for (size_t i = 0; whole && i < count; i++) {
        seq[i] = events[i].seq;
        whole = copy_item(&destination->items[i], &events[i]);
    }
    tell_dropped(destination);
    uint64_t random = rng_next(&destination->deliver->rng);
    act(destination, whole ? outbox_page(&destination->outbox, seq, (uint32_t)count)
                           : outbox_page_failed(&destination->outbox, clock_mono_us(), random));
}

static void fetch_page(struct destination *destination)
{
    struct store_event_filter filter = {.after_seq = destination->outbox.settled,
                                        .limit = OUTBOX_BATCH_MAX};
    int rc = store_query_events(destination->deliver->daemon->store, &filter, on_page, destination);
    if (rc != 0) {
        on_page(destination, rc, NULL, 0);
    }
}

/* How long the journal is, before a destination that was away goes on. */
static void on_newest(void *arg, int rc, const struct store_event *events, size_t count)
{
    struct destination *destination = arg;
    destination->is_measured = rc == 0;
    backlog_begin(&destination->backlog, destination->outbox.settled,
                  count > 0 ? events[0].seq : destination->outbox.settled);
    fetch_page(destination);
}

static void fetch(struct destination *destination)
{
    struct store_event_filter newest = {.limit = 1, .descending = true};
    if (destination->is_measured || store_query_events(destination->deliver->daemon->store, &newest,
                                                       on_newest, destination) != 0) {
        fetch_page(destination);
    }
}

static void lost(struct destination *destination)
{
    destination->host = NULL;
    if (destination->held != UINT32_MAX) {
        log_held(destination);
    }
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

static struct store_batch *log_of(struct destination *destination)
{
    if (destination->log == NULL) {
        destination->log = store_batch_create();
    }
    return destination->log;
}

/* The cursor, with what became of the events before it, in one commit. */
static void save(struct destination *destination)
{
    struct store_batch *batch = log_of(destination);
    if (batch != NULL) { /* else the next save carries a later cursor */
        store_put_cursor(batch, destination->name, destination->outbox.settled);
    }
}

static void submit_log(struct destination *destination)
{
    struct store_batch *batch = destination->log;
    destination->log = NULL;
    if (batch != NULL) {
        store_submit(destination->deliver->daemon->store, batch, NULL, NULL);
    }
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
    if (destination->outbox.state != OUTBOX_SENDING || destination->outbox.open == 0 || todo != 0) {
        submit_log(destination);
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
    destination->held = UINT32_MAX;
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
        destination->is_measured = false;
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

static void log_attempt(struct destination *destination, uint32_t index, int64_t row_id,
                        const char *status, const char *why)
{
    const struct item *item = &destination->items[index];
    struct store_batch *batch = log_of(destination);
    int64_t now = clock_wall_us();
    const struct daemon *daemon = destination->deliver->daemon;
    const struct fleet_site *site = fleet_find_site(daemon->fleet, item->site_id);
    struct buf said;
    buf_init(&said);
    scrub_text(&said, why);
    struct store_delivery row = {.id = row_id,
                                 .site_id = item->site_id,
                                 .event_id = item->id,
                                 .channel = destination->name,
                                 .severity = item->severity,
                                 .status = status,
                                 .target = destination->name,
                                 .payload = "",
                                 .error_message = buf_cstr(&said),
                                 .created_at = now,
                                 .node_id = daemon->config->core.node_id,
                                 .epoch = site != NULL ? site->record.epoch : 1};
    if (batch != NULL) {
        store_put_delivery(batch, &row);
    }
    buf_finish(&said);
}

static int64_t new_row(struct destination *destination)
{
    return store_delivery_id(clock_wall_us(), (uint32_t)rng_next(&destination->deliver->rng));
}

/* What is held back is one row for as long as it lasts, whatever waits behind it: it counts the attempts. */
static void log_held(struct destination *destination)
{
    char text[TEXT_MAX + 64];
    if (destination->failed_row == 0) {
        destination->failed_row = new_row(destination);
    }
    destination->attempts++;
    text_format(text, sizeof(text), destination->attempts > 1 ? "%s, attempt %u" : "%s",
                destination->held_why, destination->attempts);
    log_attempt(destination, destination->held, destination->failed_row, "failed", text);
    destination->held = UINT32_MAX;
}

/* The first of the batch that is held back stands for all; they are settled in any order. */
static void note_held(struct destination *destination, uint32_t index, const char *why)
{
    if (index < destination->held) {
        destination->held = index;
        text_format(destination->held_why, sizeof(destination->held_why), "%s", why);
    }
}

static void count(struct destination *destination, uint32_t index, uint32_t verdict,
                  const char *why)
{
    char clean[TEXT_MAX + 1];
    text_clean(why, strlen(why), clean);
    if (verdict == VMM_SINK_DELIVERED) {
        destination->sent++;
        destination->failing = false;
        destination->failed_row = 0;
        destination->attempts = 0;
        log_attempt(destination, index, new_row(destination), "sent", "");
        return;
    }
    destination->failed++;
    if (verdict == VMM_SINK_DROP) {
        destination->dropped++;
        log_attempt(destination, index, new_row(destination), "failed", clean);
    } else {
        note_held(destination, index, clean);
    }
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
    if (destination->outbox.open == 1 && destination->held != UINT32_MAX) {
        log_held(destination);
    }
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
        store_batch_destroy(deliver->destinations[i]->log);
        event_free(deliver->destinations[i]->timer);
        free(deliver->destinations[i]);
    }
    free(deliver);
}
