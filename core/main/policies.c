/* SPDX-License-Identifier: MIT */
#include "main/policies.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "health/rules.h"

#define POLICIES_MAX                                                                               \
    64u /* kept of those made last: few sites and cameras have rules, and most the same */

struct policies {
    struct {
        uint64_t key; /* of both texts; 0: free */
        struct health_policy policy;
    } made[POLICIES_MAX];
    uint32_t next;
};

struct policies *policies_create(void)
{
    return calloc(1, sizeof(struct policies));
}

void policies_destroy(struct policies *policies)
{
    free(policies);
}

void policies_forget(struct policies *policies)
{
    memset(policies, 0, sizeof(*policies));
}

static bool is_empty(const char *rules)
{
    return strcmp(rules, "{}") == 0;
}

static void apply(const char *text, struct health_policy *policy)
{
    struct fleet_rules rules = {0};
    char wrong[96];
    json_t *object = json_loads(text, 0, NULL);
    if (fleet_rules_read(object, &rules, wrong) != 0) {
        log_warn("watch", "a stored rule is not as it should be: %s", wrong);
    }
    rules_apply(&rules, policy);
    json_decref(object);
}

static const struct health_policy *find(const struct watch *watch, const char *site,
                                        const char *camera)
{
    const struct health_policy *base = &watch->daemon->policy;
    if (is_empty(site) && is_empty(camera)) {
        return base;
    }
    struct policies *policies = watch->policies;
    uint64_t key = hash_bytes(camera, strlen(camera), hash_bytes(site, strlen(site), 1)) | 1u;
    for (uint32_t i = 0; i < POLICIES_MAX; i++) {
        if (policies->made[i].key == key) {
            return &policies->made[i].policy;
        }
    }
    uint32_t at = policies->next++ % POLICIES_MAX;
    struct health_policy *policy = &policies->made[at].policy;
    *policy = *base;
    apply(site, policy);
    apply(camera, policy);
    policies->made[at].key = key;
    if (health_policy_check(policy) != 0) {
        *policy = *base;
    }
    return policy;
}

const struct health_policy *policy_of_device(const struct watch *watch, uint32_t device)
{
    const struct fleet *fleet = watch->daemon->fleet;
    const struct fleet_device *record = fleet_device(fleet, device);
    const char *own = record->record.kind == DEVICE_CAMERA
                          ? fleet_camera(fleet, record->owner)->record.rules
                          : "{}";
    return find(watch, fleet_site(fleet, record->site)->record.rules, own);
}

const struct health_policy *policy_of_channel(const struct watch *watch, uint32_t camera)
{
    const struct fleet *fleet = watch->daemon->fleet;
    const struct fleet_camera *record = fleet_camera(fleet, camera);
    return find(watch, fleet_site(fleet, record->site)->record.rules, record->record.rules);
}
