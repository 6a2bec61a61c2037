/* SPDX-License-Identifier: MIT */
#include "ctl/target_fields.h"

#include <string.h>

bool target_field_given(const json_t *given, const char *name)
{
    size_t i = 0;
    json_t *field = NULL;
    size_t length = strlen(name);
    json_array_foreach(given, i, field)
    {
        const char *text = json_string_value(field);
        if (strncmp(text, name, length) == 0 && text[length] == '=') {
            return true;
        }
    }
    return false;
}

void target_fields(json_t *fields, const struct target *target, const char *provider,
                   bool is_secure, const json_t *given)
{
    if (provider != NULL) {
        json_array_append_new(fields, json_sprintf("provider=%s", provider));
    }
    json_array_append_new(fields, json_sprintf("host=%s", target->host));
    if (target->port != 0) {
        json_array_append_new(fields, json_sprintf("port=%u", (unsigned)target->port));
    }
    if ((is_secure || strcmp(target->scheme, "https") == 0) && !target_field_given(given, "tls")) {
        json_array_append_new(fields, json_string("tls=pin"));
    }
}
