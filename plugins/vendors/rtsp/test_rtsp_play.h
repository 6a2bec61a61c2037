/* SPDX-License-Identifier: MIT */
/* A device that is written as a script, and words about what a look at it has given. */
#ifndef TEST_RTSP_PLAY_H
#define TEST_RTSP_PLAY_H

#include <mock/mock_host.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define TARGET    "rtsp://" VMM_MOCK_ADDRESS ":554/live.sdp"
#define OPTIONS   "OPTIONS " TARGET " RTSP/1.0\r\n"
#define DESCRIBE  "DESCRIBE " TARGET " RTSP/1.0\r\n"
#define PATH      "{\"path\":\"/live.sdp\"}"
#define DIGEST    "Digest username=\"viewer\""
#define CHALLENGE "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n1\"\r\n"
#define SDP_TYPE  "Content-Type: application/sdp\r\n"

extern struct vmm_mock *mock;
extern unsigned cseq; /* of the last answer that was written */

/* Before and after each test; the latter asserts that the plugin was well behaved. */
void set_up(void);
void tear_down(void);

/* A copy of the text, or the text of a file of fixtures/, that lives as long as the test. */
char *keep(const char *text);
const char *fixture(const char *name);

/* The answer to the next request, as a well-behaved device writes it; the same for a 200 with SDP. */
const char *answer(int status, const char *headers, const char *body);
const char *description(const char *sdp);

/* The device gets a request that begins so, and replies. */
struct vmm_mock_exchange *on(const char *expect, const char *reply);

/* A device that lets everybody in, as far as OPTIONS; one that asks DESCRIBE for a login. */
void on_options(void);
void on_challenge(void);

/* The connection written so far is complete; the last one need not be ended. */
void end_connection(void);

/* The host has a credential: it is sent once, after the challenge to DESCRIBE. */
void with_password(void);

/* A look with these options, a full one at PATH, a trial, or one at this connection. */
const struct vmm_mock_result *look_with(const struct vmm_mock_ask *ask);
const struct vmm_mock_result *look(void);
const struct vmm_mock_result *trial(void);
const struct vmm_mock_result *look_at(const struct vmm_mock_connection *connection);

/* How often the part is in the text; everything sent on a connection; how often a credential went out. */
size_t count(const char *text, const char *part);
const char *sent(size_t connection);
size_t logins(void);

void assert_end(const struct vmm_mock_result *seen, uint32_t outcome, uint32_t rung,
                uint32_t reason);
void assert_ok(const struct vmm_mock_result *seen);
void assert_media_fault(const struct vmm_mock_result *seen, uint32_t reason);
void assert_text(const struct vmm_mock_result *seen, uint32_t fact, const char *text);
size_t findings(const struct vmm_mock_result *seen);
void assert_finding(const struct vmm_mock_result *seen, const char *part);

#endif
