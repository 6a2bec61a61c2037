/* SPDX-License-Identifier: MIT */
#include "ctl/verify_step.h"

#include <string.h>
#include <sys/wait.h>

#include <vmm/probe.h>

#include "ctl/verify_peer.h"
#include "ipc/channel.h"

enum verify_verdict verify_gone(struct verify *verify, struct verify_host *host, const char *when)
{
    verify_host_finish(host, false, VERIFY_END_MS);
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

static enum verify_verdict describe(struct verify *verify, struct verify_host *host,
                                    bool describe_only)
{
    if (verify_host_start(host, verify->base, verify->program, verify->plugin, verify->name,
                          describe_only) != 0) {
        verify_host_finish(host, false, 0);
        return verify_say(verify, VERIFY_BROKEN, "%s could not be started", verify->program);
    }
    host->starved_us = &verify->starved_us;
    if (verify_host_until(host, &host->described, 1, VERIFY_START_MS)) {
        return VERIFY_KEPT;
    }
    if (host->failed > 0) {
        verify_say(verify, VERIFY_BROKEN, "%s", host->why);
        verify_host_finish(host, false, 0);
        return VERIFY_BROKEN;
    }
    return verify_gone(verify, host, "while it was loaded");
}

enum verify_verdict verify_describe(struct verify *verify, struct verify_host *host)
{
    return describe(verify, host, false);
}

enum verify_verdict verify_describe_only(struct verify *verify, struct verify_host *host)
{
    return describe(verify, host, true);
}

enum verify_verdict verify_open(struct verify *verify, struct verify_host *host)
{
    enum verify_verdict verdict = verify_describe(verify, host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    struct configure_message configure = {
        .config = verify->config, .ca_file = "", .node_id = "", .max_jobs = VERIFY_MANY};
    verify_host_send(host, message_put_configure(channel_out(host->channel), &configure));
    if (verify_host_until(host, &host->ready, 1, VERIFY_START_MS)) {
        return VERIFY_KEPT;
    }
    if (host->failed > 0) {
        verify_say(verify, VERIFY_BROKEN, "%s", host->why);
        verify_host_finish(host, false, 0);
        return VERIFY_BROKEN;
    }
    return verify_gone(verify, host, "while it was opened");
}

void verify_put_look(struct verify *verify, struct verify_host *host, uint64_t id, uint16_t port,
                     bool may_login)
{
    struct job_message job = {
        .scope = VMM_SCOPE_FULL,
        .may_login = may_login,
        .max_connections = VERIFY_CONNECTIONS,
        .auth = AUTH_DIGEST,
        .port = port,
        .deadline_ms = verify->deadline_ms,
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

bool verify_look_at_once(struct verify *verify, struct verify_host *host, uint16_t port,
                         uint32_t from, uint32_t to)
{
    for (uint32_t id = from; id < to; id++) {
        verify_put_look(verify, host, id, port, false);
    }
    return verify_host_until(host, &host->ends, to - 1,
                             (verify->deadline_ms + VERIFY_GRACE_MS) * 2);
}
