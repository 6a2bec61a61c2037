/* SPDX-License-Identifier: MIT */
/* Rules on many looks: at once, and one after another. */
#include "base/clock.h"
#include "ctl/verify_peer.h"
#include "ctl/verify_step.h"

#define LEAK_WARM  20u
#define LEAK_LOOKS 200u
#ifdef __SANITIZE_ADDRESS__
#define LEAK_KB 65536 /* the sanitizer keeps what was freed for a while */
#else
#define LEAK_KB 8192
#endif
#define LEAK_FILES 16 /* connections that are just ending */
#define ROUND      8u
#define ROUND_MS   1000u
#define SWEEP_MS   1100u

enum verify_verdict verify_many(struct verify *verify)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_MISSES);
    if (peer == NULL) {
        return verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    }
    enum verify_verdict verdict = verify_open(verify, &host);
    if (verdict == VERIFY_KEPT) {
        bool ended = verify_look_at_once(verify, &host, verify_peer_port(peer), 1, VERIFY_MANY + 1);
        if (!ended) {
            verdict = verify_gone(verify, &host, "during many looks");
        }
        for (uint32_t id = 1; verdict == VERIFY_KEPT && id <= VERIFY_MANY; id++) {
            if (host.jobs[id].times != 1) {
                verdict = verify_say(verify, VERIFY_BROKEN, "one of them ended %u times",
                                     (unsigned)host.jobs[id].times);
            }
        }
        if (ended) {
            verify_host_finish(&host, false, 0);
        }
    }
    verify_peer_destroy(peer);
    return verdict;
}

struct belongings {
    int64_t threads;
    int64_t memory_kb;
    int files;
};

static struct belongings belongings(const struct verify_host *host)
{
    return (struct belongings){verify_host_status(host, "Threads", 10),
                               verify_host_status(host, "VmRSS", 10), verify_host_files(host)};
}

/* What is compared: the belongings after the first looks, and after all. NOT_TRIED when a look takes as long as
 * it may, so that two hundred would never end. */
static enum verify_verdict look_often(struct verify *verify, struct verify_host *host,
                                      uint16_t port, struct belongings *before,
                                      struct belongings *after)
{
    uint32_t id = 1;
    for (; id < LEAK_WARM + LEAK_LOOKS; id += ROUND) {
        uint64_t begun = clock_mono_us();
        if (!verify_look_at_once(verify, host, port, id, id + ROUND)) {
            return verify_gone(verify, host, "after many looks");
        }
        if (clock_mono_us() - begun > ROUND_MS * 1000u) {
            return verify_say(verify, VERIFY_NOT_TRIED, "its looks take their whole time");
        }
        *before = id < LEAK_WARM ? belongings(host) : *before;
    }
    /* The host sweeps ended connections away once a second, at the next look. */
    verify_host_until(host, &host->ends, UINT32_MAX, SWEEP_MS);
    if (!verify_look_at_once(verify, host, port, id, id + ROUND)) {
        return verify_gone(verify, host, "after many looks");
    }
    *after = belongings(host);
    return VERIFY_KEPT;
}

static enum verify_verdict compare(struct verify *verify, const struct belongings *before,
                                   const struct belongings *after)
{
    if (after->files > before->files + LEAK_FILES) {
        return verify_say(verify, VERIFY_BROKEN, "%d open files became %d", before->files,
                          after->files);
    }
    if (after->threads > before->threads) {
        return verify_say(verify, VERIFY_BROKEN, "%d threads became %d", (int)before->threads,
                          (int)after->threads);
    }
    if (after->memory_kb > before->memory_kb + LEAK_KB) {
        return verify_say(verify, VERIFY_BROKEN, "%d KiB of memory became %d",
                          (int)before->memory_kb, (int)after->memory_kb);
    }
    return VERIFY_KEPT;
}

enum verify_verdict verify_leaks(struct verify *verify)
{
    struct verify_host host;
    struct belongings before = {0};
    struct belongings after = {0};
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_MISSES);
    if (peer == NULL) {
        return verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    }
    enum verify_verdict verdict = verify_open(verify, &host);
    if (verdict == VERIFY_KEPT) {
        verdict = look_often(verify, &host, verify_peer_port(peer), &before, &after);
        verdict = verdict == VERIFY_KEPT ? compare(verify, &before, &after) : verdict;
        verify_host_finish(&host, false, 0);
    }
    verify_peer_destroy(peer);
    return verdict;
}
