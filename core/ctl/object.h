/* SPDX-License-Identifier: MIT */
/* What can be listed, added, set, removed and tested: sites, NVRs, cameras, credentials. */
#ifndef CTL_OBJECT_H
#define CTL_OBJECT_H

#include "ctl/ctl.h"
#include "ctl/listing.h"

struct object {
    const char *name; /* as in "camera.add" */
    const struct listing_spec *list;
};

extern const char *const object_words[];         /* list, add, set, rm, test */
extern const struct ctl_option object_options[]; /* of a verb whose fields are FIELD=VALUE */

/* Run the verb of an object whose fields are given as FIELD=VALUE. */
int object_run(struct ctl *ctl, const struct object *object);

/* Its parts, for an object that adds and sets in its own way. */
int object_list(struct ctl *ctl, const struct object *object);
int object_remove(struct ctl *ctl, const struct object *object, const char *id);
int object_test(struct ctl *ctl, const struct object *object, const char *id);

/* Send "OBJECT.WORD" with these arguments, taken over, and say what has changed. */
int object_change(struct ctl *ctl, const struct object *object, const char *word, json_t *args);

/* The arguments from operand `first` on as a list of texts FIELD=VALUE. NULL, with a complaint,
 * when one is none, or is a password. */
json_t *object_fields(struct ctl *ctl, size_t first);

#endif
