/* SPDX-License-Identifier: MIT */
#include "ctl/object.h"

static const struct listing_column columns[] = {
    {"CAMERA", "id", false, NULL},   {"NAME", "name", false, NULL},
    {"SITE", "site", false, NULL},   {"NVR", "nvr", false, NULL},
    {"CH", "channel", true, NULL},   {"PROVIDER", "provider", false, NULL},
    {"HOST", "host", false, NULL},   {"PORT", "port", true, NULL},
    {"MODEL", "model", false, NULL}, {"ENABLED", "enabled", false, NULL},
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
        "Fields: site, name, provider, host, port, port_group, link, tls (none, verify, pin, off,\n"
        "legacy), auth (none, digest, basic), credential (its id), connections, options.NAME (of\n"
        "the provider), tls_pin, enabled (false: DISABLED), nvr, channel, priority (1 to 3),\n"
        "tags, expected, rules. A camera needs site, and an address (host) or a channel (nvr,\n"
        "channel), or both. Without provider the plugin identify finds out whose device it is, "
        "and\n"
        "it is handed over to the provider that fits. test makes one full look.",
    .negative = "there is no such camera, or a test failed",
    .run = run,
};
