/* SPDX-License-Identifier: MIT */
#include "gateway/render_title.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/observation.h>

#include "base/clock.h"
#include "base/text.h"
#include "gateway/json_text.h"
#include "gateway/quiet.h"
#include "health/stale.h"
#include "health/words.h"

#define NUMBER_MAX 24
#define PLACES_MAX 16u

/* ---- parts ---- */

static const char *number(uint64_t value, char out[NUMBER_MAX])
{
    text_format(out, NUMBER_MAX, "%llu", (unsigned long long)value);
    return out;
}

void render_duration(struct buf *out, uint32_t language, int64_t us)
{
    char n[NUMBER_MAX];
    char m[NUMBER_MAX];
    uint64_t s = us > 0 ? (uint64_t)us / CLOCK_S : 0;
    enum words_key key = s < 60      ? WORDS_SECONDS
                         : s < 3600  ? WORDS_MINUTES
                         : s < 86400 ? WORDS_HOURS
                                     : WORDS_DAYS;
    uint64_t first = s < 60 ? s : s < 3600 ? s / 60 : s < 86400 ? s / 3600 : s / 86400;
    uint64_t second = s < 86400 ? s / 60 % 60 : s / 3600 % 24;
    words_fill(out, words_text(language, key),
               (struct words_place[]){
                   {"n", number(first, n)}, {"m", number(second, m)}, {"h", m}, {NULL, NULL}});
}

static void counted(struct buf *out, uint32_t language, uint32_t count, enum words_key one,
                    enum words_key many)
{
    char n[NUMBER_MAX];
    words_fill(out, words_text(language, count == 1 ? one : many),
               (struct words_place[]){{"count", number(count, n)}, {NULL, NULL}});
}

/* "30 cameras, 2 NVRs". */
static void counts(struct buf *out, uint32_t language, const struct incident_counts *what)
{
    struct buf cameras;
    struct buf nvrs;
    buf_init(&cameras);
    buf_init(&nvrs);
    counted(&cameras, language, what->cameras, WORDS_ONE_CAMERA, WORDS_CAMERAS);
    counted(&nvrs, language, what->nvrs, WORDS_ONE_NVR, WORDS_NVRS);
    if (what->cameras > 0 && what->nvrs > 0) {
        words_fill(out, words_text(language, WORDS_AND),
                   (struct words_place[]){
                       {"a", buf_cstr(&cameras)}, {"b", buf_cstr(&nvrs)}, {NULL, NULL}});
    } else {
        buf_text(out, what->nvrs > 0 ? buf_cstr(&nvrs) : buf_cstr(&cameras));
    }
    buf_finish(&cameras);
    buf_finish(&nvrs);
}

/* Everything that a text about one incident may name. */
struct named {
    struct buf lost;
    struct buf of;
    struct buf duration;
    struct words_place places[12];
};

static void name_all(struct named *named, uint32_t language, const struct notice_item *item,
                     const char *site_name)
{
    const char *colon = strchr(item->cause, ':');
    const char *name = item->name[0] != '\0'      ? item->name
                       : item->subject[0] != '\0' ? item->subject
                       : colon != NULL            ? colon + 1
                                                  : item->cause;
    buf_init(&named->lost);
    buf_init(&named->of);
    buf_init(&named->duration);
    counts(&named->lost, language, &item->lost);
    counts(&named->of, language, &item->of);
    render_duration(&named->duration, language, item->over - item->since);
    struct words_place places[] = {{"name", name},
                                   {"site", site_name},
                                   {"health", words_health(language, item->health)},
                                   {"reason", words_reason_seen(language, item->reason)},
                                   {"remedy", words_reason_remedy(language, item->reason)},
                                   {"lost", buf_cstr(&named->lost)},
                                   {"of", buf_cstr(&named->of)},
                                   {"duration", buf_cstr(&named->duration)},
                                   {NULL, NULL}};
    memcpy(named->places, places, sizeof(places));
}

static void finish_named(struct named *named)
{
    buf_finish(&named->lost);
    buf_finish(&named->of);
    buf_finish(&named->duration);
}

/* ---- one incident ---- */

static enum words_key key_of(const struct notice_item *item)
{
    bool over = item->over != 0;
    if (strcmp(item->cause, "site") == 0) {
        return over ? WORDS_SITE_BACK : WORDS_SITE_LOST;
    }
    if (strcmp(item->cause, "group") == 0) {
        return over ? WORDS_GROUP_BACK : WORDS_GROUP_LOST;
    }
    if (strncmp(item->cause, "link:", 5) == 0) {
        return over ? WORDS_LINK_BACK : WORDS_LINK_LOST;
    }
    if (strncmp(item->cause, "node:", 5) == 0) {
        return over ? WORDS_NODE_BACK : WORDS_NODE_LOST;
    }
    if (over) {
        return item->off ? WORDS_OFF : item->untold ? WORDS_CAME_AND_WENT : WORDS_RECOVERY;
    }
    bool with_others = item->counted && item->lost.cameras + item->lost.nvrs > 0;
    return with_others ? WORDS_NVR_LOST : WORDS_ALERT;
}

/* It is over, and some of what was lost with it are not back. */
static bool leaves_some(const struct notice_item *item)
{
    return item->over != 0 && item->counted && item->lost.cameras + item->lost.nvrs > 0;
}

static void title_of_item(struct buf *out, uint32_t language, const struct notice_item *item,
                          const char *site_name)
{
    struct named named;
    struct buf title;
    buf_init(&title);
    name_all(&named, language, item, site_name);
    words_fill(&title, words_text(language, key_of(item)), named.places);
    if (leaves_some(item)) {
        struct words_place places[] = {
            {"title", buf_cstr(&title)}, {"lost", buf_cstr(&named.lost)}, {NULL, NULL}};
        words_fill(out, words_text(language, WORDS_BACK_BUT), places);
    } else {
        buf_text(out, buf_cstr(&title));
    }
    finish_named(&named);
    buf_finish(&title);
}

void render_item_text(struct buf *out, uint32_t language, const struct notice_item *item,
                      const char *site_name)
{
    if (item->subject[0] == '\0') {
        title_of_item(out, language, item, site_name);
    } else if (item->over != 0) {
        buf_text(out, words_health(language, item->off ? VMM_HEALTH_DISABLED : VMM_HEALTH_OK));
    } else {
        words_fill(out, words_text(language, WORDS_ITEM),
                   (struct words_place[]){{"health", words_health(language, item->health)},
                                          {"reason", words_reason_seen(language, item->reason)},
                                          {NULL, NULL}});
    }
}

void render_rank(struct buf *out, uint32_t language, uint32_t incidents, int64_t down_us)
{
    char count[NUMBER_MAX];
    struct buf duration;
    buf_init(&duration);
    render_duration(&duration, language, down_us);
    words_fill(out, words_text(language, WORDS_RANK),
               (struct words_place[]){{"count", number(incidents, count)},
                                      {"duration", buf_cstr(&duration)},
                                      {NULL, NULL}});
    buf_finish(&duration);
}

/* ---- several ---- */

struct tally {
    uint32_t bad;  /* open */
    uint32_t back; /* OK again */
    uint32_t off;  /* over because it was switched off */
};

static struct tally tally_of(const struct notice *notice)
{
    struct tally tally = {0};
    for (size_t i = 0; i < notice->item_count; i++) {
        const struct notice_item *item = &notice->items[i];
        tally.bad += item->over == 0;
        tally.back += item->over != 0 && !item->off;
        tally.off += item->over != 0 && item->off;
    }
    return tally;
}

static bool all_of_one_reason(const struct notice *notice)
{
    for (size_t i = 1; i < notice->item_count; i++) {
        if (notice->items[i].reason != notice->items[0].reason || notice->items[i].over != 0) {
            return false;
        }
    }
    return notice->items[0].over == 0;
}

static enum words_key key_of_many(const struct notice *notice, const struct tally *tally)
{
    if (tally->off > 0) {
        return WORDS_MIXED;
    }
    if (tally->bad == 0) {
        return WORDS_MANY_BACK;
    }
    return all_of_one_reason(notice) ? WORDS_MANY
           : tally->back == 0        ? WORDS_MANY_BAD
                                     : WORDS_BAD_AND_BACK;
}

static void title_of_many(struct buf *out, uint32_t language, const struct notice *notice,
                          const struct render_place *place)
{
    struct buf devices;
    char back[NUMBER_MAX];
    struct tally tally = tally_of(notice);
    enum words_key key = key_of_many(notice, &tally);
    uint32_t count = key == WORDS_BAD_AND_BACK ? tally.bad : (uint32_t)notice->item_count;
    const char *site =
        notice->site_id[0] != '\0' ? place->site_name : words_text(language, WORDS_SEVERAL_SITES);
    buf_init(&devices);
    counted(&devices, language, count, WORDS_ONE_DEVICE, WORDS_DEVICES);
    words_fill(
        out, words_text(language, key),
        (struct words_place[]){{"site", site},
                               {"devices", buf_cstr(&devices)},
                               {"count", number(tally.back, back)},
                               {"reason", words_reason_seen(language, notice->items[0].reason)},
                               {NULL, NULL}});
    buf_finish(&devices);
}

static void title_of_catch_up(struct buf *out, uint32_t language, const struct notice *notice,
                              const struct render_place *place)
{
    char count[NUMBER_MAX];
    struct buf duration;
    int64_t since = notice->extra != NULL ? json_number(notice->extra, "away_since") : 0;
    buf_init(&duration);
    render_duration(&duration, language, place->wall - since);
    words_fill(out, words_text(language, since != 0 ? WORDS_CATCH_UP : WORDS_CATCH_UP_FIRST),
               (struct words_place[]){{"duration", buf_cstr(&duration)},
                                      {"count", number(notice->item_count, count)},
                                      {NULL, NULL}});
    buf_finish(&duration);
}

static void title_of_incidents(struct buf *out, uint32_t language, const struct notice *notice,
                               const struct render_place *place)
{
    struct buf title;
    buf_init(&title);
    if (notice->item_count == 1) {
        title_of_item(&title, language, &notice->items[0], place->site_name);
    } else {
        title_of_many(&title, language, notice, place);
    }
    if (notice->kind == NOTICE_UPDATE || notice->kind == NOTICE_REMINDER) {
        words_fill(out,
                   words_text(language, notice->kind == NOTICE_UPDATE ? WORDS_NOW : WORDS_STILL),
                   (struct words_place[]){{"title", buf_cstr(&title)}, {NULL, NULL}});
    } else {
        buf_text(out, buf_cstr(&title));
    }
    buf_finish(&title);
}

/* A number with its decimals, as the language writes it. */
static void localize(char out[NUMBER_MAX], uint32_t language, const char *text)
{
    text_format(out, NUMBER_MAX, "%s", text);
    char *point = strchr(out, '.');
    if (point != NULL && language == WORDS_PT_BR) {
        *point = ',';
    }
}

/* What goes to a place: a text as it is, but for words that each language has of its own, and numbers. */
static const char *place_value(uint32_t language, const char *name, const json_t *value,
                               char decimals[NUMBER_MAX])
{
    const char *text = json_string_value(value);
    int health = strcmp(name, "health") == 0 ? health_number(text) : -1;
    if (strcmp(name, "percent") == 0) {
        localize(decimals, language, text);
        return decimals;
    }
    if (strcmp(name, "kind") == 0) {
        return words_kind(language, quiet_kind_of(text));
    }
    return health >= 0 ? words_health(language, (uint32_t)health) : text;
}

static void fill_texts(struct buf *out, uint32_t language, const json_t *given,
                       const char *name_place, const struct render_place *place)
{
    struct words_place places[PLACES_MAX + 3] = {{"site", place->site_name}, {"name", name_place}};
    const char *name;
    json_t *value;
    char decimals[NUMBER_MAX];
    size_t count = name_place != NULL ? 2 : 1;
    json_object_foreach(json_object_get(given, "places"), name, value)
    {
        if (count <= PLACES_MAX && json_is_string(value)) {
            places[count++] =
                (struct words_place){name, place_value(language, name, value, decimals)};
        }
    }
    places[count] = (struct words_place){NULL, NULL};
    enum words_key key = words_named(json_text(given, "words"));
    words_fill(out, key < WORDS_KEYS ? words_text(language, key) : "", places);
}

/* A message that was stored by the name of its words, with the places to fill in. The name may be such words itself. */
void render_named(struct buf *out, uint32_t language, const json_t *given,
                  const struct render_place *place)
{
    struct buf name;
    const json_t *who = json_object_get(json_object_get(given, "places"), "name");
    buf_init(&name);
    if (json_is_object(who)) {
        fill_texts(&name, language, who, NULL, place);
    }
    fill_texts(out, language, given, json_is_object(who) ? buf_cstr(&name) : NULL, place);
    buf_finish(&name);
}

void render_title(struct buf *out, const struct notice *notice, const struct render_place *place)
{
    uint32_t language = words_language(place->language);
    const char *given = notice->extra != NULL ? json_text(notice->extra, "title") : "";
    if (given[0] != '\0') {
        buf_text(out, given);
    } else if (notice->extra != NULL && json_object_get(notice->extra, "words") != NULL) {
        render_named(out, language, notice->extra, place);
    } else if (notice->kind == NOTICE_CATCHUP) {
        title_of_catch_up(out, language, notice, place);
    } else if (notice->item_count > 0) {
        title_of_incidents(out, language, notice, place);
    }
}

/* ---- lines ---- */

static void add_line(json_t *lines, uint32_t language, enum words_key key,
                     const struct words_place *places)
{
    struct buf line;
    buf_init(&line);
    words_fill(&line, words_text(language, key), places);
    json_array_append_new(lines, json_string(buf_cstr(&line)));
    buf_finish(&line);
}

static void add_time(json_t *lines, uint32_t language, enum words_key key, int64_t wall,
                     const struct render_place *place)
{
    char local[RENDER_TIME_MAX];
    struct words_place places[] = {{"time", render_moment(place->zone, wall, local)}, {NULL, NULL}};
    add_line(lines, language, key, places);
}

/* How far the looks got, and when the device last answered. */
static void add_evidence(json_t *lines, uint32_t language, const struct notice_item *item,
                         const struct render_place *place)
{
    char count[NUMBER_MAX];
    char time[RENDER_TIME_MAX] = "–";
    if (item->subject[0] == '\0' || item->rung == VMM_RUNG_NONE) {
        return;
    }
    if (item->seen != 0) {
        render_time(place->zone, item->seen, time);
    }
    struct words_place places[] = {{"count", number(item->failures, count)},
                                   {"rung", words_rung(language, item->rung)},
                                   {"time", time},
                                   {NULL, NULL}};
    add_line(lines, language, item->failures > 0 ? WORDS_FAILED : WORDS_FOUND, places);
}

/* Who is not back, by name. */
static void add_left(json_t *lines, uint32_t language, const struct notice_item *item,
                     const struct render_place *place)
{
    struct buf names;
    buf_init(&names);
    for (size_t i = 0; i < json_array_size(item->devices); i++) {
        const char *id = json_string_value(json_array_get(item->devices, i));
        const char *name = id != NULL ? place->name(place->arg, id) : "";
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", id == NULL || name[0] != '\0' ? name : id);
    }
    struct words_place places[] = {{"name", buf_cstr(&names)}, {NULL, NULL}};
    add_line(lines, language, WORDS_LEFT, places);
    buf_finish(&names);
}

static void lines_of_item(json_t *lines, uint32_t language, const struct notice_item *item,
                          const struct render_place *place)
{
    struct named named;
    name_all(&named, language, item, place->site_name);
    add_time(lines, language, WORDS_SINCE, item->since, place);
    if (item->unanswered != 0) {
        add_time(lines, language, WORDS_ESCALATED, item->unanswered, place);
    }
    if (item->over != 0) {
        add_line(lines, language, WORDS_LASTED, named.places);
        if (leaves_some(item)) {
            add_left(lines, language, item, place);
        }
    } else {
        if (item->subject[0] == '\0' || item->counted) {
            add_line(lines, language, WORDS_SEEN, named.places);
        }
        add_evidence(lines, language, item, place);
        if (item->stale_by != STALE_BY_NONE) {
            add_line(lines, language, WORDS_BY_PROVIDER + item->stale_by - STALE_BY_PROVIDER,
                     named.places);
        }
        if (item->or_node) {
            add_line(lines, language, WORDS_OR_NODE, named.places);
        }
        add_line(lines, language, WORDS_DO, named.places);
    }
    finish_named(&named);
}

static void lines_of_catch_up(json_t *lines, uint32_t language, const json_t *extra)
{
    char count[NUMBER_MAX];
    struct words_place places[] = {{"count", count}, {NULL, NULL}};
    if (json_count(extra, "missed") > 0) {
        number(json_count(extra, "missed"), count);
        add_line(lines, language, WORDS_MISSED, places);
    }
    if (json_count(extra, "over") > 0) {
        number(json_count(extra, "over"), count);
        add_line(lines, language, WORDS_OVER, places);
    }
}

static void add_named(json_t *lines, uint32_t language, const json_t *more,
                      const struct render_place *place)
{
    for (size_t i = 0; i < json_array_size(more); i++) {
        struct buf line;
        buf_init(&line);
        render_named(&line, language, json_array_get(more, i), place);
        json_array_append_new(lines, json_string(buf_cstr(&line)));
        buf_finish(&line);
    }
}

json_t *render_lines(const struct notice *notice, const struct render_place *place)
{
    uint32_t language = words_language(place->language);
    const json_t *given = notice->extra != NULL ? json_object_get(notice->extra, "lines") : NULL;
    if (json_is_array(given)) {
        return json_deep_copy(given);
    }
    json_t *lines = json_array();
    const json_t *more = notice->extra != NULL ? json_object_get(notice->extra, "more") : NULL;
    if (json_is_array(more)) {
        add_named(lines, language, more, place);
    } else if (notice->kind == NOTICE_CATCHUP && notice->extra != NULL) {
        lines_of_catch_up(lines, language, notice->extra);
    } else if (notice->item_count == 1) {
        lines_of_item(lines, language, &notice->items[0], place);
    } else if (notice->item_count > 1 && all_of_one_reason(notice)) {
        add_line(
            lines, language, WORDS_DO,
            (struct words_place[]){
                {"remedy", words_reason_remedy(language, notice->items[0].reason)}, {NULL, NULL}});
    }
    return lines;
}
