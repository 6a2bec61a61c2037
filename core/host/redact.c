/* SPDX-License-Identifier: MIT */
#include "host/redact.h"

#include <string.h>

#include <curl/curl.h>

#include <vmm/errors.h>

#include "host/origin.h"

#define TOKEN_MIN 12u /* bytes of a path's part that may be a token */

static void add_decoded(struct mask *mask, const char *text, size_t size)
{
    int length = 0;
    char *plain = curl_easy_unescape(NULL, text, (int)size, &length);
    if (plain != NULL && length > 0 && ((size_t)length != size || memcmp(plain, text, size) != 0)) {
        mask_add(mask, plain, strnlen(plain, (size_t)length));
    }
    curl_free(plain);
}

static void add_part(struct mask *mask, const char *text, size_t size)
{
    mask_add(mask, text, size);
    add_decoded(mask, text, size);
}

/* The values of "a=1&b=2", without their names. */
static void add_query(struct mask *mask, const char *query)
{
    while (*query != '\0') {
        size_t size = strcspn(query, "&");
        const char *equals = memchr(query, '=', size);
        const char *value = equals != NULL ? equals + 1 : query;
        add_part(mask, value, size - (size_t)(value - query));
        query += size + (query[size] == '&' ? 1 : 0);
    }
}

static void add_path(struct mask *mask, const char *path)
{
    while (*path != '\0') {
        path += *path == '/' ? 1 : 0;
        size_t size = strcspn(path, "/");
        if (size >= TOKEN_MIN) {
            add_part(mask, path, size);
        }
        path += size;
    }
}

/* The longest shapes first: once a part is covered, the whole is not found any more. */
static void add_url(struct mask *mask, const char *text)
{
    CURLU *url = origin_parse(text);
    char *path = NULL;
    char *query = NULL;
    const char *host = strstr(text, "://");
    const char *target = host != NULL ? strchr(host + 3, '/') : NULL;
    mask_add(mask, text, strlen(text));
    if (target != NULL) {
        mask_add(mask, target, strlen(target));
    }
    if (url != NULL && curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_OK) {
        add_query(mask, query);
    }
    if (url != NULL && curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK) {
        add_path(mask, path);
    }
    curl_free(path);
    curl_free(query);
    curl_url_cleanup(url);
}

static void add_secret(struct mask *mask, const char *text)
{
    char *encoded = curl_easy_escape(NULL, text, (int)strlen(text));
    mask_add(mask, text, strlen(text));
    if (encoded != NULL && strcmp(encoded, text) != 0) {
        mask_add(mask, encoded, strlen(encoded));
    }
    curl_free(encoded);
}

static void add_all(struct mask *mask, const struct vmm_config_item *const *items,
                    const json_t *config)
{
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        const json_t *value = json_object_get(config, items[i]->name);
        const char *text = json_string_value(value);
        if (text != NULL && origin_is_url(items[i])) {
            add_url(mask, text);
        } else if (text != NULL && items[i]->type == VMM_CONFIG_SECRET) {
            add_secret(mask, text);
        } else if (items[i]->type == VMM_CONFIG_OBJECT) {
            add_all(mask, items[i]->items, value);
        } else if (items[i]->type == VMM_CONFIG_LIST) {
            for (size_t k = 0; items[i]->items != NULL && k < json_array_size(value); k++) {
                add_all(mask, items[i]->items, json_array_get(value, k));
            }
        }
    }
}

int redact_init(struct mask *mask, const struct vmm_config_item *const *items, const json_t *config)
{
    buf_init(&mask->shapes);
    add_all(mask, items, config);
    return buf_failed(&mask->shapes) ? VMM_E_NOMEM : 0;
}
