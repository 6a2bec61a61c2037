/* SPDX-License-Identifier: MIT */
#include "host/http_header.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *at;
    size_t size;
};

uint32_t http_header_status(const char *line, size_t size)
{
    if (size < 5 || strncasecmp(line, "HTTP/", 5) != 0) {
        return 0;
    }
    const char *end = line + size;
    const char *p = memchr(line, ' ', size);
    while (p != NULL && p < end && *p == ' ') {
        p++;
    }
    uint32_t status = 0;
    int digits = 0;
    for (; p != NULL && p < end && isdigit((unsigned char)*p) && digits < 3; p++) {
        status = status * 10 + (uint32_t)(*p - '0');
        digits++;
    }
    return digits == 3 ? status : 0;
}

uint32_t http_header_version(const char *line, size_t size)
{
    static const char name[] = "HTTP/";
    bool named = size >= 8 && strncasecmp(line, name, sizeof(name) - 1) == 0;
    if (!named || !isdigit((unsigned char)line[5])) {
        return 0;
    }
    uint32_t major = (uint32_t)(line[5] - '0') * 10;
    bool has_minor = line[6] == '.' && isdigit((unsigned char)line[7]);
    return has_minor ? major + (uint32_t)(line[7] - '0') : major;
}

void http_header_status_line(const char *line, size_t size, char out[HTTP_STATUS_LINE_SIZE])
{
    while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r')) {
        size--;
    }
    size_t taken = size < HTTP_STATUS_LINE_SIZE ? size : HTTP_STATUS_LINE_SIZE - 1;
    memcpy(out, line, taken);
    out[taken] = '\0';
}

static struct span trim(struct span text)
{
    while (text.size > 0 && isspace((unsigned char)text.at[0])) {
        text.at++;
        text.size--;
    }
    while (text.size > 0 && isspace((unsigned char)text.at[text.size - 1])) {
        text.size--;
    }
    return text;
}

/* The value of the line when it is the header of this name. */
static bool value_of(struct span line, const char *name, struct span *value)
{
    size_t length = strlen(name);
    if (line.size <= length || strncasecmp(line.at, name, length) != 0) {
        return false;
    }
    struct span rest = trim((struct span){line.at + length, line.size - length});
    if (rest.size == 0 || rest.at[0] != ':') {
        return false;
    }
    *value = trim((struct span){rest.at + 1, rest.size - 1});
    return true;
}

static struct span next_line(struct span *rest)
{
    const char *end = memchr(rest->at, '\n', rest->size);
    size_t size = end != NULL ? (size_t)(end - rest->at) + 1 : rest->size;
    struct span line = {rest->at, size};
    rest->at += size;
    rest->size -= size;
    return line;
}

size_t http_header_values(const char *lines, size_t size, const char *name, char *room,
                          size_t room_size, const char **values, size_t max)
{
    struct span rest = {lines, size};
    size_t count = 0;
    size_t used = 0;
    while (rest.size > 0 && count < max) {
        struct span value = {0};
        if (value_of(next_line(&rest), name, &value) && value.size < room_size - used) {
            memcpy(room + used, value.at, value.size);
            room[used + value.size] = '\0';
            values[count] = room + used;
            count++;
            used += value.size + 1;
        }
    }
    values[count] = NULL;
    return count;
}

static bool is_one_of(struct span word, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (word.size == strlen(words[i]) && strncasecmp(word.at, words[i], word.size) == 0) {
            return true;
        }
    }
    return false;
}

bool http_header_content_is_simple(const char *line, size_t size, bool *coded)
{
    static const char *const words[] = {"gzip", "x-gzip", "deflate", "identity", "none", "", NULL};
    struct span value;
    if (!value_of((struct span){line, size}, "Content-Encoding", &value)) {
        return true;
    }
    bool first = !*coded;
    *coded = true;
    return first && is_one_of(value, words);
}

bool http_header_transfer_is_simple(const char *line, size_t size)
{
    static const char *const words[] = {"chunked", "identity", "none", "", NULL};
    struct span rest;
    if (!value_of((struct span){line, size}, "Transfer-Encoding", &rest)) {
        return true;
    }
    bool good = true;
    while (good && rest.size > 0) {
        const char *comma = memchr(rest.at, ',', rest.size);
        size_t length = comma != NULL ? (size_t)(comma - rest.at) : rest.size;
        good = is_one_of(trim((struct span){rest.at, length}), words);
        size_t past = comma != NULL ? length + 1 : length;
        rest = (struct span){rest.at + past, rest.size - past};
    }
    return good;
}
