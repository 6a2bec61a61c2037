/* SPDX-License-Identifier: MIT */
/*
 * For brands without an API of their own: rows that ask whose device it is without a login, what its front page says of
 * it, and the end of a look that names the provider. Such a device is always unsupported: nobody judged it yet.
 */
#ifndef VMM_KIT_HANDOVER_H
#define VMM_KIT_HANDOVER_H

#include <kit/fingerprint.h>
#include <kit/requests.h>

#define VMM_HANDOVER_ANSWER_MAX 65536u /* bytes of an answer */

/* The device refuses for load, or fails: it tells nothing, and `part` says so. */
bool vmm_handover_is_unwell(const struct vmm_http_answer *answer, struct vmm_part *part);

/* Report the server, the realm and the title of a front page, each where it has one. */
void vmm_handover_front(const struct vmm_http_answer *answer, const struct vmm_observer *to);

/* The provider speaks to such a device: the core hands it over. */
void vmm_handover_to(const char *provider, const struct vmm_observer *to, struct vmm_part *part);

/* Rows: whether it answers at all, its front page, and whether it speaks ONVIF. */
#define VMM_HANDOVER_ALIVE                                                                         \
    {                                                                                              \
        .name = "alive", .target = "/", .scopes = VMM_SCOPE_TRIAL, .flags = VMM_ROW_ALIVE,         \
        .http_flags = VMM_HTTP_NO_LOGIN, .max_bytes = VMM_HANDOVER_ANSWER_MAX,                     \
    }
#define VMM_HANDOVER_FRONT(reads)                                                                  \
    {                                                                                              \
        .name = "front page", .target = "/", .scopes = VMM_SCOPE_FULL,                             \
        .flags = VMM_ROW_ANY_STATUS, .http_flags = VMM_HTTP_NO_LOGIN,                              \
        .max_bytes = VMM_HANDOVER_ANSWER_MAX, .read = (reads),                                     \
    }
#define VMM_HANDOVER_ONVIF(reads)                                                                  \
    {                                                                                              \
        .name = "onvif", .method = "POST", .target = VMM_FINGERPRINT_ONVIF_TARGET,                 \
        .headers = VMM_FINGERPRINT_ONVIF_HEADERS, .body = VMM_FINGERPRINT_ONVIF_BODY,              \
        .body_size = sizeof(VMM_FINGERPRINT_ONVIF_BODY) - 1, .scopes = VMM_SCOPE_FULL,             \
        .flags = VMM_ROW_ANY_STATUS, .http_flags = VMM_HTTP_NO_LOGIN | VMM_HTTP_SAFE,              \
        .max_bytes = VMM_HANDOVER_ANSWER_MAX, .read = (reads),                                     \
    }

#endif
