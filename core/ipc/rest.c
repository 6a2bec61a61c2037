/* SPDX-License-Identifier: MIT */
#include "ipc/rest.h"

void rest_begin(struct rest *rest, uint64_t now_us)
{
    rest->failures += rest->failures < REST_LASTING;
    rest->until_us = now_us + REST_US;
}

bool rest_holds(const struct rest *rest, uint64_t now_us)
{
    return now_us < rest->until_us;
}

bool rest_is_of_the_moment(const struct rest *rest)
{
    return rest->failures < REST_LASTING;
}
