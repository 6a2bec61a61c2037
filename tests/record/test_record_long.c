/* SPDX-License-Identifier: MIT */
/* Events so long that they do not fit what goes to a sink at once, or do not fit at all. */
#include <criterion/criterion.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal_row.h"
#include "kept.h"
#include "rig_plugins.h"
#include "rig_watch.h"

#define TEXT_MAX_BYTES (1u << 20) /* of a text in the store */

static struct rig rig;
static char db[192];
static char path[192];

static void set_up(void)
{
    char config[700];
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_open(&rig, RIG_SCENARIO(2, 1));
    rig_plugins_open(&rig, "vivotek", "jsonl", NULL);
    snprintf(db, sizeof(db), "%s/core.db", rig.folder);
    snprintf(path, sizeof(path), "%s/events.jsonl", rig.folder);
    snprintf(config, sizeof(config),
             "{\"data_dir\":\"%s\",\"plugins\":{\"jsonl\":{\"config\":{\"path\":\"%s\"}}},"
             "\"flags\":{\"FEATURE_VMM_SINK_JSONL\":true}}",
             rig.folder, path);
    rig_plugins_config(&rig, config);
    rig_start(&rig);
    rig_watch_load(&rig, shares);
    rig_wait_all(&rig, "OK");
}

static void tear_down(void)
{
    rig_watch_close(&rig);
}

TestSuite(long_events, .init = set_up, .fini = tear_down, .timeout = 240);

/* How many lines of the sink's file have this in them. */
static int count_lines(const char *word)
{
    int count = 0;
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    while (file != NULL && getline(&line, &room, file) > 0) {
        count += strstr(line, word) != NULL;
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

static void wait_lines(const char *word, int count)
{
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (count_lines(word) < count) {
        cr_assert_lt(rig_now_ms(), until, "%d of %d events with %s", count_lines(word), count,
                     word);
        poll(NULL, 0, 50);
    }
}

/* A key of so many bytes, which begins so. */
static char *long_key(const char *begin, size_t size)
{
    char *key = malloc(size + 1);
    cr_assert_not_null(key);
    memset(key, 'x', size);
    memcpy(key, begin, strlen(begin));
    key[size] = '\0';
    return key;
}

static void put_long(const char *begin, size_t size)
{
    char *key = long_key(begin, size);
    journal_row_put(db, key, 0, "{}");
    free(key);
}

/* An event by a verdict, which shows the sink what was put beside. */
static void make_event(void)
{
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "camera", "set", "cam-02", "enabled=false", NULL), 0);
}

Test(long_events, one_that_fits_no_frame_is_dropped_with_a_reason_and_holds_back_no_other)
{
    journal_row_put(db, "before-it", 0, "{}");
    put_long("too-long", TEXT_MAX_BYTES - 1);
    journal_row_put(db, "behind-it", 0, "{}");
    make_event();
    wait_lines("before-it", 1);
    wait_lines("behind-it", 1);
    wait_lines("camera.disabled", 1);
    cr_expect_eq(count_lines("too-long"), 0);
    cr_expect_eq(count_lines("behind-it"), 1);
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (kept_number(db, "SELECT count(*) FROM notification_log AS n JOIN ai_event AS e ON e.id ="
                           " n.event_id WHERE e.dedup_key LIKE 'too-long%' AND n.status ="
                           " 'failed' AND n.channel = 'jsonl' AND n.error_message ="
                           " 'it is too long to be handed to a sink'") != 1) {
        cr_assert_lt(rig_now_ms(), until, "nobody is told why");
        poll(NULL, 0, 50);
    }
    cr_expect_eq(rig_log_count(&rig, "jsonl: it is too long to be handed to a sink"), 1);
}

Test(long_events, what_does_not_fit_one_frame_goes_in_several)
{
    char begin[32];
    for (int i = 0; i < 70; i++) {
        snprintf(begin, sizeof(begin), "large-%02d-", i);
        put_long(begin, 20000);
    }
    make_event();
    wait_lines("large-", 70);
    wait_lines("camera.disabled", 1);
    cr_expect_eq(count_lines("large-"), 70, "each of them once");
    cr_expect_eq(kept_number(db, "SELECT count(*) FROM notification_log WHERE status = 'failed'"),
                 0);
}
