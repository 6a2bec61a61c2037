/* SPDX-License-Identifier: MIT */
#include "gateway/quiet.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/hash.h"
#include "base/text.h"
#include "health/words.h"

static const char *const words[QUIET_KINDS] = {"maintenance", "silence", "off", "ack", "snooze"};

const char *quiet_kind_word(enum quiet_kind kind)
{
    return kind < QUIET_KINDS ? words[kind] : "?";
}

enum quiet_kind quiet_kind_of(const char *word)
{
    enum quiet_kind kind = 0;
    while (kind < QUIET_KINDS && strcmp(words[kind], word) != 0) {
        kind++;
    }
    return kind;
}

void quiet_init(struct quiet *quiet)
{
    *quiet = (struct quiet){0};
}

static void destroy(struct quiet_entry *entry)
{
    if (entry == NULL) {
        return;
    }
    free(entry->site);
    free(entry->camera);
    free(entry->cause);
    free(entry->tag);
    free(entry->incident);
    free(entry->owner);
    free(entry->reason);
    free(entry->window_text);
    free(entry);
}

void quiet_finish(struct quiet *quiet)
{
    for (size_t i = 0; i < quiet->count; i++) {
        destroy(quiet->entries[i]);
    }
    free(quiet->entries);
    quiet_init(quiet);
}

/* ---- making ---- */

static const char *wrong_scope(const struct quiet_draft *draft)
{
    bool anything = draft->site[0] != '\0' || draft->camera[0] != '\0' || draft->tag[0] != '\0';
    switch (draft->kind) {
    case QUIET_MAINTENANCE:
        return anything ? NULL : "a maintenance names a site, a camera or a tag";
    case QUIET_SILENCE:
        return anything || draft->cause[0] != '\0'
                   ? NULL
                   : "a silence that matches everything is no silence: name a site, a camera, a "
                     "tag or a reason";
    case QUIET_OFF:
        return draft->camera[0] != '\0' ? NULL : "what is off on purpose is a camera or a recorder";
    default:
        return draft->incident[0] != '\0' ? NULL : "name an open incident";
    }
}

static const char *wrong(const struct quiet_draft *draft)
{
    struct window window;
    if (draft->owner[0] == '\0' || draft->reason[0] == '\0') {
        return "it needs an owner and a reason";
    }
    if (draft->ends_at <= draft->starts_at) {
        return "it ends before it begins";
    }
    if (draft->ends_at - draft->starts_at > QUIET_MAX_US) {
        return "it may last 90 days at most; then it is asked for again";
    }
    if (draft->weekly[0] != '\0' &&
        (draft->kind != QUIET_MAINTENANCE || !window_parse(draft->weekly, &window))) {
        return "weekly is written like \"sun 02:00-04:00\", of a maintenance";
    }
    if (draft->cause[0] != '\0' && strpbrk(draft->cause, "*?") == NULL &&
        reason_number(draft->cause) < 0) {
        return "there is no such reason";
    }
    return wrong_scope(draft);
}

static struct quiet_entry *make(const struct quiet_draft *draft)
{
    struct quiet_entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL) {
        return NULL;
    }
    *entry = (struct quiet_entry){.kind = draft->kind,
                                  .site = strdup(draft->site),
                                  .camera = strdup(draft->camera),
                                  .cause = strdup(draft->cause),
                                  .tag = strdup(draft->tag),
                                  .incident = strdup(draft->incident),
                                  .owner = strdup(draft->owner),
                                  .reason = strdup(draft->reason),
                                  .window_text = strdup(draft->weekly),
                                  .created_at = draft->created_at,
                                  .starts_at = draft->starts_at,
                                  .ends_at = draft->ends_at};
    text_format(entry->id, sizeof(entry->id), "%s", draft->id);
    entry->weekly = draft->weekly[0] != '\0' && window_parse(draft->weekly, &entry->window);
    if (entry->site == NULL || entry->camera == NULL || entry->cause == NULL ||
        entry->tag == NULL || entry->incident == NULL || entry->owner == NULL ||
        entry->reason == NULL || entry->window_text == NULL) {
        destroy(entry);
        return NULL;
    }
    return entry;
}

int quiet_add(struct quiet *quiet, const struct quiet_draft *draft, const char **why)
{
    *why = wrong(draft);
    if (*why != NULL) {
        return VMM_E_INVAL;
    }
    if (quiet->count == quiet->room) {
        size_t room = quiet->room == 0 ? 16 : quiet->room * 2;
        struct quiet_entry **entries = realloc(quiet->entries, room * sizeof(struct quiet_entry *));
        if (entries == NULL) {
            return VMM_E_NOMEM;
        }
        quiet->entries = entries;
        quiet->room = room;
    }
    struct quiet_entry *entry = make(draft);
    if (entry == NULL) {
        return VMM_E_NOMEM;
    }
    quiet->entries[quiet->count++] = entry;
    return 0;
}

struct quiet_entry *quiet_find(const struct quiet *quiet, const char *id)
{
    for (size_t i = 0; i < quiet->count; i++) {
        if (strcmp(quiet->entries[i]->id, id) == 0) {
            return quiet->entries[i];
        }
    }
    return NULL;
}

void quiet_remove(struct quiet *quiet, const struct quiet_entry *entry)
{
    for (size_t i = 0; i < quiet->count; i++) {
        if (quiet->entries[i] == entry) {
            destroy(quiet->entries[i]);
            quiet->entries[i] = quiet->entries[--quiet->count];
            return;
        }
    }
}

struct quiet_entry *quiet_lapsed(const struct quiet *quiet, int64_t wall)
{
    for (size_t i = 0; i < quiet->count; i++) {
        if (quiet->entries[i]->ends_at <= wall) {
            return quiet->entries[i];
        }
    }
    return NULL;
}

/* ---- asking ---- */

static bool fits(const char *pattern, const char *text)
{
    return pattern[0] == '\0' || text_matches(pattern, text);
}

static bool selects(const struct quiet_entry *entry, const struct quiet_ask *ask, const char *id)
{
    return fits(entry->camera, id) &&
           (entry->tag[0] == '\0' || ask->has_tag(ask->arg, id, entry->tag));
}

struct search {
    const struct quiet_entry *entry;
    const struct quiet_ask *ask;
    uint32_t selected;
    uint32_t others;
};

static void count_lost(void *arg, const char *id)
{
    struct search *search = arg;
    *(selects(search->entry, search->ask, id) ? &search->selected : &search->others) += 1;
}

/* An alarm names the first of many only: who is lost now is asked. */
static bool selects_each_lost(const struct quiet_entry *entry, const struct quiet_ask *ask)
{
    const struct alarm *alarm = ask->alarm;
    struct search search = {.entry = entry, .ask = ask};
    return ask->each_lost(ask->arg, alarm->site_id, alarm->id, count_lost, &search) &&
           search.selected > 0 && search.others == 0;
}

/* The device that an alarm is of. Of those that were lost together it has to be each one: whoever is quiet about some
 * wants to hear that others are lost. */
static bool selects_all(const struct quiet_entry *entry, const struct quiet_ask *ask)
{
    const struct alarm *alarm = ask->alarm;
    size_t named = json_array_size(alarm->devices);
    if (entry->camera[0] == '\0' && entry->tag[0] == '\0') {
        return true;
    }
    if (alarm->subject[0] != '\0') {
        return selects(entry, ask, alarm->subject);
    }
    for (size_t i = 0; i < named; i++) {
        const char *id = json_string_value(json_array_get(alarm->devices, i));
        if (id == NULL || !selects(entry, ask, id)) {
            return false;
        }
    }
    return named > 0 &&
           (named >= alarm->lost.cameras + alarm->lost.nvrs || selects_each_lost(entry, ask));
}

bool quiet_applies(const struct quiet_entry *entry, const struct quiet_ask *ask)
{
    const struct alarm *alarm = ask->alarm;
    if (ask->wall < entry->starts_at || ask->wall >= entry->ends_at ||
        !fits(entry->site, alarm->site_id) || !selects_all(entry, ask) ||
        !fits(entry->cause, reason_word(alarm->reason)) ||
        (entry->incident[0] != '\0' && strcmp(entry->incident, alarm->id) != 0)) {
        return false;
    }
    return !entry->weekly ||
           (ask->zone != NULL && window_holds(&entry->window, ask->zone, ask->wall / 1000000));
}

static const struct quiet_entry *first_of(const struct quiet *quiet, enum quiet_kind kind,
                                          const struct quiet_ask *ask)
{
    for (size_t i = 0; i < quiet->count; i++) {
        if (quiet->entries[i]->kind == kind && quiet_applies(quiet->entries[i], ask)) {
            return quiet->entries[i];
        }
    }
    return NULL;
}

static const char *rule_of(const struct quiet *quiet, const struct quiet_ask *ask,
                           const enum quiet_kind *kinds, size_t count, char rule[QUIET_RULE_MAX])
{
    for (size_t i = 0; i < count; i++) {
        const struct quiet_entry *entry = first_of(quiet, kinds[i], ask);
        if (entry != NULL) {
            text_format(rule, QUIET_RULE_MAX, "%s %s of %.32s: %.80s", quiet_kind_word(entry->kind),
                        entry->id, entry->owner, entry->reason);
            return rule;
        }
    }
    return NULL;
}

bool quiet_attended(const struct quiet *quiet, const struct quiet_ask *ask)
{
    return first_of(quiet, QUIET_MAINTENANCE, ask) != NULL ||
           first_of(quiet, QUIET_ACK, ask) != NULL || first_of(quiet, QUIET_SNOOZE, ask) != NULL;
}

const char *quiet_rule(const struct quiet *quiet, const struct quiet_ask *ask,
                       char rule[QUIET_RULE_MAX])
{
    static const enum quiet_kind kinds[] = {QUIET_MAINTENANCE, QUIET_OFF, QUIET_SILENCE};
    return rule_of(quiet, ask, kinds, 3, rule);
}

const char *quiet_taken(const struct quiet *quiet, const struct quiet_ask *ask,
                        char rule[QUIET_RULE_MAX])
{
    static const enum quiet_kind kinds[] = {QUIET_ACK, QUIET_SNOOZE};
    return rule_of(quiet, ask, kinds, 2, rule);
}

/* ---- off on purpose ---- */

static bool is_off_at(const struct quiet_entry *entry, int64_t wall)
{
    return entry->kind == QUIET_OFF && entry->cause[0] == '\0' && entry->tag[0] == '\0' &&
           wall >= entry->starts_at && wall < entry->ends_at;
}

const struct quiet_entry *quiet_off(const struct quiet *quiet, const char *site_id, const char *id,
                                    int64_t wall)
{
    for (size_t i = 0; i < quiet->count; i++) {
        const struct quiet_entry *entry = quiet->entries[i];
        if (is_off_at(entry, wall) && fits(entry->site, site_id) && fits(entry->camera, id)) {
            return entry;
        }
    }
    return NULL;
}

uint64_t quiet_off_mark(const struct quiet *quiet, int64_t wall)
{
    uint64_t mark = 0; /* their order is of no meaning */
    for (size_t i = 0; i < quiet->count; i++) {
        const struct quiet_entry *entry = quiet->entries[i];
        if (is_off_at(entry, wall)) {
            mark ^= hash_bytes(entry->id, strlen(entry->id), 1);
        }
    }
    return mark;
}

json_t *quiet_detail(const struct quiet_entry *entry)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kind", quiet_kind_word(entry->kind),
                     "site", entry->site, "camera", entry->camera, "cause", entry->cause, "tag",
                     entry->tag, "incident", entry->incident, "weekly", entry->window_text);
}
