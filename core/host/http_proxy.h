/* SPDX-License-Identifier: MIT */
/* A tunnel through a proxy that a request names, and what its end says: of the proxy, or of the device behind it. */
#ifndef HOST_HTTP_PROXY_H
#define HOST_HTTP_PROXY_H

#include "host/http_exchange.h"

/* Copy "http://HOST:PORT", or NULL. 0, VMM_E_INVAL for what is no such URL, VMM_E_NOMEM. */
int http_proxy_copy(struct http_exchange *exchange, const char *url);
void http_proxy_forget(struct http_proxy *proxy);

/* Tell curl of the proxy, or that there is none. */
CURLcode http_proxy_setup(struct http_exchange *exchange);

/* What differs between two proxies, as a rule; 0: none. */
uint32_t http_proxy_place(const struct http_exchange *exchange);

/* True when the leg ended before its tunnel stood: then `verdict` says why. */
bool http_proxy_judge(struct http_exchange *exchange, CURLcode code, struct http_verdict *verdict);

#endif
