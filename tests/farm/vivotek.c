/* SPDX-License-Identifier: MIT */
#include "farm/vivotek.h"

#include "farm/auth.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    const struct vivotek_param *left = a;
    const struct vivotek_param *right = b;
    return strcmp(left->name, right->name);
}

static bool read_param(struct arena *arena, const char *name, const json_t *value,
                       const struct template_names *names, struct vivotek_param *param,
                       struct problem *problem)
{
    const char *text = json_string_value(value);
    const char *level = "viewer";
    if (json_is_object(value)) {
        if (!problem_keys(problem, value, "value level")) {
            return false;
        }
        text = problem_text(problem, value, "value", NULL);
        level = problem_text(problem, value, "level", level);
    }
    if (text == NULL || !auth_level_read(level, &param->level)) {
        return problem_note(problem, "parameter \"%s\": text, or value and level", name);
    }
    param->name = arena_text(arena, name, strlen(name));
    return template_compile(arena, slice_of(text), names, &param->value, problem);
}

bool vivotek_read(struct arena *arena, const json_t *object, const struct template_names *names,
                  struct vivotek *vivotek, struct problem *problem)
{
    if (!problem_keys(problem, object, "params error unknown groups")) {
        return false;
    }
    json_t *table = problem_object(problem, object, "params");
    const char *unknown = problem_text(problem, object, "unknown", "spoils");
    const char *error = problem_text(problem, object, "error", "ERROR: Invalid command!\n");
    struct vivotek_param *params = arena_take(arena, json_object_size(table), sizeof *params);
    size_t count = 0;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(table, name, value)
    {
        if (!read_param(arena, name, value, names, &params[count++], problem)) {
            return false;
        }
    }
    if (strcmp(unknown, "spoils") != 0 && strcmp(unknown, "line") != 0) {
        return problem_note(problem, "\"unknown\" must be spoils or line");
    }
    qsort(params, count, sizeof *params, by_name);
    *vivotek = (struct vivotek){.params = params,
                                .count = count,
                                .error = arena_text(arena, error, strlen(error)),
                                .spoils = strcmp(unknown, "spoils") == 0,
                                .groups = problem_flag(problem, object, "groups", false)};
    return !problem_is(problem);
}

/* The level named in "/cgi-bin/<level>/getparam.cgi"; -1 when there is none. */
static int level_in_path(struct slice path)
{
    slice_cut(&path, '/');
    slice_cut(&path, '/');
    struct slice word = slice_cut(&path, '/');
    char name[16];
    int level = -1;
    if (word.len >= sizeof name) {
        return -1;
    }
    memcpy(name, word.at, word.len);
    name[word.len] = '\0';
    return auth_level_read(name, &level) ? level : -1;
}

static int compare(const struct vivotek_param *param, struct slice name)
{
    int order = strncmp(param->name, name.at, name.len);
    return order != 0 ? order : (param->name[name.len] == '\0' ? 0 : 1);
}

/* The first parameter that is not before NAME. */
static size_t lower_bound(const struct vivotek *vivotek, struct slice name)
{
    size_t low = 0;
    size_t high = vivotek->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&vivotek->params[middle], name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool has_prefix(const struct vivotek *vivotek, size_t i, struct slice name)
{
    return i < vivotek->count && strncmp(vivotek->params[i].name, name.at, name.len) == 0;
}

/* May parameter I, which begins with NAME, be shown to one who asks for NAME on LEVEL? */
static bool is_shown(const struct vivotek *vivotek, size_t i, struct slice name, int level)
{
    char next = vivotek->params[i].name[name.len];
    bool asked = next == '\0' || (vivotek->groups && next == '_');
    return asked && vivotek->params[i].level <= level;
}

/* Appends the lines for one name of the query; false when there is none that may be read. */
static bool add_lines(const struct vivotek *vivotek, struct slice name, int level,
                      const struct template_input *input, struct out *out)
{
    bool any = false;
    for (size_t i = lower_bound(vivotek, name); has_prefix(vivotek, i, name); i++) {
        const struct vivotek_param *param = &vivotek->params[i];
        if (!is_shown(vivotek, i, name, level)) {
            continue;
        }
        out_text(out, param->name);
        out_text(out, "='");
        template_render(&param->value, input, out);
        out_text(out, "'\r\n");
        any = true;
    }
    return any;
}

void vivotek_answer(const struct vivotek *vivotek, const struct message *message, int level,
                    const struct template_input *input, struct out *out)
{
    int path_level = level_in_path(message->path);
    struct slice query = message->query;
    size_t start = out->len;
    if (path_level < 0 || path_level > level || query.len == 0) {
        out_text(out, vivotek->error);
        return;
    }
    while (query.len > 0) {
        struct slice name = slice_cut(&query, '&');
        if (name.len > 0 && add_lines(vivotek, name, path_level, input, out)) {
            continue;
        }
        if (vivotek->spoils) {
            out->len = start;
            out_text(out, vivotek->error);
            return;
        }
        out_text(out, vivotek->error);
    }
}
