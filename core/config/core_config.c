/* SPDX-License-Identifier: MIT */
#include "config/core_config.h"

#include <string.h>
#include <sys/un.h>

#include "base/address.h"
#include "base/log.h"
#include "base/text.h"

#define SECOND 1000ll
#define DAY    86400000ll

#define ITEM(name_, type_, default_, min_, max_, summary_)                                         \
    {                                                                                              \
        .struct_size = sizeof(struct vmm_config_item), .type = VMM_CONFIG_##type_, .name = name_,  \
        .summary = summary_, .default_json = default_, .min = min_, .max = max_                    \
    }

/* type, key, field, default, least, most, summary */
#define WATCH_SETTINGS(X)                                                                          \
    X(DURATION, interval, interval_ms, "\"4m\"", 100, DAY, "between looks at a healthy device")    \
    X(DURATION, jitter, jitter_ms, "\"60s\"", 0, DAY, "of the interval, either way")               \
    X(DURATION, suspect_interval, suspect_interval_ms, "\"60s\"", 100, DAY,                        \
      "between looks at a suspect device")                                                         \
    X(DURATION, suspect_time, suspect_time_ms, "\"30m\"", 0, DAY,                                  \
      "a standing fault alone keeps the suspect rhythm so long")                                   \
    X(DURATION, trial_interval, trial_interval_ms, "\"60s\"", 100, DAY,                            \
      "between trials while the breaker is open")                                                  \
    X(DURATION, trial_time, trial_time_ms, "\"10m\"", 0, DAY,                                      \
      "after so long trials follow the normal rhythm")                                             \
    X(DURATION, full_after, full_after_ms, "\"1s\"", 0, 60 * SECOND,                               \
      "a full look follows a good trial after this")                                               \
    X(DURATION, deadline, deadline_ms, "\"30s\"", 100, 600 * SECOND, "of one look")                \
    X(DURATION, connect_timeout, connect_timeout_ms, "\"5s\"", 50, 60 * SECOND,                    \
      "of one connection")                                                                         \
    X(DURATION, latency_limit, latency_limit_ms, "\"5s\"", 1, 600 * SECOND,                        \
      "a slower request makes a slow look")                                                        \
    X(INT, latency_critical_count, latency_critical_count, "2", 1, 15,                             \
      "slow looks in a row to critical")                                                           \
    X(INT, fail_count, fail_count, "5", 1, 15,                                                     \
      "failed looks in a row to DOWN and to an open breaker")                                      \
    X(INT, ok_count, ok_count, "2", 1, 15, "good looks in a row to OK")                            \
    X(INT, degraded_on, degraded_on, "2", 1, 15, "looks until a DEGRADED reason holds")            \
    X(INT, degraded_off, degraded_off, "3", 1, 15, "looks until it no longer holds")               \
    X(INT, sustain_count, sustain_count, "3", 1, 15, "good full looks out of critical")            \
    X(DURATION, sustain_time, sustain_time_ms, "\"2m\"", 0, DAY, "over at least so long")          \
    X(BOOL, confirm, confirm, "true", 0, 0, "repeat a first failure; false is plain polling")      \
    X(DURATION, confirm_step, confirm_step_ms, "\"5s\"", 10, 600 * SECOND,                         \
      "repeats come after 1, 2, 4 and 8 of these")                                                 \
    X(DURATION, confirm_deadline, confirm_deadline_ms, "\"8s\"", 100, 600 * SECOND,                \
      "of one repeat")                                                                             \
    X(DURATION, clock_limit, clock_limit_ms, "\"60s\"", SECOND, DAY,                               \
      "a device's clock may be off by this")                                                       \
    X(DURATION, spread, spread_ms, "\"60s\"", 0, DAY,                                              \
      "overdue looks after a start or a pause are spread over this")                               \
    X(DURATION, pause, pause_ms, "\"10s\"", SECOND, DAY,                                           \
      "a longer gap of vmmd itself voids the looks in flight")

#define LIMIT_SETTINGS(X)                                                                          \
    X(INT, looks_per_provider, looks_per_provider, "256", 1, 65536,                                \
      "looks in flight at one provider")                                                           \
    X(INT, looks_per_way, looks_per_way, "64", 1, 65536, "looks in flight over the way of a site") \
    X(INT, look_bytes, look_bytes, "8388608", 1024, 1073741824,                                    \
      "bytes of all answers of one look together")

#define DECLARE_WATCH(type, key, field, initial, least, most, summary)                             \
    static const struct vmm_config_item watch_##key =                                              \
        ITEM(#key, type, initial, least, most, summary);
#define DECLARE_LIMIT(type, key, field, initial, least, most, summary)                             \
    static const struct vmm_config_item limit_##key =                                              \
        ITEM(#key, type, initial, least, most, summary);
#define LIST_WATCH(type, key, field, initial, least, most, summary) &watch_##key,
#define LIST_LIMIT(type, key, field, initial, least, most, summary) &limit_##key,

WATCH_SETTINGS(DECLARE_WATCH)
LIMIT_SETTINGS(DECLARE_LIMIT)
static const struct vmm_config_item *const watch_items[] = {WATCH_SETTINGS(LIST_WATCH) NULL};
static const struct vmm_config_item *const limit_items[] = {LIMIT_SETTINGS(LIST_LIMIT) NULL};

static const struct vmm_config_item log_level_item = {
    .struct_size = sizeof(log_level_item),
    .type = VMM_CONFIG_WORD,
    .name = "level",
    .summary = "the highest level that is written",
    .default_json = "\"info\"",
    .words = "error|warn|info|debug",
};
static const struct vmm_config_item log_file_item =
    ITEM("file", PATH, NULL, 0, 0, "written instead of standard error; reopened by SIGUSR1");
static const struct vmm_config_item *const log_items[] = {&log_level_item, &log_file_item, NULL};

static const struct vmm_config_item control_status =
    ITEM("status_socket", PATH, NULL, 0, 0, "for reading; default run_dir/status.sock");
static const struct vmm_config_item control_control =
    ITEM("control_socket", PATH, NULL, 0, 0, "for changes; default run_dir/control.sock");
static const struct vmm_config_item control_group =
    ITEM("group", TEXT, NULL, 1, 64, "group of both sockets; default that of the process");
static const struct vmm_config_item *const control_items[] = {&control_status, &control_control,
                                                              &control_group, NULL};

static const struct vmm_config_item store_path =
    ITEM("path", PATH, NULL, 0, 0, "the database; default data_dir/core.db");
static const struct vmm_config_item store_soft_period =
    ITEM("soft_period", DURATION, "\"14m\"", SECOND, 840 * SECOND,
         "what a good look found is written within this");
static const struct vmm_config_item *const store_items[] = {&store_path, &store_soft_period, NULL};

static const struct vmm_config_item vault_path =
    ITEM("path", PATH, NULL, 0, 0, "sealed credentials; default data_dir/vault.db");
static const struct vmm_config_item vault_key =
    ITEM("key_file", PATH, NULL, 0, 0, "keys of the vault; default data_dir/vault.key");
static const struct vmm_config_item *const vault_items[] = {&vault_path, &vault_key, NULL};

static const struct vmm_config_item tls_ca =
    ITEM("ca_file", PATH, NULL, 0, 0, "certificates trusted instead of the system's");
static const struct vmm_config_item *const tls_items[] = {&tls_ca, NULL};

static const struct vmm_config_item gateway_file =
    ITEM("file", PATH, NULL, 0, 0, "who is told what; default gateway.json beside this file");
static const struct vmm_config_item *const gateway_items[] = {&gateway_file, NULL};

#define GROUP(name_, items_, summary_)                                                             \
    {                                                                                              \
        .struct_size = sizeof(struct vmm_config_item), .type = VMM_CONFIG_OBJECT, .name = name_,   \
        .summary = summary_, .items = items_                                                       \
    }

static const struct vmm_config_item node_id =
    ITEM("node_id", TEXT, NULL, 1, 64, "this node's id; default the name of the machine");
static const struct vmm_config_item run_dir =
    ITEM("run_dir", PATH, "\".run\"", 0, 0, "folder of what lives as long as vmmd: sockets");
static const struct vmm_config_item data_dir =
    ITEM("data_dir", PATH, NULL, 0, 0, "folder of what stays: databases; default run_dir");
static const struct vmm_config_item plugin_dir =
    ITEM("plugin_dir", PATH, NULL, 0, 0, "folder of the plugins and their fragments");
static const struct vmm_config_item log_group = GROUP("log", log_items, "the log");
static const struct vmm_config_item watch_group =
    GROUP("watch", watch_items, "how devices are looked at and judged");
static const struct vmm_config_item limit_group =
    GROUP("limits", limit_items, "what may be under way at once");
static const struct vmm_config_item control_group_item =
    GROUP("control", control_items, "the sockets of vmmctl");
static const struct vmm_config_item store_group = GROUP("store", store_items, "the record");
static const struct vmm_config_item vault_group = GROUP("vault", vault_items, "the credentials");
static const struct vmm_config_item tls_group = GROUP("tls", tls_items, "trust");
static const struct vmm_config_item gateway_group =
    GROUP("gateway", gateway_items, "messages to people");

static const struct vmm_config_item references =
    ITEM("references", LIST, "[]", 0, 8,
         "\"address:port\" of what always answers, a router or a server: when all of them that "
         "ever did are "
         "silent, this machine is cut off");

config_items core_config_items(void)
{
    static const struct vmm_config_item *const items[] = {
        &node_id,     &run_dir,       &data_dir,           &plugin_dir,  &log_group,
        &watch_group, &limit_group,   &control_group_item, &store_group, &vault_group,
        &tls_group,   &gateway_group, &references,         NULL,
    };
    return items;
}

/* ---- What follows from other settings ---- */

static const char *text_of(const json_t *settings, const char *group, const char *key)
{
    const json_t *object = group != NULL ? json_object_get(settings, group) : settings;
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static int derive(json_t *settings, const char *group, const char *key, const char *folder,
                  const char *file)
{
    json_t *object = group != NULL ? json_object_get(settings, group) : settings;
    if (json_object_get(object, key) != NULL) {
        return 0;
    }
    json_t *value = file != NULL ? json_sprintf("%s/%s", folder, file) : json_string(folder);
    return value != NULL && json_object_set_new(object, key, value) == 0 ? 0 : VMM_E_NOMEM;
}

int core_config_derive(json_t *settings)
{
    const char *run = text_of(settings, NULL, "run_dir");
    int rc = derive(settings, NULL, "data_dir", run, NULL);
    const char *data = text_of(settings, NULL, "data_dir");
    const struct {
        const char *group;
        const char *key;
        const char *folder;
        const char *file;
    } paths[] = {
        {"control", "status_socket", run, "status.sock"},
        {"control", "control_socket", run, "control.sock"},
        {"store", "path", data, "core.db"},
        {"vault", "path", data, "vault.db"},
        {"vault", "key_file", data, "vault.key"},
    };
    for (size_t i = 0; rc == 0 && i < sizeof(paths) / sizeof(paths[0]); i++) {
        rc = derive(settings, paths[i].group, paths[i].key, paths[i].folder, paths[i].file);
    }
    return rc;
}

/* ---- What no single item can say ---- */

static int64_t watch_number(const json_t *settings, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(settings, "watch"), key));
}

static int check_socket(const json_t *settings, const char *key, struct config_error *error)
{
    const char *path = text_of(settings, "control", key);
    char pointer[64];
    if (strlen(path) < sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        return 0;
    }
    text_format(pointer, sizeof(pointer), "/control/%s", key);
    config_error_set(error, pointer, "choose a shorter run_dir, or set this path",
                     "the path of a socket has at most 107 bytes, this one has %zu", strlen(path));
    return VMM_E_INVAL;
}

static int check_references(const json_t *settings, struct config_error *error)
{
    const json_t *list = json_object_get(settings, "references");
    struct sockaddr_storage address;
    socklen_t size = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        char pointer[32];
        if (text == NULL || address_parse(text, &address, &size) != 0) {
            text_format(pointer, sizeof(pointer), "/references/%zu", i);
            config_error_set(error, pointer, "write \"10.0.0.1:53\" or \"[2001:db8::1]:443\"",
                             "this is no literal address with a port");
            return VMM_E_INVAL;
        }
    }
    return 0;
}

int core_config_check(const json_t *settings, struct config_error *error)
{
    if (watch_number(settings, "jitter") >= watch_number(settings, "interval")) {
        config_error_set(error, "/watch/jitter", "make it smaller than /watch/interval",
                         "the jitter is not below the interval");
        return VMM_E_INVAL;
    }
    if (watch_number(settings, "connect_timeout") > watch_number(settings, "deadline")) {
        config_error_set(error, "/watch/connect_timeout", "make it at most /watch/deadline",
                         "a connection may take longer than its look");
        return VMM_E_INVAL;
    }
    if (!text_is_id(text_of(settings, NULL, "node_id"))) {
        config_error_set(error, "/node_id", "write letters, digits, '.', '_' and '-'",
                         "this is no id");
        return VMM_E_INVAL;
    }
    int rc = check_references(settings, error);
    rc = rc != 0 ? rc : check_socket(settings, "status_socket", error);
    return rc != 0 ? rc : check_socket(settings, "control_socket", error);
}

/* ---- The struct ---- */

#define READ_DURATION(object, key) (uint32_t) json_integer_value(json_object_get(object, key))
#define READ_INT(object, key)      (uint32_t) json_integer_value(json_object_get(object, key))
#define READ_BOOL(object, key)     json_is_true(json_object_get(object, key))
#define READ_SETTING(type, key, field, initial, least, most, summary)                              \
    out->field = READ_##type(object, #key);

static void read_watch(const json_t *object, struct watch_settings *out)
{
    WATCH_SETTINGS(READ_SETTING)
}

static void read_limits(const json_t *object, struct limit_settings *out)
{
    LIMIT_SETTINGS(READ_SETTING)
}

void core_config_read(const json_t *settings, struct core_settings *out)
{
    *out = (struct core_settings){
        .node_id = text_of(settings, NULL, "node_id"),
        .run_dir = text_of(settings, NULL, "run_dir"),
        .data_dir = text_of(settings, NULL, "data_dir"),
        .plugin_dir = text_of(settings, NULL, "plugin_dir"),
        .log_file = text_of(settings, "log", "file"),
        .log_level = log_level_parse(text_of(settings, "log", "level")),
        .status_socket = text_of(settings, "control", "status_socket"),
        .control_socket = text_of(settings, "control", "control_socket"),
        .control_group = text_of(settings, "control", "group"),
        .store_path = text_of(settings, "store", "path"),
        .soft_period_ms = READ_DURATION(json_object_get(settings, "store"), "soft_period"),
        .gateway_file = text_of(settings, "gateway", "file"),
        .vault_path = text_of(settings, "vault", "path"),
        .vault_key_file = text_of(settings, "vault", "key_file"),
        .ca_file = text_of(settings, "tls", "ca_file"),
        .references = json_object_get(settings, "references"),
    };
    read_watch(json_object_get(settings, "watch"), &out->watch);
    read_limits(json_object_get(settings, "limits"), &out->limits);
}
