/* SPDX-License-Identifier: MIT */
/* What the plugin says of options that only it can judge. */
#include "mock/mock.h"

#include <stdlib.h>
#include <string.h>

#define WHY_SIZE 256

static const struct vmm_options_ops *options_ops(const struct vmm_descriptor *descriptor)
{
    const struct vmm_extension *const *at = descriptor->extensions;
    while (at != NULL && *at != NULL && strcmp((*at)->id, VMM_OPTIONS) != 0) {
        at++;
    }
    return at != NULL && *at != NULL ? (*at)->table : NULL;
}

static void ask(struct vmm_mock *mock, const struct vmm_options_ops *ops, const char *options,
                char why[WHY_SIZE])
{
    why[0] = '\0';
    int rc = ops->check(options, why, WHY_SIZE);
    if (rc == 0) {
        why[0] = '\0';
    } else if (why[0] == '\0' || strpbrk(why, "\r\n") != NULL) {
        mock_complain(mock, "options are refused without one line that says why");
    }
}

const char *vmm_mock_options(struct vmm_mock *mock, const char *options)
{
    static char why[WHY_SIZE];
    char again[WHY_SIZE];
    const struct vmm_options_ops *ops = options_ops(mock->descriptor);
    why[0] = '\0';
    if (ops == NULL || ops->check == NULL) {
        return why;
    }
    char *whole = mock_settings(mock, mock->descriptor->device_config, options, "option");
    ask(mock, ops, whole, why);
    ask(mock, ops, whole, again);
    if (strcmp(why, again) != 0) {
        mock_complain(mock, "the same options are judged differently: %s, then %s", why, again);
    }
    free(whole);
    return why;
}
