/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "ctl/table.h"
#include "ctl/terminal.h"

static void use_utf8(void)
{
    cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
}

TestSuite(ctl_terminal, .init = use_utf8);

static void expect_escaped(const char *text, const char *expected)
{
    struct buf out;
    buf_init(&out);
    terminal_escape(&out, text);
    cr_expect_str_eq(buf_cstr(&out), expected);
    buf_finish(&out);
}

Test(ctl_terminal, makes_visible_what_a_terminal_would_act_on)
{
    expect_escaped("Gate 7", "Gate 7");
    expect_escaped("\x1b[2J\x07", "\\x1b[2J\\x07");
    expect_escaped("a\r\nb\tc\x7f", "a\\x0d\\x0ab\\x09c\\x7f");
    expect_escaped("\xc2\x9b"
                   "31m",
                   "\\x9b31m"); /* the one-character form of ESC [ */
    expect_escaped("\xe2\x80\xae"
                   "gpj.exe",
                   "\\u{202e}gpj.exe");
    expect_escaped("a\xe2\x80\x8b"
                   "b",
                   "a\\u{200b}b");
    expect_escaped("\xff\xc3", "\\xff\\xc3");
    expect_escaped("\xe5\xa4\xa7\xe9\x96\x80", "\xe5\xa4\xa7\xe9\x96\x80");
}

Test(ctl_terminal, knows_how_wide_characters_are)
{
    cr_expect_eq(terminal_width("gate"), 4);
    cr_expect_eq(terminal_width("\xe5\xa4\xa7\xe9\x96\x80"), 4, "two ideographs");
    cr_expect_eq(terminal_width("S\xc3\xa3o"), 3, "precomposed");
    cr_expect_eq(terminal_width("Sa\xcc\x83o"), 3, "a combining tilde takes no column");
    cr_expect_eq(terminal_width(""), 0);
}

static char *rendered(const struct table *table, bool colour)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    table_write(table, out, "", colour);
    fclose(out);
    return text;
}

Test(ctl_terminal, aligns_columns_by_width_not_by_bytes)
{
    struct table table;
    table_init(&table);
    table_column(&table, "SITE", false);
    table_column(&table, "MS", true);
    table_column(&table, "WHY", false);
    table_row(&table, (const char *const[]){"\xe5\xa4\xa7\xe9\x96\x80\xe5\x8f\xa3", "7", "slow"});
    table_row(&table, (const char *const[]){"gate", "1200", ""});
    char *text = rendered(&table, false);
    cr_expect_str_eq(text, "SITE      MS  WHY\n"
                           "\xe5\xa4\xa7\xe9\x96\x80\xe5\x8f\xa3     7  slow\n"
                           "gate    1200  -\n");
    free(text);
    table_finish(&table);
}

Test(ctl_terminal, escapes_every_cell_and_colours_only_words_it_knows)
{
    struct table table;
    table_init(&table);
    table_column(&table, "A", false);
    table_column(&table, "B", false);
    table_row(&table, (const char *const[]){"\x1b[31mx", "DOWN"});
    char *plain = rendered(&table, false);
    char *coloured = rendered(&table, true);
    cr_expect_null(strchr(plain, '\x1b'));
    cr_expect_not_null(strstr(coloured, "\x1b[1;31mDOWN\x1b[0m"));
    cr_expect_null(strstr(coloured, "\x1b[31mx"));
    free(plain);
    free(coloured);
    table_finish(&table);
}

Test(ctl_terminal, an_empty_table_writes_nothing)
{
    struct table table;
    table_init(&table);
    table_column(&table, "A", false);
    char *text = rendered(&table, false);
    cr_expect_str_eq(text, "");
    free(text);
    table_finish(&table);
}

Test(ctl_terminal, a_table_grows_past_its_first_rows)
{
    struct table table;
    table_init(&table);
    table_column(&table, "N", true);
    for (int i = 0; i < 1000; i++) {
        char number[16];
        snprintf(number, sizeof(number), "%d", i);
        table_row(&table, (const char *const[]){number});
    }
    char *text = rendered(&table, false);
    cr_expect_eq(table.rows, 1000);
    cr_expect_not_null(strstr(text, "\n999\n"));
    cr_expect_not_null(strstr(text, "\n  0\n"));
    free(text);
    table_finish(&table);
}
