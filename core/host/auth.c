/* SPDX-License-Identifier: MIT */
#include "host/auth.h"

#include <string.h>

#include "host/http_template.h"
#include "host/job.h"

/* Basic in clear only by the operator's word: these connections are not encrypted. */
static bool may_be_basic(const struct job *job)
{
    return job->order.auth == AUTH_BASIC;
}

/* What comes back over a connection is the plugin's to read, and so whether it is an answer. */
static void count_login(struct job *job)
{
    login_sent(&job->login);
    login_answered(&job->login);
}

/* The answer to the challenges of a 401, as an error of the call; 0: write an authorization. */
static int take(struct job *job, const char *const *challenges)
{
    switch (login_take(&job->login, 401, challenges)) {
    case LOGIN_AGAIN:
        return 0;
    case LOGIN_BARRED:
        return VMM_E_DENIED;
    case LOGIN_NO_SCHEME:
        return VMM_E_NOTSUP;
    default:
        return VMM_E_AUTH;
    }
}

int auth_authorize(struct job *job, const char *const *challenges, const char *method,
                   const char *uri, char *out, size_t out_size)
{
    if (method == NULL || uri == NULL || out == NULL || out_size == 0) {
        return VMM_E_INVAL;
    }
    out[0] = '\0';
    if (challenges != NULL && !job->login.in_exchange) {
        login_begin_bare(&job->login, may_be_basic(job));
    }
    if (challenges == NULL && !login_begin(&job->login, may_be_basic(job))) {
        return VMM_E_NOENT;
    }
    int rc = challenges != NULL ? take(job, challenges) : 0;
    if (rc != 0) {
        return rc;
    }
    rc = login_write(&job->login, method, uri, out, out_size);
    if (rc < 0) {
        return rc;
    }
    count_login(job);
    return 0;
}

void auth_accepted(struct job *job)
{
    login_accepted(&job->login);
    job->login.in_exchange = false;
}

int auth_fill(struct job *job, const char *text, uint32_t json, char *out, size_t out_size)
{
    if (text == NULL || out == NULL || out_size == 0) {
        return VMM_E_INVAL;
    }
    out[0] = '\0';
    int rc = login_may_show(&job->login);
    if (rc != 0) {
        return rc;
    }
    const struct http_secrets secrets = {job->login.user, job->login.password};
    bool shows = false;
    struct buf filled;
    buf_init(&filled);
    buf_reserve(&filled, out_size); /* at once: memory that grows leaves copies behind */
    rc = http_template_fill(text, strlen(text), json != 0 ? HTTP_PLACE_JSON : HTTP_PLACE_BODY,
                            &secrets, &filled, &shows);
    if (rc == 0 && filled.size >= out_size) {
        rc = VMM_E_TOOBIG;
    }
    if (rc == 0) {
        memcpy(out, buf_cstr(&filled), filled.size + 1);
    }
    if (rc == 0 && shows) {
        count_login(job);
        job->shows_secret = true; /* the device may repeat it */
    }
    buf_wipe(&filled);
    return rc;
}

/* ---- What plugins call ---- */

static int authorize(struct vmm_job *handle, const char *const *challenges, const char *method,
                     const char *uri, char *out, size_t out_size)
{
    struct job *job = job_of(handle);
    return job == NULL ? VMM_E_STATE : auth_authorize(job, challenges, method, uri, out, out_size);
}

static void accepted(struct vmm_job *handle)
{
    struct job *job = job_of(handle);
    if (job != NULL) {
        auth_accepted(job);
    }
}

static int fill(struct vmm_job *handle, const char *text, uint32_t json, char *out, size_t out_size)
{
    struct job *job = job_of(handle);
    return job == NULL ? VMM_E_STATE : auth_fill(job, text, json, out, out_size);
}

static void refused(struct vmm_job *handle)
{
    struct job *job = job_of(handle);
    if (job != NULL) {
        login_refused(&job->login);
    }
}

const struct vmm_auth_host auth_host = {.struct_size = sizeof(struct vmm_auth_host),
                                        .authorize = authorize,
                                        .accepted = accepted,
                                        .fill = fill,
                                        .refused = refused};
