/* SPDX-License-Identifier: MIT */
/* What comes to vmmctl from anybody on the network: each device counts once, and what is shown is text. */
#include <stdlib.h>
#include <string.h>

#include "ctl/discovery.h"

static void check_text(const char *text, size_t size)
{
    if (memchr(text, '\0', size) == NULL) {
        abort();
    }
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (*p < 0x20 || *p == 0x7f) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct discovery found = {0};
    if (discovery_take(&found, data, size, "192.0.2.64") != 0) {
        abort();
    }
    size_t once = found.count;
    discovery_take(&found, data, size, "192.0.2.64");
    if (found.count != once) {
        abort();
    }
    for (size_t i = 0; i < found.count; i++) {
        const struct discovered *device = &found.devices[i];
        check_text(device->endpoint, sizeof(device->endpoint));
        check_text(device->name, sizeof(device->name));
        check_text(device->hardware, sizeof(device->hardware));
        check_text(device->location, sizeof(device->location));
        check_text(device->path, sizeof(device->path));
        check_text(device->says, sizeof(device->says));
        if (device->port == 0 || strcmp(device->from, "192.0.2.64") != 0) {
            abort();
        }
    }
    discovery_finish(&found);
    return 0;
}
