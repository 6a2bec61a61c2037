/* SPDX-License-Identifier: MIT */
/* What a look asks for: names of parameters in groups, and one by one where a group is refused. */
#include "vivotek_look.h"

#include <stdio.h>
#include <string.h>

/* What is asked for together, and left out together when the device refuses it. The first is never
 * left out: it is the proof that the device speaks this language. Zone and daylight stand before
 * the clock, which needs them. */
static const struct item {
    uint32_t group;
    const char *query; /* NULL: the signals of all channels */
} items[] = {
    {GROUP_IDENTITY, "system_info_modelname"},
    {GROUP_IDENTITY, "system_info_extendedmodelname"},
    {GROUP_IDENTITY, "system_info_firmwareversion"},
    {GROUP_IDENTITY, "system_info_serialnumber"},
    {GROUP_IDENTITY, "capability_videoin_type"},
    {GROUP_IDENTITY, "capability_nvideoin"},
    {GROUP_STATE, "system_hostname"},
    {GROUP_STATE, "system_timezoneindex"},
    {GROUP_STATE, "system_daylight_enable"},
    {GROUP_STATE, "system_ntp"},
    {GROUP_STATE, "system_date&system_time"},
    {GROUP_STATE, NULL},
    {GROUP_SETUP, "system_updateinterval"},
    {GROUP_SETUP, "capability_nmediastream"},
    {GROUP_SETUP, "network_rtsp_s0_accessname&network_rtsp_s1_accessname"},
    {GROUP_SETUP, VIVOTEK_RECORDING("0")},
    {GROUP_SETUP, VIVOTEK_RECORDING("1")},
};
_Static_assert(sizeof(items) / sizeof(items[0]) == ITEM_COUNT, "each item has its bit");

uint32_t ask_group(uint32_t item)
{
    return items[item].group;
}

static bool is_asked(const struct vivotek_look *look, uint32_t group, uint32_t item)
{
    bool has_signal = look->device.is_encoder;
    bool is_wanted = item < ITEM_RECORDING || look->recordings;
    return items[item].group == group && (look->refused & 1u << item) == 0 && is_wanted &&
           (items[item].query != NULL || has_signal);
}

uint32_t ask_count(const struct vivotek_look *look, uint32_t group)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ITEM_COUNT; i++) {
        count += is_asked(look, group, i) ? 1 : 0;
    }
    return count;
}

static int add_text(char *target, size_t size, const char *text)
{
    size_t used = strlen(target);
    int added = snprintf(target + used, size - used, "%s", text);
    return (size_t)added < size - used ? 0 : VMM_E_TOOBIG;
}

static int add_signals(const struct vivotek_look *look, char *target, size_t size)
{
    uint32_t channels = look->device.channels == 0 ? 1 : look->device.channels;
    int rc = 0;
    for (uint32_t c = 0; c < channels && rc == 0; c++) {
        char name[40];
        snprintf(name, sizeof(name), "%sstatus_c%u_signal_detect", c == 0 ? "" : "&", c);
        rc = add_text(target, size, name);
    }
    return rc;
}

/* Names of items as a query: those of a group, or one alone. */
static int build_target(const struct vivotek_look *look, uint32_t first, uint32_t last,
                        uint32_t group, char *target, size_t size)
{
    snprintf(target, size, "/cgi-bin/%s/getparam.cgi", look->level);
    int rc = 0;
    const char *mark = "?";
    for (uint32_t i = first; i <= last && rc == 0; i++) {
        if (!is_asked(look, group, i)) {
            continue;
        }
        rc = add_text(target, size, mark);
        mark = "&";
        if (rc == 0) {
            rc = items[i].query != NULL ? add_text(target, size, items[i].query)
                                        : add_signals(look, target, size);
        }
    }
    return rc;
}

int ask_identity(void *state, char *target, size_t size)
{
    return build_target(state, 0, ITEM_COUNT - 1, GROUP_IDENTITY, target, size);
}

int ask_state(void *state, char *target, size_t size)
{
    return build_target(state, 0, ITEM_COUNT - 1, GROUP_STATE, target, size);
}

int ask_setup(void *state, char *target, size_t size)
{
    return build_target(state, 0, ITEM_COUNT - 1, GROUP_SETUP, target, size);
}

/* Clips of the last day, by the device's own clock. */
int ask_search(void *state, char *target, size_t size)
{
    const struct vivotek_look *look = state;
    return vivotek_search_target(look->now_ms + look->device.wall_ms, target, size);
}

int ask_item(void *state, char *target, size_t size)
{
    const struct vivotek_look *look = state;
    return build_target(look, look->at, look->at, items[look->at].group, target, size);
}

bool wants_state(const void *state)
{
    return ask_count(state, GROUP_STATE) > 0;
}

static bool is_setup_look(const struct vivotek_look *look)
{
    return look->turn == SETUP_TURN || look->again > 0;
}

bool wants_setup(const void *state)
{
    return is_setup_look(state) && ask_count(state, GROUP_SETUP) > 0;
}

bool wants_search(const void *state)
{
    const struct vivotek_look *look = state;
    return is_setup_look(look) && look->recordings && look->device.has_wall &&
           (look->refused & PART_SEARCH) == 0;
}

/* The next item of the group from `at` on; ITEM_COUNT when there is none. */
uint32_t ask_next(const struct vivotek_look *look, uint32_t group, uint32_t at)
{
    while (at < ITEM_COUNT && !is_asked(look, group, at)) {
        at++;
    }
    return at;
}

static bool wants_item(const struct vivotek_look *look, uint32_t group)
{
    return look->spoilt[group] && look->at < ITEM_COUNT && items[look->at].group == group;
}

bool wants_identity_item(const void *state)
{
    return wants_item(state, GROUP_IDENTITY);
}

bool wants_state_item(const void *state)
{
    return wants_item(state, GROUP_STATE);
}

bool wants_setup_item(const void *state)
{
    return wants_item(state, GROUP_SETUP);
}

bool wants_storage(const void *state)
{
    return ((const struct vivotek_look *)state)->storage;
}
