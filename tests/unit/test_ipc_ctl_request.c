/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <vmm/errors.h>

#include "ipc/ctl_page.h"
#include "ipc/ctl_request.h"

Test(ctl_request, reads_a_verb_and_its_arguments)
{
    static const char line[] = "{\"verb\":\"camera.add\",\"args\":{\"id\":\"gate\"}}\n";
    struct ctl_request request;
    cr_assert_null(ctl_request_parse(&request, line, sizeof(line) - 1));
    cr_expect_str_eq(request.verb, "camera.add");
    cr_expect_str_eq(json_string_value(json_object_get(request.args, "id")), "gate");
    ctl_request_finish(&request);
}

Test(ctl_request, arguments_may_be_left_out)
{
    static const char line[] = "{\"verb\":\"status\"}\r\n";
    struct ctl_request request;
    cr_assert_null(ctl_request_parse(&request, line, sizeof(line) - 1));
    cr_expect(json_is_object(request.args));
    cr_expect_eq(json_object_size(request.args), 0);
    ctl_request_finish(&request);
}

Test(ctl_request, refuses_everything_else_and_says_why)
{
    static const char *const wrong[] = {
        "",
        "\n",
        "hello\n",
        "[]\n",
        "{}\n",
        "{\"verb\":7}\n",
        "{\"verb\":\"\"}\n",
        "{\"verb\":\"Status\"}\n",
        "{\"verb\":\"a/b\"}\n",
        "{\"verb\":\"abcdefghijklmnopqrstuvwxyzabcdefg\"}\n",
        "{\"verb\":\"x\",\"args\":[]}\n",
        "{\"verb\":\"x\",\"args\":null}\n",
        "{\"verb\":\"x\",\"arg\":{}}\n",
        "{\"verb\":\"x\",\"verb\":\"y\"}\n",
        "{\"verb\":\"x\"} {\"verb\":\"y\"}\n",
        "{\"verb\":\"x\",\"args\":{\"a\":\"\\u0000\"}}\n",
        "{\"verb\":\"x\",\"args\":{\"a\":\"\xff\"}}\n",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct ctl_request request;
        cr_expect_not_null(ctl_request_parse(&request, wrong[i], strlen(wrong[i])), "%s", wrong[i]);
        cr_expect_null(request.root);
    }
}

Test(ctl_request, wipes_passwords_that_nobody_else_holds)
{
    static const char line[] = "{\"verb\":\"x\",\"args\":{\"password\":\"canary\",\"deep\":"
                               "[{\"old_password\":[\"canary\"]}],\"user\":\"admin\"}}\n";
    struct ctl_request request;
    cr_assert_null(ctl_request_parse(&request, line, sizeof(line) - 1));
    json_t *kept = json_incref(json_object_get(request.args, "user"));
    json_t *held = json_incref(json_object_get(request.args, "password"));
    ctl_request_finish(&request);
    cr_expect_str_eq(json_string_value(kept), "admin");
    cr_expect_str_eq(json_string_value(held), "canary", "who holds it wipes it");
    json_decref(kept);
    json_decref(held);
}

static void feed(struct ctl_lines *lines, const char *text)
{
    size_t room = 0;
    char *at = ctl_lines_room(lines, &room);
    cr_assert_leq(strlen(text), room);
    memcpy(at, text, strlen(text));
    ctl_lines_grow(lines, strlen(text));
}

Test(ctl_request, cuts_lines_and_leaves_nothing_of_them)
{
    static struct ctl_lines lines;
    feed(&lines, "{\"verb\"");
    cr_expect_eq(ctl_lines_first(&lines), 0);
    feed(&lines, ":\"a\"}\nnext");
    size_t size = ctl_lines_first(&lines);
    cr_expect_eq(size, 13);
    ctl_lines_drop(&lines, size);
    cr_expect_eq(lines.size, 4);
    cr_expect_eq(memcmp(lines.bytes, "next", 4), 0);
    for (size_t i = 4; i < 32; i++) {
        cr_expect_eq(lines.bytes[i], '\0');
    }
}

/* ---- pages ---- */

static json_t *rows_of(size_t count, size_t bytes)
{
    json_t *rows = json_array();
    char *text = malloc(bytes + 1);
    memset(text, 'x', bytes);
    text[bytes] = '\0';
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(rows, json_pack("{siss}", "n", (int)i, "text", text));
    }
    free(text);
    return rows;
}

/* Checks that all lines are pages within the limit, and returns their rows in order. */
static json_t *read_pages(struct buf *out, size_t *pages)
{
    json_t *all = json_array();
    const char *at = buf_cstr(out);
    for (*pages = 0; *at != '\0'; (*pages)++) {
        const char *end = strchr(at, '\n');
        cr_assert_not_null(end);
        cr_expect_leq((size_t)(end - at) + 1, CTL_LINE_MAX);
        json_t *page = json_loadb(at, (size_t)(end - at), 0, NULL);
        cr_assert_not_null(page);
        cr_expect_gt(json_array_size(json_object_get(page, "rows")), 0);
        json_array_extend(all, json_object_get(page, "rows"));
        json_decref(page);
        at = end + 1;
    }
    return all;
}

Test(ctl_page, rows_fill_pages_up_to_the_limit)
{
    struct buf out;
    size_t pages = 0;
    buf_init(&out);
    json_t *rows = rows_of(1000, 300);
    cr_assert_eq(ctl_page_rows(&out, rows), 0);
    json_t *all = read_pages(&out, &pages);
    cr_expect(json_equal(all, rows));
    cr_expect_eq(pages, 5, "322 bytes a row, 65,536 a page");
    json_decref(all);
    json_decref(rows);
    buf_finish(&out);
}

Test(ctl_page, a_row_that_just_fits_is_sent_and_one_byte_more_is_left_out)
{
    /* {"rows":[ {"n":0,"text":"…"} ]} and a line break: 9 + 17 + n + 3 */
    struct buf out;
    size_t pages = 0;
    buf_init(&out);
    json_t *rows = rows_of(1, CTL_LINE_MAX - 9 - 17 - 3);
    cr_assert_eq(ctl_page_rows(&out, rows), 0);
    cr_expect_eq(out.size, CTL_LINE_MAX);
    json_decref(rows);
    buf_clear(&out);
    rows = rows_of(1, CTL_LINE_MAX - 9 - 17 - 2);
    json_array_append_new(rows, json_string("small"));
    cr_expect_eq(ctl_page_rows(&out, rows), VMM_E_TOOBIG);
    json_t *all = read_pages(&out, &pages);
    cr_assert_eq(json_array_size(all), 1);
    cr_expect_str_eq(json_string_value(json_array_get(all, 0)), "small");
    json_decref(all);
    json_decref(rows);
    buf_finish(&out);
}

Test(ctl_page, no_rows_are_no_page)
{
    struct buf out;
    buf_init(&out);
    json_t *rows = json_array();
    cr_expect_eq(ctl_page_rows(&out, rows), 0);
    cr_expect_eq(out.size, 0);
    json_decref(rows);
    buf_finish(&out);
}

Test(ctl_page, ends_with_the_result_or_the_error)
{
    struct buf out;
    buf_init(&out);
    json_t *result = json_pack("{s:s,s:b}", "cursor", "x", "done", 0);
    cr_expect_eq(ctl_page_done(&out, result), 0);
    cr_expect_eq(ctl_page_done(&out, NULL), 0);
    cr_expect_eq(ctl_page_error(&out, "not-found", "a\nb", NULL), 0);
    cr_expect_str_eq(buf_cstr(&out),
                     "{\"done\":true,\"cursor\":\"x\"}\n{\"done\":true}\n"
                     "{\"done\":true,\"error\":{\"code\":\"not-found\",\"message\":\"a\\nb\","
                     "\"remedy\":null}}\n");
    json_decref(result);
    buf_finish(&out);
}

Test(ctl_page, a_result_that_is_too_long_adds_nothing)
{
    struct buf out;
    buf_init(&out);
    json_t *rows = rows_of(1, CTL_LINE_MAX);
    cr_expect_eq(ctl_page_done(&out, json_array_get(rows, 0)), VMM_E_TOOBIG);
    cr_expect_eq(out.size, 0);
    json_decref(rows);
    buf_finish(&out);
}

Test(ctl_page, an_error_is_cut_and_never_invalid)
{
    struct buf out;
    char message[9001];
    for (size_t i = 0; i < 9000; i += 3) {
        memcpy(message + i, "\xe5\xa4\xa7", 3);
    }
    message[9000] = '\0';
    buf_init(&out);
    cr_expect_eq(ctl_page_error(&out, "internal", message, "\xff"), 0);
    json_t *line = json_loads(buf_cstr(&out), 0, NULL);
    cr_assert_not_null(line);
    json_t *error = json_object_get(line, "error");
    cr_expect_eq(json_string_length(json_object_get(error, "message")), 4095);
    cr_expect_str_eq(json_string_value(json_object_get(error, "remedy")),
                     "(a text that is not UTF-8)");
    json_decref(line);
    buf_finish(&out);
}
