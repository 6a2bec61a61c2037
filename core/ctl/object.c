/* SPDX-License-Identifier: MIT */
#include "ctl/object.h"

#include <string.h>

#include "base/text.h"
#include "ctl/call.h"
#include "ctl/terminal.h"

#define TEST_MS 120000u /* a site may have many devices */

const char *const object_words[] = {"list", "add", "set", "rm", "test", NULL};

const struct ctl_option object_options[] = {
    {"site", "ID", "list: of this site alone"},
    {"cascade", NULL, "rm: take along what depends on it"},
    {NULL, NULL, NULL},
};

int object_list(struct ctl *ctl, const struct object *object)
{
    char verb[CTL_VERB_MAX + 1];
    json_t *args = json_object();
    call_put_text(args, "site", ctl_value(ctl, "site"));
    text_format(verb, sizeof(verb), "%s.list", object->name);
    return listing_call(ctl, object->list, verb, args);
}

static void write_list(struct ctl *ctl, const char *head, const json_t *list)
{
    char text[SHOW_SIZE];
    fputs(head, ctl->out);
    terminal_write(ctl->out, show_value(list, text));
    fputc('\n', ctl->out);
}

static void write_change(struct ctl *ctl, const char *word, const json_t *result)
{
    const json_t *changed = json_object_get(result, "changed");
    const json_t *removed = json_object_get(result, "removed");
    if (ctl->format != CTL_HUMAN) {
        show_json(ctl->out, result);
    } else if (removed != NULL) {
        write_list(ctl, "removed: ", removed);
    } else if (strcmp(word, "add") == 0) {
        fputs("added ", ctl->out);
        terminal_write(ctl->out, show_text(result, "id"));
        fputc('\n', ctl->out);
    } else if (json_array_size(changed) == 0) {
        fprintf(ctl->out, "nothing has changed\n");
    } else {
        write_list(ctl, "changed: ", changed);
    }
}

int object_change(struct ctl *ctl, const struct object *object, const char *word, json_t *args)
{
    char verb[CTL_VERB_MAX + 1];
    text_format(verb, sizeof(verb), "%s.%s", object->name, word);
    struct call call = {.verb = verb, .args = args, .changes = true};
    json_t *result = NULL;
    int code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK) {
        write_change(ctl, word, result);
    }
    json_decref(result);
    return code;
}

int object_remove(struct ctl *ctl, const struct object *object, const char *id)
{
    json_t *args = json_pack("{ss}", "id", id);
    if (args != NULL && ctl_has(ctl, "cascade")) {
        json_object_set_new(args, "cascade", json_true());
    }
    return object_change(ctl, object, "rm", args);
}

static const char *cell_took(const json_t *row, char out[SHOW_SIZE])
{
    text_format(out, SHOW_SIZE, "%lld ms", (long long)show_number(row, "took_ms"));
    return out;
}

static const struct listing_column test_columns[] = {
    {"DEVICE", "device", false, NULL},   {"PROVIDER", "provider", false, NULL},
    {"OUTCOME", "outcome", false, NULL}, {"RUNG", "rung", false, NULL},
    {"LOGIN", "login", false, NULL},     {"TOOK", "took_ms", true, cell_took},
    {"DETAIL", "detail", false, NULL},   {NULL, NULL, false, NULL},
};

static const struct listing_spec test_spec = {
    .key = "tests",
    .columns = test_columns,
    .empty = "there is nothing to test it with",
};

int object_test(struct ctl *ctl, const struct object *object, const char *id)
{
    char verb[CTL_VERB_MAX + 1];
    text_format(verb, sizeof(verb), "%s.test", object->name);
    struct listing listing;
    listing_init(&listing, ctl, &test_spec);
    struct call call = {.verb = verb,
                        .args = json_pack("{ss}", "id", id),
                        .on_row = listing_row,
                        .arg = &listing,
                        .timeout_ms = TEST_MS,
                        .changes = true};
    json_t *result = NULL;
    int code = call_vmmd(ctl, &call, &result);
    if (code == EXIT_OK) {
        listing_write(&listing, result);
        bool well = show_number(result, "ok") == show_number(result, "tested");
        code = well && show_number(result, "tested") > 0 ? EXIT_OK : EXIT_NEGATIVE;
    }
    json_decref(result);
    listing_finish(&listing);
    return code;
}

static bool is_password(const char *field, size_t length)
{
    static const char word[] = "password";
    size_t size = sizeof(word) - 1;
    return length >= size && strncmp(field + length - size, word, size) == 0;
}

json_t *object_fields(struct ctl *ctl, size_t first)
{
    json_t *fields = json_array();
    for (size_t i = first; ctl_operand(ctl, i) != NULL; i++) {
        const char *text = ctl_operand(ctl, i);
        const char *equals = strchr(text, '=');
        if (equals == NULL || equals == text) {
            ctl_usage(ctl, "\"%.60s\" is no FIELD=VALUE", text);
            json_decref(fields);
            return NULL;
        }
        if (is_password(text, (size_t)(equals - text))) {
            ctl_usage(ctl, "a password is never given on the command line, where others can read "
                           "it; see credential");
            json_decref(fields);
            return NULL;
        }
        if (json_array_append_new(fields, json_string(text)) != 0) {
            ctl_usage(ctl, "argument %zu is no UTF-8", i + 1);
            json_decref(fields);
            return NULL;
        }
    }
    return fields;
}

static int add_or_set(struct ctl *ctl, const struct object *object, const char *word,
                      const char *id)
{
    json_t *fields = object_fields(ctl, 2);
    if (fields == NULL) {
        return EXIT_USAGE;
    }
    return object_change(ctl, object, word, json_pack("{ssso}", "id", id, "set", fields));
}

int object_run(struct ctl *ctl, const struct object *object)
{
    const char *word = ctl_operand(ctl, 0);
    const char *id = ctl_operand(ctl, 1);
    if (word == NULL || (strcmp(word, "list") == 0 && id == NULL)) {
        return object_list(ctl, object);
    }
    if (id == NULL) {
        return ctl_usage(ctl, "%s %.40s needs an id", object->name, word);
    }
    if (strcmp(word, "add") == 0 || strcmp(word, "set") == 0) {
        return add_or_set(ctl, object, word, id);
    }
    if (ctl_operand(ctl, 2) != NULL) {
        return ctl_usage(ctl, "%s %.40s takes one id", object->name, word);
    }
    if (strcmp(word, "rm") == 0) {
        return object_remove(ctl, object, id);
    }
    if (strcmp(word, "test") == 0) {
        return object_test(ctl, object, id);
    }
    return ctl_usage(ctl, "%s knows list, add, set, rm and test, not \"%.40s\"", object->name,
                     word);
}
