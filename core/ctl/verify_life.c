/* SPDX-License-Identifier: MIT */
/* Rules on the plugin as a process: how it begins, what it changes, how it ends; and what a sink does meanwhile. */
#include <string.h>
#include <sys/wait.h>

#include <vmm/probe.h>

#include "base/text.h"
#include "ctl/solo_job.h"
#include "ctl/verify_step.h"
#include "ipc/channel.h"

enum verify_verdict verify_describes(struct verify *verify)
{
    struct verify_host host;
    enum verify_verdict verdict = verify_describe(verify, &host);
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
    enum verify_verdict verdict = verify_describe(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    bool good = read_settings(verify, &host);
    verify_host_finish(&host, false, 0);
    if (!good) {
        return VERIFY_NOT_TRIED;
    }
    verdict = verify_open(verify, &host);
    if (verdict == VERIFY_KEPT) {
        verify->opens = true;
        verify_host_finish(&host, false, 0);
    }
    return verdict;
}

/* Without 32 and 33, which the C library takes for itself with the first thread. */
static int64_t signals_of(const struct verify_host *host, const char *key)
{
    return verify_host_status(host, key, 16) & ~(INT64_C(3) << 31);
}

enum verify_verdict verify_process(struct verify *verify)
{
    struct verify_host host;
    enum verify_verdict verdict = verify_describe(verify, &host);
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
    if (!verify_host_until(&host, &host.ready, 1, VERIFY_START_MS)) {
        return verify_gone(verify, &host, "while it was opened");
    }
    if (verify->kind == VMM_KIND_PROBE) { /* a look at nobody may print, too */
        verify_put_look(verify, &host, 1, 1, false);
        verify_host_until(&host, &host.ends, 1, verify->deadline_ms + VERIFY_GRACE_MS);
    }
    if (host.gone) {
        return verify_gone(verify, &host, "after it was opened");
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
    enum verify_verdict verdict = verify_open(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    verify_host_send(&host, message_put_empty(channel_out(host.channel), FRAME_DRAIN, 0));
    if (!verify_host_until(&host, &host.drained, 1, VERIFY_END_MS)) {
        return verify_gone(verify, &host, "when it was told to drain");
    }
    verify_host_finish(&host, true, VERIFY_END_MS);
    if (!host.by_itself) {
        return verify_say(verify, VERIFY_BROKEN, "it did not end when it was closed");
    }
    return WIFEXITED(host.status) && WEXITSTATUS(host.status) == 0
               ? VERIFY_KEPT
               : verify_say(verify, VERIFY_BROKEN, "its process did not end in order");
}

enum verify_verdict verify_settles(struct verify *verify)
{
    static const char json[] = "{\"event_type\":\"camera.down\",\"camera_id\":\"verify\"}";
    struct verify_host host;
    struct batch_item items[3];
    enum verify_verdict verdict = verify_open(verify, &host);
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
    if (!verify_host_until(&host, &host.ends, 3, VERIFY_START_MS)) {
        return verify_gone(verify, &host, "with three messages");
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
