/* SPDX-License-Identifier: MIT */
/*
 * Sink plugins: deliver events to machines, or notifications to people.
 *
 * A sink keeps no queue. The core hands it messages in order, keeps what is not settled, and hands it out
 * again with the same id and the same bytes: a sink whose destination honours the id delivers each message
 * once.
 *
 * A sink for machines gets every event as it was journalled, in batches, one batch at a time.
 *
 * A sink for people (VMM_TRAIT_PEOPLE in its descriptor) gets notifications instead: the core has grouped
 * events by incident, kept back what nobody wants to hear, counted the destination's quota and chosen the
 * words. Each deliver() brings one notification. Up to VMM_SINK_PARALLEL of them may be under way, never two
 * of one target, so a slow target delays no other. What a target is, a room or an address, the plugin's own
 * settings say.
 *
 * A sink that keeps the record (VMM_TRAIT_RECORD) gets rows: the journal in its order, and the other tables as
 * they change. It says how far it is with vmm.record/1, and is given what comes after that.
 */
#ifndef VMM_SINK_H
#define VMM_SINK_H

#include <vmm/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VMM_SINK_DELIVERED 1u
#define VMM_SINK_RETRY     2u /* not now; after the time given, or the core's backoff when it is 0 */
#define VMM_SINK_DROP      3u /* never: the destination will not take this message */

#define VMM_SINK_BATCH_MAX 512u
#define VMM_SINK_PARALLEL  8u /* deliveries under way at once, of a sink for people */

#define VMM_MESSAGE_EVENT        0u
#define VMM_MESSAGE_NOTIFICATION 1u
#define VMM_MESSAGE_ROW          2u /* of the record: the row is so from now on */
#define VMM_MESSAGE_GONE         3u /* of the record: the row is there no more; only its key is given */
#define VMM_MESSAGE_RANGE        4u /* of the record: see below */

struct vmm_delivery; /* one batch under way; the host's own */

struct vmm_message {
    uint32_t struct_size;
    uint32_t severity;     /* VMM_SEVERITY_* */
    const char *id;        /* UUID; the same in every attempt */
    const char *dedup_key; /* equal for the same fact seen by two nodes */
    const char *site_id;
    const char *
        json; /* one line of JSON: an event as vmmctl events --jsonl prints it, a notification, a row */
    size_t json_size;
    uint32_t kind;    /* VMM_MESSAGE_* */
    uint32_t attempt; /* of a notification: 1 when this id was never handed out before */
    const char *
        target; /* of a notification: a name from the plugin's settings; "" for its only or first one.
                           Of a row: its table */
    const char
        *place; /* of a row: where it stands in the order of its table, for resume(); "": that table
                           has none, and the newest row of a key holds */
};

/*
 * A notification is a JSON object. Every member is always there; a text without a value is "", a list without
 * members []. It is frozen, byte for byte, when it is first handed out, and comes the same in every attempt.
 * The sink renders it in its own format, and does so as a pure function of these bytes and its settings, so
 * that a repeat is equal too. Texts are clean UTF-8 of one line (but for "text") and are not escaped for any
 * format: some of them come from devices.
 *
 *   id           UUID, the same as vmm_message.id; the request id of a destination that knows one
 *   kind         alert, update (the same incident again: more devices, flapping), reminder (still open),
 *                recovery, summary (a scheduled report), catchup (after the destination was away),
 *                notice (from outside, or of vmm itself), heartbeat, test
 *   site         id of the site; "" for all of them
 *   site_name    what people call it
 *   severity     normal, suspect, critical
 *   incident     id of the incident; "" when it belongs to none
 *   thread_key   equal for all messages of one incident at one target: put them into one thread; "" for none
 *   title        the message in one line
 *   lines        list of texts: what, why, since when, what to do
 *   items        list of at most 20 objects {camera, name, reason, text, since, since_local, link}: id and name
 *                of a camera or recorder, the reason's word, the reason in the language of the message, when it
 *                became true (RFC 3339, UTC) and the same as people at its site read it, with the zone; an
 *                address of its page or ""
 *   item_count   how many there are in all; more than `items` holds when the rest was cut
 *   links        list of objects {text, url}
 *   language     en, zh-TW or pt-BR; the texts are written in it
 *   at           when it was made, RFC 3339 in UTC
 *   local_time   the same as people at the site read it, with the zone, and as UTC has it
 *   mode         text or cards: what the site wants where the destination knows both
 *   buttons      most buttons on one card
 *   text         all of it as plain text with line breaks, for what shows nothing else
 */

/*
 * A row of the record is a JSON object with each column of its table by name; docs/record.md lists them. Times
 * are integers, microseconds since 1970 UTC; truth values are 0 and 1; metadata_json and the like are texts.
 * Columns may be added. The tables:
 *
 *   ai_event, notification_log, health_day
 *                                 in order, each row with its place. What is stored is stored once: a row that
 *                                 comes again, with the same key, is the same or a newer state of it.
 *   tenant, site, nvr, camera, device, poll_state, circuit_breaker_state
 *                                 the newest state of what has changed, and after each resume() all of it
 *
 * A RANGE is an object {"after": [key …], "upto": [key …]} of such a table, keys in the order site, id; without
 * "after" from the first, without "upto" to the last. All there is in it follows in the same batch, at once:
 * what else the destination has there of this node's sites is to go. Keys are ordered by their bytes.
 *
 * Each row of a site carries the site's epoch or belongs to a row that does. A site is taken over with a greater
 * epoch: what comes from the node that had it before is to be dropped.
 */

/* The extension "vmm.sink/1" of the host. */
struct vmm_sink_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* Settle the message at `index` of the batch: VMM_SINK_*. `why` is one line for the log of attempts,
     * without secrets; NULL when delivered. When each message is settled the batch is gone. A message may be
     * settled once. RETRY holds back this message and all after it in the batch. */
    void (*settle)(struct vmm_delivery *delivery, uint32_t index, uint32_t verdict,
                   uint32_t retry_after_ms, const char *why);
};

struct vmm_sink_ops {
    uint32_t struct_size;
    uint32_t reserved;
    int (*open)(const struct vmm_host *host, void **self);
    void (*close)(void *self);

    /* Take a batch (0) or refuse it (VMM_E_*, then nothing may be settled; it comes again). One batch of events
     * at a time; of notifications see above. The messages stay valid until all are settled. settle() may be
     * called before this returns. */
    int (*deliver)(void *self, struct vmm_delivery *delivery,
                   const struct vmm_message *const *messages, uint32_t count);

    /* Settle what is open as soon as possible: the process is about to end. */
    void (*drain)(void *self);
};

#define VMM_SINK_HOST "vmm.sink/1"

/* How far a destination is with one table. */
struct vmm_place {
    uint32_t struct_size;
    uint32_t reserved;
    const char *table;
    const char *place; /* of the last row that it has */
};

/* The extension "vmm.record/1" of the host, for sinks with VMM_TRAIT_RECORD. */
struct vmm_record_host {
    uint32_t struct_size;
    uint32_t reserved;

    /* The name of this node, which rows carry as node_id. Valid until close(). */
    const char *(*node_id)(struct vmm_context *context);

    /* Say what the destination has, a place for each table that has an order and of which it has rows. No batch
     * comes before the first call. It is called again after each loss of the destination, for what was settled
     * may be lost too (a standby that took over, a restored backup): the core goes on after these places. 0;
     * VMM_E_STATE while a batch is open. */
    int (*resume)(struct vmm_context *context, const struct vmm_place *const *places,
                  uint32_t count);
};

#define VMM_RECORD_HOST "vmm.record/1"
#define VMM_PLACES_MAX  16u
#define VMM_PLACE_MAX   64u /* bytes of a place, with its NUL */

#ifdef __cplusplus
}
#endif

#endif
