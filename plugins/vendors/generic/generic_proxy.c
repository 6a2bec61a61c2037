/* SPDX-License-Identifier: MIT */
#include "generic_proxy.h"

#include <string.h>

json_t *generic_proxies_read(const struct vmm_host *host)
{
    json_t *settings = json_loads(host->config_json(host->context), 0, NULL);
    json_t *proxies = json_incref(json_object_get(settings, "proxies"));
    json_decref(settings);
    return proxies;
}

const char *generic_proxy_find(const json_t *proxies, const char *name)
{
    size_t size = strlen(name);
    size_t at = 0;
    const json_t *entry = NULL;
    json_array_foreach(proxies, at, entry)
    {
        const char *text = json_string_value(entry);
        if (text != NULL && strncmp(text, name, size) == 0 && text[size] == '=') {
            return text + size + 1;
        }
    }
    return NULL;
}
