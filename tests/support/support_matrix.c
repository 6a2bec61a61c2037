/* SPDX-License-Identifier: MIT */
/*
 * What each plugin reads, from plugins/vendors/NAME/support.json:
 *
 *   support_matrix ROOT           write ROOT/docs/support.md anew
 *   support_matrix ROOT --check   say what is wrong with the statements, or that the document is old; exit 1
 *
 *   {"provider": "acme", "title": "Acme", "facts": {
 *      "model":  {"read": "acme::reads_the_model"},            a test of the plugin's folder that proves it
 *      "signal": {"read": "play::dvr"},                        or a row of its play.json
 *      "codec":  {"not_offered": "manual of the A1, page 3"},  the source that says so
 *      "uptime": {"not_known": "searched: the manual, libacme"}},
 *    "default": {"not_known": "not searched yet"}}             for facts that are not listed; may be left out
 *
 * A statement is one of the three words. Every fact of the vocabulary has one, or the default.
 */
#include <glob.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "document.h"

#define PLUGINS_MAX 64
#define PATH_SIZE   DOCUMENT_PATH

struct plugin {
    char folder[PATH_SIZE];
    json_t *statement;
};

static struct plugin plugins[PLUGINS_MAX];
static size_t plugin_count;
static size_t problems;

/* What is no property of a device: free words, the operator's own rules, and who should be asked instead. */
static const uint32_t left_out[] = {VMM_FACT_FINDING, VMM_FACT_VENDOR, VMM_FACT_EXPECTATION,
                                    VMM_FACT_PROVIDER, VMM_FACT_PROVIDER_PLACE};

static const struct fact {
    uint32_t number;
    const char *word;
    const char *meaning;
} facts[] = {
#define FACT(number, NAME, word, subject, type, unit, meaning) {number, word, meaning},
    VMM_FACTS(FACT)
#undef FACT
};
#define FACT_COUNT (sizeof(facts) / sizeof(facts[0]))

static const struct {
    const char *key;
    const char *shown;
} words[] = {{"read", "read"}, {"not_offered", "not offered"}, {"not_known", "not known"}};

static void complain(const struct plugin *plugin, const char *what, const char *word)
{
    fprintf(stderr, "%s/support.json: %s: %s\n", plugin->folder, word, what);
    problems++;
}

static bool is_shown(const struct fact *fact)
{
    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
        if (left_out[i] == fact->number) {
            return false;
        }
    }
    return true;
}

/* ---- Statements ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* What a plugin says of a fact; NULL when nothing. */
static const json_t *said(const struct plugin *plugin, const char *word)
{
    const json_t *own = json_object_get(json_object_get(plugin->statement, "facts"), word);
    return own != NULL ? own : json_object_get(plugin->statement, "default");
}

/* Which of the three words it is; -1 for none or for more than one. */
static int word_of(const json_t *statement)
{
    int found = -1;
    if (json_object_size(statement) != 1) {
        return -1;
    }
    for (int i = 0; i < 3; i++) {
        found = text_of(statement, words[i].key)[0] != '\0' ? i : found;
    }
    return found;
}

static bool file_has(const char *path, const char *text)
{
    char *whole = document_read_file(path);
    bool has = whole != NULL && strstr(whole, text) != NULL;
    free(whole);
    return has;
}

/* Whether the plugin's folder has this test, "suite::name", or "play::row". */
static bool test_exists(const struct plugin *plugin, const char *test)
{
    char suite[128];
    char wanted[256];
    char path[PATH_SIZE + 16];
    const char *name = strstr(test, "::");
    if (name == NULL || (size_t)(name - test) >= sizeof(suite)) {
        return false;
    }
    snprintf(suite, sizeof(suite), "%.*s", (int)(name - test), test);
    if (strcmp(suite, "play") == 0) {
        snprintf(wanted, sizeof(wanted), "\"id\": \"%s\"", name + 2);
        snprintf(path, sizeof(path), "%s/play.json", plugin->folder);
        return file_has(path, wanted);
    }
    glob_t found;
    bool has = false;
    snprintf(wanted, sizeof(wanted), "Test(%s, %s", suite, name + 2);
    snprintf(path, sizeof(path), "%s/test_*.c", plugin->folder);
    if (glob(path, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc && !has; i++) {
            has = file_has(found.gl_pathv[i], wanted);
        }
        globfree(&found);
    }
    return has;
}

static bool is_fact(const char *word)
{
    for (size_t i = 0; i < FACT_COUNT; i++) {
        if (strcmp(facts[i].word, word) == 0) {
            return is_shown(&facts[i]);
        }
    }
    return false;
}

static void check_plugin(const struct plugin *plugin)
{
    const char *word = NULL;
    json_t *statement = NULL;
    const char *folder = strrchr(plugin->folder, '/') + 1;
    if (strcmp(text_of(plugin->statement, "provider"), folder) != 0 ||
        text_of(plugin->statement, "title")[0] == '\0') {
        complain(plugin, "provider is not the folder's name, or there is no title", "provider");
    }
    json_object_foreach(json_object_get(plugin->statement, "facts"), word, statement)
    {
        if (!is_fact(word)) {
            complain(plugin, "there is no such fact", word);
        }
    }
    for (size_t i = 0; i < FACT_COUNT; i++) {
        const json_t *says = said(plugin, facts[i].word);
        if (!is_shown(&facts[i])) {
            continue;
        }
        if (word_of(says) < 0) {
            complain(plugin, "has to be one of read, not_offered, not_known", facts[i].word);
        } else if (word_of(says) == 0 && !test_exists(plugin, text_of(says, "read"))) {
            complain(plugin, "the test it names is not there", facts[i].word);
        }
    }
}

/* ---- The document ---- */

static void print_matrix(FILE *out)
{
    fprintf(out, "| fact |");
    for (size_t p = 0; p < plugin_count; p++) {
        fprintf(out, " %s |", text_of(plugins[p].statement, "provider"));
    }
    fprintf(out, "\n| --- |");
    for (size_t p = 0; p < plugin_count; p++) {
        fprintf(out, " --- |");
    }
    fprintf(out, "\n");
    for (size_t i = 0; i < FACT_COUNT; i++) {
        if (!is_shown(&facts[i])) {
            continue;
        }
        fprintf(out, "| `%s` |", facts[i].word);
        for (size_t p = 0; p < plugin_count; p++) {
            int word = word_of(said(&plugins[p], facts[i].word));
            fprintf(out, " %s |", word == 0 ? "**read**" : word < 0 ? "?" : words[word].shown);
        }
        fprintf(out, "\n");
    }
}

/* Tests, sources and searches: the facts of one of them together. */
static void print_others(FILE *out, const struct plugin *plugin, int word)
{
    bool done[FACT_COUNT] = {false};
    for (size_t i = 0; i < FACT_COUNT; i++) {
        const json_t *says = said(plugin, facts[i].word);
        if (done[i] || !is_shown(&facts[i]) || word_of(says) != word) {
            continue;
        }
        const char *why = text_of(says, words[word].key);
        fprintf(out, "- %s: ", words[word].shown);
        const char *mark = "";
        for (size_t k = i; k < FACT_COUNT; k++) {
            const json_t *other = said(plugin, facts[k].word);
            if (is_shown(&facts[k]) && word_of(other) == word &&
                strcmp(text_of(other, words[word].key), why) == 0) {
                fprintf(out, "%s`%s`", mark, facts[k].word);
                mark = ", ";
                done[k] = true;
            }
        }
        fprintf(out, word == 0 ? ". Test `%s`\n" : ". %s\n", why);
    }
}

static void print_plugin(FILE *out, const struct plugin *plugin)
{
    fprintf(out, "\n## %s: `%s`\n\n", text_of(plugin->statement, "title"),
            text_of(plugin->statement, "provider"));
    print_others(out, plugin, 0);
    print_others(out, plugin, 1);
    print_others(out, plugin, 2);
}

static void print_document(FILE *out)
{
    fprintf(
        out,
        "# What each plugin reads\n\n"
        "Made by `./vmm support` from `plugins/vendors/*/support.json`; do not edit it here.\n\n"
        "**read**: where the device offers it, proven by the test that is named. **not offered**: "
        "the "
        "device does not tell it, by the\nsource that is named. **not known**: no source was "
        "found, or "
        "it is not asked for; what was searched is named. What is not\nread is not judged: it "
        "neither "
        "opens nor closes an alarm. No statement means that a real device was at hand: each "
        "plugin's "
        "README says what its\nfixtures come from.\n\n");
    print_matrix(out);
    fprintf(out, "\nThe meaning of each fact stands in `plugin-api/include/vmm/observation.h`.\n");
    for (size_t p = 0; p < plugin_count; p++) {
        print_plugin(out, &plugins[p]);
    }
}

/* ---- Main ---- */

static bool load(const char *root)
{
    char pattern[PATH_SIZE];
    glob_t found;
    snprintf(pattern, sizeof(pattern), "%s/plugins/vendors/*/CMakeLists.txt", root);
    if (glob(pattern, 0, NULL, &found) != 0) {
        return false;
    }
    for (size_t i = 0; i < found.gl_pathc && plugin_count < PLUGINS_MAX; i++) {
        struct plugin *plugin = &plugins[plugin_count];
        char path[PATH_SIZE + 16];
        json_error_t error;
        const char *end = strrchr(found.gl_pathv[i], '/');
        snprintf(plugin->folder, sizeof(plugin->folder), "%.*s", (int)(end - found.gl_pathv[i]),
                 found.gl_pathv[i]);
        snprintf(path, sizeof(path), "%s/support.json", plugin->folder);
        plugin->statement = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
        if (plugin->statement == NULL) {
            fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
            problems++;
            continue;
        }
        plugin_count++;
    }
    globfree(&found);
    return plugin_count > 0;
}

int main(int argc, char **argv)
{
    static const struct document document = {"docs/support.md", print_document};
    if (argc < 2 || !load(argv[1])) {
        fprintf(stderr, "usage: support_matrix ROOT [--check]\n");
        return 2;
    }
    for (size_t p = 0; p < plugin_count; p++) {
        check_plugin(&plugins[p]);
    }
    bool good =
        argc == 2 ? document_write(&document, argv[1]) : document_is_current(&document, argv[1]);
    for (size_t p = 0; p < plugin_count; p++) {
        json_decref(plugins[p].statement);
    }
    return good && problems == 0 ? 0 : 1;
}
