/* SPDX-License-Identifier: MIT */
#include "kit/text.h"

#include <string.h>

struct vmm_text vmm_text_of(const char *string)
{
    return vmm_text_bytes(string, string == NULL ? 0 : strlen(string));
}

struct vmm_text vmm_text_bytes(const void *bytes, size_t size)
{
    return (struct vmm_text){.data = bytes, .size = bytes == NULL ? 0 : size};
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool vmm_text_equal(struct vmm_text text, const char *string)
{
    size_t size = strlen(string);
    return text.size == size && (size == 0 || memcmp(text.data, string, size) == 0);
}

bool vmm_text_same(struct vmm_text text, const char *string)
{
    return text.size == strlen(string) && vmm_text_begins(text, string);
}

bool vmm_text_begins(struct vmm_text text, const char *prefix)
{
    size_t size = strlen(prefix);
    if (text.size < size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (lower(text.data[i]) != lower(prefix[i])) {
            return false;
        }
    }
    return true;
}

struct vmm_text vmm_text_trim(struct vmm_text text)
{
    while (text.size > 0 && is_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

bool vmm_text_line(struct vmm_text *rest, struct vmm_text *line)
{
    if (!vmm_text_part(rest, '\n', line)) {
        return false;
    }
    if (line->size > 0 && line->data[line->size - 1] == '\r') {
        line->size--;
    }
    return true;
}

bool vmm_text_part(struct vmm_text *rest, char separator, struct vmm_text *part)
{
    if (rest->size == 0) {
        return false;
    }
    const char *end = memchr(rest->data, separator, rest->size);
    size_t size = end == NULL ? rest->size : (size_t)(end - rest->data);
    size_t taken = end == NULL ? size : size + 1;
    *part = (struct vmm_text){.data = rest->data, .size = size};
    rest->data += taken;
    rest->size -= taken;
    return true;
}

/* Digits as a negative number, which has room for INT64_MIN too. */
static int negative_of_digits(struct vmm_text digits, int64_t *number)
{
    if (digits.size == 0) {
        return VMM_E_INVAL;
    }
    int64_t value = 0;
    bool over = false;
    for (size_t i = 0; i < digits.size; i++) {
        char c = digits.data[i];
        if (c < '0' || c > '9') {
            return VMM_E_INVAL;
        }
        over = over || __builtin_mul_overflow(value, (int64_t)10, &value) ||
               __builtin_sub_overflow(value, (int64_t)(c - '0'), &value);
    }
    *number = value;
    return over ? VMM_E_RANGE : 0;
}

int vmm_text_int(struct vmm_text text, int64_t min, int64_t max, int64_t *number)
{
    struct vmm_text digits = vmm_text_trim(text);
    bool minus = digits.size > 0 && digits.data[0] == '-';
    if (minus || (digits.size > 0 && digits.data[0] == '+')) {
        digits.data++;
        digits.size--;
    }
    int64_t value = 0;
    int rc = negative_of_digits(digits, &value);
    if (rc != 0) {
        return rc;
    }
    if (!minus && __builtin_sub_overflow((int64_t)0, value, &value)) {
        return VMM_E_RANGE;
    }
    if (value < min || value > max) {
        return VMM_E_RANGE;
    }
    *number = value;
    return 0;
}

int vmm_text_bool(struct vmm_text text, bool *truth)
{
    static const char *const yes[] = {"1", "true", "yes", "on", "enable", "enabled"};
    static const char *const no[] = {"0", "false", "no", "off", "disable", "disabled"};
    struct vmm_text word = vmm_text_trim(text);
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (vmm_text_same(word, yes[i])) {
            *truth = true;
            return 0;
        }
        if (vmm_text_same(word, no[i])) {
            *truth = false;
            return 0;
        }
    }
    return VMM_E_INVAL;
}

/* The bytes that may follow the lead byte `lead`: how many, and the bounds of the first of them,
 * which keep overlong forms, surrogates and numbers past U+10FFFF out (RFC 3629, section 4). */
static size_t utf8_tail(uint8_t lead, uint8_t *low, uint8_t *high)
{
    *low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 1;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 2;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 3 : 0;
}

/* Bytes of the character at the front of `text`, 0 when it is not UTF-8. */
static size_t utf8_character(struct vmm_text text)
{
    const uint8_t *bytes = (const uint8_t *)text.data;
    if (bytes[0] < 0x80) {
        return 1;
    }
    uint8_t low = 0;
    uint8_t high = 0;
    size_t tail = utf8_tail(bytes[0], &low, &high);
    if (tail == 0 || text.size < tail + 1 || bytes[1] < low || bytes[1] > high) {
        return 0;
    }
    for (size_t i = 2; i <= tail; i++) {
        if ((bytes[i] & 0xC0u) != 0x80u) {
            return 0;
        }
    }
    return tail + 1;
}

/* How many of the first bytes are ASCII, eight at a time: most of what devices say is. */
static size_t ascii_run(struct vmm_text text)
{
    size_t run = 0;
    uint64_t eight = 0;
    while (text.size - run >= sizeof(eight)) {
        memcpy(&eight, text.data + run, sizeof(eight));
        if ((eight & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        run += sizeof(eight);
    }
    while (run < text.size && (uint8_t)text.data[run] < 0x80) {
        run++;
    }
    return run;
}

/* How many of the first bytes are whole characters of UTF-8. */
static size_t utf8_run(struct vmm_text text)
{
    size_t run = 0;
    while (run < text.size) {
        struct vmm_text rest = {text.data + run, text.size - run};
        size_t ascii = ascii_run(rest);
        size_t size = ascii > 0 ? ascii : utf8_character(rest);
        if (size == 0) {
            break;
        }
        run += size;
    }
    return run;
}

/* The most of a run that goes into so many bytes without a character cut in two. */
static size_t utf8_fitting(struct vmm_text run, size_t room)
{
    size_t size = run.size < room ? run.size : room;
    while (size < run.size && size > 0 && ((uint8_t)run.data[size] & 0xC0u) == 0x80u) {
        size--;
    }
    return size;
}

bool vmm_text_is_utf8(struct vmm_text text)
{
    return utf8_run(text) == text.size;
}

size_t vmm_text_to_utf8(struct vmm_text text, char *out, size_t out_size)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    const size_t mark = sizeof(replacement) - 1;
    size_t written = 0;
    while (text.size > 0) {
        size_t run = utf8_run(text);
        size_t fits = utf8_fitting((struct vmm_text){text.data, run}, out_size - 1 - written);
        memcpy(out + written, text.data, fits);
        written += fits;
        if (fits < run || (run < text.size && mark > out_size - 1 - written)) {
            break;
        }
        text.data += run;
        text.size -= run;
        if (text.size > 0) {
            memcpy(out + written, replacement, mark);
            written += mark;
            text.data++;
            text.size--;
        }
    }
    out[written] = '\0';
    return written;
}

size_t vmm_text_from_latin1(struct vmm_text text, char *out, size_t out_size)
{
    size_t written = 0;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = (uint8_t)text.data[i];
        size_t need = byte < 0x80 ? 1 : 2;
        if (need >= out_size - written) {
            break;
        }
        if (need == 2) {
            out[written] = (char)(0xC0u | byte >> 6);
            out[written + 1] = (char)(0x80u | (byte & 0x3Fu));
        } else {
            out[written] = (char)byte;
        }
        written += need;
    }
    out[written] = '\0';
    return written;
}

size_t vmm_text_repair(struct vmm_text text, char *out, size_t out_size)
{
    return vmm_text_is_utf8(text) ? vmm_text_to_utf8(text, out, out_size)
                                  : vmm_text_from_latin1(text, out, out_size);
}

int vmm_text_header(struct vmm_text headers, const char *name, struct vmm_text *value)
{
    struct vmm_text line;
    while (vmm_text_line(&headers, &line)) {
        struct vmm_text rest = line;
        struct vmm_text head;
        if (!vmm_text_part(&rest, ':', &head) || head.size == line.size) {
            continue;
        }
        if (vmm_text_same(head, name)) {
            *value = vmm_text_trim(rest);
            return 0;
        }
    }
    return VMM_E_NOENT;
}
