/* SPDX-License-Identifier: MIT */
/*
 * Writing JSON from top to bottom into memory that grows, for bodies whose size in bytes counts: `size` is what the
 * document has so far, and a mark takes back what turned out to be too much.
 *
 *   vmm_json_begin(out, NULL, '{');
 *   vmm_json_put_text(out, "title", title);
 *   struct vmm_json_mark mark = vmm_json_mark(out);
 *   … one more member …
 *   if (out->size > limit) { vmm_json_rewind(out, mark); }
 *   vmm_json_end(out);
 *
 * Names are NULL inside a list. Texts are any bytes: what is not UTF-8, and NUL, becomes U+FFFD; quotes, control
 * characters and the line separators of JavaScript are escaped, nothing else. When memory runs out, `failed` is set and stays.
 */
#ifndef VMM_KIT_JSON_WRITE_H
#define VMM_KIT_JSON_WRITE_H

#include <kit/text.h>

#define VMM_JSON_DEPTH_MAX 32u

struct vmm_json_out {
    char *data;
    size_t size;
    size_t capacity;
    bool failed;
    uint32_t depth;
    char closers[VMM_JSON_DEPTH_MAX]; /* '}' or ']' of each open container */
    bool has_member[VMM_JSON_DEPTH_MAX + 1];
};

/* Where a document stood. */
struct vmm_json_mark {
    size_t size;
    uint32_t depth;
    bool has_member;
};

/* Start empty, keeping memory of an earlier document; all zero is a new one. */
void vmm_json_reset(struct vmm_json_out *out);

/* Wipe and release. */
void vmm_json_finish(struct vmm_json_out *out);

/* Open an object ('{') or a list ('['), and close the innermost. */
void vmm_json_begin(struct vmm_json_out *out, const char *name, char opener);
void vmm_json_end(struct vmm_json_out *out);

void vmm_json_put(struct vmm_json_out *out, const char *name, struct vmm_text text);
void vmm_json_put_text(struct vmm_json_out *out, const char *name, const char *text);
void vmm_json_put_int(struct vmm_json_out *out, const char *name, int64_t number);
void vmm_json_put_bool(struct vmm_json_out *out, const char *name, bool truth);

/* A value that is JSON already, as it is. */
void vmm_json_put_raw(struct vmm_json_out *out, const char *name, struct vmm_text json);

/* A string made of pieces: begin, add as often as needed, end. */
void vmm_json_string_begin(struct vmm_json_out *out, const char *name);
void vmm_json_string_add(struct vmm_json_out *out, struct vmm_text text);
void vmm_json_string_end(struct vmm_json_out *out);

/* Remember where the document stands, and go back there. A mark is good as long as its container, and the string it
 * was made in, is open. */
struct vmm_json_mark vmm_json_mark(const struct vmm_json_out *out);
void vmm_json_rewind(struct vmm_json_out *out, struct vmm_json_mark mark);

/* Bytes that closing all that is open takes. */
static inline size_t vmm_json_closing(const struct vmm_json_out *out)
{
    return out->depth;
}

#endif
