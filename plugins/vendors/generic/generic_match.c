/* SPDX-License-Identifier: MIT */
#include "generic_match.h"

#include <stdio.h>
#include <string.h>

/* The first number of an interval such as {2,30}, or the larger second. */
static int64_t interval_count(const char *brace)
{
    int64_t count = 0;
    int64_t most = 1;
    for (const char *c = brace + 1; *c != '\0' && *c != '}'; c++) {
        bool digit = *c >= '0' && *c <= '9';
        count = digit && count <= GENERIC_REPEATS_MAX ? count * 10 + (*c - '0') : digit ? count : 0;
        most = count > most ? count : most;
    }
    return most;
}

/* What the compiler of the C library would need too much time or memory for. */
static const char *wrong_pattern(const char *text)
{
    int64_t repeats = 1;
    if (strlen(text) == 0 || strlen(text) > GENERIC_PATTERN_MAX) {
        return "a pattern has 1 to 256 bytes";
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\\' && c[1] >= '1' && c[1] <= '9') {
            return "back-references are not allowed";
        }
        if (*c == '\\' && c[1] != '\0') {
            c++;
        } else if (*c == '{') {
            repeats *= interval_count(c);
            if (repeats > GENERIC_REPEATS_MAX) {
                return "the repetition counts come to more than 255";
            }
        }
    }
    return NULL;
}

int generic_pattern_init(struct generic_pattern *pattern, const char *text, char *why,
                         size_t why_size)
{
    const char *wrong = wrong_pattern(text);
    if (wrong != NULL) {
        snprintf(why, why_size, "%s", wrong);
        return VMM_E_INVAL;
    }
    int rc = regcomp(&pattern->regex, text, REG_EXTENDED);
    if (rc != 0) {
        regerror(rc, &pattern->regex, why, why_size);
        return VMM_E_INVAL;
    }
    return 0;
}

void generic_pattern_finish(struct generic_pattern *pattern)
{
    regfree(&pattern->regex);
}

/* Look at `size` bytes of a line from `from` on. */
static bool find_in_window(const struct generic_pattern *pattern, struct vmm_text line, size_t from,
                           size_t size, struct vmm_text *found)
{
    regmatch_t groups[2] = {{.rm_so = 0, .rm_eo = (regoff_t)size}};
    int flags =
        REG_STARTEND | (from > 0 ? REG_NOTBOL : 0) | (from + size < line.size ? REG_NOTEOL : 0);
    const char *at = line.data + from;
    char window[GENERIC_WINDOW + 1]; /* the matcher wants a NUL behind, which the answer has not */
    if (size > 0) {
        memcpy(window, at, size);
    }
    window[size] = '\0';
    if (regexec(&pattern->regex, window, 2, groups, flags) != 0) {
        return false;
    }
    const regmatch_t *group = pattern->regex.re_nsub > 0 ? &groups[1] : &groups[0];
    if (found != NULL && group->rm_so >= 0) {
        *found = vmm_text_bytes(at + group->rm_so, (size_t)(group->rm_eo - group->rm_so));
    } else if (found != NULL) {
        *found = vmm_text_bytes(at, 0); /* the group took no part in the match */
    }
    return true;
}

static bool is_over(struct generic_clock *clock)
{
    clock->over = clock->over || clock->now_us(clock->arg) > clock->until_us;
    return clock->over;
}

static bool find_in_line(const struct generic_pattern *pattern, struct vmm_text line,
                         struct generic_clock *clock, struct vmm_text *found)
{
    size_t from = 0;
    for (;;) {
        size_t left = line.size - from;
        size_t size = left < GENERIC_WINDOW ? left : GENERIC_WINDOW;
        if (is_over(clock)) {
            return false;
        }
        if (find_in_window(pattern, line, from, size, found)) {
            return true;
        }
        if (size == left) {
            return false;
        }
        from += GENERIC_WINDOW / 2;
    }
}

bool generic_pattern_find(const struct generic_pattern *pattern, struct vmm_text subject,
                          struct generic_clock *clock, struct vmm_text *found)
{
    struct vmm_text rest = subject;
    struct vmm_text line = vmm_text_of("");
    rest.size = rest.size < GENERIC_SUBJECT_MAX ? rest.size : GENERIC_SUBJECT_MAX;
    if (rest.size == 0) {
        return find_in_line(pattern, line, clock, found); /* "^$" matches an empty body */
    }
    while (vmm_text_line(&rest, &line)) {
        if (find_in_line(pattern, line, clock, found)) {
            return true;
        }
        if (clock->over) {
            return false;
        }
    }
    return false;
}
