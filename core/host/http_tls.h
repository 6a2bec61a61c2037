/* SPDX-License-Identifier: MIT */
/* TLS as each device wants it: verify, pin, off, legacy. */
#ifndef HOST_HTTP_TLS_H
#define HOST_HTTP_TLS_H

#include "host/http_exchange.h"

/* The mode of this request: the device's; or OFF where it has none and the plugin asks whether TLS is spoken. */
uint8_t http_tls_mode(const struct http_exchange *exchange);

/* Set that mode on the exchange's handle. */
CURLcode http_tls_setup(struct http_exchange *exchange, const char *ca_file);

#endif
