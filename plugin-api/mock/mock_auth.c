/* SPDX-License-Identifier: MIT */
/* The credential that the plugin never sees. */
#include "mock/mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vmm_mock_authorize(struct vmm_mock *mock, int result, const char *value)
{
    struct mock_auth **at = &mock->auths;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = mock_alloc(sizeof(**at));
    **at = (struct mock_auth){.result = result, .value = mock_string(value)};
}

/* As it was told beforehand, else as the device that is played says. */
static int authorize(struct vmm_mock *mock, const char *const *challenges, const char *method,
                     const char *uri, char *out, size_t out_size)
{
    struct mock_auth *next = mock->auths;
    if (next == NULL && mock->device.authorize != NULL) {
        return mock->device.authorize(mock->device.arg, challenges, method, uri, out, out_size);
    }
    if (next == NULL) {
        return challenges == NULL ? VMM_E_NOENT : VMM_E_AUTH;
    }
    int result = next->result;
    bool fits = strlen(next->value) < out_size;
    snprintf(out, out_size, "%s", result == 0 ? next->value : "");
    mock->auths = next->next;
    free(next->value);
    free(next);
    return result == 0 && !fits ? VMM_E_TOOBIG : result;
}

static int auth_authorize(struct vmm_job *job, const char *const *challenges, const char *method,
                          const char *uri, char *out, size_t out_size)
{
    struct vmm_mock *mock = job->mock;
    if (job->result.finished || method == NULL || uri == NULL || out_size == 0) {
        mock_complain(mock, "authorize() against its contract");
        return VMM_E_INVAL;
    }
    mock->challenges += challenges == NULL ? 0 : 1;
    int rc = mock_call(mock);
    if (rc == 0) {
        rc = authorize(mock, challenges, method, uri, out, out_size);
        job->login_tried = job->login_tried || rc == 0;
    }
    return rc;
}

static void tell_login(struct vmm_mock *mock, bool accepted)
{
    if (mock->device.logged_in != NULL) {
        mock->device.logged_in(mock->device.arg, accepted);
    }
}

static void auth_accepted(struct vmm_job *job)
{
    if (job->result.finished) {
        mock_complain(job->mock, "accepted() after finish()");
    }
    job->mock->accepted++;
    tell_login(job->mock, true);
}

/* The words stay words, unless a device that is played knows them: no other test needs a credential. */
static int fill(struct vmm_mock *mock, const char *text, uint32_t json, char *out, size_t out_size)
{
    int rc = 0;
    struct mock_auth *next = mock->auths;
    if (next == NULL && mock->device.fill != NULL) {
        return mock->device.fill(mock->device.arg, text, json, out, out_size);
    }
    if (next != NULL) {
        rc = next->result;
        mock->auths = next->next;
        free(next->value);
        free(next);
    }
    snprintf(out, out_size, "%s", rc == 0 ? text : "");
    return rc == 0 && strlen(text) >= out_size ? VMM_E_TOOBIG : rc;
}

static int auth_fill(struct vmm_job *job, const char *text, uint32_t json, char *out,
                     size_t out_size)
{
    struct vmm_mock *mock = job->mock;
    if (job->result.finished || text == NULL || json > 1 || out_size == 0) {
        mock_complain(mock, "fill() against its contract");
        return VMM_E_INVAL;
    }
    int rc = mock_call(mock);
    if (rc == 0) {
        rc = fill(mock, text, json, out, out_size);
        job->login_tried = job->login_tried || (rc == 0 && strstr(text, MOCK_PASSWORD) != NULL);
    }
    return rc;
}

static void auth_refused(struct vmm_job *job)
{
    if (job->result.finished) {
        mock_complain(job->mock, "refused() after finish()");
    }
    job->mock->refused++;
    tell_login(job->mock, false);
}

const struct vmm_auth_host mock_auth_host = {
    .struct_size = sizeof(struct vmm_auth_host),
    .authorize = auth_authorize,
    .accepted = auth_accepted,
    .fill = auth_fill,
    .refused = auth_refused,
};

uint32_t vmm_mock_challenges(const struct vmm_mock *mock)
{
    return mock->challenges;
}

uint32_t vmm_mock_accepted(const struct vmm_mock *mock)
{
    return mock->accepted;
}

uint32_t vmm_mock_refused(const struct vmm_mock *mock)
{
    return mock->refused;
}

void mock_auth_release(struct vmm_mock *mock)
{
    for (struct mock_auth *a = mock->auths; a != NULL;) {
        struct mock_auth *next = a->next;
        free(a->value);
        free(a);
        a = next;
    }
}
