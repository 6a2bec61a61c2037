/* SPDX-License-Identifier: MIT */
#include "ctl/show.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

const char *show_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

int64_t show_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_real(value) ? (int64_t)json_real_value(value) : json_integer_value(value);
}

static void add_value(struct buf *out, const json_t *value);

static void add_list(struct buf *out, const json_t *list)
{
    size_t index = 0;
    json_t *member = NULL;
    json_array_foreach(list, index, member)
    {
        if (index > 0) {
            buf_text(out, ", ");
        }
        add_value(out, member);
    }
}

static void add_object(struct buf *out, const json_t *object)
{
    const char *between = "";
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach((json_t *)object, key, member)
    {
        buf_printf(out, "%s%s=", between, key);
        add_value(out, member);
        between = " ";
    }
}

static void add_value(struct buf *out, const json_t *value)
{
    if (json_is_string(value)) {
        buf_text(out, json_string_value(value));
    } else if (json_is_integer(value)) {
        buf_printf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        buf_printf(out, "%.1f", json_real_value(value));
    } else if (json_is_boolean(value)) {
        buf_text(out, json_is_true(value) ? "yes" : "no");
    } else if (json_is_array(value)) {
        add_list(out, value);
    } else if (json_is_object(value)) {
        add_object(out, value);
    }
}

const char *show_value(const json_t *value, char out[SHOW_SIZE])
{
    struct buf text;
    buf_init(&text);
    add_value(&text, value);
    if (!text_format(out, SHOW_SIZE, "%s", buf_cstr(&text))) {
        size_t cut = SHOW_SIZE - 4; /* at a whole character */
        while (cut > 0 && ((unsigned char)out[cut] & 0xc0) == 0x80) {
            cut--;
        }
        memcpy(out + cut, "...", 4);
    }
    buf_finish(&text);
    return out;
}

const char *show_member(const json_t *object, const char *key, char out[SHOW_SIZE])
{
    return show_value(json_object_get(object, key), out);
}

const char *show_duration(int64_t seconds, char out[SHOW_SIZE])
{
    static const struct {
        int64_t size;
        const char *word;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0;
    while (i < 3 && seconds < units[i].size) {
        i++;
    }
    int64_t rest = i < 3 ? seconds % units[i].size / units[i + 1].size : 0;
    if (rest > 0) {
        text_format(out, SHOW_SIZE, "%lld %s %lld %s", (long long)(seconds / units[i].size),
                    units[i].word, (long long)rest, units[i + 1].word);
    } else {
        text_format(out, SHOW_SIZE, "%lld %s", (long long)(seconds / units[i].size), units[i].word);
    }
    return out;
}

const char *show_ago(const char *time, int64_t now_us, char out[SHOW_SIZE])
{
    int64_t at = 0;
    out[0] = '\0';
    if (time[0] == '\0') {
        return out;
    }
    if (clock_parse(time, &at) != 0) {
        text_format(out, SHOW_SIZE, "%s", time);
        return out;
    }
    int64_t seconds = (now_us - at) / (int64_t)CLOCK_S;
    if (seconds >= 0) {
        return show_duration(seconds, out);
    }
    char ahead[SHOW_SIZE];
    text_format(out, SHOW_SIZE, "in %s", show_duration(-seconds, ahead));
    return out;
}

void show_json_part(FILE *out, const json_t *value)
{
    json_dumpf(value, out, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
}

void show_json(FILE *out, const json_t *value)
{
    show_json_part(out, value);
    fputc('\n', out);
}

json_t *show_pick(const json_t *object, const char *const *keys)
{
    json_t *picked = json_object();
    for (; *keys != NULL; keys++) {
        json_t *value = json_object_get(object, *keys);
        json_object_set_new(picked, *keys, value != NULL ? json_incref(value) : json_null());
    }
    return picked;
}
