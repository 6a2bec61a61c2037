/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <vmm/errors.h>

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * CLOCK_S + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_mono_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_boot_us(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

int64_t clock_wall_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * (int64_t)CLOCK_S + now.tv_nsec / 1000;
}

struct timeval clock_span(uint64_t us)
{
    return (struct timeval){.tv_sec = (time_t)(us / CLOCK_S),
                            .tv_usec = (suseconds_t)(us % CLOCK_S)};
}

const char *clock_text(int64_t wall_us, char text[CLOCK_TEXT_SIZE])
{
    text[0] = '\0';
    time_t seconds = (time_t)(wall_us / (int64_t)CLOCK_S);
    struct tm utc;
    if (wall_us <= 0 || gmtime_r(&seconds, &utc) == NULL) {
        return text;
    }
    size_t size = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(text + size, CLOCK_TEXT_SIZE - size, ".%03dZ",
             (int)(wall_us % (int64_t)CLOCK_S / (int64_t)CLOCK_MS));
    return text;
}

/* Reads ".123456" into microseconds; digits past the sixth are dropped. */
static const char *parse_fraction(const char *p, int64_t *us)
{
    *us = 0;
    if (*p != '.') {
        return p;
    }
    int64_t scale = 100000;
    for (p++; *p >= '0' && *p <= '9'; p++) {
        *us += (*p - '0') * scale;
        scale /= 10;
    }
    return p;
}

static int parse_zone(const char *p, int64_t *offset_s)
{
    *offset_s = 0;
    if ((p[0] == 'Z' || p[0] == 'z') && p[1] == '\0') {
        return 0;
    }
    int hours = 0;
    int minutes = 0;
    int used = 0;
    if ((p[0] != '+' && p[0] != '-') || sscanf(p + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 ||
        used != 5 || p[6] != '\0') {
        return VMM_E_INVAL;
    }
    *offset_s = (p[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return 0;
}

int clock_parse(const char *text, int64_t *wall_us)
{
    struct tm utc = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
    if (rest == NULL) {
        return VMM_E_INVAL;
    }
    int64_t fraction = 0;
    int64_t offset = 0;
    rest = parse_fraction(rest, &fraction);
    if (parse_zone(rest, &offset) != 0) {
        return VMM_E_INVAL;
    }
    *wall_us = ((int64_t)timegm(&utc) - offset) * (int64_t)CLOCK_S + fraction;
    return 0;
}
