/* SPDX-License-Identifier: MIT */
#include "generic_dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void generic_dialogue_init(struct generic_dialogue *dialogue, const struct generic_request *request)
{
    size_t most = request->max_bytes;
    *dialogue = (struct generic_dialogue){
        .request = request,
        .limit = most > 0 && most < GENERIC_DIALOGUE_MAX ? most : GENERIC_DIALOGUE_MAX};
}

static void drop_groups(struct generic_dialogue *dialogue)
{
    for (size_t i = 0; i < GENERIC_GROUPS_MAX; i++) {
        free(dialogue->groups[i]);
        dialogue->groups[i] = NULL;
    }
}

void generic_dialogue_finish(struct generic_dialogue *dialogue)
{
    drop_groups(dialogue);
    free(dialogue->bytes);
}

int generic_dialogue_take(struct generic_dialogue *dialogue, const void *bytes, size_t size)
{
    if (size > dialogue->limit - dialogue->size) {
        size = dialogue->limit - dialogue->size;
        dialogue->is_full = true;
    }
    char *grown = realloc(dialogue->bytes, dialogue->size + size + 1);
    if (grown == NULL) {
        return VMM_E_NOMEM;
    }
    memcpy(grown + dialogue->size, bytes, size);
    dialogue->bytes = grown;
    dialogue->size += size;
    grown[dialogue->size] = '\0';
    return 0;
}

/* ---- What came ---- */

static enum generic_next broken(struct generic_dialogue *dialogue, const char *what)
{
    snprintf(dialogue->why, sizeof(dialogue->why), "dialogue[%u]: %s",
             dialogue->request->steps[dialogue->step].entry, what);
    return GENERIC_NEXT_BROKEN;
}

/* The next line without its end; what has no end counts as one when nothing more will come. */
static bool next_line(struct generic_dialogue *dialogue, bool ended, struct vmm_text *line)
{
    const char *begin = dialogue->bytes + dialogue->at;
    size_t from = dialogue->scanned > dialogue->at ? dialogue->scanned : dialogue->at;
    const char *end =
        dialogue->size > from ? memchr(dialogue->bytes + from, '\n', dialogue->size - from) : NULL;
    dialogue->scanned = dialogue->size;
    if (end == NULL && (!ended || dialogue->size == dialogue->at)) {
        return false;
    }
    size_t size = end == NULL ? dialogue->size - dialogue->at : (size_t)(end - begin);
    dialogue->at += size + (end == NULL ? 0 : 1);
    dialogue->scanned = dialogue->at;
    *line = vmm_text_bytes(begin, size > 0 && begin[size - 1] == '\r' ? size - 1 : size);
    return true;
}

static enum generic_next keep_groups(struct generic_dialogue *dialogue,
                                     const struct vmm_text *groups, size_t count)
{
    drop_groups(dialogue);
    for (size_t i = 0; i < count; i++) {
        dialogue->groups[i] = strndup(groups[i].size > 0 ? groups[i].data : "", groups[i].size);
        if (dialogue->groups[i] == NULL) {
            return GENERIC_NEXT_FAILED;
        }
    }
    dialogue->step++;
    return GENERIC_NEXT_DONE;
}

/* Lines that do not fit are left out, as long as others may come. DONE: it has come. */
static enum generic_next expect_line(struct generic_dialogue *dialogue, bool ended,
                                     struct generic_clock *clock)
{
    const struct generic_step *step = &dialogue->request->steps[dialogue->step];
    struct vmm_text groups[GENERIC_GROUPS_MAX];
    struct vmm_text line;
    while (dialogue->size > 0 && next_line(dialogue, ended, &line)) {
        size_t count = generic_pattern_groups(&step->pattern, line, clock, groups);
        if (count > 0) {
            return keep_groups(dialogue, groups, count);
        }
        if (clock->over) {
            return broken(dialogue, "the pattern takes too long on what came");
        }
    }
    return ended ? broken(dialogue, "no line that fits has come") : GENERIC_NEXT_WAIT;
}

static enum generic_next expect_bytes(struct generic_dialogue *dialogue, bool ended)
{
    const struct generic_step *step = &dialogue->request->steps[dialogue->step];
    size_t have = dialogue->size - dialogue->at;
    size_t common = have < step->size ? have : step->size;
    if (common > 0 && memcmp(dialogue->bytes + dialogue->at, step->bytes, common) != 0) {
        return broken(dialogue, "other bytes have come");
    }
    if (common < step->size) {
        return ended ? broken(dialogue, "not all bytes have come") : GENERIC_NEXT_WAIT;
    }
    dialogue->at += step->size;
    dialogue->step++;
    return GENERIC_NEXT_DONE;
}

/* What came in clear and was not asked for must not pass for something that came encrypted. */
static enum generic_next secure(struct generic_dialogue *dialogue, bool ended)
{
    if (ended) {
        return broken(dialogue, "the device has closed before it was encrypted");
    }
    return dialogue->size > dialogue->at ? broken(dialogue, "more has come before it was encrypted")
                                         : GENERIC_NEXT_SECURE;
}

/* The group that "{1}" to "{9}" at this place stands for; NULL when it is no such word. */
static const char *group_at(const struct generic_dialogue *dialogue, const char *text)
{
    if (text[0] != '{' || text[1] < '1' || text[1] > '9' || text[2] != '}') {
        return NULL;
    }
    const char *group = dialogue->groups[text[1] - '0'];
    return group != NULL ? group : "";
}

/* A device does not choose how much it is sent: NULL, or what is too long about this text. */
static const char *too_long(const struct generic_dialogue *dialogue, const char *text)
{
    size_t total = 0;
    while (*text != '\0') {
        const char *group = group_at(dialogue, text);
        size_t size = group != NULL ? strlen(group) : 1;
        total += size;
        text += group != NULL ? 3 : 1;
        if (group != NULL && size > GENERIC_GROUP_MAX) {
            return "the group that is to be sent is too long";
        }
    }
    return total > GENERIC_SEND_MAX ? "what is to be sent is too long" : NULL;
}

static enum generic_next say(struct generic_dialogue *dialogue, bool ended)
{
    const struct generic_step *step = &dialogue->request->steps[dialogue->step];
    if (ended) {
        return broken(dialogue, "the device has closed before it was said");
    }
    const char *what = step->is_text ? too_long(dialogue, step->bytes) : NULL;
    return what != NULL ? broken(dialogue, what) : GENERIC_NEXT_SEND;
}

static enum generic_next next_of(struct generic_dialogue *dialogue, bool ended,
                                 struct generic_clock *clock)
{
    enum generic_next next = GENERIC_NEXT_DONE;
    while (next == GENERIC_NEXT_DONE && dialogue->step < dialogue->request->step_count) {
        uint32_t act = dialogue->request->steps[dialogue->step].act;
        if (act == GENERIC_ACT_SECURE) {
            return secure(dialogue, ended);
        }
        if (act == GENERIC_ACT_SEND) {
            return say(dialogue, ended);
        }
        next = act == GENERIC_ACT_EXPECT ? expect_line(dialogue, ended, clock)
                                         : expect_bytes(dialogue, ended);
    }
    return next;
}

enum generic_next generic_dialogue_next(struct generic_dialogue *dialogue, bool ended,
                                        struct generic_clock *clock)
{
    enum generic_next next = next_of(dialogue, ended, clock);
    return next == GENERIC_NEXT_WAIT && dialogue->is_full
               ? broken(dialogue, "more bytes have come than max_bytes")
               : next;
}

/* ---- What goes out ---- */

static size_t fill_groups(const struct generic_dialogue *dialogue, const char *text, char *out)
{
    size_t used = 0;
    while (*text != '\0') {
        const char *group = group_at(dialogue, text);
        size_t size = group != NULL ? strlen(group) : 1;
        if (out != NULL) {
            memcpy(out + used, group != NULL ? group : text, size);
        }
        used += size;
        text += group != NULL ? 3 : 1;
    }
    return used;
}

static char *copy_bytes(const char *bytes, size_t size)
{
    char *copy = malloc(size + 1);
    if (copy != NULL) {
        memcpy(copy, bytes, size);
        copy[size] = '\0';
    }
    return copy;
}

char *generic_dialogue_text(const struct generic_dialogue *dialogue,
                            const struct generic_carried *carried, struct generic_plan *plan,
                            size_t *size)
{
    const struct generic_step *step = &dialogue->request->steps[dialogue->step];
    *size = step->size;
    if (!step->is_text) {
        return copy_bytes(step->bytes, step->size);
    }
    char *filled = carried != NULL ? generic_carry_text(carried, plan, step->bytes)
                                   : copy_bytes(step->bytes, step->size);
    if (filled == NULL) {
        return NULL;
    }
    *size = fill_groups(dialogue, filled, NULL);
    char *out = calloc(1, *size + 1);
    if (out != NULL) {
        fill_groups(dialogue, filled, out);
    }
    explicit_bzero(filled, strlen(filled));
    free(filled);
    return out;
}

void generic_dialogue_sent(struct generic_dialogue *dialogue)
{
    dialogue->step++;
}
