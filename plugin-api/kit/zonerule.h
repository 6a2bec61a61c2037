/* SPDX-License-Identifier: MIT */
/*
 * A zone and its daylight-saving rule as a POSIX TZ text, "CET-1CEST,M3.5.0,M10.5.0/3": what many
 * devices are set to. Their wall clock and this rule together give the time; no table of zones is
 * needed.
 *
 * The sign runs the other way than people write it: CST-8 is east of Greenwich.
 */
#ifndef VMM_KIT_ZONERULE_H
#define VMM_KIT_ZONERULE_H

#include <kit/datetime.h>

/* The number behind the name of daylight saving is the step itself, "CST-8:00:00DST01:00:00", not
 * the zone during it: so does Hikvision write it. */
#define VMM_ZONERULE_STEP 1u

#define VMM_ZONERULE_TEXT 112u /* bytes of a rule as text, with its NUL */

/* When the clock changes: in `month`, on the `week`-th (5: last) `day` (0: Sunday), so many seconds
 * after midnight of the time that ends. */
struct vmm_zonerule_change {
    int32_t month;
    int32_t week;
    int32_t day;
    int32_t seconds;
};

struct vmm_zonerule {
    int32_t standard_s; /* seconds east of UTC */
    int32_t daylight_s; /* the same during daylight saving */
    bool has_daylight;
    struct vmm_zonerule_change begins;
    struct vmm_zonerule_change ends;
};

/* Read a rule; `flags` are VMM_ZONERULE_*. 0; VMM_E_INVAL when it is none; VMM_E_NOTSUP for changes
 * by day of the year, or daylight saving without a rule; VMM_E_RANGE. */
int vmm_zonerule_parse(struct vmm_text text, uint32_t flags, struct vmm_zonerule *rule);

/* Seconds east of UTC at this moment, milliseconds since 1970 UTC. */
int32_t vmm_zonerule_offset(const struct vmm_zonerule *rule, int64_t utc_ms);

/* The moment at which the wall clock shows this, milliseconds since 1970 UTC. In the hour that comes
 * twice, the one nearer to `near_ms`. */
int64_t vmm_zonerule_utc_ms(const struct vmm_zonerule *rule, const struct vmm_datetime *wall,
                            int64_t near_ms);

/* Write the rule as POSIX has it, with names of no meaning. */
void vmm_zonerule_print(const struct vmm_zonerule *rule, char out[VMM_ZONERULE_TEXT]);

#endif
