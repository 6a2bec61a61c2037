/* SPDX-License-Identifier: MIT */
#include "main/figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "ipc/message.h"

#define FIGURES_MAX    1024u
#define NAMES_A_PLUGIN 64u

struct figures {
    struct figure items[FIGURES_MAX];
    uint32_t count;
};

static bool is_name(const char *plugin, const char *name)
{
    char prefix[80];
    text_format(prefix, sizeof(prefix), "vmm_%s_", plugin);
    if (strncmp(name, prefix, strlen(prefix)) != 0 ||
        strlen(name) >= sizeof(((struct figure *)NULL)->name)) {
        return false;
    }
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

static struct figure *find(struct figures *figures, const char *plugin, const char *name)
{
    uint32_t of_plugin = 0;
    for (uint32_t i = 0; i < figures->count; i++) {
        if (strcmp(figures->items[i].name, name) == 0) {
            return &figures->items[i];
        }
        of_plugin += strcmp(figures->items[i].plugin, plugin) == 0;
    }
    if (of_plugin >= NAMES_A_PLUGIN || figures->count == FIGURES_MAX) {
        return NULL;
    }
    struct figure *figure = &figures->items[figures->count++];
    text_format(figure->plugin, sizeof(figure->plugin), "%s", plugin);
    text_format(figure->name, sizeof(figure->name), "%s", name);
    return figure;
}

int figures_take(struct figures *figures, const char *plugin, const struct frame *frame)
{
    struct metric_message message;
    if (message_get_metric(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    struct figure *figure = is_name(plugin, message.name) && isfinite(message.value)
                                ? find(figures, plugin, message.name)
                                : NULL;
    if (figure != NULL) {
        figure->is_counter = message.is_counter != 0;
        figure->value = message.is_counter ? figure->value + message.value : message.value;
    }
    return 0;
}

bool figures_value(const struct figures *figures, const char *name, double *value)
{
    for (uint32_t i = 0; i < figures->count; i++) {
        if (strcmp(figures->items[i].name, name) == 0) {
            *value = figures->items[i].value;
            return true;
        }
    }
    return false;
}

const struct figure *figures_at(const struct figures *figures, uint32_t index)
{
    return index < figures->count ? &figures->items[index] : NULL;
}

struct figures *figures_create(void)
{
    return calloc(1, sizeof(struct figures));
}

void figures_destroy(struct figures *figures)
{
    free(figures);
}
