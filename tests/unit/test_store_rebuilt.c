/* SPDX-License-Identifier: MIT */
/* health_day: counted as the journal grows, or all at once, in any steps, killed anywhere: the same rows. */
#include <signal.h>
#include <sys/wait.h>

#include "store_days_help.h"

TestSuite(store_rebuilt, .init = days_setup, .fini = days_teardown);

/* ---- as it grows, or at once ---- */

static const char *const words[] = {"OK", "DEGRADED", "BLACKFRAME", "DOWN", "UNKNOWN", "DISABLED"};
static const char *const reasons[] = {"none", "missing_recording", "clock_offset", "unreachable"};

struct play {
    struct rng rng;
    int64_t now;
    int64_t watched;  /* up to then each time without watch is told */
    unsigned held[4]; /* the health of each camera */
    unsigned rollbacks;
    unsigned spans;
};

static const char *const sites[] = {"S1", "S2", "S3", "S4"};
static const char *const cameras[] = {"C1", "C2", "C3", "C4"};

static int64_t seconds(struct play *play, unsigned most)
{
    return (int64_t)rng_below(&play->rng, most) * 1000000;
}

/* Something that lies over the days, or is told beside a health. */
static void play_beside(struct play *play)
{
    static const char *const words_beside[] = {
        ",\"recording\":\"proven\"",
        ",\"recording\":\"missing\"",
        ",\"recording\":\"unjudged\"",
        ",\"clock_offset_ms\":-3000",
        ",\"clock_offset_ms\":90000,\"recording\":\"proven\"",
        ",\"is_new\":true"};
    size_t camera = rng_below(&play->rng, 4);
    char json[400];
    char id[8];
    snprintf(id, sizeof(id), "m-%u", (unsigned)rng_below(&play->rng, 3));
    snprintf(json, sizeof(json), "{\"health\":\"%s\"%s,\"received_at\":\"%s\"}",
             words[play->held[camera]], words_beside[rng_below(&play->rng, 6)],
             time_text(play->now));
    play->spans++;
    switch (rng_below(&play->rng, 6)) {
    case 0:
        play->watched += seconds(play, (unsigned)((play->now - play->watched) / 1000000));
        add_unwatched(play->watched, play->now);
        play->watched = play->now;
        break;
    case 1:
        add_maintenance(sites[camera], id, play->now - seconds(play, 600),
                        play->now + seconds(play, 3 * 86400), NULL);
        break;
    case 2:
        add_maintenance(sites[camera], id, play->now, play->now + seconds(play, 3 * 86400),
                        "[\"camera:C1\",\"camera:C2\",\"camera:C3\"]");
        break;
    case 3:
        end_maintenance(sites[camera], id, play->now - seconds(play, 2 * 86400));
        break;
    case 4:
        add_raw(sites[camera], cameras[camera], "camera.commissioned", play->now, json);
        break;
    default:
        add_raw(sites[camera], cameras[camera], "camera.recording", play->now, json);
        break;
    }
}

/* Time goes on, mostly; events may be of an earlier time, the clock may have been wrong. */
static void play_event(struct play *play)
{
    size_t camera = rng_below(&play->rng, 4);
    unsigned to = (unsigned)rng_below(&play->rng, 6);
    int64_t ts = play->now;
    uint64_t dice = rng_below(&play->rng, 100);
    if (dice < 10) {
        ts -= (int64_t)rng_below(&play->rng, 7200) * 1000000;
    } else if (dice < 12) {
        ts += (int64_t)rng_below(&play->rng, 86400 * 5) * 1000000;
    } else if (dice < 14) {
        ts -= (int64_t)rng_below(&play->rng, 86400 * 5) * 1000000;
    }
    add_event(sites[camera], cameras[camera], ts, words[play->held[camera]], words[to],
              reasons[rng_below(&play->rng, 4)]);
    play->held[camera] = to;
}

/* A step that may be lost, as with a kill before its commit; then the statements are new too. */
static void play_step(struct play *play)
{
    bool more = false;
    bool lost = rng_below(&play->rng, 4) == 0;
    int64_t wrong = rng_below(&play->rng, 30) == 0 ? (int64_t)rng_below(&play->rng, 3) * DAY_US : 0;
    sql("BEGIN IMMEDIATE");
    cr_assert_eq(
        store_days_step(&days, play->now + wrong, 1 + (uint32_t)rng_below(&play->rng, 7), &more),
        SQLITE_OK, "%s", sqlite3_errmsg(db));
    sql(lost ? "ROLLBACK" : "COMMIT");
    if (lost) {
        play->rollbacks++;
        store_days_finish(&days);
        store_days_init(&days, db);
        days.zone_of = zone_named;
    }
}

static void play_on(struct play *play, unsigned events)
{
    for (unsigned i = 0; i < events; i++) {
        play->now += rng_below(&play->rng, 20) == 0
                         ? (int64_t)rng_below(&play->rng, 86400 * 9) * 1000000
                         : (int64_t)rng_below(&play->rng, 20000) * 1000000 + 7;
        play_event(play);
        if (rng_below(&play->rng, 3) == 0) {
            play_beside(play);
        }
        if (rng_below(&play->rng, 3) == 0) {
            play_step(play);
        }
    }
}

static void add_fleet(void)
{
    add_site("S1", "Asia/Taipei");
    add_site("S2", "Europe/London");
    add_site("S3", "Australia/Lord_Howe");
    add_site("S4", "America/Sao_Paulo");
    add_camera("S1", "C1");
    add_camera("S2", "C2");
    add_camera("S3", "C3");
    add_camera("S4", "C4");
}

Test(store_rebuilt, as_it_grows_as_at_once)
{
    add_fleet();
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct play play = {.now = BEGIN_US, .watched = BEGIN_US, .held = {4, 4, 4, 4}};
        rng_init(&play.rng, seed);
        play_on(&play, 150);
        cr_expect_gt(play.rollbacks, 0);
        cr_expect_gt(play.spans, 20);
        /* Past all that a wrong clock has written. */
        play.now += 12 * DAY_US;
        count_all(play.now);
        expect_sums();
        cr_expect_gt(number("SELECT count(*) FROM health_day"), 200, "seed %llu",
                     (unsigned long long)seed);
        expect_rebuilt(play.now, "1");
        sql("DELETE FROM ai_event; DELETE FROM health_day; DELETE FROM health_day_state;"
            " DELETE FROM health_day_span; DELETE FROM sqlite_sequence; UPDATE health_day_place "
            "SET seq = 0");
    }
}

/* Old events are gone: the days behind the oldest that is left come out the same. */
Test(store_rebuilt, with_the_old_events_gone)
{
    add_fleet();
    add_camera("S1", "C9");
    struct play play = {.now = BEGIN_US, .held = {4, 4, 4, 4}};
    rng_init(&play.rng, 99);
    add_event("S1", "C9", BEGIN_US, "UNKNOWN", "OK", "none"); /* and nothing since */
    sql("UPDATE camera SET status = 'OK' WHERE id = 'C9'");
    for (unsigned i = 0; i < 200; i++) {
        size_t camera = rng_below(&play.rng, 4);
        unsigned to = (unsigned)rng_below(&play.rng, 6);
        play.now += (int64_t)rng_below(&play.rng, 30000) * 1000000;
        add_event(sites[camera], cameras[camera], play.now, words[play.held[camera]], words[to],
                  "none");
        play.held[camera] = to;
        if (i % 40 == 39) {
            add_unwatched(play.now - 2 * HOUR_US, play.now);
            add_maintenance(sites[camera], "m-1", play.now, play.now + 2 * DAY_US, NULL);
        }
    }
    int64_t now = play.now + 3 * DAY_US;
    count_all(now);
    sql("DELETE FROM ai_event WHERE seq < 90");
    char where[80];
    snprintf(where, sizeof(where), "begins_at > %lld",
             (long long)number("SELECT min(ts_event) FROM ai_event"));
    cr_expect_gt(number("SELECT count(*) FROM health_day WHERE id LIKE '%C9%'"), 20);
    expect_rebuilt(now, where);
}

/* ---- killed ---- */

/* Tells the parent that something is on disk. */
static void on_written(void *arg, int rc)
{
    const int *pipe_fd = arg;
    ssize_t written = rc == 0 ? write(*pipe_fd, "w", 1) : 0;
    (void)written;
}

static void child_writes(unsigned life, int pipe_fd)
{
    struct store_options options = {
        .path = help_path("core.db"), .commit_interval_ms = 1, .days_period_ms = 1};
    struct store *store = NULL;
    if (store_open(&options, &store) != 0 || store_start(store) != 0) {
        _exit(1);
    }
    for (unsigned i = 0;; i++) {
        char id[40];
        char text[100];
        struct store_batch *batch = store_batch_create();
        struct store_event event = help_event(id, id);
        snprintf(id, sizeof(id), "%u-%u", life, i);
        snprintf(text, sizeof(text), "{\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"none\"}",
                 words[i % 6], words[(i + 1) % 6]);
        event.site_id = "S1";
        event.camera_id = "C1";
        event.ts_event = BEGIN_US + (life * 1000ll + i) * 7000000000ll;
        event.metadata_json = text;
        store_put_event(batch, &event);
        store_submit(store, batch, on_written, &pipe_fd);
        usleep(200);
        store_dispatch(store);
    }
}

/* One life: it writes, and is killed within 60 ms of its fifth commit. */
static void live_and_die(unsigned life, struct rng *rng)
{
    int ends[2];
    char seen[1];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child_writes(life, ends[1]);
    }
    close(ends[1]);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(read(ends[0], seen, 1), 1, "it ended by itself");
    }
    usleep((useconds_t)rng_below(rng, 60000));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ends[0]);
}

Test(store_rebuilt, killed_at_any_instant, .timeout = 300)
{
    struct rng rng;
    rng_init(&rng, 20260101);
    add_site("S1", "UTC");
    add_camera("S1", "C1");
    store_days_finish(&days);
    sqlite3_close(db);
    for (unsigned life = 0; life < 20; life++) {
        live_and_die(life, &rng);
    }
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    store_days_init(&days, db);
    cr_expect_gt(number("SELECT count(*) FROM ai_event"), 30);
    cr_expect_gt(number("SELECT count(*) FROM health_day"), 30, "counted while it was killed");
    int64_t now = BEGIN_US + 31000ll * 7000000000ll;
    count_all(now);
    expect_sums();
    expect_rebuilt(now, "1");
}
