/* SPDX-License-Identifier: MIT */
#include "fleet/host_name.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

bool host_name_is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];
    char bare[INET6_ADDRSTRLEN + 1];
    size_t length = strcspn(text, "%");
    const char *zone = text + length;
    if (inet_pton(AF_INET, text, address) == 1) {
        return true;
    }
    if (length >= sizeof(bare) || (*zone == '%' && (zone[1] == '\0' || strlen(zone) > 16))) {
        return false;
    }
    for (const char *p = *zone == '%' ? zone + 1 : zone; *p != '\0'; p++) {
        if (!isalnum((unsigned char)*p) && strchr("._-", *p) == NULL) {
            return false;
        }
    }
    memcpy(bare, text, length);
    bare[length] = '\0';
    return inet_pton(AF_INET6, bare, address) == 1;
}

static bool is_label(const char *label, size_t length)
{
    if (length == 0 || length > 63 || label[0] == '-' || label[length - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)label[i]) && label[i] != '-' && label[i] != '_') {
            return false;
        }
    }
    return true;
}

static bool is_name(const char *text)
{
    size_t length = strlen(text);
    const char *last = text;
    if (length == 0 || length > 253) {
        return false;
    }
    for (const char *p = text;; p++) {
        size_t label = strcspn(p, ".");
        if (!is_label(p, label)) {
            return false;
        }
        last = p;
        p += label;
        if (*p == '\0') {
            break;
        }
    }
    return strspn(last, "0123456789") != strlen(last);
}

bool host_name_is_valid(const char *text)
{
    return host_name_is_address(text) || is_name(text);
}
