/* SPDX-License-Identifier: MIT */
#include "figure.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIGURES_MAX 64

static struct figure figures[FIGURES_MAX];
static size_t figure_count;

void figure_add(const struct figure *figure)
{
    if (figure_count < FIGURES_MAX) {
        figures[figure_count++] = *figure;
    }
}

const char *figure_verdict(const struct figure *figure)
{
    if (figure->unmeasured) {
        return "undecided";
    }
    const struct estimate *e = &figure->estimate;
    bool is_inside = figure->is_least ? e->low >= figure->limit : e->high <= figure->limit;
    bool is_outside = figure->is_least ? e->high < figure->limit : e->low > figure->limit;
    return is_inside ? "ok" : is_outside ? "missed" : "undecided";
}

bool figure_any_missed(void)
{
    for (size_t i = 0; i < figure_count; i++) {
        if (strcmp(figure_verdict(&figures[i]), "missed") == 0) {
            return true;
        }
    }
    return false;
}

static void print_row(const struct figure *figure)
{
    char value[16] = "-";
    char interval[40] = "-";
    char baseline[16] = "-";
    if (!figure->unmeasured) {
        snprintf(value, sizeof(value), "%.4g", figure->estimate.value);
        snprintf(interval, sizeof(interval), "%.4g .. %.4g", figure->estimate.low,
                 figure->estimate.high);
    }
    if (!isnan(figure->baseline)) {
        snprintf(baseline, sizeof(baseline), "%.4g", figure->baseline);
    }
    printf("%-18s %9s  %-20s %-9s %9s %2s%7.4g  %-9s  %s\n", figure->name, value, interval,
           figure->unit, baseline, figure->is_least ? ">=" : "", figure->limit,
           figure_verdict(figure), figure->note);
}

void figure_print_table(void)
{
    printf("%-18s %9s  %-20s %-9s %9s %9s  %-9s  %s\n", "FIGURE", "VALUE", "95 %", "UNIT",
           "BASELINE", "LIMIT", "OK", "");
    for (size_t i = 0; i < figure_count; i++) {
        print_row(&figures[i]);
    }
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *to_json(const struct figure *figure)
{
    double nothing = figure->unmeasured ? (double)NAN : 0;
    return json_pack("{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:s, s:s}", "name", figure->name, "value",
                     number(figure->estimate.value + nothing), "low",
                     number(figure->estimate.low + nothing), "high",
                     number(figure->estimate.high + nothing), "unit", figure->unit, "baseline",
                     number(figure->baseline), "limit", number(figure->limit), "bound",
                     figure->is_least ? "least" : "most", "ok", figure_verdict(figure));
}

int figure_write_json(const char *path)
{
    json_t *all = json_array();
    for (size_t i = 0; i < figure_count; i++) {
        json_array_append_new(all, to_json(&figures[i]));
    }
    int rc = json_dump_file(all, path, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    json_decref(all);
    if (rc != 0) {
        fprintf(stderr, "%s cannot be written\n", path);
    }
    return rc;
}
