/* SPDX-License-Identifier: MIT */
#include "farm/template.h"

#include <stdio.h>
#include <string.h>

enum piece_kind {
    PIECE_LITERAL,
    PIECE_VALUE,
    PIECE_ID,
    PIECE_INDEX,
    PIECE_ADDRESS,
    PIECE_PORT,
    PIECE_DATE,
    PIECE_UTC,
    PIECE_EPOCH,
    PIECE_ZONE,
    PIECE_ZONE40,
    PIECE_ZONE_POSIX,
    PIECE_URL,
    PIECE_PATH,
    PIECE_NONCE,
    PIECE_SESSION
};

struct template_piece {
    enum piece_kind kind;
    struct slice text; /* a literal's bytes; a date's format, NUL-terminated */
    size_t value;
    int32_t shift_s; /* of a time: so much later */
};

static const struct {
    const char *name;
    enum piece_kind kind;
    bool takes_format;
} builtins[] = {
    {"id", PIECE_ID, false},           {"index", PIECE_INDEX, false},
    {"address", PIECE_ADDRESS, false}, {"port", PIECE_PORT, false},
    {"date", PIECE_DATE, true},        {"utc", PIECE_UTC, true},
    {"epoch", PIECE_EPOCH, false},     {"zone", PIECE_ZONE, false},
    {"zone40", PIECE_ZONE40, false},   {"url", PIECE_URL, false},
    {"path", PIECE_PATH, false},       {"zone_posix", PIECE_ZONE_POSIX, false},
    {"nonce", PIECE_NONCE, false},     {"session", PIECE_SESSION, false},
};

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Bytes of "-300" or "+60" behind a name; 0 when there is none. */
static size_t shift_length(struct slice text)
{
    size_t at = 1;
    if (text.len == 0 || (text.at[0] != '-' && text.at[0] != '+')) {
        return 0;
    }
    while (at < text.len && at < 9 && text.at[at] >= '0' && text.at[at] <= '9') {
        at++;
    }
    return at > 1 ? at : 0;
}

/* Length of the variable "{name}", "{name:format}" or "{name-300:format}" at TEXT; 0 when there is none. */
static size_t variable_length(struct slice text)
{
    size_t at = 1;
    while (at < text.len && is_name_char(text.at[at])) {
        at++;
    }
    if (at == 1 || at == text.len) {
        return 0;
    }
    at += shift_length((struct slice){text.at + at, text.len - at});
    if (at == text.len) {
        return 0;
    }
    if (text.at[at] == ':') {
        const char *end = memchr(text.at + at, '}', text.len - at);
        return end != NULL ? (size_t)(end - text.at) + 1 : 0;
    }
    return text.at[at] == '}' ? at + 1 : 0;
}

static bool resolve_builtin(struct arena *arena, struct slice name, struct slice format,
                            struct template_piece *piece)
{
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (!slice_equal(name, slice_of(builtins[i].name))) {
            continue;
        }
        if (builtins[i].takes_format != (format.len > 0)) {
            return false;
        }
        piece->kind = builtins[i].kind;
        piece->text = (struct slice){arena_text(arena, format.at, format.len), format.len};
        return true;
    }
    return false;
}

static bool is_time(enum piece_kind kind)
{
    return kind == PIECE_DATE || kind == PIECE_UTC || kind == PIECE_EPOCH;
}

/* A time that is told as so much later or earlier than now. */
static bool resolve_shifted(struct arena *arena, struct slice name, struct slice format,
                            struct template_piece *piece)
{
    size_t at = 0;
    while (at < name.len && is_name_char(name.at[at])) {
        at++;
    }
    bool minus = name.at[at] == '-';
    for (size_t i = at + 1; i < name.len; i++) {
        piece->shift_s = piece->shift_s * 10 + (name.at[i] - '0');
    }
    piece->shift_s = minus ? -piece->shift_s : piece->shift_s;
    return resolve_builtin(arena, (struct slice){name.at, at}, format, piece) &&
           is_time(piece->kind);
}

static bool resolve(struct arena *arena, struct slice inner, const struct template_names *names,
                    struct template_piece *piece)
{
    struct slice format = inner;
    struct slice name = slice_cut(&format, ':');
    *piece = (struct template_piece){0};
    if (memchr(name.at, '-', name.len) != NULL || memchr(name.at, '+', name.len) != NULL) {
        return resolve_shifted(arena, name, format, piece);
    }
    for (size_t i = 0; format.len == 0 && i < names->count; i++) {
        if (slice_equal(name, slice_of(names->names[i]))) {
            *piece = (struct template_piece){.kind = PIECE_VALUE, .value = i};
            return true;
        }
    }
    return resolve_builtin(arena, name, format, piece);
}

/* How many bytes from the start of TEXT are plain. "{{" is plain up to and with its first brace. */
static size_t literal_length(struct slice text)
{
    size_t at = 0;
    while (at < text.len) {
        struct slice rest = {text.at + at, text.len - at};
        if (rest.at[0] == '{') {
            if (rest.len > 1 && rest.at[1] == '{') {
                return at + 1;
            }
            if (variable_length(rest) > 0) {
                break;
            }
        }
        at++;
    }
    return at;
}

/* Takes one piece off *REST. */
static bool take_piece(struct arena *arena, struct slice *rest, const struct template_names *names,
                       struct template_piece *piece, struct problem *problem)
{
    size_t used = literal_length(*rest);
    if (used > 0) {
        *piece = (struct template_piece){.text = {rest->at, used}};
        /* An escaped brace: one was kept, the other is dropped. */
        bool escaped = rest->at[used - 1] == '{' && used < rest->len && rest->at[used] == '{';
        used += escaped ? 1 : 0;
    } else {
        used = variable_length(*rest);
        struct slice inner = {rest->at + 1, used - 2};
        if (!resolve(arena, inner, names, piece)) {
            return problem_note(problem, "unknown variable {%.*s}", (int)inner.len, inner.at);
        }
    }
    rest->at += used;
    rest->len -= used;
    return true;
}

bool template_compile(struct arena *arena, struct slice text, const struct template_names *names,
                      struct template *result, struct problem *problem)
{
    struct slice rest = {arena_text(arena, text.at, text.len), text.len};
    size_t most = 1;
    for (size_t i = 0; i < text.len; i++) {
        most += text.at[i] == '{' ? 2 : 0;
    }
    struct template_piece *pieces = arena_take(arena, most, sizeof *pieces);
    size_t count = 0;
    while (rest.len > 0) {
        if (!take_piece(arena, &rest, names, &pieces[count], problem)) {
            return false;
        }
        count++;
    }
    *result = (struct template){pieces, count};
    return true;
}

static void render_address(uint32_t address, struct out *out)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        out_number(out, address >> shift & 255);
        out_bytes(out, ".", shift > 0 ? 1 : 0);
    }
}

static void render_zone(int32_t minutes, struct out *out)
{
    int32_t size = minutes < 0 ? -minutes : minutes;
    char text[16];
    snprintf(text, sizeof text, "%c%02d:%02d", minutes < 0 ? '-' : '+', (int)(size / 60 % 100),
             (int)(size % 60));
    out_text(out, text);
}

static void render_session(uint32_t session, struct out *out)
{
    char text[16];
    snprintf(text, sizeof text, "0x%08X", (unsigned)session);
    out_text(out, text);
}

static void render_piece(const struct template_piece *piece, const struct template_input *input,
                         struct out *out)
{
    int64_t shift_us = INT64_C(1000000) * piece->shift_s;
    switch (piece->kind) {
    case PIECE_LITERAL:
        out_slice(out, piece->text);
        break;
    case PIECE_VALUE:
        out_text(out, input->values[piece->value]);
        break;
    case PIECE_ID:
        out_text(out, input->id);
        break;
    case PIECE_INDEX:
        out_number(out, input->index);
        break;
    case PIECE_ADDRESS:
        render_address(input->address, out);
        break;
    case PIECE_PORT:
        out_number(out, input->port);
        break;
    case PIECE_DATE:
        clock_format(&input->clock, input->wall_us + shift_us, true, piece->text.at, out);
        break;
    case PIECE_UTC:
        clock_format(&input->clock, input->wall_us + shift_us, false, piece->text.at, out);
        break;
    case PIECE_EPOCH:
        out_number(out, (input->wall_us + shift_us) / 1000000 + input->clock.offset_s);
        break;
    case PIECE_ZONE:
        render_zone(input->clock.zone_min, out);
        break;
    case PIECE_ZONE40:
        out_number(out, (int64_t)input->clock.zone_min * 40 / 60);
        break;
    case PIECE_ZONE_POSIX:
        render_zone(-input->clock.zone_min, out);
        break;
    case PIECE_URL:
        out_slice(out, input->url);
        break;
    case PIECE_PATH:
        out_slice(out, input->path);
        break;
    case PIECE_NONCE:
        out_text(out, input->nonce == NULL ? "" : input->nonce);
        break;
    case PIECE_SESSION:
        render_session(input->session, out);
        break;
    }
}

bool template_tells_nonce(const struct template *text)
{
    bool found = false;
    for (size_t i = 0; i < text->count; i++) {
        found = found || text->pieces[i].kind == PIECE_NONCE;
    }
    return found;
}

void template_render(const struct template *text, const struct template_input *input,
                     struct out *out)
{
    for (size_t i = 0; i < text->count; i++) {
        render_piece(&text->pieces[i], input, out);
    }
}
