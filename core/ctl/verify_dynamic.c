/* SPDX-License-Identifier: MIT */
/* Rules on the running plugin: each begins a vmm-host of its own and ends it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <vmm/observation.h>
#include <vmm/probe.h>
#include <vmm/sink.h>

#include "base/clock.h"
#include "base/text.h"
#include "ctl/solo_job.h"
#include "ctl/verify.h"
#include "ctl/verify_host.h"
#include "ctl/verify_peer.h"
#include "ipc/channel.h"

#define START_MS    10000u
#define END_MS      5000u
#define DEADLINE_MS 1500u
#define GRACE_MS    1500u /* the host ends a look itself 1 s after it was cancelled */
#define PING_MS     1000u
#define CONNECTIONS 2u
#define MANY        16u
#define LEAK_WARM   20u
#define LEAK_LOOKS  200u
#ifdef __SANITIZE_ADDRESS__
#define LEAK_KB 65536 /* the sanitizer keeps what was freed for a while */
#else
#define LEAK_KB 8192
#endif
#define LEAK_FILES 16               /* connections that are just ending */
#define UNFINISHED "did not finish" /* what the host says of a look it had to end */
#define ROUND      8u
#define ROUND_MS   1000u
#define SWEEP_MS   1100u

/* ---- a host, step by step ---- */

static enum verify_verdict gone(struct verify *verify, struct verify_host *host, const char *when)
{
    verify_host_finish(host, false, END_MS);
    if (host->by_itself && WIFSIGNALED(host->status)) {
        return verify_say(verify, VERIFY_BROKEN, "%s its process was ended by signal %d", when,
                          WTERMSIG(host->status));
    }
    if (host->by_itself) {
        return verify_say(verify, VERIFY_BROKEN, "%s its process ended with code %d", when,
                          WEXITSTATUS(host->status));
    }
    return verify_say(verify, VERIFY_BROKEN, "%s it did not answer", when);
}

/* Started and described. KEPT: the host runs, and the caller finishes it. */
static enum verify_verdict describe(struct verify *verify, struct verify_host *host)
{
    if (verify_host_start(host, verify->base, verify->program, verify->plugin, verify->name) != 0) {
        verify_host_finish(host, false, 0);
        return verify_say(verify, VERIFY_BROKEN, "%s could not be started", verify->program);
    }
    if (verify_host_until(host, &host->described, 1, START_MS)) {
        return VERIFY_KEPT;
    }
    if (host->failed > 0) {
        verify_say(verify, VERIFY_BROKEN, "%s", host->why);
        verify_host_finish(host, false, 0);
        return VERIFY_BROKEN;
    }
    return gone(verify, host, "while it was loaded");
}

/* And opened. */
static enum verify_verdict open_host(struct verify *verify, struct verify_host *host)
{
    enum verify_verdict verdict = describe(verify, host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    struct configure_message configure = {
        .config = verify->config, .ca_file = "", .node_id = "", .max_jobs = MANY};
    verify_host_send(host, message_put_configure(channel_out(host->channel), &configure));
    if (verify_host_until(host, &host->ready, 1, START_MS)) {
        return VERIFY_KEPT;
    }
    if (host->failed > 0) {
        verify_say(verify, VERIFY_BROKEN, "%s", host->why);
        verify_host_finish(host, false, 0);
        return VERIFY_BROKEN;
    }
    return gone(verify, host, "while it was opened");
}

enum verify_verdict verify_describes(struct verify *verify)
{
    struct verify_host host;
    enum verify_verdict verdict = describe(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    const struct description *description = host.description;
    verify->kind = description->kind;
    verify->traits = description->traits;
    text_format(verify->flag, sizeof(verify->flag), "%.120s", description->flag);
    if (strcmp(description->name, verify->name) != 0) {
        verdict = verify_say(verify, VERIFY_BROKEN, "its file is called %s, its descriptor says %s",
                             verify->name, description->name);
    }
    verify_host_finish(&host, false, 0);
    return verdict;
}

/* The settings it would get: given ones and defaults. */
static bool read_settings(struct verify *verify, const struct verify_host *host)
{
    struct solo_job job = {0};
    bool good = solo_job_settings(&job, host->description->config, verify->fields, "config.",
                                  &verify->config) == 0 &&
                solo_job_settings(&job, host->description->device_config, verify->fields,
                                  "options.", &verify->options) == 0;
    if (!good) {
        verify_say(verify, VERIFY_NOT_TRIED,
                   "%s; give it as config.NAME=VALUE or options.NAME=VALUE", job.problem);
    }
    return good;
}

enum verify_verdict verify_opens(struct verify *verify)
{
    struct verify_host host;
    if (verify->kind == 0) {
        return verify_say(verify, VERIFY_NOT_TRIED, "it did not describe itself");
    }
    enum verify_verdict verdict = describe(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    bool good = read_settings(verify, &host);
    verify_host_finish(&host, false, 0);
    if (!good) {
        return VERIFY_NOT_TRIED;
    }
    verdict = open_host(verify, &host);
    if (verdict == VERIFY_KEPT) {
        verify->opens = true;
        verify_host_finish(&host, false, 0);
    }
    return verdict;
}

/* ---- looks ---- */

static void put_look(struct verify *verify, struct verify_host *host, uint64_t id, uint16_t port,
                     bool may_login)
{
    struct job_message job = {
        .scope = VMM_SCOPE_FULL,
        .may_login = may_login,
        .max_connections = CONNECTIONS,
        .auth = AUTH_DIGEST,
        .port = port,
        .deadline_ms = DEADLINE_MS,
        .connect_ms = 1000,
        .device_id = "verify",
        .host = "127.0.0.1",
        .source = "",
        .user = "verify",
        .password = {(const uint8_t *)VERIFY_SECRET, sizeof(VERIFY_SECRET) - 1},
        .options = verify->options,
        .options_hash = 1,
    };
    verify_host_send(host, message_put_job(channel_out(host->channel), id, &job));
}

/* The loop answers while looks are under way. */
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
    if (report->most_at_once > CONNECTIONS) {
        return verify_say(verify, VERIFY_BROKEN, "%u connections at once, %u were allowed",
                          report->most_at_once, CONNECTIONS);
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
    enum verify_verdict verdict = open_host(verify, host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    put_look(verify, host, 1, port != 0 ? port : verify_peer_port(peer), false);
    if (!answers_ping(host)) {
        return gone(verify, host, "during a look");
    }
    if (!verify_host_until(host, &host->ends, 1, DEADLINE_MS + GRACE_MS)) {
        return gone(verify, host, "during a look");
    }
    answers_ping(host); /* time for a second end, which would be a breach */
    verify_host_until(host, &host->ends, 2, 100);
    if (host->gone) {
        return gone(verify, host, "after a look");
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
    put_look(verify, &host, 2, verify_peer_port(peer), true);
    bool ended = verify_host_until(&host, &host.ends, 2, DEADLINE_MS + GRACE_MS);
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
    enum verify_verdict verdict = open_host(verify, &host);
    if (verdict == VERIFY_KEPT) {
        put_look(verify, &host, 1, verify_peer_port(peer), false);
        verify_host_until(&host, &host.ends, 1, 200);
        verify_host_send(&host, message_put_empty(channel_out(host.channel), FRAME_CANCEL, 1));
        if (!verify_host_until(&host, &host.ends, 1, GRACE_MS)) {
            verdict = gone(verify, &host, "when a look was taken back");
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

/* Looks `from` to `to` at once; false when not all end. */
static bool look_at_once(struct verify *verify, struct verify_host *host, uint16_t port,
                         uint32_t from, uint32_t to)
{
    for (uint32_t id = from; id < to; id++) {
        put_look(verify, host, id, port, false);
    }
    return verify_host_until(host, &host->ends, to - 1, (DEADLINE_MS + GRACE_MS) * 2);
}

enum verify_verdict verify_many(struct verify *verify)
{
    struct verify_host host;
    struct verify_peer *peer = verify_peer_create(verify->base, PEER_MISSES);
    if (peer == NULL) {
        return verify_say(verify, VERIFY_NOT_TRIED, "no port on the loopback interface");
    }
    enum verify_verdict verdict = open_host(verify, &host);
    if (verdict == VERIFY_KEPT) {
        bool ended = look_at_once(verify, &host, verify_peer_port(peer), 1, MANY + 1);
        if (!ended) {
            verdict = gone(verify, &host, "during many looks");
        }
        for (uint32_t id = 1; verdict == VERIFY_KEPT && id <= MANY; id++) {
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
        if (!look_at_once(verify, host, port, id, id + ROUND)) {
            return gone(verify, host, "after many looks");
        }
        if (clock_mono_us() - begun > ROUND_MS * 1000u) {
            return verify_say(verify, VERIFY_NOT_TRIED, "its looks take their whole time");
        }
        *before = id < LEAK_WARM ? belongings(host) : *before;
    }
    /* The host sweeps ended connections away once a second, at the next look. */
    verify_host_until(host, &host->ends, UINT32_MAX, SWEEP_MS);
    if (!look_at_once(verify, host, port, id, id + ROUND)) {
        return gone(verify, host, "after many looks");
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
    enum verify_verdict verdict = open_host(verify, &host);
    if (verdict == VERIFY_KEPT) {
        verdict = look_often(verify, &host, verify_peer_port(peer), &before, &after);
        verdict = verdict == VERIFY_KEPT ? compare(verify, &before, &after) : verdict;
        verify_host_finish(&host, false, 0);
    }
    verify_peer_destroy(peer);
    return verdict;
}

/* ---- the process ---- */

/* Without 32 and 33, which the C library takes for itself with the first thread. */
static int64_t signals_of(const struct verify_host *host, const char *key)
{
    return verify_host_status(host, key, 16) & ~(INT64_C(3) << 31);
}

enum verify_verdict verify_process(struct verify *verify)
{
    struct verify_host host;
    enum verify_verdict verdict = describe(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    int64_t mask = verify_host_status(&host, "Umask", 8);
    int64_t ignored = signals_of(&host, "SigIgn");
    int64_t caught = signals_of(&host, "SigCgt");
    int64_t threads = verify_host_status(&host, "Threads", 10);
    struct configure_message configure = {
        .config = verify->config, .ca_file = "", .node_id = "", .max_jobs = 1};
    verify_host_send(&host, message_put_configure(channel_out(host.channel), &configure));
    if (!verify_host_until(&host, &host.ready, 1, START_MS)) {
        return gone(verify, &host, "while it was opened");
    }
    if (verify->kind == VMM_KIND_PROBE) { /* a look at nobody may print, too */
        put_look(verify, &host, 1, 1, false);
        verify_host_until(&host, &host.ends, 1, DEADLINE_MS + GRACE_MS);
    }
    if (host.gone) {
        return gone(verify, &host, "after it was opened");
    }
    bool workers = (verify->traits & (VMM_TRAIT_WORKERS | VMM_TRAIT_OWN_SOCKETS)) != 0;
    if (host.printed > 0) {
        verdict = verify_say(verify, VERIFY_BROKEN, "it printed %u bytes; log() is for that",
                             (unsigned)host.printed);
    } else if (verify_host_status(&host, "Umask", 8) != mask) {
        verdict = verify_say(verify, VERIFY_BROKEN, "it changed the umask");
    } else if (signals_of(&host, "SigIgn") != ignored || signals_of(&host, "SigCgt") != caught) {
        verdict = verify_say(verify, VERIFY_BROKEN, "it changed what signals do");
    } else if (!workers && verify_host_status(&host, "Threads", 10) > threads) {
        verdict = verify_say(verify, VERIFY_BROKEN, "it started threads; work() is for that");
    }
    verify_host_finish(&host, false, 0);
    return verdict;
}

enum verify_verdict verify_ends(struct verify *verify)
{
    struct verify_host host;
    enum verify_verdict verdict = open_host(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    verify_host_send(&host, message_put_empty(channel_out(host.channel), FRAME_DRAIN, 0));
    if (!verify_host_until(&host, &host.drained, 1, END_MS)) {
        return gone(verify, &host, "when it was told to drain");
    }
    verify_host_finish(&host, true, END_MS);
    if (!host.by_itself) {
        return verify_say(verify, VERIFY_BROKEN, "it did not end when it was closed");
    }
    return WIFEXITED(host.status) && WEXITSTATUS(host.status) == 0
               ? VERIFY_KEPT
               : verify_say(verify, VERIFY_BROKEN, "its process did not end in order");
}

/* ---- sinks ---- */

enum verify_verdict verify_settles(struct verify *verify)
{
    static const char json[] = "{\"event_type\":\"camera.down\",\"camera_id\":\"verify\"}";
    struct verify_host host;
    struct batch_item items[3];
    enum verify_verdict verdict = open_host(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    for (size_t i = 0; i < 3; i++) {
        items[i] = (struct batch_item){.id = "00000000-0000-7000-8000-000000000001",
                                       .dedup_key = "verify",
                                       .site_id = "verify",
                                       .severity = 1,
                                       .target = "",
                                       .place = "",
                                       .json = json};
    }
    struct batch_message batch = {.count = 3, .items = items};
    verify_host_send(&host, message_put_batch(channel_out(host.channel), 1, &batch));
    if (!verify_host_until(&host, &host.ends, 3, START_MS)) {
        return gone(verify, &host, "with three messages");
    }
    verify_host_until(&host, &host.ends, 4, 100);
    for (size_t i = 0; i < 3; i++) {
        if (host.jobs[i].times != 1) {
            verdict = verify_say(verify, VERIFY_BROKEN, "a message was settled %u times",
                                 (unsigned)host.jobs[i].times);
        }
    }
    verify_host_finish(&host, false, 0);
    return verdict;
}
