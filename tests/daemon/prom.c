/* SPDX-License-Identifier: MIT */
#include "prom.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_SIZE 128

struct check {
    json_t *types;  /* name: type; a name is here from its TYPE line on */
    json_t *helps;  /* names that had their HELP */
    json_t *ended;  /* names whose group is over */
    json_t *series; /* everything before the value of each sample */
    char current[NAME_MAX_SIZE];
};

/* The length of a metric or label name; 0 when it is none. */
static size_t name_length(const char *text, bool is_label)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_' ||
           (text[length] == ':' && !is_label)) {
        length++;
    }
    return isdigit((unsigned char)text[0]) ? 0 : length;
}

static bool copy_name(const char *text, size_t length, char out[NAME_MAX_SIZE])
{
    if (length == 0 || length >= NAME_MAX_SIZE) {
        return false;
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

/* The samples of a name stand together: once another one begins, a name does not come back. */
static const char *enter(struct check *check, const char *name)
{
    if (strcmp(check->current, name) == 0) {
        return NULL;
    }
    if (json_object_get(check->ended, name) != NULL) {
        return "a name comes back after another one";
    }
    if (check->current[0] != '\0') {
        json_object_set_new(check->ended, check->current, json_true());
    }
    snprintf(check->current, sizeof(check->current), "%s", name);
    return NULL;
}

static const char *read_comment(struct check *check, const char *line)
{
    static const char *const types[] = {"counter", "gauge", "histogram", "summary", "untyped"};
    char name[NAME_MAX_SIZE];
    bool is_help = strncmp(line, "# HELP ", 7) == 0;
    if (!is_help && strncmp(line, "# TYPE ", 7) != 0) {
        return "a comment that is neither HELP nor TYPE";
    }
    size_t length = name_length(line + 7, false);
    const char *rest = line + 7 + length;
    if (!copy_name(line + 7, length, name) || *rest != ' ' || rest[1] == '\0') {
        return "HELP or TYPE without a name and a text";
    }
    json_t *seen = is_help ? check->helps : check->types;
    if (json_object_get(seen, name) != NULL) {
        return "HELP or TYPE twice";
    }
    json_object_set_new(seen, name, json_string(rest + 1));
    bool known = is_help;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        known = known || strcmp(rest + 1, types[i]) == 0;
    }
    return known ? enter(check, name) : "there is no such type";
}

/* Behind the opening quote; returns the closing one, or NULL. */
static const char *read_value(const char *at)
{
    for (; *at != '"'; at++) {
        if (*at == '\0') {
            return NULL;
        }
        if (*at == '\\') {
            at++;
            if (*at != '\\' && *at != '"' && *at != 'n') {
                return NULL;
            }
        }
    }
    return at;
}

/* Behind the opening brace; returns what is behind the closing one, or NULL. */
static const char *read_labels(const char *at)
{
    json_t *seen = json_object();
    bool good = true;
    while (good && *at != '}') {
        char name[NAME_MAX_SIZE];
        size_t length = name_length(at, true);
        good = copy_name(at, length, name) && strncmp(at + length, "=\"", 2) == 0 &&
               json_object_get(seen, name) == NULL;
        if (good) {
            json_object_set_new(seen, name, json_true());
            at = read_value(at + length + 2);
            good = at != NULL && (at[1] == ',' || at[1] == '}');
        }
        if (good) {
            at += at[1] == ',' ? 2 : 1;
        }
    }
    json_decref(seen);
    return good ? at + 1 : NULL;
}

static const char *read_sample(struct check *check, const char *line)
{
    char name[NAME_MAX_SIZE];
    size_t length = name_length(line, false);
    if (!copy_name(line, length, name)) {
        return "a sample without a name";
    }
    const char *type = json_string_value(json_object_get(check->types, name));
    if (type == NULL || json_object_get(check->helps, name) == NULL) {
        return "a sample before its HELP and TYPE";
    }
    const char *at = line[length] == '{' ? read_labels(line + length + 1) : line + length;
    if (at == NULL || *at != ' ') {
        return "labels that cannot be read";
    }
    char *end = NULL;
    double value = strtod(at + 1, &end);
    if (end == at + 1 || *end != '\0') {
        return "a value that is no number";
    }
    if (strcmp(type, "counter") == 0 && !(value >= 0)) {
        return "a counter below zero";
    }
    char *series = strndup(line, (size_t)(at - line));
    bool twice = json_object_get(check->series, series) != NULL;
    json_object_set_new(check->series, series, json_true());
    free(series);
    return twice ? "a series twice" : enter(check, name);
}

static const char *read_line(struct check *check, const char *line)
{
    if (line[0] == '\0' || isspace((unsigned char)line[0])) {
        return "an empty line, or one that begins with a blank";
    }
    return line[0] == '#' ? read_comment(check, line) : read_sample(check, line);
}

const char *prom_problem(const char *text)
{
    static char problem[600];
    struct check check = {json_object(), json_object(), json_object(), json_object(), ""};
    const char *wrong = NULL;
    problem[0] = '\0';
    while (*text != '\0' && wrong == NULL) {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        wrong = text[length] == '\n' ? read_line(&check, line) : "no line end at the end";
        if (wrong != NULL) {
            snprintf(problem, sizeof(problem), "%s: %.400s", wrong, line);
        }
        free(line);
        text += length + (text[length] == '\n');
    }
    json_decref(check.types);
    json_decref(check.helps);
    json_decref(check.ended);
    json_decref(check.series);
    return wrong != NULL ? problem : NULL;
}
