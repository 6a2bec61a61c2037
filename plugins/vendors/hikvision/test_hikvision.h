/* SPDX-License-Identifier: MIT */
/* What the tests of this plugin share: a mock host, the fixtures, the only requests that may go out. */
#ifndef TEST_HIKVISION_H
#define TEST_HIKVISION_H

#include <mock/mock_host.h>

/* The mock of the test that runs. */
extern struct vmm_mock *mock;

/* For TestSuite: begin() opens the plugin; done() looks for complaints, for requests that were
 * expected and did not come, and for any request that is not on the list. */
void begin(void);
void done(void);

/* The text of a file of fixtures/, good until the test ends. */
const char *fixture(const char *name);

/* Answer a path, whenever it is asked for; a query in the target may be left out of `path`. */
void serve(const char *path, const char *body);
void serve_status(const char *path, uint32_t status, const char *body);

/* A recorder that answers everything, and a camera that offers less; what is served before wins. */
void serve_recorder(void);
void serve_camera(void);

/* A look; the second form keeps what the device's note says, as later looks do. */
const struct vmm_mock_result *look_with(const char *options);
const struct vmm_mock_result *look(void);
const struct vmm_mock_result *look_again(void);

/* How often a path was asked for. */
size_t count_asked(const char *path);

/* The last observation; it has to be there. */
const struct vmm_observation *fact(const struct vmm_mock_result *seen, uint32_t fact,
                                   uint32_t index);
void assert_text(const struct vmm_mock_result *seen, uint32_t fact_number, uint32_t index,
                 const char *text);
void assert_absent(const struct vmm_mock_result *seen, uint32_t fact_number, uint32_t index);
void assert_fault(const struct vmm_mock_result *seen, uint32_t fact_number, uint32_t index,
                  uint32_t reason);
void assert_unjudged(const struct vmm_mock_result *seen, uint32_t fact_number, uint32_t index);
void assert_outcome(const struct vmm_mock_result *seen, uint32_t outcome, uint32_t reason);

#endif
