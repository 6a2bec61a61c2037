/* SPDX-License-Identifier: MIT */
#include "gateway/bucket.h"

static uint32_t burst(const struct bucket *bucket)
{
    return bucket->quota >= 4 ? bucket->quota / 4 : 1;
}

/* Tokens a minute; as many shares a microsecond. */
static uint32_t rate(const struct bucket *bucket)
{
    return bucket->quota > burst(bucket) ? bucket->quota - burst(bucket) : 1;
}

static void fill(struct bucket *bucket, uint64_t now_us)
{
    uint64_t most = burst(bucket) * BUCKET_TOKEN;
    uint64_t passed = now_us > bucket->at_us ? now_us - bucket->at_us : 0;
    uint64_t room = most > bucket->level ? most - bucket->level : 0;
    bucket->at_us = now_us > bucket->at_us ? now_us : bucket->at_us;
    bucket->level += passed >= room / rate(bucket) + 1 ? room : passed * rate(bucket);
    bucket->level = bucket->level < most ? bucket->level : most;
}

void bucket_init(struct bucket *bucket, uint32_t quota, bool full, uint64_t now_us)
{
    *bucket = (struct bucket){.quota = quota, .at_us = now_us};
    bucket->level = (full ? burst(bucket) : 1) * BUCKET_TOKEN;
}

void bucket_set(struct bucket *bucket, uint32_t quota, uint64_t now_us)
{
    fill(bucket, now_us);
    bucket->quota = quota;
    fill(bucket, now_us);
}

uint32_t bucket_tokens(struct bucket *bucket, uint64_t now_us)
{
    if (bucket->quota == 0) {
        return UINT32_MAX;
    }
    fill(bucket, now_us);
    return (uint32_t)(bucket->level / BUCKET_TOKEN);
}

bool bucket_take(struct bucket *bucket, uint64_t now_us)
{
    if (bucket_tokens(bucket, now_us) == 0) {
        return false;
    }
    if (bucket->quota > 0) {
        bucket->level -= BUCKET_TOKEN;
    }
    return true;
}

uint64_t bucket_next(const struct bucket *bucket)
{
    if (bucket->quota == 0 || bucket->level >= BUCKET_TOKEN) {
        return bucket->at_us;
    }
    uint64_t missing = BUCKET_TOKEN - bucket->level;
    return bucket->at_us + (missing + rate(bucket) - 1) / rate(bucket);
}
