/* SPDX-License-Identifier: MIT */
/* What the tests of this plugin share: a mock host, a recorder, the only requests that may go out. */
#ifndef TEST_UNIVIEW_H
#define TEST_UNIVIEW_H

#include <mock/mock_host.h>

#define LAPI "/LAPI/V1.0"

/* The mock of the test that runs, and the note of its device. */
extern struct vmm_mock *mock;
extern uint8_t kept_note[VMM_NOTE_MAX];
extern size_t kept_size;

/* For TestSuite, and for another device in the same test: begin() opens the plugin; done() looks for complaints, and
 * for any request that is not on the list. */
void begin(void);
void done(void);

const char *fixture(const char *name);

/* Answer what begins so, below LAPI and up to a '*', whenever it is asked for; what is served before wins. */
void serve(const char *path, const char *body);
void serve_status(const char *path, uint32_t status, const char *body);

/* A recorder that answers everything. */
void serve_recorder(void);

/* A look; look_again() gives it the note of the one before. */
const struct vmm_mock_result *ask(const struct vmm_mock_ask *what);
const struct vmm_mock_result *look(void);
const struct vmm_mock_result *look_again(void);

/* The observation of a fact, which must be there; assert_absent(): must not. */
const struct vmm_observation *fact(const struct vmm_mock_result *seen, uint32_t number,
                                   uint32_t index);
void assert_text(const struct vmm_mock_result *seen, uint32_t number, uint32_t index,
                 const char *text);
void assert_fault(const struct vmm_mock_result *seen, uint32_t number, uint32_t index,
                  uint32_t reason);
void assert_unjudged(const struct vmm_mock_result *seen, uint32_t number, uint32_t index);
void assert_absent(const struct vmm_mock_result *seen, uint32_t number, uint32_t index);
void assert_outcome(const struct vmm_mock_result *seen, uint32_t outcome);

#endif
