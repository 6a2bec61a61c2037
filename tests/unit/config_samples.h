/* SPDX-License-Identifier: MIT */
/* Settings of every type, for the tests of validation and schema. */
#ifndef TESTS_CONFIG_SAMPLES_H
#define TESTS_CONFIG_SAMPLES_H

#include <vmm/plugin.h>

#define SAMPLE(name_, type_, ...)                                                                  \
    static const struct vmm_config_item sample_##name_ = {.struct_size =                           \
                                                              sizeof(struct vmm_config_item),      \
                                                          .type = VMM_CONFIG_##type_,              \
                                                          .name = #name_,                          \
                                                          .summary = "a sample",                   \
                                                          __VA_ARGS__}

SAMPLE(enabled, BOOL, .default_json = "true");
SAMPLE(count, INT, .default_json = "3", .min = 1, .max = 64);
SAMPLE(offset, INT, .min = -10, .max = 0);
SAMPLE(any, INT, .default_json = "0");
SAMPLE(ratio, NUMBER, .min = 0, .max = 1, .default_json = "0.5");
SAMPLE(title, TEXT, .min = 2, .max = 8);
SAMPLE(note, TEXT, .min = 1);
SAMPLE(mode, WORD, .words = "tcp|udp|http", .default_json = "\"tcp\"");
SAMPLE(folder, PATH);
SAMPLE(target, URL);
SAMPLE(token, SECRET);
SAMPLE(listen, LISTEN);
SAMPLE(wait, DURATION, .default_json = "\"5s\"", .min = 250, .max = 90000);
SAMPLE(key, TEXT, .min = 1, .max = 16, .flags = VMM_CONFIG_REQUIRED);
SAMPLE(pause, DURATION, .default_json = "\"1m\"");
static const struct vmm_config_item *const sample_header[] = {&sample_key, &sample_pause, NULL};
static const struct vmm_config_item *const sample_inner_items[] = {&sample_mode, &sample_pause,
                                                                   NULL};
SAMPLE(headers, LIST, .items = sample_header, .max = 3);
SAMPLE(tags, LIST, .default_json = "[]");
SAMPLE(inner, OBJECT, .items = sample_inner_items);
SAMPLE(strict, OBJECT, .items = sample_header);

static const struct vmm_config_item *const sample_items[] = {
    &sample_enabled, &sample_count,   &sample_offset,
    &sample_any,     &sample_ratio,   &sample_title,
    &sample_note,    &sample_mode,    &sample_folder,
    &sample_target,  &sample_token,   &sample_listen,
    &sample_wait,    &sample_headers, &sample_tags,
    &sample_inner,   &sample_strict,  NULL};

#endif
