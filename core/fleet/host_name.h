/* SPDX-License-Identifier: MIT */
/* Hosts as an operator gives them. */
#ifndef FLEET_HOST_NAME_H
#define FLEET_HOST_NAME_H

#include <stdbool.h>

/* An IPv4 or IPv6 address as inet_pton() reads it, an IPv6 one also with "%interface". */
bool host_name_is_address(const char *text);

/* An address, or a name of letters, digits, '-' and '_' in labels (RFC 1123 section 2.1), at most 253
 * bytes, whose last label is no number: "192.168.1" is a mistake, not a name. */
bool host_name_is_valid(const char *text);

#endif
