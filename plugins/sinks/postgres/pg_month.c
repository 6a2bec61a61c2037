/* SPDX-License-Identifier: MIT */
#include "pg_month.h"

#include <stdio.h>

#define DAY_US 86400000000ll

int32_t pg_month_of(int64_t wall_us)
{
    int64_t days = wall_us / DAY_US - (wall_us % DAY_US < 0);
    /* The civil calendar from a count of days, years beginning in March (Hinnant's algorithm). */
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* 0: March */
    year += era * 400 + (month >= 10);
    return (int32_t)(12 * year + (month + 2) % 12);
}

const char *pg_month_text(int32_t month, char text[PG_MONTH_TEXT])
{
    snprintf(text, PG_MONTH_TEXT, "%04d-%02d-01", (int)(month / 12), (int)(month % 12 + 1));
    return text;
}
