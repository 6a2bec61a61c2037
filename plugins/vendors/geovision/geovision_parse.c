/* SPDX-License-Identifier: MIT */
#include "geovision_parse.h"

#include <kit/jpeg.h>

#include <stdio.h>
#include <string.h>

/* ---- Worlds ---- */

bool geovision_is_software(struct vmm_text headers)
{
    struct vmm_text server;
    return vmm_text_header(headers, "Server", &server) == 0 &&
           vmm_text_begins(server, "GeoHttpServer");
}

/* Where `word` begins in `text`, or its size. */
static size_t find(struct vmm_text text, const char *word)
{
    const char *at = memmem(text.data, text.size, word, strlen(word));
    return at != NULL ? (size_t)(at - text.data) : text.size;
}

static struct vmm_text skip(struct vmm_text text, size_t size)
{
    return vmm_text_bytes(text.data + size, text.size - size);
}

bool geovision_is_lapi(uint32_t status, struct vmm_text body)
{
    if (status == 401) {
        return true;
    }
    return body.size > 0 && find(body, "\"Response\"") < body.size &&
           find(body, "/LAPI/") < body.size;
}

/* ---- Variables of scripts ---- */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_plain(char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\'' && c != '\\';
}

static struct vmm_text skip_spaces(struct vmm_text text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text = skip(text, 1);
    }
    return text;
}

/* A text in quotes that begins `text`, of allowed characters; copied with a NUL behind it. */
static bool copy_quoted(struct vmm_text text, bool (*allowed)(char), char *out, size_t size)
{
    if (text.size < 2 || (text.data[0] != '"' && text.data[0] != '\'')) {
        return false;
    }
    size_t length = 0;
    struct vmm_text inside = skip(text, 1);
    while (length < inside.size && inside.data[length] != text.data[0]) {
        if (!allowed(inside.data[length]) || length + 1 >= size) {
            return false;
        }
        length++;
    }
    if (length == inside.size || length == 0) {
        return false;
    }
    memcpy(out, inside.data, length);
    out[length] = '\0';
    return true;
}

/* name = "value", wherever it stands; the name is a whole word. */
static bool read_variable(struct vmm_text body, const char *name, bool (*allowed)(char), char *out,
                          size_t size)
{
    struct vmm_text rest = body;
    for (size_t at = find(rest, name); at < rest.size; at = find(rest, name)) {
        bool whole = at == 0 || (!is_word(rest.data[at - 1]) && rest.data[at - 1] != '_');
        struct vmm_text behind = skip_spaces(skip(rest, at + strlen(name)));
        if (whole && behind.size > 0 && behind.data[0] == '=' &&
            copy_quoted(skip_spaces(skip(behind, 1)), allowed, out, size)) {
            return true;
        }
        rest = skip(rest, at + 1);
    }
    return false;
}

/* The value of the hidden field of this name: <input name="web_login_token" value="…">. */
static bool read_field(struct vmm_text body, const char *name, char *out, size_t size)
{
    size_t at = find(body, name);
    if (at == body.size) {
        return false;
    }
    size_t begin = at;
    while (begin > 0 && body.data[begin - 1] != '<' && body.data[begin - 1] != '>') {
        begin--;
    }
    struct vmm_text tag = skip(body, begin);
    tag.size = find(tag, ">");
    return read_variable(tag, "value", is_word, out, size);
}

/* ---- The login ---- */

/* Whether it is a camera's: <TITLE>GeoVision Inc. - IP Camera</TITLE>. */
static bool read_title(struct vmm_text body)
{
    size_t at = find(body, "<TITLE>");
    if (at == body.size) {
        at = find(body, "<title>");
    }
    if (at == body.size) {
        return false;
    }
    struct vmm_text title = skip(body, at + strlen("<TITLE>"));
    title.size = find(title, "<");
    return find(title, "IP Camera") < title.size;
}

bool geovision_read_page(struct vmm_text body, struct geovision_page *page)
{
    *page = (struct geovision_page){.is_camera = read_title(body)};
    (void)read_field(body, "web_login_token", page->token, sizeof(page->token));
    return read_variable(body, "cc1", is_word, page->salt[0], sizeof(page->salt[0])) &&
           read_variable(body, "cc2", is_word, page->salt[1], sizeof(page->salt[1]));
}

bool geovision_read_session(struct vmm_text body, struct geovision_session *session)
{
    *session = (struct geovision_session){0};
    return read_variable(body, "gUserName", is_plain, session->user, sizeof(session->user)) &&
           read_variable(body, "gPassword", is_plain, session->password,
                         sizeof(session->password)) &&
           read_variable(body, "gDesc", is_plain, session->key, sizeof(session->key));
}

/* ---- The picture ---- */

bool geovision_read_picture(struct vmm_text body, bool is_camera, const struct vmm_observer *to)
{
    struct vmm_jpeg jpeg;
    if (vmm_jpeg_read(body, &jpeg) != 0 || !jpeg.is_whole) {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, 1, (struct vmm_text){0});
        return false;
    }
    char size[32];
    snprintf(size, sizeof(size), "%ux%u", jpeg.width, jpeg.height);
    vmm_observe_vendor(to, "picture", vmm_text_of(size));
    if (is_camera) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, 1, true);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, 1, (struct vmm_text){0});
    }
    return true;
}
