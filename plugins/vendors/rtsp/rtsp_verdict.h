/* SPDX-License-Identifier: MIT */
/*
 * What a session that is over means, in the words of <vmm/observation.h>. Pure.
 */
#ifndef RTSP_VERDICT_H
#define RTSP_VERDICT_H

#include <kit/observe.h>
#include <kit/rtsp/rtsp_session.h>

#define RTSP_STREAM     1u   /* the index of the one stream a look is about */
#define RTSP_DETAIL_MAX 128u /* bytes of a detail, the NUL included */

/* What the session alone does not know. */
struct rtsp_context {
    uint32_t scope;     /* VMM_SCOPE_* */
    const char *method; /* of the last request; NULL: none was sent */
    bool login_sent;    /* a credential went out in this look */
    bool login_proven;  /* and the device let it in, after it had asked for it */
};

struct rtsp_verdict {
    uint32_t outcome; /* VMM_OUTCOME_* */
    uint32_t rung;
    uint32_t reason;
    char detail[RTSP_DETAIL_MAX]; /* "" when there is nothing to add */
};

/* Judge the result of a session that is finished. */
void rtsp_verdict_of(const struct vmm_rtsp_result *result, const struct rtsp_context *context,
                     struct rtsp_verdict *verdict);

/* Report what a full look has seen: the media of the stream, its codec and path, and each quirk as
 * a finding. `path` is the path and query that were asked for. */
void rtsp_verdict_report(const struct vmm_rtsp_result *result, const char *path,
                         const struct vmm_observer *to);

#endif
