/* SPDX-License-Identifier: MIT */
#include "generic_picture.h"

#include <kit/jpeg.h>

#include <string.h>

#define PNG_HEAD_SIZE 24u /* signature, length and name of IHDR, width, height */
#define GIF_HEAD_SIZE 10u

static bool has(struct vmm_text body, size_t at, const char *bytes, size_t size)
{
    return body.size >= at + size && memcmp(body.data + at, bytes, size) == 0;
}

static uint32_t big(struct vmm_text body, size_t at)
{
    const uint8_t *b = (const uint8_t *)body.data + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t little16(struct vmm_text body, size_t at)
{
    const uint8_t *b = (const uint8_t *)body.data + at;
    return (uint32_t)b[1] << 8 | b[0];
}

static struct generic_picture read_png(struct vmm_text body)
{
    static const char end[] = "IEND\xae\x42\x60\x82";
    bool whole = body.size >= PNG_HEAD_SIZE + 8 && has(body, body.size - 8, end, 8) &&
                 has(body, 12, "IHDR", 4);
    return whole ? (struct generic_picture){"png", big(body, 16), big(body, 20)}
                 : (struct generic_picture){"broken", 0, 0};
}

static struct generic_picture read_gif(struct vmm_text body)
{
    bool whole = body.size > GIF_HEAD_SIZE && body.data[body.size - 1] == ';';
    return whole ? (struct generic_picture){"gif", little16(body, 6), little16(body, 8)}
                 : (struct generic_picture){"broken", 0, 0};
}

/* RIFF tells how many bytes follow its first eight. */
static struct generic_picture read_webp(struct vmm_text body)
{
    uint64_t size = (uint64_t)little16(body, 4) | (uint64_t)little16(body, 6) << 16;
    return (struct generic_picture){size + 8 <= body.size ? "webp" : "broken", 0, 0};
}

static struct generic_picture read_jpeg(struct vmm_text body)
{
    struct vmm_jpeg jpeg;
    bool whole = vmm_jpeg_read(body, &jpeg) == 0 && jpeg.is_whole;
    return whole ? (struct generic_picture){"jpeg", jpeg.width, jpeg.height}
                 : (struct generic_picture){"broken", 0, 0};
}

static bool is_svg(struct vmm_text body)
{
    struct vmm_text text = vmm_text_trim(body);
    bool begins = vmm_text_begins(text, "<svg") || vmm_text_begins(text, "<?xml");
    return begins && memmem(text.data, text.size < 1024 ? text.size : 1024, "<svg", 4) != NULL &&
           text.size > 6 && has(text, text.size - 6, "</svg>", 6);
}

struct generic_picture generic_picture_read(struct vmm_text body)
{
    if (has(body, 0, "\xff\xd8\xff", 3)) {
        return read_jpeg(body);
    }
    if (has(body, 0, "\x89PNG\r\n\x1a\n", 8)) {
        return read_png(body);
    }
    if (has(body, 0, "GIF87a", 6) || has(body, 0, "GIF89a", 6)) {
        return read_gif(body);
    }
    if (has(body, 0, "RIFF", 4) && has(body, 8, "WEBP", 4)) {
        return read_webp(body);
    }
    return (struct generic_picture){is_svg(body) ? "svg" : "none", 0, 0};
}
