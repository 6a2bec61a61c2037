/* SPDX-License-Identifier: MIT */
#include "generic_words.h"

#include <kit/datetime.h>
#include <vmm/errors.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000

/* ---- Numbers ---- */

/* What a word in braces stands for; VMM_E_NOENT when it is none of ours, VMM_E_INVAL when it is not set. */
static int number_of(const struct generic_words *words, struct vmm_text name, char out[24])
{
    bool is_size = vmm_text_equal(name, "width") || vmm_text_equal(name, "height");
    int64_t number = vmm_text_equal(name, "width") ? words->width : words->height;
    int digits = 1;
    if (!is_size) {
        number = vmm_text_equal(name, "channel0") ? words->channel - 1 : words->channel;
        digits = vmm_text_equal(name, "channel02d")   ? 2
                 : vmm_text_equal(name, "channel03d") ? 3
                                                      : 1;
    }
    bool is_channel =
        digits > 1 || vmm_text_equal(name, "channel") || vmm_text_equal(name, "channel0");
    if (!is_size && !is_channel) {
        return VMM_E_NOENT;
    }
    snprintf(out, 24, "%0*" PRId64, digits, number);
    return is_size && number == 0 ? VMM_E_INVAL : 0;
}

static struct vmm_text name_at(const char *brace)
{
    size_t size = strcspn(brace + 1, "{}");
    return vmm_text_bytes(brace + 1, brace[size + 1] == '}' ? size : 0);
}

int generic_words_fill(const struct generic_words *words, const char *text, char **out)
{
    size_t room = strlen(text) * 2 + 1; /* a number of 4 digits for 7 signs, of 5 for 7 */
    char *filled = calloc(1, room);
    int rc = filled == NULL ? VMM_E_NOMEM : 0;
    for (size_t used = 0; rc == 0 && *text != '\0';) {
        char number[24];
        struct vmm_text name = *text == '{' ? name_at(text) : vmm_text_of("");
        rc = name.size > 0 ? number_of(words, name, number) : VMM_E_NOENT;
        if (rc == 0) {
            used += (size_t)snprintf(filled + used, room - used, "%s", number);
            text += name.size + 2;
        } else if (rc == VMM_E_NOENT) {
            filled[used++] = *text++;
            rc = 0;
        }
    }
    if (rc != 0) {
        free(filled);
        return rc;
    }
    *out = filled;
    return 0;
}

/* ---- Times ---- */

bool generic_now_is_format(struct vmm_text format)
{
    for (size_t i = 0; i < format.size; i++) {
        if (format.data[i] == '%' &&
            (i + 1 == format.size || strchr("YmdHMSFTs%", format.data[++i]) == NULL)) {
            return false;
        }
    }
    return format.size > 0;
}

/* The moment as its parts: a date, and milliseconds of the day. */
struct moment {
    int64_t epoch_ms;
    int32_t year;
    int32_t month;
    int32_t day;
    int32_t second_of_day;
};

static int write_letter(char letter, const struct moment *at, char *out, size_t size)
{
    int32_t second = at->second_of_day;
    switch (letter) {
    case 'Y':
        return snprintf(out, size, "%04d", at->year);
    case 'm':
        return snprintf(out, size, "%02d", at->month);
    case 'd':
        return snprintf(out, size, "%02d", at->day);
    case 'H':
        return snprintf(out, size, "%02d", second / 3600);
    case 'M':
        return snprintf(out, size, "%02d", second / 60 % 60);
    case 'S':
        return snprintf(out, size, "%02d", second % 60);
    case 'F':
        return snprintf(out, size, "%04d-%02d-%02d", at->year, at->month, at->day);
    case 'T':
        return snprintf(out, size, "%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
    case 's':
        return snprintf(out, size, "%" PRId64, at->epoch_ms / 1000);
    default:
        return snprintf(out, size, "%c", letter);
    }
}

static struct moment moment_of(int64_t wall_ms, int32_t zone_minutes)
{
    int64_t local = wall_ms + (int64_t)zone_minutes * 60000;
    int64_t days = local / DAY_MS - (local % DAY_MS < 0 ? 1 : 0);
    struct moment at = {.epoch_ms = wall_ms,
                        .second_of_day = (int32_t)((local - days * DAY_MS) / 1000)};
    vmm_datetime_date(days, &at.year, &at.month, &at.day);
    return at;
}

void generic_now_write(struct vmm_text format, int64_t wall_ms, int32_t zone_minutes, char *out,
                       size_t size)
{
    struct moment at = moment_of(wall_ms, zone_minutes);
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < format.size && used + 1 < size; i++) {
        bool letter = format.data[i] == '%' && i + 1 < format.size;
        char sign = letter ? format.data[++i] : format.data[i];
        int wrote = letter ? write_letter(sign, &at, out + used, size - used)
                           : snprintf(out + used, size - used, "%c", sign);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}
