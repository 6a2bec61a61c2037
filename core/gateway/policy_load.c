/* SPDX-License-Identifier: MIT */
#include "gateway/policy_load.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "config/document.h"

static int make(const json_t *root, struct policy **out, struct config_error *error)
{
    json_t *settings = NULL;
    int rc = validate_object(root, policy_items(), "", &settings, error);
    rc = rc == 0 ? policy_create(settings, out, error) : rc;
    json_decref(settings);
    return rc;
}

/* The place of what is wrong, or of the nearest thing around it that stands in the file. */
static void locate(const struct document *document, struct config_error *error)
{
    char pointer[sizeof(error->pointer)];
    text_format(pointer, sizeof(pointer), "%s", error->pointer);
    text_format(error->file, sizeof(error->file), "%s", document->path);
    while (!document_locate(document, pointer, error)) {
        char *last = strrchr(pointer, '/');
        if (last == NULL) {
            return;
        }
        *last = '\0';
    }
}

int policy_load(const char *path, bool required, struct policy **out, struct config_error *error)
{
    struct document *document = NULL;
    config_error_clear(error);
    if (path == NULL || (!required && access(path, F_OK) != 0)) {
        return make(NULL, out, error);
    }
    int rc = document_read(path, &document, error);
    if (rc != 0) {
        return rc;
    }
    rc = make(document->root, out, error);
    if (rc == VMM_E_INVAL) {
        locate(document, error);
    }
    document_destroy(document);
    return rc;
}
