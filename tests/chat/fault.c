/* SPDX-License-Identifier: MIT */
#include "chat/fault.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_kind(const char *word, size_t size, struct chat_fault *fault)
{
    static const struct {
        const char *word;
        enum chat_fault_kind kind;
    } kinds[] = {{"ok", CHAT_FAULT_NONE},   {"close", CHAT_FAULT_CLOSE}, {"drop", CHAT_FAULT_DROP},
                 {"hang", CHAT_FAULT_HANG}, {"lost", CHAT_FAULT_LOST},   {"page", CHAT_FAULT_PAGE}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strlen(kinds[i].word) == size && strncmp(kinds[i].word, word, size) == 0) {
            fault->kind = kinds[i].kind;
            return true;
        }
    }
    unsigned status = 0;
    unsigned after = 0;
    char text[32];
    snprintf(text, sizeof(text), "%.*s", (int)size, word);
    if (sscanf(text, "%3u:%9u", &status, &after) < 1 || status < 300 || status > 599) {
        return false;
    }
    *fault =
        (struct chat_fault){.kind = CHAT_FAULT_STATUS, .status = status, .retry_after_s = after};
    return true;
}

/* "429:30*5": what, and how often. */
static bool read_word(const char *word, size_t size, struct chat_fault *fault)
{
    const char *star = memchr(word, '*', size);
    size_t length = star != NULL ? (size_t)(star - word) : size;
    *fault = (struct chat_fault){0};
    if (!read_kind(word, length, fault)) {
        return false;
    }
    bool has_number = star != NULL && isdigit((unsigned char)star[1]);
    fault->left = star == NULL ? 1
                  : has_number ? (uint32_t)strtoul(star + 1, NULL, 10)
                               : UINT32_MAX;
    return fault->left > 0;
}

bool chat_faults_set(struct chat_faults *faults, const char *words)
{
    struct chat_faults new = {0};
    while (*words != '\0') {
        size_t size = strcspn(words, " \n");
        if (size > 0) {
            if (new.count == CHAT_FAULTS_MAX || !read_word(words, size, &new.list[new.count])) {
                return false;
            }
            new.count++;
        }
        words += size + (words[size] != '\0' ? 1 : 0);
    }
    *faults = new;
    return true;
}

struct chat_fault chat_faults_take(struct chat_faults *faults)
{
    if (faults->at == faults->count) {
        return (struct chat_fault){.kind = CHAT_FAULT_NONE};
    }
    struct chat_fault *fault = &faults->list[faults->at];
    if (fault->left != UINT32_MAX) {
        fault->left--;
        faults->at += fault->left == 0 ? 1 : 0;
    }
    return *fault;
}
