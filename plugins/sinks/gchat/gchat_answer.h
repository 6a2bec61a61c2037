/* SPDX-License-Identifier: MIT */
/* What Google Chat answers, and what becomes of the message then. Pure. */
#ifndef GCHAT_ANSWER_H
#define GCHAT_ANSWER_H

#include <kit/courier.h>

/*
 * Change what an answer usually means where this API differs:
 *
 *   200 that is no message of the API    not now: something between us has answered
 *   401, 403, 404, an invalid key        not now: the address has to be mended, and the message is good
 *   any other 4xx                        never: the API does not take this message
 *
 * and put the words of the API's own error into `why`.
 */
void gchat_judge(const struct vmm_http_answer *answer, struct vmm_settling *settling);

#endif
