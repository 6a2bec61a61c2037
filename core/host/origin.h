/* SPDX-License-Identifier: MIT */
/*
 * Where a plugin may send to: the origins (scheme, host, port) of its own settings. An origin is a text such as
 * "https://chat.example:443", lower case, with its port always there, so that equal ones are equal texts.
 */
#ifndef HOST_ORIGIN_H
#define HOST_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/urlapi.h>
#include <jansson.h>

#include <vmm/plugin.h>

#define ORIGINS_MAX 64u
#define ORIGIN_SIZE 288u

struct origins {
    size_t count;
    char (*list)[ORIGIN_SIZE];
};

/* Read a URL as it will be used: http or https, with a host, without user and password. The handle is the
 * caller's, to be released with curl_url_cleanup(); NULL when the text is no such URL. */
CURLU *origin_parse(const char *url);

/* The origin of a parsed URL. 0, VMM_E_INVAL, VMM_E_TOOBIG. */
int origin_of(CURLU *url, char origin[ORIGIN_SIZE]);

/*
 * Collect the origins of all settings that are URLs, in objects and lists too. `config` is what the items
 * describe. 0; VMM_E_INVAL when a setting is no URL, VMM_E_TOOBIG for more than ORIGINS_MAX, VMM_E_NOMEM.
 */
int origins_collect(struct origins *origins, const struct vmm_config_item *const *items,
                    const json_t *config);
void origins_finish(struct origins *origins);

/* True when a setting names this origin. */
bool origins_have(const struct origins *origins, const char *origin);

/* True when the value of this item is a URL. */
bool origin_is_url(const struct vmm_config_item *item);

#endif
