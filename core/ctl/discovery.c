/* SPDX-License-Identifier: MIT */
#include "ctl/discovery.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kit/xml.h>
#include <vmm/errors.h>

#include "base/text.h"

#define MATCHES_MAX   32 /* of one answer */
#define NETWORK_SPACE "http://www.onvif.org/ver10/network/wsdl"

/* ---- What is asked ---- */

int discovery_probe(unsigned form, const char *id, char *out, size_t size)
{
    static const char *const types[DISCOVERY_FORMS] = {
        "<d:Types xmlns:dn=\"" NETWORK_SPACE "\">dn:NetworkVideoTransmitter</d:Types>",
        "<d:Types xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\">tds:Device</d:Types>",
        "",
    };
    bool fits =
        text_format(out, size,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
                    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
                    "xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\"><s:Header>"
                    "<a:MessageID>urn:uuid:%s</a:MessageID>"
                    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
                    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
                    "</s:Header><s:Body><d:Probe>%s</d:Probe></s:Body></s:Envelope>",
                    id, types[form % DISCOVERY_FORMS]);
    return fits ? (int)strlen(out) : VMM_E_TOOBIG;
}

/* ---- Texts ---- */

/* As text for people: valid, without control characters. */
static void copy(struct vmm_text text, char *out, size_t size)
{
    char clean[TEXT_MAX + 1];
    size_t length = text.size < TEXT_MAX ? text.size : TEXT_MAX;
    text_clean(text.size > 0 ? text.data : "", length, clean);
    text_format(out, size, "%s", clean);
}

static bool holds(struct vmm_text text, const char *word)
{
    for (; text.size >= strlen(word); text.data++, text.size--) {
        if (strncasecmp(text.data, word, strlen(word)) == 0) {
            return true;
        }
    }
    return false;
}

/* Take the next word off a list with blanks between. */
static bool next_word(struct vmm_text *rest, struct vmm_text *word)
{
    *rest = vmm_text_trim(*rest);
    if (rest->size == 0) {
        return false;
    }
    size_t length = 0;
    while (length < rest->size && !isspace((unsigned char)rest->data[length])) {
        length++;
    }
    *word = vmm_text_bytes(rest->data, length);
    *rest = vmm_text_bytes(rest->data + length, rest->size - length);
    return true;
}

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "Front%20Door" decoded. */
static void copy_encoded(struct vmm_text text, char *out, size_t size)
{
    char plain[TEXT_MAX];
    size_t used = 0;
    for (size_t i = 0; i < text.size && used < sizeof(plain); i++) {
        int high = text.data[i] == '%' && i + 2 < text.size ? digit(text.data[i + 1]) : -1;
        int low = high >= 0 ? digit(text.data[i + 2]) : -1;
        plain[used++] = low >= 0 ? (char)(high * 16 + low) : text.data[i];
        i += low >= 0 ? 2 : 0;
    }
    copy(vmm_text_bytes(plain, used), out, size);
}

/* ---- Its scopes: onvif://www.onvif.org/name/Front%20Door ---- */

static void read_scope(struct vmm_text scope, struct discovered *device)
{
    const struct {
        const char *prefix;
        char *out;
        size_t size;
    } kinds[] = {
        {"onvif://www.onvif.org/name/", device->name, sizeof(device->name)},
        {"onvif://www.onvif.org/hardware/", device->hardware, sizeof(device->hardware)},
        {"onvif://www.onvif.org/location/", device->location, sizeof(device->location)},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t length = strlen(kinds[i].prefix);
        if (kinds[i].out[0] == '\0' && vmm_text_begins(scope, kinds[i].prefix)) {
            copy_encoded(vmm_text_bytes(scope.data + length, scope.size - length), kinds[i].out,
                         kinds[i].size);
        }
    }
}

/* ---- Its addresses: http://192.168.1.64/onvif/device_service ---- */

struct address {
    struct vmm_text host; /* without brackets */
    struct vmm_text path;
    uint16_t port;
    bool tls;
};

static bool read_port(struct vmm_text text, uint16_t *port)
{
    int64_t number = 0;
    if (vmm_text_int(text, 1, 65535, &number) != 0) {
        return false;
    }
    *port = (uint16_t)number;
    return true;
}

/* Host and port of "[fe80::1]:8080", "10.0.0.7:80", "10.0.0.7". */
static bool read_authority(struct vmm_text text, struct address *address)
{
    bool bracketed = text.size > 0 && text.data[0] == '[';
    const char *close = bracketed ? memchr(text.data, ']', text.size) : NULL;
    if (bracketed && close == NULL) {
        return false;
    }
    const char *from = bracketed ? close : text.data;
    size_t left = text.size - (size_t)(from - text.data);
    const char *colon = left > 0 ? memchr(from, ':', left) : NULL;
    const char *end = bracketed ? close : colon != NULL ? colon : text.data + text.size;
    const char *begin = bracketed ? text.data + 1 : text.data;
    address->host = vmm_text_bytes(begin, (size_t)(end - begin));
    if (colon == NULL) {
        return address->host.size > 0;
    }
    size_t digits = text.size - (size_t)(colon + 1 - text.data);
    return address->host.size > 0 && read_port(vmm_text_bytes(colon + 1, digits), &address->port);
}

static bool read_address(struct vmm_text text, struct address *address)
{
    *address = (struct address){.tls = vmm_text_begins(text, "https://")};
    size_t scheme = address->tls ? strlen("https://") : strlen("http://");
    if (!address->tls && !vmm_text_begins(text, "http://")) {
        return false;
    }
    address->port = address->tls ? 443 : 80;
    struct vmm_text rest = vmm_text_bytes(text.data + scheme, text.size - scheme);
    const char *slash = rest.size > 0 ? memchr(rest.data, '/', rest.size) : NULL;
    size_t length = slash != NULL ? (size_t)(slash - rest.data) : rest.size;
    address->path = vmm_text_bytes(rest.data + length, rest.size - length);
    return read_authority(vmm_text_bytes(rest.data, length), address);
}

/* The one at the address the answer came from, where it tells it; else the first. */
static bool choose_address(struct vmm_text list, const char *from, struct address *chosen)
{
    struct vmm_text word;
    bool found = false;
    while (next_word(&list, &word)) {
        struct address address;
        if (!read_address(word, &address)) {
            continue;
        }
        bool is_from = vmm_text_equal(address.host, from);
        if (!found || is_from) {
            *chosen = address;
            found = true;
        }
        if (is_from) {
            break;
        }
    }
    return found;
}

/* ---- An answer ---- */

/* A printer answers, too. */
static bool is_onvif(const struct vmm_xml_node *match)
{
    return holds(vmm_xml_text_at(match, "Types"), "NetworkVideo") ||
           holds(vmm_xml_text_at(match, "Scopes"), "onvif") ||
           holds(vmm_xml_text_at(match, "XAddrs"), "onvif");
}

static void read_match(const struct vmm_xml_node *match, const char *from,
                       struct discovered *device)
{
    struct address address;
    struct vmm_text scopes = vmm_xml_text_at(match, "Scopes");
    struct vmm_text scope;
    *device = (struct discovered){.port = 80};
    text_format(device->from, sizeof(device->from), "%s", from);
    copy(vmm_xml_text_at(match, "EndpointReference/Address"), device->endpoint,
         sizeof(device->endpoint));
    while (next_word(&scopes, &scope)) {
        read_scope(scope, device);
    }
    if (choose_address(vmm_xml_text_at(match, "XAddrs"), from, &address)) {
        device->port = address.port;
        device->tls = address.tls;
        copy(address.path, device->path, sizeof(device->path));
        if (!vmm_text_equal(address.host, from)) {
            copy(address.host, device->says, sizeof(device->says));
        }
    }
}

/* A device answers each form, and again. One without a name for itself is known by where it is. */
static bool is_same(const struct discovered *a, const struct discovered *b)
{
    return a->endpoint[0] != '\0' || b->endpoint[0] != '\0'
               ? strcmp(a->endpoint, b->endpoint) == 0
               : strcmp(a->from, b->from) == 0 && a->port == b->port;
}

static int add(struct discovery *discovery, const struct discovered *device)
{
    for (size_t i = 0; i < discovery->count; i++) {
        if (is_same(&discovery->devices[i], device)) {
            return 0;
        }
    }
    if (discovery->count == DISCOVERY_DEVICES_MAX) {
        return 0;
    }
    if (discovery->count == discovery->room) {
        size_t room = discovery->room > 0 ? discovery->room * 2 : 16;
        struct discovered *devices = realloc(discovery->devices, room * sizeof(*devices));
        if (devices == NULL) {
            return VMM_E_NOMEM;
        }
        discovery->devices = devices;
        discovery->room = room;
    }
    discovery->devices[discovery->count++] = *device;
    return 0;
}

int discovery_take(struct discovery *discovery, const void *bytes, size_t size, const char *from)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(vmm_text_bytes(bytes, size), VMM_CHARSET_UNKNOWN, &xml) != 0) {
        discovery->unread++;
        return 0;
    }
    int rc = 0;
    const struct vmm_xml_node *match =
        vmm_xml_at(vmm_xml_root(xml), "Body/ProbeMatches/ProbeMatch");
    discovery->unread += match == NULL ? 1 : 0;
    for (size_t i = 0; rc == 0 && match != NULL && i < MATCHES_MAX; i++) {
        struct discovered device;
        if (is_onvif(match)) {
            read_match(match, from, &device);
            rc = add(discovery, &device);
        } else {
            discovery->strangers++;
        }
        match = vmm_xml_next(match);
    }
    vmm_xml_destroy(xml);
    return rc;
}

void discovery_finish(struct discovery *discovery)
{
    free(discovery->devices);
    *discovery = (struct discovery){0};
}
