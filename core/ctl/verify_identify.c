/* SPDX-License-Identifier: MIT */
/* The rule on opinions whose device it is: of a transcript of nothing, one of garbage, and the largest there may be. */
#include <string.h>

#include "ctl/verify_step.h"
#include "ipc/channel.h"
#include "ipc/opinion.h"

#define ANSWER_MS 2000u

static void add(struct buf *body, uint32_t way, const char *bytes, size_t size)
{
    struct vmm_answer answer = {.way = way,
                                .port = 80,
                                .status = 200,
                                .target = way == VMM_WAY_HTTP ? "/" : "",
                                .headers = bytes,
                                .headers_size = size,
                                .body = bytes,
                                .body_size = size,
                                .certificate = "",
                                .place = ""};
    transcript_add(body, &answer);
}

/* Bytes of every kind, without an end. */
static void fill(char bytes[VMM_TRANSCRIPT_TEXT_MAX])
{
    uint32_t state = 1;
    for (size_t i = 0; i < VMM_TRANSCRIPT_TEXT_MAX; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (char)(state >> 24);
    }
}

/* Ask about a transcript of so many answers; what it said is the host's last opinion. */
static bool ask(struct verify_host *host, uint32_t count, const struct buf *body)
{
    uint32_t before = host->weighed;
    verify_host_send(host, message_put_transcript(channel_out(host->channel), FRAME_WEIGH,
                                                  before + 1, count, body));
    return verify_host_until(host, &host->weighed, before + 1, ANSWER_MS);
}

static enum verify_verdict judge(struct verify *verify, const struct verify_host *host,
                                 const char *what, uint32_t answers, bool may_know)
{
    struct opinion taken;
    struct opinion_message said = host->opinion;
    said.family = host->family;
    said.why = host->opinion_why;
    if (opinion_take(&said, host->description->name, answers, &taken) != 0) {
        return verify_say(verify, VERIFY_BROKEN, "of %s: %s", what, taken.why);
    }
    if (strpbrk(host->opinion_why, "\r\n") != NULL) {
        return verify_say(verify, VERIFY_BROKEN, "of %s: it says more than one line", what);
    }
    if (taken.certainty > 0 && !may_know) {
        return verify_say(verify, VERIFY_BROKEN, "of %s it thinks to know whose it is: %.100s",
                          what, taken.why);
    }
    return VERIFY_KEPT;
}

static enum verify_verdict try_all(struct verify *verify, struct verify_host *host,
                                   struct buf *body)
{
    char bytes[VMM_TRANSCRIPT_TEXT_MAX];
    enum verify_verdict verdict = ask(host, 0, body) ? judge(verify, host, "nothing", 0, false)
                                                     : verify_gone(verify, host, "over no answers");
    fill(bytes);
    for (uint32_t i = 0; i < VMM_TRANSCRIPT_ANSWERS_MAX; i++) {
        add(body, VMM_WAY_HTTP + i % 4, bytes, sizeof(bytes) - i);
        bool is_asked = verdict == VERIFY_KEPT && (i == 0 || i + 1 == VMM_TRANSCRIPT_ANSWERS_MAX);
        if (is_asked) { /* one page of garbage, then all that there may be: a way alone may tell something */
            verdict = ask(host, i + 1, body) ? judge(verify, host, "garbage", i + 1, i > 0)
                                             : verify_gone(verify, host, "over garbage");
        }
    }
    return verdict;
}

enum verify_verdict verify_identify(struct verify *verify)
{
    struct verify_host host;
    struct buf body;
    enum verify_verdict verdict = verify_describe_only(verify, &host);
    if (verdict != VERIFY_KEPT) {
        return verdict;
    }
    if (!description_offers(host.description, VMM_IDENTIFY)) {
        verify_host_finish(&host, false, 0);
        return verify_say(verify, VERIFY_NOT_TRIED, "it has no " VMM_IDENTIFY);
    }
    buf_init(&body);
    verdict = try_all(verify, &host, &body);
    buf_finish(&body);
    verify_host_finish(&host, false, 0);
    return verdict;
}
