/* SPDX-License-Identifier: MIT */
/*
 * From a piece of an answer to a fact: which standing a value has, and in which type it is told.
 */
#ifndef GENERIC_VALUE_H
#define GENERIC_VALUE_H

#include <kit/observe.h>

#define GENERIC_MAP_MAX 32u /* values of one map */

/* One value of a map, and what it means. */
struct generic_meaning {
    char *value; /* "*": any other */
    uint32_t standing;
    uint32_t reason; /* 0: the usual one of the fact */
    bool warns;      /* well, and worth a finding */
};

/* What is done with a value. */
struct generic_rule {
    char *name; /* of the vendor fact, else NULL */
    uint32_t fact;
    uint32_t type;
    uint32_t index;
    char *format;         /* of clock_offset, else NULL */
    bool has_zone;        /* a zone is set; else the format names one */
    int32_t zone_minutes; /* east of UTC */
    int64_t factor;       /* of a whole number */
    bool has_min;
    bool has_max;
    double min;
    double max;
    bool has_warn_min; /* outside these a number is well, and worth a finding */
    bool has_warn_max;
    double warn_min;
    double warn_max;
    struct generic_meaning *map;
    size_t map_count;
};

/* When the answer was asked for and came (struct vmm_http_answer). */
struct generic_times {
    int64_t sent_wall_us;
    int64_t received_wall_us;
};

/* Read a decimal number with nothing around it. False when it is none; `*number` may have changed then. */
bool generic_value_number(struct vmm_text value, double *number);

/* Read a map, "1|on=ok;0|off=fault:video_loss;*=ignore". The words are ok, warn, fault,
 * fault:<reason>, ignore. VMM_E_INVAL with one line in `why`; what was read is released with the rule. */
int generic_map_parse(struct generic_rule *rule, const char *text, char *why, size_t why_size);

/* Release what a rule owns. */
void generic_rule_finish(struct generic_rule *rule);

/* Report a value. True when it is what is expected, or not judged; false when it is a fault of the
 * operator's own expectation, told in `why` in one line. */
bool generic_value_report(const struct generic_rule *rule, struct vmm_text value,
                          const struct generic_times *times, const struct vmm_observer *to,
                          char *why, size_t why_size);

#endif
