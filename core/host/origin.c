/* SPDX-License-Identifier: MIT */
#include "host/origin.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include <vmm/errors.h>

#include "base/text.h"

#define PARSE_FLAGS (CURLU_DISALLOW_USER | CURLU_PATH_AS_IS)

static bool is_web(CURLU *url)
{
    char *scheme = NULL;
    char *host = NULL;
    bool good = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK && host[0] != '\0' &&
                (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    curl_free(host);
    return good;
}

/*
 * A host is written plainly: after "://", and without an octet in percent form (libcurl 7.88 decodes one after it has
 * looked for numeric addresses, so that "%32" would be the host "2", which another reading takes for 0.0.0.2). An
 * address in brackets may name its zone with one (RFC 6874, 2).
 */
static bool host_is_plain(const char *url)
{
    const char *host = url + strcspn(url, ":");
    if (strncmp(host, "://", 3) != 0) {
        return false;
    }
    size_t size = strcspn(host + 3, "%/?#");
    return size > 0 && (host[3] == '[' || host[3 + size] != '%');
}

CURLU *origin_parse(const char *url)
{
    CURLU *parsed = host_is_plain(url) ? curl_url() : NULL;
    if (parsed == NULL) {
        return NULL;
    }
    if (curl_url_set(parsed, CURLUPART_URL, url, PARSE_FLAGS) != CURLUE_OK || !is_web(parsed)) {
        curl_url_cleanup(parsed);
        return NULL;
    }
    return parsed;
}

int origin_of(CURLU *url, char origin[ORIGIN_SIZE])
{
    char *scheme = NULL;
    char *host = NULL;
    char *port = NULL;
    int rc = VMM_E_INVAL;
    if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
        rc = text_format(origin, ORIGIN_SIZE, "%s://%s:%s", scheme, host, port) ? 0 : VMM_E_TOOBIG;
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    for (size_t i = 0; rc == 0 && origin[i] != '\0'; i++) {
        origin[i] = (char)tolower((unsigned char)origin[i]);
    }
    return rc;
}

bool origins_have(const struct origins *origins, const char *origin)
{
    for (size_t i = 0; i < origins->count; i++) {
        if (strcmp(origins->list[i], origin) == 0) {
            return true;
        }
    }
    return false;
}

bool origin_is_url(const struct vmm_config_item *item)
{
    return item->type == VMM_CONFIG_URL ||
           (item->type == VMM_CONFIG_SECRET && (item->flags & VMM_CONFIG_IS_URL) != 0);
}

static int add(struct origins *origins, const char *origin)
{
    if (origins_have(origins, origin)) {
        return 0;
    }
    if (origins->count == ORIGINS_MAX) {
        return VMM_E_TOOBIG;
    }
    if (origins->list == NULL) {
        origins->list = calloc(ORIGINS_MAX, ORIGIN_SIZE);
    }
    if (origins->list == NULL) {
        return VMM_E_NOMEM;
    }
    memcpy(origins->list[origins->count], origin, strlen(origin) + 1);
    origins->count++;
    return 0;
}

static int collect_url(struct origins *origins, const json_t *value)
{
    char origin[ORIGIN_SIZE];
    const char *text = json_string_value(value);
    CURLU *url = text != NULL ? origin_parse(text) : NULL;
    if (url == NULL) {
        return VMM_E_INVAL;
    }
    int rc = origin_of(url, origin);
    curl_url_cleanup(url);
    return rc == 0 ? add(origins, origin) : rc;
}

static int collect_list(struct origins *origins, const struct vmm_config_item *const *items,
                        const json_t *list)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && items != NULL && i < json_array_size(list); i++) {
        rc = origins_collect(origins, items, json_array_get(list, i));
    }
    return rc;
}

int origins_collect(struct origins *origins, const struct vmm_config_item *const *items,
                    const json_t *config)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && items != NULL && items[i] != NULL; i++) {
        const json_t *value = json_object_get(config, items[i]->name);
        if (value == NULL || json_is_null(value)) {
            continue;
        }
        if (origin_is_url(items[i])) {
            rc = collect_url(origins, value);
        } else if (items[i]->type == VMM_CONFIG_OBJECT) {
            rc = origins_collect(origins, items[i]->items, value);
        } else if (items[i]->type == VMM_CONFIG_LIST) {
            rc = collect_list(origins, items[i]->items, value);
        }
    }
    return rc;
}

void origins_finish(struct origins *origins)
{
    free(origins->list);
    *origins = (struct origins){0};
}
