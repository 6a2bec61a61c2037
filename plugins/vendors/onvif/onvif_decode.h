/* SPDX-License-Identifier: MIT */
/* What the decoders share: one message through gSOAP. For the codec's own files. */
#ifndef ONVIF_DECODE_H
#define ONVIF_DECODE_H

#include "omH.h"
#include "onvif_codec.h"

/* What reads the element in the body, and what is made of it. */
typedef void *(*onvif_get_fn)(struct soap *soap);
typedef void (*onvif_take_fn)(const void *element, void *out);

/* Decode one message of at most ONVIF_BODY_MAX bytes, or of `limit`; answers like the decoders of onvif_codec.h. */
int onvif_decode(struct vmm_text xml, onvif_get_fn get, onvif_take_fn take, void *out,
                 struct onvif_fault *fault);
int onvif_decode_large(struct vmm_text xml, size_t limit, onvif_get_fn get, onvif_take_fn take,
                       void *out, struct onvif_fault *fault);

/* Copy a text that may be missing, cut to its place. */
void onvif_keep(char *out, size_t size, const char *text);

/* xs:dateTime, in UTC; devices leave out the fraction, the zone, or the T. False: not that. */
bool onvif_datetime(const char *text, struct vmm_datetime *out);

/* The getter of an element: without a tag gSOAP would take any for it. */
#define ONVIF_GET(type, tag)                                                                       \
    static void *get_##type(struct soap *soap)                                                     \
    {                                                                                              \
        return soap_get_##type(soap, NULL, tag, NULL);                                             \
    }

#endif
