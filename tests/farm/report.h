/* SPDX-License-Identifier: MIT */
/* What clients did to the farm, as JSON; and the file that says where its devices are. */
#ifndef FARM_REPORT_H
#define FARM_REPORT_H

#include "farm/farm.h"

/* The report of the devices matching PATTERN, with one entry each if EACH. New reference. */
json_t *report_make(const struct farm *farm, const char *pattern, bool each);

/* The ports bound and the devices, with CONTROL (may be NULL) as the control socket's path. New
 * reference. */
json_t *report_places(const struct farm *farm, const char *control);

/* The value of a count by its name in the report, or "logins" (good and bad). False: no such. */
bool report_count(const struct device *device, const char *name, uint64_t *value);

/* Writes JSON to PATH by way of a temporary file beside it, or as one line to standard output when
 * PATH is "-". 0, or a negative errno value. */
int report_write(const json_t *json, const char *path);

#endif
