/* SPDX-License-Identifier: MIT */
/* TLS as each device wants it: verify, pin, off, legacy. */
#ifndef HOST_HTTP_TLS_H
#define HOST_HTTP_TLS_H

#include "host/http_exchange.h"

/* The mode of this request: the device's; or OFF where it has none and the plugin asks whether TLS is spoken. */
uint8_t http_tls_mode(const struct http_exchange *exchange);

/* Copy what a request wants of the channel; `tls` may be NULL. 0; VMM_E_INVAL where the operator has set no encryption, or
 * for what is no name, no absolute path or no version; VMM_E_NOMEM. */
int http_tls_copy(struct http_exchange *exchange, const struct vmm_http_tls *tls);

/* Forget what was copied. */
void http_tls_forget(struct http_identity *identity);

/* Let the handle, whose URL has the name the request asked for, connect to the device. */
CURLcode http_tls_place(struct http_exchange *exchange, const char *port);

/* Set that mode on the exchange's handle. */
CURLcode http_tls_setup(struct http_exchange *exchange, const char *ca_file);

#endif
