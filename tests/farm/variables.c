/* SPDX-License-Identifier: MIT */
#include "farm/variables.h"

#include "farm/rng.h"

#include <stdio.h>
#include <string.h>

static bool is_declared(const struct template_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool variables_declare(struct arena *arena, json_t *const *personalities, size_t count,
                       struct template_names *names, struct problem *problem)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most += json_object_size(problem_object(problem, personalities[i], "vars"));
    }
    const char **list = arena_take(arena, most, sizeof *list);
    *names = (struct template_names){.names = list};
    for (size_t i = 0; i < count && !problem_is(problem); i++) {
        const char *name = NULL;
        json_t *value = NULL;
        json_object_foreach(json_object_get(personalities[i], "vars"), name, value)
        {
            if (!is_declared(names, name)) {
                list[names->count++] = arena_text(arena, name, strlen(name));
            }
        }
    }
    return !problem_is(problem);
}

const char *variables_expand(struct arena *arena, const struct device *device, const char *text,
                             struct problem *problem)
{
    static const struct template_names none = {0};
    if (strchr(text, '{') == NULL) {
        return arena_text(arena, text, strlen(text));
    }
    struct template compiled = {0};
    if (!template_compile(arena, slice_of(text), &none, &compiled, problem)) {
        return NULL;
    }
    struct template_input input = {
        .id = device->id, .index = device->index, .address = device->address};
    struct out out = {0};
    template_render(&compiled, &input, &out);
    const char *kept = arena_text(arena, out.data, out.len);
    out_finish(&out);
    return kept;
}

static const char *draw_number(struct arena *arena, const json_t *range, uint64_t *rng)
{
    int64_t low = json_integer_value(json_array_get(range, 0));
    int64_t high = json_integer_value(json_array_get(range, 1));
    char text[24];
    uint64_t span = (uint64_t)(high - low) + 1;
    int64_t value = low + (int64_t)(rng_next(rng) % (span == 0 ? 1 : span));
    int length = snprintf(text, sizeof text, "%lld", (long long)value);
    return arena_text(arena, text, (size_t)length);
}

static const char *draw_hex(struct arena *arena, const char *prefix, int64_t digits, uint64_t *rng)
{
    char text[128];
    snprintf(text, sizeof text, "%.100s%0*llX", prefix, (int)digits,
             (unsigned long long)(rng_next(rng) >> (64 - 4 * digits)));
    return arena_text(arena, text, strlen(text));
}

static const char *draw_object(struct arena *arena, const json_t *value, uint64_t *rng,
                               struct problem *problem)
{
    const json_t *range = json_object_get(value, "range");
    if (!problem_keys(problem, value, "range hex prefix")) {
        return NULL;
    }
    if (range == NULL) {
        int64_t digits = problem_int(problem, value, "hex", 6, 1, 16);
        return draw_hex(arena, problem_text(problem, value, "prefix", ""), digits, rng);
    }
    const json_t *low = json_array_get(range, 0);
    const json_t *high = json_array_get(range, 1);
    if (!json_is_integer(low) || !json_is_integer(high) ||
        json_integer_value(low) > json_integer_value(high)) {
        problem_note(problem, "\"range\" must be two whole numbers, the lower first");
        return NULL;
    }
    return draw_number(arena, range, rng);
}

static const char *draw(struct arena *arena, const struct device *device, const json_t *value,
                        uint64_t *rng, struct problem *problem)
{
    if (json_is_object(value)) {
        return draw_object(arena, value, rng, problem);
    }
    size_t choices = json_array_size(value);
    if (choices > 0) {
        value = json_array_get(value, (size_t)(rng_next(rng) % choices));
    }
    if (!json_is_string(value)) {
        problem_note(problem, "a variable is text, a list of text, a range or hex digits");
        return NULL;
    }
    return variables_expand(arena, device, json_string_value(value), problem);
}

static bool check_names(const struct template_names *names, const json_t *own,
                        struct problem *problem)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)own, name, value)
    {
        if (!is_declared(names, name)) {
            return problem_note(problem, "no personality here has the variable \"%s\"", name);
        }
    }
    return true;
}

bool variables_fill(struct arena *arena, struct device *device, json_t *const *personalities,
                    size_t count, const json_t *own, uint64_t seed, struct problem *problem)
{
    const struct template_names *names = device->names;
    if (!check_names(names, own, problem)) {
        return false;
    }
    device->values = arena_take(arena, names->count, sizeof *device->values);
    for (size_t i = 0; i < names->count; i++) {
        const json_t *value = json_object_get(own, names->names[i]);
        for (size_t k = 0; value == NULL && k < count; k++) {
            value = json_object_get(json_object_get(personalities[k], "vars"), names->names[i]);
        }
        uint64_t rng = rng_mix(seed + i);
        device->values[i] = draw(arena, device, value, &rng, problem);
        if (device->values[i] == NULL) {
            return false;
        }
    }
    return true;
}
