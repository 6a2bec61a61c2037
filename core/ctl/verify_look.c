/* SPDX-License-Identifier: MIT */
/* Rules on one look: at devices that misbehave, and when it is cancelled. */
#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>
#include <vmm/probe.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/verify_peer.h"
#include "ctl/verify_step.h"
#include "ipc/channel.h"

#define PING_MS    1000u
#define UNFINISHED "did not finish" /* what the host says of a look it had to end */

static bool answers_ping(struct verify_host *host)
{
    uint32_t pongs = host->pongs;
    verify_host_send(host, message_put_empty(channel_out(host->channel), FRAME_PING, pongs + 1));
    return verify_host_until(host, &host->pongs, pongs + 1, PING_MS);
}

static const char *outcome_word(uint8_t outcome)
{
#define OUTCOME_WORD(number, NAME, word, failed, meaning) [number] = word,
    static const char *const words[] = {VMM_OUTCOMES(OUTCOME_WORD)};
#undef OUTCOME_WORD
    return outcome < sizeof(words) / sizeof(words[0]) && words[outcome] != NULL ? words[outcome]
                                                                                : "?";
}

static bool is_success(uint8_t outcome)
{
    return outcome == VMM_OUTCOME_OK || outcome == VMM_OUTCOME_PARTIAL;
}

/* What holds for every look: it ended once, in time, within its allowance, and sent nothing that writes. */
static enum verify_verdict judge_end(struct verify *verify, struct verify_host *host,
                                     const struct verify_peer_report *report)
{
    const struct verify_end *end = &host->jobs[1];
    if (strstr(buf_cstr(&host->said), UNFINISHED) != NULL) {
        return verify_say(verify, VERIFY_BROKEN, "the host had to end the look itself");
    }
    if (end->times != 1) {
        return verify_say(verify, VERIFY_BROKEN, "the look ended %u times", (unsigned)end->times);
    }
    if (report->most_at_once > VERIFY_CONNECTIONS) {
        return verify_say(verify, VERIFY_BROKEN, "%u connections at once, %u were allowed",
                          report->most_at_once, VERIFY_CONNECTIONS);
    }
    if (report->writing[0] != '\0') {
        return verify_say(verify, VERIFY_BROKEN, "it sent %s, which may change a device",
                          report->writing);
    }
    if (end->outcome == VMM_OUTCOME_INTERNAL) {
        return verify_say(verify, VERIFY_NOT_TRIED,
                          "the look ended as internal; give its options as options.NAME=VALUE");
    }
    return VERIFY_KEPT;
}

/* One look at a device of this manner, `port` 0: at the peer's. The host stays open in KEPT. */
static enum verify_verdict look(struct verify *verify, struct verify_host *host,
                                struct verify_peer *peer, uint16_t port)
{
    enum verify_verdict verdict = verify_open(verify, host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    verify_put_look(verify, host, 1, port != 0 ? port : verify_peer_port(peer), false);
    if (!answers_ping(host)) {
        return verify_gone(verify, host, "during a look");
    }
    if (!verify_host_until(host, &host->ends, 1, verify->deadline_ms + VERIFY_GRACE_MS)) {
        return verify_gone(verify, host, "during a look");
    }
    answers_ping(host); /* time for a second end, which would be a breach */
    verify_host_until(host, &host->ends, 2, 100);
    if (host->gone) {
        return verify_gone(verify, host, "after a look");
    }
    struct verify_peer_report report = {0};
    if (peer != NULL) {
        report = verify_peer_report(peer);
    }
    verdict = judge_end(verify, host, &report);
    if (verdict != VERIFY_KEPT) {
        verify_host_finish(host, false, 0);
    }
    return verdict;
}

/* A look at this device is no success, and tells nothing good of it. */
static enum verify_verdict no_success(struct verify *verify, enum verify_manner manner)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, manner);
    if (peer == NULL) {
        return verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    }
    enum verify_verdict verdict = look(verify, &host, peer, 0);
    if (verdict == VERIFY_KEPT) {
        const struct verify_end *end = &host.jobs[1];
        if (is_success(end->outcome)) {
            verdict = verify_say(verify, VERIFY_BROKEN, "the look ended as %s",
                                 outcome_word(end->outcome));
        } else if (end->facts_ok > 0) {
            verdict = verify_say(verify, VERIFY_BROKEN, "%u facts were told as ok",
                                 (unsigned)end->facts_ok);
        } else {
            verify_say(verify, VERIFY_KEPT, "%s", outcome_word(end->outcome));
        }
        verify_host_finish(&host, false, 0);
    }
    verify_peer_destroy(peer);
    return verdict;
}

enum verify_verdict verify_refused(struct verify *verify)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_SILENT);
    if (peer == NULL) {
        return verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    }
    uint16_t port = verify_peer_port(peer);
    verify_peer_destroy(peer); /* nobody listens there now */
    enum verify_verdict verdict = look(verify, &host, NULL, port);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    uint8_t outcome = host.jobs[1].outcome;
    verify_host_finish(&host, false, 0);
    return outcome == VMM_OUTCOME_UNREACHABLE
               ? VERIFY_KEPT
               : verify_say(verify, VERIFY_BROKEN, "the look ended as %s", outcome_word(outcome));
}

enum verify_verdict verify_silent(struct verify *verify)
{
    return no_success(verify, PEER_SILENT);
}

enum verify_verdict verify_closes(struct verify *verify)
{
    return no_success(verify, PEER_CLOSES);
}

enum verify_verdict verify_garbage(struct verify *verify)
{
    return no_success(verify, PEER_GARBAGE);
}

enum verify_verdict verify_missing(struct verify *verify)
{
    return no_success(verify, PEER_MISSES);
}

enum verify_verdict verify_empty(struct verify *verify)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_EMPTY);
    enum verify_verdict verdict =
        peer != NULL ? look(verify, &host, peer, 0)
                     : verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    if (verdict == VERIFY_KEPT) {
        if (host.jobs[1].facts_ok > 0) {
            verdict = verify_say(verify, VERIFY_BROKEN, "%u facts were told as ok",
                                 (unsigned)host.jobs[1].facts_ok);
        }
        verify_host_finish(&host, false, 0);
    }
    verify_peer_destroy(peer);
    return verdict;
}

enum verify_verdict verify_endless(struct verify *verify)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_ENDLESS);
    enum verify_verdict verdict =
        peer != NULL ? look(verify, &host, peer, 0)
                     : verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    if (verdict == VERIFY_KEPT) {
        verify_host_finish(&host, false, 0);
    }
    verify_peer_destroy(peer);
    return verdict;
}

/* First without leave, then with it: the device sees a login only then, and nobody ever the password. */
enum verify_verdict verify_login(struct verify *verify)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_REFUSES);
    enum verify_verdict verdict =
        peer != NULL ? look(verify, &host, peer, 0)
                     : verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    if (verdict != VERIFY_KEPT) {
        verify_peer_destroy(peer);
        return verdict;
    }
    struct verify_peer_report before = verify_peer_report(peer);
    verify_put_look(verify, &host, 2, verify_peer_port(peer), true);
    bool ended = verify_host_until(&host, &host.ends, 2, verify->deadline_ms + VERIFY_GRACE_MS);
    struct verify_peer_report after = verify_peer_report(peer);
    if (before.login_seen) {
        verdict = verify_say(verify, VERIFY_BROKEN, "it logged in without leave");
    } else if (is_success(host.jobs[1].outcome) && host.jobs[1].facts_ok > 0) {
        verdict =
            verify_say(verify, VERIFY_BROKEN, "a device that refuses everything was told as %s",
                       outcome_word(host.jobs[1].outcome));
    } else if (!ended) {
        verdict = verify_say(verify, VERIFY_BROKEN, "a refused login did not end the look");
    } else if (after.secret_seen || strstr(buf_cstr(&host.said), VERIFY_SECRET) != NULL) {
        verdict = verify_say(verify, VERIFY_BROKEN, "the password was told in clear");
    }
    verify_host_finish(&host, false, 0);
    verify_peer_destroy(peer);
    return verdict;
}

enum verify_verdict verify_cancel(struct verify *verify)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_SILENT);
    if (peer == NULL) {
        return verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    }
    enum verify_verdict verdict = verify_open(verify, &host);
    if (verdict == VERIFY_KEPT) {
        verify_put_look(verify, &host, 1, verify_peer_port(peer), false);
        verify_host_until(&host, &host.ends, 1, 200);
        verify_host_send(&host, message_put_empty(channel_out(host.channel), FRAME_CANCEL, 1));
        if (!verify_host_until(&host, &host.ends, 1, VERIFY_GRACE_MS)) {
            verdict = verify_gone(verify, &host, "when a look was taken back");
        } else if (strstr(buf_cstr(&host.said), UNFINISHED) != NULL) {
            verdict = verify_say(verify, VERIFY_BROKEN, "the host had to end the look itself");
            verify_host_finish(&host, false, 0);
        } else {
            verdict = host.jobs[1].times == 1
                          ? VERIFY_KEPT
                          : verify_say(verify, VERIFY_BROKEN, "the look ended %u times",
                                       (unsigned)host.jobs[1].times);
            verify_host_finish(&host, false, 0);
        }
    }
    verify_peer_destroy(peer);
    return verdict;
}
