/* SPDX-License-Identifier: MIT */
#include "farm/fields.h"

#include "farm/auth.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>

#define SUM_BYTES 16
#define SUM_HEX   (2 * SUM_BYTES)

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* %41 and + of a query or form, decoded. */
static void decode(struct slice text, struct out *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i] == '+' ? ' ' : text.at[i];
        if (c == '%' && i + 2 < text.len && isxdigit((unsigned char)text.at[i + 1]) &&
            isxdigit((unsigned char)text.at[i + 2])) {
            c = (char)(hex_digit(text.at[i + 1]) << 4 | hex_digit(text.at[i + 2]));
            i += 2;
        }
        out_bytes(out, &c, 1);
    }
}

/* A JSON string without its escapes; those of \\u are left. */
static void decode_json(struct slice text, struct out *out)
{
    for (size_t i = 0; i < text.len; i++) {
        i += text.at[i] == '\\' && i + 1 < text.len && strchr("\"\\/", text.at[i + 1]) != NULL;
        out_bytes(out, &text.at[i], 1);
    }
}

/* The string of the first member of this name in a body of JSON. */
static bool find_member(struct slice body, const char *name, struct slice *value)
{
    size_t len = strlen(name);
    for (size_t i = 0; i + len + 5 <= body.len; i++) {
        const char *at = body.at + i;
        if (at[0] != '"' || memcmp(at + 1, name, len) != 0 ||
            memcmp(at + len + 1, "\":\"", 3) != 0) {
            continue;
        }
        size_t begin = i + len + 4;
        size_t end = begin;
        while (end < body.len && body.at[end] != '"') {
            end += body.at[end] == '\\' ? 2 : 1;
        }
        *value = (struct slice){body.at + begin, end - begin};
        return end < body.len;
    }
    return false;
}

/* The value of a field as it was sent. False: there is none. */
static bool find_field(const struct auth_fields *fields, const struct message *message,
                       const char *name, struct slice *value)
{
    if (fields->in_json) {
        return find_member(message->body, name, value);
    }
    struct slice rest = fields->in_form ? message->body : message->query;
    while (rest.len > 0) {
        struct slice item = slice_cut(&rest, '&');
        if (slice_equal(slice_cut(&item, '='), slice_of(name))) {
            *value = item;
            return true;
        }
    }
    return false;
}

bool fields_are_in(const struct auth_fields *fields, const struct message *message)
{
    struct slice value = {0};
    return fields->user != NULL && find_field(fields, message, fields->user, &value) &&
           find_field(fields, message, fields->password, &value);
}

static void write_sum(const char *front, const char *value, const char *back, struct out *out)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char sum[EVP_MAX_MD_SIZE] = {0};
    struct out text = {0};
    out_text(&text, front);
    for (const char *at = value; *at != '\0'; at++) {
        char c = (char)tolower((unsigned char)*at);
        out_bytes(&text, &c, 1);
    }
    out_text(&text, back);
    EVP_Digest(text.data, text.len, sum, NULL, EVP_md5(), NULL);
    for (int i = 0; i < SUM_BYTES; i++) {
        out_bytes(out, &digits[sum[i] >> 4], 1);
        out_bytes(out, &digits[sum[i] & 15], 1);
    }
    out_finish(&text);
}

/* Is VALUE what the field must hold for the account's EXPECTED? */
static bool matches(const struct auth_fields *fields, struct slice value, const char *expected,
                    bool is_user)
{
    struct out sent = {0};
    struct out right = {0};
    fields->in_json ? decode_json(value, &sent) : decode(value, &sent);
    if (fields->sums) {
        write_sum(is_user ? fields->a : fields->b, expected, is_user ? fields->b : fields->a,
                  &right);
    } else {
        out_text(&right, expected);
    }
    bool same =
        slice_equal((struct slice){sent.data, sent.len}, (struct slice){right.data, right.len});
    out_finish(&sent);
    out_finish(&right);
    return same;
}

const struct auth_user *fields_check(const struct auth_fields *fields,
                                     const struct auth_users *users, const struct message *message)
{
    struct slice user = {0};
    struct slice password = {0};
    if (!find_field(fields, message, fields->user, &user) ||
        !find_field(fields, message, fields->password, &password)) {
        return NULL;
    }
    for (size_t i = 0; i < users->count; i++) {
        const struct auth_user *account = &users->list[i];
        if (matches(fields, user, account->name, true) &&
            matches(fields, password, account->password, false)) {
            return account;
        }
    }
    return NULL;
}

static const char *kept(struct arena *arena, const char *text)
{
    return arena_text(arena, text, strlen(text));
}

bool fields_read(struct arena *arena, const json_t *object, struct auth_fields *fields,
                 struct problem *problem)
{
    *fields = (struct auth_fields){0};
    if (object == NULL) {
        return true;
    }
    if (!problem_keys(problem, object, "user password in salts")) {
        return false;
    }
    const char *in = problem_text(problem, object, "in", "query");
    const json_t *salts = problem_array(problem, object, "salts");
    fields->user = kept(arena, problem_text(problem, object, "user", "user"));
    fields->password = kept(arena, problem_text(problem, object, "password", "password"));
    fields->in_form = strcmp(in, "form") == 0;
    fields->in_json = strcmp(in, "json") == 0;
    fields->sums = salts != NULL;
    if (strcmp(in, "query") != 0 && !fields->in_form && !fields->in_json) {
        return problem_note(problem, "\"in\" must be query, form or json");
    }
    if (salts != NULL) {
        const char *a = json_string_value(json_array_get(salts, 0));
        const char *b = json_string_value(json_array_get(salts, 1));
        if (a == NULL || b == NULL || json_array_size(salts) != 2) {
            return problem_note(problem, "\"salts\" must be two texts");
        }
        fields->a = kept(arena, a);
        fields->b = kept(arena, b);
    }
    return !problem_is(problem);
}
