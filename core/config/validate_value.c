/* SPDX-License-Identifier: MIT */
#include "config/validate_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "config/duration.h"
#include "config/pattern.h"

#define SHOWN_MAX 40 /* bytes of a value in a message */

void validate_limits(const struct vmm_config_item *item, int64_t *min, int64_t *max)
{
    static const struct {
        int64_t min;
        int64_t max;
    } own[VMM_CONFIG_LIST + 1] = {
        [VMM_CONFIG_INT] = {-VALIDATE_INT_MAX, VALIDATE_INT_MAX},
        [VMM_CONFIG_NUMBER] = {INT64_MIN, INT64_MAX},
        [VMM_CONFIG_TEXT] = {0, VALIDATE_TEXT_MAX},
        [VMM_CONFIG_PATH] = {1, 4095},
        [VMM_CONFIG_URL] = {1, 2048},
        [VMM_CONFIG_LISTEN] = {1, 255},
        [VMM_CONFIG_DURATION] = {0, DURATION_MAX_MS},
        [VMM_CONFIG_LIST] = {0, VALIDATE_LIST_MAX},
    };
    bool known = item->type <= VMM_CONFIG_LIST;
    bool none = item->min == 0 && item->max == 0;
    bool open = item->min > 0 && item->max == 0;
    *min = none && known ? own[item->type].min : item->min;
    *max = (none || open) && known ? own[item->type].max : item->max;
}

/* ---- What a value looks like in a message ---- */

static void show_text(const char *text, char *out, size_t size)
{
    char clean[TEXT_MAX + 1];
    size_t length = text_clean(text, strnlen(text, TEXT_MAX), clean);
    if (strchr(text, '@') != NULL && strstr(text, "://") != NULL) {
        text_format(out, size, "a URL with a user in it");
        return;
    }
    if (length > SHOWN_MAX) {
        size_t cut = SHOWN_MAX;
        while (cut > 0 && ((unsigned char)clean[cut] & 0xc0) == 0x80) {
            cut--;
        }
        clean[cut] = '\0';
    }
    text_format(out, size, "\"%s%s\"", clean, length > SHOWN_MAX ? "…" : "");
}

static void show(const json_t *value, char *out, size_t size)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        show_text(json_string_value(value), out, size);
        break;
    case JSON_INTEGER:
        text_format(out, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        text_format(out, size, "%g", json_real_value(value));
        break;
    case JSON_OBJECT:
        text_format(out, size, "an object");
        break;
    case JSON_ARRAY:
        text_format(out, size, "a list");
        break;
    default:
        text_format(out, size, "%s",
                    json_is_null(value)   ? "null"
                    : json_is_true(value) ? "true"
                                          : "false");
    }
}

int validate_refuse(const json_t *value, const char *at, const char *expected, const char *remedy,
                    struct config_error *error)
{
    show(value, error->found, sizeof(error->found));
    text_format(error->expected, sizeof(error->expected), "%s", expected);
    config_error_set(error, at, remedy, "%s is no %s", error->found, expected);
    return VMM_E_INVAL;
}

/* ---- One function a type ---- */

struct place {
    const struct vmm_config_item *item;
    const char *at;
    struct config_error *error;
};

static int made(json_t *value, json_t **out)
{
    *out = value;
    return value != NULL ? 0 : VMM_E_NOMEM;
}

static int copied(const json_t *value, json_t **out)
{
    return made(json_deep_copy(value), out);
}

static int read_bool(const json_t *value, const struct place *place, json_t **out)
{
    if (!json_is_boolean(value)) {
        return validate_refuse(value, place->at, "truth value", "write true or false",
                               place->error);
    }
    return copied(value, out);
}

static void number_remedy(const struct vmm_config_item *item, const char *noun, char *out,
                          size_t size)
{
    bool limited = item->min != 0 || item->max != 0;
    bool open = item->min > 0 && item->max == 0;
    const char *unit = item->unit != NULL ? item->unit : "";
    const char *space = item->unit != NULL ? " " : "";
    if (!limited) {
        text_format(out, size, "write a %s%s%s", noun, space, unit);
    } else if (open) {
        text_format(out, size, "write a %s of at least %" PRId64 "%s%s", noun, item->min, space,
                    unit);
    } else {
        text_format(out, size, "write a %s from %" PRId64 " to %" PRId64 "%s%s", noun, item->min,
                    item->max, space, unit);
    }
}

static int refuse_number(const json_t *value, const struct place *place, const char *noun)
{
    char remedy[160];
    number_remedy(place->item, noun, remedy, sizeof(remedy));
    if (!json_is_number(value) || (strcmp(noun, "whole number") == 0 && json_is_real(value))) {
        return validate_refuse(value, place->at, noun, remedy, place->error);
    }
    validate_refuse(value, place->at, noun, remedy, place->error);
    config_error_set(place->error, place->at, remedy, "%s is out of range", place->error->found);
    return VMM_E_INVAL;
}

static int read_int(const json_t *value, const struct place *place, json_t **out)
{
    int64_t min = 0;
    int64_t max = 0;
    validate_limits(place->item, &min, &max);
    double real = json_number_value(value);
    /* 4.0 is a whole number to JSON Schema, so it is one here. */
    bool whole = json_is_integer(value) || (json_is_real(value) && floor(real) == real &&
                                            fabs(real) <= (double)VALIDATE_INT_MAX);
    int64_t number = json_is_integer(value) ? json_integer_value(value) : whole ? (int64_t)real : 0;
    if (!whole || number < min || number > max) {
        return refuse_number(value, place, "whole number");
    }
    return made(json_integer(number), out);
}

static int read_number(const json_t *value, const struct place *place, json_t **out)
{
    int64_t min = 0;
    int64_t max = 0;
    validate_limits(place->item, &min, &max);
    double real = json_number_value(value);
    if (!json_is_number(value) || real < (double)min || real > (double)max) {
        return refuse_number(value, place, "number");
    }
    return copied(value, out);
}

/* A text whose length in bytes lies within the limits of its item. */
static int check_text(const json_t *value, const struct place *place, const char *noun,
                      const char *remedy)
{
    int64_t min = 0;
    int64_t max = 0;
    validate_limits(place->item, &min, &max);
    if (!json_is_string(value)) {
        return validate_refuse(value, place->at, noun, remedy, place->error);
    }
    int64_t length = (int64_t)json_string_length(value);
    if (length >= min && length <= max) {
        return 0;
    }
    char limits[96];
    text_format(limits, sizeof(limits), "write %" PRId64 " to %" PRId64 " bytes", min, max);
    validate_refuse(value, place->at, noun, limits, place->error);
    config_error_set(place->error, place->at, limits, "%s has %" PRId64 " bytes",
                     place->error->found, length);
    return VMM_E_INVAL;
}

static int read_text(const json_t *value, const struct place *place, json_t **out)
{
    int rc = check_text(value, place, "text", "write a text in double quotes");
    return rc != 0 ? rc : copied(value, out);
}

static int read_path(const json_t *value, const struct place *place, json_t **out)
{
    int rc =
        check_text(value, place, "path", "write the path of a file or folder in double quotes");
    return rc != 0 ? rc : copied(value, out);
}

static int read_form(const json_t *value, const struct place *place, const char *noun,
                     const char *pattern, const char *remedy, json_t **out)
{
    int rc = check_text(value, place, noun, remedy);
    if (rc != 0) {
        return rc;
    }
    if (!pattern_matches(pattern, json_string_value(value))) {
        return validate_refuse(value, place->at, noun, remedy, place->error);
    }
    return copied(value, out);
}

static int read_url(const json_t *value, const struct place *place, json_t **out)
{
    return read_form(value, place, "URL", PATTERN_URL,
                     "write http:// or https:// with host and path, without user and password",
                     out);
}

static int read_listen(const json_t *value, const struct place *place, json_t **out)
{
    return read_form(value, place, "address to listen on", PATTERN_LISTEN,
                     "write \"127.0.0.1:3016\", \"[::1]:3016\", \"*:3016\" or the path of a socket",
                     out);
}

static void put_words(const char *words, char *out, size_t size)
{
    size_t used = 0;
    for (const char *p = words; *p != '\0'; p += *p == '|' ? 1 : 0) {
        size_t length = strcspn(p, "|");
        if (used + length + 8 > size) {
            break;
        }
        used += (size_t)snprintf(out + used, size - used, "%s\"%.*s\"", used > 0 ? ", " : "",
                                 (int)length, p);
        p += length;
    }
}

static int read_word(const json_t *value, const struct place *place, json_t **out)
{
    const char *words = place->item->words != NULL ? place->item->words : "";
    const char *word = json_string_value(value);
    size_t size = word != NULL ? strlen(word) : 0;
    for (const char *p = words; word != NULL && *p != '\0'; p += *p == '|' ? 1 : 0) {
        size_t length = strcspn(p, "|");
        if (length == size && strncmp(p, word, size) == 0) {
            return copied(value, out);
        }
        p += length;
    }
    char list[200] = "";
    char remedy[240];
    put_words(words, list, sizeof(list));
    text_format(remedy, sizeof(remedy), "write one of %s", list);
    return validate_refuse(value, place->at, "word known here", remedy, place->error);
}

static int read_duration(const json_t *value, const struct place *place, json_t **out)
{
    int64_t min = 0;
    int64_t max = 0;
    int64_t ms = 0;
    validate_limits(place->item, &min, &max);
    const char *text = json_string_value(value);
    int rc = text != NULL ? duration_parse(text, &ms) : VMM_E_INVAL;
    if (rc == VMM_E_INVAL) {
        return validate_refuse(value, place->at, "duration",
                               "write a number with ms, s, m, h or d, for example \"4m\"",
                               place->error);
    }
    if (rc == 0 && ms >= min && ms <= max) {
        return made(json_integer(ms), out);
    }
    char low[DURATION_TEXT_MAX];
    char high[DURATION_TEXT_MAX];
    char remedy[120];
    text_format(remedy, sizeof(remedy), "write a duration from %s to %s", duration_text(min, low),
                duration_text(max, high));
    validate_refuse(value, place->at, "duration allowed here", remedy, place->error);
    config_error_set(place->error, place->at, remedy, "%s is out of range", place->error->found);
    return VMM_E_INVAL;
}

/* The value itself is never shown: it may be the secret. */
static int read_secret(const json_t *value, const struct place *place, json_t **out)
{
    static const struct {
        const char *key;
        const char *pattern;
    } forms[] = {{"file", "."}, {"env", PATTERN_ENV}, {"credential", PATTERN_ID}};
    if (json_object_size(value) == 1) {
        for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
            const char *text = json_string_value(json_object_get(value, forms[i].key));
            if (text != NULL && strlen(text) < 4096 && pattern_matches(forms[i].pattern, text)) {
                return copied(value, out);
            }
        }
    }
    struct config_error *error = place->error;
    text_format(error->expected, sizeof(error->expected), "reference to a secret");
    text_format(error->found, sizeof(error->found), "%s",
                json_is_string(value) ? "a text" : "something else");
    config_error_set(
        error, place->at,
        "write {\"file\": \"/path\"}, {\"env\": \"NAME\"} or {\"credential\": \"name\"}", "%s",
        json_is_string(value) ? "a secret does not stand in the configuration itself"
                              : "this is no reference to a secret");
    return VMM_E_INVAL;
}

int validate_value(const json_t *value, const struct vmm_config_item *item, const char *at,
                   json_t **out, struct config_error *error)
{
    static int (*const readers[])(const json_t *, const struct place *, json_t **) = {
        [VMM_CONFIG_BOOL] = read_bool,     [VMM_CONFIG_INT] = read_int,
        [VMM_CONFIG_NUMBER] = read_number, [VMM_CONFIG_TEXT] = read_text,
        [VMM_CONFIG_WORD] = read_word,     [VMM_CONFIG_PATH] = read_path,
        [VMM_CONFIG_URL] = read_url,       [VMM_CONFIG_SECRET] = read_secret,
        [VMM_CONFIG_LISTEN] = read_listen, [VMM_CONFIG_DURATION] = read_duration,
    };
    struct place place = {.item = item, .at = at, .error = error};
    if (item->type == 0 || item->type >= sizeof(readers) / sizeof(readers[0])) {
        config_error_set(error, at, "use one of VMM_CONFIG_*", "the declared type %u is unknown",
                         item->type);
        return VMM_E_INVAL;
    }
    return readers[item->type](value, &place, out);
}
