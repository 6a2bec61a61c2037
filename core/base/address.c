/* SPDX-License-Identifier: MIT */
#include "base/address.h"

#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"

#define HOST_MAX 64

/* Split at the last colon; the brackets of an IPv6 address are taken off. */
static bool split(const char *text, char host[HOST_MAX], const char **port)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || colon[1] == '\0') {
        return false;
    }
    bool brackets = text[0] == '[' && colon[-1] == ']';
    size_t length = (size_t)(colon - text) - (brackets ? 2 : 0);
    *port = colon + 1;
    return length < HOST_MAX && text_format(host, HOST_MAX, "%.*s", (int)length, text + brackets) &&
           (brackets || strchr(host, ':') == NULL);
}

static bool is_port(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    long number = digits > 0 && digits <= 5 ? strtol(text, NULL, 10) : 0;
    return text[digits] == '\0' && number > 0 && number <= UINT16_MAX;
}

int address_parse(const char *text, struct sockaddr_storage *out, socklen_t *size)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char host[HOST_MAX];
    const char *port = NULL;
    if (!split(text, host, &port) || !is_port(port) ||
        getaddrinfo(host, port, &hints, &found) != 0) {
        return VMM_E_INVAL;
    }
    memset(out, 0, sizeof(*out));
    memcpy(out, found->ai_addr, found->ai_addrlen);
    *size = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}
