/* SPDX-License-Identifier: MIT */
#include "host/mask.h"

#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "host/http_template.h"

#define SHORTEST 6u
#define STARS    "***"

#define SHAPES_SIZE 5120u

/* A shape is what lies behind `begin`; it is taken back when it says too little, or is not whole. */
static void end_shape(struct mask *mask, size_t begin, int rc)
{
    bool good = rc == 0 && !buf_failed(&mask->shapes) && mask->shapes.size - begin >= SHORTEST;
    if (good) {
        buf_char(&mask->shapes, '\0');
    }
    if (!good || buf_failed(&mask->shapes)) {
        mask->shapes.size = begin;
    }
}

static void add_template(struct mask *mask, const char *word, enum http_place place,
                         const struct http_secrets *secrets)
{
    size_t begin = mask->shapes.size;
    end_shape(mask, begin,
              http_template_fill(word, strlen(word), place, secrets, &mask->shapes, NULL));
}

/* What Basic sends: user and password with a colon between them. */
static void add_basic(struct mask *mask, const struct http_secrets *secrets)
{
    struct buf plain;
    size_t begin = mask->shapes.size;
    buf_init(&plain);
    buf_reserve(&plain, strlen(secrets->user) + strlen(secrets->password) + 2);
    buf_printf(&plain, "%s:%s", secrets->user, secrets->password);
    uint8_t *room = buf_reserve(&mask->shapes, plain.size / 3 * 4 + 5);
    if (!buf_failed(&plain) && room != NULL) {
        buf_grow(&mask->shapes, (size_t)EVP_EncodeBlock(room, plain.data, (int)plain.size));
        end_shape(mask, begin, 0);
    }
    buf_wipe(&plain);
}

void mask_init(struct mask *mask, const char *user, const char *password)
{
    const struct http_secrets secrets = {user, password};
    buf_init(&mask->shapes);
    /* At once for all: memory that grows leaves copies behind. */
    if (password[0] == '\0' || buf_reserve(&mask->shapes, SHAPES_SIZE) == NULL) {
        return;
    }
    add_template(mask, "{pass}", HTTP_PLACE_BODY, &secrets);
    add_template(mask, "{pass}", HTTP_PLACE_TARGET, &secrets);
    add_template(mask, "{pass}", HTTP_PLACE_JSON, &secrets);
    add_template(mask, "{pass_md5}", HTTP_PLACE_BODY, &secrets);
    add_template(mask, "{pass_sofia}", HTTP_PLACE_BODY, &secrets);
    add_basic(mask, &secrets);
}

void mask_add(struct mask *mask, const char *text, size_t size)
{
    size_t begin = mask->shapes.size;
    if (size >= SHORTEST && memchr(text, '\0', size) == NULL) {
        buf_add(&mask->shapes, text, size);
        end_shape(mask, begin, 0);
    }
}

void mask_finish(struct mask *mask)
{
    buf_wipe(&mask->shapes);
}

/* `size` bytes at `at` become the stars. They are never fewer than the stars. */
static void cover(char *at, size_t size)
{
    memcpy(at, STARS, strlen(STARS));
    memmove(at + strlen(STARS), at + size, strlen(at + size) + 1);
}

static void cover_all(const char *shape, char *text)
{
    size_t size = strlen(shape);
    for (char *at = text; strlen(at) >= size; at++) {
        if (strncasecmp(at, shape, size) == 0) {
            cover(at, size);
            at += strlen(STARS) - 1;
        }
    }
}

/* The longest beginning of the shape that the text ends with. */
static void cover_end(const char *shape, char *text)
{
    size_t length = strlen(text);
    for (size_t size = strlen(shape) - 1; size >= SHORTEST; size--) {
        if (size <= length && strncasecmp(text + length - size, shape, size) == 0) {
            cover(text + length - size, size);
            return;
        }
    }
}

void mask_text(const struct mask *mask, char *text, size_t room)
{
    bool is_cut = strlen(text) + 4 >= room;
    for (size_t at = 0; at < mask->shapes.size;) {
        const char *shape = (const char *)mask->shapes.data + at;
        cover_all(shape, text);
        if (is_cut) {
            cover_end(shape, text);
        }
        at += strlen(shape) + 1;
    }
}
