/* SPDX-License-Identifier: MIT */
/* The options of one rule of extraction. */
#include "generic_options.h"

#define SIZE .struct_size = sizeof(struct vmm_config_item)

static const struct vmm_config_item extract_from = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "from",
    .summary = "where the value is",
    .words = "keyvalue|header|cookie|json|xml|regex|status|size|time|age|tls_days|picture|width|"
             "height|wait|connect|hash|unchanged",
    .flags = VMM_CONFIG_REQUIRED,
};

static const struct vmm_config_item extract_key = {
    SIZE,          .type = VMM_CONFIG_TEXT,
    .name = "key", .summary = "name of the key, header or cookie; JSON pointer; path of XML names",
    .min = 1,      .max = 128,
};

static const struct vmm_config_item extract_pattern = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "pattern",
    .summary = "regular expression; its first group is the value",
    .min = 1,
    .max = 256,
};

static const struct vmm_config_item extract_fact = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "fact",
    .summary = "the fact it tells, in a word of the vocabulary; needed without carry",
    .min = 1,
    .max = 32,
};

static const struct vmm_config_item extract_index = {
    SIZE,
    .type = VMM_CONFIG_INT,
    .name = "index",
    .summary = "channel, disk or stream, counted from 1",
    .default_json = "1",
    .min = 1,
    .max = 1024,
};

static const struct vmm_config_item extract_name = {
    SIZE,           .type = VMM_CONFIG_TEXT,
    .name = "name", .summary = "name of the value in messages; needed by the fact vendor",
    .min = 1,       .max = 64,
};

static const struct vmm_config_item extract_format = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "format",
    .summary = "of clock_offset: how the time is written, strptime letters",
    .min = 1,
    .max = 64,
};

static const struct vmm_config_item extract_zone = {
    SIZE,           .type = VMM_CONFIG_TEXT,
    .name = "zone", .summary = "of clock_offset: the zone the device is set to, like +08:00",
    .min = 1,       .max = 16,
};

static const struct vmm_config_item extract_map = {
    SIZE,          .type = VMM_CONFIG_TEXT,
    .name = "map", .summary = "what values mean: 1|on=ok;0|off=fault:video_loss;*=ignore",
    .min = 1,      .max = 1024,
};

static const struct vmm_config_item extract_factor = {
    SIZE,
    .type = VMM_CONFIG_INT,
    .name = "factor",
    .summary = "what a whole number is multiplied by, 1024 for sizes in KB",
    .default_json = "1",
    .min = 1,
    .max = 1099511627776,
};

static const struct vmm_config_item extract_min = {
    SIZE,
    .type = VMM_CONFIG_NUMBER,
    .name = "min",
    .summary = "a number below is a fault",
};

static const struct vmm_config_item extract_max = {
    SIZE,
    .type = VMM_CONFIG_NUMBER,
    .name = "max",
    .summary = "a number above is a fault",
};

static const struct vmm_config_item extract_warn_min = {
    SIZE,
    .type = VMM_CONFIG_NUMBER,
    .name = "warn_min",
    .summary = "a number below is a finding, no fault",
};

static const struct vmm_config_item extract_warn_max = {
    SIZE,
    .type = VMM_CONFIG_NUMBER,
    .name = "warn_max",
    .summary = "a number above is a finding, no fault",
};

static const struct vmm_config_item extract_carry = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "carry",
    .summary = "the name under which later requests have the value, {carry:NAME}",
    .min = 1,
    .max = 32,
};

const struct vmm_config_item *const generic_rule_items[] = {
    &extract_from,  &extract_key,      &extract_pattern,  &extract_fact,
    &extract_carry, &extract_index,    &extract_name,     &extract_format,
    &extract_zone,  &extract_map,      &extract_factor,   &extract_min,
    &extract_max,   &extract_warn_min, &extract_warn_max, NULL};
