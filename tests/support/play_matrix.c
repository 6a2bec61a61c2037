/* SPDX-License-Identifier: MIT */
/*
 * What each plugin was tried against, from plugins/vendors/NAME/play.json (tests/plays/script.h has its form):
 *
 *   play_matrix ROOT           write ROOT/docs/personalities.md anew
 *   play_matrix ROOT --check   say what is wrong with the statements, or that the document is old; exit 1
 *
 * A row that plays one of the cases below names it, `"case": "locked"`, or a list of them. Each case has a row, or a
 * statement why it has none:
 *
 *   "unplayed": {"locked": {"not_known": "searched: the manual, libacme"},   what was searched
 *                "disk_failed": {"not_offered": "it tells no disks"}}        why there is nothing to see
 *
 * The farm's counts of a `healthy` row, requests and connections, stand in README.md: "`camera` 4 requests, 1 connection".
 *
 * Two cases are played for every make at once, with the first row that is well without a fault: test_daemon_boot.
 */
#include <glob.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "script.h"

#define MAKES_MAX 64
#define ROWS_MAX 64 /* of a case */
#define PATH_SIZE DOCUMENT_PATH

struct make {
    char name[64];
    char folder[PATH_SIZE + 64];
    json_t *script;
};

static struct make makes[MAKES_MAX];
static size_t make_count;
static size_t problems;

static const struct play_case {
    const char *word;
    const char *meaning;
    const char *verdict; /* of every make at once; NULL: each has rows of its own */
    const char *test;    /* that holds it */
} cases[] = {
    {"healthy", "a device in order, as it answers today", NULL, NULL},
    {"old", "an older firmware, or one that has less", NULL, NULL},
    {"variant", "the same said in another form: name spaces, prefixes, letters, fragments, lengths",
     NULL, NULL},
    {"channel_lost", "one input without a picture", NULL, NULL},
    {"disk_failed", "a disk or card that is broken", NULL, NULL},
    {"not_recording",
     "nothing was recorded where something should be, or recording is switched off", NULL, NULL},
    {"motion_only", "recorded on motion alone, and nothing has moved", NULL, NULL},
    {"clock_dst", "the clock off by the hour of daylight saving", NULL, NULL},
    {"wrong_password", "the password is another one", NULL, NULL},
    {"locked", "it refuses because of too many bad logins", NULL, NULL},
    {"limit", "all its connections are taken", NULL, NULL},
    {"busy", "it says that it is busy", NULL, NULL},
    {"starting", "401 to the right password after a start", "DOWN unreachable, never auth",
     "boot::a_device_that_refuses_every_login_while_it_starts_is_never_said_to_refuse_the_"
     "credential"},
    {"slow", "it answers late", "DEGRADED slow",
     "boot::a_device_that_answers_late_is_slow_and_nothing_else"},
    {"truncated", "half an answer, then the end", NULL, NULL},
    {"garbage", "bytes that mean nothing", NULL, NULL},
    {"charset", "text in another charset than the usual", NULL, NULL},
    {"foreign", "a device of another make at its address", NULL, NULL},
};
#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

static void complain(const struct make *make, const char *what, const char *word)
{
    fprintf(stderr, "plugins/vendors/%s/play.json: %s: %s\n", make->name, word, what);
    problems++;
}

/* ---- Rows ---- */

static const json_t *rows_of(const struct make *make)
{
    return script_rows(make->script);
}

/* The rows that play a case: at most ROWS_MAX of them. */
static size_t rows_with(const struct make *make, const char *word, const json_t *found[ROWS_MAX])
{
    size_t i;
    size_t count = 0;
    json_t *row;
    json_array_foreach(rows_of(make), i, row)
    {
        if (count < ROWS_MAX && script_plays(row, word)) {
            found[count++] = row;
        }
    }
    return count;
}

/* The row that test_daemon_boot goes by. */
static bool has_well(const struct make *make)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows_of(make), i, row)
    {
        if (strcmp(script_text(row, "verdict", ""), "OK none") == 0 &&
            json_object_get(row, "fault") == NULL) {
            return true;
        }
    }
    return false;
}

static const json_t *unplayed(const struct make *make, const char *word)
{
    return json_object_get(json_object_get(make->script, "unplayed"), word);
}

static const char *word_of(const json_t *statement)
{
    if (json_object_size(statement) != 1) {
        return NULL;
    }
    if (script_text(statement, "not_known", "")[0] != '\0') {
        return "not known";
    }
    return script_text(statement, "not_offered", "")[0] != '\0' ? "not offered" : NULL;
}

static const char *why_of(const json_t *statement)
{
    const char *searched = script_text(statement, "not_known", "");
    return searched[0] != '\0' ? searched : script_text(statement, "not_offered", "");
}

/* ---- What has to be so ---- */

static bool is_case(const char *word)
{
    for (size_t i = 0; word != NULL && i < CASE_COUNT; i++) {
        if (strcmp(cases[i].word, word) == 0) {
            return true;
        }
    }
    return false;
}

static void check_row(const struct make *make, const json_t *row)
{
    size_t i;
    json_t *each;
    const json_t *named = json_object_get(row, "case");
    if (named == NULL) {
        return;
    }
    if (json_is_string(named) && !is_case(json_string_value(named))) {
        complain(make, "there is no such case", script_text(row, "id", ""));
    }
    json_array_foreach(named, i, each)
    {
        if (!is_case(json_string_value(each))) {
            complain(make, "there is no such case", script_text(row, "id", ""));
        }
    }
    if (script_text(row, "look", "")[0] == '\0') {
        complain(make, "a row that plays a case says what a look yields",
                 script_text(row, "id", ""));
    }
}

static void check_case(const struct make *make, const struct play_case *one)
{
    const json_t *found[ROWS_MAX];
    const json_t *statement = unplayed(make, one->word);
    size_t count = rows_with(make, one->word, found);
    bool played = count > 0 || (one->verdict != NULL && has_well(make));
    if (!played && statement == NULL) {
        complain(make, "no row plays it, and nothing says why", one->word);
    } else if (played && statement != NULL) {
        complain(make, "it is played, and said not to be", one->word);
    } else if (statement != NULL && word_of(statement) == NULL) {
        complain(make, "has to be one of not_known, not_offered", one->word);
    }
}

/* What a healthy row costs stands in README.md, in the words of `said`. */
static void check_cost(const struct make *make, const char *readme, const json_t *row)
{
    char said[160];
    const json_t *farm = json_object_get(row, "farm");
    json_int_t requests = json_integer_value(json_object_get(farm, "requests"));
    json_int_t connections = json_integer_value(json_object_get(farm, "connections"));
    if (requests <= 0 || connections <= 0) {
        complain(make, "a healthy row has the farm's counts of requests and connections",
                 script_text(row, "id", ""));
        return;
    }
    snprintf(said, sizeof(said), "`%s` %lld request%s, %lld connection%s",
             script_text(row, "id", ""), (long long)requests, requests == 1 ? "" : "s",
             (long long)connections, connections == 1 ? "" : "s");
    if (readme == NULL || strstr(readme, said) == NULL) {
        complain(make, said, "README.md does not say so");
    }
}

static void check_costs(const struct make *make)
{
    size_t i;
    json_t *row;
    char path[PATH_SIZE + 96];
    snprintf(path, sizeof(path), "%s/README.md", make->folder);
    char *readme = document_read_file(path);
    json_array_foreach(rows_of(make), i, row)
    {
        if (script_plays(row, "healthy")) {
            check_cost(make, readme, row);
        }
    }
    free(readme);
}

static void check_make(const struct make *make)
{
    size_t i;
    json_t *row;
    const char *word = NULL;
    json_t *statement;
    json_array_foreach(rows_of(make), i, row)
    {
        check_row(make, row);
    }
    json_object_foreach(json_object_get(make->script, "unplayed"), word, statement)
    {
        if (!is_case(word)) {
            complain(make, "there is no such case", word);
        }
    }
    for (size_t c = 0; c < CASE_COUNT; c++) {
        check_case(make, &cases[c]);
    }
    check_costs(make);
}

/* ---- The document ---- */

static void print_cell(FILE *out, const struct make *make, const struct play_case *one)
{
    const json_t *found[ROWS_MAX];
    const json_t *statement = unplayed(make, one->word);
    size_t count = rows_with(make, one->word, found);
    if (statement != NULL) {
        fprintf(out, " %s |", word_of(statement) != NULL ? word_of(statement) : "?");
    } else if (count > 0) {
        const char *verdict = script_text(found[0], "verdict", "");
        fprintf(out, verdict[0] != '\0' ? " %s |" : " a look: %s |",
                verdict[0] != '\0' ? verdict : script_text(found[0], "look", ""));
    } else {
        fprintf(out, " %s |", one->verdict != NULL ? one->verdict : "?");
    }
}

static void print_matrix(FILE *out)
{
    fprintf(out, "| case |");
    for (size_t m = 0; m < make_count; m++) {
        fprintf(out, " %s |", makes[m].name);
    }
    fprintf(out, "\n| --- |");
    for (size_t m = 0; m < make_count; m++) {
        fprintf(out, " --- |");
    }
    fprintf(out, "\n");
    for (size_t c = 0; c < CASE_COUNT; c++) {
        fprintf(out, "| `%s` |", cases[c].word);
        for (size_t m = 0; m < make_count; m++) {
            print_cell(out, &makes[m], &cases[c]);
        }
        fprintf(out, "\n");
    }
}

static void print_meanings(FILE *out)
{
    fprintf(out, "\n| case | the device |\n| --- | --- |\n");
    for (size_t c = 0; c < CASE_COUNT; c++) {
        fprintf(out, "| `%s` | %s |\n", cases[c].word, cases[c].meaning);
    }
    fprintf(out, "\nPlayed for every make at once, with its first device that is well:\n\n");
    for (size_t c = 0; c < CASE_COUNT; c++) {
        if (cases[c].verdict != NULL) {
            fprintf(out, "- `%s`: %s. Test `%s`\n", cases[c].word, cases[c].verdict, cases[c].test);
        }
    }
}

static void print_row(FILE *out, const struct make *make, const char *word, const json_t *row)
{
    bool in_processes = script_in_processes(rows_of(make), row);
    fprintf(out, "| `%s` | `%s` | `%s` | ", word, script_text(row, "id", ""),
            script_text(row, "personality", ""));
    const char *fault = script_text(row, "fault", "");
    fprintf(out, fault[0] != '\0' ? "`%s`" : "%s", fault);
    fprintf(out, " | %s | %s | %s |\n", script_text(row, "look", ""),
            script_text(row, "verdict", ""), in_processes ? "too" : "");
}

/* Cases without a row: those with one reason together. */
static void print_unplayed(FILE *out, const struct make *make)
{
    bool done[CASE_COUNT] = {false};
    for (size_t c = 0; c < CASE_COUNT; c++) {
        const json_t *statement = unplayed(make, cases[c].word);
        if (done[c] || statement == NULL) {
            continue;
        }
        const char *mark = "";
        fprintf(out, "- %s: ", word_of(statement) != NULL ? word_of(statement) : "?");
        for (size_t k = c; k < CASE_COUNT; k++) {
            const json_t *other = unplayed(make, cases[k].word);
            if (other != NULL && json_equal(other, statement)) {
                fprintf(out, "%s`%s`", mark, cases[k].word);
                mark = ", ";
                done[k] = true;
            }
        }
        fprintf(out, ". %s\n", why_of(statement));
    }
}

static void print_make(FILE *out, const struct make *make)
{
    fprintf(out, "\n## `%s`\n\n| case | row | personality | fault | look | verdict | processes |\n",
            make->name);
    fprintf(out, "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t c = 0; c < CASE_COUNT; c++) {
        const json_t *found[ROWS_MAX];
        size_t count = rows_with(make, cases[c].word, found);
        for (size_t i = 0; i < count; i++) {
            print_row(out, make, cases[c].word, found[i]);
        }
    }
    fprintf(out, "\n");
    print_unplayed(out, make);
}

static void print_document(FILE *out)
{
    fprintf(
        out,
        "# What each plugin is tried against\n\n"
        "Made by `./vmm support` from `plugins/vendors/*/play.json`; do not edit it here.\n\n"
        "Simulated devices. Each row is played in the mock host, on a virtual clock, the device "
        "being the simulator's own\n(`test_plays_farm`): one look with its facts and what it costs "
        "the device, then looks until the verdict of the core's own modules\nis the row's. Those "
        "marked *too* under processes are also played by `vmmctl probe` and a real vmmd "
        "(`test_daemon_plays`;\nwith `VMM_PLAY_ALL=1` in its environment all are). Each "
        "personality "
        "is put under each fault of\nthe simulator as well, and what it was before it is "
        "afterwards (`test_plays_faults`); "
        "each plugin against recorded troubles (`test_plays_virtual`). The cells tell the "
        "verdict.\n"
        "**not offered**: there is nothing of it to see. **not known**: how such a device tells it "
        "was found nowhere; what was searched is\nnamed. Nothing here means that a real device was "
        "at hand.\n\n");
    print_matrix(out);
    print_meanings(out);
    for (size_t m = 0; m < make_count; m++) {
        print_make(out, &makes[m]);
    }
}

/* ---- Main ---- */

static bool load(const char *root)
{
    static struct script_file files[SCRIPT_FILES_MAX];
    char folder[PATH_SIZE];
    snprintf(folder, sizeof(folder), "%s/plugins/vendors", root);
    size_t count = script_find(folder, NULL, files);
    for (size_t i = 0; i < count && make_count < MAKES_MAX; i++) {
        struct make *make = &makes[make_count];
        json_error_t error;
        make->script = script_load(files[i].path, &error);
        if (make->script == NULL) {
            fprintf(stderr, "%s:%d: %s\n", files[i].path, error.line, error.text);
            problems++;
            continue;
        }
        snprintf(make->name, sizeof(make->name), "%s", script_text(make->script, "provider", ""));
        snprintf(make->folder, sizeof(make->folder), "%s/%s", folder, files[i].make);
        make_count++;
    }
    return make_count > 0;
}

int main(int argc, char **argv)
{
    static const struct document document = {"docs/personalities.md", print_document};
    if (argc < 2 || !load(argv[1])) {
        fprintf(stderr, "usage: play_matrix ROOT [--check]\n");
        return 2;
    }
    for (size_t m = 0; m < make_count; m++) {
        check_make(&makes[m]);
    }
    bool good =
        argc == 2 ? document_write(&document, argv[1]) : document_is_current(&document, argv[1]);
    for (size_t m = 0; m < make_count; m++) {
        json_decref(makes[m].script);
    }
    return good && problems == 0 ? 0 : 1;
}
