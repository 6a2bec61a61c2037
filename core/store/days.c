/* SPDX-License-Identifier: MIT */
#include "store/days.h"

#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/day.h"
#include "store/db.h"

#define SECOND 1000000ll
#define BACK_MAX_S                                                                                 \
    CIVIL_DAY /* a change so long before the last one: the clock was wrong before, not now */
#define COMPONENT_MAX 96
#define ID_MAX        256

/* Of an event: whose it is, "" when it is of nobody who has days. */
#define SUBJECT                                                                                    \
    "CASE WHEN camera_id IS NOT NULL THEN 'camera:' || camera_id"                                  \
    " WHEN event_type LIKE 'nvr.%' THEN 'nvr:' || json_extract(said, '$.nvr_id')"                  \
    " WHEN event_type LIKE 'site.%' THEN 'site' ELSE '' END"

static const char *const statements[DAYS_SQL_COUNT] = {
    [DAYS_NEED] = "SELECT EXISTS (SELECT 1 FROM ai_event WHERE seq > p.seq) OR p.version <> ?2 OR"
                  " EXISTS (SELECT 1 FROM health_day_state WHERE due <= ?1)"
                  " FROM health_day_place AS p",
    [DAYS_PLACE] = "SELECT seq, version FROM health_day_place",
    [DAYS_EVENTS] = "SELECT seq, site_id, " SUBJECT ", ts_event, json_extract(said, '$.from'),"
                    " json_extract(said, '$.to'), json_extract(said, '$.reason') FROM"
                    " (SELECT *, iif(json_valid(metadata_json), metadata_json, '{}') AS said"
                    " FROM ai_event WHERE seq > ?1 ORDER BY seq LIMIT ?2)",
    [DAYS_DUE] = "SELECT site_id, component, written, state FROM health_day_state"
                 " WHERE due <= ?1 ORDER BY due LIMIT ?2",
    /* The site of one who is in the fleet. */
    [DAYS_SITE] = "SELECT timezone, epoch FROM site AS s WHERE id = ?1 AND (?2 = 'site'"
                  " OR EXISTS (SELECT 1 FROM camera WHERE site_id = s.id AND 'camera:' || id = ?2"
                  " AND id = substr(?2, 8))"
                  " OR EXISTS (SELECT 1 FROM nvr WHERE site_id = s.id AND 'nvr:' || id = ?2"
                  " AND id = substr(?2, 5)))",
    [DAYS_GET] =
        "SELECT written, state FROM health_day_state WHERE site_id = ?1 AND component = ?2",
    [DAYS_PUT] = "INSERT INTO health_day_state(site_id, component, written, due, state)"
                 " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(site_id, component) DO UPDATE"
                 " SET written = excluded.written, due = excluded.due, state = excluded.state",
    [DAYS_ALL] = "SELECT site_id, 'camera:' || id, status FROM camera UNION ALL"
                 " SELECT site_id, 'nvr:' || id, status FROM nvr UNION ALL"
                 " SELECT id, 'site', 'OK' FROM site",
    [DAYS_DEL] = "DELETE FROM health_day_state WHERE site_id = ?1 AND component = ?2",
    /* A replaced row gets a new rev; one that is already so stays, and no copy gets it again. */
    [DAYS_ROW] =
        "INSERT OR REPLACE INTO health_day(id, site_id, component, day, begins_at, length_s, ok_s,"
        " degraded_s, blackframe_s, down_s, unknown_s, disabled_s, recording_fault_s,"
        " clock_fault_s, changes, outages, longest_outage_s, first_failure_at, last_failure_at,"
        " epoch) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
        " ?17, NULLIF(?18, 0), NULLIF(?19, 0), ?20 WHERE NOT EXISTS (SELECT 1 FROM health_day"
        " WHERE id = ?1 AND (begins_at, length_s, ok_s, degraded_s, blackframe_s, down_s,"
        " unknown_s, disabled_s, recording_fault_s, clock_fault_s, changes, outages,"
        " longest_outage_s, coalesce(first_failure_at, 0), coalesce(last_failure_at, 0), epoch)"
        " = (?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20))",
    [DAYS_UNDO] =
        "DELETE FROM health_day WHERE site_id = ?1 AND component = ?2 AND begins_at >= ?3",
    [DAYS_MOVE] = "UPDATE health_day_place SET seq = ?1",
    [DAYS_RESET] = "UPDATE health_day_place SET seq = 0, version = ?1",
    [DAYS_FIRST] = "SELECT seq, ts_event FROM ai_event ORDER BY seq LIMIT 1",
};

void store_days_init(struct store_days *days, sqlite3 *db)
{
    *days = (struct store_days){.db = db};
}

void store_days_finish(struct store_days *days)
{
    for (unsigned i = 0; i < DAYS_SQL_COUNT; i++) {
        sqlite3_finalize(days->sql[i]);
    }
    zone_destroy(days->utc);
    *days = (struct store_days){0};
}

/* ---- statements ---- */

static sqlite3_stmt *use(struct store_days *days, enum store_days_sql which)
{
    sqlite3_stmt **stmt = &days->sql[which];
    if (*stmt == NULL) {
        int rc = sqlite3_prepare_v3(days->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                                    stmt, NULL);
        days->rc = days->rc == SQLITE_OK ? rc : days->rc;
    }
    return *stmt;
}

/* True with a row. What was bound stays borrowed until the reset. */
static bool step(struct store_days *days, sqlite3_stmt *stmt)
{
    int rc = days->rc == SQLITE_OK ? sqlite3_step(stmt) : SQLITE_DONE;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        days->rc = rc;
    }
    return rc == SQLITE_ROW;
}

static void run(struct store_days *days, sqlite3_stmt *stmt)
{
    step(days, stmt);
    sqlite3_reset(stmt);
}

static void bind_subject(sqlite3_stmt *stmt, const char *site, const char *component)
{
    sqlite3_bind_text(stmt, 1, site, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, component, -1, SQLITE_STATIC);
}

/* ---- one subject ---- */

struct subject {
    struct store_days *days;
    char site[COMPONENT_MAX];
    char component[COMPONENT_MAX];
    const struct zone *zone;
    int64_t epoch;
    int64_t written; /* rows are there of the days up to here */
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
    sqlite3_stmt *stmt = use(days, DAYS_SITE);
    *out = (struct subject){.days = days};
    if (!text_format(out->site, sizeof(out->site), "%s", site) ||
        !text_format(out->component, sizeof(out->component), "%s", component)) {
        return false;
    }
    bind_subject(stmt, out->site, out->component);
    if (step(days, stmt)) {
        out->zone = zone_of(days, store_db_text(stmt, 0));
        out->epoch = sqlite3_column_int64(stmt, 1);
    }
    sqlite3_reset(stmt);
    return out->zone != NULL;
}

static bool copy_state(struct subject *subject, sqlite3_stmt *row, int column)
{
    if (sqlite3_column_bytes(row, column) != (int)sizeof(subject->state)) {
        return false;
    }
    memcpy(&subject->state, sqlite3_column_blob(row, column), sizeof(subject->state));
    subject->written = sqlite3_column_int64(row, column - 1);
    return subject->state.day.health < VMM_HEALTH_COUNT && subject->state.day.fault < DAY_FAULTS;
}

static bool get_state(struct subject *subject)
{
    sqlite3_stmt *stmt = use(subject->days, DAYS_GET);
    bind_subject(stmt, subject->site, subject->component);
    bool found = step(subject->days, stmt) && copy_state(subject, stmt, 1);
    sqlite3_reset(stmt);
    return found;
}

static void put_state(struct subject *subject, int64_t due)
{
    sqlite3_stmt *stmt = use(subject->days, DAYS_PUT);
    bind_subject(stmt, subject->site, subject->component);
    sqlite3_bind_int64(stmt, 3, subject->written);
    sqlite3_bind_int64(stmt, 4, due);
    sqlite3_bind_blob(stmt, 5, &subject->state, sizeof(subject->state), SQLITE_STATIC);
    run(subject->days, stmt);
}

/* ---- rows ---- */

static void day_text(int64_t day, char out[16])
{
    struct civil civil;
    civil_split(day * CIVIL_DAY, &civil);
    text_format(out, 16, "%04d-%02d-%02d", (int)civil.year, civil.month, civil.day);
}

/* In the order of the columns from begins_at on. */
static void bind_numbers(sqlite3_stmt *stmt, const struct day_row *row, int64_t epoch)
{
    const int64_t numbers[] = {row->begins * SECOND,
                               row->ends - row->begins,
                               row->health_s[VMM_HEALTH_OK],
                               row->health_s[VMM_HEALTH_DEGRADED],
                               row->health_s[VMM_HEALTH_BLACKFRAME],
                               row->health_s[VMM_HEALTH_DOWN],
                               row->health_s[VMM_HEALTH_UNKNOWN],
                               row->health_s[VMM_HEALTH_DISABLED],
                               row->fault_s[DAY_FAULT_RECORDING],
                               row->fault_s[DAY_FAULT_CLOCK],
                               row->changes,
                               row->outages,
                               row->longest_s,
                               row->first_failure * SECOND,
                               row->last_failure * SECOND,
                               epoch};
    for (int i = 0; i < (int)(sizeof(numbers) / sizeof(numbers[0])); i++) {
        sqlite3_bind_int64(stmt, 5 + i, numbers[i]);
    }
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
    sqlite3_stmt *stmt = use(subject->days, DAYS_ROW);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, subject->site, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 3, subject->component, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 4, day, -1, SQLITE_STATIC);
    bind_numbers(stmt, row, subject->epoch);
    run(subject->days, stmt);
    subject->written = row->ends;
}

/* What was written of the days from this instant on was not so. */
static void undo(struct subject *subject, int64_t at)
{
    sqlite3_stmt *stmt = use(subject->days, DAYS_UNDO);
    int64_t begins = day_start(subject->zone, at);
    if (begins >= subject->written) {
        return;
    }
    bind_subject(stmt, subject->site, subject->component);
    sqlite3_bind_int64(stmt, 3, begins * SECOND);
    run(subject->days, stmt);
    subject->written = begins;
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
    day_begin(&subject->state.day, subject->zone, since, before);
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

static void take_event(struct store_days *days, sqlite3_stmt *row)
{
    struct subject subject;
    int to = health_of(store_db_text(row, 5));
    int from = health_of(store_db_text(row, 4));
    if (to < 0 || store_db_text(row, 2)[0] == '\0' ||
        !find_subject(days, store_db_text(row, 1), store_db_text(row, 2), &subject)) {
        return;
    }
    int64_t at = sqlite3_column_int64(row, 3) / SECOND;
    bool known = get_state(&subject);
    struct day_state *day = &subject.state.day;
    if (known && at < day->since - BACK_MAX_S) {
        undo(&subject, at);
        known = false;
    } else if (!known) {
        begin_site(&subject, at);
    }
    if (!known || subject.state.is_seed != 0) {
        begin(&subject, at, from);
    }
    undo(&subject, at > day->since ? at : day->since);
    day_change(day, subject.zone, at, (uint32_t)to, fault_of(store_db_text(row, 6)), on_done,
               &subject);
    int64_t in_progress = day->row.begins;
    subject.written = subject.written > in_progress ? subject.written : in_progress;
    put_state(&subject, day->row.ends);
}

/* Answers how many events were read. */
static uint32_t take_events(struct store_days *days, int64_t seq, uint32_t limit)
{
    sqlite3_stmt *stmt = use(days, DAYS_EVENTS);
    uint32_t count = 0;
    sqlite3_bind_int64(stmt, 1, seq);
    sqlite3_bind_int64(stmt, 2, limit);
    while (step(days, stmt)) {
        seq = sqlite3_column_int64(stmt, 0);
        take_event(days, stmt);
        count++;
    }
    sqlite3_reset(stmt);
    if (count > 0) {
        stmt = use(days, DAYS_MOVE);
        sqlite3_bind_int64(stmt, 1, seq);
        run(days, stmt);
    }
    return count;
}

/* ---- days that are over ---- */

/* Write them from a copy: the state stays the one of the last change. */
static void close_days(struct subject *subject, int64_t now)
{
    struct day_state day = subject->state.day;
    day_skip_to(&day, subject->zone, subject->written);
    day_advance(&day, subject->zone, now, on_done, subject);
    put_state(subject, day.row.ends);
}

static void forget(struct store_days *days, const char *site, const char *component)
{
    sqlite3_stmt *stmt = use(days, DAYS_DEL);
    bind_subject(stmt, site, component);
    run(days, stmt);
}

struct due {
    char site[COMPONENT_MAX];
    char component[COMPONENT_MAX];
};

/* Rows are changed while they are walked: a page of names first. */
static uint32_t read_due(struct store_days *days, int64_t now, struct due *due, uint32_t limit)
{
    sqlite3_stmt *stmt = use(days, DAYS_DUE);
    uint32_t count = 0;
    sqlite3_bind_int64(stmt, 1, now);
    sqlite3_bind_int64(stmt, 2, limit);
    while (step(days, stmt)) {
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
    day_begin(&subject.state.day, subject.zone, at,
              health >= 0 ? (uint32_t)health : VMM_HEALTH_UNKNOWN);
    subject.state.is_seed = 1;
    subject.written = subject.state.day.row.ends;
    put_state(&subject, subject.written);
}

static void seed_all(struct store_days *days, int64_t at)
{
    sqlite3_stmt *stmt = use(days, DAYS_ALL);
    while (step(days, stmt)) {
        seed(days, store_db_text(stmt, 0), store_db_text(stmt, 1), store_db_text(stmt, 2), at);
    }
    sqlite3_reset(stmt);
}

static void start_anew(struct store_days *days)
{
    int rc = sqlite3_exec(days->db, "DELETE FROM health_day_state", NULL, NULL, NULL);
    days->rc = days->rc == SQLITE_OK ? rc : days->rc;
    sqlite3_stmt *stmt = use(days, DAYS_RESET);
    sqlite3_bind_int64(stmt, 1, STORE_DAYS_VERSION);
    run(days, stmt);
    stmt = use(days, DAYS_FIRST);
    bool is_trimmed = step(days, stmt) && sqlite3_column_int64(stmt, 0) > 1;
    int64_t at = is_trimmed ? sqlite3_column_int64(stmt, 1) / SECOND : 0;
    sqlite3_reset(stmt);
    if (is_trimmed) {
        seed_all(days, at);
    }
}

/* ---- a step ---- */

/* Where the journal goes on; 0 after a change of the layout. */
static int64_t find_place(struct store_days *days)
{
    sqlite3_stmt *stmt = use(days, DAYS_PLACE);
    bool found = step(days, stmt);
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
    sqlite3_stmt *stmt = use(days, DAYS_NEED);
    sqlite3_bind_int64(stmt, 1, now / SECOND);
    sqlite3_bind_int64(stmt, 2, STORE_DAYS_VERSION);
    bool are_due = step(days, stmt) && sqlite3_column_int(stmt, 0) != 0;
    sqlite3_reset(stmt);
    return are_due;
}

int store_days_step(struct store_days *days, int64_t now, uint32_t limit, bool *more)
{
    days->rc = SQLITE_OK;
    int64_t seq = find_place(days);
    uint32_t events = take_events(days, seq, limit);
    uint32_t due = events < limit ? take_due(days, now / SECOND, limit) : 0;
    *more = days->rc == SQLITE_OK && (events == limit || due == limit);
    return days->rc;
}
