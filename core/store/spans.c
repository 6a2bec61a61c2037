/* SPDX-License-Identifier: MIT */
#include "store/spans.h"

#include <stdlib.h>
#include <string.h>

#include "store/days_sql.h"
#include "store/db.h"

bool store_spans_are_of(const char *event_type)
{
    return strcmp(event_type, "node.unwatched") == 0 ||
           strcmp(event_type, "maintenance.began") == 0 ||
           strcmp(event_type, "maintenance.ended") == 0;
}

/* ---- events ---- */

static void run_seq(struct store_days *days, enum store_days_sql which, int64_t seq)
{
    sqlite3_stmt *stmt = days_use(days, which);
    sqlite3_bind_int64(stmt, 1, seq);
    days_run(days, stmt);
}

static void read_latest(struct store_days *days)
{
    sqlite3_stmt *stmt = days_use(days, DAYS_LATEST);
    days->unwatched_until = days_step(days, stmt) ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_reset(stmt);
}

/* Rows are redone before the spans change: one that is cut short changes the time that it gives up. */
void store_spans_take(struct store_days *days, int64_t seq, const char *event_type)
{
    if (strcmp(event_type, "maintenance.ended") == 0) {
        run_seq(days, DAYS_SPAN_REDO_END, seq);
        run_seq(days, DAYS_SPAN_END, seq);
        return;
    }
    run_seq(days, strcmp(event_type, "node.unwatched") == 0 ? DAYS_SPAN_UNWATCHED : DAYS_SPAN_BEGIN,
            seq);
    run_seq(days, DAYS_SPAN_REDO, seq);
    days->unwatched_until = -1;
}

void store_spans_written_at(struct store_days *days, int64_t at)
{
    if (days->unwatched_until < 0) {
        read_latest(days);
    }
    if (days->unwatched_until <= at) {
        return;
    }
    run_seq(days, DAYS_SPAN_REDO_CUT, at);
    run_seq(days, DAYS_SPAN_CUT, at);
    days->unwatched_until = at;
}

void store_spans_reset(struct store_days *days, int64_t first_seq)
{
    run_seq(days, DAYS_SPAN_RESET, first_seq);
    days->unwatched_until = -1;
}

/* ---- loading ---- */

static void add(struct store_days *days, struct day_span_list *list, struct day_span span)
{
    if (list->count == list->room) {
        size_t room = list->room == 0 ? 64 : list->room * 2;
        struct day_span *items = realloc(list->items, room * sizeof(*items));
        if (items == NULL) {
            days->rc = days->rc == SQLITE_OK ? SQLITE_NOMEM : days->rc;
            return;
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = span;
}

void store_spans_load(struct store_days *days, const char *site, const char *component,
                      int64_t from, struct day_frame *frame)
{
    sqlite3_stmt *stmt = days_use(days, DAYS_SPANS);
    days->unwatched.count = 0;
    days->maintenance.count = 0;
    days_bind_subject(stmt, site, component);
    sqlite3_bind_int64(stmt, 3, from);
    while (days_step(days, stmt)) {
        struct day_span span = {sqlite3_column_int64(stmt, 1), sqlite3_column_int64(stmt, 2)};
        bool is_unwatched = store_db_text(stmt, 0)[0] == 'u';
        add(days, is_unwatched ? &days->unwatched : &days->maintenance, span);
    }
    sqlite3_reset(stmt);
    frame->unwatched = (struct day_spans){days->unwatched.items, days->unwatched.count};
    frame->maintenance = (struct day_spans){days->maintenance.items, days->maintenance.count};
}

void store_spans_parse(const char *text, struct day_span *unwatched, struct day_span *maintenance,
                       size_t max, struct day_frame *frame)
{
    size_t counts[2] = {0, 0};
    while (*text != '\0') {
        char *end = NULL;
        bool is_unwatched = *text == 'u';
        size_t *count = &counts[is_unwatched ? 0 : 1];
        struct day_span span = {.since = strtoll(text + 1, &end, 10)};
        span.until = strtoll(end, &end, 10);
        if (*count < max) {
            (is_unwatched ? unwatched : maintenance)[(*count)++] = span;
        }
        text = *end == ',' ? end + 1 : end + strlen(end);
    }
    frame->unwatched = (struct day_spans){unwatched, counts[0]};
    frame->maintenance = (struct day_spans){maintenance, counts[1]};
}
