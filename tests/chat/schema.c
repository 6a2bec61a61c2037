/* SPDX-License-Identifier: MIT */
#include "chat/schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WIDGETS_MAX    100u
#define THREAD_KEY_MAX 4000u

struct shape;

/* A field: a text, a truth value, an object of `shape`, or a list of such. */
struct field {
    const char *name;
    char type; /* 's', 'b', 'o', 'l' */
    bool required;
    const struct shape *shape;
};

struct shape {
    const char *name;
    const struct field *fields;                /* ended by one without a name */
    const char *(*check)(const json_t *value); /* NULL: nothing further */
};

struct place {
    char *why;
    char path[120];
};

static const char *check_shape(const json_t *value, const struct shape *shape, struct place *place);

/* ---- Rules beyond types ---- */

static const char *check_link(const json_t *value)
{
    const char *url = json_string_value(json_object_get(value, "url"));
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0
               ? NULL
               : "the address is no http or https";
}

static const char *check_button(const json_t *value)
{
    const char *text = json_string_value(json_object_get(value, "text"));
    return text != NULL && text[0] != '\0' ? NULL : "a button shows nothing";
}

static const char *check_widget(const json_t *value)
{
    return json_object_size(value) == 1 ? NULL : "a widget is one thing";
}

static const char *check_section(const json_t *value)
{
    return json_array_size(json_object_get(value, "widgets")) > 0 ? NULL
                                                                  : "a section has no widgets";
}

static const char *check_card(const json_t *value)
{
    size_t count = 0;
    size_t index = 0;
    json_t *section = NULL;
    json_array_foreach(json_object_get(value, "sections"), index, section)
    {
        count += json_array_size(json_object_get(section, "widgets"));
    }
    return count == 0            ? "a card shows nothing"
           : count > WIDGETS_MAX ? "a card has more than 100 widgets"
                                 : NULL;
}

static const char *check_thread(const json_t *value)
{
    size_t size = strlen(json_string_value(json_object_get(value, "threadKey")));
    return size > 0 && size <= THREAD_KEY_MAX ? NULL : "the key of the thread is empty or too long";
}

static const char *check_buttons(const json_t *value)
{
    return json_array_size(json_object_get(value, "buttons")) > 0 ? NULL : "there are no buttons";
}

static bool has_id_twice(const json_t *cards)
{
    for (size_t i = 0; i < json_array_size(cards); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(cards, i), "cardId"));
        for (size_t k = 0; id != NULL && k < i; k++) {
            const json_t *other = json_object_get(json_array_get(cards, k), "cardId");
            if (json_is_string(other) && strcmp(json_string_value(other), id) == 0) {
                return true;
            }
        }
    }
    return false;
}

static const char *check_message(const json_t *value)
{
    const json_t *cards = json_object_get(value, "cardsV2");
    const char *text = json_string_value(json_object_get(value, "text"));
    if ((text == NULL || text[0] == '\0') && json_array_size(cards) == 0) {
        return "the message is empty";
    }
    for (size_t i = 0; json_array_size(cards) > 1 && i < json_array_size(cards); i++) {
        if (json_object_get(json_array_get(cards, i), "cardId") == NULL) {
            return "several cards need a cardId each";
        }
    }
    return has_id_twice(cards) ? "two cards have one cardId" : NULL;
}

/* ---- Shapes, from the leaves to the message ---- */

#define END                                                                                        \
    {                                                                                              \
        NULL, 0, false, NULL                                                                       \
    }

static const struct field open_link_fields[] = {
    {"url", 's', true, NULL}, {"openAs", 's', false, NULL}, {"onClose", 's', false, NULL}, END};
static const struct shape open_link = {"OpenLink", open_link_fields, check_link};

static const struct field on_click_fields[] = {{"openLink", 'o', true, &open_link}, END};
static const struct shape on_click = {"OnClick", on_click_fields, NULL};

static const struct field button_fields[] = {
    {"text", 's', false, NULL},     {"altText", 's', false, NULL},     {"type", 's', false, NULL},
    {"disabled", 'b', false, NULL}, {"onClick", 'o', true, &on_click}, END};
static const struct shape button = {"Button", button_fields, check_button};

static const struct field button_list_fields[] = {{"buttons", 'l', true, &button}, END};
static const struct shape button_list = {"ButtonList", button_list_fields, check_buttons};

static const struct field paragraph_fields[] = {
    {"text", 's', true, NULL}, {"textSyntax", 's', false, NULL}, END};
static const struct shape paragraph = {"TextParagraph", paragraph_fields, NULL};

static const struct field decorated_fields[] = {{"topLabel", 's', false, NULL},
                                                {"text", 's', true, NULL},
                                                {"bottomLabel", 's', false, NULL},
                                                {"wrapText", 'b', false, NULL},
                                                {"onClick", 'o', false, &on_click},
                                                {"button", 'o', false, &button},
                                                END};
static const struct shape decorated = {"DecoratedText", decorated_fields, NULL};

static const struct field no_fields[] = {END};
static const struct shape divider = {"Divider", no_fields, NULL};

static const struct field image_fields[] = {{"imageUrl", 's', true, NULL},
                                            {"altText", 's', false, NULL},
                                            {"onClick", 'o', false, &on_click},
                                            END};
static const struct shape image = {"Image", image_fields, NULL};

static const struct field widget_fields[] = {{"textParagraph", 'o', false, &paragraph},
                                             {"decoratedText", 'o', false, &decorated},
                                             {"buttonList", 'o', false, &button_list},
                                             {"divider", 'o', false, &divider},
                                             {"image", 'o', false, &image},
                                             END};
static const struct shape widget = {"Widget", widget_fields, check_widget};

static const struct field section_fields[] = {{"header", 's', false, NULL},
                                              {"widgets", 'l', true, &widget},
                                              {"collapsible", 'b', false, NULL},
                                              END};
static const struct shape section = {"Section", section_fields, check_section};

static const struct field header_fields[] = {
    {"title", 's', true, NULL},         {"subtitle", 's', false, NULL},
    {"imageUrl", 's', false, NULL},     {"imageType", 's', false, NULL},
    {"imageAltText", 's', false, NULL}, END};
static const struct shape header = {"CardHeader", header_fields, NULL};

static const struct field card_fields[] = {{"header", 'o', false, &header},
                                           {"sections", 'l', true, &section},
                                           {"sectionDividerStyle", 's', false, NULL},
                                           END};
static const struct shape card = {"Card", card_fields, check_card};

static const struct field card_with_id_fields[] = {
    {"cardId", 's', false, NULL}, {"card", 'o', true, &card}, END};
static const struct shape card_with_id = {"CardWithId", card_with_id_fields, NULL};

static const struct field thread_fields[] = {{"threadKey", 's', true, NULL}, END};
static const struct shape thread = {"Thread", thread_fields, check_thread};

static const struct field message_fields[] = {{"text", 's', false, NULL},
                                              {"fallbackText", 's', false, NULL},
                                              {"cardsV2", 'l', false, &card_with_id},
                                              {"thread", 'o', false, &thread},
                                              END};
static const struct shape message = {"Message", message_fields, check_message};

/* ---- Walking ---- */

static const char *say(struct place *place, const char *what)
{
    snprintf(place->why, CHAT_WHY_SIZE, "%s at '%s'", what, place->path);
    return place->why;
}

static const struct field *field_of(const struct shape *shape, const char *name)
{
    for (const struct field *field = shape->fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

static const char *check_list(const json_t *value, const struct shape *shape, struct place *place)
{
    size_t before = strlen(place->path);
    const char *fault = NULL;
    for (size_t i = 0; fault == NULL && i < json_array_size(value); i++) {
        snprintf(place->path + before, sizeof(place->path) - before, "[%zu]", i);
        fault = check_shape(json_array_get(value, i), shape, place);
        place->path[before] = '\0';
    }
    return fault;
}

static const char *check_field(const json_t *value, const struct field *field, struct place *place)
{
    switch (field->type) {
    case 's':
        return json_is_string(value) ? NULL : say(place, "this is no text");
    case 'b':
        return json_is_boolean(value) ? NULL : say(place, "this is no truth value");
    case 'l':
        return json_is_array(value) ? check_list(value, field->shape, place)
                                    : say(place, "this is no list");
    default:
        return check_shape(value, field->shape, place);
    }
}

static const char *check_fields(const json_t *value, const struct shape *shape, struct place *place)
{
    const char *name = NULL;
    json_t *member = NULL;
    size_t before = strlen(place->path);
    json_object_foreach((json_t *)value, name, member)
    {
        const struct field *field = field_of(shape, name);
        snprintf(place->path + before, sizeof(place->path) - before, "%s%s", before > 0 ? "." : "",
                 name);
        const char *fault =
            field == NULL ? say(place, "Unknown name") : check_field(member, field, place);
        if (fault != NULL) {
            return fault;
        }
        place->path[before] = '\0';
    }
    return NULL;
}

static const char *check_shape(const json_t *value, const struct shape *shape, struct place *place)
{
    if (!json_is_object(value)) {
        return say(place, "this is no object");
    }
    const char *fault = check_fields(value, shape, place);
    for (const struct field *f = shape->fields; fault == NULL && f->name != NULL; f++) {
        if (f->required && json_object_get(value, f->name) == NULL) {
            char what[64];
            snprintf(what, sizeof(what), "a %s needs %s", shape->name, f->name);
            fault = say(place, what);
        }
    }
    if (fault == NULL && shape->check != NULL) {
        const char *what = shape->check(value);
        fault = what != NULL ? say(place, what) : NULL;
    }
    return fault;
}

const char *chat_schema_fault(const json_t *value, char why[CHAT_WHY_SIZE])
{
    struct place place = {.why = why};
    return check_shape(value, &message, &place);
}
