/* SPDX-License-Identifier: MIT */
#include "fleet/field_types.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "fleet/host_name.h"
#include "fleet/rules.h"

static int refuse(struct field_reader *reader, const char *problem, const char *remedy)
{
    text_format(reader->problem, sizeof(reader->problem), "%s", problem);
    text_format(reader->remedy, sizeof(reader->remedy), "%s", remedy);
    return VMM_E_INVAL;
}

/* The value as text, cut and cleaned, for a message. */
static int refuse_value(struct field_reader *reader, const json_t *value, const char *noun,
                        const char *remedy)
{
    char clean[TEXT_MAX + 1];
    char problem[256];
    char *text = json_is_string(value) ? strdup(json_string_value(value))
                                       : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    text_clean(text != NULL ? text : "", text != NULL ? strlen(text) : 0, clean);
    free(text);
    text_format(problem, sizeof(problem), "\"%.80s\" is no %s", clean, noun);
    return refuse(reader, problem, remedy);
}

static int keep(struct field_reader *reader, const char *text, void *at)
{
    const char *kept = reader->keep(reader->owner, text);
    if (kept == NULL) {
        return VMM_E_NOMEM;
    }
    *(const char **)at = kept;
    return 0;
}

static json_t *write_text(const void *at)
{
    return json_string(*(const char *const *)at);
}

/* ---- Texts ---- */

static int read_text(struct field_reader *reader, const json_t *value, void *at)
{
    char clean[TEXT_MAX + 1];
    const char *text = json_string_value(value);
    if (text == NULL) {
        return refuse_value(reader, value, "text", "write a text");
    }
    if (strlen(text) > TEXT_MAX || strlen(text) != text_clean(text, strlen(text), clean)) {
        return refuse_value(reader, value, "plain line of text",
                            "write at most 255 bytes without control characters");
    }
    return keep(reader, text, at);
}

static int read_id(struct field_reader *reader, const json_t *value, void *at)
{
    const char *text = json_string_value(value);
    if (text == NULL || (text[0] != '\0' && !text_is_id(text))) {
        return refuse_value(reader, value, "id", "write 1 to 64 letters, digits, '.', '_' and '-'");
    }
    return keep(reader, text, at);
}

static int read_host(struct field_reader *reader, const json_t *value, void *at)
{
    const char *text = json_string_value(value);
    const char *remedy = "write a host name, an IPv4 or an IPv6 address";
    if (text == NULL) {
        return refuse_value(reader, value, "host", remedy);
    }
    /* A URL may hold a password, so it is not shown. */
    if (strstr(text, "://") != NULL || strchr(text, '@') != NULL || strchr(text, '/') != NULL) {
        return refuse(reader, "a URL is no host",
                      "give the host alone; the port as port=, the user and password by a "
                      "credential, the path by the provider's options");
    }
    if (text[0] == '\0' || host_name_is_valid(text)) {
        return keep(reader, text, at);
    }
    bool has_port =
        text[0] == '[' || (strchr(text, ':') != NULL && strchr(text, ':') == strrchr(text, ':'));
    return refuse_value(reader, value, "host",
                        has_port ? "write the address without brackets, and the port as port="
                                 : remedy);
}

static int read_timezone(struct field_reader *reader, const json_t *value, void *at)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_+-/";
    const char *text = json_string_value(value);
    size_t length = text != NULL ? strlen(text) : 0;
    if (length == 0 || length > 64 || strspn(text, allowed) != length || text[0] == '/') {
        return refuse_value(reader, value, "time zone", "write its IANA name, like Asia/Taipei");
    }
    return keep(reader, text, at);
}

static int read_language(struct field_reader *reader, const json_t *value, void *at)
{
    static const char *const words[] = {"en", "zh-TW", "pt-BR"};
    const char *text = json_string_value(value);
    for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], text) == 0) {
            return keep(reader, text, at);
        }
    }
    return refuse_value(reader, value, "language known here", "write en, zh-TW or pt-BR");
}

static int read_way(struct field_reader *reader, const json_t *value, void *at)
{
    static const char source[] = "source:";
    const char *text = json_string_value(value);
    bool good = text != NULL &&
                (strcmp(text, "direct") == 0 || (strncmp(text, source, sizeof(source) - 1) == 0 &&
                                                 host_name_is_address(text + sizeof(source) - 1)));
    return good ? keep(reader, text, at)
                : refuse_value(reader, value, "way to a site",
                               "write direct, or source: and a local address");
}

const struct field_type field_text = {read_text, write_text};
const struct field_type field_id = {read_id, write_text};
const struct field_type field_host = {read_host, write_text};
const struct field_type field_timezone = {read_timezone, write_text};
const struct field_type field_language = {read_language, write_text};
const struct field_type field_way = {read_way, write_text};

/* ---- JSON ---- */

#define JSON_TEXT_MAX 16384

static int keep_json(struct field_reader *reader, const json_t *value, void *at)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    if (text == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = strlen(text) <= JSON_TEXT_MAX
                 ? keep(reader, text, at)
                 : refuse(reader, "this is too long", "at most 16384 bytes are kept");
    free(text);
    return rc;
}

static json_t *write_json(const void *at)
{
    return json_loads(*(const char *const *)at, 0, NULL);
}

/* A new reference: the JSON that a command line's text means, or the value itself. */
static json_t *parsed(const struct field_reader *reader, const json_t *value)
{
    const char *text = json_string_value(value);
    if (reader->from_text && text != NULL) {
        return json_loads(text[0] != '\0' ? text : "{}", JSON_REJECT_DUPLICATES, NULL);
    }
    return json_incref((json_t *)value);
}

static int read_object(struct field_reader *reader, const json_t *value, void *at)
{
    json_t *object = parsed(reader, value);
    int rc = json_is_object(object)
                 ? keep_json(reader, object, at)
                 : refuse_value(reader, value, "JSON object", "write {\"key\": value, …}");
    json_decref(object);
    return rc;
}

/* "a, b" of a command line as a list. */
static json_t *split_tags(const char *text)
{
    json_t *list = json_array();
    for (const char *p = text; *p != '\0'; p += *p == ',' ? 1 : 0) {
        p += strspn(p, " ");
        size_t length = strcspn(p, ",");
        if (length > 0) {
            json_array_append_new(list, json_stringn(p, length));
        }
        p += length;
    }
    return list;
}

static bool are_tags(const json_t *list)
{
    bool good = json_is_array(list) && json_array_size(list) <= 64;
    for (size_t i = 0; good && i < json_array_size(list); i++) {
        char clean[TEXT_MAX + 1];
        const char *tag = json_string_value(json_array_get(list, i));
        size_t length = tag != NULL ? strlen(tag) : 0;
        good = length > 0 && length <= 64 && text_clean(tag, length, clean) == length;
    }
    return good;
}

static int read_tags(struct field_reader *reader, const json_t *value, void *at)
{
    const char *text = json_string_value(value);
    json_t *list = text != NULL && reader->from_text && text[0] != '[' ? split_tags(text)
                                                                       : parsed(reader, value);
    int rc = are_tags(list) ? keep_json(reader, list, at)
                            : refuse_value(reader, value, "list of tags",
                                           "write at most 64 texts of 1 to 64 bytes");
    json_decref(list);
    return rc;
}

static int read_rules(struct field_reader *reader, const json_t *value, void *at)
{
    struct fleet_rules rules = {0};
    char wrong[96];
    json_t *object = parsed(reader, value);
    int rc = json_is_object(object) ? fleet_rules_read(object, &rules, wrong) : 0;
    rc = rc == 0 ? read_object(reader, value, at)
                 : refuse(reader, "a rule is not as it should be", wrong);
    json_decref(object);
    return rc;
}

const struct field_type field_object = {read_object, write_json};
const struct field_type field_rules = {read_rules, write_json};
const struct field_type field_tags = {read_tags, write_json};

/* ---- Numbers and truth values ---- */

/* A whole number, also from the digits of a command line. False when it is none. */
static bool to_number(const struct field_reader *reader, const json_t *value, int64_t *number)
{
    const char *text = json_string_value(value);
    if (reader->from_text && text != NULL) {
        size_t length = strlen(text);
        *number = strtoll(text, NULL, 10);
        return length > 0 && length < 10 && strspn(text, "0123456789") == length;
    }
    *number = json_integer_value(value);
    return json_is_integer(value);
}

static int read_number(struct field_reader *reader, const json_t *value, int64_t min, int64_t max,
                       const char *noun, int64_t *number)
{
    char remedy[64];
    if (to_number(reader, value, number) && *number >= min && *number <= max) {
        return 0;
    }
    text_format(remedy, sizeof(remedy), "write %lld to %lld", (long long)min, (long long)max);
    return refuse_value(reader, value, noun, remedy);
}

static int read_small(struct field_reader *reader, const json_t *value, int64_t min, int64_t max,
                      const char *noun, void *at)
{
    int64_t number = 0;
    int rc = read_number(reader, value, min, max, noun, &number);
    if (rc == 0) {
        *(uint32_t *)at = (uint32_t)number;
    }
    return rc;
}

static int read_port(struct field_reader *reader, const json_t *value, void *at)
{
    int64_t number = 0;
    int rc = read_number(reader, value, 0, 65535, "port", &number);
    if (rc == 0) {
        *(uint16_t *)at = (uint16_t)number;
    }
    return rc;
}

static int read_channel(struct field_reader *reader, const json_t *value, void *at)
{
    return read_small(reader, value, 0, 1024, "channel", at);
}

static int read_priority(struct field_reader *reader, const json_t *value, void *at)
{
    return read_small(reader, value, 1, 3, "priority", at);
}

static int read_budget(struct field_reader *reader, const json_t *value, void *at)
{
    return read_small(reader, value, 1, 32, "number of connections", at);
}

static json_t *write_port(const void *at)
{
    return json_integer(*(const uint16_t *)at);
}

static json_t *write_number(const void *at)
{
    return json_integer(*(const uint32_t *)at);
}

static int read_enabled(struct field_reader *reader, const json_t *value, void *at)
{
    static const char *const words[] = {"false", "true", "off", "on", "no", "yes", "0", "1"};
    const char *text = reader->from_text ? json_string_value(value) : NULL;
    for (size_t i = 0; text != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], text) == 0) {
            *(bool *)at = i % 2 == 1;
            return 0;
        }
    }
    if (!json_is_boolean(value)) {
        return refuse_value(reader, value, "truth value", "write true or false");
    }
    *(bool *)at = json_is_true(value);
    return 0;
}

static json_t *write_enabled(const void *at)
{
    return json_boolean(*(const bool *)at);
}

const struct field_type field_port = {read_port, write_port};
const struct field_type field_channel = {read_channel, write_number};
const struct field_type field_priority = {read_priority, write_number};
const struct field_type field_budget = {read_budget, write_number};
const struct field_type field_enabled = {read_enabled, write_enabled};

/* ---- Words ---- */

static const char *const tls_words[] = {
    [TLS_NONE] = "none", [TLS_VERIFY] = "verify", [TLS_PIN] = "pin",
    [TLS_OFF] = "off",   [TLS_LEGACY] = "legacy",
};
static const char *const auth_words[] = {
    [AUTH_NONE] = "none",
    [AUTH_DIGEST] = "digest",
    [AUTH_BASIC] = "basic",
};

#define WORDS(list) (sizeof(list) / sizeof((list)[0]))

static int read_word(struct field_reader *reader, const json_t *value, const char *const *words,
                     size_t count, const char *remedy, void *at)
{
    const char *text = json_string_value(value);
    for (size_t i = 0; text != NULL && i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            *(uint32_t *)at = (uint32_t)i;
            return 0;
        }
    }
    return refuse_value(reader, value, "word known here", remedy);
}

static int read_tls(struct field_reader *reader, const json_t *value, void *at)
{
    return read_word(reader, value, tls_words, WORDS(tls_words),
                     "write none, verify, pin, off or legacy", at);
}

static int read_auth(struct field_reader *reader, const json_t *value, void *at)
{
    return read_word(reader, value, auth_words, WORDS(auth_words), "write none, digest or basic",
                     at);
}

static json_t *write_tls(const void *at)
{
    uint32_t word = *(const uint32_t *)at;
    return json_string(word < WORDS(tls_words) ? tls_words[word] : "none");
}

static json_t *write_auth(const void *at)
{
    uint32_t word = *(const uint32_t *)at;
    return json_string(word < WORDS(auth_words) ? auth_words[word] : "digest");
}

const struct field_type field_tls = {read_tls, write_tls};
const struct field_type field_auth = {read_auth, write_auth};

/* ---- The trusted key ---- */

static bool from_hex(const char *text, uint8_t pin[TLS_PIN_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    if (strlen(text) != 2 * TLS_PIN_SIZE || strspn(text, digits) != 2 * TLS_PIN_SIZE) {
        return false;
    }
    for (size_t i = 0; i < TLS_PIN_SIZE; i++) {
        size_t high = (size_t)(strchr(digits, text[2 * i]) - digits);
        size_t low = (size_t)(strchr(digits, text[2 * i + 1]) - digits);
        pin[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static int read_pin(struct field_reader *reader, const json_t *value, void *at)
{
    struct device_record *device = at;
    const char *text = json_string_value(value);
    uint8_t pin[TLS_PIN_SIZE] = {0};
    if (text == NULL || (text[0] != '\0' && !from_hex(text, pin))) {
        return refuse_value(reader, value, "key",
                            "write 64 hexadecimal digits in lower case, or nothing to trust the "
                            "next key seen");
    }
    memcpy(device->tls_pin, pin, sizeof(pin));
    device->has_tls_pin = text[0] != '\0';
    return 0;
}

static json_t *write_pin(const void *at)
{
    const struct device_record *device = at;
    char text[2 * TLS_PIN_SIZE + 1] = "";
    for (size_t i = 0; device->has_tls_pin && i < TLS_PIN_SIZE; i++) {
        text_format(text + 2 * i, 3, "%02x", device->tls_pin[i]);
    }
    return json_string(text);
}

const struct field_type field_pin = {read_pin, write_pin};
