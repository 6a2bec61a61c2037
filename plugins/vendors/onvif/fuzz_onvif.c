/* SPDX-License-Identifier: MIT */
/* The first byte says which answer the rest is. */
#include <stdlib.h>
#include <string.h>

#include "onvif_ask.h"
#include "onvif_codec.h"

static void check_path(const char *path)
{
    if (path[0] != '\0' && (path[0] != '/' || strpbrk(path, " \r\n{}") != NULL)) {
        abort(); /* it goes into a request line, and beside a login words of the host's are ours alone */
    }
}

static void check_services(const struct onvif_services *services)
{
    check_path(services->media);
    check_path(services->media2);
    check_path(services->events);
    check_path(services->search);
    check_path(services->recording);
    check_path(services->replay);
}

static void decode_path(uint8_t which, struct vmm_text xml)
{
    int (*const decoders[])(struct vmm_text, char *, struct onvif_fault *) = {
        onvif_decode_stream, onvif_decode_stream2, onvif_decode_snapshot, onvif_decode_snapshot2,
        onvif_decode_replay};
    char path[ONVIF_PATH_MAX];
    struct onvif_fault fault;
    decoders[which % 5](xml, path, &fault);
    check_path(path);
}

/* What a device gives for a subscription always has room in the questions about it, and cannot break out of them. */
static void decode_subscription(struct vmm_text xml)
{
    struct onvif_subscription subscription;
    struct onvif_fault fault;
    char body[4096];
    struct onvif_words words = {.id = "b3b1d6a2-4c1f-4b0e-9c55-0123456789ab",
                                .nonce = "AAAAAAAAAAAAAAAAAAAAAA==",
                                .created = "2024-01-01T00:00:00Z",
                                .to = subscription.to,
                                .refers = subscription.refer};
    onvif_decode_subscription(xml, &subscription, &fault);
    check_path(subscription.path);
    words.refer_count = subscription.count;
    if (onvif_ask_write(ONVIF_ASK_PULL, &words, body, sizeof(body)) != 0) {
        abort();
    }
    size_t braces = 0;
    for (const char *at = body; *at != '\0'; at++) {
        braces += *at == '{';
    }
    if (braces != 2) {
        abort(); /* words of the host's are ours alone */
    }
}

/* What follows the answers that have a number of their own. */
static void decode_later(uint8_t which, struct vmm_text xml)
{
    static struct onvif_jobs jobs;
    struct onvif_job_state state;
    struct onvif_network network;
    struct onvif_summary summary;
    struct onvif_fault fault;
    uint32_t offered;
    switch (which) {
    case 15:
        onvif_decode_jobs(xml, &jobs, &fault);
        break;
    case 16:
        onvif_decode_job_state(xml, &state, &fault);
        break;
    case 17:
        onvif_decode_summary(xml, &summary, &fault);
        break;
    case 18:
        onvif_decode_hostname(xml, &network, &fault);
        break;
    default:
        onvif_decode_interfaces(xml, &network, &fault);
        onvif_decode_topics(xml, &offered, &fault);
        break;
    }
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
    switch (data[0] % 21) {
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
    case 11:
        decode_subscription(xml);
        break;
    case 7:
    case 8:
    case 9:
    case 10:
        decode_path((uint8_t)(data[0] % 21 - 7), xml);
        break;
    case 20:
        decode_path(4, xml);
        break;
    default:
        decode_later((uint8_t)(data[0] % 21), xml);
        break;
    }
    return 0;
}
