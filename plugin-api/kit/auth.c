/* SPDX-License-Identifier: MIT */
/* The exchange: when a credential is sent, and when that is enough. */
#include <kit/auth.h>

#include <stdbool.h>
#include <string.h>

/* vmm_auth.phase: what the request under way carries. */
enum phase {
    PHASE_OVER = 0,   /* no exchange is under way */
    PHASE_BARE,       /* no credential */
    PHASE_REMEMBERED, /* the answer to a challenge from before this exchange */
    PHASE_FRESH,      /* the answer to a challenge issued in this exchange */
};

void vmm_auth_init(struct vmm_auth *auth)
{
    *auth = (struct vmm_auth){.phase = PHASE_OVER};
}

/* Forget the challenge, keep what the exchange has to tell. */
static void forget(struct vmm_auth *auth)
{
    uint8_t offered = auth->offered;
    vmm_auth_init(auth);
    auth->offered = offered;
}

static bool is_usable(const struct vmm_auth *auth, uint32_t policy)
{
    switch (auth->challenge.scheme) {
    case VMM_AUTH_DIGEST:
        return auth->nonce_count < UINT32_MAX && vmm_auth_can(auth->challenge.algorithm);
    case VMM_AUTH_BASIC:
        return (policy & VMM_AUTH_ALLOW_BASIC) != 0;
    default:
        return false;
    }
}

void vmm_auth_begin(struct vmm_auth *auth, uint32_t policy)
{
    auth->policy = (uint8_t)policy;
    auth->phase = is_usable(auth, policy) ? PHASE_REMEMBERED : PHASE_BARE;
    auth->offered = 0;
}

int vmm_auth_is_login(const struct vmm_auth *auth)
{
    return auth->phase == PHASE_REMEMBERED || auth->phase == PHASE_FRESH;
}

/* A remembered answer was refused for its age, not its password, when the device asks something
 * else now. */
static bool is_other(const struct vmm_auth_challenge *old, const struct vmm_auth_challenge *new)
{
    return (new->flags &VMM_AUTH_STALE) != 0 || new->scheme != old->scheme ||
           strcmp(new->nonce, old->nonce) != 0;
}

static void adopt(struct vmm_auth *auth, const struct vmm_auth_challenge *challenge)
{
    auth->challenge = *challenge;
    auth->nonce_count = 0;
    auth->phase = PHASE_FRESH;
}

static enum vmm_auth_action take_challenge(struct vmm_auth *auth, const char *const *values)
{
    struct vmm_auth_challenge challenge;
    bool usable = vmm_auth_choose(values, auth->policy, &challenge, &auth->offered) == 0;
    bool remembered = auth->phase == PHASE_REMEMBERED;
    if (!usable) {
        forget(auth);
        return VMM_AUTH_NO_SCHEME;
    }
    if (remembered && !is_other(&auth->challenge, &challenge)) {
        forget(auth);
        return VMM_AUTH_REFUSED;
    }
    adopt(auth, &challenge);
    return remembered ? VMM_AUTH_REFRESH : VMM_AUTH_ANSWER;
}

enum vmm_auth_action vmm_auth_step(struct vmm_auth *auth, int status, const char *const *values)
{
    if (status != 401) {
        auth->phase = PHASE_OVER;
        return VMM_AUTH_DONE;
    }
    if (auth->phase == PHASE_BARE || auth->phase == PHASE_REMEMBERED) {
        return take_challenge(auth, values);
    }
    forget(auth);
    return VMM_AUTH_REFUSED;
}
