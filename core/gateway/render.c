/* SPDX-License-Identifier: MIT */
#include "gateway/render.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "gateway/gateway.h"
#include "gateway/json_text.h"
#include "gateway/render_title.h"
#include "health/words.h"

/* ---- times ---- */

const char *render_time(const struct zone *zone, int64_t wall, char out[RENDER_TIME_MAX])
{
    struct zone_type type = {.name = "UTC"};
    struct civil civil;
    int64_t time = wall / (int64_t)CLOCK_S;
    if (zone != NULL) {
        zone_at(zone, time, &type);
    }
    civil_split(time + type.offset, &civil);
    text_format(out, RENDER_TIME_MAX, "%04lld-%02d-%02d %02d:%02d %s", (long long)civil.year,
                civil.month, civil.day, civil.hour, civil.minute, type.name);
    return out;
}

const char *render_moment(const struct zone *zone, int64_t wall, char out[RENDER_TIME_MAX])
{
    char local[RENDER_TIME_MAX];
    char utc[RENDER_TIME_MAX];
    const size_t date = strlen("2026-11-21 ");
    render_time(zone, wall, local);
    render_time(NULL, wall, utc);
    bool same_day = strncmp(local, utc, date) == 0;
    if (strcmp(local, utc) == 0) {
        text_format(out, RENDER_TIME_MAX, "%s", utc);
    } else {
        text_format(out, RENDER_TIME_MAX, "%.38s (%.38s)", local, same_day ? utc + date : utc);
    }
    return out;
}

static json_t *utc_json(int64_t wall)
{
    char text[CLOCK_TEXT_SIZE];
    return json_string(clock_text(wall, text));
}

/* ---- items ---- */

static int by_weight(const void *a, const void *b)
{
    const struct notice_item *const *left = a;
    const struct notice_item *const *right = b;
    const struct notice_item *x = *left;
    const struct notice_item *y = *right;
    if ((x->over == 0) != (y->over == 0)) {
        return x->over == 0 ? -1 : 1;
    }
    if (x->severity != y->severity) {
        return x->severity > y->severity ? -1 : 1;
    }
    if (x->since != y->since) {
        return x->since < y->since ? -1 : 1;
    }
    return strcmp(x->alarm, y->alarm);
}

static json_t *link_to(const struct render_place *place, const char *site, const char *camera)
{
    if (place->link_base[0] == '\0' || site[0] == '\0') {
        return json_string("");
    }
    size_t length = strlen(place->link_base);
    length -= place->link_base[length - 1] == '/';
    return json_sprintf("%.*s/sites/%s%s%s", (int)length, place->link_base, site,
                        camera[0] != '\0' ? "/cameras/" : "", camera);
}

/* A row of a device, or of what is wrong with a site. */
static json_t *row_json(const struct notice_item *item, const char *name, const char *text,
                        const struct zone *zone, json_t *link)
{
    char local[RENDER_TIME_MAX];
    int64_t since = item->over != 0 ? item->over : item->since; /* what it says is so since then */
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "camera", item->subject, "name", name,
                     "reason", reason_word(item->reason), "text", text, "since", utc_json(since),
                     "since_local", render_time(zone, since, local), "link", link);
}

/* The site of an item: of a message about several sites each has its own. */
static struct gateway_site site_of(const struct notice *notice, const struct render_place *place,
                                   const struct notice_item *item)
{
    struct gateway_site site = {.name = place->site_name, .zone = place->zone};
    if (notice->site_id[0] == '\0') {
        site.name = item->site_id;
        place->site(place->arg, item->site_id, &site);
    }
    return site;
}

static json_t *item_json(const struct notice *notice, const struct render_place *place,
                         const struct notice_item *item)
{
    struct buf text;
    struct buf name;
    struct gateway_site site = site_of(notice, place, item);
    const char *called = item->name[0] != '\0' ? item->name : item->subject;
    buf_init(&text);
    buf_init(&name);
    render_item_text(&text, words_language(place->language), item, site.name);
    if (called[0] == '\0') {
        buf_text(&name, site.name);
    } else if (notice->site_id[0] == '\0') {
        buf_printf(&name, "%s: %s", site.name, called);
    } else {
        buf_text(&name, called);
    }
    json_t *json = row_json(item, buf_cstr(&name), buf_cstr(&text), site.zone,
                            link_to(place, item->site_id, item->subject));
    buf_finish(&text);
    buf_finish(&name);
    return json;
}

/* The devices that one cause took along: behind a recorder they are as it is, else each is lost itself. */
static json_t *device_items(const struct render_place *place, const struct notice_item *item)
{
    json_t *list = json_array();
    uint32_t language = words_language(place->language);
    uint32_t health = item->subject[0] != '\0' ? item->health : VMM_HEALTH_DOWN;
    for (size_t i = 0; i < json_array_size(item->devices) && i < RENDER_ITEMS_MAX; i++) {
        struct notice_item device = *item;
        device.subject = (char *)json_string_value(json_array_get(item->devices, i));
        if (device.subject == NULL) {
            continue;
        }
        const char *name = place->name(place->arg, device.subject);
        json_array_append_new(list, row_json(&device, name[0] != '\0' ? name : device.subject,
                                             words_health(language, health), place->zone,
                                             link_to(place, item->site_id, device.subject)));
    }
    return list;
}

/* At most RENDER_ITEMS_MAX of them, the weightiest first; *count gets how many there are. */
static json_t *items_json(const struct notice *notice, const struct render_place *place,
                          size_t *count)
{
    const struct notice_item **sorted = calloc(notice->item_count + 1, sizeof(*sorted));
    const struct notice_item *only = notice->item_count == 1 ? &notice->items[0] : NULL;
    if (only != NULL && only->over == 0 && only->counted) {
        free(sorted);
        *count = only->lost.cameras + only->lost.nvrs;
        return device_items(place, only);
    }
    json_t *list = json_array();
    *count = notice->item_count;
    for (size_t i = 0; sorted != NULL && i < notice->item_count; i++) {
        sorted[i] = &notice->items[i];
    }
    if (sorted != NULL && notice->item_count > 0) {
        qsort(sorted, notice->item_count, sizeof(*sorted), by_weight);
    }
    for (size_t i = 0; sorted != NULL && i < notice->item_count && i < RENDER_ITEMS_MAX; i++) {
        json_array_append_new(list, item_json(notice, place, sorted[i]));
    }
    free(sorted);
    return list;
}

/* A row that is of no moment; `called` is what people called a device that is there no more. */
static json_t *timeless_json(const struct notice *notice, const struct render_place *place,
                             const char *id, const char *called, const char *text)
{
    const char *name = called[0] != '\0' ? called : place->name(place->arg, id);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "camera", id, "name",
                     name[0] != '\0' ? name : id, "reason", "", "text", text, "since", "",
                     "since_local", "", "link", link_to(place, notice->site_id, id));
}

/* The worst cameras of a week or a month. */
static json_t *ranking_json(const struct notice *notice, const json_t *ranking,
                            const struct render_place *place)
{
    json_t *list = json_array();
    uint32_t language = words_language(place->language);
    for (size_t i = 0; i < json_array_size(ranking) && i < RENDER_ITEMS_MAX; i++) {
        const json_t *row = json_array_get(ranking, i);
        struct buf text;
        buf_init(&text);
        render_rank(&text, language, json_count(row, "incidents"), json_number(row, "down_us"));
        json_array_append_new(list, timeless_json(notice, place, json_text(row, "camera"),
                                                  json_text(row, "name"), buf_cstr(&text)));
        buf_finish(&text);
    }
    return list;
}

/* Rows of a device and of words by their name. */
static json_t *rows_json(const struct notice *notice, const json_t *rows,
                         const struct render_place *place)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(rows) && i < RENDER_ITEMS_MAX; i++) {
        const json_t *row = json_array_get(rows, i);
        struct buf text;
        buf_init(&text);
        render_named(&text, words_language(place->language), row, place);
        json_array_append_new(list, timeless_json(notice, place, json_text(row, "camera"),
                                                  json_text(row, "name"), buf_cstr(&text)));
        buf_finish(&text);
    }
    return list;
}

/* ---- lines, links, text ---- */

/* The words of a link with its place filled. */
static json_t *link_json(uint32_t language, enum words_key key, struct words_place named,
                         json_t *url)
{
    struct buf text;
    buf_init(&text);
    words_fill(&text, words_text(language, key), (struct words_place[]){named, {NULL, NULL}});
    json_t *link = json_pack("{s:s, s:o}", "text", buf_cstr(&text), "url", url);
    buf_finish(&text);
    return link;
}

static void add_page(json_t *list, const struct render_place *place, const char *site_id,
                     const char *id, const char *name)
{
    json_array_append_new(list, link_json(words_language(place->language), WORDS_OPEN_PAGE,
                                          (struct words_place){"name", name[0] != '\0' ? name : id},
                                          link_to(place, site_id, id)));
}

/* To what it speaks of: one device and its site; of several sites to where all of them are. */
static json_t *links_json(const struct notice *notice, const struct render_place *place)
{
    json_t *list = json_array();
    const struct notice_item *only = notice->item_count == 1 ? &notice->items[0] : NULL;
    uint32_t language = words_language(place->language);
    bool of_incidents = notice->item_count > 0 || notice->kind == NOTICE_CATCHUP;
    const char *camera = notice->extra != NULL ? json_text(notice->extra, "camera") : "";
    if (place->link_base[0] == '\0') {
        return list;
    }
    if (only != NULL && only->subject[0] != '\0') {
        add_page(list, place, only->site_id, only->subject, only->name);
    } else if (camera[0] != '\0') {
        add_page(list, place, notice->site_id, camera, place->name(place->arg, camera));
    }
    if (notice->site_id[0] != '\0') {
        json_array_append_new(list, link_json(language, WORDS_OPEN_SITE,
                                              (struct words_place){"site", place->site_name},
                                              link_to(place, notice->site_id, "")));
    } else if (of_incidents) {
        json_array_append_new(list,
                              link_json(language, WORDS_OPEN_ALL, (struct words_place){NULL, NULL},
                                        json_string(place->link_base)));
    }
    return list;
}

static void add_item_lines(struct buf *out, const json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *since = json_text(item, "since_local");
        buf_printf(out, "\n- %s: %s", json_text(item, "name"), json_text(item, "text"));
        if (since[0] != '\0') {
            buf_printf(out, " (%s)", since);
        }
    }
}

/* The whole message as plain text. */
static json_t *text_json(const json_t *object, uint32_t language, size_t hidden)
{
    struct buf out;
    const json_t *lines = json_object_get(object, "lines");
    const json_t *links = json_object_get(object, "links");
    buf_init(&out);
    buf_text(&out, json_text(object, "title"));
    for (size_t i = 0; i < json_array_size(lines); i++) {
        buf_printf(&out, "\n%s", json_string_value(json_array_get(lines, i)));
    }
    if (json_array_size(json_object_get(object, "items")) > 1 || hidden > 0) {
        add_item_lines(&out, json_object_get(object, "items"));
    }
    if (hidden > 0) {
        char count[24];
        text_format(count, sizeof(count), "%zu", hidden);
        buf_char(&out, '\n');
        words_fill(&out, words_text(language, WORDS_MORE),
                   (struct words_place[]){{"count", count}, {NULL, NULL}});
    }
    for (size_t i = 0; i < json_array_size(links); i++) {
        buf_printf(&out, "\n%s", json_text(json_array_get(links, i), "url"));
    }
    json_t *text = json_string(buf_cstr(&out));
    buf_finish(&out);
    return text;
}

/* True when the notice speaks of a later incident of the same camera or recorder, which says more. */
static bool is_outdated(const struct notice *notice, size_t index)
{
    const struct notice_item *item = &notice->items[index];
    for (size_t i = 0; i < notice->item_count && item->subject[0] != '\0'; i++) {
        const struct notice_item *other = &notice->items[i];
        bool is_later = other->since > item->since || (other->since == item->since && i > index);
        if (is_later && strcmp(other->subject, item->subject) == 0 &&
            strcmp(other->site_id, item->site_id) == 0) {
            return true;
        }
    }
    return false;
}

/* The notice with the last of each device alone; its items borrow the texts, the list is the caller's. */
static struct notice last_of_each(const struct notice *notice)
{
    struct notice last = *notice;
    last.item_count = 0;
    last.items = calloc(notice->item_count + 1, sizeof(*last.items));
    for (size_t i = 0; last.items != NULL && i < notice->item_count; i++) {
        if (!is_outdated(notice, i)) {
            last.items[last.item_count++] = notice->items[i];
        }
    }
    return last;
}

static char *render(const struct notice *notice, const struct render_place *place)
{
    char local[RENDER_TIME_MAX];
    size_t count = 0;
    uint32_t language = words_language(place->language);
    struct buf title;
    buf_init(&title);
    render_title(&title, notice, place);
    json_t *items = items_json(notice, place, &count);
    const json_t *ranking =
        notice->extra != NULL ? json_object_get(notice->extra, "ranking") : NULL;
    if (json_is_array(ranking)) {
        json_decref(items);
        items = ranking_json(notice, ranking, place);
        count = json_array_size(items);
    }
    const json_t *rows = notice->extra != NULL ? json_object_get(notice->extra, "rows") : NULL;
    if (json_is_array(rows)) {
        json_decref(items);
        items = rows_json(notice, rows, place);
        count = json_count(notice->extra, "row_count");
    }
    size_t shown = json_array_size(items);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:o, s:s, s:o, s:s, s:s, s:i}",
        "id", notice->id, "kind", notice_kind_word(notice->kind), "site", notice->site_id,
        "site_name", place->site_name, "severity", severity_word(notice->severity), "incident",
        notice->item_count == 1 ? notice->items[0].alarm : "", "thread_key", notice->thread,
        "title", buf_cstr(&title), "lines", render_lines(notice, place), "items", items,
        "item_count", (json_int_t)(count > shown ? count : shown), "links",
        links_json(notice, place), "language", words_tag(language), "at", utc_json(place->wall),
        "local_time", render_moment(place->zone, place->wall, local), "mode", place->mode,
        "buttons", (int)place->buttons);
    buf_finish(&title);
    if (object == NULL) {
        return NULL;
    }
    json_object_set_new(object, "text",
                        text_json(object, language, count > shown ? count - shown : 0));
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

char *render_notice(const struct notice *notice, const struct render_place *place)
{
    struct notice last = last_of_each(notice);
    char *text = last.items != NULL ? render(&last, place) : NULL;
    free(last.items);
    return text;
}
