/* SPDX-License-Identifier: MIT */
/* A URL of the settings, and a line of a plugin that may hold it: its origin is one that reads back as itself, and
 * once the secrets are covered the URL is not in the line any more. */
#include <stdlib.h>
#include <string.h>

#include "host/origin.h"
#include "host/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_origin(const char *text)
{
    char origin[ORIGIN_SIZE];
    char again[ORIGIN_SIZE];
    CURLU *url = origin_parse(text);
    if (url == NULL) {
        return;
    }
    if (origin_of(url, origin) == 0) {
        CURLU *back = origin_parse(origin);
        if (back == NULL || origin_of(back, again) != 0 || strcmp(origin, again) != 0) {
            abort();
        }
        curl_url_cleanup(back);
    }
    curl_url_cleanup(url);
}

static void check_redacted(const char *text)
{
    static const struct vmm_config_item hook = {.struct_size = sizeof(hook),
                                                .type = VMM_CONFIG_SECRET,
                                                .name = "hook",
                                                .flags = VMM_CONFIG_IS_URL};
    static const struct vmm_config_item *const items[] = {&hook, NULL};
    char line[400];
    struct mask mask;
    json_t *config = json_pack("{s:s}", "hook", text);
    if (config == NULL) {
        return; /* no UTF-8, which no setting is */
    }
    snprintf(line, sizeof(line), "<%s>", text);
    if (redact_init(&mask, items, config) == 0) {
        mask_text(&mask, line, sizeof(line));
        bool may_arise = strchr(text, '*') != NULL; /* of the words around it and the stars */
        if (strlen(text) >= 6 && !may_arise && strstr(line, text) != NULL) {
            abort();
        }
    }
    mask_finish(&mask);
    json_decref(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[257];
    size = size < 256 ? size : 256;
    memcpy(text, data, size);
    text[size] = '\0';
    check_origin(text);
    check_redacted(text);
    return 0;
}
