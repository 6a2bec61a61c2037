/* SPDX-License-Identifier: MIT */
/* Reading what the options say of the whole device. */
#include <kit/datetime.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generic_reading.h"

static int wrong(struct generic_plan *plan, const char *what)
{
    snprintf(plan->error, sizeof(plan->error), "%s", what);
    return VMM_E_INVAL;
}

static int read_words(struct generic_plan *plan, const json_t *options)
{
    const char *zone = generic_text_of(options, "zone");
    const json_t *channel = json_object_get(options, "channel");
    plan->words.channel = json_is_integer(channel) ? json_integer_value(channel) : 1;
    plan->words.width = json_integer_value(json_object_get(options, "width"));
    plan->words.height = json_integer_value(json_object_get(options, "height"));
    if (plan->words.channel < 1 || plan->words.channel > 1024 || plan->words.width < 0 ||
        plan->words.width > 16384 || plan->words.height < 0 || plan->words.height > 16384) {
        return wrong(plan, "channel is 1 to 1024, width and height 1 to 16384");
    }
    if (zone != NULL && vmm_datetime_zone(vmm_text_of(zone), &plan->words.zone_minutes) != 0) {
        return wrong(plan, "zone is like +08:00");
    }
    return 0;
}

/* A file of the folder of certificates. */
static int copy_file(struct generic_plan *plan, const json_t *tls, const char *key, char **out)
{
    const char *name = generic_text_of(tls, key);
    if (name == NULL) {
        return 0;
    }
    if (!generic_is_file_name(name)) {
        return wrong(plan, "tls: ca, certificate and key are names of files in the folder "
                           "\"certificates\" of the plugin's settings");
    }
    *out = strdup(name);
    return *out == NULL ? VMM_E_NOMEM : 0;
}

static int copy_server_name(struct generic_plan *plan, const json_t *tls)
{
    const char *name = generic_text_of(tls, "server_name");
    if (name == NULL) {
        return 0;
    }
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
    if (size == 0 || size > 253 || name[size] != '\0') {
        return wrong(plan, "tls: server_name is a name like door.example.org");
    }
    plan->identity.server_name = strdup(name);
    return plan->identity.server_name == NULL ? VMM_E_NOMEM : 0;
}

static int read_identity(struct generic_plan *plan, const json_t *tls)
{
    struct generic_identity *identity = &plan->identity;
    const char *version = generic_text_of(tls, "min_version");
    if (version != NULL) {
        identity->min_version = strcmp(version, "1.3") == 0 ? VMM_HTTP_TLS_1_3 : VMM_HTTP_TLS_1_2;
    }
    int rc = copy_server_name(plan, tls);
    rc = rc != 0 ? rc : copy_file(plan, tls, "ca", &identity->ca);
    rc = rc != 0 ? rc : copy_file(plan, tls, "certificate", &identity->certificate);
    rc = rc != 0 ? rc : copy_file(plan, tls, "key", &identity->key);
    return rc == 0 && identity->key != NULL && identity->certificate == NULL
               ? wrong(plan, "tls: a key needs its certificate")
               : rc;
}

static int read_proxy(struct generic_plan *plan, const json_t *options)
{
    const char *name = generic_text_of(options, "proxy");
    if (name == NULL) {
        return 0;
    }
    if (!generic_is_file_name(name)) {
        return wrong(plan, "proxy is a name in the list \"proxies\" of the plugin's settings");
    }
    plan->proxy = strdup(name);
    return plan->proxy == NULL ? VMM_E_NOMEM : 0;
}

int generic_read_device(struct generic_plan *plan, const json_t *options)
{
    if (json_is_true(json_object_get(options, "basic"))) {
        plan->http_flags = VMM_HTTP_BASIC_OK;
    }
    int rc = read_words(plan, options);
    rc = rc != 0 ? rc : read_identity(plan, json_object_get(options, "tls"));
    rc = rc != 0 ? rc : read_proxy(plan, options);
    if (rc == VMM_E_NOMEM) {
        return wrong(plan, "no memory");
    }
    return rc;
}

void generic_identity_finish(struct generic_identity *identity)
{
    free(identity->server_name);
    free(identity->ca);
    free(identity->certificate);
    free(identity->key);
}
