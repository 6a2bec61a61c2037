/* SPDX-License-Identifier: MIT */
#include "generic_options.h"

#define SIZE .struct_size = sizeof(struct vmm_config_item)

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
    .summary =
        "path and query; {user}, {pass}, {carry:NAME}, {channel}, {now:FORMAT} … are filled in",
    .min = 1,
    .max = 1024,
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

static const struct vmm_config_item request_body_file = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "body_file",
    .summary = "file that is the body of a POST, in the folder of the plugin's settings",
    .min = 1,
    .max = 64,
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

static const struct vmm_config_item request_conditions = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "conditions",
    .summary = "what values of a JSON answer must be to one another: /used < 0.9 * /total",
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
    .items = generic_rule_items,
};

static const struct vmm_config_item request_connect_timeout = {
    SIZE,
    .type = VMM_CONFIG_DURATION,
    .name = "connect_timeout",
    .summary = "of its connection; the site's profile unless given",
};

static const struct vmm_config_item request_compressed = {
    SIZE,
    .type = VMM_CONFIG_BOOL,
    .name = "compressed",
    .summary = "let the device pack its answer, gzip or deflate",
    .default_json = "false",
};

static const struct vmm_config_item request_expect_version = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "expect_version",
    .summary = "version of HTTP that is expected",
    .default_json = "\"any\"",
    .words = "any|1.0|1.1",
};

static const struct vmm_config_item request_expect_line = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "expect_line",
    .summary = "regular expression that the status line fits, like 200 (OK|Ready)$",
    .min = 1,
    .max = 256,
};

static const struct vmm_config_item request_expect_tls = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "expect_tls",
    .summary = "whether the answer has to come inside TLS",
    .default_json = "\"any\"",
    .words = "any|yes|no",
};

static const struct vmm_config_item request_encoding = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "encoding",
    .summary = "character set of the answer; as it says itself unless given",
    .words = "utf-8|latin1|big5|gbk",
};

static const struct vmm_config_item request_on_timeout = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "on_timeout",
    .summary =
        "what no answer in time means: the look fails, a fault of the expectation, or nothing",
    .default_json = "\"fail\"",
    .words = "fail|fault|ignore",
};

static const struct vmm_config_item request_protocol = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "protocol",
    .summary = "HTTP, or a dialogue over a connection",
    .default_json = "\"http\"",
    .words = "http|tcp",
};

static const struct vmm_config_item request_port = {
    SIZE,           .type = VMM_CONFIG_INT,
    .name = "port", .summary = "of tcp; the device's own unless given",
    .min = 1,       .max = 65535,
};

static const struct vmm_config_item step_expect = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "expect",
    .summary = "regular expression that a line has to fit; lines before it are left out",
    .min = 1,
    .max = 256,
};

static const struct vmm_config_item step_expect_hex = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "expect_hex",
    .summary = "bytes that have to come, in hexadecimal digits",
    .min = 2,
    .max = 1024,
};

static const struct vmm_config_item step_send = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "send",
    .summary = "what is sent as it stands; {1} to {9}, {carry:NAME}, {channel} … are filled in",
    .min = 1,
    .max = 1024,
};

static const struct vmm_config_item step_send_hex = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "send_hex",
    .summary = "bytes that are sent, in hexadecimal digits",
    .min = 2,
    .max = 1024,
};

static const struct vmm_config_item step_starttls = {
    SIZE,
    .type = VMM_CONFIG_BOOL,
    .name = "starttls",
    .summary = "encrypt from here on, as tls of the device says",
};

static const struct vmm_config_item *const step_items[] = {
    &step_expect, &step_expect_hex, &step_send, &step_send_hex, &step_starttls, NULL};

static const struct vmm_config_item request_dialogue = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "dialogue",
    .summary = "of tcp: what is expected and said, in this order",
    .items = step_items,
};

static const struct vmm_config_item *const request_items[] = {&request_name,
                                                              &request_protocol,
                                                              &request_port,
                                                              &request_dialogue,
                                                              &request_method,
                                                              &request_path,
                                                              &request_headers,
                                                              &request_body,
                                                              &request_body_file,
                                                              &request_content_type,
                                                              &request_safe,
                                                              &request_timeout,
                                                              &request_connect_timeout,
                                                              &request_max_bytes,
                                                              &request_redirects,
                                                              &request_login,
                                                              &request_first_part,
                                                              &request_compressed,
                                                              &request_optional,
                                                              &request_expect_status,
                                                              &request_expect_version,
                                                              &request_expect_line,
                                                              &request_expect_tls,
                                                              &request_expect_type,
                                                              &request_encoding,
                                                              &request_on_timeout,
                                                              &request_match,
                                                              &request_fail,
                                                              &request_conditions,
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

static const struct vmm_config_item options_channel = {
    SIZE,
    .type = VMM_CONFIG_INT,
    .name = "channel",
    .summary = "what {channel} stands for, {channel0} counted from 0",
    .default_json = "1",
    .min = 1,
    .max = 1024,
};

static const struct vmm_config_item options_width = {
    SIZE,     .type = VMM_CONFIG_INT, .name = "width",  .summary = "what {width} stands for",
    .min = 1, .max = 16384,           .unit = "pixels",
};

static const struct vmm_config_item options_height = {
    SIZE,     .type = VMM_CONFIG_INT, .name = "height", .summary = "what {height} stands for",
    .min = 1, .max = 16384,           .unit = "pixels",
};

static const struct vmm_config_item options_zone = {
    SIZE,           .type = VMM_CONFIG_TEXT,
    .name = "zone", .summary = "zone of {now:FORMAT}, like +08:00; UTC unless given",
    .min = 1,       .max = 16,
};

static const struct vmm_config_item tls_server_name = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "server_name",
    .summary = "name that is asked for and has to be in the certificate",
    .min = 1,
    .max = 253,
};

static const struct vmm_config_item tls_min_version = {
    SIZE,
    .type = VMM_CONFIG_WORD,
    .name = "min_version",
    .summary = "least version",
    .words = "1.2|1.3",
};

static const struct vmm_config_item tls_ca = {
    SIZE,         .type = VMM_CONFIG_TEXT,
    .name = "ca", .summary = "file of the certificates that are trusted",
    .min = 1,     .max = 64,
};

static const struct vmm_config_item tls_certificate = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "certificate",
    .summary = "file of the certificate to show",
    .min = 1,
    .max = 64,
};

static const struct vmm_config_item tls_key = {
    SIZE, .type = VMM_CONFIG_TEXT, .name = "key", .summary = "file of its key", .min = 1, .max = 64,
};

static const struct vmm_config_item *const tls_items[] = {
    &tls_server_name, &tls_min_version, &tls_ca, &tls_certificate, &tls_key, NULL};

static const struct vmm_config_item options_tls = {
    SIZE,
    .type = VMM_CONFIG_OBJECT,
    .name = "tls",
    .summary = "beside what tls of the device says; files in the folder of the plugin's settings",
    .items = tls_items,
};

static const struct vmm_config_item options_proxy = {
    SIZE,
    .type = VMM_CONFIG_TEXT,
    .name = "proxy",
    .summary = "HTTP proxy on the way, by its name in the plugin's settings",
    .min = 1,
    .max = 64,
};

const struct vmm_config_item *const generic_options[] = {
    &options_requests, &options_basic,  &options_channel,
    &options_width,    &options_height, &options_zone,
    &options_tls,      &options_proxy,  NULL};

/* ---- The plugin ---- */

static const struct vmm_config_item settings_certificates = {
    SIZE,
    .type = VMM_CONFIG_PATH,
    .name = "certificates",
    .summary = "folder of the PEM files that tls of a device may name",
    .default_json = "\"/etc/vmm/tls\"",
};

static const struct vmm_config_item settings_bodies = {
    SIZE,
    .type = VMM_CONFIG_PATH,
    .name = "bodies",
    .summary = "folder of the files that body_file of a request may name",
    .default_json = "\"/etc/vmm/bodies\"",
};

static const struct vmm_config_item settings_proxies = {
    SIZE,
    .type = VMM_CONFIG_LIST,
    .name = "proxies",
    .summary = "proxies that proxy of a device may name, NAME=http://HOST:PORT",
};

const struct vmm_config_item *const generic_settings[] = {&settings_certificates, &settings_bodies,
                                                          &settings_proxies, NULL};
