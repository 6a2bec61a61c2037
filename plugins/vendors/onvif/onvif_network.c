/* SPDX-License-Identifier: MIT */
/* The device in its network: time server, name, hardware address. */
#include "onvif_decode.h"

#include <string.h>

/* ---- Time server ---- */

static const char *host_of(const struct tt__NetworkHost *host)
{
    return host->DNSname != NULL && host->DNSname[0] != '\0'           ? host->DNSname
           : host->IPv4Address != NULL && host->IPv4Address[0] != '\0' ? host->IPv4Address
                                                                       : host->IPv6Address;
}

static void take_ntp(const void *element, void *out)
{
    const struct _tds__GetNTPResponse *answer = element;
    const struct tt__NTPInformation *info = answer->NTPInformation;
    struct onvif_ntp *ntp = out;
    if (info == NULL) {
        return;
    }
    ntp->has_dhcp =
        info->FromDHCP != NULL && vmm_text_bool(vmm_text_of(info->FromDHCP), &ntp->from_dhcp) == 0;
    bool manual = !ntp->from_dhcp && info->__sizeNTPManual > 0;
    if (manual) {
        onvif_keep(ntp->server, sizeof(ntp->server), host_of(&info->NTPManual[0]));
    } else if (info->__sizeNTPFromDHCP > 0) {
        onvif_keep(ntp->server, sizeof(ntp->server), host_of(&info->NTPFromDHCP[0]));
    }
}

ONVIF_GET(_tds__GetNTPResponse, "tds:GetNTPResponse")

int onvif_decode_ntp(struct vmm_text xml, struct onvif_ntp *out, struct onvif_fault *fault)
{
    *out = (struct onvif_ntp){0};
    return onvif_decode(xml, get__tds__GetNTPResponse, take_ntp, out, fault);
}

/* ---- Names ---- */

static void take_hostname(const void *element, void *out)
{
    const struct _tds__GetHostnameResponse *answer = element;
    struct onvif_network *network = out;
    if (answer->HostnameInformation != NULL) {
        onvif_keep(network->hostname, sizeof(network->hostname), answer->HostnameInformation->Name);
    }
}

ONVIF_GET(_tds__GetHostnameResponse, "tds:GetHostnameResponse")

int onvif_decode_hostname(struct vmm_text xml, struct onvif_network *out, struct onvif_fault *fault)
{
    *out = (struct onvif_network){0};
    return onvif_decode(xml, get__tds__GetHostnameResponse, take_hostname, out, fault);
}

/* An interface that is switched off has an address too, which is nobody's. */
static bool is_on(const struct tt__NetworkInterface *interface)
{
    bool on = true;
    return interface->Enabled == NULL || vmm_text_bool(vmm_text_of(interface->Enabled), &on) != 0 ||
           on;
}

static void take_interfaces(const void *element, void *out)
{
    const struct _tds__GetNetworkInterfacesResponse *answer = element;
    struct onvif_network *network = out;
    for (int i = 0; i < answer->__sizeNetworkInterfaces && network->mac[0] == '\0'; i++) {
        const struct tt__NetworkInterface *interface = &answer->NetworkInterfaces[i];
        if (is_on(interface) && interface->Info != NULL) {
            onvif_keep(network->mac, sizeof(network->mac), interface->Info->HwAddress);
        }
    }
}

ONVIF_GET(_tds__GetNetworkInterfacesResponse, "tds:GetNetworkInterfacesResponse")

int onvif_decode_interfaces(struct vmm_text xml, struct onvif_network *out,
                            struct onvif_fault *fault)
{
    *out = (struct onvif_network){0};
    return onvif_decode(xml, get__tds__GetNetworkInterfacesResponse, take_interfaces, out, fault);
}
