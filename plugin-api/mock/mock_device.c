/* SPDX-License-Identifier: MIT */
/* A device that the test plays: asked for answers, which are copied so that they outlast its next call. */
#include "mock/mock.h"

#include <stdlib.h>

void vmm_mock_play(struct vmm_mock *mock, const struct vmm_mock_device *device)
{
    mock->device = device == NULL ? (struct vmm_mock_device){0} : *device;
}

/* ---- HTTP ---- */

int mock_device_answer(struct vmm_mock *mock, struct mock_exchange *x)
{
    struct vmm_mock_answer answer = {0};
    int rc = mock->device.request(mock->device.arg, &x->request, &answer);
    if (rc != 0) {
        return rc;
    }
    x->given = mock_answer_whole(&answer);
    x->given.headers = mock_string(x->given.headers);
    x->given.body = mock_copy(x->given.body, x->given.body_size);
    x->given.detail = answer.detail == NULL ? NULL : mock_string(answer.detail);
    x->given.status_line = answer.status_line == NULL ? NULL : mock_string(answer.status_line);
    x->given.tls_subject = answer.tls_subject == NULL ? NULL : mock_string(answer.tls_subject);
    x->kept = x->given;
    return 0;
}

void mock_device_forget(struct mock_exchange *x)
{
    free((void *)x->kept.headers);
    free((void *)x->kept.body);
    free((void *)x->kept.detail);
    free((void *)x->kept.tls_subject);
    free((void *)x->kept.status_line);
    x->kept = (struct vmm_mock_answer){0};
}

/* ---- Connections ---- */

void mock_device_open(struct vmm_connection *c, uint32_t port)
{
    const struct vmm_mock_device *device = &c->job->mock->device;
    c->script = (struct vmm_mock_connection){0};
    device->open(device->arg, c->place, port != 0 ? port : c->job->port, &c->script);
    c->script.exchanges = &c->given;
    c->script.exchange_count = 0;
    c->script.port = 0;
    c->is_played = true;
}

void mock_device_reply(struct vmm_connection *c)
{
    const struct vmm_mock_device *device = &c->job->mock->device;
    struct vmm_mock_exchange next = {0};
    if (!device->reply(device->arg, c->place, &next)) {
        return;
    }
    next.expect = NULL;
    c->given = next;
    c->script.exchange_count = 1;
    c->at = 0;
}

void mock_device_closed(struct vmm_connection *c)
{
    const struct vmm_mock_device *device = &c->job->mock->device;
    if (c->is_played) {
        device->closed(device->arg, c->place);
    }
}
