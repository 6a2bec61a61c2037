/* SPDX-License-Identifier: MIT */
/*
 * What each plugin was tried against, from plugins/vendors/NAME/play.json (tests/daemon/play.h has its form):
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

#define MAKES_MAX 64
#define ROWS_MAX  4 /* of a case, in the table */
#define PATH_SIZE 512

struct make {
    char name[64];
    char folder[PATH_SIZE];
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

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    if (getdelim(&text, &size, '\0', file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

/* ---- Rows ---- */

static const json_t *rows_of(const struct make *make)
{
    return json_object_get(make->script, "rows");
}

static bool plays(const json_t *row, const char *word)
{
    size_t i;
    json_t *each;
    const json_t *named = json_object_get(row, "case");
    if (json_is_string(named)) {
        return strcmp(json_string_value(named), word) == 0;
    }
    json_array_foreach(named, i, each)
    {
        if (json_is_string(each) && strcmp(json_string_value(each), word) == 0) {
            return true;
        }
    }
    return false;
}

/* The rows that play a case: at most ROWS_MAX of them. */
static size_t rows_with(const struct make *make, const char *word, const json_t *found[ROWS_MAX])
{
    size_t i;
    size_t count = 0;
    json_t *row;
    json_array_foreach(rows_of(make), i, row)
    {
        if (count < ROWS_MAX && plays(row, word)) {
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
        if (strcmp(text_of(row, "verdict"), "OK none") == 0 &&
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
    if (text_of(statement, "not_known")[0] != '\0') {
        return "not known";
    }
    return text_of(statement, "not_offered")[0] != '\0' ? "not offered" : NULL;
}

static const char *why_of(const json_t *statement)
{
    const char *searched = text_of(statement, "not_known");
    return searched[0] != '\0' ? searched : text_of(statement, "not_offered");
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
        complain(make, "there is no such case", text_of(row, "id"));
    }
    json_array_foreach(named, i, each)
    {
        if (!is_case(json_string_value(each))) {
            complain(make, "there is no such case", text_of(row, "id"));
        }
    }
    if (text_of(row, "look")[0] == '\0') {
        complain(make, "a row that plays a case says what a look yields", text_of(row, "id"));
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
                 text_of(row, "id"));
        return;
    }
    snprintf(said, sizeof(said), "`%s` %lld request%s, %lld connection%s", text_of(row, "id"),
             (long long)requests, requests == 1 ? "" : "s", (long long)connections,
             connections == 1 ? "" : "s");
    if (readme == NULL || strstr(readme, said) == NULL) {
        complain(make, said, "README.md does not say so");
    }
}

static void check_costs(const struct make *make)
{
    size_t i;
    json_t *row;
    char path[PATH_SIZE + 16];
    snprintf(path, sizeof(path), "%s/README.md", make->folder);
    char *readme = read_file(path);
    json_array_foreach(rows_of(make), i, row)
    {
        if (plays(row, "healthy")) {
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
        const char *verdict = text_of(found[0], "verdict");
        fprintf(out, verdict[0] != '\0' ? " %s |" : " a look: %s |",
                verdict[0] != '\0' ? verdict : text_of(found[0], "look"));
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

static void print_row(FILE *out, const char *word, const json_t *row)
{
    fprintf(out, "| `%s` | `%s` | `%s` | ", word, text_of(row, "id"), text_of(row, "personality"));
    const char *fault = text_of(row, "fault");
    fprintf(out, fault[0] != '\0' ? "`%s`" : "%s", fault);
    fprintf(out, " | %s | %s |\n", text_of(row, "look"), text_of(row, "verdict"));
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
    fprintf(out, "\n## `%s`\n\n| case | row | personality | fault | look | verdict |\n",
            make->name);
    fprintf(out, "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t c = 0; c < CASE_COUNT; c++) {
        const json_t *found[ROWS_MAX];
        size_t count = rows_with(make, cases[c].word, found);
        for (size_t i = 0; i < count; i++) {
            print_row(out, cases[c].word, found[i]);
        }
    }
    fprintf(out, "\n");
    print_unplayed(out, make);
}

static void print_document(FILE *out)
{
    fprintf(out,
            "# What each plugin is tried against\n\n"
            "Made by `./vmm support` from `plugins/vendors/*/play.json`; do not edit it here.\n\n"
            "Simulated devices, with one look by `vmmctl probe` and the verdict of a real vmmd "
            "(`test_daemon_plays`); the troubles of a\nconnection also in the mock host, judged on "
            "a virtual clock (`test_plays_virtual`). The cells tell the verdict.\n"
            "**not offered**: there is nothing of it to see. "
            "**not known**: how such a device tells it was found nowhere; what was\nsearched is "
            "named. "
            "Nothing here means that a real device was at hand.\n\n");
    print_matrix(out);
    print_meanings(out);
    for (size_t m = 0; m < make_count; m++) {
        print_make(out, &makes[m]);
    }
}

/* ---- Main ---- */

static bool load(const char *root)
{
    char pattern[PATH_SIZE];
    glob_t found;
    snprintf(pattern, sizeof(pattern), "%s/plugins/vendors/*/play.json", root);
    if (glob(pattern, 0, NULL, &found) != 0) {
        return false;
    }
    for (size_t i = 0; i < found.gl_pathc && make_count < MAKES_MAX; i++) {
        struct make *make = &makes[make_count];
        json_error_t error;
        make->script = json_load_file(found.gl_pathv[i], JSON_REJECT_DUPLICATES, &error);
        if (make->script == NULL) {
            fprintf(stderr, "%s:%d: %s\n", found.gl_pathv[i], error.line, error.text);
            problems++;
            continue;
        }
        const char *end = strrchr(found.gl_pathv[i], '/');
        snprintf(make->name, sizeof(make->name), "%s", text_of(make->script, "provider"));
        snprintf(make->folder, sizeof(make->folder), "%.*s", (int)(end - found.gl_pathv[i]),
                 found.gl_pathv[i]);
        make_count++;
    }
    globfree(&found);
    return make_count > 0;
}

static bool is_current(const char *path)
{
    char *now = NULL;
    size_t size = 0;
    char *kept = read_file(path);
    FILE *out = open_memstream(&now, &size);
    if (out != NULL) {
        print_document(out);
        fclose(out);
    }
    bool same = kept != NULL && now != NULL && strcmp(now, kept) == 0;
    free(now);
    free(kept);
    return same;
}

static int write_document(const char *path)
{
    FILE *out = fopen(path, "wb");
    if (out == NULL) {
        perror(path);
        return 1;
    }
    print_document(out);
    return fclose(out) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    char path[PATH_SIZE];
    if (argc < 2 || !load(argv[1])) {
        fprintf(stderr, "usage: play_matrix ROOT [--check]\n");
        return 2;
    }
    for (size_t m = 0; m < make_count; m++) {
        check_make(&makes[m]);
    }
    snprintf(path, sizeof(path), "%s/docs/personalities.md", argv[1]);
    int rc = 0;
    if (argc == 2) {
        rc = write_document(path);
    } else if (!is_current(path)) {
        fprintf(stderr, "docs/personalities.md is not what the plays say: ./vmm support\n");
        problems++;
    }
    for (size_t m = 0; m < make_count; m++) {
        json_decref(makes[m].script);
    }
    return problems > 0 ? 1 : rc;
}
