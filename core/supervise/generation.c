/* SPDX-License-Identifier: MIT */
#include "supervise/generation.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

struct generation *generation_create(const struct plugin_spec *spec, uint32_t number)
{
    struct generation *generation = calloc(1, sizeof(*generation));
    if (generation == NULL) {
        return NULL;
    }
    generation->plugin_fd = -1;
    generation->number = number;
    generation->kind = spec->kind;
    generation->shown_kind = spec->kind;
    generation->host_count = spec->hosts < 1 ? 1 : spec->hosts;
    if (generation->host_count > PLUGIN_HOSTS_MAX) {
        generation->host_count = PLUGIN_HOSTS_MAX;
    }
    generation->path = strdup(spec->path);
    generation->flag = strdup(spec->flag);
    generation->config = strdup(spec->config);
    if (generation->path == NULL || generation->flag == NULL || generation->config == NULL) {
        generation_destroy(generation);
        return NULL;
    }
    return generation;
}

int generation_open(struct generation *generation, char why[256])
{
    int fd = file_open_trusted(generation->path, &generation->identity, why, 256);
    if (fd < 0) {
        return fd;
    }
    generation->plugin_fd = fd;
    return 0;
}

void generation_destroy(struct generation *generation)
{
    if (generation == NULL) {
        return;
    }
    for (size_t i = 0; i < PLUGIN_HOSTS_MAX; i++) {
        host_destroy(generation->hosts[i]);
    }
    host_destroy(generation->isolation);
    if (generation->plugin_fd >= 0) {
        close(generation->plugin_fd);
    }
    description_destroy(generation->description);
    free(generation->path);
    free(generation->flag);
    free(generation->config);
    free(generation);
}

static bool same_file(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed_ns == b->changed_ns;
}

bool generation_is_of(const struct generation *generation, const struct plugin_spec *spec)
{
    return strcmp(generation->path, spec->path) == 0 && strcmp(generation->flag, spec->flag) == 0 &&
           strcmp(generation->config, spec->config) == 0 && generation->kind == spec->kind &&
           generation->host_count == spec->hosts;
}

bool generation_has_file(const struct generation *generation)
{
    struct file_identity now;
    return generation->plugin_fd >= 0 && file_identify(generation->path, &now) == 0 &&
           same_file(&generation->identity, &now);
}

struct plugin_spec generation_spec(const struct generation *generation, const char *name)
{
    return (struct plugin_spec){.name = name,
                                .path = generation->path,
                                .flag = generation->flag,
                                .kind = generation->kind,
                                .hosts = generation->host_count,
                                .config = generation->config};
}

bool generation_is_ready(const struct generation *generation)
{
    for (size_t i = 0; i < generation->host_count; i++) {
        if (generation->hosts[i] != NULL && host_state(generation->hosts[i]) == LIFE_READY) {
            return true;
        }
    }
    return false;
}

bool generation_is_empty(const struct generation *generation)
{
    for (size_t i = 0; i < PLUGIN_HOSTS_MAX; i++) {
        if (generation->hosts[i] != NULL) {
            return false;
        }
    }
    return generation->isolation == NULL;
}

void generation_each(struct generation *generation, void (*fn)(struct host *host))
{
    for (size_t i = 0; i < PLUGIN_HOSTS_MAX; i++) {
        if (generation->hosts[i] != NULL) {
            fn(generation->hosts[i]);
        }
    }
    if (generation->isolation != NULL) {
        fn(generation->isolation);
    }
}

void generation_forget(struct generation *generation, const struct host *host)
{
    for (size_t i = 0; i < PLUGIN_HOSTS_MAX; i++) {
        if (generation->hosts[i] == host) {
            generation->hosts[i] = NULL;
        }
    }
    if (generation->isolation == host) {
        generation->isolation = NULL;
    }
}
