/* SPDX-License-Identifier: MIT */
/* The proxies that the settings of the plugin name: options of a device choose one of them, and can name no other place. */
#ifndef GENERIC_PROXY_H
#define GENERIC_PROXY_H

#include <vmm/plugin.h>

#include <jansson.h>

/* The setting "proxies", a list of "NAME=http://HOST:PORT"; NULL where there is none. The caller's, for json_decref(). */
json_t *generic_proxies_read(const struct vmm_host *host);

/* The URL of this name, as long as the list is there; NULL: it has none. */
const char *generic_proxy_find(const json_t *proxies, const char *name);

#endif
