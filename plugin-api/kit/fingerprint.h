/* SPDX-License-Identifier: MIT */
/*
 * Whose device it is, by answers to requests without a login. For brands that sell what others
 * build: their plugins ask, and name the provider that fits.
 *
 * Some makers are known by what they say, others only by refusing a path of their own (401). A
 * refusal tells nothing of a device that refuses every path: ask for VMM_FINGERPRINT_NOBODY too.
 */
#ifndef VMM_KIT_FINGERPRINT_H
#define VMM_KIT_FINGERPRINT_H

#include <vmm/http.h>

#include <kit/text.h>

struct vmm_fingerprint {
    const char *provider; /* that speaks to such a device */
    const char *target;   /* of a GET */
    bool is_refusal;      /* it fits by a 401 */
    bool (*fits)(const struct vmm_http_answer *answer);
};

/* Those of a GET, in the order to ask: what is said before what is refused, and Uniview before
 * Hikvision, some of whose paths Uniview has too. */
extern const struct vmm_fingerprint vmm_fingerprints[];
extern const size_t vmm_fingerprint_count;

/* A path that no maker has. */
#define VMM_FINGERPRINT_NOBODY "/vmm/nobody/has/this"

/* ONVIF's GetSystemDateAndTime, a POST that needs no login (Core specification, 5.12). */
#define VMM_FINGERPRINT_ONVIF_TARGET  "/onvif/device_service"
#define VMM_FINGERPRINT_ONVIF_HEADERS "Content-Type: application/soap+xml; charset=utf-8\r\n"
#define VMM_FINGERPRINT_ONVIF_BODY                                                                 \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"                                                   \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>"                     \
    "<GetSystemDateAndTime xmlns=\"http://www.onvif.org/ver10/device/wsdl\"/>"                     \
    "</s:Body></s:Envelope>"
bool vmm_fingerprint_is_onvif(const struct vmm_http_answer *answer);

/* The realm of the first challenge in header lines; empty when there is none. */
struct vmm_text vmm_fingerprint_realm(struct vmm_text headers);

/* The text of the first <title> of a page; empty when there is none. */
struct vmm_text vmm_fingerprint_title(struct vmm_text page);

#endif
