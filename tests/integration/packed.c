/* SPDX-License-Identifier: MIT */
#include "integration/packed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t gzip_head[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};

/* Bits of a deflate stream, the lowest of each byte first. */
struct bits {
    uint8_t *data;
    size_t size;
    uint32_t held;
    unsigned count;
};

static void put(struct bits *bits, uint32_t value, unsigned count)
{
    bits->held |= value << bits->count;
    bits->count += count;
    while (bits->count >= 8) {
        bits->data[bits->size++] = (uint8_t)bits->held;
        bits->held >>= 8;
        bits->count -= 8;
    }
}

/* Codes of Huffman stand with their highest bit first. */
static void put_code(struct bits *bits, uint32_t code, unsigned count)
{
    for (unsigned i = count; i > 0; i--) {
        put(bits, code >> (i - 1) & 1, 1);
    }
}

static size_t put_little(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> 8 * i);
    }
    return 4;
}

static uint32_t crc_of(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

static uint32_t adler_of(const uint8_t *bytes, size_t size)
{
    uint32_t low = 1;
    uint32_t high = 0;
    for (size_t i = 0; i < size; i++) {
        low = (low + bytes[i]) % 65521;
        high = (high + low) % 65521;
    }
    return high << 16 | low;
}

/* One stored block. */
static size_t put_stored(uint8_t *to, const char *text, size_t size)
{
    to[0] = 1;
    to[1] = (uint8_t)size;
    to[2] = (uint8_t)(size >> 8);
    to[3] = (uint8_t)~to[1];
    to[4] = (uint8_t)~to[2];
    memcpy(to + 5, text, size);
    return size + 5;
}

char *packed_gzip(const char *text, size_t *size)
{
    size_t length = strlen(text);
    uint8_t *out = calloc(1, length + 64);
    memcpy(out, gzip_head, sizeof(gzip_head));
    size_t used = sizeof(gzip_head);
    used += put_stored(out + used, text, length);
    used += put_little(out + used, crc_of((const uint8_t *)text, length));
    used += put_little(out + used, (uint32_t)length);
    *size = used;
    return (char *)out;
}

char *packed_deflate(const char *text, size_t *size)
{
    size_t length = strlen(text);
    uint8_t *out = calloc(1, length + 64);
    uint32_t sum = adler_of((const uint8_t *)text, length);
    out[0] = 0x78;
    out[1] = 0x01;
    size_t used = 2 + put_stored(out + 2, text, length);
    for (unsigned i = 0; i < 4; i++) {
        out[used++] = (uint8_t)(sum >> 8 * (3 - i));
    }
    *size = used;
    return (char *)out;
}

char *packed_bomb(size_t unpacked, size_t *size)
{
    size_t repeats = unpacked / 258;
    struct bits bits = {.data = calloc(1, repeats * 2 + 64)};
    memcpy(bits.data, gzip_head, sizeof(gzip_head));
    bits.size = sizeof(gzip_head);
    put(&bits, 1, 1);               /* the last block */
    put(&bits, 1, 2);               /* of fixed codes */
    put_code(&bits, 0x30 + 'a', 8); /* one letter */
    for (size_t i = 0; i < repeats; i++) {
        put_code(&bits, 0xc5, 8); /* 258 bytes */
        put_code(&bits, 0, 5);    /* from one byte before */
    }
    put_code(&bits, 0, 7); /* the end */
    put(&bits, 0, 7);
    *size = bits.size + 8; /* of the checksum, which nobody comes to read */
    return (char *)bits.data;
}
