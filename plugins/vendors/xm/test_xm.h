/* SPDX-License-Identifier: MIT */
/* What the tests of this plugin share: a mock host, and a device that answers frame by frame. */
#ifndef TEST_XM_H
#define TEST_XM_H

#include <mock/mock_expect.h>

/* For TestSuite: a mock host with the plugin open; closed, it has nothing to complain about. */
void set_up(void);
void tear_down(void);

/* The device's next answer: a frame with this id, and this body or that of fixtures/. */
struct vmm_mock_exchange *answer_with(uint16_t id, const char *body);
struct vmm_mock_exchange *answer(uint16_t id, const char *fixture);

/* The answers of a recorder's first look, from the login to the files of its first channel, the last of them. */
#define RECORDER_ANSWERS 11u
void play_recorder(void);

/* Take back every answer but the first so many. */
void keep_answers(size_t count);

/* A look at the device that answers so. */
const struct vmm_mock_result *look(const struct vmm_mock_ask *ask);

/* What was sent on connection number `place`, from 0. */
const char *sent_on(size_t place, size_t *size);

#endif
