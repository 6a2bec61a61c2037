/* SPDX-License-Identifier: MIT */
#include "fleet/handover.h"

#include <string.h>

#include "base/text.h"

enum handover handover_decide(const struct handover_case *given)
{
    const char *named = given->named;
    if (named == NULL || !text_is_id(named) || given->effective[0] != '\0' ||
        strcmp(named, given->provider) == 0) {
        return HANDOVER_NONE;
    }
    if (!given->installed) {
        return HANDOVER_MISSING;
    }
    if (given->own_port && given->port_set) {
        return HANDOVER_PORT;
    }
    return given->on ? HANDOVER_GO : HANDOVER_OFF;
}

const char *handover_word(enum handover handover)
{
    static const char *const words[] = {
        [HANDOVER_NONE] = "none", [HANDOVER_GO] = "done",
        [HANDOVER_OFF] = "off",   [HANDOVER_MISSING] = "not_installed",
        [HANDOVER_PORT] = "port",
    };
    return words[handover];
}
