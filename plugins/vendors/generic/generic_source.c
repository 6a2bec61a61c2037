/* SPDX-License-Identifier: MIT */
#include "generic_source.h"

#include <kit/datetime.h>
#include <kit/json.h>
#include <kit/keyvalue.h>
#include <kit/xml.h>

#include <inttypes.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generic_memory.h"
#include "generic_picture.h"

#define DOCUMENT_MAX ((size_t)1 << 20) /* bytes of JSON or XML that are read within 50 ms */
#define DAY_S        86400

void generic_source_init(struct generic_source *source, const struct generic_request *request,
                         const struct vmm_http_answer *answer, struct generic_memory *memory)
{
    *source = (struct generic_source){
        .answer = answer,
        .request = request,
        .memory = memory,
        .headers = vmm_text_bytes(answer->headers, answer->headers_size),
        .body = vmm_text_bytes(answer->body, answer->body_size),
    };
    source->charset = request->charset != VMM_CHARSET_UNKNOWN
                          ? request->charset
                          : vmm_charset_of(source->headers, source->body);
    if (source->charset != VMM_CHARSET_BIG5 && source->charset != VMM_CHARSET_GBK) {
        return;
    }
    struct vmm_text head = source->body;
    head.size = head.size < GENERIC_SUBJECT_MAX ? head.size : GENERIC_SUBJECT_MAX;
    size_t size = 0;
    if (vmm_charset_copy(source->charset, head, &source->converted, &size) == 0) {
        source->body = vmm_text_bytes(source->converted, size);
    }
}

void generic_source_finish(struct generic_source *source)
{
    vmm_json_destroy(source->json);
    vmm_xml_destroy(source->xml);
    free(source->converted);
}

/* ---- Documents ---- */

/* The body as it came, unless it is too large to be read on the loop. */
static bool document(const struct generic_source *source, struct vmm_text *body)
{
    *body = vmm_text_bytes(source->answer->body, source->answer->body_size);
    return body->size <= DOCUMENT_MAX;
}

const struct json_t *generic_source_json(struct generic_source *source)
{
    struct vmm_text body;
    if (!source->json_tried && document(source, &body)) {
        (void)vmm_json_parse(body, source->charset, &source->json);
    }
    source->json_tried = true;
    return source->json;
}

static bool find_json(struct generic_source *source, const char *pointer, struct vmm_text *value)
{
    const json_t *at = vmm_json_at(generic_source_json(source), pointer);
    if (json_is_string(at)) {
        *value = vmm_json_text(at, "");
        return true;
    }
    if (json_is_integer(at)) {
        snprintf(source->number, sizeof(source->number), "%" JSON_INTEGER_FORMAT,
                 json_integer_value(at));
    } else if (json_is_real(at)) {
        snprintf(source->number, sizeof(source->number), "%.12g", json_real_value(at));
    } else if (json_is_boolean(at)) {
        snprintf(source->number, sizeof(source->number), "%s", json_is_true(at) ? "true" : "false");
    } else {
        return false; /* null, an object, a list */
    }
    *value = vmm_text_of(source->number);
    return true;
}

/* One step down: "name", or "name[2]" for the second of that name. */
static const struct vmm_xml_node *step_down(const struct vmm_xml_node *node, struct vmm_text step)
{
    char name[GENERIC_KEY_MAX + 1];
    struct vmm_text rest = step;
    struct vmm_text word;
    int64_t place = 1;
    if (!vmm_text_part(&rest, '[', &word) || word.size == 0 || word.size >= sizeof(name)) {
        return NULL;
    }
    if (word.size < step.size) {
        rest.size -= rest.size > 0 && rest.data[rest.size - 1] == ']' ? 1 : 0;
        if (vmm_text_int(rest, 1, VMM_XML_NODES_MAX, &place) != 0) {
            return NULL;
        }
    }
    memcpy(name, word.data, word.size);
    name[word.size] = '\0';
    node = vmm_xml_at(node, name);
    for (; place > 1 && node != NULL; place--) {
        node = vmm_xml_next(node);
    }
    return node;
}

static bool find_xml(struct generic_source *source, const char *path, struct vmm_text *value)
{
    struct vmm_text body;
    if (!source->xml_tried && document(source, &body)) {
        (void)vmm_xml_parse(body, source->charset, &source->xml);
    }
    source->xml_tried = true;
    if (source->xml == NULL) {
        return false;
    }
    const struct vmm_xml_node *node = vmm_xml_root(source->xml);
    struct vmm_text rest = vmm_text_of(path);
    struct vmm_text step;
    while (node != NULL && vmm_text_part(&rest, '/', &step)) {
        if (step.size > 1 && step.data[0] == '@') {
            return vmm_xml_attribute(node, step.data + 1, value) == 0;
        }
        node = step_down(node, step);
    }
    *value = vmm_xml_text(node);
    return node != NULL;
}

/* ---- Headers ---- */

/* The value of a cookie that the answer sets. */
static bool find_cookie(const struct generic_source *source, const char *name,
                        struct vmm_text *value)
{
    struct vmm_text rest = source->headers;
    struct vmm_text line;
    while (vmm_text_line(&rest, &line)) {
        struct vmm_text key;
        struct vmm_text pair;
        if (!vmm_text_part(&line, ':', &key) || !vmm_text_same(key, "Set-Cookie") ||
            !vmm_text_part(&line, ';', &pair) || !vmm_text_part(&pair, '=', &key)) {
            continue;
        }
        if (vmm_text_equal(vmm_text_trim(key), name)) {
            *value = vmm_text_trim(pair);
            return true;
        }
    }
    return false;
}

static bool header_time(const struct generic_source *source, const char *name, int64_t *seconds)
{
    struct vmm_text text;
    struct vmm_datetime at = {0};
    if (vmm_text_header(source->headers, name, &text) != 0 ||
        vmm_datetime_parse(text, "%a, %d %b %Y %T GMT", &at) != 0) {
        return false;
    }
    *seconds = vmm_datetime_epoch_ms(&at, 0) / 1000;
    return true;
}

/* ---- The answer as a whole ---- */

/* Seconds since the document was changed, by the device's clock where it tells one. */
static bool age_of(const struct generic_source *source, int64_t *age)
{
    int64_t changed = 0;
    int64_t now = source->answer->received_wall_us / 1000000;
    (void)header_time(source, "Date", &now);
    if (!header_time(source, "Last-Modified", &changed)) {
        return false;
    }
    *age = now - changed;
    return true;
}

static bool days_of(const struct vmm_http_answer *answer, int64_t *days)
{
    *days = (answer->tls_until_s - answer->received_wall_us / 1000000) / DAY_S;
    return answer->tls_until_s != 0;
}

static const struct generic_picture *picture_of(struct generic_source *source)
{
    struct vmm_text body;
    if (!source->picture_tried) {
        (void)document(source, &body);
        source->picture = generic_picture_read(body);
        source->picture_tried = true;
    }
    return &source->picture;
}

static bool pixels_of(struct generic_source *source, uint32_t from, int64_t *pixels)
{
    const struct generic_picture *picture = picture_of(source);
    *pixels = from == GENERIC_FROM_WIDTH ? picture->width : picture->height;
    return *pixels > 0;
}

/* In how many looks before this one the body was the same. */
static bool looks_of(const struct generic_source *source, int64_t *looks)
{
    struct vmm_text body;
    (void)document(source, &body);
    return generic_memory_count(source->memory, (uint8_t)source->request->place, body, looks);
}

/* SHA-256 of the body as it came, in small hexadecimal digits. */
static bool find_hash(struct generic_source *source, struct vmm_text *value)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (source->hash[0] == '\0' && EVP_Digest(source->answer->body, source->answer->body_size, hash,
                                              &size, EVP_sha256(), NULL) != 1) {
        return false;
    }
    for (unsigned int i = 0; i < size; i++) {
        source->hash[2 * i] = digits[hash[i] >> 4];
        source->hash[2 * i + 1] = digits[hash[i] & 15];
    }
    *value = vmm_text_of(source->hash);
    return true;
}

static bool find_number(struct generic_source *source, uint32_t from, int64_t *number)
{
    const struct vmm_http_answer *answer = source->answer;
    switch (from) {
    case GENERIC_FROM_STATUS:
        *number = answer->status;
        return true;
    case GENERIC_FROM_SIZE:
        *number = (int64_t)answer->body_size;
        return true;
    case GENERIC_FROM_TIME:
        *number = (int64_t)(answer->total_us / 1000);
        return true;
    case GENERIC_FROM_AGE:
        return age_of(source, number);
    case GENERIC_FROM_TLS_DAYS:
        return days_of(answer, number);
    case GENERIC_FROM_WAIT:
        *number = (answer->received_wall_us - answer->sent_wall_us) / 1000;
        return *number >= 0; /* else this machine's clock was set meanwhile */
    case GENERIC_FROM_CONNECT:
        *number = (int64_t)(answer->connect_us / 1000);
        return answer->connect_us > 0;
    case GENERIC_FROM_UNCHANGED:
        return looks_of(source, number);
    default:
        return pixels_of(source, from, number);
    }
}

bool generic_source_find(struct generic_source *source, const struct generic_extract *extract,
                         struct vmm_text *value)
{
    int64_t number = 0;
    switch (extract->from) {
    case GENERIC_FROM_KEYVALUE:
        return vmm_keyvalue_find(source->body, extract->key, 0, value) == 0;
    case GENERIC_FROM_HEADER:
        return vmm_text_header(source->headers, extract->key, value) == 0;
    case GENERIC_FROM_COOKIE:
        return find_cookie(source, extract->key, value);
    case GENERIC_FROM_JSON:
        return find_json(source, extract->key, value);
    case GENERIC_FROM_XML:
        return find_xml(source, extract->key, value);
    case GENERIC_FROM_REGEX:
        *value = source->body;
        return true;
    case GENERIC_FROM_HASH:
        return find_hash(source, value);
    case GENERIC_FROM_PICTURE:
        *value = vmm_text_of(picture_of(source)->kind);
        return true;
    default:
        break;
    }
    if (!find_number(source, extract->from, &number)) {
        return false;
    }
    snprintf(source->number, sizeof(source->number), "%" PRId64, number);
    *value = vmm_text_of(source->number);
    return true;
}
