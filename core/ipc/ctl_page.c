/* SPDX-License-Identifier: MIT */
#include "ipc/ctl_page.h"

#include <string.h>

#include <vmm/errors.h>

#include "ipc/ctl_protocol.h"

#define PAGE_HEAD "{\"rows\":["
#define PAGE_TAIL "]}\n"

#define MESSAGE_MAX 4096 /* bytes of a message or a remedy */

static int add_bytes(const char *bytes, size_t size, void *arg)
{
    struct buf *out = arg;
    buf_add(out, bytes, size);
    return out->failed ? -1 : 0;
}

static int dump(struct buf *out, const json_t *value)
{
    return json_dump_callback(value, add_bytes, out,
                              JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12)) == 0
               ? 0
               : VMM_E_NOMEM;
}

struct page {
    struct buf *out;
    size_t begin; /* where the page that is open begins */
    size_t rows;  /* in it */
};

static void open_page(struct page *page)
{
    page->begin = page->out->size;
    page->rows = 0;
    buf_text(page->out, PAGE_HEAD);
}

static void close_page(struct page *page)
{
    if (page->rows == 0) {
        page->out->size = page->begin;
    } else {
        buf_text(page->out, PAGE_TAIL);
    }
}

/* The row goes where the page ends. VMM_E_TOOBIG: it does not fit, the page is as it was. */
static int put_row(struct page *page, const json_t *row)
{
    size_t before = page->out->size;
    if (page->rows > 0) {
        buf_char(page->out, ',');
    }
    int rc = dump(page->out, row);
    if (rc == 0 && page->out->size - page->begin + strlen(PAGE_TAIL) > CTL_LINE_MAX) {
        rc = VMM_E_TOOBIG;
    }
    if (rc != 0) {
        page->out->size = before;
        return rc;
    }
    page->rows++;
    return 0;
}

int ctl_page_rows(struct buf *out, const json_t *rows)
{
    size_t begin = out->size;
    struct page page = {.out = out};
    int rc = 0;
    size_t index = 0;
    json_t *row = NULL;
    open_page(&page);
    json_array_foreach(rows, index, row)
    {
        int put = put_row(&page, row);
        if (put == VMM_E_TOOBIG && page.rows > 0) {
            close_page(&page);
            open_page(&page);
            put = put_row(&page, row);
        }
        rc = put != 0 ? put : rc;
    }
    close_page(&page);
    if (out->failed) {
        out->size = begin;
        return VMM_E_NOMEM;
    }
    return rc;
}

/* One line of at most CTL_LINE_MAX bytes, or nothing. */
static int put_line(struct buf *out, const json_t *line)
{
    size_t begin = out->size;
    int rc = dump(out, line);
    buf_char(out, '\n');
    if (rc == 0 && out->failed) {
        rc = VMM_E_NOMEM;
    }
    if (rc == 0 && out->size - begin > CTL_LINE_MAX) {
        rc = VMM_E_TOOBIG;
    }
    if (rc != 0) {
        out->size = begin;
    }
    return rc;
}

int ctl_page_done(struct buf *out, json_t *result)
{
    json_t *line = json_pack("{sb}", "done", 1);
    int rc = VMM_E_NOMEM;
    if (line != NULL && (result == NULL || json_object_update_missing(line, result) == 0)) {
        rc = put_line(out, line);
    }
    json_decref(line);
    return rc;
}

/* As much of the text as fits, at a whole character; what is no UTF-8 is not sent at all. */
static json_t *bounded(const char *text)
{
    size_t size = strnlen(text, MESSAGE_MAX + 1);
    if (size > MESSAGE_MAX) {
        size = MESSAGE_MAX;
        while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80) {
            size--;
        }
    }
    json_t *value = json_stringn(text, size);
    return value != NULL ? value : json_string("(a text that is not UTF-8)");
}

int ctl_page_error(struct buf *out, const char *code, const char *message, const char *remedy)
{
    json_t *line =
        json_pack("{sbs{ssso*so*}}", "done", 1, "error", "code", code, "message", bounded(message),
                  "remedy", remedy != NULL ? bounded(remedy) : json_null());
    if (line == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = put_line(out, line);
    json_decref(line);
    return rc;
}
