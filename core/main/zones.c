/* SPDX-License-Identifier: MIT */
#include "main/zones.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "base/text.h"

#define FOLDER    "/usr/share/zoneinfo"
#define ZONES_MAX 600u         /* more than the database has */
#define BYTES_MAX (32u * 1024) /* the largest file is an eighth of that */

struct zones {
    struct zone *utc;
    struct zone *list[ZONES_MAX];
    char *missing[ZONES_MAX]; /* names that were looked for in vain */
    size_t count;
    size_t missing_count;
};

struct zones *zones_create(void)
{
    struct zones *zones = calloc(1, sizeof(*zones));
    if (zones == NULL) {
        return NULL;
    }
    zones->utc = zone_utc();
    if (zones->utc == NULL) {
        free(zones);
        return NULL;
    }
    return zones;
}

void zones_destroy(struct zones *zones)
{
    if (zones == NULL) {
        return;
    }
    for (size_t i = 0; i < zones->count; i++) {
        zone_destroy(zones->list[i]);
    }
    for (size_t i = 0; i < zones->missing_count; i++) {
        free(zones->missing[i]);
    }
    zone_destroy(zones->utc);
    free(zones);
}

static int read_zone(const char *name, struct zone **out)
{
    uint8_t bytes[BYTES_MAX];
    char path[128];
    if (!zone_is_name(name) || !text_format(path, sizeof(path), FOLDER "/%s", name)) {
        return VMM_E_INVAL;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return errno == ENOENT ? VMM_E_NOENT : VMM_E_IO;
    }
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return zone_parse(name, bytes, size, out);
}

static bool is_missing(const struct zones *zones, const char *name)
{
    for (size_t i = 0; i < zones->missing_count; i++) {
        if (strcmp(zones->missing[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void note_missing(struct zones *zones, const char *name)
{
    char *copy = zones->missing_count < ZONES_MAX ? strdup(name) : NULL;
    if (copy != NULL) {
        zones->missing[zones->missing_count++] = copy;
    }
    log_warn("zones", "there is no time zone %s in " FOLDER "; its sites are told the time in UTC",
             name);
}

const struct zone *zones_get(struct zones *zones, const char *name)
{
    struct zone *zone = NULL;
    for (size_t i = 0; i < zones->count; i++) {
        if (strcmp(zone_name(zones->list[i]), name) == 0) {
            return zones->list[i];
        }
    }
    if (name[0] == '\0' || zones->count == ZONES_MAX || is_missing(zones, name)) {
        return zones->utc;
    }
    if (read_zone(name, &zone) != 0) {
        note_missing(zones, name);
        return zones->utc;
    }
    zones->list[zones->count++] = zone;
    return zone;
}
