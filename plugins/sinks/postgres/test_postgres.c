/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg_copy.h"
#include "pg_error.h"
#include "pg_month.h"
#include "pg_rows.h"
#include "pg_settings.h"

/* ---- JSON ---- */

static struct pg_scratch scratch;
static char seen[2048];

static void note(void *arg, const char *name, size_t size, const struct pg_value *value)
{
    (void)arg;
    size_t used = strlen(seen);
    char *at = seen + used;
    size_t left = sizeof(seen) - used;
    switch (value->kind) {
    case PG_KIND_NULL:
        snprintf(at, left, "%.*s=null;", (int)size, name);
        break;
    case PG_KIND_INT:
        snprintf(at, left, "%.*s=%lld;", (int)size, name, (long long)value->number);
        break;
    case PG_KIND_REAL:
        snprintf(at, left, "%.*s=%g;", (int)size, name, value->real);
        break;
    default:
        snprintf(at, left, "%.*s='%.*s';", (int)size, name, (int)value->size, value->text);
        break;
    }
}

static int read_text(const char *text)
{
    seen[0] = '\0';
    /* On the heap and no longer than it says: a read behind the end is an error. */
    size_t size = strlen(text);
    char *copy = malloc(size > 0 ? size : 1);
    memcpy(copy, text, size);
    int rc = pg_json_read(copy, size, &scratch, note, NULL);
    free(copy);
    pg_scratch_finish(&scratch);
    return rc;
}

Test(json, values_are_read)
{
    static const struct {
        const char *text;
        const char *seen;
    } cases[] = {
        {"{}", ""},
        {" { } ", ""},
        {"{\"a\":1,\"b\":-7 , \"c\":null}", "a=1;b=-7;c=null;"},
        {"{\"a\":true,\"b\":false,\"c\":0.5,\"d\":1e3}", "a=1;b=0;c=0.5;d=1000;"},
        {"{\"a\":\"\",\"b\":\"x y\"}", "a='';b='x y';"},
        {"{\"a\":\"\\\"\\\\\\/\\n\\u00e9\\u0041\"}", "a='\"\\/\n\xc3\xa9"
                                                     "A';"},
        {"{\"a\":\"x\\ud83d\\ude00y\",\"b\":\"\\u20ac\"}",
         "a='x\xf0\x9f\x98\x80y';b='\xe2\x82\xac';"},
        {"{\"a\":9223372036854775807,\"b\":-9223372036854775808}",
         "a=9223372036854775807;b=-9223372036854775808;"},
        {"{\"k\\u0041\":1}", "kA=1;"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_eq(read_text(cases[i].text), 0, "%s", cases[i].text);
        cr_expect_str_eq(seen, cases[i].seen);
    }
}

Test(json, what_is_no_row_is_refused)
{
    static const char *const texts[] = {
        "",
        "{",
        "}",
        "[]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1}x",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":-}",
        "{\"a\":1e}",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":[]}",
        "{\"a\":{}}",
        "{\"a\":nul}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u00\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\ud800\\u0041\"}",
        "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":9223372036854775808}",
        "{\"a\":1e999}",
        "{\"a\":1111111111111111111111111111111111111111111111111111111111111111111.5}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_expect_eq(read_text(texts[i]), VMM_E_INVAL, "%s", texts[i]);
    }
}

/* ---- arrays ---- */

static void expect_bytes(struct pg_array *array, const char *hex)
{
    int size = 0;
    char text[512] = "";
    const char *bytes = pg_array_value(array, &size);
    cr_assert_not_null(bytes);
    for (int i = 0; i < size; i++) {
        snprintf(text + 2 * i, sizeof(text) - 2 * (size_t)i, "%02x", (unsigned char)bytes[i]);
    }
    cr_expect_str_eq(text, hex);
    pg_array_finish(array);
}

Test(arrays, have_the_form_of_the_wire)
{
    struct pg_array array;
    pg_array_init(&array, PG_TEXT);
    pg_array_bytes(&array, "ab", 2);
    pg_array_null(&array);
    expect_bytes(&array, "00000001"
                         "00000001"
                         "00000019"
                         "00000002"
                         "00000001"
                         "000000026162"
                         "ffffffff");
    pg_array_init(&array, PG_BIGINT);
    expect_bytes(&array, "000000000000000000000014");
    pg_array_init(&array, PG_UUID);
    cr_expect(pg_array_uuid(&array, "01998D2e-6c00-7abc-8def-0123456789ab", 36));
    cr_expect_not(pg_array_uuid(&array, "01998d2e-6c00-7abc-8def-0123456789a", 35));
    cr_expect_not(pg_array_uuid(&array, "01998d2e 6c00-7abc-8def-0123456789ab", 36));
    cr_expect_not(pg_array_uuid(&array, "g1998d2e-6c00-7abc-8def-0123456789ab", 36));
    expect_bytes(&array, "00000001"
                         "00000000"
                         "00000b86"
                         "00000001"
                         "00000001"
                         "0000001001998d2e6c007abc8def0123456789ab");
}

Test(arrays, times_are_counted_from_2000)
{
    struct pg_array array;
    pg_array_init(&array, PG_TIME);
    cr_expect(pg_array_time(&array, 946684800000001ll));
    cr_expect(pg_array_time(&array, 0));
    cr_expect_not(pg_array_time(&array, INT64_MIN));
    cr_expect_not(pg_array_time(&array, -210866803200000001ll), "4714 BC");
    expect_bytes(&array, "00000001"
                         "00000000"
                         "000004a0"
                         "00000002"
                         "00000001"
                         "000000080000000000000001"
                         "00000008fffca2fec4c82000");
}

/* ---- COPY ---- */

#define TENANT(enabled) "{\"id\":\"t\",\"name\":\"n\",\"enabled\":" enabled "}"

static int copy_row(struct pg_copy *copy, const char *json, char why[PG_WHY_MAX])
{
    struct pg_row row;
    int rc = pg_row_read(&row, copy->table, json, strlen(json), &scratch, why);
    return rc == 0 ? pg_copy_add(copy, &row, why) : rc;
}

static void expect_copied(const struct pg_copy *copy, const char *expected, size_t expected_size)
{
    size_t size = 0;
    const char *rows = pg_copy_rows(copy, &size);
    cr_assert_eq(size, expected_size);
    cr_expect_eq(memcmp(rows, expected, size), 0);
}

Test(copy, has_the_form_of_the_wire)
{
    static const char one[] = "\0\3\0\0\0\1t\0\0\0\1n\0\0\0\1\1";
    static const char two[] = "\0\3\0\0\0\1t\0\0\0\1n\0\0\0\1\1\0\3\0\0\0\1t\0\0\0\1n\0\0\0\1\0";
    char why[PG_WHY_MAX] = "";
    struct pg_copy copy;
    pg_copy_init(&copy, &pg_tables[PG_TABLE_TENANT]);
    expect_copied(&copy, "", 0);
    cr_expect_eq(copy_row(&copy, TENANT("1"), why), 0);
    expect_copied(&copy, one, sizeof(one) - 1);
    cr_expect_eq(copy_row(&copy, TENANT("2"), why), VMM_E_INVAL, "wholly or not at all");
    cr_expect_str_eq(why, "tenant: a row without a good enabled");
    expect_copied(&copy, one, sizeof(one) - 1);
    cr_expect_eq(copy_row(&copy, TENANT("0"), why), 0);
    expect_copied(&copy, two, sizeof(two) - 1);
    pg_copy_clear(&copy);
    expect_copied(&copy, "", 0);
    pg_copy_finish(&copy);
    pg_scratch_finish(&scratch);
    cr_expect_eq(memcmp(pg_copy_head, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19), 0);
}

Test(copy, a_first_row_that_is_none_leaves_nothing)
{
    char why[PG_WHY_MAX] = "";
    struct pg_copy copy;
    pg_copy_init(&copy, &pg_tables[PG_TABLE_TENANT]);
    cr_expect_eq(copy_row(&copy, TENANT("null"), why), VMM_E_INVAL);
    expect_copied(&copy, "", 0);
    pg_copy_finish(&copy);
    pg_scratch_finish(&scratch);
}

/* ---- rows ---- */

static int add(struct pg_rows *rows, const char *json, char why[PG_WHY_MAX])
{
    struct pg_row row;
    int rc = pg_row_read(&row, rows->table, json, strlen(json), &scratch, why);
    return rc == 0 ? pg_rows_add(rows, &row, why) : rc;
}

Test(rows, are_added_wholly_or_not_at_all)
{
    char why[PG_WHY_MAX] = "";
    struct pg_rows rows;
    pg_rows_init(&rows, &pg_tables[PG_TABLE_TENANT]);
    cr_expect_eq(add(&rows, TENANT("1"), why), 0);
    cr_expect_eq(add(&rows, TENANT("2"), why), VMM_E_INVAL);
    cr_expect_str_eq(why, "tenant: a row without a good enabled");
    cr_expect_eq(add(&rows, TENANT("\"1\""), why), VMM_E_INVAL);
    cr_expect_eq(add(&rows, TENANT("null"), why), VMM_E_INVAL);
    cr_expect_eq(add(&rows, "{\"name\":\"n\",\"enabled\":1}", why), VMM_E_INVAL);
    cr_expect_str_eq(why, "tenant: a row without a good id");
    cr_expect_eq(add(&rows, "{\"id\":", why), VMM_E_INVAL);
    cr_expect_str_eq(why, "tenant: its JSON is no row");
    cr_expect_eq(add(&rows, "{\"enabled\":0,\"more\":7,\"name\":\"n\",\"id\":\"u\"}", why), 0,
                 "in any order, with columns that this release does not know");
    cr_expect_eq(rows.count, 2);
    expect_bytes(&rows.columns[0], "00000001"
                                   "00000001" /* there may be nulls: one was taken away again */
                                   "00000019"
                                   "00000002"
                                   "00000001"
                                   "0000000174"
                                   "0000000175");
    pg_rows_finish(&rows);
    pg_scratch_finish(&scratch);
}

Test(rows, have_keys_and_epochs)
{
    char why[PG_WHY_MAX] = "";
    struct pg_row row;
    struct pg_keys keys;
    const char *gone = "{\"site_id\":\"s\",\"id\":\"c\"}";
    const char *half = "{\"site_id\":\"s\"}";
    pg_keys_init(&keys);
    cr_expect_eq(pg_row_read(&row, &pg_tables[PG_TABLE_CAMERA], gone, strlen(gone), &scratch, why),
                 0);
    cr_expect_eq(pg_keys_add(&keys, &row, why), 0);
    cr_expect_eq(row.epoch.kind, PG_KIND_ABSENT);
    cr_expect_eq(pg_row_read(&row, &pg_tables[PG_TABLE_CAMERA], half, strlen(half), &scratch, why),
                 0);
    cr_expect_eq(pg_keys_add(&keys, &row, why), VMM_E_INVAL);
    cr_expect_eq(keys.count, 1);
    const char *with = "{\"id\":\"c\",\"epoch\":7}";
    cr_expect_eq(pg_row_read(&row, &pg_tables[PG_TABLE_CAMERA], with, strlen(with), &scratch, why),
                 0);
    cr_expect_eq(row.epoch.number, 7, "though a camera has no column of that name");
    pg_keys_finish(&keys);
    pg_scratch_finish(&scratch);
}

Test(rows, a_range_has_two_ends)
{
    char why[PG_WHY_MAX] = "";
    struct pg_range range;
    const struct pg_table *camera = &pg_tables[PG_TABLE_CAMERA];
    const char *both = "{\"after\":[\"a\",\"b\"],\"upto\":[\"c\",\"d\"]}";
    cr_expect_eq(pg_range_read(&range, camera, both, strlen(both), why), 0);
    cr_expect_str_eq(range.after[1], "b");
    cr_expect_str_eq(range.upto[0], "c");
    cr_expect_eq(pg_range_read(&range, camera, "{}", 2, why), 0);
    cr_expect_str_eq(range.after[0], "");
    cr_expect_gt(strcmp(range.upto[0], "zzzz"), 0);
    const char *wrong[] = {"[]", "{\"after\":[\"a\"]}", "{\"upto\":[\"a\",1]}",
                           "{\"upto\":[\"a\",\"b\",\"c\"]}"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_eq(pg_range_read(&range, camera, wrong[i], strlen(wrong[i]), why), VMM_E_INVAL);
    }
}

Test(tables, each_statement_fits)
{
    char sql[PG_SQL_MAX];
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        const struct pg_table *table = &pg_tables[id];
        cr_expect(pg_table_put_sql(table, sql), "%s", table->name);
        cr_expect_eq(pg_table_again_sql(table, sql), id == PG_TABLE_EVENT);
        cr_expect(pg_table_copy_sql(table, sql), "%s", table->name);
        cr_expect_eq(pg_table_clear_sql(table, sql), id == PG_TABLE_CAMERA);
        cr_expect_eq(pg_table_gone_sql(table, sql), table->owner != PG_OWNER_NOBODY);
        cr_expect_eq(pg_table_range_sql(table, sql), table->owner != PG_OWNER_NOBODY);
        cr_expect_eq(pg_table_find(table->name), id);
        cr_expect_leq(pg_table_columns(table), PG_COLUMNS_MAX);
    }
    cr_expect_eq(pg_table_find("pg_class"), PG_TABLES);
    cr_assert(pg_table_copy_sql(&pg_tables[PG_TABLE_TENANT], sql));
    cr_expect_str_eq(sql, "COPY tenant(id, name, enabled) FROM STDIN (FORMAT binary)");
}

/* ---- errors and months ---- */

Test(errors, have_a_cure)
{
    cr_expect_eq(pg_error_cure(NULL), PG_CURE_RECONNECT);
    cr_expect_eq(pg_error_cure(""), PG_CURE_RECONNECT);
    cr_expect_eq(pg_error_cure("08006"), PG_CURE_RECONNECT);
    cr_expect_eq(pg_error_cure("57P01"), PG_CURE_RECONNECT);
    cr_expect_eq(pg_error_cure("25006"), PG_CURE_RECONNECT);
    cr_expect_eq(pg_error_cure("XX000"), PG_CURE_RECONNECT);
    cr_expect_eq(pg_error_cure("57014"), PG_CURE_WAIT, "a statement that took too long");
    cr_expect_eq(pg_error_cure("53100"), PG_CURE_WAIT, "a full disk");
    cr_expect_eq(pg_error_cure("40P01"), PG_CURE_WAIT);
    cr_expect_eq(pg_error_cure("42501"), PG_CURE_WAIT);
    cr_expect_eq(pg_error_cure("42P01"), PG_CURE_SCHEMA);
    cr_expect_eq(pg_error_cure("23514"), PG_CURE_SCHEMA);
    cr_expect_eq(pg_error_cure("23505"), PG_CURE_AGAIN);
    cr_expect_eq(pg_error_cure("23502"), PG_CURE_ROW);
    cr_expect_eq(pg_error_cure("22021"), PG_CURE_ROW);
    cr_expect_eq(pg_error_cure("VM001"), PG_CURE_PLACE);
    cr_expect_eq(pg_error_cure("VM002"), PG_CURE_EPOCH);
    cr_expect_eq(pg_error_cure("VM003"), PG_CURE_KNOWN);
}

Test(months, follow_the_calendar)
{
    static const struct {
        long long second;
        const char *text;
    } cases[] = {{0, "1970-01-01"},          {-1, "1969-12-01"},         {951782399, "2000-02-01"},
                 {951868799, "2000-02-01"},  {951868800, "2000-03-01"},  {1709251199, "2024-02-01"},
                 {1709251200, "2024-03-01"}, {1798761599, "2026-12-01"}, {1798761600, "2027-01-01"},
                 {4107542399, "2100-02-01"}, {4107542400, "2100-03-01"}};
    char text[PG_MONTH_TEXT];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int32_t month = pg_month_of(cases[i].second * 1000000);
        cr_expect_str_eq(pg_month_text(month, text), cases[i].text, "%lld", cases[i].second);
    }
}

/* ---- settings ---- */

static int read_settings(struct pg_settings *settings, const char *hosts, const char *schema,
                         char *why)
{
    char json[600];
    snprintf(
        json, sizeof(json),
        "{\"hosts\":%s,\"database\":\"d\",\"user\":\"u\",\"schema\":\"%s\",\"tls\":\"disable\","
        "\"connect_timeout\":5000,\"statement_timeout\":30000,\"months_ahead\":3}",
        hosts, schema);
    return pg_settings_read(settings, json, why);
}

Test(settings, hosts_are_names_addresses_or_folders)
{
    struct pg_settings settings;
    char why[160] = "";
    cr_assert_eq(
        read_settings(&settings,
                      "[\"db1\",\"db2.example:6432\",\"10.0.0.1:1\",\"[2001:db8::1]:5433\","
                      "\"2001:db8::2\",\"/run/postgresql\"]",
                      "public", why),
        0, "%s", why);
    static const char *const expected[][2] = {{"db1", "5432"},         {"db2.example", "6432"},
                                              {"10.0.0.1", "1"},       {"2001:db8::1", "5433"},
                                              {"2001:db8::2", "5432"}, {"/run/postgresql", "5432"}};
    cr_assert_eq(settings.host_count, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_expect_str_eq(settings.hosts[i], expected[i][0]);
        cr_expect_str_eq(settings.ports[i], expected[i][1]);
    }
    cr_expect_eq(settings.connect_us, 5000000);
    pg_settings_finish(&settings);
}

Test(settings, what_is_no_server_or_schema_is_refused)
{
    struct pg_settings settings;
    char why[160];
    static const char *const hosts[] = {"[]",
                                        "[\"\"]",
                                        "[\"db:0\"]",
                                        "[\"db:65536\"]",
                                        "[\":1\"]",
                                        "[\"[::1\"]",
                                        "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]"};
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        why[0] = '\0';
        cr_expect_eq(read_settings(&settings, hosts[i], "public", why), VMM_E_INVAL, "%s",
                     hosts[i]);
        cr_expect_neq(why[0], '\0');
    }
    cr_expect_eq(read_settings(&settings, "[\"a\"]", "No;Schema", why), VMM_E_INVAL);
    cr_expect_eq(read_settings(&settings, "[\"a\"]", "1st", why), VMM_E_INVAL);
}

/* ---- the plugin without a server ---- */

#define NOWHERE "{\"hosts\":[\"/nonexistent\"],\"tls\":\"disable\"}"

Test(postgres, without_a_server_it_holds_everything_back_and_says_so_once)
{
    struct vmm_mock *mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(mock, NOWHERE);
    cr_assert_eq(vmm_mock_open(mock), 0, "%s", vmm_mock_logs(mock));
    vmm_mock_advance(mock, 20000000);
    cr_expect_eq(vmm_mock_resumes(mock), 0);
    cr_expect_not_null(strstr(vmm_mock_logs(mock), "warn: connection to server on socket"));
    cr_expect_null(strstr(strchr(vmm_mock_logs(mock), '\n') + 1, "warn"), "once");
    cr_expect_eq(vmm_mock_metric(mock, "vmm_postgres_connections_idle"), 0);
    vmm_mock_drain(mock);
    vmm_mock_close(mock);
    cr_expect_str_empty(vmm_mock_complaints(mock));
    vmm_mock_destroy(mock);
}

Test(postgres, a_host_that_keeps_no_record_is_refused)
{
    struct vmm_mock *mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_withhold(mock, VMM_RECORD_HOST);
    vmm_mock_config(mock, NOWHERE);
    cr_expect_eq(vmm_mock_open(mock), VMM_E_NOTSUP);
    vmm_mock_destroy(mock);
}

Test(postgres, settings_that_do_not_do_are_named)
{
    struct vmm_mock *mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(mock, "{\"hosts\":[\"db:0\"]}");
    cr_expect_eq(vmm_mock_open(mock), VMM_E_INVAL);
    cr_expect_str_eq(vmm_mock_logs(mock), "error: hosts: db:0 is no server\n");
    vmm_mock_destroy(mock);
}

static void scenario(struct vmm_mock *mock, void *arg)
{
    (void)arg;
    vmm_mock_config(mock, NOWHERE);
    if (vmm_mock_open(mock) == 0) {
        vmm_mock_advance(mock, 3000000);
        vmm_mock_close(mock); /* it would try again for ever */
    }
}

Test(postgres, survives_the_failure_of_every_call)
{
    char report[512];
    cr_expect_geq(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                  5);
    cr_expect_str_empty(report);
}
