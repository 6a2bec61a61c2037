/* SPDX-License-Identifier: MIT */
#include "gateway/scrub.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* How many bytes at `p` are a URL's scheme with "://"; 0: none begins here. */
static size_t scheme_length(const char *p)
{
    size_t length = 0;
    while (isalnum((unsigned char)p[length]) || p[length] == '+' || p[length] == '.' ||
           p[length] == '-') {
        length++;
    }
    return length > 0 && isalpha((unsigned char)p[0]) && strncmp(p + length, "://", 3) == 0
               ? length + 3
               : 0;
}

/* The end of what belongs to a URL or a value. */
static size_t token_length(const char *p)
{
    return strcspn(p, " \t\r\n\"'<>`|");
}

/* The length of "token=" and the like at `p`; 0: none. */
static size_t name_length(const char *p)
{
    static const char *const names[] = {
        "key=", "token=", "secret=", "password=", "passwd=", "api_key=", "sig=", "authorization: "};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncasecmp(p, names[i], strlen(names[i])) == 0) {
            return strlen(names[i]);
        }
    }
    return 0;
}

void scrub_text(struct buf *out, const char *text)
{
    bool in_word = false;
    for (const char *p = text; *p != '\0';) {
        size_t scheme = in_word ? 0 : scheme_length(p);
        size_t name = name_length(p);
        if (scheme > 0) {
            buf_text(out, "<url>");
            p += scheme + token_length(p + scheme);
        } else if (name > 0) {
            buf_add(out, p, name);
            buf_text(out, "<cut>");
            p += name;
            p += strcspn(p, " \t\r\n\"'<>`|&");
        } else {
            in_word = isalnum((unsigned char)*p);
            buf_char(out, *p++);
        }
    }
}
