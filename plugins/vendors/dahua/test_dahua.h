/* SPDX-License-Identifier: MIT */
/* What the tests of this plugin share: a mock host, a recorder, the only requests that may go out. */
#ifndef TEST_DAHUA_H
#define TEST_DAHUA_H

#include <mock/mock_host.h>

/* The mock of the test that runs. */
extern struct vmm_mock *mock;

/* For TestSuite: begin() opens the plugin; done() looks for complaints, and for any request that is not on the list. */
void begin(void);
void done(void);

/* After done(): the same device, which answers in another way; its note is kept. */
void mock_anew(void);

/* Answer what begins so, up to a '*', whenever it is asked for; what is served before wins. */
void serve(const char *target, const char *body);
void serve_status(const char *target, uint32_t status, const char *body);

/* A recorder that answers everything. Its clock shows Monday, 1 January 2024, 08:00. */
void serve_recorder(void);

/* A look; the second form keeps what the device's note says, as later looks do. */
const struct vmm_mock_result *look(void);
const struct vmm_mock_result *look_again(void);

/* The observation of a fact, which must be there; assert_absent(): must not. */
const struct vmm_observation *fact(const struct vmm_mock_result *seen, uint32_t number,
                                   uint32_t index);
void assert_text(const struct vmm_mock_result *seen, uint32_t number, uint32_t index,
                 const char *text);
void assert_absent(const struct vmm_mock_result *seen, uint32_t number, uint32_t index);
void assert_outcome(const struct vmm_mock_result *seen, uint32_t outcome);

#endif
