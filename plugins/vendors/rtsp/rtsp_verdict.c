/* SPDX-License-Identifier: MIT */
#include "rtsp_verdict.h"

#include <stdio.h>

#define FINDING_MAX 192u

/* One kind of ending. The detail is the text, with the request or the status before it. */
static const struct ending {
    uint32_t outcome;
    uint32_t rung;
    uint32_t reason;
    const char *text;
    enum { TELL_TEXT, TELL_METHOD, TELL_STATUS } tell;
} endings[] = {
    [VMM_RTSP_OK] = {VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, VMM_REASON_NONE, "", TELL_TEXT},
    [VMM_RTSP_AUTH] = {VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
                       "the device refuses the credential", TELL_TEXT},
    [VMM_RTSP_FORBIDDEN] = {VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
                            "the account may not see this stream", TELL_STATUS},
    [VMM_RTSP_WRONG_PATH] = {VMM_OUTCOME_BAD_REPLY, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH,
                             "the device knows no stream at this path", TELL_STATUS},
    [VMM_RTSP_BUSY] = {VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_BUSY,
                       "the device has no session or bandwidth left", TELL_STATUS},
    [VMM_RTSP_NOT_SUPPORTED] = {VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, VMM_REASON_NONE,
                                "the device describes no streams", TELL_STATUS},
    [VMM_RTSP_REDIRECTED] = {VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS,
                             "redirected to another device, or twice", TELL_STATUS},
    [VMM_RTSP_ERROR_STATUS] = {VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS,
                               "the device reports an error", TELL_STATUS},
    [VMM_RTSP_BAD_ANSWER] = {VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_NONE,
                             "the answer is not what RTSP says", TELL_METHOD},
    [VMM_RTSP_CLOSED] = {VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_NONE,
                         "closed before an answer", TELL_METHOD},
    [VMM_RTSP_REFUSED] = {VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_NONE,
                          "no connection", TELL_TEXT},
    [VMM_RTSP_TIMEOUT] = {VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, VMM_REASON_NONE,
                          "no answer within the time", TELL_METHOD},
    [VMM_RTSP_INTERNAL] = {VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, VMM_REASON_NONE,
                           "no memory, or a request that cannot be written", TELL_TEXT},
};

_Static_assert(sizeof(endings) / sizeof(endings[0]) == VMM_RTSP_INTERNAL + 1,
               "each kind has its ending");

static void set(struct rtsp_verdict *verdict, uint32_t outcome, uint32_t rung, uint32_t reason,
                const char *detail)
{
    verdict->outcome = outcome;
    verdict->rung = rung;
    verdict->reason = reason;
    snprintf(verdict->detail, sizeof(verdict->detail), "%s", detail);
}

static void set_ending(struct rtsp_verdict *verdict, const struct vmm_rtsp_result *result,
                       const struct rtsp_context *context)
{
    const struct ending *end = &endings[result->kind];
    const char *method = context->method != NULL ? context->method : "connect";
    set(verdict, end->outcome, end->rung, end->reason, end->text);
    if (end->tell == TELL_METHOD) {
        snprintf(verdict->detail, RTSP_DETAIL_MAX, "%s: %s", method, end->text);
    } else if (end->tell == TELL_STATUS) {
        snprintf(verdict->detail, RTSP_DETAIL_MAX, "%s: status %d, %s", method, result->status,
                 end->text);
    }
}

/* What the host said when it was asked for an authorization. */
static void judge_login(const struct vmm_rtsp_result *result, const struct rtsp_context *context,
                        struct rtsp_verdict *verdict)
{
    switch (result->auth_error) {
    case 0: /* the device kept asking */
        break;
    case VMM_E_AUTH:
        if (!context->login_sent) {
            set(verdict, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_CREDENTIAL_MISSING,
                "the device asks for a login and there is no credential");
        }
        break;
    case VMM_E_DENIED: /* how long that lasts is the core's to know, and the reason to name */
        set(verdict, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_NONE,
            "the device asks for a login and none is allowed now");
        break;
    case VMM_E_NOTSUP:
        set(verdict, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
            "the device offers no kind of login that is known here or allowed");
        break;
    default:
        set(verdict, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, VMM_REASON_NONE,
            "the authorization could not be made");
        break;
    }
}

void rtsp_verdict_of(const struct vmm_rtsp_result *result, const struct rtsp_context *context,
                     struct rtsp_verdict *verdict)
{
    set_ending(verdict, result, context);
    switch (result->kind) {
    case VMM_RTSP_OK:
        if (context->scope == VMM_SCOPE_TRIAL) {
            verdict->rung = VMM_RUNG_ANSWER;
        } else if (result->has_video == 0) {
            set(verdict, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, VMM_REASON_NO_VIDEO,
                "the description has no video");
        }
        break;
    case VMM_RTSP_AUTH:
        judge_login(result, context, verdict);
        break;
    case VMM_RTSP_WRONG_PATH:
        /* Many servers look for the path before they look at the credential: only a login that was
         * asked for is part of what was reached. */
        if (context->login_proven) {
            verdict->outcome = VMM_OUTCOME_PARTIAL;
        }
        break;
    default:
        break;
    }
}

/* ---- Facts ---- */

static void report_stream(const struct vmm_rtsp_result *result, const char *path,
                          const struct vmm_observer *to)
{
    if (result->has_video == 0) {
        vmm_observe_fault_bool(to, VMM_FACT_MEDIA, RTSP_STREAM, VMM_REASON_NO_VIDEO, false);
        return;
    }
    vmm_observe_bool(to, VMM_FACT_MEDIA, RTSP_STREAM, true);
    vmm_observe_text(to, VMM_FACT_STREAM_PATH, RTSP_STREAM, vmm_text_of(path));
    if (result->codec[0] != '\0') {
        vmm_observe_text(to, VMM_FACT_CODEC, RTSP_STREAM, vmm_text_of(result->codec));
    }
}

static void report_quirks(const struct vmm_rtsp_result *result, const struct vmm_observer *to)
{
    for (unsigned bit = 0; bit < VMM_RTSP_QUIRK_COUNT; bit++) {
        char text[FINDING_MAX];
        bool named = (1u << bit) == VMM_RTSP_QUIRK_OTHER_HOST && result->other_host[0] != '\0';
        if ((result->quirks & (1u << bit)) == 0) {
            continue;
        }
        snprintf(text, sizeof(text), "RTSP: %s%s%s", vmm_rtsp_quirk_text(bit), named ? ": " : "",
                 named ? result->other_host : "");
        vmm_observe_text(to, VMM_FACT_FINDING, 0, vmm_text_of(text));
    }
}

void rtsp_verdict_report(const struct vmm_rtsp_result *result, const char *path,
                         const struct vmm_observer *to)
{
    if (result->kind == VMM_RTSP_OK) {
        report_stream(result, path, to);
    } else if (result->kind == VMM_RTSP_WRONG_PATH) {
        vmm_observe_fault_bool(to, VMM_FACT_MEDIA, RTSP_STREAM, VMM_REASON_WRONG_PATH, false);
    }
    report_quirks(result, to);
}
