/* SPDX-License-Identifier: MIT */
#include "kit/identify.h"

#include <stdio.h>
#include <string.h>

#include "kit/fingerprint.h"
#include "kit/text.h"

/* ---- Answers ---- */

static struct vmm_text headers_of(const struct vmm_answer *answer)
{
    return vmm_text_bytes(answer->headers, answer->headers_size);
}

/* Whether the text stands anywhere in it, in any case of letters. */
static bool holds(struct vmm_text text, const char *word)
{
    for (; text.size > 0; text.data++, text.size--) {
        if (vmm_text_begins(text, word)) {
            return true;
        }
    }
    return word[0] == '\0';
}

static bool is_page(const struct vmm_answer *answer, const char *target)
{
    return answer->way == VMM_WAY_HTTP && (target == NULL || strcmp(answer->target, target) == 0);
}

const struct vmm_answer *vmm_seen_body(const struct vmm_transcript *seen, const char *target,
                                       const char *text)
{
    for (uint32_t i = 0; i < seen->count; i++) {
        const struct vmm_answer *answer = seen->answers[i];
        if (is_page(answer, target) &&
            holds(vmm_text_bytes(answer->body, answer->body_size), text)) {
            return answer;
        }
    }
    return NULL;
}

bool vmm_seen_is_walled(const struct vmm_transcript *seen)
{
    for (uint32_t i = 0; i < seen->count; i++) {
        const struct vmm_answer *answer = seen->answers[i];
        if (answer->status == 401 &&
            (is_page(answer, "/") || is_page(answer, VMM_FINGERPRINT_NOBODY))) {
            return true;
        }
    }
    return false;
}

static bool has_scheme(const struct vmm_answer *answer, const char *scheme)
{
    struct vmm_text value;
    return scheme == NULL ||
           (vmm_text_header(headers_of(answer), "WWW-Authenticate", &value) == 0 &&
            vmm_text_begins(value, scheme));
}

const struct vmm_answer *vmm_seen_refusal(const struct vmm_transcript *seen, const char *target,
                                          const char *scheme)
{
    for (uint32_t i = 0; i < seen->count; i++) {
        const struct vmm_answer *answer = seen->answers[i];
        if (is_page(answer, target) && answer->status == 401 && has_scheme(answer, scheme)) {
            return vmm_seen_is_walled(seen) ? NULL : answer;
        }
    }
    return NULL;
}

const struct vmm_answer *vmm_seen_realm(const struct vmm_transcript *seen, const char *text)
{
    for (uint32_t i = 0; i < seen->count; i++) {
        const struct vmm_answer *answer = seen->answers[i];
        if (is_page(answer, NULL) && holds(vmm_fingerprint_realm(headers_of(answer)), text)) {
            return answer;
        }
    }
    return NULL;
}

static bool has_header(struct vmm_text headers, const char *name, const char *text)
{
    struct vmm_text line;
    size_t length = strlen(name);
    while (vmm_text_line(&headers, &line)) {
        if (line.size > length && line.data[length] == ':' && vmm_text_begins(line, name) &&
            holds(vmm_text_bytes(line.data + length + 1, line.size - length - 1), text)) {
            return true;
        }
    }
    return false;
}

const struct vmm_answer *vmm_seen_header(const struct vmm_transcript *seen, const char *name,
                                         const char *text)
{
    for (uint32_t i = 0; i < seen->count; i++) {
        const struct vmm_answer *answer = seen->answers[i];
        if (is_page(answer, NULL) && has_header(headers_of(answer), name, text)) {
            return answer;
        }
    }
    return NULL;
}

const struct vmm_answer *vmm_seen_certificate(const struct vmm_transcript *seen, const char *text)
{
    for (uint32_t i = 0; i < seen->count; i++) {
        if (holds(vmm_text_of(seen->answers[i]->certificate), text)) {
            return seen->answers[i];
        }
    }
    return NULL;
}

const struct vmm_answer *vmm_seen_way(const struct vmm_transcript *seen, uint32_t way)
{
    for (uint32_t i = 0; i < seen->count; i++) {
        if (seen->answers[i]->way == way) {
            return seen->answers[i];
        }
    }
    return NULL;
}

/* ---- The opinion ---- */

void vmm_opinion_begin(struct vmm_opinion *out, const char *family)
{
    out->certainty = 0;
    out->flags = 0;
    out->answer = 0;
    out->weight = 0;
    out->why[0] = '\0';
    snprintf(out->family, sizeof(out->family), "%s", family);
}

void vmm_opinion_add(struct vmm_opinion *out, const struct vmm_answer *found, uint32_t weight,
                     const char *why)
{
    if (found == NULL) {
        return;
    }
    uint32_t room = VMM_OPINION_CERTAIN - out->certainty;
    size_t used = strlen(out->why);
    out->certainty += weight < room ? weight : room;
    snprintf(out->why + used, sizeof(out->why) - used, "%s%s", used > 0 ? "; " : "", why);
    if (weight > out->weight) {
        out->weight = weight;
        out->answer = found->number;
    }
}
