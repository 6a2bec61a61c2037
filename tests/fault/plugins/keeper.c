/* SPDX-License-Identifier: MIT */
/*
 * A copy of the record for tests: each message is a line "kind TAB table TAB place TAB json" of a file. What the file
 * holds when the plugin starts is where it goes on. While there is a file PATH.refuse it takes nothing.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <vmm/sink.h>

#include "fault.h"

struct keeper {
    const struct vmm_sink_host *sink;
    FILE *file;
    char refuse[300];
    char tables[VMM_PLACES_MAX][40];
    char places[VMM_PLACES_MAX][VMM_PLACE_MAX];
    uint32_t count;
};

static void keep_place(struct keeper *self, const char *table, const char *place)
{
    uint32_t i = 0;
    while (i < self->count && strcmp(self->tables[i], table) != 0) {
        i++;
    }
    if (place[0] == '\0' || i == VMM_PLACES_MAX) {
        return;
    }
    self->count = i == self->count ? self->count + 1 : self->count;
    snprintf(self->tables[i], sizeof(self->tables[i]), "%s", table);
    snprintf(self->places[i], sizeof(self->places[i]), "%s", place);
}

static void read_places(struct keeper *self)
{
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, self->file) > 0) {
        char *part = line;
        char *kind = strsep(&part, "\t");
        char *table = strsep(&part, "\t");
        char *place = strsep(&part, "\t");
        if (kind != NULL && table != NULL && place != NULL) {
            keep_place(self, table, place);
        }
    }
    free(line);
}

static int go_on(struct keeper *self, const struct vmm_host *host)
{
    const struct vmm_record_host *record = host->extension(host->context, VMM_RECORD_HOST);
    struct vmm_place places[VMM_PLACES_MAX];
    const struct vmm_place *list[VMM_PLACES_MAX];
    for (uint32_t i = 0; i < self->count; i++) {
        places[i] = (struct vmm_place){
            .struct_size = sizeof(places[i]), .table = self->tables[i], .place = self->places[i]};
        list[i] = &places[i];
    }
    return record->resume(host->context, list, self->count);
}

static int open_plugin(const struct vmm_host *host, void **out)
{
    static struct keeper self;
    char path[256] = "";
    *out = &self;
    self.sink = host->extension(host->context, VMM_SINK_HOST);
    if (sscanf(host->config_json(host->context), "{\"path\":\"%255[^\"]\"", path) != 1) {
        return VMM_E_INVAL;
    }
    snprintf(self.refuse, sizeof(self.refuse), "%s.refuse", path);
    self.file = fopen(path, "a+");
    if (self.file == NULL) {
        return VMM_E_IO;
    }
    rewind(self.file);
    read_places(&self);
    return go_on(&self, host);
}

static int deliver(void *arg, struct vmm_delivery *delivery,
                   const struct vmm_message *const *messages, uint32_t count)
{
    struct keeper *self = arg;
    if (access(self->refuse, F_OK) == 0) {
        self->sink->settle(delivery, 0, VMM_SINK_RETRY, 100, "it takes nothing now");
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct vmm_message *m = messages[i];
        fprintf(self->file, "%u\t%s\t%s\t%s\n", m->kind, m->target, m->place, m->json);
        keep_place(self, m->target, m->place);
    }
    fflush(self->file);
    for (uint32_t i = 0; i < count; i++) {
        bool bad = strstr(messages[i]->json, "\"name\":\"drop me\"") != NULL;
        self->sink->settle(delivery, i, bad ? VMM_SINK_DROP : VMM_SINK_DELIVERED, 0,
                           bad ? "never" : NULL);
    }
    return 0;
}

static void drain(void *self)
{
    (void)self;
}

static void close_plugin(void *arg)
{
    fclose(((struct keeper *)arg)->file);
}

static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = open_plugin,
                                        .close = close_plugin,
                                        .deliver = deliver,
                                        .drain = drain};
static const struct vmm_config_item item_path = {.struct_size = sizeof(item_path),
                                                 .type = VMM_CONFIG_PATH,
                                                 .name = "path",
                                                 .summary = "the file",
                                                 .flags = VMM_CONFIG_REQUIRED | VMM_CONFIG_WRITE};
static const struct vmm_config_item *const config[] = {&item_path, NULL};
static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SINK,
                                                 .name = "keeper",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_PLUGIN_KEEPER",
                                                 .summary = "a copy of the record for tests",
                                                 .licence = "MIT",
                                                 .traits = VMM_TRAIT_RECORD,
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .config = config,
                                                 .ops = &ops};
FAULT_ENTRY
