/* SPDX-License-Identifier: MIT */
/* The rule on time: no call of the plugin holds up the loop that all its looks share. */
#include <stddef.h>

#include "base/clock.h"
#include "ctl/verify_peer.h"
#include "ctl/verify_step.h"
#include "ipc/channel.h"

#define CALL_MS  50u  /* that a call may take */
#define SLACK_MS 150u /* of a host that checks itself, on a slow machine */
#define LOOKS                                                                                      \
    5u /* the quickest of them counts: one may have met a page that had to be read from the disk */
#define PING_MS    1000u
#define BETWEEN_MS 5u

/* How long the loop took to answer, but for the time in which the machine let us or the host wait. */
static bool ping(struct verify_host *host, uint64_t *took_us)
{
    uint32_t pongs = host->pongs;
    uint64_t begun = clock_mono_us();
    uint64_t waited = verify_host_waited_us(host);
    verify_host_send(host, message_put_empty(channel_out(host->channel), FRAME_PING, pongs + 1));
    bool came = verify_host_until(host, &host->pongs, pongs + 1, PING_MS);
    uint64_t took = clock_mono_us() - begun;
    waited = verify_host_waited_us(host) - waited;
    *took_us = took > waited ? took - waited : 0;
    return came;
}

/* The longest that the loop was held up in one look. */
static enum verify_verdict look(struct verify *verify, struct verify_host *host, uint16_t port,
                                uint32_t id, uint64_t *slowest_us)
{
    *slowest_us = 0;
    verify_put_look(verify, host, id, port, false);
    do {
        uint64_t took_us = 0;
        if (!ping(host, &took_us)) {
            return verify_gone(verify, host, "during a look");
        }
        *slowest_us = took_us > *slowest_us ? took_us : *slowest_us;
    } while (!verify_host_until(host, &host->jobs[id].times, 1, BETWEEN_MS) && !host->gone);
    return host->gone ? verify_gone(verify, host, "after a look") : VERIFY_KEPT;
}

/* Looks until one of them was quick enough. */
static enum verify_verdict look_again(struct verify *verify, struct verify_host *host,
                                      uint16_t port)
{
    uint64_t best_us = UINT64_MAX;
    for (uint32_t id = 1; id <= LOOKS && best_us > (CALL_MS + SLACK_MS) * CLOCK_MS; id++) {
        uint64_t slowest_us = 0;
        enum verify_verdict verdict = look(verify, host, port, id, &slowest_us);
        if (verdict != VERIFY_KEPT) {
            return verdict;
        }
        best_us = slowest_us < best_us ? slowest_us : best_us;
    }
    verify_host_finish(host, false, 0);
    return best_us <= (CALL_MS + SLACK_MS) * CLOCK_MS
               ? VERIFY_KEPT
               : verify_say(verify, VERIFY_BROKEN, "a call took %u ms, %u are allowed",
                            (unsigned)(best_us / CLOCK_MS), CALL_MS);
}

enum verify_verdict verify_prompt(struct verify *verify)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_MISSES);
    if (peer == NULL) {
        return verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    }
    enum verify_verdict verdict = verify_open(verify, &host);
    if (verdict == VERIFY_KEPT) {
        verdict = look_again(verify, &host, verify_peer_port(peer));
    }
    verify_peer_destroy(peer);
    return verdict;
}
