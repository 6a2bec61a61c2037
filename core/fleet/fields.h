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

/* One thing with its device. Its texts are owned by somebody else. */
struct fleet_thing {
    unsigned kind; /* FLEET_* */
    struct site_record site;
    struct nvr_record nvr;
    struct camera_record camera;
    struct device_record device; /* of an NVR or a camera; see fields_has_device() */
};

/* Where texts that are read are kept, and why a value was refused. */
struct field_reader {
    const char *(*keep)(void *owner, const char *text); /* NULL without memory */
    void *owner;
    bool from_text; /* every value is a text, from a command line */
    char problem[256];
    char remedy[256];
};

struct field_type; /* how the values of a field are read and written */

struct field {
    const char *name;
    const char *summary;
    const struct field_type *type;
    size_t offset; /* in struct fleet_thing */
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

/* Append the keys of a kind: "name, timezone, enabled". */
void fields_names(unsigned kind, struct buf *out);

/* A new thing of this kind with its defaults. */
void fields_defaults(unsigned kind, struct fleet_thing *thing);

/* True when a field of the device is set: an NVR, and a camera that is more than a channel. */
bool fields_has_device(const struct fleet_thing *thing);

/* The id and the site of a thing; "" for the site of a site. */
const char *fields_id(const struct fleet_thing *thing);
const char *fields_site(const struct fleet_thing *thing);

/* "site", "nvr" or "camera"; and back, 0 when it is none. */
const char *fleet_kind_word(unsigned kind);
unsigned fleet_kind_parse(const char *word);

#endif
