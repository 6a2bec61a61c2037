/* SPDX-License-Identifier: MIT */
/* Events: what is told, and where it is fetched. */
#include "onvif_decode.h"

#include <stdio.h>
#include <string.h>

#include "onvif_uri.h"

/* ---- Messages ---- */

/* The topic without prefixes: "tns1:VideoSource/SignalLoss" is "VideoSource/SignalLoss". */
static void keep_topic(char *out, size_t size, const char *topic)
{
    size_t used = 0;
    struct vmm_text rest = vmm_text_trim(vmm_text_of(topic));
    struct vmm_text part;
    out[0] = '\0';
    while (vmm_text_part(&rest, '/', &part)) {
        const char *colon = part.size > 0 ? memchr(part.data, ':', part.size) : NULL;
        size_t skip = colon != NULL ? (size_t)(colon - part.data) + 1 : 0;
        int length = snprintf(out + used, size - used, "%s%.*s", used > 0 ? "/" : "",
                              (int)(part.size - skip), part.data + skip);
        if (length < 0 || (size_t)length >= size - used) {
            return;
        }
        used += (size_t)length;
    }
}

static bool is_state(const char *name)
{
    static const char *const names[] = {"State", "Failed", "IsTamper", "Critical", "Value"};
    for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void take_message(const struct wsnt__NotificationMessageHolderType *holder,
                         struct onvif_messages *messages)
{
    const struct _tt__Message *from = holder->Message != NULL ? holder->Message->tt__Message : NULL;
    if (from == NULL || holder->Topic == NULL || messages->count == ONVIF_MESSAGES_MAX) {
        return;
    }
    struct onvif_message *message = &messages->message[messages->count++];
    *message = (struct onvif_message){0};
    keep_topic(message->topic, sizeof(message->topic), holder->Topic);
    message->deleted =
        from->PropertyOperation != NULL && strcmp(from->PropertyOperation, "Deleted") == 0;
    if (from->Source != NULL && from->Source->__sizeSimpleItem > 0) {
        onvif_keep(message->source, sizeof(message->source), from->Source->SimpleItem[0].Value);
    }
    for (int i = 0; from->Data != NULL && i < from->Data->__sizeSimpleItem; i++) {
        const struct tt__SimpleItem *item = &from->Data->SimpleItem[i];
        if (!message->has_state && is_state(item->Name) && item->Value != NULL) {
            message->has_state = vmm_text_bool(vmm_text_of(item->Value), &message->state) == 0;
        }
        if (!message->has_time && item->Name != NULL && strcmp(item->Name, "Status") == 0) {
            message->has_time = onvif_datetime(item->Value, &message->time);
        }
    }
}

static void take_messages(const void *element, void *out)
{
    const struct _tev__PullMessagesResponse *answer = element;
    for (int i = 0; i < answer->__sizeNotificationMessage; i++) {
        take_message(&answer->wsnt__NotificationMessage[i], out);
    }
}

ONVIF_GET(_tev__PullMessagesResponse, "tev:PullMessagesResponse")

int onvif_decode_messages(struct vmm_text xml, struct onvif_messages *out,
                          struct onvif_fault *fault)
{
    out->count = 0;
    return onvif_decode(xml, get__tev__PullMessagesResponse, take_messages, out, fault);
}

/* ---- Topics ---- */

const char *const onvif_topic_names[ONVIF_TOPICS] = {
    "VideoSource/SignalLoss",
    "VideoSource/VideoLoss",
    "HardwareFailure/StorageFailure",
    "HardwareFailure/FanFailure",
    "HardwareFailure/PowerSupplyFailure",
    "HardwareFailure/TemperatureCritical",
    "OperatingTime/LastReboot",
};

static struct vmm_text local_name(const struct soap_dom_element *element)
{
    const char *name = element->name != NULL ? element->name : "";
    const char *colon = strrchr(name, ':');
    return vmm_text_of(colon != NULL ? colon + 1 : name);
}

static uint32_t topic_of(const struct soap_dom_element *parent,
                         const struct soap_dom_element *element)
{
    struct vmm_text above = local_name(parent);
    struct vmm_text name = local_name(element);
    char path[96];
    int length = snprintf(path, sizeof(path), "%.*s/%.*s", (int)above.size, above.data,
                          (int)name.size, name.data);
    for (uint32_t i = 0; length > 0 && i < ONVIF_TOPICS; i++) {
        if (strcmp(path, onvif_topic_names[i]) == 0) {
            return UINT32_C(1) << i;
        }
    }
    return 0;
}

/* No deeper than the codec reads. */
static void walk_topics(const struct soap_dom_element *parent, uint32_t *offered)
{
    for (const struct soap_dom_element *at = parent->elts; at != NULL; at = at->next) {
        *offered |= topic_of(parent, at);
        walk_topics(at, offered);
    }
}

static void take_topics(const void *element, void *out)
{
    const struct _tev__GetEventPropertiesResponse *answer = element;
    const struct wstop__TopicSetType *set = answer->wstop__TopicSet;
    for (int i = 0; set != NULL && i < set->__size; i++) {
        walk_topics(&set->__any[i], out);
    }
}

ONVIF_GET(_tev__GetEventPropertiesResponse, "tev:GetEventPropertiesResponse")

int onvif_decode_topics(struct vmm_text xml, uint32_t *offered, struct onvif_fault *fault)
{
    *offered = 0;
    return onvif_decode(xml, get__tev__GetEventPropertiesResponse, take_topics, offered, fault);
}

/* ---- Where a subscription is spoken to ---- */

/* A name that can stand in a message of ours as it is. */
static bool is_name(const char *name)
{
    static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char further[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789.-";
    return name[0] != '\0' && strchr(first, name[0]) != NULL && name[strspn(name, further)] == '\0';
}

/* How many bytes the parameters have by now. */
static size_t size_of(const struct onvif_subscription *subscription)
{
    size_t size = 0;
    for (uint32_t i = 0; i < subscription->count; i++) {
        const struct onvif_refer *refer = &subscription->refer[i];
        size += strlen(refer->space) + strlen(refer->name) + strlen(refer->text);
    }
    return size;
}

/* What is no text, or too long for its place, is left out: cut it would be another. */
static void take_refer(const struct soap_dom_element *from, struct onvif_subscription *out)
{
    struct onvif_refer *refer = &out->refer[out->count];
    const char *colon = from->name != NULL ? strrchr(from->name, ':') : NULL;
    const char *name = colon != NULL ? colon + 1 : from->name;
    const char *space = from->nstr != NULL ? from->nstr : "";
    const char *text = from->text != NULL ? from->text : "";
    if (name == NULL || !is_name(name) || from->elts != NULL ||
        strlen(name) >= sizeof(refer->name) ||
        strlen(space) + strlen(name) + strlen(text) + size_of(out) > ONVIF_REFERS_BYTES) {
        return;
    }
    onvif_keep(refer->name, sizeof(refer->name), name);
    onvif_keep(refer->space, sizeof(refer->space), space);
    onvif_keep(refer->text, sizeof(refer->text), text);
    out->count++;
}

static void take_subscription(const void *element, void *out)
{
    const struct _tev__CreatePullPointSubscriptionResponse *answer = element;
    const struct wsa5__EndpointReferenceType *reference = answer->SubscriptionReference;
    struct onvif_subscription *subscription = out;
    if (reference == NULL || reference->Address == NULL) {
        return;
    }
    struct vmm_text address = vmm_text_trim(vmm_text_of(reference->Address));
    if (address.size < sizeof(subscription->to)) {
        snprintf(subscription->to, sizeof(subscription->to), "%.*s", (int)address.size,
                 address.data);
    }
    if (onvif_uri_path(subscription->to, subscription->path, sizeof(subscription->path)) != 0) {
        subscription->path[0] = '\0';
    }
    const struct wsa5__ReferenceParametersType *more = reference->ReferenceParameters;
    for (int i = 0; more != NULL && i < more->__size && subscription->count < ONVIF_REFERS_MAX;
         i++) {
        take_refer(&more->__any[i], subscription);
    }
}

ONVIF_GET(_tev__CreatePullPointSubscriptionResponse, "tev:CreatePullPointSubscriptionResponse")

int onvif_decode_subscription(struct vmm_text xml, struct onvif_subscription *out,
                              struct onvif_fault *fault)
{
    *out = (struct onvif_subscription){0};
    return onvif_decode(xml, get__tev__CreatePullPointSubscriptionResponse, take_subscription, out,
                        fault);
}
