/* SPDX-License-Identifier: MIT */
/* What the tests of this plugin share: a mock host, answers that are fixtures, a look by what is remembered. */
#ifndef TEST_ONVIF_H
#define TEST_ONVIF_H

#include <mock/mock_expect.h>

#define DEVICE "/onvif/device_service"

/* The mock of the test that runs; for TestSuite: begin() opens the plugin, done() looks for complaints. */
static struct vmm_mock *mock;

static inline void begin(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static inline void done(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

static inline void answer_status(const char *target, const char *fixture, uint32_t status,
                                 const char *headers)
{
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.method = "POST",
                                              .target = target,
                                              .status = status,
                                              .headers = headers,
                                              .body = vmm_expect_fixture(FIXTURES, fixture, NULL)});
}

static inline void answer(const char *target, const char *fixture)
{
    answer_status(target, fixture, 200, NULL);
}

/* A note: how it logs in, what it lacks, which turn; the first turn asks for what changes slowly. */
static inline const struct vmm_mock_result *look_with(uint8_t login, uint8_t lacks, uint8_t turn)
{
    uint8_t note[] = {3, login, lacks, turn, 0, 0};
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.note = note, .note_size = sizeof(note)});
}

static inline const char *body_of(size_t place)
{
    const struct vmm_mock_request *request = vmm_mock_request(mock, place);
    cr_assert_not_null(request);
    return request->body;
}

#endif
