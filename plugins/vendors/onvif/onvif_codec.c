/* SPDX-License-Identifier: MIT */
#include "onvif_decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "onvif_guard.h"
#include "onvif_uri.h"
#include "tds.nsmap"

/* ---- Guards ---- */

/* Valid UTF-8 ended by NUL, which gSOAP wants; the caller frees it. */
static int copy_text(struct vmm_text xml, size_t limit, char **out)
{
    int rc = xml.size > limit ? VMM_E_TOOBIG : onvif_guard(xml);
    if (rc != 0) {
        return rc;
    }
    size_t room = xml.size * 3 + 1; /* a byte that is no UTF-8 may become three */
    *out = malloc(room);
    if (*out == NULL) {
        return VMM_E_NOMEM;
    }
    vmm_text_repair(xml, *out, room);
    return 0;
}

/* ---- The envelope ---- */

static int ignore_unknown(struct soap *soap, const char *tag)
{
    (void)soap;
    (void)tag;
    return SOAP_OK; /* headers that must be understood, too */
}

static int open_body(struct soap *soap, const char *xml)
{
    soap->is = xml;
    return soap_begin_recv(soap) != SOAP_OK || soap_envelope_begin_in(soap) != SOAP_OK ||
                   soap_recv_header(soap) != SOAP_OK || soap_body_begin_in(soap) != SOAP_OK
               ? VMM_E_PROTO
               : 0;
}

void onvif_keep(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "");
}

/* The last part of a name: "ter:NotAuthorized", and the namespace in quotes that gSOAP puts for what it does not know. */
static const char *local_name(const char *name)
{
    const char *colon = name != NULL ? strrchr(name, ':') : NULL;
    return colon != NULL ? colon + 1 : name;
}

static int take_fault(struct soap *soap, struct onvif_fault *fault)
{
    const char *subcode = NULL;
    if (soap->fault != NULL && soap->fault->SOAP_ENV__Code != NULL) {
        const struct SOAP_ENV__Code *code = soap->fault->SOAP_ENV__Code->SOAP_ENV__Subcode;
        while (code != NULL && code->SOAP_ENV__Value != NULL) {
            subcode = code->SOAP_ENV__Value;
            code = code->SOAP_ENV__Subcode;
            if (strcmp(local_name(subcode), "NotAuthorized") == 0) {
                break;
            }
        }
    } else if (soap->fault != NULL) {
        subcode = soap->fault->faultcode;
    }
    const char **reason = soap_faultstring(soap);
    onvif_keep(fault->subcode, sizeof(fault->subcode), local_name(subcode));
    onvif_keep(fault->text, sizeof(fault->text), reason != NULL ? *reason : "");
    return VMM_E_AGAIN;
}

static int decode_with(struct soap *soap, const char *text, onvif_get_fn get, onvif_take_fn take,
                       void *out, struct onvif_fault *fault)
{
    if (open_body(soap, text) != 0) {
        return soap->error == SOAP_EOM ? VMM_E_NOMEM : VMM_E_PROTO;
    }
    const void *element = get(soap);
    if (element != NULL) {
        take(element, out);
        return 0;
    }
    if (soap->error == SOAP_EOM) {
        return VMM_E_NOMEM;
    }
    soap->error = SOAP_OK;
    if (soap_getfault(soap) != SOAP_OK || soap->fault == NULL) {
        return soap->error == SOAP_EOM ? VMM_E_NOMEM : VMM_E_PROTO;
    }
    return take_fault(soap, fault);
}

int onvif_decode_large(struct vmm_text xml, size_t limit, onvif_get_fn get, onvif_take_fn take,
                       void *out, struct onvif_fault *fault)
{
    char *text = NULL;
    int rc = copy_text(xml, limit, &text);
    if (rc != 0) {
        return rc;
    }
    struct soap *soap = soap_new1(SOAP_C_UTFSTRING);
    if (soap == NULL) {
        free(text);
        return VMM_E_NOMEM;
    }
    soap_set_namespaces(soap, namespaces);
    soap->fignore = ignore_unknown;
    soap->maxlevel = 64;
    soap->maxoccurs = ONVIF_OCCURS_MAX;
    soap->maxlength = (long)limit;
    *fault = (struct onvif_fault){0};
    rc = decode_with(soap, text, get, take, out, fault);
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
    free(text);
    return rc;
}

int onvif_decode(struct vmm_text xml, onvif_get_fn get, onvif_take_fn take, void *out,
                 struct onvif_fault *fault)
{
    return onvif_decode_large(xml, ONVIF_BODY_MAX, get, take, out, fault);
}

bool onvif_fault_is_absence(const struct onvif_fault *fault)
{
    return strcasestr(fault->subcode, "NotSupported") != NULL ||
           strcasestr(fault->subcode, "NotImplemented") != NULL ||
           strcasestr(fault->text, "not supported") != NULL ||
           strcasestr(fault->text, "not implemented") != NULL;
}

/* Many makers give no proper code: the text has the last word. */
bool onvif_fault_is_auth(const struct onvif_fault *fault)
{
    return strcmp(fault->subcode, "NotAuthorized") == 0 ||
           strcmp(fault->subcode, "FailedAuthentication") == 0 ||
           strcmp(fault->subcode, "InvalidSecurity") == 0 ||
           (!onvif_fault_is_absence(fault) && strcasestr(fault->text, "auth") != NULL);
}

/* ---- Clock ---- */

static bool number(const char *text, int32_t *out)
{
    int64_t value = 0;
    if (text == NULL || vmm_text_int(vmm_text_trim(vmm_text_of(text)), 0, 9999, &value) != 0) {
        return false;
    }
    *out = (int32_t)value;
    return true;
}

/* True when it is a date that exists. */
static bool take_time(const struct tt__DateTime *time, struct vmm_datetime *out)
{
    struct vmm_datetime read = {0};
    if (time == NULL || time->Date == NULL || time->Time == NULL ||
        !number(time->Date->Year, &read.year) || !number(time->Date->Month, &read.month) ||
        !number(time->Date->Day, &read.day) || !number(time->Time->Hour, &read.hour) ||
        !number(time->Time->Minute, &read.minute) || !number(time->Time->Second, &read.second)) {
        return false;
    }
    char text[64];
    snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", read.year, read.month, read.day,
             read.hour, read.minute, read.second);
    return vmm_datetime_parse(vmm_text_of(text), "%F %T", out) == 0;
}

static void take_clock(const void *element, void *out)
{
    const struct _tds__GetSystemDateAndTimeResponse *answer = element;
    const struct tt__SystemDateTime *time = answer->SystemDateAndTime;
    struct onvif_clock *clock = out;
    if (time == NULL) {
        return;
    }
    clock->has_utc = take_time(time->UTCDateTime, &clock->utc);
    clock->has_local = take_time(time->LocalDateTime, &clock->local);
    clock->by_ntp = vmm_text_same(vmm_text_of(time->DateTimeType), "NTP");
    clock->has_type = clock->by_ntp || vmm_text_same(vmm_text_of(time->DateTimeType), "Manual");
    clock->has_dst = time->DaylightSavings != NULL &&
                     vmm_text_bool(vmm_text_of(time->DaylightSavings), &clock->dst) == 0;
    onvif_keep(clock->tz, sizeof(clock->tz), time->TimeZone != NULL ? time->TimeZone->TZ : NULL);
}

ONVIF_GET(_tds__GetSystemDateAndTimeResponse, "tds:GetSystemDateAndTimeResponse")

int onvif_decode_clock(struct vmm_text xml, struct onvif_clock *out, struct onvif_fault *fault)
{
    *out = (struct onvif_clock){0};
    return onvif_decode(xml, get__tds__GetSystemDateAndTimeResponse, take_clock, out, fault);
}

/* ---- Identity ---- */

static void take_identity(const void *element, void *out)
{
    const struct _tds__GetDeviceInformationResponse *answer = element;
    struct onvif_identity *identity = out;
    onvif_keep(identity->maker, sizeof(identity->maker), answer->Manufacturer);
    onvif_keep(identity->model, sizeof(identity->model), answer->Model);
    onvif_keep(identity->firmware, sizeof(identity->firmware), answer->FirmwareVersion);
    onvif_keep(identity->serial, sizeof(identity->serial), answer->SerialNumber);
}

ONVIF_GET(_tds__GetDeviceInformationResponse, "tds:GetDeviceInformationResponse")

int onvif_decode_identity(struct vmm_text xml, struct onvif_identity *out,
                          struct onvif_fault *fault)
{
    *out = (struct onvif_identity){0};
    return onvif_decode(xml, get__tds__GetDeviceInformationResponse, take_identity, out, fault);
}

/* ---- Services ---- */

static void take_address(const char *address, char path[ONVIF_PATH_MAX],
                         struct onvif_services *services)
{
    if (address == NULL || onvif_uri_path(address, path, ONVIF_PATH_MAX) != 0) {
        path[0] = '\0';
        return;
    }
    if (services->address[0] == '\0') {
        onvif_uri_host(address, services->address, sizeof(services->address));
    }
}

static void take_services(const void *element, void *out)
{
    const struct _tds__GetServicesResponse *answer = element;
    struct onvif_services *services = out;
    const struct {
        const char *space;
        char *path;
    } known[] = {
        {"http://www.onvif.org/ver10/media/wsdl", services->media},
        {"http://www.onvif.org/ver20/media/wsdl", services->media2},
        {"http://www.onvif.org/ver10/events/wsdl", services->events},
        {"http://www.onvif.org/ver10/search/wsdl", services->search},
        {"http://www.onvif.org/ver10/recording/wsdl", services->recording},
        {"http://www.onvif.org/ver10/replay/wsdl", services->replay},
    };
    for (int i = 0; i < answer->__sizeService; i++) {
        const char *space = answer->Service[i].Namespace;
        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
            if (space != NULL && strcmp(space, known[k].space) == 0) {
                take_address(answer->Service[i].XAddr, known[k].path, services);
            }
        }
    }
}

ONVIF_GET(_tds__GetServicesResponse, "tds:GetServicesResponse")

int onvif_decode_services(struct vmm_text xml, struct onvif_services *out,
                          struct onvif_fault *fault)
{
    *out = (struct onvif_services){0};
    return onvif_decode(xml, get__tds__GetServicesResponse, take_services, out, fault);
}

static const char *address_of(const struct tt__WithXAddr *service)
{
    return service != NULL ? service->XAddr : NULL;
}

static void take_capabilities(const void *element, void *out)
{
    const struct _tds__GetCapabilitiesResponse *answer = element;
    const struct tt__Capabilities *has = answer->Capabilities;
    struct onvif_services *services = out;
    if (has == NULL) {
        return;
    }
    take_address(address_of(has->Media), services->media, services);
    take_address(address_of(has->Events), services->events, services);
    if (has->Extension != NULL) {
        take_address(address_of(has->Extension->Search), services->search, services);
        take_address(address_of(has->Extension->Recording), services->recording, services);
        take_address(address_of(has->Extension->Replay), services->replay, services);
    }
}

ONVIF_GET(_tds__GetCapabilitiesResponse, "tds:GetCapabilitiesResponse")

int onvif_decode_capabilities(struct vmm_text xml, struct onvif_services *out,
                              struct onvif_fault *fault)
{
    *out = (struct onvif_services){0};
    return onvif_decode(xml, get__tds__GetCapabilitiesResponse, take_capabilities, out, fault);
}
