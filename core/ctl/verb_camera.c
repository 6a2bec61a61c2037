/* SPDX-License-Identifier: MIT */
#include "ctl/object.h"

static const struct listing_column columns[] = {
    {"CAMERA", "id", false, NULL},     {"NAME", "name", false, NULL},
    {"SITE", "site_id", false, NULL},  {"NVR", "nvr_id", false, NULL},
    {"CH", "nvr_channel", true, NULL}, {"PROVIDER", "provider", false, NULL},
    {"HOST", "host", false, NULL},     {"PORT", "port", true, NULL},
    {"MODEL", "model", false, NULL},   {"ENABLED", "enabled", false, NULL},
    {NULL, NULL, false, NULL},
};

static const struct listing_spec list = {
    .key = "cameras",
    .columns = columns,
    .empty = "no camera yet: vmmctl watch ADDRESS",
};

static const struct object camera = {.name = "camera", .list = &list};

static int run(struct ctl *ctl)
{
    return object_run(ctl, &camera);
}

const struct ctl_verb verb_camera = {
    .name = "camera",
    .summary = "the cameras that are watched",
    .usage = "[list] [--site ID]\nadd ID FIELD=VALUE...\nset ID FIELD=VALUE...\nrm ID\ntest ID",
    .words = object_words,
    .options = object_options,
    .text =
        "Fields: site_id, name, provider, host, port, port_group, tls (none, verify, pin, off,\n"
        "legacy), auth (none, digest, basic), credential_id, connections, options.NAME (of the\n"
        "provider), enabled (false: DISABLED), nvr_id, nvr_channel, priority (1 to 3), tags,\n"
        "expected. A camera needs site_id, and an address (provider, host) or a channel\n"
        "(nvr_id, nvr_channel), or both. test makes one full look.",
    .negative = "there is no such camera, or a test failed",
    .run = run,
};
