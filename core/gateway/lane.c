/* SPDX-License-Identifier: MIT */
#include "gateway/lane.h"

#include <stdlib.h>
#include <string.h>

struct lane *lane_create(const char *channel, uint32_t quota, uint64_t now_us)
{
    struct lane *lane = calloc(1, sizeof(*lane));
    if (lane == NULL) {
        return NULL;
    }
    lane->channel = strdup(channel);
    if (lane->channel == NULL) {
        free(lane);
        return NULL;
    }
    bucket_init(&lane->bucket, quota, false, now_us);
    return lane;
}

void lane_destroy(struct lane *lane)
{
    if (lane == NULL) {
        return;
    }
    for (size_t i = 0; i < lane->count; i++) {
        notice_destroy(lane->notices[i]);
    }
    for (size_t i = 0; i < lane->site_count; i++) {
        free(lane->sites[i].site_id);
    }
    free(lane->notices);
    free(lane->channel);
    free(lane);
}

/* ---- the queue ---- */

bool lane_add(struct lane *lane, struct notice *notice)
{
    if (lane->count == lane->room) {
        size_t room = lane->room == 0 ? 16 : lane->room * 2;
        struct notice **notices = realloc(lane->notices, room * sizeof(struct notice *));
        if (notices == NULL) {
            return false;
        }
        lane->notices = notices;
        lane->room = room;
    }
    size_t at = lane->count++;
    if (notice->frozen) {
        memmove(lane->notices + 1, lane->notices, at * sizeof(struct notice *));
        at = 0;
    }
    lane->notices[at] = notice;
    return true;
}

void lane_remove(struct lane *lane, const struct notice *notice)
{
    for (size_t i = 0; i < lane->count; i++) {
        if (lane->notices[i] == notice) {
            lane->count--;
            memmove(lane->notices + i, lane->notices + i + 1,
                    (lane->count - i) * sizeof(struct notice *));
            return;
        }
    }
}

struct notice *lane_frozen(const struct lane *lane)
{
    return lane->count > 0 && lane->notices[0]->frozen ? lane->notices[0] : NULL;
}

struct notice *lane_find_group(const struct lane *lane, enum notice_kind kind, const char *group)
{
    for (size_t i = 0; i < lane->count; i++) {
        struct notice *notice = lane->notices[i];
        if (!notice->frozen && notice->kind == kind && strcmp(notice->group, group) == 0) {
            return notice;
        }
    }
    return NULL;
}

struct notice *lane_find_alarm(const struct lane *lane, enum notice_kind kind, const char *alarm)
{
    for (size_t i = 0; i < lane->count; i++) {
        struct notice *notice = lane->notices[i];
        if (!notice->frozen && notice->kind == kind && notice_find(notice, alarm) != NULL) {
            return notice;
        }
    }
    return NULL;
}

/* ---- quotas ---- */

/* The bucket of a site at this destination, made when it is new; NULL without memory. */
static struct bucket *site_bucket(struct lane *lane, const char *site_id, uint32_t rate,
                                  uint64_t now_us)
{
    size_t fullest = 0;
    for (size_t i = 0; i < lane->site_count; i++) {
        struct lane_site *site = &lane->sites[i];
        if (strcmp(site->site_id, site_id) == 0) {
            bucket_set(&site->bucket, rate, now_us);
            return &site->bucket;
        }
        fullest = site->bucket.level > lane->sites[fullest].bucket.level ? i : fullest;
    }
    char *copy = strdup(site_id);
    if (copy == NULL) {
        return NULL;
    }
    bool full = lane->site_count == LANE_SITES_MAX;
    struct lane_site *site = &lane->sites[full ? fullest : lane->site_count];
    lane->site_count += !full;
    free(full ? site->site_id : NULL);
    site->site_id = copy;
    bucket_init(&site->bucket, rate, true, now_us);
    return &site->bucket;
}

static uint32_t tokens_of(struct lane *lane, const struct policy *policy, const char *site_id,
                          uint64_t now_us)
{
    uint32_t own = bucket_tokens(&lane->bucket, now_us);
    if (site_id[0] == '\0') {
        return own;
    }
    uint32_t rate = policy_of_site(policy, site_id)->rate_per_min;
    struct bucket *bucket = site_bucket(lane, site_id, rate, now_us);
    uint32_t site = bucket != NULL ? bucket_tokens(bucket, now_us) : own;
    return site < own ? site : own;
}

void lane_take(struct lane *lane, const char *site_id, uint64_t now_us)
{
    bucket_take(&lane->bucket, now_us);
    for (size_t i = 0; i < lane->site_count; i++) {
        if (strcmp(lane->sites[i].site_id, site_id) == 0) {
            bucket_take(&lane->sites[i].bucket, now_us);
        }
    }
}

/* ---- choosing ---- */

static bool is_due(const struct notice *notice, uint64_t now_us)
{
    return !notice->frozen && notice->due_us <= now_us;
}

struct notice *lane_next(struct lane *lane, const struct policy *policy, uint64_t now_us,
                         uint32_t *tokens)
{
    struct notice *best = NULL;
    *tokens = 0;
    for (size_t i = 0; i < lane->count; i++) {
        struct notice *notice = lane->notices[i];
        if (!is_due(notice, now_us) || (best != NULL && notice->severity <= best->severity)) {
            continue;
        }
        uint32_t now = tokens_of(lane, policy, notice->site_id, now_us);
        if (now > 0) {
            best = notice;
            *tokens = now;
        }
    }
    return best;
}

const char *lane_full(const struct lane *lane, uint64_t now_us)
{
    struct bucket bucket = lane->bucket;
    return bucket_tokens(&bucket, now_us) > 0
               ? "quota: as many as one site may send there in a minute were sent"
               : "quota: as many as the destination takes were sent";
}

size_t lane_waiting(const struct lane *lane, const char *site_id, uint64_t now_us)
{
    size_t count = 0;
    for (size_t i = 0; i < lane->count; i++) {
        const struct notice *notice = lane->notices[i];
        count +=
            is_due(notice, now_us) && (site_id == NULL || strcmp(notice->site_id, site_id) == 0);
    }
    return count;
}

uint64_t lane_due(const struct lane *lane)
{
    uint64_t due = UINT64_MAX;
    for (size_t i = 0; i < lane->count; i++) {
        due = lane->notices[i]->due_us < due ? lane->notices[i]->due_us : due;
    }
    return due;
}
