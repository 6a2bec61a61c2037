/* SPDX-License-Identifier: MIT */
#include "pg_settings.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHY_MAX 160

/* ---- what is declared ---- */

static const struct vmm_config_item item_hosts = {
    .struct_size = sizeof(item_hosts),
    .type = VMM_CONFIG_LIST,
    .name = "hosts",
    .summary = "the servers, tried in this order until one takes writes: a name or an address, "
               "with :port if it is"
               " not 5432, or the folder of a unix socket",
    .default_json = "[\"/var/run/postgresql\"]",
};

static const struct vmm_config_item item_database = {.struct_size = sizeof(item_database),
                                                     .type = VMM_CONFIG_TEXT,
                                                     .name = "database",
                                                     .summary = "the database; it has to exist",
                                                     .default_json = "\"vmm\"",
                                                     .min = 1,
                                                     .max = 63};

static const struct vmm_config_item item_schema = {
    .struct_size = sizeof(item_schema),
    .type = VMM_CONFIG_TEXT,
    .name = "schema",
    .summary = "the schema of the tables, made when it is not there: a-z, 0-9 and _",
    .default_json = "\"public\"",
    .min = 1,
    .max = 63,
};

static const struct vmm_config_item item_user = {
    .struct_size = sizeof(item_user),
    .type = VMM_CONFIG_TEXT,
    .name = "user",
    .summary = "the role that owns the tables",
    .default_json = "\"vmm\"",
    .min = 1,
    .max = 63,
};

static const struct vmm_config_item item_password = {
    .struct_size = sizeof(item_password),
    .type = VMM_CONFIG_SECRET,
    .name = "password",
    .summary = "its password, where the server asks for one",
};

static const struct vmm_config_item item_tls = {
    .struct_size = sizeof(item_tls),
    .type = VMM_CONFIG_WORD,
    .name = "tls",
    .summary = "what is asked of the server's certificate; a unix socket has none",
    .default_json = "\"verify-full\"",
    .words = "verify-full|verify-ca|require|disable",
};

static const struct vmm_config_item item_ca_file = {
    .struct_size = sizeof(item_ca_file),
    .type = VMM_CONFIG_PATH,
    .name = "ca_file",
    .summary = "the certificates that are trusted",
    .default_json = "\"/etc/ssl/certs/ca-certificates.crt\"",
};

static const struct vmm_config_item item_cert_file = {
    .struct_size = sizeof(item_cert_file),
    .type = VMM_CONFIG_PATH,
    .name = "cert_file",
    .summary = "a certificate to log in with",
};

static const struct vmm_config_item item_key_file = {.struct_size = sizeof(item_key_file),
                                                     .type = VMM_CONFIG_PATH,
                                                     .name = "key_file",
                                                     .summary = "its key"};

static const struct vmm_config_item item_connect = {
    .struct_size = sizeof(item_connect),
    .type = VMM_CONFIG_DURATION,
    .name = "connect_timeout",
    .summary = "how long one server may take until a session is there",
    .default_json = "\"5s\"",
    .min = 100,
    .max = 60000,
};

static const struct vmm_config_item item_statement = {
    .struct_size = sizeof(item_statement),
    .type = VMM_CONFIG_DURATION,
    .name = "statement_timeout",
    .summary = "how long one statement may take",
    .default_json = "\"30s\"",
    .min = 1000,
    .max = 600000,
};

static const struct vmm_config_item item_months = {
    .struct_size = sizeof(item_months),
    .type = VMM_CONFIG_INT,
    .name = "months_ahead",
    .summary = "partitions of ai_event that are made ahead",
    .default_json = "3",
    .min = 1,
    .max = 24,
};

const struct vmm_config_item *const pg_settings_items[] = {
    &item_hosts,   &item_database,  &item_schema,   &item_user,    &item_password,  &item_tls,
    &item_ca_file, &item_cert_file, &item_key_file, &item_connect, &item_statement, &item_months,
    NULL};

/* ---- reading ---- */

/* "name", "name:port", "[address]:port" or a path. */
static int read_host(struct pg_settings *settings, const char *text, char *why)
{
    char *host = settings->hosts[settings->host_count];
    char *port = settings->ports[settings->host_count];
    bool is_bracketed = text[0] == '[';
    const char *end = is_bracketed ? strchr(text, ']') : NULL;
    const char *colon = strrchr(end != NULL ? end : text, ':');
    bool has_port = text[0] != '/' && colon != NULL && (is_bracketed || strchr(text, ':') == colon);
    const char *from = is_bracketed ? text + 1 : text;
    size_t size = is_bracketed && end != NULL ? (size_t)(end - from)
                  : has_port                  ? (size_t)(colon - from)
                                              : strlen(from);
    if (size == 0 || size >= PG_HOST_MAX || (is_bracketed && end == NULL) ||
        (has_port && (strlen(colon + 1) > 5 || atoi(colon + 1) < 1 || atoi(colon + 1) > 65535))) {
        snprintf(why, WHY_MAX, "hosts: %.80s is no server", text);
        return VMM_E_INVAL;
    }
    memcpy(host, from, size);
    host[size] = '\0';
    snprintf(port, sizeof(settings->ports[0]), "%d", has_port ? atoi(colon + 1) : 5432);
    settings->host_count++;
    return 0;
}

static int read_hosts(struct pg_settings *settings, const json_t *list, char *why)
{
    size_t i;
    const json_t *text;
    int rc = 0;
    if (json_array_size(list) == 0 || json_array_size(list) > PG_HOSTS_MAX) {
        snprintf(why, WHY_MAX, "hosts: 1 to %u servers", PG_HOSTS_MAX);
        return VMM_E_INVAL;
    }
    json_array_foreach(list, i, text)
    {
        rc = rc == 0 ? read_host(settings, json_string_value(text), why) : rc;
    }
    return rc;
}

static bool is_schema(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return size > 0 && size < 64 && name[size] == '\0' && (name[0] < '0' || name[0] > '9');
}

/* A copy of a text, or NULL; `missing` counts those that found no memory. */
static char *copy(const json_t *object, const char *name, int *missing)
{
    const char *text = json_string_value(json_object_get(object, name));
    char *made = text != NULL ? strdup(text) : NULL;
    *missing += text != NULL && made == NULL;
    return made;
}

static int read_texts(struct pg_settings *settings, const json_t *object)
{
    int missing = 0;
    settings->database = copy(object, "database", &missing);
    settings->user = copy(object, "user", &missing);
    settings->password = copy(object, "password", &missing);
    settings->tls = copy(object, "tls", &missing);
    settings->ca_file = copy(object, "ca_file", &missing);
    settings->cert_file = copy(object, "cert_file", &missing);
    settings->key_file = copy(object, "key_file", &missing);
    settings->schema = copy(object, "schema", &missing);
    return missing > 0 || settings->schema == NULL ? VMM_E_NOMEM : 0;
}

int pg_settings_read(struct pg_settings *settings, const char *json, char *why)
{
    json_t *object = json_loads(json, 0, NULL);
    *settings = (struct pg_settings){0};
    int rc = object == NULL ? VMM_E_INVAL : read_texts(settings, object);
    rc = rc == 0 ? read_hosts(settings, json_object_get(object, "hosts"), why) : rc;
    if (rc == 0 && !is_schema(settings->schema)) {
        snprintf(why, WHY_MAX, "schema: %.80s is no name made of a-z, 0-9 and _", settings->schema);
        rc = VMM_E_INVAL;
    }
    settings->connect_us =
        (uint64_t)json_integer_value(json_object_get(object, "connect_timeout")) * 1000;
    settings->statement_ms =
        (uint32_t)json_integer_value(json_object_get(object, "statement_timeout"));
    settings->months_ahead = (uint32_t)json_integer_value(json_object_get(object, "months_ahead"));
    json_decref(object);
    if (rc != 0) {
        pg_settings_finish(settings);
    }
    return rc;
}

void pg_settings_finish(struct pg_settings *settings)
{
    if (settings->password != NULL) {
        explicit_bzero(settings->password, strlen(settings->password));
    }
    free(settings->database);
    free(settings->user);
    free(settings->password);
    free(settings->tls);
    free(settings->ca_file);
    free(settings->cert_file);
    free(settings->key_file);
    free(settings->schema);
    *settings = (struct pg_settings){0};
}
