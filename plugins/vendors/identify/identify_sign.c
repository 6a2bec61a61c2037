/* SPDX-License-Identifier: MIT */
#include "identify_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include <kit/fingerprint.h>
#include <vmm/errors.h>

/* ---- The signs ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static enum sign_by by_of(const char *word)
{
    return strcmp(word, "rtsp") == 0 ? BY_RTSP : strcmp(word, "dvrip") == 0 ? BY_DVRIP : BY_HTTP;
}

static struct sign read_sign(const json_t *entry)
{
    return (struct sign){
        .provider = text_of(entry, "provider"),
        .by = by_of(text_of(entry, "by")),
        .target = text_of(entry, "target"),
        .send = text_of(entry, "send"),
        .scheme = text_of(entry, "scheme"),
        .realm = text_of(entry, "realm"),
        .header = text_of(entry, "header"),
        .body = text_of(entry, "body"),
        .certificate = text_of(entry, "certificate"),
        .port = (uint32_t)json_integer_value(json_object_get(entry, "port")),
        .status = (uint32_t)json_integer_value(json_object_get(entry, "status")),
        .weight = (uint32_t)json_integer_value(json_object_get(entry, "weight")),
        .is_general = json_is_true(json_object_get(entry, "general")),
    };
}

/* It says nothing but no. */
static bool is_refusal(const struct sign *sign)
{
    return sign->by == BY_HTTP && sign->status == 401 && sign->realm[0] == '\0' &&
           sign->header[0] == '\0' && sign->body[0] == '\0' && sign->certificate[0] == '\0';
}

/* An answer over HTTP alone is no sign of anybody; one over another protocol is. */
static bool tests_something(const struct sign *sign)
{
    return sign->by != BY_HTTP || sign->status != 0 || sign->realm[0] != '\0' ||
           sign->header[0] != '\0' || sign->body[0] != '\0' || sign->certificate[0] != '\0';
}

static bool is_question(const struct question *question, const struct sign *sign)
{
    return question->port == sign->port && strcmp(question->target, sign->target) == 0 &&
           strcmp(question->send, sign->send) == 0;
}

static int add_question(struct signs *signs, const struct sign *sign)
{
    if (sign->by != BY_HTTP || sign->target[0] == '\0') {
        return 0;
    }
    for (size_t i = 0; i < signs->question_count; i++) {
        if (is_question(&signs->questions[i], sign)) {
            return 0;
        }
    }
    if (signs->question_count == QUESTIONS_MAX) {
        return VMM_E_TOOBIG;
    }
    signs->questions[signs->question_count++] =
        (struct question){.target = sign->target, .send = sign->send, .port = sign->port};
    return 0;
}

static int add_sign(struct signs *signs, const json_t *entry)
{
    struct sign sign = read_sign(entry);
    bool placed = sign.target[0] == '/' || (sign.target[0] == '\0' && sign.port == 0);
    if (sign.provider[0] == '\0' || sign.weight == 0 || sign.weight > SCORE_MAX || !placed ||
        !tests_something(&sign)) {
        return VMM_E_INVAL;
    }
    if (signs->count == SIGNS_MAX) {
        return VMM_E_TOOBIG;
    }
    signs->items[signs->count++] = sign;
    signs->has_refusals = signs->has_refusals || is_refusal(&sign);
    return add_question(signs, &sign);
}

int signs_read(struct signs *signs, const char *config)
{
    *signs = (struct signs){.config = json_loads(config, JSON_REJECT_DUPLICATES, NULL)};
    const json_t *list = json_object_get(signs->config, "signs");
    size_t i;
    json_t *entry;
    int rc = json_is_array(list) ? 0 : VMM_E_INVAL;
    json_array_foreach(list, i, entry)
    {
        rc = rc == 0 ? add_sign(signs, entry) : rc;
    }
    if (rc != 0) {
        signs_finish(signs);
    }
    return rc;
}

void signs_finish(struct signs *signs)
{
    json_decref(signs->config);
    *signs = (struct signs){0};
}

bool signs_want(const struct signs *signs, enum sign_by by)
{
    for (size_t i = 0; i < signs->count; i++) {
        if (signs->items[i].by == by) {
            return true;
        }
    }
    return false;
}

/* ---- The answers ---- */

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

/* "Server: App-webs": a line of that name has that text in its value. */
static bool has_header(struct vmm_text headers, const char *wanted)
{
    const char *colon = strchr(wanted, ':');
    struct vmm_text line;
    if (colon == NULL) {
        return false;
    }
    size_t name = (size_t)(colon - wanted) + 1;
    const char *value = wanted + name + strspn(wanted + name, " ");
    while (vmm_text_line(&headers, &line)) {
        if (line.size >= name && strncasecmp(line.data, wanted, name) == 0 &&
            holds(vmm_text_bytes(line.data + name, line.size - name), value)) {
            return true;
        }
    }
    return false;
}

static bool has_scheme(struct vmm_text headers, const char *scheme)
{
    struct vmm_text value;
    return vmm_text_header(headers, "WWW-Authenticate", &value) == 0 &&
           vmm_text_begins(value, scheme);
}

static bool is_asked(const struct sign *sign, const struct answer *answer)
{
    if (sign->by != answer->by) {
        return false;
    }
    return sign->by != BY_HTTP || sign->target[0] == '\0' ||
           (sign->port == answer->port && strcmp(sign->target, answer->target) == 0 &&
            strcmp(sign->send, answer->send) == 0);
}

static bool fits(const struct sign *sign, const struct answer *answer)
{
    return is_asked(sign, answer) && (sign->status == 0 || sign->status == answer->status) &&
           (sign->scheme[0] == '\0' || has_scheme(answer->headers, sign->scheme)) &&
           (sign->realm[0] == '\0' || holds(vmm_fingerprint_realm(answer->headers), sign->realm)) &&
           (sign->header[0] == '\0' || has_header(answer->headers, sign->header)) &&
           (sign->body[0] == '\0' || holds(answer->body, sign->body)) &&
           (sign->certificate[0] == '\0' ||
            holds(vmm_text_of(answer->certificate), sign->certificate));
}

static bool counts(const struct evidence *evidence, const struct signs *signs, size_t i)
{
    return evidence->fits[i] && !(evidence->is_walled && is_refusal(&signs->items[i]));
}

void evidence_take(struct evidence *evidence, const struct signs *signs,
                   const struct answer *answer)
{
    for (size_t i = 0; i < signs->count; i++) {
        if (!evidence->fits[i] && fits(&signs->items[i], answer)) {
            evidence->fits[i] = true;
            evidence->places[i] = (uint8_t)answer->place;
        }
    }
}

/* A sign of that provider fits. */
static bool is_candidate(const struct evidence *evidence, const struct signs *signs,
                         const char *provider)
{
    for (size_t i = 0; i < signs->count; i++) {
        if (counts(evidence, signs, i) && strcmp(signs->items[i].provider, provider) == 0) {
            return true;
        }
    }
    return false;
}

bool evidence_wants(const struct evidence *evidence, const struct signs *signs,
                    const struct question *question)
{
    for (size_t i = 0; i < signs->count; i++) {
        const struct sign *sign = &signs->items[i];
        if (sign->by == BY_HTTP && is_question(question, sign) &&
            !(evidence->is_walled && is_refusal(sign)) &&
            !(sign->port != 0 && is_candidate(evidence, signs, sign->provider))) {
            return true;
        }
    }
    return false;
}

/* ---- Whose it is ---- */

static void add_score(struct candidate out[CANDIDATES_MAX], size_t *count, const struct sign *sign)
{
    size_t i = 0;
    while (i < *count && strcmp(out[i].provider, sign->provider) != 0) {
        i++;
    }
    if (i == CANDIDATES_MAX) {
        return;
    }
    if (i == *count) {
        out[(*count)++] =
            (struct candidate){.provider = sign->provider, .is_general = sign->is_general};
    }
    out[i].score += sign->weight;
    out[i].score = out[i].score < SCORE_MAX ? out[i].score : SCORE_MAX;
    out[i].is_general = out[i].is_general && sign->is_general;
}

/* Makers before protocols, then by score, then by name. */
static int compare(const void *a, const void *b)
{
    const struct candidate *left = a;
    const struct candidate *right = b;
    if (left->is_general != right->is_general) {
        return left->is_general ? 1 : -1;
    }
    if (left->score != right->score) {
        return left->score < right->score ? 1 : -1;
    }
    return strcmp(left->provider, right->provider);
}

size_t evidence_rank(const struct evidence *evidence, const struct signs *signs,
                     struct candidate out[CANDIDATES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < signs->count; i++) {
        if (counts(evidence, signs, i)) {
            add_score(out, &count, &signs->items[i]);
        }
    }
    if (count > 1) {
        qsort(out, count, sizeof(out[0]), compare);
    }
    return count;
}

/* The candidate at `i` leads the next of its kind by enough. */
static bool leads(const struct candidate *candidates, size_t count, size_t i, uint32_t least)
{
    bool rival = i + 1 < count && candidates[i + 1].is_general == candidates[i].is_general;
    return candidates[i].score >= least &&
           (!rival || candidates[i].score >= candidates[i + 1].score + SCORE_LEAD);
}

const char *evidence_best(const struct candidate *candidates, size_t count)
{
    if (count > 0 && !candidates[0].is_general && candidates[0].score >= SCORE_NEAR) {
        return leads(candidates, count, 0, SCORE_KNOWN) ? candidates[0].provider : NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (candidates[i].is_general) {
            return candidates[i].score >= SCORE_GENERAL ? candidates[i].provider : NULL;
        }
    }
    return NULL;
}

struct evidence_place evidence_place(const struct evidence *evidence, const struct signs *signs,
                                     const char *provider)
{
    struct evidence_place best = {.place = PLACE_OWN};
    uint32_t weight = 0;
    for (size_t i = 0; i < signs->count; i++) {
        const struct sign *sign = &signs->items[i];
        if (counts(evidence, signs, i) && strcmp(sign->provider, provider) == 0 &&
            sign->weight > weight) {
            weight = sign->weight;
            best = (struct evidence_place){
                .place = (enum place)evidence->places[i], .by = sign->by, .port = sign->port};
        }
    }
    return best;
}

bool evidence_is_certain(const struct evidence *evidence, const struct signs *signs)
{
    struct candidate candidates[CANDIDATES_MAX];
    size_t count = evidence_rank(evidence, signs, candidates);
    return count > 0 && !candidates[0].is_general && leads(candidates, count, 0, SCORE_CERTAIN);
}

/* ---- In words ---- */

/* Append a text that there is, behind `before`. */
static void add_text(char *out, size_t size, const char *before, const char *text)
{
    size_t used = strlen(out);
    if (text[0] != '\0' && used + 1 < size) {
        snprintf(out + used, size - used, "%s%s", before, text);
    }
}

static void describe_sign(const struct sign *sign, char *out, size_t size)
{
    char status[16] = "";
    if (sign->status != 0) {
        snprintf(status, sizeof(status), "%u", (unsigned)sign->status);
    }
    add_text(out, size, "", sign->by == BY_RTSP ? "RTSP" : sign->by == BY_DVRIP ? "DVRIP" : "");
    add_text(out, size, "", sign->target);
    add_text(out, size, ": ", status);
    add_text(out, size, " ", sign->scheme);
    add_text(out, size, " realm ", sign->realm);
    add_text(out, size, " ", sign->header);
    add_text(out, size, ": ", sign->body);
    add_text(out, size, " certificate ", sign->certificate);
}

const char *evidence_describe(const struct evidence *evidence, const struct signs *signs,
                              const char *provider, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < signs->count; i++) {
        char one[160] = "";
        if (counts(evidence, signs, i) && strcmp(signs->items[i].provider, provider) == 0) {
            describe_sign(&signs->items[i], one, sizeof(one));
            add_text(out, size, out[0] != '\0' ? "; " : "", one + strspn(one, " :"));
        }
    }
    return out;
}
