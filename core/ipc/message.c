/* SPDX-License-Identifier: MIT */
#include "ipc/message.h"

#include <string.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

static void put_view(struct buf *out, struct frame_bytes bytes)
{
    frame_put_bytes(out, bytes.data, bytes.size);
}

/* Bytes of at most `max`; more is a breach. */
static struct frame_bytes get_view(struct frame_reader *reader, size_t max)
{
    struct frame_bytes bytes = frame_get_bytes(reader);
    if (bytes.size > max) {
        reader->failed = true;
    }
    return bytes;
}

int message_put_empty(struct buf *out, uint32_t type, uint64_t id)
{
    return frame_end(out, frame_begin(out, type, id));
}

int message_put_load(struct buf *out, const struct load_message *message)
{
    size_t begin = frame_begin(out, FRAME_LOAD, 0);
    frame_put_u32(out, (uint32_t)message->plugin_fd);
    frame_put_text(out, message->name);
    frame_put_u32(out, message->log_level);
    frame_put_u8(out, message->describe_only);
    return frame_end(out, begin);
}

int message_get_load(const struct frame *frame, struct load_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->plugin_fd = (int32_t)frame_get_u32(&reader);
    message->name = frame_get_text(&reader);
    message->log_level = frame_get_u32(&reader);
    message->describe_only = frame_get_u8(&reader);
    return frame_reader_end(&reader);
}

int message_put_configure(struct buf *out, const struct configure_message *message)
{
    size_t begin = frame_begin(out, FRAME_CONFIGURE, 0);
    frame_put_text(out, message->config);
    frame_put_text(out, message->ca_file);
    frame_put_text(out, message->node_id);
    frame_put_u32(out, message->max_jobs);
    return frame_end(out, begin);
}

int message_get_configure(const struct frame *frame, struct configure_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->config = frame_get_text(&reader);
    message->ca_file = frame_get_text(&reader);
    message->node_id = frame_get_text(&reader);
    message->max_jobs = frame_get_u32(&reader);
    return frame_reader_end(&reader);
}

int message_put_job(struct buf *out, uint64_t id, const struct job_message *message)
{
    size_t begin = frame_begin(out, FRAME_JOB, id);
    frame_put_u8(out, message->scope);
    frame_put_u8(out, message->may_login);
    frame_put_u8(out, message->max_connections);
    frame_put_u8(out, message->tls);
    frame_put_u8(out, message->auth);
    frame_put_u8(out, message->captures);
    frame_put_u16(out, message->port);
    frame_put_u32(out, message->deadline_ms);
    frame_put_u32(out, message->connect_ms);
    frame_put_u32(out, message->max_bytes);
    frame_put_text(out, message->device_id);
    frame_put_text(out, message->host);
    frame_put_text(out, message->source);
    frame_put_text(out, message->user);
    put_view(out, message->password);
    frame_put_text(out, message->options);
    frame_put_u64(out, message->options_hash);
    put_view(out, message->tls_pin);
    put_view(out, message->host_note);
    put_view(out, message->plugin_note);
    return frame_end(out, begin);
}

int message_get_job(const struct frame *frame, struct job_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->scope = frame_get_u8(&reader);
    message->may_login = frame_get_u8(&reader);
    message->max_connections = frame_get_u8(&reader);
    message->tls = frame_get_u8(&reader);
    message->auth = frame_get_u8(&reader);
    message->captures = frame_get_u8(&reader);
    message->port = frame_get_u16(&reader);
    message->deadline_ms = frame_get_u32(&reader);
    message->connect_ms = frame_get_u32(&reader);
    message->max_bytes = frame_get_u32(&reader);
    message->device_id = frame_get_text(&reader);
    message->host = frame_get_text(&reader);
    message->source = frame_get_text(&reader);
    message->user = frame_get_text(&reader);
    message->password = get_view(&reader, 4096);
    message->options = frame_get_text(&reader);
    message->options_hash = frame_get_u64(&reader);
    message->tls_pin = get_view(&reader, TLS_PIN_SIZE);
    message->host_note = get_view(&reader, NOTE_HOST_MAX);
    message->plugin_note = get_view(&reader, VMM_NOTE_MAX);
    return frame_reader_end(&reader);
}

int message_put_capture(struct buf *out, uint64_t id, const struct capture_message *message)
{
    size_t begin = frame_begin(out, FRAME_CAPTURE, id);
    frame_put_u8(out, message->kind);
    frame_put_u8(out, message->authorized);
    frame_put_u16(out, message->status);
    frame_put_text(out, message->method);
    frame_put_text(out, message->target);
    frame_put_text(out, message->asked);
    put_view(out, message->headers);
    put_view(out, message->body);
    return frame_end(out, begin);
}

int message_get_capture(const struct frame *frame, struct capture_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->kind = frame_get_u8(&reader);
    message->authorized = frame_get_u8(&reader);
    message->status = frame_get_u16(&reader);
    message->method = frame_get_text(&reader);
    message->target = frame_get_text(&reader);
    message->asked = frame_get_text(&reader);
    message->headers = frame_get_bytes(&reader);
    message->body = frame_get_bytes(&reader);
    return frame_reader_end(&reader);
}

static void put_fact(struct buf *out, const struct result_fact *fact)
{
    frame_put_u8(out, fact->subject);
    frame_put_u8(out, fact->standing);
    frame_put_u8(out, fact->type);
    frame_put_u16(out, fact->index);
    frame_put_u16(out, fact->fact);
    frame_put_u16(out, fact->reason);
    if (fact->type == VMM_TYPE_TEXT) {
        frame_put_text(out, fact->text);
    } else {
        frame_put_u64(out, fact->value);
    }
}

static void get_fact(struct frame_reader *reader, struct result_fact *fact)
{
    *fact = (struct result_fact){.text = ""};
    fact->subject = frame_get_u8(reader);
    fact->standing = frame_get_u8(reader);
    fact->type = frame_get_u8(reader);
    fact->index = frame_get_u16(reader);
    fact->fact = frame_get_u16(reader);
    fact->reason = frame_get_u16(reader);
    if (fact->type == VMM_TYPE_TEXT) {
        fact->text = frame_get_text(reader);
    } else {
        fact->value = frame_get_u64(reader);
    }
    if (fact->subject < VMM_SUBJECT_DEVICE || fact->subject > VMM_SUBJECT_STREAM ||
        fact->standing > VMM_STANDING_FAULT || fact->type > VMM_TYPE_FLOAT ||
        fact->fact >= VMM_FACT_COUNT || fact->reason >= VMM_REASON_COUNT) {
        reader->failed = true;
    }
}

static void put_step(struct buf *out, const struct result_step *step)
{
    frame_put_text(out, step->asked);
    frame_put_text(out, step->came);
    frame_put_u32(out, step->start_ms);
    frame_put_u32(out, step->took_us);
}

static void get_step(struct frame_reader *reader, struct result_step *step)
{
    step->asked = frame_get_text(reader);
    step->came = frame_get_text(reader);
    step->start_ms = frame_get_u32(reader);
    step->took_us = frame_get_u32(reader);
}

int message_put_result(struct buf *out, uint64_t id, const struct result_message *message)
{
    size_t begin = frame_begin(out, FRAME_RESULT, id);
    frame_put_u8(out, message->outcome);
    frame_put_u8(out, message->rung);
    frame_put_u16(out, message->reason);
    frame_put_u32(out, message->flags);
    frame_put_u32(out, message->slowest_us);
    frame_put_u32(out, message->total_us);
    frame_put_u16(out, message->requests);
    frame_put_u16(out, message->connections);
    frame_put_u32(out, message->bytes);
    frame_put_text(out, message->detail);
    put_view(out, message->tls_key);
    put_view(out, message->host_note);
    put_view(out, message->plugin_note);
    frame_put_u32(out, message->fact_count);
    for (uint32_t i = 0; i < message->fact_count; i++) {
        put_fact(out, &message->facts[i]);
    }
    frame_put_u32(out, message->step_count);
    for (uint32_t i = 0; i < message->step_count; i++) {
        put_step(out, &message->steps[i]);
    }
    return frame_end(out, begin);
}

/* A count of at most `max`; 0 and a mark of failure when it is more. */
static uint32_t get_count(struct frame_reader *reader, uint32_t max)
{
    uint32_t count = frame_get_u32(reader);
    if (count > max) {
        reader->failed = true;
    }
    return reader->failed ? 0 : count;
}

int message_get_result(const struct frame *frame, struct result_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->outcome = frame_get_u8(&reader);
    message->rung = frame_get_u8(&reader);
    message->reason = frame_get_u16(&reader);
    message->flags = frame_get_u32(&reader);
    message->slowest_us = frame_get_u32(&reader);
    message->total_us = frame_get_u32(&reader);
    message->requests = frame_get_u16(&reader);
    message->connections = frame_get_u16(&reader);
    message->bytes = frame_get_u32(&reader);
    message->detail = frame_get_text(&reader);
    message->tls_key = get_view(&reader, TLS_PIN_SIZE);
    message->host_note = get_view(&reader, NOTE_HOST_MAX);
    message->plugin_note = get_view(&reader, VMM_NOTE_MAX);
    if (message->outcome >= VMM_OUTCOME_COUNT || message->rung >= VMM_RUNG_COUNT ||
        message->reason >= VMM_REASON_COUNT) {
        reader.failed = true;
    }
    message->fact_count = get_count(&reader, MESSAGE_FACTS_MAX);
    for (uint32_t i = 0; i < message->fact_count; i++) {
        get_fact(&reader, &message->facts[i]);
    }
    message->step_count = get_count(&reader, MESSAGE_STEPS_MAX);
    for (uint32_t i = 0; i < message->step_count; i++) {
        get_step(&reader, &message->steps[i]);
    }
    return frame_reader_end(&reader);
}

static size_t text_size(const char *text)
{
    return sizeof(uint32_t) + strlen(text != NULL ? text : "") + 1;
}

static size_t batch_item_size(const struct batch_item *item)
{
    return text_size(item->id) + text_size(item->dedup_key) + text_size(item->site_id) +
           2 * sizeof(uint8_t) + sizeof(uint32_t) + text_size(item->target) +
           text_size(item->place) + text_size(item->json);
}

uint32_t message_batch_fit(const struct batch_item *items, uint32_t count)
{
    size_t size = FRAME_HEAD_SIZE + sizeof(uint32_t);
    uint32_t fit = 0;
    while (fit < count && size + batch_item_size(&items[fit]) <= FRAME_MAX) {
        size += batch_item_size(&items[fit++]);
    }
    return fit;
}

int message_put_batch(struct buf *out, uint64_t id, const struct batch_message *message)
{
    size_t begin = frame_begin(out, FRAME_BATCH, id);
    frame_put_u32(out, message->count);
    for (uint32_t i = 0; i < message->count; i++) {
        const struct batch_item *item = &message->items[i];
        frame_put_text(out, item->id);
        frame_put_text(out, item->dedup_key);
        frame_put_text(out, item->site_id);
        frame_put_u8(out, item->severity);
        frame_put_u8(out, item->kind);
        frame_put_u32(out, item->attempt);
        frame_put_text(out, item->target);
        frame_put_text(out, item->place);
        frame_put_text(out, item->json);
    }
    return frame_end(out, begin);
}

int message_get_batch(const struct frame *frame, struct batch_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->count = get_count(&reader, BATCH_ITEMS_MAX);
    for (uint32_t i = 0; i < message->count; i++) {
        struct batch_item *item = &message->items[i];
        item->id = frame_get_text(&reader);
        item->dedup_key = frame_get_text(&reader);
        item->site_id = frame_get_text(&reader);
        item->severity = frame_get_u8(&reader);
        item->kind = frame_get_u8(&reader);
        item->attempt = frame_get_u32(&reader);
        item->target = frame_get_text(&reader);
        item->place = frame_get_text(&reader);
        item->json = frame_get_text(&reader);
    }
    return frame_reader_end(&reader);
}

int message_put_settled(struct buf *out, uint64_t id, const struct settled_message *message)
{
    size_t begin = frame_begin(out, FRAME_SETTLED, id);
    frame_put_u32(out, message->index);
    frame_put_u32(out, message->verdict);
    frame_put_u32(out, message->retry_after_ms);
    frame_put_text(out, message->why);
    return frame_end(out, begin);
}

int message_get_settled(const struct frame *frame, struct settled_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->index = frame_get_u32(&reader);
    message->verdict = frame_get_u32(&reader);
    message->retry_after_ms = frame_get_u32(&reader);
    message->why = frame_get_text(&reader);
    return frame_reader_end(&reader);
}

int message_put_resume(struct buf *out, const struct resume_message *message)
{
    size_t begin = frame_begin(out, FRAME_RESUME, 0);
    frame_put_u32(out, message->count);
    for (uint32_t i = 0; i < message->count; i++) {
        frame_put_text(out, message->places[i].table);
        frame_put_text(out, message->places[i].place);
    }
    return frame_end(out, begin);
}

int message_get_resume(const struct frame *frame, struct resume_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->count = get_count(&reader, RESUME_PLACES_MAX);
    for (uint32_t i = 0; i < message->count; i++) {
        message->places[i].table = frame_get_text(&reader);
        message->places[i].place = frame_get_text(&reader);
    }
    return frame_reader_end(&reader);
}

int message_put_log(struct buf *out, uint32_t type, const struct log_message *message)
{
    size_t begin = frame_begin(out, type, 0);
    frame_put_u32(out, message->level);
    frame_put_text(out, message->text);
    return frame_end(out, begin);
}

int message_get_log(const struct frame *frame, struct log_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->level = frame_get_u32(&reader);
    message->text = frame_get_text(&reader);
    return frame_reader_end(&reader);
}

int message_put_metric(struct buf *out, const struct metric_message *message)
{
    uint64_t bits = 0;
    memcpy(&bits, &message->value, sizeof(bits));
    size_t begin = frame_begin(out, FRAME_METRIC, 0);
    frame_put_u8(out, message->is_counter);
    frame_put_u64(out, bits);
    frame_put_text(out, message->name);
    return frame_end(out, begin);
}

int message_get_metric(const struct frame *frame, struct metric_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->is_counter = frame_get_u8(&reader);
    uint64_t bits = frame_get_u64(&reader);
    memcpy(&message->value, &bits, sizeof(bits));
    message->name = frame_get_text(&reader);
    return frame_reader_end(&reader);
}

int message_put_text(struct buf *out, uint32_t type, uint64_t id, const char *text)
{
    size_t begin = frame_begin(out, type, id);
    frame_put_text(out, text);
    return frame_end(out, begin);
}

int message_get_text(const struct frame *frame, struct text_message *message)
{
    struct frame_reader reader;
    frame_reader_init(&reader, frame);
    message->text = frame_get_text(&reader);
    return frame_reader_end(&reader);
}
