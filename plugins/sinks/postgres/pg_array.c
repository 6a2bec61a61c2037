/* SPDX-License-Identifier: MIT */
#include "pg_array.h"

#include <stdlib.h>
#include <string.h>

/* PostgreSQL counts from 2000, and begins in 4714 BC; it ends later than this clock does. */
#define TIME_BASE 946684800000000ll
#define TIME_MIN  (-211813488000000000ll)

static void put32(char *at, uint32_t value)
{
    at[0] = (char)(value >> 24);
    at[1] = (char)(value >> 16);
    at[2] = (char)(value >> 8);
    at[3] = (char)value;
}

static void put64(char *at, uint64_t value)
{
    put32(at, (uint32_t)(value >> 32));
    put32(at + 4, (uint32_t)value);
}

void pg_array_init(struct pg_array *array, enum pg_type type)
{
    *array = (struct pg_array){.type = type};
}

void pg_array_finish(struct pg_array *array)
{
    free(array->bytes);
    pg_array_init(array, array->type);
}

void pg_array_clear(struct pg_array *array)
{
    array->size = 0;
    array->count = 0;
    array->has_null = false;
    array->failed = false;
}

/* Room for `more` bytes at the end, or NULL. */
static char *reserve(struct pg_array *array, size_t more)
{
    size_t need = (array->size == 0 ? PG_ARRAY_HEAD : array->size) + more;
    if (need > array->capacity) {
        size_t capacity = need > 2 * array->capacity ? need : 2 * array->capacity;
        char *bytes = realloc(array->bytes, capacity);
        if (bytes == NULL) {
            array->failed = true;
            return NULL;
        }
        array->bytes = bytes;
        array->capacity = capacity;
    }
    array->size = array->size == 0 ? PG_ARRAY_HEAD : array->size;
    char *at = array->bytes + array->size;
    array->size += more;
    return at;
}

void pg_array_null(struct pg_array *array)
{
    char *at = reserve(array, 4);
    if (at != NULL) {
        put32(at, UINT32_MAX);
        array->has_null = true;
        array->count++;
    }
}

void pg_array_bytes(struct pg_array *array, const char *bytes, size_t size)
{
    char *at = reserve(array, 4 + size);
    if (at != NULL) {
        put32(at, (uint32_t)size);
        memcpy(at + 4, bytes, size);
        array->count++;
    }
}

void pg_array_row(struct pg_array *array, uint16_t values)
{
    char *at = reserve(array, 2);
    if (at != NULL) {
        at[0] = (char)(values >> 8);
        at[1] = (char)values;
    }
}

void pg_array_bool(struct pg_array *array, bool value)
{
    char byte = value ? 1 : 0;
    pg_array_bytes(array, &byte, 1);
}

void pg_array_int(struct pg_array *array, int32_t value)
{
    char bytes[4];
    put32(bytes, (uint32_t)value);
    pg_array_bytes(array, bytes, sizeof(bytes));
}

void pg_array_bigint(struct pg_array *array, int64_t value)
{
    char bytes[8];
    put64(bytes, (uint64_t)value);
    pg_array_bytes(array, bytes, sizeof(bytes));
}

void pg_array_real(struct pg_array *array, double value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    pg_array_bigint(array, (int64_t)bits);
}

bool pg_array_time(struct pg_array *array, int64_t wall_us)
{
    if (wall_us < TIME_MIN + TIME_BASE) {
        return false;
    }
    pg_array_bigint(array, wall_us - TIME_BASE);
    return true;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool pg_array_uuid(struct pg_array *array, const char *text, size_t size)
{
    char bytes[16];
    size_t at = 0;
    if (size != 36) {
        return false;
    }
    for (size_t i = 0; i < 16; i++) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-') {
            return false;
        }
        int high = hex(text[at]);
        int low = hex(text[at + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i] = (char)(high << 4 | low);
        at += 2;
    }
    pg_array_bytes(array, bytes, sizeof(bytes));
    return true;
}

void pg_array_cut(struct pg_array *array, uint32_t count, size_t size)
{
    array->count = count;
    array->size = size;
}

const char *pg_array_value(struct pg_array *array, int *size)
{
    if (array->size == 0 && reserve(array, 0) == NULL) {
        return NULL;
    }
    if (array->failed) {
        return NULL;
    }
    /* An array without members has no dimension. */
    put32(array->bytes, array->count > 0 ? 1 : 0);
    put32(array->bytes + 4, array->has_null ? 1 : 0);
    put32(array->bytes + 8, pg_type_oid(array->type));
    put32(array->bytes + 12, array->count);
    put32(array->bytes + 16, 1);
    *size = array->count > 0 ? (int)array->size : 12;
    return array->bytes;
}
