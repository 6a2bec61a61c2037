/* SPDX-License-Identifier: MIT */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "generic_match.h"

#include <pcre2.h>
#include <stdio.h>
#include <string.h>

#define MATCH_HEAP_KB 1024u /* memory of a search */
#define CALLS_A_CLOCK 256u  /* steps of the matcher between two looks at the clock */

/* A search under way. */
struct search {
    struct generic_clock *clock;
    uint32_t calls;
};

bool generic_clock_is_over(struct generic_clock *clock)
{
    clock->over = clock->over || clock->now_us(clock->arg) > clock->until_us;
    return clock->over;
}

/* The matcher calls this at each item of the pattern that it tries. */
static int on_item(pcre2_callout_block *block, void *arg)
{
    struct search *search = arg;
    (void)block;
    search->calls++;
    return search->calls % CALLS_A_CLOCK == 0 && generic_clock_is_over(search->clock)
               ? PCRE2_ERROR_CALLOUT
               : 0;
}

/* PCRE2 itself refuses what would come to more than 64 KiB when compiled. */
static pcre2_code *compile(const char *text, char *why, size_t why_size)
{
    uint32_t options =
        PCRE2_MULTILINE | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
    int error = 0;
    PCRE2_SIZE offset = 0;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context == NULL) {
        snprintf(why, why_size, "out of memory");
        return NULL;
    }
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text, strlen(text), options, &error, &offset, context);
    pcre2_compile_context_free(context);
    if (code == NULL) {
        char message[80] = "";
        pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof(message));
        snprintf(why, why_size, "%s, at byte %zu of the pattern", message, (size_t)offset + 1);
    }
    return code;
}

int generic_pattern_init(struct generic_pattern *pattern, const char *text, char *why,
                         size_t why_size)
{
    *pattern = (struct generic_pattern){0};
    if (strlen(text) == 0 || strlen(text) > GENERIC_PATTERN_MAX) {
        snprintf(why, why_size, "a pattern has 1 to %u bytes", GENERIC_PATTERN_MAX);
        return VMM_E_INVAL;
    }
    pattern->code = compile(text, why, why_size);
    if (pattern->code == NULL) {
        return VMM_E_INVAL;
    }
    pattern->data = pcre2_match_data_create(GENERIC_GROUPS_MAX, NULL);
    pattern->context = pcre2_match_context_create(NULL);
    if (pattern->data == NULL || pattern->context == NULL) {
        snprintf(why, why_size, "out of memory");
        generic_pattern_finish(pattern);
        return VMM_E_NOMEM;
    }
    pcre2_set_heap_limit(pattern->context, MATCH_HEAP_KB);
    return 0;
}

void generic_pattern_finish(struct generic_pattern *pattern)
{
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->data);
    pcre2_code_free(pattern->code);
    *pattern = (struct generic_pattern){0};
}

/* The first group where the pattern has one, empty where it took no part; else the whole match. */
static struct vmm_text taken(const struct generic_pattern *pattern, const char *subject,
                             size_t groups)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(pattern->data);
    uint32_t declared = 0;
    pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &declared);
    if (declared > 0 && groups == 1) {
        return vmm_text_bytes(subject + at[0], 0);
    }
    const PCRE2_SIZE *of = declared > 0 ? at + 2 : at;
    return vmm_text_bytes(subject + of[0], of[1] > of[0] ? of[1] - of[0] : 0);
}

/* The number of groups that are set, the match itself one of them; 0 when there is no match. */
static size_t search(const struct generic_pattern *pattern, const char *data, size_t size,
                     struct generic_clock *clock)
{
    struct search search = {.clock = clock};
    if (generic_clock_is_over(clock)) {
        return 0;
    }
    pcre2_set_callout(pattern->context, on_item, &search);
    int groups =
        pcre2_match(pattern->code, (PCRE2_SPTR)data, size, 0, 0, pattern->data, pattern->context);
    if (groups < 0 && groups != PCRE2_ERROR_NOMATCH) {
        clock->over = true; /* out of time, steps or memory: nothing is known */
    }
    /* 0: it has more groups than are kept. */
    return groups == 0 ? GENERIC_GROUPS_MAX : groups > 0 ? (size_t)groups : 0;
}

static size_t searched(struct vmm_text subject)
{
    return subject.size < GENERIC_SUBJECT_MAX ? subject.size : GENERIC_SUBJECT_MAX;
}

bool generic_pattern_find(const struct generic_pattern *pattern, struct vmm_text subject,
                          struct generic_clock *clock, struct vmm_text *found)
{
    const char *data = subject.size > 0 ? subject.data : "";
    size_t groups = search(pattern, data, searched(subject), clock);
    if (groups > 0 && found != NULL) {
        *found = taken(pattern, data, groups);
    }
    return groups > 0;
}

size_t generic_pattern_groups(const struct generic_pattern *pattern, struct vmm_text subject,
                              struct generic_clock *clock,
                              struct vmm_text groups[GENERIC_GROUPS_MAX])
{
    const char *data = subject.size > 0 ? subject.data : "";
    size_t count = search(pattern, data, searched(subject), clock);
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(pattern->data);
    for (size_t i = 0; i < count; i++) {
        bool is_set = at[2 * i] != PCRE2_UNSET && at[2 * i + 1] > at[2 * i];
        groups[i] =
            is_set ? vmm_text_bytes(data + at[2 * i], at[2 * i + 1] - at[2 * i]) : vmm_text_of("");
    }
    return count;
}
