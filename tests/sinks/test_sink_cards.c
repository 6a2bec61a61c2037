/* SPDX-License-Identifier: MIT */
/* Whatever people can be told, in each language and form: the gateway says it, gchat makes the message of it. The
 * compiler of TypeScript holds every one against the types of Google's own package, and the strict Chat takes it. */
#include <criterion/criterion.h>

#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kit/notification.h>
#include <vmm/observation.h>

#include "base/buf.h"
#include "chat/schema.h"
#include "gateway/json_text.h"
#include "gateway/notice.h"
#include "gateway/words.h"
#include "gchat_message.h"
#include "sinks/life.h"

#define LINK "https://vmm.example/"

static const struct life_form forms[] = {
    {"en", "cards", 6, LINK, true},    {"en", "cards", 1, LINK, false},
    {"en", "cards", 50, "", false},    {"en", "text", 6, LINK, false},
    {"zh-TW", "cards", 6, LINK, true}, {"zh-TW", "cards", 2, LINK, false},
    {"zh-TW", "text", 6, "", false},   {"pt-BR", "cards", 6, LINK, true},
    {"pt-BR", "cards", 3, "", false},  {"pt-BR", "text", 6, LINK, false},
};

static char types_file[] = "/tmp/vmm-cards-XXXXXX.ts";
static FILE *types;
static size_t messages;
static size_t kinds[NOTICE_KINDS];
static struct buf lines[WORDS_COUNT]; /* all that was on cards of the language, a text a line */

/* ---- What is made of a notification ---- */

static void add_texts(struct buf *out, const json_t *value)
{
    const char *name;
    size_t i;
    json_t *member;
    if (json_is_string(value)) {
        buf_text(out, json_string_value(value));
        buf_char(out, '\n');
    }
    json_array_foreach(value, i, member)
    {
        add_texts(out, member);
    }
    json_object_foreach((json_t *)value, name, member)
    {
        add_texts(out, member);
    }
}

static void count_kind(const json_t *document)
{
    for (enum notice_kind kind = 0; kind < NOTICE_KINDS; kind++) {
        kinds[kind] += strcmp(json_text(document, "kind"), notice_kind_word(kind)) == 0;
    }
}

static void check_message(const json_t *document, const struct vmm_json_out *out)
{
    char why[CHAT_WHY_SIZE];
    cr_assert_leq(out->size, GCHAT_MESSAGE_MAX);
    json_t *message = json_loadb(out->data, out->size, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(message);
    cr_assert_null(chat_schema_fault(message, why), "%s in %.*s", why, (int)out->size, out->data);
    if (strcmp(json_text(document, "mode"), "cards") == 0) {
        add_texts(&lines[words_language(json_text(document, "language"))], message);
    }
    fprintf(types, "const m%zu: chat_v1.Schema$Message = %.*s;\n", messages++, (int)out->size,
            out->data);
    json_decref(message);
}

static void make_message(const json_t *document)
{
    struct vmm_notification notification;
    struct vmm_json_out out = {0};
    char *text = json_dumps(document, JSON_COMPACT);
    cr_assert_eq(vmm_notification_read(vmm_text_of(text), &notification), 0);
    cr_assert_eq(gchat_message(&notification, &out), 0);
    check_message(document, &out);
    count_kind(document);
    vmm_json_finish(&out);
    vmm_notification_finish(&notification);
    free(text);
}

/* ---- What was not said ---- */

/* The line is this text, whatever stands in its places. */
static bool is_said(const char *line, size_t size, const char *text)
{
    const char *at = line;
    while (*text != '\0') {
        size_t piece = strcspn(text, "{");
        const char *found = memmem(at, (size_t)(line + size - at), text, piece);
        if (found == NULL) {
            return false;
        }
        at = found + piece;
        text += piece;
        text += *text != '\0' ? strcspn(text, "}") + 1 : 0;
    }
    return true;
}

static void expect_said(uint32_t language, const char *text)
{
    const char *line = buf_cstr(&lines[language]);
    while (*line != '\0') {
        size_t size = strcspn(line, "\n");
        if (is_said(line, size, text)) {
            return;
        }
        line += size + (line[size] != '\0');
    }
    cr_expect_fail("no card in %s said \"%s\"", words_tag(language), text);
}

/* Every text of the product was on a card, but for the rung of what has none, of which nothing is said. */
static void expect_all_said(uint32_t language)
{
    for (enum words_key key = 0; key < WORDS_KEYS; key++) {
        if (key != WORDS_RUNG_NONE) {
            expect_said(language, words_text(language, key));
        }
    }
    for (uint32_t reason = 1; reason < VMM_REASON_COUNT; reason++) {
        if (reason != VMM_REASON_NODE) {
            expect_said(language, words_reason_seen(language, reason));
            expect_said(language, words_reason_remedy(language, reason));
        }
    }
}

/* ---- */

static void begin(void)
{
    int fd = mkstemps(types_file, 3);
    cr_assert_geq(fd, 0);
    types = fdopen(fd, "w");
    cr_assert_not_null(types);
    fprintf(types, "import type { chat_v1 } from \"" NODE_FOLDER "/chat/build/v1\";\n");
    for (size_t i = 0; i < WORDS_COUNT; i++) {
        buf_init(&lines[i]);
    }
}

static void finish(void)
{
    for (size_t i = 0; i < WORDS_COUNT; i++) {
        buf_finish(&lines[i]);
    }
    unlink(types_file);
}

TestSuite(sink_cards, .init = begin, .fini = finish);

/* What is none has to be refused: a compiler that takes everything says nothing. */
static void add_wrong_ones(void)
{
    static const char *const wrong[] = {
        "{ cardsV2: [{ card: { sections: [{ widgets: [{ keyValue: {} }] }] } }] }",
        "{ cardsV2: [{ card: { header: { title: 3 } } }] }", "{ text: [\"a\"] }"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        fprintf(types, "// @ts-expect-error\nconst wrong%zu: chat_v1.Schema$Message = %s;\n", i,
                wrong[i]);
    }
}

/* What stands beside the fixtures of the sink is held against the types too. */
static void add_fixtures(void)
{
    glob_t found;
    cr_assert_eq(glob(CHAT_FIXTURES "/*.message.json", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        json_t *message = json_load_file(found.gl_pathv[i], 0, NULL);
        char *text = json_dumps(message, JSON_COMPACT);
        cr_assert_not_null(text, "%s", found.gl_pathv[i]);
        fprintf(types, "const fixture%zu: chat_v1.Schema$Message = %s;\n", i, text);
        free(text);
        json_decref(message);
    }
    globfree(&found);
}

static void compile(void)
{
    char command[512];
    add_fixtures();
    add_wrong_ones();
    cr_assert_eq(fclose(types), 0);
    if (access(NODE_FOLDER "/ready", R_OK) != 0) {
        return; /* no node, or no registry: the strict Chat has seen them all the same */
    }
    snprintf(command, sizeof(command),
             "node '" NODE_FOLDER "/node_modules/typescript/bin/tsc' --noEmit --strict "
             "--skipLibCheck --lib es2022 '%s' 1>&2",
             types_file);
    int status = system(command);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}

Test(sink_cards, each_that_can_be_made_is_of_googles_own_types, .timeout = 300)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        life_of_a_site(&forms[i], make_message);
        life_of_a_crowd(&forms[i], make_message);
    }
    for (uint32_t language = 0; language < WORDS_COUNT; language++) {
        expect_all_said(language);
    }
    for (enum notice_kind kind = 0; kind < NOTICE_KINDS; kind++) {
        cr_expect_gt(kinds[kind], 0, "no %s", notice_kind_word(kind));
    }
    printf("%zu messages\n", messages);
    compile();
}
