/* SPDX-License-Identifier: MIT */
#include "fleet/handover.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool handover_place_read(const char *text, struct handover_place *place)
{
    static const struct {
        const char *word;
        bool is_page;
        bool is_tls;
    } words[] = {{"http:", true, false},
                 {"https:", true, true},
                 {"rtsp:", false, false},
                 {"dvrip:", false, false}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i].word);
        const char *digits = text + length;
        if (strncmp(text, words[i].word, length) != 0 || strlen(digits) > 5 ||
            digits[strspn(digits, "0123456789")] != '\0') {
            continue;
        }
        unsigned long port = strtoul(digits, NULL, 10);
        *place = (struct handover_place){
            .port = (uint16_t)port, .is_page = words[i].is_page, .is_tls = words[i].is_tls};
        return port >= 1 && port <= UINT16_MAX;
    }
    return false;
}

bool handover_takes_place(const struct handover_case *given)
{
    struct handover_place place;
    return given->place != NULL && handover_place_read(given->place, &place) &&
           place.is_page != given->own_port;
}

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
    if (given->own_port && given->port_set && !handover_takes_place(given)) {
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
