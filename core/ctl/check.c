/* SPDX-License-Identifier: MIT */
#include "ctl/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/show.h"

const char *check_word(enum check_state state)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    return words[state];
}

bool check_read_limit(const char *text, struct check_limit *limit)
{
    size_t digits = strspn(text, "0123456789");
    bool percent = text[digits] == '%';
    if (digits == 0 || digits > 7 || text[digits + (percent ? 1 : 0)] != '\0') {
        return false;
    }
    *limit = (struct check_limit){.number = (uint32_t)strtoul(text, NULL, 10), .percent = percent};
    return !percent || limit->number <= 100;
}

/* Whether `count` of `all` is more than the limit allows. */
static bool is_over(const struct check_limit *limit, int64_t count, int64_t all)
{
    return limit->percent ? count * 100 > (int64_t)limit->number * all : count > limit->number;
}

/* The limit as a number of cameras, for the figures. */
static int64_t as_count(const struct check_limit *limit, int64_t all)
{
    return limit->percent ? (int64_t)limit->number * all / 100 : limit->number;
}

/* ---- text ---- */

__attribute__((format(printf, 3, 4))) static void add(char *out, size_t size, const char *format,
                                                      ...)
{
    size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, size - used, format, args);
    va_end(args);
}

/* What stands between the parts of the line stays out of what vmmd sent. */
static void make_plain(char *text)
{
    for (char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == '|' || *p == 0x7f) {
            *p = '?';
        }
    }
}

static bool is_disabled(const json_t *row)
{
    return strcmp(show_text(row, "health"), "DISABLED") == 0;
}

/* ": gate-7 DOWN timeout, …" */
static void name_cameras(const json_t *rows, int64_t count, struct check_answer *answer)
{
    size_t index;
    json_t *row;
    size_t named = 0;
    json_array_foreach((json_t *)(uintptr_t)rows, index, row)
    {
        if (is_disabled(row) || named == CHECK_NAMED_MAX) {
            continue;
        }
        add(answer->text, sizeof(answer->text), "%s%.64s %.16s %.32s", named == 0 ? ": " : ", ",
            show_text(row, "id"), show_text(row, "health"), show_text(row, "reason"));
        named++;
    }
    if (named > 0 && count > (int64_t)named) {
        add(answer->text, sizeof(answer->text), " and %lld more", (long long)(count - named));
    }
}

/* ---- a fleet ---- */

struct counts {
    int64_t cameras;
    int64_t on; /* not DISABLED */
    int64_t ok;
    int64_t degraded;
    int64_t down; /* BLACKFRAME among them */
    int64_t unknown;
    int64_t not_ok;
};

static struct counts count(const json_t *summary)
{
    struct counts counts = {
        .cameras = show_number(summary, "cameras"),
        .on = show_number(summary, "cameras") - show_number(summary, "DISABLED"),
        .ok = show_number(summary, "OK"),
        .degraded = show_number(summary, "DEGRADED"),
        .down = show_number(summary, "DOWN") + show_number(summary, "BLACKFRAME"),
        .unknown = show_number(summary, "UNKNOWN"),
    };
    counts.not_ok = counts.on - counts.ok;
    return counts;
}

static void put_figures(const struct counts *counts, const struct check_limits *limits,
                        struct check_answer *answer)
{
    text_format(answer->figures, sizeof(answer->figures),
                "cameras=%lld;;;0 ok=%lld;;;0;%lld not_ok=%lld;%lld;;0;%lld down=%lld;;%lld;0;%lld "
                "degraded=%lld;;;0;%lld unknown=%lld;;;0;%lld",
                (long long)counts->cameras, (long long)counts->ok, (long long)counts->on,
                (long long)counts->not_ok, (long long)as_count(&limits->warning, counts->on),
                (long long)counts->on, (long long)counts->down,
                (long long)as_count(&limits->critical, counts->on), (long long)counts->on,
                (long long)counts->degraded, (long long)counts->on, (long long)counts->unknown,
                (long long)counts->on);
}

/* Why nothing can be said; NULL when something can. */
static const char *unknown_fleet(const json_t *summary, const struct counts *counts)
{
    return json_is_false(json_object_get(summary, "monitoring")) ? "monitoring is switched off"
           : counts->cameras == 0                                ? "there is no camera"
           : counts->on > 0 && counts->unknown == counts->on     ? "nothing is known of any camera"
                                                                 : NULL;
}

void check_fleet(const json_t *summary, const json_t *rows, const struct check_limits *limits,
                 struct check_answer *answer)
{
    struct counts counts = count(summary);
    const char *unknown = unknown_fleet(summary, &counts);
    if (unknown != NULL) {
        check_failed(unknown, answer);
        return;
    }
    *answer = (struct check_answer){
        .state = is_over(&limits->critical, counts.down, counts.on)    ? CHECK_CRITICAL
                 : is_over(&limits->warning, counts.not_ok, counts.on) ? CHECK_WARNING
                                                                       : CHECK_OK};
    add(answer->text, sizeof(answer->text),
        "%lld of %lld cameras OK, %lld down, %lld degraded, %lld unknown", (long long)counts.ok,
        (long long)counts.on, (long long)counts.down, (long long)counts.degraded,
        (long long)counts.unknown);
    name_cameras(rows, counts.not_ok, answer);
    make_plain(answer->text);
    put_figures(&counts, limits, answer);
}

/* ---- one camera ---- */

static enum check_state state_of(const char *health)
{
    static const struct {
        const char *health;
        enum check_state state;
    } table[] = {{"OK", CHECK_OK},
                 {"DISABLED", CHECK_OK},
                 {"DEGRADED", CHECK_WARNING},
                 {"DOWN", CHECK_CRITICAL},
                 {"BLACKFRAME", CHECK_CRITICAL}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcmp(table[i].health, health) == 0) {
            return table[i].state;
        }
    }
    return CHECK_UNKNOWN;
}

/* What is slow makes an OK worse; it never makes better what is wrong. */
static enum check_state with_latency(enum check_state state, int64_t ms,
                                     const struct check_limits *limits)
{
    enum check_state slow =
        limits->latency_critical_ms > 0 && ms > limits->latency_critical_ms ? CHECK_CRITICAL
        : limits->latency_warning_ms > 0 && ms > limits->latency_warning_ms ? CHECK_WARNING
                                                                            : CHECK_OK;
    return state == CHECK_UNKNOWN || state > slow ? state : slow;
}

static void put_latency(int64_t ms, const struct check_limits *limits, struct check_answer *answer)
{
    char warning[24] = "";
    char critical[24] = "";
    if (limits->latency_warning_ms > 0) {
        text_format(warning, sizeof(warning), "%u", limits->latency_warning_ms);
    }
    if (limits->latency_critical_ms > 0) {
        text_format(critical, sizeof(critical), "%u", limits->latency_critical_ms);
    }
    text_format(answer->figures, sizeof(answer->figures), "latency=%lldms;%s;%s;0", (long long)ms,
                warning, critical);
}

void check_camera(const json_t *row, const struct check_limits *limits, struct check_answer *answer)
{
    if (row == NULL) {
        check_failed("there is no such camera", answer);
        return;
    }
    int64_t ms = show_number(row, "latency_ms");
    bool measured = json_is_number(json_object_get(row, "latency_ms"));
    enum check_state state = state_of(show_text(row, "health"));
    const char *reason = show_text(row, "reason");
    *answer = (struct check_answer){.state = measured ? with_latency(state, ms, limits) : state};
    add(answer->text, sizeof(answer->text), "%.64s is %.16s%s%.32s", show_text(row, "id"),
        show_text(row, "health"), strcmp(reason, "none") != 0 ? ", " : "",
        strcmp(reason, "none") != 0 ? reason : "");
    if (show_text(row, "since")[0] != '\0') {
        add(answer->text, sizeof(answer->text), ", since %.32s", show_text(row, "since"));
    }
    if (measured) {
        add(answer->text, sizeof(answer->text), ", %lld ms", (long long)ms);
        put_latency(ms, limits, answer);
    }
    make_plain(answer->text);
}

void check_failed(const char *why, struct check_answer *answer)
{
    *answer = (struct check_answer){.state = CHECK_UNKNOWN};
    text_format(answer->text, sizeof(answer->text), "%s", why);
    make_plain(answer->text);
}
