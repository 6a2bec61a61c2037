/* SPDX-License-Identifier: MIT */
#include "webhook_settings.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "webhook_template.h"

/* ---- Declared ---- */

#define ITEM(name_, type_, summary_, ...)                                                          \
    static const struct vmm_config_item item_##name_ = {.struct_size = sizeof(item_##name_),       \
                                                        .type = VMM_CONFIG_##type_,                \
                                                        .name = #name_,                            \
                                                        .summary = summary_,                       \
                                                        __VA_ARGS__}

ITEM(url, URL, "where events are sent to; an address that holds a token is given as secret_url", );
ITEM(secret_url, SECRET, "the same for an address that holds a token", .flags = VMM_CONFIG_IS_URL);
ITEM(method, WORD, "how they are sent", .default_json = "\"POST\"", .words = "POST|PUT");
ITEM(content_type, TEXT, "the type of the body", .default_json = "\"application/json\"", .min = 3,
     .max = 120);
ITEM(template, TEXT,
     "the body, JSON with pointers into the event in braces; without one the event "
     "itself",
     .min = 2, .max = WEBHOOK_TEMPLATE_MAX);
ITEM(timeout, DURATION, "a request that takes longer has failed", .default_json = "\"15s\"",
     .min = 1000, .max = 120000);
ITEM(ca_file, PATH, "certificates trusted instead of vmm's, PEM", );
ITEM(cert_file, PATH, "the certificate to show, PEM", );
ITEM(key_file, PATH, "its key, PEM; without one it stands in cert_file", );
ITEM(key_password, SECRET, "the password of the key", );

ITEM(secret, SECRET, "whsec_ and base64", .flags = VMM_CONFIG_REQUIRED);
static const struct vmm_config_item *const secret_items[] = {&item_secret, NULL};
ITEM(secrets, LIST, "what events are signed with; several while one takes over from another",
     .max = WEBHOOK_SECRETS_MAX, .items = secret_items);

ITEM(name, TEXT, "of the header", .flags = VMM_CONFIG_REQUIRED, .min = 1, .max = 64);
ITEM(value, SECRET, "of the header", .flags = VMM_CONFIG_REQUIRED);
static const struct vmm_config_item *const header_items[] = {&item_name, &item_value, NULL};
ITEM(headers, LIST, "further headers, such as Authorization", .max = 16, .items = header_items);

const struct vmm_config_item *const webhook_config[] = {
    &item_url,          &item_secret_url,   &item_method,  &item_secrets, &item_template,
    &item_content_type, &item_headers,      &item_timeout, &item_ca_file, &item_cert_file,
    &item_key_file,     &item_key_password, NULL};

/* ---- Read ---- */

struct reader {
    struct webhook_settings *settings;
    char *why;
    size_t why_size;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct reader *reader,
                                                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reader->why, reader->why_size, format, args);
    va_end(args);
    return VMM_E_INVAL;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static int read_url(const struct reader *reader)
{
    const char *url = text_of(reader->settings->json, "url");
    const char *secret = text_of(reader->settings->json, "secret_url");
    if ((url[0] == '\0') == (secret[0] == '\0')) {
        return refuse(reader, "one of url and secret_url has to be set");
    }
    reader->settings->url = url[0] != '\0' ? url : secret;
    return 0;
}

static int read_secrets(const struct reader *reader)
{
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach(json_object_get(reader->settings->json, "secrets"), index, entry)
    {
        int rc = webhook_secret_add(&reader->settings->secrets, text_of(entry, "secret"));
        if (rc != 0) {
            return refuse(reader, "secrets/%zu: %s", index,
                          rc == VMM_E_RANGE    ? "a key has 24 to 64 bytes"
                          : rc == VMM_E_TOOBIG ? "these are too many"
                                               : "it is not whsec_ and base64");
        }
    }
    return 0;
}

/* RFC 9110: the characters of a name. */
static bool is_name(const char *text)
{
    return text[strspn(text, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

static bool is_value(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c < ' ' || *c == 0x7f) {
            return false;
        }
    }
    return text[0] != '\0';
}

/* What this sink, or the host, says by itself. */
static bool is_own(const char *name)
{
    static const char *const names[] = {"host",   "content-length", "transfer-encoding",
                                        "expect", "connection",     "content-type"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return true;
        }
    }
    return strncasecmp(name, "webhook-", 8) == 0;
}

static int read_headers(const struct reader *reader)
{
    char *lines = reader->settings->lines;
    size_t used = 0;
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach(json_object_get(reader->settings->json, "headers"), index, entry)
    {
        const char *name = text_of(entry, "name");
        const char *value = text_of(entry, "value");
        if (!is_name(name) || is_own(name) || !is_value(value)) {
            return refuse(reader, "headers/%zu: no header that may be set", index);
        }
        int size = snprintf(lines + used, WEBHOOK_LINES_MAX - used, "%s: %s\r\n", name, value);
        used += (size_t)size;
        if (used >= WEBHOOK_LINES_MAX) {
            return refuse(reader, "headers: more than %u bytes in all", WEBHOOK_LINES_MAX);
        }
    }
    return 0;
}

static int read_template(const struct reader *reader)
{
    const char *text = json_string_value(json_object_get(reader->settings->json, "template"));
    if (text == NULL) {
        return 0;
    }
    reader->settings->template = webhook_template_read(text, reader->why, reader->why_size);
    return reader->settings->template != NULL ? 0 : VMM_E_INVAL;
}

static int read_rest(const struct reader *reader)
{
    struct webhook_settings *settings = reader->settings;
    const json_t *json = settings->json;
    settings->method = text_of(json, "method");
    settings->content_type = text_of(json, "content_type");
    settings->ca_file = text_of(json, "ca_file");
    settings->cert_file = text_of(json, "cert_file");
    settings->key_file = text_of(json, "key_file");
    settings->key_password = json_string_value(json_object_get(json, "key_password"));
    settings->timeout_ms = (uint32_t)json_integer_value(json_object_get(json, "timeout"));
    if (!is_value(settings->content_type)) {
        return refuse(reader, "content_type: no such type");
    }
    if (settings->key_file[0] != '\0' && settings->cert_file[0] == '\0') {
        return refuse(reader, "key_file: there is no cert_file it belongs to");
    }
    return 0;
}

int webhook_settings_read(const char *json, struct webhook_settings *settings, char *why,
                          size_t why_size)
{
    static int (*const steps[])(const struct reader *) = {read_rest, read_url, read_secrets,
                                                          read_headers, read_template};
    struct reader reader = {settings, why, why_size};
    *settings = (struct webhook_settings){.json = json_loads(json, 0, NULL)};
    why[0] = '\0';
    int rc = settings->json != NULL ? 0 : VMM_E_NOMEM;
    for (size_t i = 0; rc == 0 && i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = steps[i](&reader);
    }
    if (rc != 0) {
        webhook_settings_finish(settings);
    }
    return rc;
}

void webhook_settings_finish(struct webhook_settings *settings)
{
    json_decref(settings->template);
    json_decref(settings->json);
    webhook_secrets_finish(&settings->secrets);
    explicit_bzero(settings, sizeof(*settings));
}
