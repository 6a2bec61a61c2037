/* SPDX-License-Identifier: MIT */
/* TLS as each device wants it: verify, pin, off, legacy. */
#ifndef HOST_HTTP_TLS_H
#define HOST_HTTP_TLS_H

#include "host/http_exchange.h"

/* Set the mode of the job on the exchange's handle. */
CURLcode http_tls_setup(struct http_exchange *exchange, const char *ca_file);

#endif
