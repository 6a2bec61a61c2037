/* SPDX-License-Identifier: MIT */
#include <kit/backwalk.h>

#include <kit/datetime.h>

#define MONTHS_MAX 24u
#define DAY_MS     INT64_C(86400000)

static bool is_sound(const struct vmm_backwalk *walk)
{
    bool has_date = walk->day >= 1 && walk->day <= 31 && walk->month >= 1 && walk->month <= 12 &&
                    walk->year >= 1970 && walk->year <= 9999;
    return walk->months <= MONTHS_MAX && walk->state <= VMM_BACKWALK_DONE &&
           (walk->day == 0 ? walk->state != VMM_BACKWALK_DAY : has_date);
}

void vmm_backwalk_read(struct vmm_backwalk *walk, const uint8_t bytes[VMM_BACKWALK_SIZE])
{
    *walk = (struct vmm_backwalk){.channel = (uint16_t)(bytes[0] | bytes[1] << 8),
                                  .year = (uint16_t)(bytes[2] | bytes[3] << 8),
                                  .month = bytes[4],
                                  .day = bytes[5],
                                  .months = bytes[6],
                                  .state = bytes[7]};
    if (!is_sound(walk)) {
        *walk = (struct vmm_backwalk){0};
    }
}

void vmm_backwalk_write(const struct vmm_backwalk *walk, uint8_t bytes[VMM_BACKWALK_SIZE])
{
    bytes[0] = (uint8_t)walk->channel;
    bytes[1] = (uint8_t)(walk->channel >> 8);
    bytes[2] = (uint8_t)walk->year;
    bytes[3] = (uint8_t)(walk->year >> 8);
    bytes[4] = walk->month;
    bytes[5] = walk->day;
    bytes[6] = walk->months;
    bytes[7] = walk->state;
}

void vmm_backwalk_month(const struct vmm_backwalk *walk, int64_t wall_ms, int32_t *year,
                        int32_t *month)
{
    int32_t day = 0;
    vmm_datetime_date(wall_ms / DAY_MS, year, month, &day);
    int32_t months = *year * 12 + (*month - 1) - walk->months;
    *year = months / 12;
    *month = months % 12 + 1;
}

void vmm_backwalk_days(struct vmm_backwalk *walk, int64_t wall_ms, uint32_t days)
{
    int32_t year = 0;
    int32_t month = 0;
    vmm_backwalk_month(walk, wall_ms, &year, &month);
    if (days != 0) {
        walk->year = (uint16_t)year;
        walk->month = (uint8_t)month;
        walk->day = (uint8_t)__builtin_ctz(days);
    }
    bool is_end = days == 0 && (walk->day > 0 || walk->months > 0);
    if (!is_end && walk->months < MONTHS_MAX) {
        walk->months++;
        return;
    }
    walk->state = walk->day == 0 ? VMM_BACKWALK_DONE : VMM_BACKWALK_DAY;
}

int64_t vmm_backwalk_midnight(const struct vmm_backwalk *walk)
{
    return vmm_datetime_days(walk->year, walk->month, walk->day) * DAY_MS;
}
