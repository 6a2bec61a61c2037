/* SPDX-License-Identifier: MIT */
/*
 * A sink for people for tests. It writes each attempt as a line of the file `path`:
 *   {"verdict": …, "attempt": …, "target": …, "doc": the notification}
 * and does with it what the file `mood` says then: "ok", "drop", "retry MILLISECONDS", or "hang": no answer at all.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vmm/sink.h>

#include "fault.h"

static const struct vmm_sink_host *sink;
static char path[512];
static char mood_path[512];

/* The value of "NAME":"VALUE" in the settings, which hold nothing that is escaped. */
static void setting(const char *json, const char *name, char out[512])
{
    char key[32];
    snprintf(key, sizeof(key), "\"%s\":\"", name);
    const char *at = strstr(json, key);
    out[0] = '\0';
    if (at != NULL) {
        at += strlen(key);
        snprintf(out, 512, "%.*s", (int)strcspn(at, "\""), at);
    }
}

static int open_plugin(const struct vmm_host *host, void **self)
{
    const char *json = host->config_json(host->context);
    *self = NULL;
    sink = host->extension(host->context, VMM_SINK_HOST);
    setting(json, "path", path);
    setting(json, "mood", mood_path);
    return sink != NULL ? 0 : VMM_E_NOTSUP;
}

static void read_mood(char out[64])
{
    int fd = open(mood_path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, out, 63) : 0;
    out[size > 0 ? size : 0] = '\0';
    if (fd >= 0) {
        close(fd);
    }
}

static void write_line(const struct vmm_message *message, const char *mood)
{
    static char line[1 << 16];
    int size = snprintf(
        line, sizeof(line), "{\"verdict\":\"%.*s\",\"attempt\":%u,\"target\":\"%s\",\"doc\":%s}\n",
        (int)strcspn(mood, " \n"), mood, message->attempt, message->target, message->json);
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd >= 0) {
        ssize_t written = write(fd, line, (size_t)size);
        (void)written;
        close(fd);
    }
}

static int deliver(void *self, struct vmm_delivery *delivery,
                   const struct vmm_message *const *messages, uint32_t count)
{
    char mood[64];
    unsigned wait_ms = 0;
    (void)self;
    if (count != 1 || messages[0]->kind != VMM_MESSAGE_NOTIFICATION) {
        return VMM_E_INVAL;
    }
    read_mood(mood);
    write_line(messages[0], mood);
    if (strncmp(mood, "hang", 4) == 0) {
        return 0;
    }
    if (sscanf(mood, "retry %u", &wait_ms) == 1) {
        sink->settle(delivery, 0, VMM_SINK_RETRY, wait_ms,
                     "429 from https://chat.example/v1/spaces/a?key=SECRETKEY&token=SECRETTOKEN");
    } else if (strncmp(mood, "drop", 4) == 0) {
        sink->settle(delivery, 0, VMM_SINK_DROP, 0, "no such room");
    } else {
        sink->settle(delivery, 0, VMM_SINK_DELIVERED, 0, NULL);
    }
    return 0;
}

static void drain(void *self)
{
    (void)self;
}

static const struct vmm_config_item item_path = {.struct_size = sizeof(item_path),
                                                 .type = VMM_CONFIG_PATH,
                                                 .name = "path",
                                                 .summary = "where each attempt is written",
                                                 .flags = VMM_CONFIG_REQUIRED | VMM_CONFIG_WRITE};
static const struct vmm_config_item item_mood = {.struct_size = sizeof(item_mood),
                                                 .type = VMM_CONFIG_PATH,
                                                 .name = "mood",
                                                 .summary = "what is done with it",
                                                 .flags = VMM_CONFIG_REQUIRED};
static const struct vmm_config_item *const config[] = {&item_path, &item_mood, NULL};

static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = open_plugin,
                                        .close = fault_close,
                                        .deliver = deliver,
                                        .drain = drain};
static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SINK,
                                                 .name = "crier",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_PLUGIN_CRIER",
                                                 .summary = "a sink for people, for tests",
                                                 .licence = "MIT",
                                                 .traits = VMM_TRAIT_PEOPLE,
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .config = config,
                                                 .ops = &ops};
FAULT_ENTRY
