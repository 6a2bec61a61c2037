/* SPDX-License-Identifier: MIT */
/*
 * A dialogue over a connection of "vmm.net/1": the doing of what generic_dialogue.h decides.
 */
#ifndef GENERIC_TALK_H
#define GENERIC_TALK_H

#include <kit/requests.h>
#include <vmm/net.h>

#include "generic_read.h"

/* Of whom, and for whom. Everything outlives the talk. */
struct generic_talk_setup {
    const struct vmm_host *host;
    const struct vmm_net_host *net;
    struct generic_plan *plan;
    struct generic_kept kept;
    struct vmm_turn *turn;
    const struct vmm_http_tls *tls; /* NULL: as the operator has set the device */
    uint64_t left_ms;               /* of the look */
    bool only_connects;             /* that the port is open is all that is asked */
};

/* Begin; the turn is done when the dialogue is over. VMM_E_NOMEM, or what open() of the host answers. */
int generic_talk_start(const struct generic_talk_setup *setup,
                       const struct generic_request *request);

#endif
