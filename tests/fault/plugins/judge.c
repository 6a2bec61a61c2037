/* SPDX-License-Identifier: MIT */
/* Has a word in what options make sense, and is as bad about it as the option `mood` says. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

static const struct vmm_config_item mood = {
    .struct_size = sizeof(mood),
    .type = VMM_CONFIG_WORD,
    .name = "mood",
    .summary = "what it does when it is asked",
    .words = "good|bad|mute|crash|late",
    .default_json = "\"good\"",
};
static const struct vmm_config_item *const device_config[] = {&mood, NULL};

static int check(const char *options, char *why, size_t why_size)
{
    if (strstr(options, "\"crash\"") != NULL) {
        fault_crash();
    }
    if (strstr(options, "\"late\"") != NULL) {
        sleep(8); /* nobody waits so long */
    }
    if (strstr(options, "\"bad\"") != NULL) {
        snprintf(why, why_size, "mood: not this\nevil line");
    }
    return strstr(options, "\"good\"") != NULL ? 0 : VMM_E_INVAL;
}

static const struct vmm_options_ops options_ops = {.struct_size = sizeof(options_ops),
                                                   .check = check};
static const struct vmm_extension options = {
    .struct_size = sizeof(options), .id = VMM_OPTIONS, .table = &options_ops};
static const struct vmm_extension *const extensions[] = {&options, NULL};

static const struct vmm_probe_ops ops = {.struct_size = sizeof(ops),
                                         .open = fault_open,
                                         .close = fault_close,
                                         .probe = fault_probe_ok,
                                         .cancel = fault_cancel};
FAULT_DESCRIPTOR("judge", ops, .device_config = device_config, .extensions = extensions);
FAULT_ENTRY
