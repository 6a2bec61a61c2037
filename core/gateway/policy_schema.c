/* SPDX-License-Identifier: MIT */
#include "gateway/policy_schema.h"

#include <stdlib.h>

#include "base/buf.h"
#include "config/schema.h"
#include "gateway/policy.h"

json_t *policy_schema(void)
{
    json_t *schema = schema_object(policy_items());
    json_t *draft = json_string("https://json-schema.org/draft/2020-12/schema");
    json_t *title = json_string("gateway.json: who is told what by vmmd");
    int rc = json_object_set_new(schema, "$schema", draft);
    rc |= json_object_set_new(schema, "title", title);
    if (rc != 0) {
        json_decref(schema);
        return NULL;
    }
    return schema;
}

int policy_print_schema(FILE *out)
{
    struct buf text;
    buf_init(&text);
    json_t *schema = policy_schema();
    bool made = schema != NULL && schema_write(schema, &text) == 0;
    bool written = made && fwrite(text.data, 1, text.size, out) == text.size;
    json_decref(schema);
    buf_finish(&text);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
