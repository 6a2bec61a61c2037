/* SPDX-License-Identifier: MIT */
/* Which options are kept compiled. */
#include <criterion/criterion.h>

#include "generic_cache.h"

static void no_read(void *state, const struct vmm_request_row *row,
                    const struct vmm_http_answer *answer, const struct vmm_observer *to,
                    struct vmm_part *part)
{
    (void)state;
    (void)row;
    (void)answer;
    (void)to;
    (void)part;
}

#define ANY_OPTIONS "{\"requests\":[{\"name\":\"a\",\"path\":\"/\",\"method\":\"GET\"}]}"

Test(generic_cache, equal_options_are_compiled_once)
{
    struct generic_cache *cache = generic_cache_create(no_read, NULL);
    struct generic_plan *first = generic_cache_take(cache, 7, ANY_OPTIONS);
    cr_assert_eq(generic_cache_take(cache, 7, ANY_OPTIONS), first);
    cr_assert_neq(generic_cache_take(cache, 7 + 2048, ANY_OPTIONS), first,
                  "same bucket, other hash");
    cr_assert_eq(generic_cache_made(cache), 2);
    generic_cache_give_back(first);
    generic_cache_give_back(first);
    generic_cache_give_back(generic_cache_take(cache, 7 + 2048, ANY_OPTIONS));
    generic_cache_give_back(generic_cache_take(cache, 7 + 2048, ANY_OPTIONS));
    struct generic_plan *second = generic_cache_take(cache, 7 + 2048, ANY_OPTIONS);
    generic_cache_give_back(second);
    generic_cache_give_back(second);
    generic_cache_destroy(cache);
}

Test(generic_cache, the_1024_used_last_are_kept)
{
    struct generic_cache *cache = generic_cache_create(no_read, NULL);
    struct generic_plan *held = generic_cache_take(cache, 0, ANY_OPTIONS);
    for (uint64_t hash = 1; hash < GENERIC_CACHE_MAX; hash++) {
        generic_cache_give_back(generic_cache_take(cache, hash, ANY_OPTIONS));
    }
    generic_cache_give_back(
        generic_cache_take(cache, 1, ANY_OPTIONS)); /* 2 is the oldest but 0 now */
    generic_cache_give_back(generic_cache_take(cache, 5000, ANY_OPTIONS));
    generic_cache_give_back(generic_cache_take(cache, 5001, ANY_OPTIONS));
    cr_assert_eq(generic_cache_size(cache), GENERIC_CACHE_MAX);
    cr_assert_eq(generic_cache_made(cache), GENERIC_CACHE_MAX + 2);
    generic_cache_give_back(generic_cache_take(cache, 1, ANY_OPTIONS));
    cr_assert_eq(generic_cache_made(cache), GENERIC_CACHE_MAX + 2, "1 is still there");
    generic_cache_give_back(generic_cache_take(cache, 2, ANY_OPTIONS));
    cr_assert_eq(generic_cache_made(cache), GENERIC_CACHE_MAX + 3, "2 was not");
    cr_assert_eq(held->request_count, 1, "what is in use outlives the cache's interest");
    generic_cache_give_back(held);
    generic_cache_destroy(cache);
}
