/* SPDX-License-Identifier: MIT */
/* The rule on options that only the plugin can judge. */
#include <string.h>

#include <vmm/probe.h>

#include "ctl/verify_step.h"
#include "ipc/channel.h"

#define ANSWER_MS 1000u

static void ask(struct verify_host *host, const char *options, uint64_t id)
{
    verify_host_send(host, message_put_text(channel_out(host->channel), FRAME_CHECK, id, options));
}

static enum verify_verdict judge(struct verify *verify, const struct verify_host *host)
{
    if (strcmp(host->judged[0], host->judged[1]) != 0) {
        return verify_say(verify, VERIFY_BROKEN, "first \"%.100s\", then \"%.100s\"",
                          host->judged[0], host->judged[1]);
    }
    if (strpbrk(host->judged[0], "\r\n") != NULL) {
        return verify_say(verify, VERIFY_BROKEN, "it says more than one line");
    }
    return verify_say(verify, VERIFY_KEPT, "%.200s", host->judged[0]);
}

enum verify_verdict verify_options(struct verify *verify)
{
    struct verify_host host;
    enum verify_verdict verdict = verify_open(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    if (!description_offers(host.description, VMM_OPTIONS)) {
        verify_host_finish(&host, false, 0);
        return verify_say(verify, VERIFY_NOT_TRIED, "it has no " VMM_OPTIONS);
    }
    ask(&host, verify->options, 1);
    ask(&host, verify->options, 2);
    if (!verify_host_until(&host, &host.checked, 2, ANSWER_MS)) {
        return verify_gone(verify, &host, "over options");
    }
    verdict = judge(verify, &host);
    verify_host_finish(&host, false, 0);
    return verdict;
}
