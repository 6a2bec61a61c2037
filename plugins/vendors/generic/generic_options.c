/* SPDX-License-Identifier: MIT */
#include "generic_options.h"

#define SIZE .struct_size = sizeof(struct vmm_config_item)

/* ---- A rule of extraction ---- */

static const struct vmm_config_item extract_from = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "from",
    .summary = "where the value is",
    .words =
        "keyvalue|header|cookie|json|xml|regex|status|size|time|age|tls_days|picture|width|height",
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

static const struct vmm_config_item extract_carry = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "carry",
    .summary = "the name under which later requests have the value, {carry:NAME}",
    .min = 1,
    .max = 32,
};

static const struct vmm_config_item *const extract_items[] = {
    &extract_from,   &extract_key,  &extract_pattern, &extract_fact, &extract_carry,
    &extract_index,  &extract_name, &extract_format,  &extract_zone, &extract_map,
    &extract_factor, &extract_min,  &extract_max,     NULL};

/* ---- A request ---- */

static const struct vmm_config_item request_name = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "name",
    .summary = "a word for messages",
    .min = 1,
    .max = 32,
    .flags = VMM_CONFIG_REQUIRED,
};

static const struct vmm_config_item request_method = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "method",
    .summary = "HTTP method",
    .default_json = "\"GET\"",
    .words = "GET|HEAD|POST",
};

static const struct vmm_config_item request_path = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "path",
    .summary = "path and query; {user}, {pass}, {pass_md5} and {carry:NAME} are filled in",
    .min = 1,
    .max = 1024,
    .flags = VMM_CONFIG_REQUIRED,
};

static const struct vmm_config_item request_headers = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "headers",
    .summary = "header lines, Name: value",
};

static const struct vmm_config_item request_body = {
    SIZE, .type = VMM_CONFIG_TEXT, .name = "body", .summary = "body of a POST", .max = 4096,
};

static const struct vmm_config_item request_content_type = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "content_type",
    .summary = "Content-Type of the body",
    .min = 1,
    .max = 128,
};

static const struct vmm_config_item request_safe = {
    SIZE,
    .type = VMM_CONFIG_BOOL,
    .name = "safe",
    .summary = "of a POST: it changes nothing; a POST without it is refused",
    .default_json = "false",
};

static const struct vmm_config_item request_timeout = {
    SIZE,
    .type = VMM_CONFIG_DURATION,
    .name = "timeout",
    .summary = "of this request; the rest of the look unless given",
};

static const struct vmm_config_item request_max_bytes = {
    SIZE,
    .type = VMM_CONFIG_INT,
    .name = "max_bytes",
    .summary = "bytes of the body that are read",
    .default_json = "1048576",
    .min = 1,
    .max = 4194304,
    .unit = "bytes",
};

static const struct vmm_config_item request_redirects = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "redirects",
    .summary = "whether redirects are followed",
    .default_json = "\"none\"",
    .words = "none|same_device",
};

static const struct vmm_config_item request_login = {
    SIZE,
    .type = VMM_CONFIG_BOOL,
    .name = "login",
    .summary =
        "answer a challenge with the credential; false for a request that is a login of its own",
    .default_json = "true",
};

static const struct vmm_config_item request_first_part = {
    SIZE,
    .type = VMM_CONFIG_BOOL,
    .name = "first_part",
    .summary = "of a multipart answer that never ends, read the first part",
    .default_json = "false",
};

static const struct vmm_config_item request_optional = {
    SIZE,
    .type = VMM_CONFIG_BOOL,
    .name = "optional",
    .summary = "the look goes on when this request fails",
    .default_json = "false",
};

static const struct vmm_config_item request_expect_status = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "expect_status",
    .summary = "statuses that are expected, like 200,204,300-303",
    .default_json = "\"200-299\"",
    .min = 1,
    .max = 128,
};

static const struct vmm_config_item request_expect_type = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "expect_type",
    .summary = "what the Content-Type of the answer begins with",
    .min = 1,
    .max = 128,
};

static const struct vmm_config_item request_match = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "match",
    .summary = "regular expressions that must all be in the body",
};

static const struct vmm_config_item request_fail = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "fail",
    .summary = "regular expressions none of which may be in the body",
};

static const struct vmm_config_item request_refused = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "refused",
    .summary = "regular expressions of an answer that refuses the login",
};

static const struct vmm_config_item request_locked = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "locked",
    .summary = "regular expressions of an answer that says that the account is locked",
};

static const struct vmm_config_item request_match_headers = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "match_headers",
    .summary = "headers that must be there, Name: regular expression",
};

static const struct vmm_config_item request_fail_headers = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "fail_headers",
    .summary = "headers that may not be there, Name: regular expression",
};

static const struct vmm_config_item request_extract = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "extract",
    .summary = "values to read",
    .items = extract_items,
};

static const struct vmm_config_item *const request_items[] = {&request_name,
                                                              &request_method,
                                                              &request_path,
                                                              &request_headers,
                                                              &request_body,
                                                              &request_content_type,
                                                              &request_safe,
                                                              &request_timeout,
                                                              &request_max_bytes,
                                                              &request_redirects,
                                                              &request_login,
                                                              &request_first_part,
                                                              &request_optional,
                                                              &request_expect_status,
                                                              &request_expect_type,
                                                              &request_match,
                                                              &request_fail,
                                                              &request_refused,
                                                              &request_locked,
                                                              &request_match_headers,
                                                              &request_fail_headers,
                                                              &request_extract,
                                                              NULL};

/* ---- A device ---- */

static const struct vmm_config_item options_requests = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "requests",
    .summary = "what is asked, in this order",
    .flags = VMM_CONFIG_REQUIRED,
    .items = request_items,
};

static const struct vmm_config_item options_basic = {
    SIZE,
    .type = VMM_CONFIG_BOOL,
    .name = "basic",
    .summary = "answer Basic without TLS where the device offers nothing better",
    .default_json = "false",
};

const struct vmm_config_item *const generic_options[] = {&options_requests, &options_basic, NULL};
