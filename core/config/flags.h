/* SPDX-License-Identifier: MIT */
/*
 * Feature flags. Each capability and plugin stands behind one, OFF until the file switches it on, for all
 * sites or for named ones. An environment variable of the same name forces it for the life of the process.
 */
#ifndef CONFIG_FLAGS_H
#define CONFIG_FLAGS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "config/error.h"

#define FLAGS_MASTER "FEATURE_VMS_HEALTH_MONITOR"

#define FLAG_OFF   0u
#define FLAG_ON    1u /* at all sites */
#define FLAG_SITES 2u /* at the sites named */

struct flag {
    const char *name;
    unsigned state;           /* FLAG_* */
    const char *const *sites; /* ended by NULL; NULL unless FLAG_SITES */
    const char *origin;       /* "default", "file:line" or "environment" */
    const char *summary;      /* what it switches */
    bool forced;              /* by the environment */
    bool known;               /* something installed reads it */
};

struct flags;

/* Start with the master flag alone. NULL without memory. */
struct flags *flags_create(void);
void flags_destroy(struct flags *flags);

/* Declare a flag that something installed reads. 0, VMM_E_EXIST or VMM_E_NOMEM. */
int flags_declare(struct flags *flags, const char *name, const char *summary);

/*
 * Take a value from a file: true, false or a list of site ids. VMM_E_INVAL with the error for another value
 * or a name that nobody knows; VMM_E_NOENT: the name is one of the contract's or a third party's, but
 * nothing that reads it is installed (it is kept, and the caller warns).
 */
int flags_set(struct flags *flags, const char *name, const json_t *value, const char *origin,
              struct config_error *error);

/* Take the environment's word for each declared flag: on, off, true, false, 1, 0, or site ids with commas.
 * VMM_E_INVAL with the error. */
int flags_force(struct flags *flags, char *const *environment, struct config_error *error);

/* On at this site? `site` NULL: at any site at all (is the plugin to be loaded?). Unknown names are OFF. */
bool flags_state(const struct flags *flags, const char *name, const char *site);

/* All flags in order of their names; valid until the next change. NULL past the end. */
const struct flag *flags_at(const struct flags *flags, size_t index);
const struct flag *flags_find(const struct flags *flags, const char *name);

/* True when both give the same answer for every site. NULL counts as OFF. */
bool flag_same(const struct flag *a, const struct flag *b);

/* "on", "off" or the sites with commas, cut to `size`. Returns `out`. */
const char *flag_text(const struct flag *flag, char *out, size_t size);

#endif
