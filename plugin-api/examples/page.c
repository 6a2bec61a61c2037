/* SPDX-License-Identifier: MIT */
/* A probe for devices that are well as long as they answer their page of status. */
#include <kit/requests.h>

static const struct vmm_request_row rows[] = {
    {.name = "status", .target = "/status", .scopes = VMM_SCOPE_TRIAL | VMM_SCOPE_FULL},
};
static const struct vmm_requests_table table = {.list = VMM_REQUEST_LIST(rows)};

VMM_REQUESTS_PLUGIN(table, .name = "page", .version = "0.1.0", .flag = "FEATURE_PLUGIN_PAGE",
                    .summary = "devices with a page of status", .licence = "MIT");
