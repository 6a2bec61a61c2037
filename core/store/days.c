/* SPDX-License-Identifier: MIT */
#include "store/days.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/day.h"
#include "store/days_sql.h"
#include "store/db.h"
#include "store/spans.h"

#define SECOND 1000000ll
#define BACK_MAX_S                                                                                 \
    CIVIL_DAY /* a change so long before the last one: the clock was wrong before, not now */
#define COMPONENT_MAX 96
#define ID_MAX        256

void store_days_init(struct store_days *days, sqlite3 *db)
{
    *days = (struct store_days){.db = db, .unwatched_until = -1};
}

void store_days_finish(struct store_days *days)
{
    for (unsigned i = 0; i < DAYS_SQL_COUNT; i++) {
        sqlite3_finalize(days->sql[i]);
    }
    zone_destroy(days->utc);
    free(days->unwatched.items);
    free(days->maintenance.items);
    *days = (struct store_days){0};
}

/* ---- one subject ---- */

struct subject {
    struct store_days *days;
    char site[COMPONENT_MAX];
    char component[COMPONENT_MAX];
    struct day_frame frame;
    int64_t epoch;
    int64_t written; /* rows are there of the days up to here */
    int64_t redo; /* those from the day of this instant on are not as they should be; 0: all are */
    struct stored_day state;
};

static const struct zone *zone_of(struct store_days *days, const char *name)
{
    if (days->zone_of != NULL) {
        return days->zone_of(days->zone_arg, name);
    }
    days->utc = days->utc != NULL ? days->utc : zone_utc();
    days->rc = days->utc != NULL ? days->rc : SQLITE_NOMEM;
    return days->utc;
}

/* False: it is not in the fleet. */
static bool find_subject(struct store_days *days, const char *site, const char *component,
                         struct subject *out)
{
    sqlite3_stmt *stmt = days_use(days, DAYS_SITE);
    *out = (struct subject){.days = days};
    if (!text_format(out->site, sizeof(out->site), "%s", site) ||
        !text_format(out->component, sizeof(out->component), "%s", component)) {
        return false;
    }
    days_bind_subject(stmt, out->site, out->component);
    if (days_step(days, stmt)) {
        out->frame.zone = zone_of(days, store_db_text(stmt, 0));
        out->epoch = sqlite3_column_int64(stmt, 1);
    }
    sqlite3_reset(stmt);
    return out->frame.zone != NULL;
}

static bool copy_state(struct subject *subject, sqlite3_stmt *row)
{
    if (sqlite3_column_bytes(row, 2) != (int)sizeof(subject->state)) {
        return false;
    }
    memcpy(&subject->state, sqlite3_column_blob(row, 2), sizeof(subject->state));
    subject->written = sqlite3_column_int64(row, 0);
    subject->redo = sqlite3_column_int64(row, 1);
    return day_state_is_good(&subject->state.day);
}

static bool get_state(struct subject *subject)
{
    sqlite3_stmt *stmt = days_use(subject->days, DAYS_GET);
    days_bind_subject(stmt, subject->site, subject->component);
    bool found = days_step(subject->days, stmt) && copy_state(subject, stmt);
    sqlite3_reset(stmt);
    return found;
}

static void put_state(struct subject *subject, int64_t due)
{
    sqlite3_stmt *stmt = days_use(subject->days, DAYS_PUT);
    days_bind_subject(stmt, subject->site, subject->component);
    sqlite3_bind_int64(stmt, 3, subject->written);
    sqlite3_bind_int64(stmt, 4, due);
    sqlite3_bind_blob(stmt, 5, &subject->state, sizeof(subject->state), SQLITE_STATIC);
    days_run(subject->days, stmt);
}

/* ---- rows ---- */

static void day_text(int64_t day, char out[16])
{
    struct civil civil;
    civil_split(day * CIVIL_DAY, &civil);
    text_format(out, 16, "%04d-%02d-%02d", (int)civil.year, civil.month, civil.day);
}

/* A day that is over. Those that are written already have not changed. */
static void on_done(void *arg, const struct day_row *row)
{
    struct subject *subject = arg;
    char id[ID_MAX];
    char day[16];
    if (row->begins < subject->written) {
        return;
    }
    day_text(row->day, day);
    text_format(id, sizeof(id), "%s/%s/%s", subject->site, subject->component, day);
    sqlite3_stmt *stmt = days_use(subject->days, DAYS_ROW);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, subject->site, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, subject->component, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 4, day, -1, SQLITE_STATIC);
    days_bind_row(stmt, row, subject->epoch);
    days_run(subject->days, stmt);
    subject->written = row->ends;
}

/* What was written of the days from this instant on was not so. */
static void undo(struct subject *subject, int64_t at)
{
    sqlite3_stmt *stmt = days_use(subject->days, DAYS_UNDO);
    int64_t fixed = subject->state.fixed;
    int64_t begins = at > fixed ? day_start(subject->frame.zone, at) : fixed;
    if (begins >= subject->written) {
        return;
    }
    days_bind_subject(stmt, subject->site, subject->component);
    sqlite3_bind_int64(stmt, 3, begins * SECOND);
    days_run(subject->days, stmt);
    subject->written = begins;
}

/* Those that are not as they should be, as far as they follow from the state. */
static void redo(struct subject *subject)
{
    int64_t begins = subject->state.day.row.begins;
    if (subject->redo != 0) {
        undo(subject, subject->redo > begins ? subject->redo : begins);
    }
}

/* ---- events ---- */

static int health_of(const char *word)
{
#define WORD(number, NAME, text) text,
    static const char *const words[] = {VMM_HEALTHS(WORD)};
#undef WORD
    for (int i = 0; i < VMM_HEALTH_COUNT; i++) {
        if (strcmp(words[i], word) == 0) {
            return i;
        }
    }
    return VMM_E_NOENT;
}

static enum day_fault fault_of(const char *reason)
{
    if (strcmp(reason, "missing_recording") == 0 || strcmp(reason, "recording_disabled") == 0) {
        return DAY_FAULT_RECORDING;
    }
    return strncmp(reason, "clock_", 6) == 0 ? DAY_FAULT_CLOCK : DAY_FAULT_NONE;
}

/* Somebody of whom there is no state, or only what was taken for it. */
static void begin(struct subject *subject, int64_t at, int from)
{
    uint32_t before = from >= 0 ? (uint32_t)from : VMM_HEALTH_UNKNOWN;
    bool was_seed = subject->state.is_seed != 0;
    int64_t since = was_seed ? subject->state.day.row.begins : at;
    day_begin(&subject->state.day, subject->frame.zone, since, before);
    subject->state.is_seed = 0;
    subject->written = was_seed ? subject->written : subject->state.day.row.begins;
}

/* A site has days from the first of its devices on, also when it is never lost. */
static void begin_site(const struct subject *member, int64_t at)
{
    struct subject site;
    if (find_subject(member->days, member->site, "site", &site) && !get_state(&site)) {
        begin(&site, at, VMM_HEALTH_OK);
        put_state(&site, site.state.day.row.ends);
    }
}

static enum day_recording recording_of(const char *word)
{
    return strcmp(word, "proven") == 0    ? DAY_RECORDING_PROVEN
           : strcmp(word, "missing") == 0 ? DAY_RECORDING_MISSING
                                          : DAY_RECORDING_UNJUDGED;
}

/* What the event says beside the health; the day is counted up to it. */
static void take_facts(struct day_state *day, int64_t at, sqlite3_stmt *row)
{
    if (sqlite3_column_type(row, 8) != SQLITE_NULL) {
        day_set_recording(day, recording_of(store_db_text(row, 8)));
    }
    if (sqlite3_column_type(row, 9) == SQLITE_INTEGER) {
        day_set_clock(day, (int32_t)sqlite3_column_int64(row, 9));
    }
    if (sqlite3_column_int(row, 10) != 0) {
        day_begin_commissioning(day, at);
    }
}

/* The state is there, as of an instant up to `at`, or begins now. */
static void ready(struct subject *subject, int64_t at, int from)
{
    bool known = get_state(subject);
    struct day_state *day = &subject->state.day;
    if (known) {
        redo(subject);
    }
    if (known && at < day->since - BACK_MAX_S) {
        undo(subject, at);
        known = false;
    } else if (!known) {
        begin_site(subject, at);
    }
    if (!known || subject->state.is_seed != 0) {
        begin(subject, at, from);
    }
    undo(subject, at > day->since ? at : day->since);
    store_spans_load(subject->days, subject->site, subject->component, day->row.begins,
                     &subject->frame);
}

/* What an event tells of a health: another one, or which it was meanwhile. */
struct told {
    int from;
    int to;
    enum day_fault fault;
    bool is_change;
};

static struct told read_told(sqlite3_stmt *row)
{
    struct told told = {.from = health_of(store_db_text(row, 4)),
                        .to = health_of(store_db_text(row, 5)),
                        .fault = fault_of(store_db_text(row, 6)),
                        .is_change = true};
    if (told.to < 0) {
        told.to = health_of(store_db_text(row, 12));
        told.from = told.to;
        told.is_change = false;
    }
    return told;
}

static void take_change(struct store_days *days, sqlite3_stmt *row)
{
    struct subject subject;
    struct told told = read_told(row);
    if (told.to < 0 || store_db_text(row, 2)[0] == '\0' ||
        !find_subject(days, store_db_text(row, 1), store_db_text(row, 2), &subject)) {
        return;
    }
    struct day_state *day = &subject.state.day;
    int64_t at = sqlite3_column_int64(row, 3) / SECOND;
    ready(&subject, at, told.from);
    const char *dot = strchr(store_db_text(row, 7), '.');
    if (dot != NULL && strcmp(dot, ".commissioned") == 0) {
        day_end_commissioning(day, at); /* of before that something may be told later */
    } else {
        day_change(day, &subject.frame, at, told.is_change ? (uint32_t)told.to : day->health,
                   told.is_change ? told.fault : (enum day_fault)day->fault, on_done, &subject);
        take_facts(day, at, row);
    }
    int64_t in_progress = day->row.begins;
    subject.written = subject.written > in_progress ? subject.written : in_progress;
    put_state(&subject, day->row.ends);
}

static void take_event(struct store_days *days, sqlite3_stmt *row)
{
    const char *type = store_db_text(row, 7);
    if (store_spans_are_of(type)) {
        store_spans_take(days, sqlite3_column_int64(row, 0), type);
        return;
    }
    if (sqlite3_column_type(row, 11) == SQLITE_INTEGER) {
        store_spans_written_at(days, sqlite3_column_int64(row, 11));
    }
    take_change(days, row);
}

/* Answers how many events were read. */
static uint32_t take_events(struct store_days *days, int64_t seq, uint32_t limit)
{
    sqlite3_stmt *stmt = days_use(days, DAYS_EVENTS);
    uint32_t count = 0;
    sqlite3_bind_int64(stmt, 1, seq);
    sqlite3_bind_int64(stmt, 2, limit);
    while (days_step(days, stmt)) {
        seq = sqlite3_column_int64(stmt, 0);
        take_event(days, stmt);
        count++;
    }
    sqlite3_reset(stmt);
    if (count > 0) {
        stmt = days_use(days, DAYS_MOVE);
        sqlite3_bind_int64(stmt, 1, seq);
        days_run(days, stmt);
    }
    return count;
}

/* ---- days that are over ---- */

/* Write them from a copy: the state stays the one of the last change. */
static void close_days(struct subject *subject, int64_t now)
{
    struct day_state day = subject->state.day;
    redo(subject);
    day_skip_to(&day, subject->frame.zone, subject->written);
    store_spans_load(subject->days, subject->site, subject->component, day.row.begins,
                     &subject->frame);
    day_advance(&day, &subject->frame, now, on_done, subject);
    put_state(subject, day.row.ends);
}

static void forget(struct store_days *days, const char *site, const char *component)
{
    sqlite3_stmt *stmt = days_use(days, DAYS_DEL);
    days_bind_subject(stmt, site, component);
    days_run(days, stmt);
}

struct due {
    char site[COMPONENT_MAX];
    char component[COMPONENT_MAX];
};

/* Rows are changed while they are walked: a page of names first. */
static uint32_t read_due(struct store_days *days, int64_t now, struct due *due, uint32_t limit)
{
    sqlite3_stmt *stmt = days_use(days, DAYS_DUE);
    uint32_t count = 0;
    sqlite3_bind_int64(stmt, 1, now);
    sqlite3_bind_int64(stmt, 2, limit);
    while (days_step(days, stmt)) {
        text_format(due[count].site, COMPONENT_MAX, "%s", store_db_text(stmt, 0));
        text_format(due[count].component, COMPONENT_MAX, "%s", store_db_text(stmt, 1));
        count++;
    }
    sqlite3_reset(stmt);
    return count;
}

static uint32_t take_due(struct store_days *days, int64_t now, uint32_t limit)
{
    struct due due[STORE_DAYS_LIMIT];
    uint32_t count = read_due(days, now, due, limit < STORE_DAYS_LIMIT ? limit : STORE_DAYS_LIMIT);
    for (uint32_t i = 0; i < count && days->rc == SQLITE_OK; i++) {
        struct subject subject;
        if (find_subject(days, due[i].site, due[i].component, &subject) && get_state(&subject)) {
            close_days(&subject, now);
        } else if (days->rc == SQLITE_OK) {
            forget(days, due[i].site, due[i].component);
        }
    }
    return count;
}

/* ---- from the first event that is left ---- */

/* Older events are gone: who had none since has been all the time what it is now, and the day of the first event that
 * is left is not whole any more, so the row that it has stays. */
static void seed(struct store_days *days, const char *site, const char *component,
                 const char *status, int64_t at)
{
    struct subject subject;
    int health = health_of(status);
    if (!find_subject(days, site, component, &subject)) {
        return;
    }
    day_begin(&subject.state.day, subject.frame.zone, at,
              health >= 0 ? (uint32_t)health : VMM_HEALTH_UNKNOWN);
    subject.state.is_seed = 1;
    subject.written = subject.state.day.row.ends;
    subject.state.fixed = subject.written;
    put_state(&subject, subject.written);
}

static void seed_all(struct store_days *days, int64_t at)
{
    sqlite3_stmt *stmt = days_use(days, DAYS_ALL);
    while (days_step(days, stmt)) {
        seed(days, store_db_text(stmt, 0), store_db_text(stmt, 1), store_db_text(stmt, 2), at);
    }
    sqlite3_reset(stmt);
}

static void start_anew(struct store_days *days)
{
    int rc = sqlite3_exec(days->db, "DELETE FROM health_day_state", NULL, NULL, NULL);
    days->rc = days->rc == SQLITE_OK ? rc : days->rc;
    sqlite3_stmt *stmt = days_use(days, DAYS_RESET);
    sqlite3_bind_int64(stmt, 1, STORE_DAYS_VERSION);
    days_run(days, stmt);
    stmt = days_use(days, DAYS_FIRST);
    int64_t first = days_step(days, stmt) ? sqlite3_column_int64(stmt, 0) : INT64_MAX;
    bool is_trimmed = first > 1 && first < INT64_MAX;
    int64_t at = is_trimmed ? sqlite3_column_int64(stmt, 1) / SECOND : 0;
    sqlite3_reset(stmt);
    store_spans_reset(days, first);
    if (is_trimmed) {
        seed_all(days, at);
    }
}

/* ---- a step ---- */

/* Where the journal goes on; 0 after a change of the layout. */
static int64_t find_place(struct store_days *days)
{
    sqlite3_stmt *stmt = days_use(days, DAYS_PLACE);
    bool found = days_step(days, stmt);
    int64_t seq = found ? sqlite3_column_int64(stmt, 0) : 0;
    bool is_known = found && sqlite3_column_int64(stmt, 1) == STORE_DAYS_VERSION;
    sqlite3_reset(stmt);
    if (!is_known) {
        start_anew(days);
        seq = 0;
    }
    return seq;
}

bool store_days_are_due(struct store_days *days, int64_t now)
{
    days->rc = SQLITE_OK;
    sqlite3_stmt *stmt = days_use(days, DAYS_NEED);
    sqlite3_bind_int64(stmt, 1, now / SECOND);
    sqlite3_bind_int64(stmt, 2, STORE_DAYS_VERSION);
    bool are_due = days_step(days, stmt) && sqlite3_column_int(stmt, 0) != 0;
    sqlite3_reset(stmt);
    return are_due;
}

int store_days_step(struct store_days *days, int64_t now, uint32_t limit, bool *more)
{
    days->rc = SQLITE_OK;
    days->unwatched_until = -1; /* the last step may have been lost */
    int64_t seq = find_place(days);
    uint32_t events = take_events(days, seq, limit);
    uint32_t due = events < limit ? take_due(days, now / SECOND, limit) : 0;
    *more = days->rc == SQLITE_OK && (events == limit || due == limit);
    return days->rc;
}
