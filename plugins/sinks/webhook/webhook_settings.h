/* SPDX-License-Identifier: MIT */
/* The settings of the webhook sink, declared, and as it uses them. */
#ifndef WEBHOOK_SETTINGS_H
#define WEBHOOK_SETTINGS_H

#include <jansson.h>

#include <vmm/http.h>

#include "webhook_sign.h"

#define WEBHOOK_LINES_MAX 8192u /* bytes of the header lines that the settings add */

struct webhook_settings {
    json_t *json; /* what the texts below are borrowed from */
    const char *url;
    const char *method;
    const char *content_type;
    const char *ca_file; /* "" when not set, as the next two */
    const char *cert_file;
    const char *key_file;
    const char *key_password; /* NULL when not set */
    uint32_t timeout_ms;
    struct webhook_secrets secrets;
    json_t *template; /* NULL: the event as it is */
    char lines[WEBHOOK_LINES_MAX];
};

/* For the descriptor. */
extern const struct vmm_config_item *const webhook_config[];

/* Read what the host hands out. 0; VMM_E_INVAL with one line in `why` that shows no secret; VMM_E_NOMEM. */
int webhook_settings_read(const char *json, struct webhook_settings *settings, char *why,
                          size_t why_size);

/* Wipe and release. */
void webhook_settings_finish(struct webhook_settings *settings);

#endif
