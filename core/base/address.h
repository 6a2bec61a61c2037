/* SPDX-License-Identifier: MIT */
/* A literal network address with its port. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <sys/socket.h>

/* "10.0.0.1:53", "[2001:db8::1]:443": no name, so no resolver is asked. VMM_E_INVAL. */
int address_parse(const char *text, struct sockaddr_storage *out, socklen_t *size);

#endif
