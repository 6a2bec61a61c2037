/* SPDX-License-Identifier: MIT */
/* The first byte says which answer the rest is. */
#include <stdlib.h>
#include <string.h>

#include "onvif_codec.h"

static void check_path(const char *path)
{
    if (path[0] != '\0' && (path[0] != '/' || strpbrk(path, " \r\n") != NULL)) {
        abort(); /* it goes into a request line */
    }
}

static void check_services(const struct onvif_services *services)
{
    check_path(services->media);
    check_path(services->media2);
    check_path(services->events);
    check_path(services->search);
}

static void decode_path(uint8_t which, struct vmm_text xml)
{
    int (*const decoders[])(struct vmm_text, char *, struct onvif_fault *) = {
        onvif_decode_stream, onvif_decode_stream2, onvif_decode_snapshot, onvif_decode_snapshot2,
        onvif_decode_subscription};
    char path[ONVIF_PATH_MAX];
    struct onvif_fault fault;
    decoders[which % 5](xml, path, &fault);
    check_path(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct onvif_profiles profiles;
    static struct onvif_messages messages;
    static struct onvif_records records;
    struct vmm_text xml = vmm_text_bytes(data + 1, size - 1);
    struct onvif_services services;
    struct onvif_identity identity;
    struct onvif_fault fault;
    struct onvif_clock clock;
    struct onvif_ntp ntp;
    char token[ONVIF_TOKEN_MAX];
    if (size == 0) {
        return 0;
    }
    switch (data[0] % 15) {
    case 0:
        onvif_decode_clock(xml, &clock, &fault);
        break;
    case 1:
        onvif_decode_identity(xml, &identity, &fault);
        break;
    case 2:
        onvif_decode_services(xml, &services, &fault);
        check_services(&services);
        break;
    case 3:
        onvif_decode_capabilities(xml, &services, &fault);
        check_services(&services);
        break;
    case 4:
        onvif_decode_profiles(xml, &profiles, &fault);
        break;
    case 5:
        onvif_decode_profiles2(xml, &profiles, &fault);
        break;
    case 6:
        onvif_decode_ntp(xml, &ntp, &fault);
        break;
    case 12:
        onvif_decode_messages(xml, &messages, &fault);
        break;
    case 13:
        onvif_decode_search(xml, token, &fault);
        break;
    case 14:
        onvif_decode_records(xml, &records, &fault);
        break;
    default:
        decode_path((uint8_t)(data[0] % 15 - 7), xml);
        break;
    }
    return 0;
}
