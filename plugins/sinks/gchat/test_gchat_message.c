/* SPDX-License-Identifier: MIT */
/* Fixtures are notifications; beside each stands the message that is made of it. */
#include <criterion/criterion.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gchat_message.h"

static struct vmm_json_out out;
static struct vmm_notification notification;

static void done(void)
{
    vmm_json_finish(&out);
    vmm_notification_finish(&notification);
}

TestSuite(gchat_message, .fini = done);

static json_t *load(const char *name, const char *suffix)
{
    char path[512];
    json_error_t error;
    snprintf(path, sizeof(path), "%s/%s%s", FIXTURES, name, suffix);
    json_t *json = json_load_file(path, 0, &error);
    cr_assert_not_null(json, "%s: %s", path, error.text);
    return json;
}

static json_t *render(const json_t *document)
{
    char *text = json_dumps(document, JSON_COMPACT);
    cr_assert_eq(vmm_notification_read(vmm_text_of(text), &notification), 0);
    cr_assert_eq(gchat_message(&notification, &out), 0);
    vmm_notification_finish(&notification);
    free(text);
    cr_assert_leq(out.size, GCHAT_MESSAGE_MAX);
    json_error_t error;
    json_t *message = json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(message, "%s", error.text);
    return message;
}

/* With VMM_WRITE_FIXTURES=1 the messages are written instead of compared, to be looked at. */
static void write_expected(const char *name, const json_t *message)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.message.json", FIXTURES, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file, "%s", path);
    cr_assert_eq(json_dumpf(message, file, JSON_INDENT(1)), 0);
    fputc('\n', file);
    fclose(file);
}

static void assert_fixture(const char *name)
{
    json_t *document = load(name, ".json");
    json_t *message = render(document);
    if (getenv("VMM_WRITE_FIXTURES") != NULL) {
        write_expected(name, message);
    }
    json_t *expected = load(name, ".message.json");
    char *text = json_dumps(message, JSON_INDENT(1));
    cr_assert(json_equal(message, expected), "%s:\n%s", name, text);
    free(text);
    json_decref(expected);
    json_decref(message);
    json_decref(document);
}

Test(gchat_message, fixtures)
{
    assert_fixture("outage");
    assert_fixture("outage_text");
    assert_fixture("recovery");
    assert_fixture("summary");
    assert_fixture("hostile");
    assert_fixture("hostile_text");
}

Test(gchat_message, a_repeat_is_equal_byte_by_byte)
{
    json_t *document = load("outage", ".json");
    json_decref(render(document));
    char *first = strndup(out.data, out.size);
    json_decref(render(document));
    cr_assert_eq(out.size, strlen(first));
    cr_assert_eq(memcmp(out.data, first, out.size), 0);
    free(first);
    json_decref(document);
}

/* ---- Slices ---- */

static size_t buttons_of(const json_t *card)
{
    size_t count = 0;
    size_t s = 0;
    size_t w = 0;
    json_t *section = NULL;
    json_t *widget = NULL;
    json_array_foreach(json_object_get(card, "sections"), s, section)
    {
        cr_assert_gt(json_array_size(json_object_get(section, "widgets")), 0);
        json_array_foreach(json_object_get(section, "widgets"), w, widget)
        {
            const json_t *row = json_object_get(widget, "decoratedText");
            const json_t *list = json_object_get(widget, "buttonList");
            count += json_object_get(row, "button") != NULL ? 1 : 0;
            count += json_array_size(json_object_get(list, "buttons"));
        }
    }
    return count;
}

static void assert_slices(int buttons, size_t cards)
{
    size_t total = 0;
    size_t index = 0;
    json_t *entry = NULL;
    json_t *document = load("outage", ".json");
    json_object_set_new(document, "buttons", json_integer(buttons));
    json_t *message = render(document);
    json_t *list = json_object_get(message, "cardsV2");
    cr_assert_eq(json_array_size(list), cards, "%zu cards", json_array_size(list));
    json_array_foreach(list, index, entry)
    {
        size_t count = buttons_of(json_object_get(entry, "card"));
        cr_assert_leq(count, (size_t)buttons);
        total += count;
    }
    cr_assert_eq(total, 22);
    json_decref(message);
    json_decref(document);
}

Test(gchat_message, a_card_has_no_more_buttons_than_the_site_wants)
{
    assert_slices(6, 4);
    assert_slices(1, 22);
    assert_slices(2, 11);
    assert_slices(21, 2);
    assert_slices(22, 1);
    assert_slices(50, 1);
}

static void expect_sign(const char *kind, const char *severity, const char *begins)
{
    json_t *document = load("outage_text", ".json");
    json_object_set_new(document, "kind", json_string(kind));
    json_object_set_new(document, "severity", json_string(severity));
    json_t *message = render(document);
    const char *text = json_string_value(json_object_get(message, "text"));
    cr_expect(strncmp(text, begins, strlen(begins)) == 0, "%s %s: %.20s", kind, severity, text);
    json_decref(message);
    json_decref(document);
}

Test(gchat_message, a_sign_says_how_bad_it_is)
{
    expect_sign("alert", "critical", "🔴 *");
    expect_sign("reminder", "suspect", "🟠 *");
    expect_sign("notice", "critical", "🔴 *");
    expect_sign("notice", "suspect", "🟠 *");
    expect_sign("notice", "normal", "*");
    expect_sign("summary", "critical", "*");
    expect_sign("recovery", "critical", "✅ *");
}

/* ---- Size ---- */

/* A document of 20 devices whose texts are `text` over and over, `size` bytes long. */
static json_t *large(const char *text, size_t size, const char *mode)
{
    char *long_text = malloc(size + 1);
    for (size_t i = 0; i < size; i++) {
        long_text[i] = text[i % strlen(text)];
    }
    long_text[size] = '\0';
    json_t *document = load("outage", ".json");
    json_t *item = NULL;
    size_t index = 0;
    json_object_set_new(document, "mode", json_string(mode));
    json_object_set_new(document, "title", json_string(long_text));
    json_object_set_new(document, "local_time", json_string(long_text));
    json_object_set_new(document, "lines", json_array());
    json_object_set_new(document, "links", json_array());
    for (int i = 0; i < 30; i++) {
        json_array_append_new(json_object_get(document, "lines"), json_string(long_text));
        json_array_append_new(
            json_object_get(document, "links"),
            json_pack("{s:s, s:s+}", "text", long_text, "url", "https://a.example/", "0123456789"));
    }
    json_array_foreach(json_object_get(document, "items"), index, item)
    {
        char link[1000];
        memset(link, 'a', sizeof(link) - 1);
        memcpy(link, "https://a.example/", 18);
        link[sizeof(link) - 1] = '\0';
        json_object_set_new(item, "name", json_string(long_text));
        json_object_set_new(item, "camera", json_string(long_text));
        json_object_set_new(item, "text", json_string(long_text));
        json_object_set_new(item, "since_local", json_string(long_text));
        json_object_set_new(item, "link", json_string(link));
    }
    free(long_text);
    return document;
}

Test(gchat_message, no_message_is_larger_than_the_api_takes)
{
    static const char *const texts[] = {"a", "\"", "\\", "&", "*", "台", "😀", "a\xcc\x81"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (int k = 0; k < 2; k++) {
            size_t size = 3000 / strlen(texts[i]) * strlen(texts[i]);
            json_t *document = large(texts[i], size, k == 0 ? "cards" : "text");
            json_t *message = render(document);
            cr_assert_gt(out.size, 20000, "%s: %zu", texts[i], out.size);
            json_decref(message);
            json_decref(document);
        }
    }
}

Test(gchat_message, devices_that_do_not_fit_are_counted)
{
    json_t *document = large("台", 3000, "text");
    json_t *message = render(document);
    const char *text = json_string_value(json_object_get(message, "text"));
    unsigned rows = 0;
    unsigned more = 0;
    for (const char *at = strstr(text, "\n• "); at != NULL; at = strstr(at + 1, "\n• ")) {
        rows++;
    }
    const char *rest = strstr(text, "\n… and ");
    cr_assert_not_null(rest);
    cr_assert_eq(sscanf(rest, "\n… and %u more", &more), 1);
    cr_assert_lt(rows, 20);
    cr_assert_gt(rows, 5);
    cr_assert_eq(rows + more, 32);
    json_decref(message);
    json_decref(document);
}
