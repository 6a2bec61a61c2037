/* SPDX-License-Identifier: MIT */
/*
 * Events as lines of a file. Writing and syncing may take long, so they are a worker's; the loop
 * settles.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/sink.h>

#include "jsonl_file.h"

#define SYNC_NEVER  0u
#define SYNC_BATCH  1u
#define SYNC_ALWAYS 2u

/* How a message came out. */
#define LINE_OPEN 0u /* not written */
#define LINE_DONE 1u
#define LINE_BAD  2u /* it is not one line and never will be */

struct jsonl {
    const struct vmm_host *host;
    const struct vmm_sink_host *sink;
    struct jsonl_file file;
    uint32_t sync; /* SYNC_* */
    bool failing;  /* the last batch was held back; said once */
    /* The batch under way; between work() and done it is the worker's. */
    struct vmm_delivery *delivery;
    uint32_t count;
    struct jsonl_line lines[VMM_SINK_BATCH_MAX];
    uint32_t states[VMM_SINK_BATCH_MAX];
    uint32_t opened;
    size_t bytes;
    char why[160];
};

/* ---- On the worker ---- */

/* Write `count` lines from `first` on; false when not all are written. */
static bool write_run(struct jsonl *self, uint32_t first, uint32_t count)
{
    struct jsonl_result result;
    jsonl_file_append(&self->file, &self->lines[first], count, self->sync != SYNC_NEVER, &result);
    for (uint32_t i = 0; i < result.lines; i++) {
        self->states[first + i] = LINE_DONE;
    }
    self->bytes += result.bytes;
    self->opened += result.opened ? 1 : 0;
    memcpy(self->why, result.why, sizeof(self->why));
    return result.lines == count && result.why[0] == '\0';
}

/* Messages up to the next bad one, or one alone when each is to be synced. */
static uint32_t run_length(const struct jsonl *self, uint32_t first)
{
    uint32_t end = first;
    while (end < self->count && self->states[end] != LINE_BAD) {
        end++;
        if (self->sync == SYNC_ALWAYS) {
            break;
        }
    }
    return end - first;
}

static void write_batch(void *arg)
{
    struct jsonl *self = arg;
    uint32_t at = 0;
    while (at < self->count) {
        uint32_t count = run_length(self, at);
        if (count > 0 && !write_run(self, at, count)) {
            return;
        }
        at += count > 0 ? count : 1;
    }
}

/* ---- On the loop ---- */

static void count_batch(struct jsonl *self, uint32_t lines)
{
    struct vmm_context *context = self->host->context;
    self->host->metric_add(context, "vmm_jsonl_lines_total", lines);
    self->host->metric_add(context, "vmm_jsonl_bytes_total", (double)self->bytes);
    self->host->metric_add(context, "vmm_jsonl_reopens_total", self->opened);
}

static void tell_trouble(struct jsonl *self, bool held)
{
    if (held && !self->failing) {
        self->host->log(self->host->context, VMM_LOG_WARN, self->why);
    } else if (!held && self->failing) {
        self->host->log(self->host->context, VMM_LOG_INFO, "writing again");
    }
    self->failing = held;
}

/* What is written goes first, in order. What is held back goes from the last to the first, because
 * holding back a message holds back all after it. */
static void settle_batch(void *arg)
{
    struct jsonl *self = arg;
    struct vmm_delivery *delivery = self->delivery;
    const struct vmm_sink_host *sink = self->sink;
    uint32_t count = self->count;
    uint32_t lines = 0;
    uint32_t held = 0;
    self->delivery = NULL;
    for (uint32_t i = 0; i < count && self->states[i] != LINE_OPEN; i++) {
        bool done = self->states[i] == LINE_DONE;
        lines += done ? 1 : 0;
        held = i + 1;
        sink->settle(delivery, i, done ? VMM_SINK_DELIVERED : VMM_SINK_DROP, 0,
                     done ? NULL : "the event is not one line");
    }
    count_batch(self, lines);
    tell_trouble(self, held < count);
    for (uint32_t i = count; i > held; i--) {
        sink->settle(delivery, i - 1, VMM_SINK_RETRY, 0, self->why);
    }
}

static bool is_one_line(const struct vmm_message *message)
{
    return message->json_size > 0 && memchr(message->json, '\n', message->json_size) == NULL;
}

static int jsonl_deliver(void *arg, struct vmm_delivery *delivery,
                         const struct vmm_message *const *messages, uint32_t count)
{
    struct jsonl *self = arg;
    if (self->delivery != NULL || count == 0 || count > VMM_SINK_BATCH_MAX) {
        return VMM_E_STATE;
    }
    for (uint32_t i = 0; i < count; i++) {
        self->lines[i] = (struct jsonl_line){messages[i]->json, messages[i]->json_size};
        self->states[i] = is_one_line(messages[i]) ? LINE_OPEN : LINE_BAD;
    }
    self->delivery = delivery;
    self->count = count;
    self->bytes = 0;
    self->opened = 0;
    self->why[0] = '\0';
    int rc = self->host->work(self->host->context, write_batch, settle_batch, self);
    if (rc != 0) {
        self->delivery = NULL;
    }
    return rc;
}

/* A batch under way is a worker's: it cannot be hurried, and settles by itself. */
static void jsonl_drain(void *arg)
{
    (void)arg;
}

/* ---- Life ---- */

static uint32_t sync_of(const char *word)
{
    return word != NULL && strcmp(word, "always") == 0  ? SYNC_ALWAYS
           : word != NULL && strcmp(word, "never") == 0 ? SYNC_NEVER
                                                        : SYNC_BATCH;
}

static int open_file(struct jsonl *self)
{
    char why[160];
    json_t *config = json_loads(self->host->config_json(self->host->context), 0, NULL);
    const char *path = json_string_value(json_object_get(config, "path"));
    self->sync = sync_of(json_string_value(json_object_get(config, "fsync")));
    int rc = path == NULL ? VMM_E_INVAL
                          : jsonl_file_init(&self->file, path, &jsonl_system_io, why, sizeof(why));
    if (rc == VMM_E_IO) {
        self->host->log(self->host->context, VMM_LOG_ERROR, why);
    }
    json_decref(config);
    return rc;
}

static int jsonl_open(const struct vmm_host *host, void **out)
{
    const struct vmm_sink_host *sink = host->extension(host->context, VMM_SINK_HOST);
    struct jsonl *self = sink == NULL ? NULL : calloc(1, sizeof(*self));
    if (self == NULL) {
        return sink == NULL ? VMM_E_NOTSUP : VMM_E_NOMEM;
    }
    self->host = host;
    self->sink = sink;
    int rc = open_file(self);
    if (rc != 0) {
        free(self);
        return rc;
    }
    *out = self;
    return 0;
}

static void jsonl_close(void *arg)
{
    struct jsonl *self = arg;
    jsonl_file_finish(&self->file);
    free(self);
}

static const struct vmm_sink_ops ops = {
    .struct_size = sizeof(ops),
    .open = jsonl_open,
    .close = jsonl_close,
    .deliver = jsonl_deliver,
    .drain = jsonl_drain,
};

static const struct vmm_config_item item_path = {
    .struct_size = sizeof(item_path),
    .type = VMM_CONFIG_PATH,
    .name = "path",
    .summary = "the file that events are appended to, created with mode 0640",
    .flags = VMM_CONFIG_REQUIRED | VMM_CONFIG_WRITE,
};

static const struct vmm_config_item item_fsync = {
    .struct_size = sizeof(item_fsync),
    .type = VMM_CONFIG_WORD,
    .name = "fsync",
    .summary = "what counts as delivered: on disk event by event, on disk by batch, or written",
    .default_json = "\"batch\"",
    .words = "always|batch|never",
};

static const struct vmm_config_item *const config[] = {&item_path, &item_fsync, NULL};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_SINK,
    .name = "jsonl",
    .version = "0.1.0",
    .flag = "FEATURE_VMM_SINK_JSONL",
    .summary = "events as lines of JSON in a file",
    .licence = "MIT",
    .traits = VMM_TRAIT_WORKERS,
    .generation = VMM_GENERATION_HANDOVER,
    .config = config,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
