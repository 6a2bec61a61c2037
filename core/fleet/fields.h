/* SPDX-License-Identifier: MIT */
/*
 * The keys an operator may give for a site, an NVR or a camera: one table for the command line, the JSON
 * file and the export. Reading a value checks its form; what it refers to is the plan's business.
 */
#ifndef FLEET_FIELDS_H
#define FLEET_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/buf.h"
#include "fleet/records.h"

#define FLEET_SITE   1u
#define FLEET_NVR    2u
#define FLEET_CAMERA 3u

/* One thing with its device, all texts owned by somebody else. */
struct fleet_thing {
    unsigned kind; /* FLEET_* */
    struct site_record site;
    struct nvr_record nvr;
    struct camera_record camera;
    struct device_record device; /* unused by a site */
};

/* Where read texts are kept, and why a value was refused. */
struct field_reader {
    const char *(*keep)(void *owner, const char *text); /* NULL without memory */
    void *owner;
    bool from_text; /* numbers and truth values come as text, from a command line */
    char problem[256];
    char remedy[256];
};

struct field {
    const char *name;
    unsigned kinds; /* bits: 1 << FLEET_* */
    const char *summary;
    int (*read)(struct field_reader *reader, const json_t *value, void *at);
    json_t *(*write)(const void *at); /* a new reference */
    size_t offset;                    /* in struct fleet_thing */
    size_t offset_site;               /* for fields that stand in another struct for each kind */
    size_t offset_nvr;
};

/* The field of this key for this kind, or NULL. */
const struct field *fields_find(unsigned kind, const char *name);

/* All fields of a kind in the order of the export; NULL past the end. */
const struct field *fields_at(unsigned kind, size_t index);

/* Set one field. VMM_E_INVAL with problem and remedy in the reader; VMM_E_NOMEM. */
int fields_read(const struct field *field, struct field_reader *reader, const json_t *value,
                struct fleet_thing *thing);

/* Its value as it stands in the export. A new reference, or NULL without memory. */
json_t *fields_write(const struct field *field, const struct fleet_thing *thing);

/* Append the keys of a kind, "name, timezone and enabled". */
void fields_names(unsigned kind, struct buf *out);

/* A new thing of this kind with its defaults. */
void fields_defaults(unsigned kind, struct fleet_thing *thing);

/* "site", "nvr" or "camera"; and back, 0 when it is none. */
const char *fleet_kind_word(unsigned kind);
unsigned fleet_kind_parse(const char *word);

#endif
